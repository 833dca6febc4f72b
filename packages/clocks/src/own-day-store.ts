import { createTenantTable, tenantOf, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import type { LocalDate } from './local-date';

export type OwnDayKind = 'rest' | 'work';

/** Migration helper: the days on which a tenant departs from the national calendar, and what is to follow from their changes. */
export async function createOwnDayTables(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'calendar_days',
    (table) => {
      table.date('day').notNullable();
      // None: the national calendar's again. The row stays, for what was worked out by it is still to follow.
      table.text('kind').checkIn(['rest', 'work'], 'calendar_days_kind_check');
      // Of the decision, so that an older one that is told later changes nothing.
      table.integer('version').notNullable();
      table.timestamp('changed_at').notNullable();
    },
    { key: ['day'], grants: ['select', 'insert', 'update'], relay: ['select'] },
  );
  await createTenantTable(
    knex,
    'calendar_states',
    (table) => {
      table.integer('version').notNullable();
      table.timestamp('changed_at').notNullable();
      // Which version open due times follow, and since when; begins as none.
      table.integer('followed_version');
      table.timestamp('followed_at');
    },
    { key: [], grants: ['select', 'insert', 'update'], relay: ['select'] },
  );
}

export async function dropOwnDayTables(knex: Knex): Promise<void> {
  await knex.schema.dropTable('calendar_states');
  await knex.schema.dropTable('calendar_days');
}

export interface OwnDay {
  readonly day: LocalDate;
  /** Undefined: as the national calendar has it. */
  readonly kind: OwnDayKind | undefined;
  readonly version: number;
}

/** Writes what an office decided of a day. False when this decision, or a later one, is here already. */
export async function setOwnDay(tx: Tx, { day, kind, version }: OwnDay, at: Date): Promise<boolean> {
  const state = { kind: kind ?? null, version, changed_at: at };
  const saved: unknown[] = await tx('calendar_days')
    .insert({ tenant_id: tenantOf(tx), day, ...state })
    .onConflict(['tenant_id', 'day'])
    .merge(state)
    .where('calendar_days.version', '<', version)
    .returning('day');
  if (saved.length === 0) return false;
  await tx.raw(
    `with state as (
       insert into calendar_states (tenant_id, version, changed_at) values (:tenant, 1, :at)
       on conflict (tenant_id) do update set version = calendar_states.version + 1, changed_at = excluded.changed_at
       returning version)
     update calendar_days set calendar_version = state.version from state where tenant_id = :tenant and day = :day`,
    { tenant: tenantOf(tx), at, day },
  );
  return true;
}

/** For the relay role, over all tenants: few rows. */
export async function readVersions(knex: Knex): Promise<{ tenantId: string; version: number }[]> {
  return knex('calendar_states').select<{ tenantId: string; version: number }[]>({ tenantId: 'tenant_id', version: 'version' });
}

export async function readOwnDays(knex: Knex, tenantIds: readonly string[]): Promise<{ tenantId: string; day: LocalDate; kind: OwnDayKind }[]> {
  return knex('calendar_days')
    .whereIn('tenant_id', tenantIds)
    .whereNotNull('kind')
    .select<{ tenantId: string; day: LocalDate; kind: OwnDayKind }[]>({ tenantId: 'tenant_id', day: 'day', kind: 'kind' });
}

/** For how long after a change some process may still count by the calendar before it, with much to spare. */
const staleMs = 60_000;

/**
 * The tenants whose open due times may not follow their calendar: changed since they last did, or followed too early to be
 * sure that nobody went on counting by the calendar before.
 */
export async function tenantsToFollow(knex: Knex, now: Date): Promise<string[]> {
  const rows = await knex('calendar_states')
    .whereRaw(`followed_version is null or followed_version < version or (followed_at < changed_at + cast(:stale as interval) and cast(:now as timestamptz) >= changed_at + cast(:stale as interval))`, {
      stale: `${staleMs} milliseconds`,
      now,
    })
    .select<{ tenant_id: string }[]>('tenant_id');
  return rows.map(({ tenant_id: tenantId }) => tenantId);
}

/** A day that was decided on lately. */
export interface ChangedDay {
  readonly day: LocalDate;
  /** Due times do not follow it yet. */
  readonly isNew: boolean;
}

/** The days whose change is still to follow, and those of the last time once more; with the version that they make. */
export async function daysToFollow(tx: Tx): Promise<{ days: ChangedDay[]; version: number }> {
  const state = await tx('calendar_states').where({ tenant_id: tenantOf(tx) }).forShare().first<{ version: number } | undefined>('version');
  const rows = await tx('calendar_days as d')
    .join('calendar_states as s', 's.tenant_id', 'd.tenant_id')
    .where('d.tenant_id', tenantOf(tx))
    .whereRaw(`(s.followed_at is null or d.changed_at >= s.followed_at - cast(? as interval))`, [`${2 * staleMs} milliseconds`])
    .orderBy('d.day')
    .select<ChangedDay[]>('d.day', tx.raw('coalesce(d.calendar_version > coalesce(s.followed_version, 0), false) as "isNew"'));
  return { days: rows, version: state?.version ?? 0 };
}

export async function noteFollowed(tx: Tx, version: number, at: Date): Promise<void> {
  await tx('calendar_states').where({ tenant_id: tenantOf(tx) }).update({ followed_version: version, followed_at: at });
}
