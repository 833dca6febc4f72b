import { addRuleSet } from '@linli/clocks';
import type { Knex } from 'knex';

export const name = '20261128140300_follow_referrals';

const ruleSet = {
  id: 'organization.referral',
  version: 1,
  effectiveFrom: '2012-01-01',
  citation: '建筑工地联系制度：移送后十五个工作日没有答复的催办一次，此后每十五个工作日催办一次',
  limit: { unit: 'working_days', roll: 'none', amount: 15 },
} as const;

export async function up(knex: Knex): Promise<void> {
  await addRuleSet(knex, ruleSet);
  await knex.raw(`
    alter table site_referrals
      -- Null for what was sent before replies were followed.
      add column reply_due_at timestamptz,
      add column reply text,
      add column answered_at timestamptz,
      add column reminders integer not null default 0,
      add constraint site_referrals_reply_check check (reply in ('handled', 'no_violation', 'not_competent') and answered_at is not null or reply is null and answered_at is null);
    -- GetSiteCoverage: how many of a month's referrals were answered.
    create index site_referrals_sent_idx on site_referrals (tenant_id, sent_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index site_referrals_sent_idx');
  await knex.raw('alter table site_referrals drop column reminders, drop column answered_at, drop column reply, drop column reply_due_at');
  await knex('clock_rule_sets').where({ id: ruleSet.id }).delete();
}
