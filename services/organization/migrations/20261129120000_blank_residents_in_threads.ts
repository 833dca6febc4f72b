import { acrossTenants } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129120000_blank_residents_in_threads';

/** Who objected, booked or raised a topic is not the matter of everybody who may read threads there. */
export async function up(knex: Knex): Promise<void> {
  await acrossTenants(knex, ['thread_entries'], async () => {
    await knex('thread_entries').where({ actor_kind: 'resident' }).update({ actor_id: '' });
  });
  await knex.raw("alter table thread_entries add constraint thread_entries_resident_check check (actor_kind <> 'resident' or actor_id = '')");
}

/** What is blank stays so. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table thread_entries drop constraint thread_entries_resident_check');
}
