import type { Knex } from 'knex';

export const name = '20261129120100_keep_ids_of_booking_answers';

/** Stored answers held whole bookings, also after a consent was withdrawn: of each the id stays, by which the booking is read again. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`update answered_requests set answer = jsonb_build_object('id', answer->'id') where jsonb_exists(answer, 'holderKind') and jsonb_exists(answer, 'residentId')`);
}

/** What is gone stays so. */
export function down(): Promise<void> {
  return Promise.resolve();
}
