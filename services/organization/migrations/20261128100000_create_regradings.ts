import { createTenantTable, roleNames } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128100000_create_regradings';

/** Changes of the tree that hold from a day, and names that do. */
export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'unit_names',
    (t) => {
      t.uuid('unit_id').notNullable();
      t.date('valid_from').notNullable();
      t.text('name_zh').notNullable();
      t.text('name_mn').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'unit_names_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    // The name on a day: the last that began by then. A unit that never changed its name has no row.
    { key: ['unit_id', 'valid_from'] },
  );
  await createTenantTable(
    knex,
    'regradings',
    (t) => {
      t.uuid('id').notNullable();
      t.text('title_zh').notNullable();
      t.date('effective_on').notNullable();
      t.text('state').notNullable().checkIn(['planned', 'in_effect', 'withdrawn'], 'regradings_state_check');
      t.jsonb('operations').notNullable();
      // The lowest unit that covers all it touches: who may see units there may see it.
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('planned_by').notNullable();
      t.timestamp('planned_at').notNullable();
      t.timestamp('ended_at');
      t.integer('version').notNullable();
      t.foreign('tenant_id', 'regradings_tenant_fkey').references('tenant_id').inTable('tenants');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'regrading_units',
    (t) => {
      t.uuid('regrading_id').notNullable();
      t.uuid('unit_id').notNullable();
      t.text('regraded_as').notNullable().checkIn(['opened', 'ended', 'renamed'], 'regrading_units_regraded_as_check');
      t.uuid('successor_id');
      t.boolean('pending').notNullable();
      t.foreign(['tenant_id', 'regrading_id'], 'regrading_units_regrading_fkey').references(['tenant_id', 'id']).inTable('regradings');
      t.foreign(['tenant_id', 'unit_id'], 'regrading_units_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'successor_id'], 'regrading_units_successor_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['regrading_id', 'unit_id'] },
  );
  await knex.raw(`
    alter table regradings add constraint regradings_ended_check check ((state = 'planned') = (ended_at is null));
    alter table regrading_units add constraint regrading_units_successor_check check ((regraded_as = 'ended') = (successor_id is not null));
    -- ListRegradings, and those of one state.
    create index regradings_day_idx on regradings (tenant_id, effective_on, id);
    create index regradings_state_idx on regradings (tenant_id, state, effective_on, id);
    -- A unit is in one plan at a time.
    create unique index regrading_units_pending_key on regrading_units (tenant_id, unit_id) where pending;
    -- CloseUnit: plans in which other units' work goes there.
    create index regrading_units_successor_idx on regrading_units (tenant_id, successor_id) where pending;
  `);
  await changeUnits(knex);
}

async function changeUnits(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Equality of codes beside overlap of days, in one constraint.
    create extension if not exists btree_gist;
    alter table units add column continues_id uuid, add column successor_id uuid;
    alter table units add constraint units_continues_fkey foreign key (tenant_id, continues_id) references units (tenant_id, id);
    alter table units add constraint units_successor_fkey foreign key (tenant_id, successor_id) references units (tenant_id, id);
    alter table units add constraint units_successor_check check (successor_id <> id and (successor_id is null or valid_to is not null));
    alter table units add constraint units_code_validity_excl
      exclude using gist (tenant_id with =, code with =, daterange(valid_from, valid_to) with &&);
    -- A unit goes on as one other at most.
    create unique index units_continues_key on units (tenant_id, continues_id) where continues_id is not null;
    -- Units by code on a day.
    create index units_code_idx on units (tenant_id, code, valid_from);
    -- CloseUnit: units below.
    create index units_parent_idx on units (tenant_id, parent_id);
    -- Every list is as of a day now, today included. CountUnits reads the index by kind alone.
    drop index units_open_code_key, units_open_path_idx, units_open_kind_idx, units_open_parent_idx, units_kind_as_of_idx;
    create index units_kind_as_of_idx on units (tenant_id, kind, path, valid_from, coalesce(valid_to, 'infinity'::date)) include (valid_to);
    -- A unit that ends: the roles given there.
    create index role_grants_unit_idx on role_grants (tenant_id, unit_id) where revoked_at is null;
  `);
  // A planned unit whose plan is withdrawn goes again.
  await knex.raw('grant delete on units to ??', [(await roleNames(knex)).app]);
}

/** The extension stays: it holds nothing, and other tables may have come to use it. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('revoke delete on units from ??', [(await roleNames(knex)).app]);
  await knex.raw(`
    drop index role_grants_unit_idx;
    drop index units_kind_as_of_idx, units_parent_idx, units_code_idx, units_continues_key;
    alter table units drop constraint units_code_validity_excl, drop constraint units_successor_check,
      drop constraint units_successor_fkey, drop constraint units_continues_fkey;
    alter table units drop column continues_id, drop column successor_id;
    create unique index units_open_code_key on units (tenant_id, code) where valid_to is null;
    create index units_open_path_idx on units (tenant_id, path) where valid_to is null;
    create index units_open_kind_idx on units (tenant_id, kind, path) where valid_to is null;
    create index units_open_parent_idx on units (tenant_id, parent_id) where valid_to is null;
    create index units_kind_as_of_idx on units (tenant_id, kind, path, valid_from, coalesce(valid_to, 'infinity'::date));
  `);
  await knex.schema.dropTable('regrading_units');
  await knex.schema.dropTable('regradings');
  await knex.schema.dropTable('unit_names');
}
