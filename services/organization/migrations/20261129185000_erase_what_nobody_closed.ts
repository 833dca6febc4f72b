import { addRuleSet } from '@linli/clocks';
import type { Knex } from 'knex';

export const name = '20261129185000_erase_what_nobody_closed';

const shortestTime = '《中华人民共和国个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间；留存管理规则：';
const ruleSets = [
  { id: 'organization.retention.open_topics', amount: 1095, rule: '议题无人答复的，提出一千零九十五日后删除原文和提出人' },
  { id: 'organization.retention.open_objections', amount: 1095, rule: '异议无人答复的，提出一千零九十五日后删除提出人和原文' },
  { id: 'organization.retention.open_resettlements', amount: 1095, rule: '回迁未办结的，约定日和交房日均过一千零九十五日后删除住户编号和协议编号，档案由征收部门保存' },
  { id: 'organization.retention.told_worker_complaints', amount: 180, rule: '工人投诉已告知结果而未办结的，最后一次处理一百八十日后删除投诉人编号' },
  { id: 'organization.retention.open_worker_complaints', amount: 1095, rule: '工人投诉未办结的，收到一千零九十五日后删除投诉人编号' },
] as const;

/** Nothing of a resident stays because nobody answered or closed: what is open goes too, after an outer time. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table topics
      drop constraint topics_erased_check,
      add constraint topics_erased_check check (not text_erased or text_zh = '');
    create index topics_open_to_erase_idx on topics (tenant_id, created_at) where answered_at is null and not text_erased;

    alter table objections
      drop constraint objections_answered_check,
      drop constraint objections_erased_check,
      -- An answer is owed also when nobody knows any more to whom.
      add constraint objections_answered_check check (
        (state = 'answered') = (answered_at is not null) and (answered_at is not null or answer_zh = '') and (answered_at is null or erased or answer_zh <> '')),
      add constraint objections_erased_check check (not erased or (raised_by = '' and text_zh = ''));
    create index objections_open_to_erase_idx on objections (tenant_id, created_at) where answered_at is null and not erased;

    alter table resettlements
      drop constraint resettlements_erased_check,
      add constraint resettlements_erased_check check ((household_id is null) = (agreement_number is null));
    create index resettlements_open_to_erase_idx on resettlements (tenant_id, promised_on) where closed_at is null and household_id is not null;

    alter table worker_complaints drop constraint worker_complaints_worker_check;
    create index worker_complaints_told_to_erase_idx on worker_complaints (tenant_id, id) where state = 'worker_told' and due_at is null and worker_id is not null;
    create index worker_complaints_open_to_erase_idx on worker_complaints (tenant_id, received_on) where closed_at is null and worker_id is not null;
  `);
  for (const { id, amount, rule } of ruleSets) {
    await addRuleSet(knex, { id, version: 1, citation: `${shortestTime}${rule}`, limit: { unit: 'calendar_days', roll: 'none', amount }, effectiveFrom: '2021-11-01' });
  }
}

/** What is erased stays so: with any of it that is open still this fails. */
export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets')
    .whereIn('id', ruleSets.map(({ id }) => id))
    .delete();
  await knex.raw(`
    drop index worker_complaints_open_to_erase_idx;
    drop index worker_complaints_told_to_erase_idx;
    alter table worker_complaints add constraint worker_complaints_worker_check check (worker_id is not null or closed_at is not null);
    drop index resettlements_open_to_erase_idx;
    alter table resettlements
      drop constraint resettlements_erased_check,
      add constraint resettlements_erased_check check ((household_id is null) = (agreement_number is null) and (household_id is not null or closed_at is not null));
    drop index objections_open_to_erase_idx;
    alter table objections
      drop constraint objections_erased_check,
      drop constraint objections_answered_check,
      add constraint objections_answered_check check ((state = 'answered') = (answered_at is not null) and (answered_at is not null) = (erased or answer_zh <> '')),
      add constraint objections_erased_check check (not erased or (raised_by = '' and text_zh = '' and answer_zh = ''));
    drop index topics_open_to_erase_idx;
    alter table topics
      drop constraint topics_erased_check,
      add constraint topics_erased_check check (not text_erased or (text_zh = '' and answered_at is not null));
  `);
}
