import type { Knex } from 'knex';

export const name = '20261129187300_dissolve_committees';

/** A unit has one committee of a kind that stands; one that was dissolved leaves room. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index committees_place_key;
    create unique index committees_place_key on committees (tenant_id, unit_id, kind) where ended_on is null`);
}

/** Where one was founded again this fails. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index committees_place_key;
    create unique index committees_place_key on committees (tenant_id, unit_id, kind)`);
}
