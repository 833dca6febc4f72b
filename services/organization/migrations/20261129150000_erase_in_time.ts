import { addRuleSet } from '@linli/clocks';
import { roleNames } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129150000_erase_in_time';

const shortestTime = '《中华人民共和国个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间；留存管理规则：';
const ruleSets = [
  { id: 'organization.retention.topics', amount: 180, rule: '议题答复一百八十日后删除原文和提出人' },
  { id: 'organization.retention.objections', amount: 180, rule: '异议答复一百八十日后删除提出人、原文和答复' },
  { id: 'organization.retention.decision_voters', amount: 90, rule: '表决截止九十日后删除选民名册' },
  { id: 'organization.retention.bookings', amount: 30, rule: '预约和报名结束三十日后删除居民编号、年龄段人数和监护人同意' },
  { id: 'organization.retention.job_applications', amount: 90, rule: '岗位报名截止九十日后删除报名' },
  { id: 'organization.retention.resettlements', amount: 365, rule: '回迁办结三百六十五日后删除住户编号和协议编号，档案由征收部门保存' },
  { id: 'organization.retention.member_unit_contacts', amount: 90, rule: '成员单位退出九十日后删除联系人' },
] as const;

/** What is residents' goes when it has been kept for its time; what was done with it stays. */
export async function up(knex: Knex): Promise<void> {
  const { app, relay } = await roleNames(knex);
  await knex.raw(`
    alter table topics
      add column text_erased boolean not null default false,
      drop constraint topics_resident_check,
      add constraint topics_resident_check check ((source = 'resident' and not text_erased) = (resident_id is not null)),
      add constraint topics_erased_check check (not text_erased or (text_zh = '' and answered_at is not null));
    create index topics_to_erase_idx on topics (tenant_id, answered_at) where answered_at is not null and not text_erased;

    alter table objections
      add column erased boolean not null default false,
      drop constraint objections_answered_check,
      add constraint objections_answered_check check ((state = 'answered') = (answered_at is not null) and (answered_at is not null) = (erased or answer_zh <> '')),
      add constraint objections_erased_check check (not erased or (raised_by = '' and text_zh = '' and answer_zh = ''));
    create index objections_to_erase_idx on objections (tenant_id, answered_at) where answered_at is not null and not erased;

    alter table decisions add column roll_erased boolean not null default false;
    create index decisions_to_erase_idx on decisions (tenant_id, closes_at) where closes_at is not null and registered > 0 and not roll_erased;
    grant delete on decision_voters to :app:;

    alter table bookings
      add column holder_erased boolean not null default false,
      drop constraint bookings_holder_check,
      add constraint bookings_holder_check check (
        (holder_kind = 'resident') = (holder_erased or resident_id <> '') and (holder_kind = 'organisation') = (organisation_name <> '')
        and (not holder_erased or resident_id = ''));
    create index bookings_to_erase_idx on bookings (tenant_id, ends_at) where holder_kind = 'resident' and not holder_erased;
    grant delete on sign_ups to :app:;

    grant delete on job_applications to :app:;

    alter table resettlements
      alter column household_id drop not null,
      alter column agreement_number drop not null,
      add constraint resettlements_erased_check check ((household_id is null) = (agreement_number is null) and (household_id is not null or closed_at is not null));
    create index resettlements_to_erase_idx on resettlements (tenant_id, closed_at) where closed_at is not null and household_id is not null;

    -- Whose rows there are to look at is all that the relay role may know of an office.
    create policy relay_across_tenants on tenants for select to :relay: using (true);
    grant select (tenant_id) on tenants to :relay:;
  `, { app, relay });
  for (const { id, amount, rule } of ruleSets) {
    await addRuleSet(knex, { id, version: 1, citation: `${shortestTime}${rule}`, limit: { unit: 'calendar_days', roll: 'none', amount }, effectiveFrom: '2021-11-01' });
  }
}

/** What is erased stays so: with any of it this fails. */
export async function down(knex: Knex): Promise<void> {
  const { app, relay } = await roleNames(knex);
  await knex('clock_rule_sets')
    .whereIn('id', ruleSets.map(({ id }) => id))
    .delete();
  await knex.raw(`
    revoke select (tenant_id) on tenants from :relay:;
    drop policy relay_across_tenants on tenants;
    drop index resettlements_to_erase_idx;
    alter table resettlements
      drop constraint resettlements_erased_check,
      alter column household_id set not null,
      alter column agreement_number set not null;
    revoke delete on job_applications from :app:;
    revoke delete on sign_ups from :app:;
    drop index bookings_to_erase_idx;
    alter table bookings
      drop constraint bookings_holder_check,
      add constraint bookings_holder_check check ((holder_kind = 'resident') = (resident_id <> '') and (holder_kind = 'organisation') = (organisation_name <> '')),
      drop column holder_erased;
    revoke delete on decision_voters from :app:;
    drop index decisions_to_erase_idx;
    alter table decisions drop column roll_erased;
    drop index objections_to_erase_idx;
    alter table objections
      drop constraint objections_erased_check,
      drop constraint objections_answered_check,
      add constraint objections_answered_check check ((state = 'answered') = (answered_at is not null) and (answered_at is not null) = (answer_zh <> '')),
      drop column erased;
    drop index topics_to_erase_idx;
    alter table topics
      drop constraint topics_erased_check,
      drop constraint topics_resident_check,
      add constraint topics_resident_check check ((source = 'resident') = (resident_id is not null)),
      drop column text_erased;
  `, { app, relay });
}
