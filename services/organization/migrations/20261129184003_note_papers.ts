import { acrossTenants } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129184003_note_papers';

/** How many of the ballots were papers; not known of votes that were counted before, but of those that had no roll. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table decisions add column papers integer');
  await acrossTenants(knex, ['decisions'], async () => {
    await knex('decisions').where({ registered: 0 }).whereNotNull('present').update({ papers: knex.ref('present') });
  });
  await knex.raw('alter table decisions add constraint decisions_papers_check check (papers is null or coalesce(papers between 0 and present, false))');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table decisions drop constraint decisions_papers_check, drop column papers');
}
