import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128100100_create_grid_facts';

/** Where units lie, and what an office posts of its grids. */
export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'unit_boundaries',
    (t) => {
      t.uuid('unit_id').notNullable();
      t.date('valid_from').notNullable();
      t.jsonb('geometry').notNullable();
      t.bigInteger('area_m2').notNullable();
      // The smallest box of degrees around it: what a look-up reads before it reads a geometry.
      t.specificType('bounds', 'box').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'unit_boundaries_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    // The boundary on a day: the last that began by then.
    { key: ['unit_id', 'valid_from'] },
  );
  await createTenantTable(
    knex,
    'grid_facts',
    (t) => {
      t.uuid('unit_id').notNullable();
      t.text('supervision_phone').notNullable();
      t.integer('household_count').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'grid_facts_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['unit_id'] },
  );
  await knex.raw(`
    alter table unit_boundaries add constraint unit_boundaries_area_check check (area_m2 >= 0);
    alter table grid_facts add constraint grid_facts_household_count_check check (household_count >= 0);
    -- FindGridAt, and what a new boundary overlaps.
    create index unit_boundaries_bounds_idx on unit_boundaries using gist (tenant_id, bounds);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('grid_facts');
  await knex.schema.dropTable('unit_boundaries');
}
