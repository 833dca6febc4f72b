import { addRuleSet } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129090000_create_worker_complaints';

const firstAsked = '《保障农民工工资支付条例》第十条：首问负责，不属于本部门受理的及时转送，处理结果告知投诉人';
const ruleSets = [
  {
    id: 'organization.worker_complaint.pass_on',
    version: 1,
    effectiveFrom: '2020-05-01',
    citation: `${firstAsked}；建筑工地联系制度：收到工人投诉后两个工作日内转送`,
    limit: { unit: 'working_days', roll: 'none', amount: 2 },
  },
  {
    id: 'organization.worker_complaint.tell',
    version: 1,
    effectiveFrom: '2020-05-01',
    citation: `${firstAsked}；建筑工地联系制度：转送后十个工作日内告知工人，没有结果的此后每十个工作日告知一次`,
    limit: { unit: 'working_days', roll: 'none', amount: 10 },
  },
  {
    id: 'organization.worker_complaint_erasure',
    version: 1,
    effectiveFrom: '2020-05-01',
    citation: '《中华人民共和国个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间；工人投诉管理规则：办结一百八十日后删除投诉人编号',
    limit: { unit: 'calendar_days', roll: 'none', amount: 180 },
  },
] as const;

const kinds = ['wage_unpaid', 'wage_late', 'unsafe_work', 'dormitory', 'other'];
const channels = ['site_visit', 'walk_in', 'phone', 'hotline', 'letter', 'online'];
const authorities = ['labour_inspection', 'housing_construction', 'emergency_management', 'expropriation'];

export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'worker_complaints',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('site_id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      // Null once it is erased. No index: nobody looks for what somebody complained about.
      t.uuid('worker_id');
      t.text('kind').notNullable().checkIn(kinds, 'worker_complaints_kind_check');
      t.text('channel').notNullable().checkIn(channels, 'worker_complaints_channel_check');
      t.date('received_on').notNullable();
      t.uuid('owner_id').notNullable();
      t.text('state').notNullable().checkIn(['received', 'passed_on', 'worker_told', 'closed'], 'worker_complaints_state_check');
      t.timestamp('due_at');
      t.boolean('due_provisional').notNullable();
      t.timestamp('overdue_since');
      t.timestamp('closed_at');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'site_id'], 'worker_complaints_site_fkey').references(['tenant_id', 'id']).inTable('sites');
      t.foreign(['tenant_id', 'owner_id'], 'worker_complaints_owner_fkey').references(['tenant_id', 'id']).inTable('staff');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'worker_complaint_steps',
    (t) => {
      t.uuid('complaint_id').notNullable();
      t.integer('version').notNullable();
      t.text('action').notNullable().checkIn(['pass_on', 'tell_worker', 'close', 'correct'], 'worker_complaint_steps_action_check');
      t.text('authority').checkIn(authorities, 'worker_complaint_steps_authority_check');
      t.text('received_number').notNullable();
      t.text('result').checkIn(['handled', 'no_violation', 'not_competent', 'unanswered'], 'worker_complaint_steps_result_check');
      t.text('outcome').checkIn(['solved', 'referred_higher', 'withdrawn'], 'worker_complaint_steps_outcome_check');
      t.date('on_day').notNullable();
      t.text('by_id').notNullable();
      t.foreign(['tenant_id', 'complaint_id'], 'worker_complaint_steps_complaint_fkey').references(['tenant_id', 'id']).inTable('worker_complaints');
    },
    // What was written stands: a correction is another row.
    { key: ['complaint_id', 'version'], grants: ['select', 'insert'] },
  );
  await knex.raw(`
    alter table worker_complaints
      add constraint worker_complaints_closed_check check ((state = 'closed') = (closed_at is not null)),
      add constraint worker_complaints_due_check check (closed_at is null or due_at is null),
      -- Forgotten only once nothing is owed to the worker.
      add constraint worker_complaints_worker_check check (worker_id is not null or closed_at is not null);
    alter table worker_complaint_steps
      add constraint worker_complaint_steps_passed_on_check check ((action = 'pass_on') = (authority is not null) and (received_number = '' or action = 'pass_on')),
      add constraint worker_complaint_steps_told_check check ((action = 'tell_worker') = (result is not null)),
      add constraint worker_complaint_steps_ended_check check ((action in ('close', 'correct')) = (outcome is not null));
    -- ListWorkerComplaints of a site, and whether any is open there.
    create index worker_complaints_site_idx on worker_complaints (tenant_id, site_id, id);
    -- ListWorkerComplaints in a state.
    create index worker_complaints_state_idx on worker_complaints (tenant_id, state, id);
    -- ListWorkerComplaints: one's own.
    create index worker_complaints_owner_idx on worker_complaints (tenant_id, owner_id, id);
    -- CountWorkerComplaints.
    create index worker_complaints_closed_idx on worker_complaints (tenant_id, closed_at) where closed_at is not null;
  `);
  for (const ruleSet of ruleSets) await addRuleSet(knex, ruleSet);
}

export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets')
    .whereIn('id', ruleSets.map(({ id }) => id))
    .delete();
  await knex.schema.dropTable('worker_complaint_steps');
  await knex.schema.dropTable('worker_complaints');
}
