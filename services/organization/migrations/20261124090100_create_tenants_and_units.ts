import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261124090100_create_tenants_and_units';

export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'tenants',
    (t) => {
      t.text('name_zh').notNullable();
      t.text('region').notNullable();
      t.text('city').notNullable();
      t.text('district').notNullable();
      t.text('time_zone').notNullable();
      t.boolean('suspended').notNullable().defaultTo(false);
      t.integer('version').notNullable();
    },
    { key: [], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'units',
    (t) => {
      t.uuid('id').notNullable();
      t.text('kind').notNullable().checkIn(['subdistrict', 'community', 'grid', 'building', 'department'], 'units_kind_check');
      t.uuid('parent_id');
      // Byte order, so that a subtree is one range of the index whatever the database's locale.
      t.specificType('path', 'text collate "C"').notNullable();
      t.text('code').notNullable();
      t.text('name_zh').notNullable();
      t.text('name_mn').notNullable();
      t.date('valid_from').notNullable();
      t.date('valid_to');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'parent_id'], 'units_parent_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign('tenant_id', 'units_tenant_fkey').references('tenant_id').inTable('tenants');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table units add constraint units_validity_check check (valid_to >= valid_from);
    alter table units add constraint units_root_check check ((kind = 'subdistrict') = (parent_id is null));
    alter table units add constraint units_path_check check (right(path, 38) = '/' || id || '/');
    create unique index units_open_code_key on units (tenant_id, code) where valid_to is null;
    create unique index units_root_key on units (tenant_id) where parent_id is null;
    -- ListUnits: the tree or a subtree in path order.
    create index units_open_path_idx on units (tenant_id, path) where valid_to is null;
    -- ListUnits of one kind.
    create index units_open_kind_idx on units (tenant_id, kind, path) where valid_to is null;
    -- CloseUnit: open children.
    create index units_open_parent_idx on units (tenant_id, parent_id) where valid_to is null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('units');
  await knex.schema.dropTable('tenants');
}
