import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128120500_create_joint_projects';

export async function up(knex: Knex): Promise<void> {
  await createNeedsAndResources(knex);
  await createProjects(knex);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['joint_project_resources', 'joint_project_needs', 'joint_projects', 'resources', 'needs']) await knex.schema.dropTable(table);
}

async function createNeedsAndResources(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'needs',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('category_code').notNullable();
      t.text('text_zh').notNullable();
      t.text('state').notNullable().checkIn(['open', 'taken', 'met', 'withdrawn'], 'needs_state_check');
      t.date('raised_on').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'needs_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'resources',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('member_unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('category_code').notNullable();
      t.text('title_zh').notNullable();
      t.integer('capacity').notNullable();
      t.date('offered_on').notNullable();
      t.date('withdrawn_on');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'member_unit_id'], 'resources_member_unit_fkey').references(['tenant_id', 'id']).inTable('member_units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    -- ListNeeds: in a state, the oldest first; in any state by the key.
    create index needs_state_idx on needs (tenant_id, state, id);
    alter table resources add constraint resources_capacity_check check (capacity between 1 and 1000);
    -- SuggestMatches and ListResources: what is offered in a category.
    create index resources_category_idx on resources (tenant_id, category_code, id) where withdrawn_on is null;
  `);
}

async function createProjects(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'joint_projects',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('title_zh').notNullable();
      t.text('state').notNullable().checkIn(['proposed', 'matched', 'agreed', 'running', 'delivered', 'reviewed_by_residents', 'closed', 'stalled'], 'joint_projects_state_check');
      t.specificType('tags', 'text[]').notNullable();
      t.uuid('lead_member_unit_id');
      t.bigInteger('budget_cents').notNullable();
      t.date('due_on').notNullable();
      t.timestamp('overdue_at');
      t.text('proof').notNullable();
      for (const count of ['useful', 'partly', 'not_useful']) t.integer(count).notNullable();
      t.text('reason_code').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'joint_projects_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'lead_member_unit_id'], 'joint_projects_lead_fkey').references(['tenant_id', 'id']).inTable('member_units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  for (const [table, column, other] of [['joint_project_needs', 'need_id', 'needs'], ['joint_project_resources', 'resource_id', 'resources']] as const) {
    await createTenantTable(
      knex,
      table,
      (t) => {
        t.uuid('joint_project_id').notNullable();
        t.uuid(column).notNullable();
        t.integer('place').notNullable();
        t.foreign(['tenant_id', 'joint_project_id'], `${table}_project_fkey`).references(['tenant_id', 'id']).inTable('joint_projects');
        t.foreign(['tenant_id', column], `${table}_${column}_fkey`).references(['tenant_id', 'id']).inTable(other);
      },
      { key: ['joint_project_id', column], grants: ['select', 'insert'] },
    );
  }
  await knex.raw(`
    alter table joint_projects
      add constraint joint_projects_figures_check check (budget_cents >= 0 and useful >= 0 and partly >= 0 and not_useful >= 0),
      add constraint joint_projects_tags_check check (tags <@ array['create', 'consult', 'build', 'serve', 'help']),
      add constraint joint_projects_stalled_check check ((state = 'stalled') = (reason_code <> '')),
      add constraint joint_projects_lead_check check (state in ('proposed', 'stalled') or lead_member_unit_id is not null);
    -- ListJointProjects: in a state, the oldest first; in any state by the key.
    create index joint_projects_state_idx on joint_projects (tenant_id, state, id);
    -- Capacity: what a resource serves.
    create index joint_project_resources_resource_idx on joint_project_resources (tenant_id, resource_id);
  `);
}
