import { addRuleSet } from '@linli/clocks';
import { createSharedTable, createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128110000_create_duty';

const kinds = ['workday', 'extended', 'weekend', 'holiday'];
const houseRule = { version: 1, effectiveFrom: '2020-01-01' };
/** Minutes after midnight. */
const hours = { workday: [9 * 60, 18 * 60], extended: [18 * 60, 20 * 60], weekend: [9 * 60, 17 * 60], holiday: [9 * 60, 17 * 60] };

/** Who is on duty at a unit, what of it is missing, and who leads a unit. */
export async function up(knex: Knex): Promise<void> {
  await createRules(knex);
  await createRosters(knex);
  await createSlots(knex);
  await createGaps(knex);
  await knex.raw(`
    alter table posts add column lead text constraint posts_lead_check check (lead in ('head', 'deputy'));
    -- One head of a unit at a time; a post that ended before it began overlaps nothing.
    alter table posts add constraint posts_head_excl exclude using gist (tenant_id with =, unit_id with =, daterange(valid_from, valid_to) with &&)
      where (lead = 'head');
  `);
}

async function createRules(knex: Knex): Promise<void> {
  await addRuleSet(knex, { id: 'organization.duty_horizon', ...houseRule, citation: '值班管理规则：值班表至少排到三十日后', limit: { amount: 30, unit: 'calendar_days', roll: 'none' } });
  await addRuleSet(knex, { id: 'organization.duty_notice', ...houseRule, citation: '值班管理规则：缺岗至少提前三个工作日告知', limit: { amount: 3, unit: 'working_days', roll: 'none' } });
  await createSharedTable(
    knex,
    'duty_hours',
    (t) => {
      t.text('kind').notNullable().checkIn(kinds, 'duty_hours_kind_check');
      t.integer('version').notNullable();
      t.text('citation').notNullable();
      t.integer('opens_at').notNullable();
      t.integer('closes_at').notNullable();
      t.date('effective_from').notNullable();
      t.date('effective_to');
      t.primary(['kind', 'version'], { constraintName: 'duty_hours_pkey' });
    },
    { grants: ['select'] },
  );
  await knex.raw(`
    alter table duty_hours add constraint duty_hours_minutes_check check (opens_at >= 0 and opens_at < closes_at and closes_at <= 1440);
    alter table duty_hours add constraint duty_hours_no_overlap exclude using gist (kind with =, daterange(effective_from, effective_to) with &&);
  `);
  await knex('duty_hours').insert(
    Object.entries(hours).map(([kind, [opensAt, closesAt]]) => ({ kind, version: 1, citation: '值班管理规则：值班时段', opens_at: opensAt, closes_at: closesAt, effective_from: houseRule.effectiveFrom })),
  );
}

async function createRosters(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'duty_rosters',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('kinds', 'text[]').notNullable();
      // The day at whose beginning its clock looks for gaps again; none while the unit keeps no roster.
      t.date('next_review_on');
      t.integer('version').notNullable();
      t.unique(['tenant_id', 'unit_id'], { indexName: 'duty_rosters_unit_key' });
      t.foreign(['tenant_id', 'unit_id'], 'duty_rosters_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    // ListDutyRosters pages over the key.
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`alter table duty_rosters add constraint duty_rosters_kinds_check check (kinds <@ array['workday', 'extended', 'weekend', 'holiday'])`);
}

async function createSlots(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'duty_slots',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.date('day').notNullable();
      t.text('kind').notNullable().checkIn(kinds, 'duty_slots_kind_check');
      t.timestamp('starts_at').notNullable();
      t.timestamp('ends_at').notNullable();
      t.boolean('cancelled').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'duty_slots_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'duty_assignments',
    (t) => {
      t.uuid('slot_id').notNullable();
      t.text('part').notNullable().checkIn(['a', 'b'], 'duty_assignments_part_check');
      t.uuid('staff_id').notNullable();
      t.timestamp('starts_at').notNullable();
      t.timestamp('ends_at').notNullable();
      t.foreign(['tenant_id', 'slot_id'], 'duty_assignments_slot_fkey').references(['tenant_id', 'id']).inTable('duty_slots');
      t.foreign(['tenant_id', 'staff_id'], 'duty_assignments_staff_fkey').references(['tenant_id', 'id']).inTable('staff');
    },
    { key: ['slot_id', 'part'] },
  );
  await knex.raw(`
    alter table duty_slots add constraint duty_slots_times_check check (ends_at > starts_at);
    -- Also GetDutyPlan, GetDuty and the search for gaps: the slots of a unit by day.
    create unique index duty_slots_planned_key on duty_slots (tenant_id, unit_id, day, kind) where not cancelled;
    -- Nobody is on duty twice at one time, wherever and as whichever part.
    alter table duty_assignments add constraint duty_assignments_once_excl
      exclude using gist (tenant_id with =, staff_id with =, tstzrange(starts_at, ends_at) with &&);
    -- Somebody goes away: what they were to do.
    create index duty_assignments_staff_idx on duty_assignments (tenant_id, staff_id, ends_at);
  `);
}

async function createGaps(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'duty_gaps',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('roster_id').notNullable();
      t.date('day').notNullable();
      t.text('kind').notNullable().checkIn(kinds, 'duty_gaps_kind_check');
      t.specificType('missing', 'text[]').notNullable();
      // Undefined while it is open.
      t.text('ended_by').checkIn(['filled', 'dropped', 'passed'], 'duty_gaps_ended_by_check');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'roster_id'], 'duty_gaps_roster_fkey').references(['tenant_id', 'id']).inTable('duty_rosters');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table duty_gaps add constraint duty_gaps_missing_check check (missing <@ array['a', 'b'] and cardinality(missing) > 0);
    create unique index duty_gaps_open_key on duty_gaps (tenant_id, roster_id, day, kind) where ended_by is null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table posts drop constraint posts_head_excl, drop column lead');
  for (const table of ['duty_gaps', 'duty_assignments', 'duty_slots', 'duty_rosters', 'duty_hours']) await knex.schema.dropTable(table);
  await knex('clock_rule_sets').whereIn('id', ['organization.duty_horizon', 'organization.duty_notice']).delete();
}
