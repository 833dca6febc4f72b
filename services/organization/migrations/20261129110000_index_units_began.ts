import type { Knex } from 'knex';

export const name = '20261129110000_index_units_began';

/** ListUnits as of an early day: few units had begun, and in the order of paths all the later ones would be passed over. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index units_began_idx on units (tenant_id, valid_from)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index units_began_idx');
}
