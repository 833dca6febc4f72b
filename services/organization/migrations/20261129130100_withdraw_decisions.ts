import type { Knex } from 'knex';

export const name = '20261129130100_withdraw_decisions';

const states = ['drafted', 'noticed', 'closed', 'published', 'reported'];
const reasons = ['notice_wrong', 'roll_wrong', 'time_unsuitable', 'matter_settled', 'callers_withdrew'];

/** A decision that was noticed may be withdrawn before its vote; it keeps its notice and never has a result. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table decisions
      add column withdraw_reason text constraint decisions_withdraw_reason_check check (withdraw_reason in (${listed(reasons)})),
      add constraint decisions_withdrawn_check check ((state = 'withdrawn') = (withdraw_reason is not null))`);
  await setChecks(knex, { states: [...states, 'withdrawn'], uncounted: ['drafted', 'noticed', 'withdrawn'] });
}

/** Withdrawn ones cannot be told as anything else: with any of them it fails. */
export async function down(knex: Knex): Promise<void> {
  await setChecks(knex, { states, uncounted: ['drafted', 'noticed'] });
  await knex.raw('alter table decisions drop constraint decisions_withdrawn_check, drop column withdraw_reason');
}

async function setChecks(knex: Knex, { states: allowed, uncounted }: { readonly states: readonly string[]; readonly uncounted: readonly string[] }): Promise<void> {
  await knex.raw(`
    alter table decisions
      drop constraint decisions_state_check,
      drop constraint decisions_count_check,
      add constraint decisions_state_check check (state in (${listed(allowed)})),
      add constraint decisions_count_check check (
        num_nulls(result, present, in_favour, against, abstained) = case when state in (${listed(uncounted)}) then 5 else 0 end
        and least(in_favour, against, abstained) >= 0 and present = in_favour + against + abstained and present <= entitled)`);
}

function listed(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}
