import { createSharedTable, createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128150000_create_venues';

export async function up(knex: Knex): Promise<void> {
  // Compares texts and ids within a GiST index. It stays when the tables go: another table may use it.
  await knex.raw('create extension if not exists btree_gist');
  await createVenues(knex);
  await createVisitorCounts(knex);
  await createBookingRules(knex);
  await createBookings(knex);
}

async function createVenues(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'venues',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('name_zh').notNullable();
      t.text('name_mn').notNullable();
      t.text('use').notNullable().checkIn(['exclusive', 'shared'], 'venues_use_check');
      t.integer('capacity').notNullable();
      // Spans by weekday, in minutes of the day; read and written as a whole.
      t.jsonb('hours').notNullable();
      t.boolean('closed').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'venues_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'venue_days',
    (t) => {
      t.uuid('venue_id').notNullable();
      t.date('day').notNullable();
      t.jsonb('spans').notNullable();
      t.foreign(['tenant_id', 'venue_id'], 'venue_days_venue_fkey').references(['tenant_id', 'id']).inTable('venues');
    },
    { key: ['venue_id', 'day'] },
  );
  await knex.raw(`
    alter table venues add constraint venues_capacity_check check (capacity between 1 and 5000);
    -- ListVenues, and a community's venues as they are published.
    create index venues_unit_path_idx on venues (tenant_id, unit_path, id);
    -- A unit that closes: its venues.
    create index venues_unit_idx on venues (tenant_id, unit_id);
  `);
}

async function createVisitorCounts(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'visitor_counts',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('venue_id').notNullable();
      t.date('day').notNullable();
      t.integer('visitors').notNullable();
      t.integer('version').notNullable();
      // ListVisitorCounts: the latest day first.
      t.unique(['tenant_id', 'venue_id', 'day'], { indexName: 'visitor_counts_day_key' });
      t.foreign(['tenant_id', 'venue_id'], 'visitor_counts_venue_fkey').references(['tenant_id', 'id']).inTable('venues');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw('alter table visitor_counts add constraint visitor_counts_visitors_check check (visitors >= 0)');
}

/** What one holder may book, in versions: a house rule, and so data. */
async function createBookingRules(knex: Knex): Promise<void> {
  await createSharedTable(
    knex,
    'booking_rules',
    (t) => {
      t.text('resource_kind').notNullable().checkIn(['venue'], 'booking_rules_resource_kind_check');
      t.text('holder_kind').notNullable().checkIn(['resident', 'organisation'], 'booking_rules_holder_kind_check');
      t.integer('version').notNullable();
      t.text('citation').notNullable();
      // Confirmed or waiting, and not over; null: no limit.
      t.integer('most_open');
      t.integer('most_days_ahead').notNullable();
      t.integer('most_minutes').notNullable();
      t.date('effective_from').notNullable();
      t.date('effective_to');
      t.primary(['resource_kind', 'holder_kind', 'version'], { constraintName: 'booking_rules_pkey' });
    },
    { grants: ['select'] },
  );
  await knex.raw(`
    alter table booking_rules add constraint booking_rules_limits_check check (most_open > 0 and most_days_ahead > 0 and most_minutes > 0);
    alter table booking_rules add constraint booking_rules_one_a_day_excl
      exclude using gist (resource_kind with =, holder_kind with =, daterange(effective_from, effective_to) with &&);
  `);
  await knex('booking_rules').insert([
    { resource_kind: 'venue', holder_kind: 'resident', version: 1, citation: '社区场馆预约规则：居民同时持有的预约不超过三个，提前不超过三十日，每次不超过四小时', most_open: 3, most_days_ahead: 30, most_minutes: 240, effective_from: '2020-01-01' },
    { resource_kind: 'venue', holder_kind: 'organisation', version: 1, citation: '社区场馆预约规则：单位、社会组织由社区代为预约，提前不超过一年，每次不超过二十四小时', most_open: null, most_days_ahead: 365, most_minutes: 1440, effective_from: '2020-01-01' },
  ]);
}

async function createBookings(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'bookings',
    (t) => {
      t.uuid('id').notNullable();
      // What is booked; nothing that can be booked is ever deleted.
      t.text('resource_kind').notNullable().checkIn(['venue'], 'bookings_resource_kind_check');
      t.uuid('resource_id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.timestamp('starts_at').notNullable();
      t.timestamp('ends_at').notNullable();
      t.integer('people').notNullable();
      // The numbers of the places held: one a person, or the one place of an exclusive venue.
      t.specificType('places', 'int4multirange').notNullable();
      t.text('holder_kind').notNullable().checkIn(['resident', 'organisation'], 'bookings_holder_kind_check');
      // A resident's subject id, and nothing else of them.
      t.text('resident_id').notNullable();
      t.text('organisation_name').notNullable();
      t.text('state').notNullable().checkIn(['confirmed', 'waiting', 'cancelled', 'no_show'], 'bookings_state_check');
      // Counted up under the resource's lock: the order of the waiting list.
      t.integer('turn').notNullable();
      t.timestamp('booked_at').notNullable();
      t.timestamp('promoted_at');
      t.timestamp('told_at');
      t.integer('version').notNullable();
      t.unique(['tenant_id', 'resource_id', 'turn'], { indexName: 'bookings_turn_key' });
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table bookings add constraint bookings_time_check check (ends_at > starts_at);
    alter table bookings add constraint bookings_people_check check (people > 0);
    alter table bookings add constraint bookings_holder_check
      check ((holder_kind = 'resident') = (resident_id <> '') and (holder_kind = 'organisation') = (organisation_name <> ''));
    -- Who is confirmed holds places, who waits or has cancelled holds none.
    alter table bookings add constraint bookings_places_check check ((state in ('confirmed', 'no_show')) = not isempty(places));
    -- No place is held twice at one time, whoever races whom.
    alter table bookings add constraint bookings_place_twice_excl
      exclude using gist (tenant_id with =, resource_id with =, tstzrange(starts_at, ends_at) with &&, places with &&)
      where (state in ('confirmed', 'no_show'));
    -- ListBookings of a resource.
    create index bookings_resource_idx on bookings (tenant_id, resource_id, starts_at, id);
    -- ListBookings of a resident, and what they hold already.
    create index bookings_resident_idx on bookings (tenant_id, resident_id, starts_at, id) where resident_id <> '';
    -- The waiting list.
    create index bookings_waiting_idx on bookings (tenant_id, resource_id, turn) where state = 'waiting';
  `);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['bookings', 'booking_rules', 'visitor_counts', 'venue_days', 'venues']) await knex.schema.dropTable(table);
}
