import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128120000_create_member_units_and_committees';

const tables = ['rotation_terms', 'host_swaps', 'rotation_places', 'committee_seats', 'committees', 'member_units'] as const;

export async function up(knex: Knex): Promise<void> {
  await createMemberUnits(knex);
  await createCommittees(knex);
  await createRotation(knex);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of tables) await knex.schema.dropTable(table);
}

async function createMemberUnits(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'member_units',
    (t) => {
      t.uuid('id').notNullable();
      t.text('code').notNullable();
      t.text('name_zh').notNullable();
      t.text('kind').notNullable().checkIn(['government', 'institution', 'enterprise', 'social_organisation', 'property_company', 'community'], 'member_units_kind_check');
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('contact_name').notNullable();
      t.text('contact_phone').notNullable();
      t.date('joined_on').notNullable();
      t.date('left_on');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'member_units_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table member_units add constraint member_units_dates_check check (left_on >= joined_on);
    create unique index member_units_code_key on member_units (tenant_id, code) where left_on is null;
  `);
}

async function createCommittees(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'committees',
    (t) => {
      t.uuid('id').notNullable();
      t.text('kind').notNullable().checkIn(['regional', 'community_joint'], 'committees_kind_check');
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('name_zh').notNullable();
      t.integer('size').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'committees_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'committee_seats',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('committee_id').notNullable();
      t.uuid('member_unit_id').notNullable();
      t.date('valid_from').notNullable();
      t.date('valid_to');
      t.foreign(['tenant_id', 'committee_id'], 'committee_seats_committee_fkey').references(['tenant_id', 'id']).inTable('committees');
      t.foreign(['tenant_id', 'member_unit_id'], 'committee_seats_member_unit_fkey').references(['tenant_id', 'id']).inTable('member_units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table committees add constraint committees_size_check check (size between 1 and 200);
    create unique index committees_place_key on committees (tenant_id, unit_id, kind);
    alter table committee_seats
      add constraint committee_seats_dates_check check (valid_to >= valid_from),
      add constraint committee_seats_no_overlap
        exclude using gist (tenant_id with =, committee_id with =, member_unit_id with =, daterange(valid_from, valid_to) with &&);
    -- The seats of a committee.
    create index committee_seats_committee_idx on committee_seats (tenant_id, committee_id, id);
    -- LeaveMemberUnit: the seats it holds.
    create index committee_seats_member_unit_idx on committee_seats (tenant_id, member_unit_id);
  `);
}

/** What was decided stays: the app role may add to these tables and change nothing in them. */
async function createRotation(knex: Knex): Promise<void> {
  const grants = ['select', 'insert'] as const;
  await createTenantTable(
    knex,
    'rotation_places',
    (t) => {
      t.uuid('committee_id').notNullable();
      t.integer('base_year').notNullable();
      t.integer('place').notNullable();
      t.uuid('member_unit_id').notNullable();
      t.foreign(['tenant_id', 'committee_id'], 'rotation_places_committee_fkey').references(['tenant_id', 'id']).inTable('committees');
      t.foreign(['tenant_id', 'member_unit_id'], 'rotation_places_member_unit_fkey').references(['tenant_id', 'id']).inTable('member_units');
    },
    { key: ['committee_id', 'base_year', 'place'], grants },
  );
  await createTenantTable(
    knex,
    'host_swaps',
    (t) => {
      t.uuid('committee_id').notNullable();
      // Of the committee with the swap: swaps follow each other in this order.
      t.integer('version').notNullable();
      t.integer('year').notNullable();
      t.integer('other_year').notNullable();
      t.uuid('member_unit_id').notNullable();
      t.uuid('other_member_unit_id').notNullable();
      t.text('reason_code').notNullable();
      t.date('decided_on').notNullable();
      t.text('decided_by').notNullable();
      t.foreign(['tenant_id', 'committee_id'], 'host_swaps_committee_fkey').references(['tenant_id', 'id']).inTable('committees');
    },
    { key: ['committee_id', 'version'], grants },
  );
  await createTenantTable(
    knex,
    'rotation_terms',
    (t) => {
      t.uuid('committee_id').notNullable();
      t.integer('year').notNullable();
      t.uuid('host_id').notNullable();
      t.date('handed_over_on').notNullable();
      t.foreign(['tenant_id', 'committee_id'], 'rotation_terms_committee_fkey').references(['tenant_id', 'id']).inTable('committees');
      t.foreign(['tenant_id', 'host_id'], 'rotation_terms_host_fkey').references(['tenant_id', 'id']).inTable('member_units');
    },
    { key: ['committee_id', 'year'], grants },
  );
  await knex.raw(`
    alter table rotation_places add constraint rotation_places_once_key unique (tenant_id, committee_id, base_year, member_unit_id);
    alter table host_swaps add constraint host_swaps_years_check check (year < other_year and member_unit_id <> other_member_unit_id);
  `);
}
