import { createTenantTable, type Migration } from '@linli/db';
import type { Knex } from 'knex';

const states = `'draft', 'submitted', 'needs_material', 'declined', 'accepted', 'processing', 'paused',
  'awaiting_decision', 'decided', 'delivered', 'closed', 'reopened', 'withdrawn'`;

/** 办件. Texts are what people wrote; they never leave this table but to those who may read the case. */
export const createCases: Migration = {
  name: '20261124094000_create_cases',

  async up(knex) {
    await createTenantTable(knex, 'cases', addColumns, { key: ['id'], grants: ['select', 'insert', 'update'] });
    await addInvariants(knex);
    await addListIndexes(knex);
  },

  async down(knex) {
    await knex.schema.dropTable('cases');
  },
};

function addColumns(table: Knex.CreateTableBuilder): void {
  table.uuid('id').notNullable();
  table.text('number');
  table.text('item_code').notNullable();
  table.integer('item_version').notNullable();
  table.text('item_name_zh').notNullable();
  table.text('case_type').notNullable();
  table.uuid('resident_id').notNullable();
  table.uuid('mandate_id');
  table.text('channel').notNullable();
  table.uuid('unit_id').notNullable();
  table.specificType('unit_path', 'text collate "C"').notNullable();
  for (const column of ['agent_id', 'backup_id', 'owner_id', 'handler_unit_id']) table.uuid(column);
  table.specificType('handler_unit_path', 'text collate "C"');
  table.text('state').notNullable();
  table.text('waits_for').notNullable();
  for (const column of ['submitted_at', 'notice_due_at', 'accepted_at']) table.timestamp(column);
  table.boolean('accepted_automatically').notNullable();
  for (const column of ['due_at', 'statutory_due_at']) table.timestamp(column);
  table.boolean('due_provisional').notNullable();
  // 'infinity' while the office owes no step: then "by due time" is one order, and those without one come last.
  table.timestamp('next_due_at').notNullable();
  table.boolean('extended').notNullable();
  table.text('decline_reason_code');
  table.text('decline_explanation').notNullable();
  table.text('decline_redirect').notNullable();
  table.text('pause_cause');
  table.text('result');
  table.text('result_explanation').notNullable();
  table.timestamp('decided_at');
  table.text('delivery_method');
  for (const column of ['delivered_at', 'closed_at', 'reopen_until']) table.timestamp(column);
  table.integer('reopened_count').notNullable();
  table.text('subject').notNullable();
  table.uuid('thread_id').notNullable();
  table.timestamp('created_at').notNullable();
  table.timestamp('updated_at').notNullable();
  table.integer('version').notNullable();
}

async function addInvariants(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table cases
      add constraint cases_number_key unique (tenant_id, number),
      add constraint cases_item_fkey foreign key (tenant_id, item_code, item_version) references items (tenant_id, code, version),
      add constraint cases_mandate_fkey foreign key (tenant_id, mandate_id) references mandates (tenant_id, id),
      add constraint cases_state_check check (state in (${states})),
      add constraint cases_waits_for_check check (waits_for in ('owner', 'clerks', 'handlers', 'coordinators', 'resident', 'nobody')),
      add constraint cases_number_check check (number is not null or state in ('draft', 'withdrawn')),
      add constraint cases_declined_check check (state <> 'declined' or (decline_reason_code is not null and decline_redirect <> '')),
      add constraint cases_paused_check check ((state = 'paused') = (pause_cause is not null)),
      add constraint cases_accepted_check check (
        state not in ('accepted', 'processing', 'paused', 'awaiting_decision', 'decided', 'delivered', 'closed', 'reopened')
        or (accepted_at is not null and due_at is not null and handler_unit_path is not null)),
      add constraint cases_decided_check check (state not in ('decided', 'delivered', 'closed') or (result is not null and decided_at is not null)),
      add constraint cases_delivered_check check (state not in ('delivered', 'closed') or (delivered_at is not null and delivery_method is not null)),
      add constraint cases_closed_check check ((state = 'closed') = (closed_at is not null)),
      add constraint cases_owner_check check ((agent_id is null) = (owner_id is null)),
      add constraint cases_version_check check (version > 0)`);
}

/**
 * Each list reads one index in its order and stops at the page's end, or merges a few such reads (one a unit below the
 * asked one). `waits_for <> 'nobody'` means open: the lists by due time hold open cases only, a small share of all.
 * Counts read the same indexes alone, which needs a fresh visibility map: hence the early vacuum.
 */
async function addListIndexes(knex: Knex): Promise<void> {
  await knex.raw(`
    create index cases_by_state on cases (tenant_id, state, id);
    create index cases_by_due on cases (tenant_id, next_due_at, id, state) where waits_for <> 'nobody';
    create index cases_by_unit on cases (tenant_id, unit_path, id);
    create index cases_by_unit_state on cases (tenant_id, unit_path, state, id);
    create index cases_by_unit_due on cases (tenant_id, unit_path, next_due_at, id, state, waits_for) where waits_for <> 'nobody';
    create index cases_by_handler_state on cases (tenant_id, handler_unit_path, state, id) include (unit_path) where handler_unit_path is not null;
    create index cases_by_handler_due on cases (tenant_id, handler_unit_path, next_due_at, id, state, waits_for) include (unit_path)
      where waits_for <> 'nobody' and handler_unit_path is not null;
    create index cases_by_agent_state on cases (tenant_id, agent_id, state, id) where agent_id is not null;
    create index cases_by_stand_in on cases (tenant_id, owner_id, state, id) where owner_id <> agent_id;
    create index cases_by_agent_due on cases (tenant_id, agent_id, next_due_at, id, state) where waits_for <> 'nobody' and agent_id is not null;
    create index cases_by_owner_due on cases (tenant_id, owner_id, next_due_at, id, state, waits_for) where waits_for <> 'nobody' and owner_id is not null;
    create index cases_by_resident on cases (tenant_id, resident_id, id);
    create index cases_by_mandate on cases (tenant_id, mandate_id) where waits_for <> 'nobody' and mandate_id is not null;
    alter table cases set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)`);
}
