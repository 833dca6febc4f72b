import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128150100_create_activities';

const kinds = { before: `('venue')`, after: `('venue', 'activity')` };

export async function up(knex: Knex): Promise<void> {
  await createActivities(knex);
  await createSignUps(knex);
  await createBrands(knex);
  await allowKinds(knex, kinds.after);
  await knex.raw(`
    alter table bookings add column called_off_at timestamptz;
    -- Who is signed up is not signed up again.
    create unique index bookings_sign_up_key on bookings (tenant_id, resource_id, resident_id)
      where resource_kind = 'activity' and state in ('confirmed', 'waiting') and resident_id <> '';
  `);
  await knex('booking_rules').insert([
    { resource_kind: 'activity', holder_kind: 'resident', version: 1, citation: '社区活动报名规则：居民同时报名的活动不超过十项，提前不超过一年', most_open: 10, most_days_ahead: 365, most_minutes: 525_600, effective_from: '2020-01-01' },
    { resource_kind: 'activity', holder_kind: 'organisation', version: 1, citation: '社区活动报名规则：单位、社会组织由社区代为报名', most_open: null, most_days_ahead: 365, most_minutes: 525_600, effective_from: '2020-01-01' },
  ]);
}

async function createActivities(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'activities',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('kind').notNullable().checkIn(['event', 'course'], 'activities_kind_check');
      t.text('name_zh').notNullable();
      t.text('name_mn').notNullable();
      t.text('place_zh').notNullable();
      t.specificType('ages', 'text[]').notNullable();
      t.integer('capacity').notNullable();
      // Of the first and the last session.
      t.timestamp('starts_at').notNullable();
      t.timestamp('ends_at').notNullable();
      t.timestamp('sign_up_until').notNullable();
      t.boolean('called_off').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'activities_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'activity_sessions',
    (t) => {
      t.uuid('activity_id').notNullable();
      t.integer('number').notNullable();
      t.timestamp('starts_at').notNullable();
      t.timestamp('ends_at').notNullable();
      t.integer('attended');
      t.foreign(['tenant_id', 'activity_id'], 'activity_sessions_activity_fkey').references(['tenant_id', 'id']).inTable('activities');
    },
    { key: ['activity_id', 'number'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table activities add constraint activities_capacity_check check (capacity between 1 and 1000);
    alter table activities add constraint activities_ages_check check (ages <> '{}' and ages <@ '{under_14,from_14_to_17,adult}');
    alter table activities add constraint activities_time_check check (ends_at > starts_at and sign_up_until <= starts_at);
    alter table activity_sessions add constraint activity_sessions_time_check check (ends_at > starts_at);
    alter table activity_sessions add constraint activity_sessions_attended_check check (attended >= 0);
    -- One activity has one session at a time.
    alter table activity_sessions add constraint activity_sessions_apart_excl
      exclude using gist (tenant_id with =, activity_id with =, tstzrange(starts_at, ends_at) with &&);
    -- ListActivities.
    create index activities_time_idx on activities (tenant_id, starts_at, id) include (unit_path);
    -- What is to come, as it is published.
    create index activities_coming_idx on activities (tenant_id, ends_at, unit_id) where not called_off;
    -- A unit that closes: its activities.
    create index activities_unit_idx on activities (tenant_id, unit_id);
  `);
}

/** Numbers by age, and the guardian's consent: of a child there is no name and no birth date. */
async function createSignUps(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'sign_ups',
    (t) => {
      t.uuid('booking_id').notNullable();
      t.integer('adults').notNullable();
      t.integer('from_14_to_17').notNullable();
      t.integer('under_14').notNullable();
      t.text('consent_purpose').checkIn(['participation'], 'sign_ups_consent_purpose_check');
      t.timestamp('consent_given_at');
      t.timestamp('consent_withdrawn_at');
      t.foreign(['tenant_id', 'booking_id'], 'sign_ups_booking_fkey').references(['tenant_id', 'id']).inTable('bookings');
    },
    { key: ['booking_id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table sign_ups add constraint sign_ups_counts_check check (adults >= 0 and from_14_to_17 >= 0 and under_14 >= 0);
    alter table sign_ups add constraint sign_ups_consent_check check ((consent_purpose is null) = (consent_given_at is null) and (consent_given_at is not null or consent_withdrawn_at is null));
    -- No children without a consent that stands.
    alter table sign_ups add constraint sign_ups_children_check check (under_14 = 0 or (consent_given_at is not null and consent_withdrawn_at is null));
  `);
}

async function createBrands(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'brands',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      // 一居一品: one a community.
      t.unique(['tenant_id', 'unit_id'], { indexName: 'brands_unit_key' });
      t.foreign(['tenant_id', 'unit_id'], 'brands_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    // Locking a row takes the right to update it.
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'brand_versions',
    (t) => {
      t.uuid('brand_id').notNullable();
      t.integer('version').notNullable();
      t.text('theme_zh').notNullable();
      t.text('theme_mn').notNullable();
      t.jsonb('projects').notNullable();
      t.jsonb('evidence').notNullable();
      t.date('valid_from').notNullable();
      t.date('valid_to');
      t.foreign(['tenant_id', 'brand_id'], 'brand_versions_brand_fkey').references(['tenant_id', 'id']).inTable('brands');
    },
    { key: ['brand_id', 'version'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table brand_versions add constraint brand_versions_one_a_day_excl
      exclude using gist (tenant_id with =, brand_id with =, daterange(valid_from, valid_to) with &&);
  `);
}

async function allowKinds(knex: Knex, list: string): Promise<void> {
  for (const table of ['bookings', 'booking_rules']) {
    await knex.raw(`alter table ${table} drop constraint ${table}_resource_kind_check`);
    await knex.raw(`alter table ${table} add constraint ${table}_resource_kind_check check (resource_kind in ${list})`);
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['brand_versions', 'brands', 'sign_ups', 'activity_sessions', 'activities']) await knex.schema.dropTable(table);
  await knex('booking_rules').where({ resource_kind: 'activity' }).delete();
  await knex.raw('drop index bookings_sign_up_key');
  await knex.schema.alterTable('bookings', (t) => t.dropColumn('called_off_at'));
  await allowKinds(knex, kinds.before);
}
