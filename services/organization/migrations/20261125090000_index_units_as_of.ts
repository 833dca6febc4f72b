import type { Knex } from 'knex';

export const name = '20261125090000_index_units_as_of';

/** ListUnits as of a day: the tree, a subtree or one kind in path order, closed units too. The validity is looked at in the index. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index units_as_of_idx on units (tenant_id, path, valid_from, coalesce(valid_to, 'infinity'::date));
    create index units_kind_as_of_idx on units (tenant_id, kind, path, valid_from, coalesce(valid_to, 'infinity'::date));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index units_as_of_idx, units_kind_as_of_idx');
}
