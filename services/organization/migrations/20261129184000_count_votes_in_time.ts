import { addRuleSet } from '@linli/clocks';
import { acrossTenants } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129184000_count_votes_in_time';

const days = 5;
const countRule = {
  id: 'organization.decision_count',
  version: 1,
  citation: '表决管理规则：表决截止后五日内计票',
  limit: { unit: 'calendar_days', roll: 'none', amount: days },
  effectiveFrom: '2012-01-01',
} as const;
const keptRule = {
  id: 'organization.retention.uncounted_voters',
  version: 1,
  citation: '《中华人民共和国个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间；留存管理规则：逾期未计票的，选民名册至迟在表决截止三百六十五日后删除',
  limit: { unit: 'calendar_days', roll: 'none', amount: 365 },
  effectiveFrom: '2021-11-01',
} as const;

/** A vote whose time is over is counted in time, or it is told that nobody did; those that wait to be counted have their clock too. */
export async function up(knex: Knex): Promise<void> {
  for (const rule of [countRule, keptRule]) await addRuleSet(knex, rule);
  await knex.raw('alter table decisions add column count_due_at timestamptz');
  await acrossTenants(knex, ['decisions', 'clocks', 'work_items'], async () => {
    await knex.raw(
      `update decisions set count_due_at = (cast(closes_at at time zone 'Asia/Shanghai' as date) + cast(:days as integer) + time '18:00') at time zone 'Asia/Shanghai' where state = 'noticed'`,
      { days },
    );
    await knex.raw(
      `insert into clocks (tenant_id, id, kind, subject_type, subject_id, rule_set_id, rule_set_version, citation, amount, unit, roll, started_at, due_at, provisional, alarms, next_alarm_at, state, version)
       select decision.tenant_id, uuidv7(), rule.id, 'organization.decision', decision.id, rule.id, rule.version, rule.citation, rule.amount, rule.unit, rule.roll,
              decision.closes_at, decision.count_due_at, false, '{due}', decision.count_due_at, 'running', 1
         from decisions decision join clock_rule_sets rule on rule.id = :rule where decision.state = 'noticed'`,
      { rule: countRule.id },
    );
    await knex.raw(
      `update work_items set due_at = decision.count_due_at from decisions decision
        where decision.tenant_id = work_items.tenant_id and decision.id = work_items.subject_id and work_items.kind = 'organization.decision' and decision.state = 'noticed'`,
    );
  });
  await knex.raw(`alter table decisions add constraint decisions_count_due_check check (state <> 'noticed' or count_due_at is not null)`);
}

export async function down(knex: Knex): Promise<void> {
  await acrossTenants(knex, ['clocks'], async () => {
    await knex('clocks').where({ kind: countRule.id }).delete();
  });
  await knex('clock_rule_sets').whereIn('id', [countRule.id, keptRule.id]).delete();
  await knex.raw('alter table decisions drop constraint decisions_count_due_check, drop column count_due_at');
}
