import { acrossTenants } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129184002_owe_withdrawn_publications';

/** What told of a decision or its outcome and is withdrawn is owed again; what was withdrawn before owes nothing. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table decisions
      add column republish_due_at timestamptz,
      add column republish_outcome_due_at timestamptz,
      add constraint decisions_owed_again_check check (
        (republish_due_at is null or state in ('published', 'reported')) and (republish_outcome_due_at is null or state = 'reported'))`);
}

export async function down(knex: Knex): Promise<void> {
  await acrossTenants(knex, ['clocks'], async () => {
    await knex('clocks').whereIn('kind', ['organization.decision_republication', 'organization.outcome_republication']).delete();
  });
  await knex.raw('alter table decisions drop constraint decisions_owed_again_check, drop column republish_outcome_due_at, drop column republish_due_at');
}
