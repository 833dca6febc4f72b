import { createClockTables, dropClockTables } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128090000_create_work';

/** What waits to be done, what is timed, and what happened to each matter: one table of each for every capability of the service. */
export async function up(knex: Knex): Promise<void> {
  await createClockTables(knex);
  await createTenantTable(
    knex,
    'work_items',
    (t) => {
      t.text('kind').notNullable();
      t.uuid('subject_id').notNullable();
      t.text('number').notNullable();
      t.text('action').notNullable();
      t.text('title_zh').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.uuid('owner_id');
      t.text('permission').notNullable();
      // Without a due time: infinity, so that it comes last and the keyset needs no case for it.
      t.timestamp('due_at').notNullable();
      t.uuid('thread_id').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'work_items_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['kind', 'subject_id'] },
  );
  await createTenantTable(
    knex,
    'thread_entries',
    (t) => {
      t.uuid('thread_id').notNullable();
      t.text('subject_kind').notNullable();
      t.uuid('subject_id').notNullable();
      t.integer('version').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.timestamp('at').notNullable();
      t.text('actor_kind').notNullable().checkIn(['staff', 'client', 'system', 'resident'], 'thread_entries_actor_kind_check');
      t.text('actor_id').notNullable();
      t.text('code').notNullable();
      t.jsonb('facts').notNullable();
      t.text('note').notNullable();
    },
    { key: ['subject_id', 'version'], grants: ['select', 'insert'] },
  );
  await knex.raw(`
    -- ListWork: one's own.
    create index work_items_owner_idx on work_items (tenant_id, owner_id, due_at, subject_id, kind) where owner_id is not null;
    -- ListWork at a unit: what waits for those who hold a permission.
    create index work_items_permission_idx on work_items (tenant_id, permission, due_at, subject_id, kind) include (unit_path);
    -- A unit that closes: what waits there.
    create index work_items_unit_idx on work_items (tenant_id, unit_id);
    create index thread_entries_by_thread on thread_entries (tenant_id, thread_id, at, subject_id, version);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('thread_entries');
  await knex.schema.dropTable('work_items');
  await dropClockTables(knex);
}
