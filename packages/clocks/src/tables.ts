import { createSharedTable, createTenantTable, type ConstraintReasons } from '@linli/db';
import type { Knex } from 'knex';

/** Migration helper: the law's limits (shared) and the clocks (per tenant; the relay role reads them to find due alarms). */
export async function createClockTables(knex: Knex): Promise<void> {
  // For the exclusion constraint below: equality and ranges in one index. It is a trusted extension.
  await knex.raw('create extension if not exists btree_gist');
  await createSharedTable(
    knex,
    'clock_rule_sets',
    (table) => {
      table.text('id').notNullable();
      table.integer('version').notNullable();
      table.text('citation').notNullable();
      addLimitColumns(table);
      table.date('effective_from').notNullable();
      table.date('effective_to');
      table.primary(['id', 'version'], { constraintName: 'clock_rule_sets_pkey' });
    },
    { grants: ['select'] },
  );
  await knex.raw(`
    alter table clock_rule_sets
      add constraint clock_rule_sets_version_check check (version > 0),
      add constraint clock_rule_sets_citation_check check (citation <> ''),
      add constraint clock_rule_sets_limit_check check (${limitCheck}),
      add constraint clock_rule_sets_effective_check check (effective_to > effective_from),
      add constraint clock_rule_sets_no_overlap exclude using gist (id with =, daterange(effective_from, effective_to) with &&)`);
  await createTenantTable(
    knex,
    'clocks',
    (table) => {
      table.uuid('id').notNullable();
      for (const column of ['kind', 'subject_type', 'subject_id', 'citation', 'state']) table.text(column).notNullable();
      table.text('rule_set_id');
      table.integer('rule_set_version');
      addLimitColumns(table);
      table.timestamp('started_at').notNullable();
      table.timestamp('due_at').notNullable();
      table.boolean('provisional').notNullable();
      for (const column of ['pauses', 'extensions', 'corrections']) table.jsonb(column).notNullable().defaultTo('[]');
      table.specificType('alarms', 'text[]').notNullable();
      table.text('last_alarm');
      table.integer('alarm_failures').notNullable().defaultTo(0);
      table.timestamp('next_alarm_at');
      table.timestamp('ended_at');
      table.integer('version').notNullable();
    },
    { key: ['id'], grants: ['select', 'insert', 'update'], relay: ['select'] },
  );
  await knex.raw(`
    alter table clocks
      add constraint clocks_rule_set_fkey foreign key (rule_set_id, rule_set_version) references clock_rule_sets (id, version) match full,
      add constraint clocks_limit_check check (${limitCheck}),
      add constraint clocks_state_check check (state in ('running', 'paused', 'satisfied', 'cancelled')),
      add constraint clocks_ended_check check ((state in ('satisfied', 'cancelled')) = (ended_at is not null)),
      add constraint clocks_alarm_check check (ended_at is null or next_alarm_at is null);
    create unique index clocks_one_open_per_kind on clocks (tenant_id, subject_type, subject_id, kind) where ended_at is null;
    create index clocks_subject on clocks (tenant_id, subject_id);
    create index clocks_next_alarm on clocks (tenant_id, next_alarm_at) where next_alarm_at is not null;
    create index clocks_provisional on clocks (tenant_id, id) where provisional and ended_at is null`);
}

export async function dropClockTables(knex: Knex): Promise<void> {
  await knex.schema.dropTable('clocks');
  await knex.schema.dropTable('clock_rule_sets');
}

/** For the constraints of `openDatabase`. */
export const clockConstraints: ConstraintReasons = {
  clocks_one_open_per_kind: {
    kind: 'already_exists',
    reason: 'CLOCK_ALREADY_RUNNING',
    message: 'the subject already has an open clock of this kind',
  },
  clock_rule_sets_no_overlap: {
    kind: 'already_exists',
    reason: 'RULE_SET_OVERLAPS',
    message: 'two versions of a rule set are in force on one day',
  },
};

const limitCheck = `amount > 0 and unit in ('working_days', 'calendar_days', 'hours') and roll in ('none', 'forward')
  and (unit <> 'hours' or roll = 'none')`;

function addLimitColumns(table: Knex.CreateTableBuilder): void {
  table.integer('amount').notNullable();
  table.text('unit').notNullable();
  table.text('roll').notNullable();
}
