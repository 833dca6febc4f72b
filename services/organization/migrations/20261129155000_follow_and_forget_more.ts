import { addRuleSet } from '@linli/clocks';
import { acrossTenants, roleNames } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129155000_follow_and_forget_more';

const opinions = {
  id: 'organization.retention.deliberations',
  version: 1,
  citation: '《中华人民共和国个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间；留存管理规则：协商会后一百八十日删除发言记录',
  limit: { unit: 'calendar_days', roll: 'none', amount: 180 },
  effectiveFrom: '2021-11-01',
} as const;

/** A committee may end with its unit; and more that leads to people goes: what was said at a deliberation, rolls of drafts, the case of a diary entry. */
export async function up(knex: Knex): Promise<void> {
  const { app } = await roleNames(knex);
  await knex.raw(`
    alter table committees add column ended_on date;
    -- What a person who leaves carries out still.
    create index pledge_projects_owner_idx on pledge_projects (tenant_id, owner_id) where state in ('pledged', 'running', 'delayed');

    drop index decisions_to_erase_idx;
    create index decisions_to_erase_idx on decisions (tenant_id, (coalesce(closes_at, updated_at))) where registered > 0 and not roll_erased;

    alter table deliberations
      add column opinions_erased boolean not null default false,
      add column version integer not null default 1,
      add constraint deliberations_erased_check check (not opinions_erased or opinions_zh = '');
    create index deliberations_to_erase_idx on deliberations (tenant_id, held_on) where not opinions_erased;
    grant update (opinions_zh, opinions_erased, version) on deliberations to :app:;
  `, { app });
  await acrossTenants(knex, ['diary_entries'], async () => {
    await knex('diary_entries').where({ text_erased: true }).update({ linked_case_id: null });
  });
  await knex.raw(`
    alter table diary_entries
      drop constraint diary_entries_erased_check,
      add constraint diary_entries_erased_check check (not text_erased or (text_zh = '' and follow_up_person_id is null and linked_case_id is null))`);
  await addRuleSet(knex, opinions);
}

export async function down(knex: Knex): Promise<void> {
  const { app } = await roleNames(knex);
  await knex('clock_rule_sets').where({ id: opinions.id }).delete();
  await knex.raw(`
    alter table diary_entries
      drop constraint diary_entries_erased_check,
      add constraint diary_entries_erased_check check (not text_erased or (text_zh = '' and follow_up_person_id is null));
    revoke update (opinions_zh, opinions_erased, version) on deliberations from :app:;
    drop index deliberations_to_erase_idx;
    alter table deliberations drop column opinions_erased, drop column version;
    drop index decisions_to_erase_idx;
    create index decisions_to_erase_idx on decisions (tenant_id, closes_at) where closes_at is not null and registered > 0 and not roll_erased;
    drop index pledge_projects_owner_idx;
    alter table committees drop column ended_on;
  `, { app });
}
