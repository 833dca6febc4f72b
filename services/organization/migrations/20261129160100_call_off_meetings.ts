import type { Knex } from 'knex';

export const name = '20261129160100_call_off_meetings';

const states = ['scheduled', 'convened', 'minuted', 'resolutions_open', 'resolutions_done'];

/** A meeting that was scheduled may be called off; it never was convened. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table meetings
      add column call_off_reason text
        constraint meetings_call_off_reason_check check (call_off_reason in ('no_quorum', 'host_unavailable', 'merged', 'mistake')),
      add constraint meetings_called_off_check check ((state = 'called_off') = (call_off_reason is not null))`);
  await setChecks(knex, { states: [...states, 'called_off'], unheld: ['scheduled', 'called_off'] });
}

/** What was called off cannot be told as anything else: with any of it this fails. */
export async function down(knex: Knex): Promise<void> {
  await setChecks(knex, { states, unheld: ['scheduled'] });
  await knex.raw('alter table meetings drop constraint meetings_called_off_check, drop column call_off_reason');
}

async function setChecks(knex: Knex, { states: allowed, unheld }: { readonly states: readonly string[]; readonly unheld: readonly string[] }): Promise<void> {
  await knex.raw(`
    alter table meetings
      drop constraint meetings_state_check,
      drop constraint meetings_convened_check,
      add constraint meetings_state_check check (state in (${listed(allowed)})),
      add constraint meetings_convened_check check ((state in (${listed(unheld)})) = (convened_at is null))`);
}

function listed(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}
