import { addRuleSet } from '@linli/clocks';
import type { Knex } from 'knex';

export const name = '20261129185300_bound_planned_versions';

const houseRule = { version: 1, effectiveFrom: '2012-01-01' } as const;
const ruleSets = [
  { id: 'organization.brand_ahead', ...houseRule, citation: '社区品牌管理规则：新版本最早提前三百六十六日发布', limit: { unit: 'calendar_days', roll: 'none', amount: 366 } },
  { id: 'organization.conduct_ahead', ...houseRule, citation: '行为规范管理规则：新版本最早提前三百六十六日发布', limit: { unit: 'calendar_days', roll: 'none', amount: 366 } },
] as const;

/** How far ahead a version may begin. One that was taken back before its day, or replaced on it, ends on the day it would have begun. */
export async function up(knex: Knex): Promise<void> {
  for (const ruleSet of ruleSets) await addRuleSet(knex, ruleSet);
}

export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets')
    .whereIn('id', ruleSets.map(({ id }) => id))
    .delete();
}
