import type { Knex } from 'knex';

export const name = '20261129187200_call_off_with_committees';

const reasons = ['no_quorum', 'host_unavailable', 'merged', 'mistake'];

/** A committee that ends calls off what it had scheduled. */
export async function up(knex: Knex): Promise<void> {
  await setReasons(knex, [...reasons, 'committee_ended']);
}

/** What was called off so cannot be told as anything else: with any of it this fails. */
export async function down(knex: Knex): Promise<void> {
  await setReasons(knex, reasons);
}

async function setReasons(knex: Knex, allowed: readonly string[]): Promise<void> {
  await knex.raw(`
    alter table meetings
      drop constraint meetings_call_off_reason_check,
      add constraint meetings_call_off_reason_check check (call_off_reason in (${allowed.map((word) => `'${word}'`).join(', ')}))`);
}
