import { addRuleSet } from '@linli/clocks';
import type { Knex } from 'knex';

export const name = '20261129184001_bound_publication_lead';

const leadRule = {
  id: 'organization.publication_lead',
  version: 1,
  citation: '居务公开规则：公示可提前登记，最多三十日；决议及其落实情况自登记之日起公布',
  limit: { unit: 'calendar_days', roll: 'none', amount: 30 },
  effectiveFrom: '2012-01-01',
} as const;

/** How long before its first day something may be published that is no decision and no outcome. */
export async function up(knex: Knex): Promise<void> {
  await addRuleSet(knex, leadRule);
}

export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets').where({ id: leadRule.id }).delete();
}
