import { acrossTenants } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129187000_replace_rotations';

/** A rotation that has not begun may be replaced; both decisions are kept, told apart by the version of their committee. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Those there are were set in the order of their base years.
    alter table rotation_places add column version integer not null default 0;
    alter table rotation_places
      alter column version drop default,
      drop constraint rotation_places_pkey,
      drop constraint rotation_places_once_key,
      add constraint rotation_places_pkey primary key (tenant_id, committee_id, version, base_year, place),
      add constraint rotation_places_once_key unique (tenant_id, committee_id, version, base_year, member_unit_id)`);
}

/** What was replaced is lost. */
export async function down(knex: Knex): Promise<void> {
  await acrossTenants(knex, ['rotation_places'], async () => {
    await knex.raw(`
      delete from rotation_places as place using rotation_places as later
       where later.tenant_id = place.tenant_id and later.committee_id = place.committee_id and later.version > place.version and later.base_year <= place.base_year`);
  });
  await knex.raw(`
    alter table rotation_places
      drop constraint rotation_places_pkey,
      drop constraint rotation_places_once_key,
      drop column version,
      add constraint rotation_places_pkey primary key (tenant_id, committee_id, base_year, place),
      add constraint rotation_places_once_key unique (tenant_id, committee_id, base_year, member_unit_id)`);
}
