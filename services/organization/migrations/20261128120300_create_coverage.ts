import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128120300_create_coverage';

export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'branches',
    (t) => {
      t.uuid('id').notNullable();
      t.text('kind').notNullable().checkIn(['branch', 'group'], 'branches_kind_check');
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('name_zh').notNullable();
      t.text('contact_phone').notNullable();
      t.date('valid_from').notNullable();
      t.date('valid_to');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'branches_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'development_counts',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.integer('year').notNullable();
      t.integer('activists').notNullable();
      t.integer('admitted').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'development_counts_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['unit_id', 'year'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table branches
      add constraint branches_dates_check check (valid_to >= valid_from),
      add constraint branches_one_at_a_time exclude using gist (tenant_id with =, unit_id with =, daterange(valid_from, valid_to) with &&);
    -- ListPublicBranches: in a community.
    create index branches_path_idx on branches (tenant_id, unit_path) where valid_to is null;
    -- ListCoverage: what stands at each unit.
    create index branches_unit_idx on branches (tenant_id, unit_id);
    alter table development_counts add constraint development_counts_figures_check check (activists >= 0 and admitted >= 0);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('development_counts');
  await knex.schema.dropTable('branches');
}
