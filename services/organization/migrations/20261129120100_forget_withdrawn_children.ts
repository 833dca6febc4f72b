import { acrossTenants } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129120100_forget_withdrawn_children';

/** A withdrawn consent takes the number of children with it: also from the people of its booking, and from stored answers, of which the id stays. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table bookings drop constraint bookings_people_check;
    alter table bookings add constraint bookings_people_check check (people > 0 or (people = 0 and state = 'cancelled'));
  `);
  await acrossTenants(knex, ['bookings', 'sign_ups'], async () => {
    await knex.raw(`
      update bookings set people = adults + from_14_to_17
        from sign_ups
       where sign_ups.tenant_id = bookings.tenant_id and sign_ups.booking_id = bookings.id and state = 'cancelled' and consent_withdrawn_at is not null`);
  });
  await acrossTenants(knex, ['answered_requests'], async () => {
    await knex.raw(`update answered_requests set answer = jsonb_build_object('id', answer->'id') where jsonb_exists(answer, 'holderKind') and jsonb_exists(answer, 'residentId')`);
  });
}

/** What is forgotten stays so: a booking of nobody counts as one of one. */
export async function down(knex: Knex): Promise<void> {
  await acrossTenants(knex, ['bookings'], async () => {
    await knex('bookings').where({ people: 0 }).update({ people: 1 });
  });
  await knex.raw(`
    alter table bookings drop constraint bookings_people_check;
    alter table bookings add constraint bookings_people_check check (people > 0);
  `);
}
