import type { Knex } from 'knex';

export const name = '20261129100000_allow_household_clusters';

const kinds = ['subdistrict', 'community', 'grid', 'building', 'department'];

/** 联户 below a building, for offices that go so deep. */
export async function up(knex: Knex): Promise<void> {
  await checkKinds(knex, [...kinds, 'household_cluster']);
}

/** Only while no office has one. */
export async function down(knex: Knex): Promise<void> {
  await checkKinds(knex, kinds);
}

async function checkKinds(knex: Knex, allowed: readonly string[]): Promise<void> {
  await knex.raw(`
    alter table units drop constraint units_kind_check;
    alter table units add constraint units_kind_check check (kind in ('${allowed.join("', '")}'));
  `);
}
