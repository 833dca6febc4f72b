import { addRuleSet } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128130100_create_pledges';

const progressRule = {
  id: 'organization.pledge_progress',
  version: 1,
  citation: '惠民实事项目公示规则：实施期间按月公布进展，次月五日前公布上月进展',
  limit: { unit: 'calendar_days', roll: 'none', amount: 5 },
  effectiveFrom: '2012-01-01',
} as const;

const states = ['collected', 'screened', 'selected', 'pledged', 'running', 'delayed', 'completed', 'resident_checked', 'closed', 'dropped'];
const reasons = ['weather', 'land', 'funds', 'design', 'contractor', 'policy', 'residents_wish', 'not_ours', 'duplicate', 'defects', 'other'];

export async function up(knex: Knex): Promise<void> {
  await createProjects(knex);
  await createProgress(knex);
  await createStatements(knex);
  await addRuleSet(knex, progressRule);
}

async function createProjects(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'pledge_projects',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.specificType('code', 'text collate "C"').notNullable();
      t.integer('year').notNullable();
      t.text('title_zh').notNullable();
      t.text('description_zh').notNullable();
      t.text('source').notNullable().checkIn(['residents', 'representatives', 'community', 'office'], 'pledge_projects_source_check');
      t.text('state').notNullable().checkIn(states, 'pledge_projects_state_check');
      t.date('voted_on');
      for (const count of ['entitled', 'present', 'in_favour', 'against', 'abstained']) t.integer(count);
      t.text('quorum_id');
      t.integer('quorum_version');
      t.date('due_day');
      t.date('first_due_day');
      t.uuid('owner_unit_id');
      t.specificType('owner_path', 'text collate "C"');
      t.uuid('post_id');
      t.uuid('owner_id');
      t.bigInteger('budget_fen');
      t.timestamp('progress_due_at');
      t.boolean('overdue').notNullable();
      t.date('completed_on');
      t.text('completed_by');
      t.date('checked_on');
      t.integer('examiners');
      t.specificType('score_counts', 'integer[]');
      t.timestamp('created_at').notNullable();
      t.timestamp('updated_at').notNullable();
      t.integer('version').notNullable();
      t.unique(['tenant_id', 'code'], { indexName: 'pledge_projects_code_key' });
      t.foreign(['tenant_id', 'unit_id'], 'pledge_projects_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'owner_unit_id'], 'pledge_projects_owner_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'post_id'], 'pledge_projects_post_fkey').references(['tenant_id', 'id']).inTable('posts');
      t.foreign(['quorum_id', 'quorum_version'], 'pledge_projects_quorum_fkey').references(['id', 'version']).inTable('quorum_rule_sets');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table pledge_projects
      add constraint pledge_projects_vote_check check (
        num_nulls(voted_on, entitled, present, in_favour, against, abstained, quorum_id, quorum_version) in (0, 8)
        and least(entitled, present, in_favour, against, abstained) >= 0 and present <= entitled and in_favour + against + abstained <= present),
      add constraint pledge_projects_promise_check check (
        num_nulls(due_day, first_due_day, owner_unit_id, owner_path, post_id, owner_id, budget_fen) in (0, 7) and budget_fen >= 0),
      -- Nothing is promised that was not voted for, and nothing carried out that was not promised.
      add constraint pledge_projects_order_check check (
        (state in ('collected', 'screened', 'dropped') or voted_on is not null)
        and (state in ('collected', 'screened', 'selected', 'dropped') or due_day is not null)),
      add constraint pledge_projects_completed_check check (
        (completed_on is not null) = (state in ('completed', 'resident_checked', 'closed')) and (completed_on is null) = (completed_by is null)),
      add constraint pledge_projects_checked_check check (
        (checked_on is not null) = (state in ('resident_checked', 'closed'))
        and (checked_on is null) = (examiners is null) and (checked_on is null) = (score_counts is null));
    -- ListPledgeProjects, ListPublicPledgeProjects.
    create index pledge_projects_year_idx on pledge_projects (tenant_id, year desc, code);
  `);
}

async function createProgress(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'pledge_progress',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('project_id').notNullable();
      t.specificType('month', 'text collate "C"').notNullable().checkRegex('^[0-9]{4}-(0[1-9]|1[0-2])$', 'pledge_progress_month_check');
      t.text('state').notNullable().checkIn(['owed', 'missed', 'reported', 'waived'], 'pledge_progress_state_check');
      t.timestamp('due_at').notNullable();
      t.integer('percent').notNullable();
      t.bigInteger('spent_fen').notNullable();
      t.text('note_zh').notNullable();
      t.timestamp('reported_at');
      t.text('reported_by');
      // A month is owed once. Reads of a project's progress: the newest month first.
      t.unique(['tenant_id', 'project_id', 'month'], { indexName: 'pledge_progress_month_key' });
      t.foreign(['tenant_id', 'project_id'], 'pledge_progress_project_fkey').references(['tenant_id', 'id']).inTable('pledge_projects');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table pledge_progress
      add constraint pledge_progress_amounts_check check (percent between 0 and 100 and spent_fen >= 0),
      add constraint pledge_progress_reported_check check ((state = 'reported') = (reported_at is not null) and (reported_at is null) = (reported_by is null))`);
}

async function createStatements(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'pledge_statements',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('project_id').notNullable();
      t.text('kind').notNullable().checkIn(['delayed', 'changed', 'dropped'], 'pledge_statements_kind_check');
      t.text('reason').notNullable().checkIn(reasons, 'pledge_statements_reason_check');
      t.text('explanation_zh').notNullable();
      t.date('due_day_before');
      t.date('due_day_after');
      t.timestamp('at').notNullable();
      t.foreign(['tenant_id', 'project_id'], 'pledge_statements_project_fkey').references(['tenant_id', 'id']).inTable('pledge_projects');
    },
    // What was said in public stays said.
    { key: ['id'], grants: ['select', 'insert'] },
  );
  await knex.raw(`
    alter table pledge_statements add constraint pledge_statements_explanation_check check (explanation_zh <> '');
    -- Reads of a project's statements.
    create index pledge_statements_project_idx on pledge_statements (tenant_id, project_id, at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets').where({ id: progressRule.id }).delete();
  for (const table of ['pledge_statements', 'pledge_progress', 'pledge_projects']) await knex.schema.dropTable(table);
}
