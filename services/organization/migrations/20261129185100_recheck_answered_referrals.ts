import { addRuleSet } from '@linli/clocks';
import { acrossTenants } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129185100_recheck_answered_referrals';

const ruleSet = {
  id: 'organization.finding.recheck',
  version: 1,
  effectiveFrom: '2012-01-01',
  citation: '建筑工地联系制度：收到移送答复后十个工作日内复查，答复不属于其职责的在此期限内另行移送',
  limit: { unit: 'working_days', roll: 'none', amount: 10 },
} as const;

/** An answer of the authority is followed by a recheck in its time; and where no time runs, none is shown. */
export async function up(knex: Knex): Promise<void> {
  await addRuleSet(knex, ruleSet);
  await knex.raw('alter table site_findings alter column due_at drop not null');
  await acrossTenants(knex, ['site_findings'], async () => {
    await knex('site_findings').whereIn('state', ['referred', 'rechecked', 'closed']).update({ due_at: null });
  });
}

/** A due time that is gone is taken to have been that of the finding. */
export async function down(knex: Knex): Promise<void> {
  await acrossTenants(knex, ['site_findings'], async () => {
    await knex('site_findings').whereNull('due_at').update({ due_at: knex.ref('found_at') });
  });
  await knex.raw('alter table site_findings alter column due_at set not null');
  await knex('clock_rule_sets').where({ id: ruleSet.id }).delete();
}
