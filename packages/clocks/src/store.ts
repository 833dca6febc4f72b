import { notFound } from '@linli/errors';
import { tenantOf, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import type { Limit } from './calendar';
import type { AlarmLevel, Clock } from './clock';
import { insertMoves } from './move-store';

/** Which clock is meant: its id, or the open one of a kind on a subject. */
export type ClockRef = { readonly clockId: string } | { readonly kind: string; readonly subjectId: string };

type JsonDates<T> = { [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | undefined ? string | undefined : T[K] };

interface ClockRow {
  tenant_id: string;
  id: string;
  kind: string;
  subject_type: string;
  subject_id: string;
  citation: string;
  state: Clock['state'];
  rule_set_id: string | null;
  rule_set_version: number | null;
  amount: number;
  unit: Limit['unit'];
  roll: Limit['roll'];
  started_at: Date;
  due_at: Date;
  provisional: boolean;
  pauses: { from: string; to?: string; cause: string }[];
  extensions: { at: string; reason: string; by: string; limit?: Limit; until?: string }[];
  corrections: JsonDates<Clock['corrections'][number]>[];
  alarms: AlarmLevel[];
  last_alarm: AlarmLevel | null;
  alarm_failures: number;
  next_alarm_at: Date | null;
  ended_at: Date | null;
  version: number;
}

export async function insertClock(tx: Tx, clock: Clock): Promise<void> {
  await tx('clocks').insert({
    tenant_id: clock.tenantId,
    id: clock.id,
    kind: clock.kind,
    subject_type: clock.subjectType,
    subject_id: clock.subjectId,
    citation: clock.citation,
    rule_set_id: clock.ruleSet?.id ?? null,
    rule_set_version: clock.ruleSet?.version ?? null,
    ...clock.limit,
    started_at: clock.startedAt,
    alarms: clock.alarms,
    ...changingColumns(clock),
    version: clock.version,
  });
}

/** Writes what may change and counts the version up. The row must be locked. */
export async function saveClock(tx: Tx, clock: Clock): Promise<Clock> {
  const version = clock.version + 1;
  await tx('clocks').where({ tenant_id: clock.tenantId, id: clock.id }).update({ ...changingColumns(clock), version });
  return { ...clock, version };
}

/**
 * Writes which alarm was the last one, when the next one comes and how often it failed, and counts the versions up. The rows
 * must be locked. Gives the clocks in the order given.
 */
export async function noteAlarms(tx: Tx, clocks: readonly Clock[]): Promise<Clock[]> {
  await tx.raw(
    `update clocks set last_alarm = noted.last_alarm, next_alarm_at = noted.next_alarm_at, alarm_failures = noted.failures, version = clocks.version + 1
       from unnest(cast(? as uuid[]), cast(? as text[]), cast(? as timestamptz[]), cast(? as int[])) as noted (id, last_alarm, next_alarm_at, failures)
      where clocks.tenant_id = ? and clocks.id = noted.id`,
    [
      clocks.map(({ id }) => id),
      // Arrays with gaps travel as text: knex has no type for them.
      arrayOf(clocks.map(({ lastAlarm }) => lastAlarm)),
      arrayOf(clocks.map(({ nextAlarmAt }) => nextAlarmAt?.toISOString())),
      clocks.map(({ alarmFailures }) => alarmFailures),
      tenantOf(tx),
    ],
  );
  return clocks.map((clock) => ({ ...clock, version: clock.version + 1 }));
}

/** Ends the clock in one statement; undefined when there is none that is open. */
export async function endOpenClock(tx: Tx, ref: ClockRef, end: { readonly state: 'satisfied' | 'cancelled'; readonly at: Date }): Promise<Clock | undefined> {
  const which = 'clockId' in ref ? { id: ref.clockId } : { kind: ref.kind, subject_id: ref.subjectId };
  const [row] = await tx<ClockRow>('clocks')
    .where({ tenant_id: tenantOf(tx), ...which })
    .whereNull('ended_at')
    .update({ state: end.state, ended_at: end.at, next_alarm_at: null, version: tx.raw('version + 1') })
    .returning('*');
  return row === undefined ? undefined : clockOf(row);
}

/** @throws AppError not_found CLOCK_NOT_FOUND. */
export async function lockClock(tx: Tx, ref: ClockRef): Promise<Clock> {
  const mine = tx<ClockRow>('clocks').where({ tenant_id: tenantOf(tx) }).forUpdate();
  const found =
    'clockId' in ref
      ? await mine.andWhere({ id: ref.clockId }).first()
      : await mine.andWhere({ kind: ref.kind, subject_id: ref.subjectId }).whereNull('ended_at').first();
  if (found === undefined) throw notFound('CLOCK_NOT_FOUND', 'there is no such clock');
  return clockOf(found);
}

/** All clocks of a subject, open or not, the oldest first. */
export async function findClocks(tx: Tx, subjectId: string): Promise<Clock[]> {
  const rows = await tx<ClockRow>('clocks').where({ tenant_id: tenantOf(tx), subject_id: subjectId }).orderBy('id');
  return rows.map(clockOf);
}

/** Locks due clocks that nobody else holds, the longest due first. */
export async function claimDueClocks(tx: Tx, now: Date, limit: number): Promise<Clock[]> {
  const rows = await tx<ClockRow>('clocks')
    .where({ tenant_id: tenantOf(tx) })
    .andWhere('next_alarm_at', '<=', now)
    .orderBy('next_alarm_at')
    .limit(limit)
    .forUpdate()
    .skipLocked();
  return rows.map(clockOf);
}

/**
 * Use cases lock their subject, then its clock. The scanner and the recomputation go the other way round, so they must
 * be the ones that give way: they wait less than PostgreSQL waits before it looks for a deadlock's victim (1 s).
 */
export async function giveWay(tx: Tx): Promise<void> {
  await tx.raw(`select set_config('lock_timeout', '250ms', true)`);
}

/** What follows can be undone without the rest of the transaction. */
export async function beginAlarm(tx: Tx): Promise<void> {
  await tx.raw('savepoint alarm');
}

export async function keepAlarm(tx: Tx): Promise<void> {
  await tx.raw('release savepoint alarm');
}

export async function undoAlarm(tx: Tx): Promise<void> {
  await tx.raw('rollback to savepoint alarm');
}

/** The tenants that have an alarm due at `now` and since when, the longest waiting first. One index probe a tenant, at any backlog. */
export async function tenantsWithDueAlarms(knex: Knex, now: Date): Promise<{ tenantId: string; since: Date }[]> {
  const { rows } = await knex.raw<{ rows: { tenantId: string; since: Date }[] }>(
    `with recursive first as (
       (select tenant_id, next_alarm_at from clocks where next_alarm_at is not null order by tenant_id, next_alarm_at limit 1)
       union all
       select later.* from first cross join lateral (
         select tenant_id, next_alarm_at from clocks where next_alarm_at is not null and tenant_id > first.tenant_id
          order by tenant_id, next_alarm_at limit 1) later)
     select tenant_id as "tenantId", next_alarm_at as since from first where next_alarm_at <= ? order by next_alarm_at`,
    [now],
  );
  return rows;
}

/** A page of the open provisional clocks of all tenants, for the relay role, in order of tenant and id. */
export async function listProvisionalClocks(
  knex: Knex,
  after: { readonly tenantId: string; readonly id: string } | undefined,
): Promise<{ tenantId: string; id: string }[]> {
  const open = knex('clocks').where({ provisional: true }).whereNull('ended_at').orderBy(['tenant_id', 'id']).limit(500);
  if (after !== undefined) void open.andWhereRaw('(tenant_id, id) > (?, ?)', [after.tenantId, after.id]);
  return open.select<{ tenantId: string; id: string }[]>({ tenantId: 'tenant_id', id: 'id' });
}

/** Identifies an open clock, in the order of `listOpenClocksOver`. */
export type ClockKey = Pick<Clock, 'subjectType' | 'subjectId' | 'kind'>;

/** A page of the tenant's open clocks that begin or run or are due on one of the days. Index: clocks_one_open_per_kind. */
export async function listOpenClocksOver(
  tx: Tx,
  { days, after, limit }: { readonly days: readonly string[]; readonly after: ClockKey | undefined; readonly limit: number },
): Promise<Clock[]> {
  const open = whereOver(tx, days).orderBy(['subject_type', 'subject_id', 'kind']).limit(limit);
  if (after !== undefined) void open.andWhereRaw('(subject_type, subject_id, kind) > (?, ?, ?)', [after.subjectType, after.subjectId, after.kind]);
  return (await open).map(clockOf);
}

/** How many open clocks of the tenant hold the day. Index: clocks_one_open_per_kind. */
export async function countOpenClocksOver(tx: Tx, day: string): Promise<number> {
  const [row] = await whereOver(tx, [day]).select<{ count: number }[]>(tx.raw('count(*) as count'));
  return Number(row?.count ?? 0);
}

function whereOver(tx: Tx, days: readonly string[]) {
  return tx<ClockRow>('clocks')
    .where({ tenant_id: tenantOf(tx) })
    .whereNull('ended_at')
    .whereRaw(
      `exists (select 1 from unnest(cast(? as date[])) as changed (day)
        where day between cast(started_at at time zone 'Asia/Shanghai' as date) and cast(due_at at time zone 'Asia/Shanghai' as date))`,
      [[...days]],
    );
}

/** What the scanner and the recomputation ask of the database. */
export const clockStore = {
  ...{ tenantsWithDueAlarms, listProvisionalClocks, claimDueClocks, giveWay, lockClock, saveClock, insertMoves, noteAlarms },
  ...{ beginAlarm, keepAlarm, undoAlarm },
};
export type ClockStore = typeof clockStore;

function arrayOf(values: readonly (string | undefined)[]): string {
  return `{${values.map((value) => (value === undefined ? 'null' : `"${value}"`)).join(',')}}`;
}

function changingColumns(clock: Clock) {
  return {
    state: clock.state,
    due_at: clock.dueAt,
    provisional: clock.provisional,
    pauses: JSON.stringify(clock.pauses),
    extensions: JSON.stringify(clock.extensions),
    corrections: JSON.stringify(clock.corrections),
    last_alarm: clock.lastAlarm ?? null,
    alarm_failures: clock.alarmFailures,
    next_alarm_at: clock.nextAlarmAt ?? null,
    ended_at: clock.endedAt ?? null,
  };
}

function clockOf(row: ClockRow): Clock {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    kind: row.kind,
    subjectType: row.subject_type,
    subjectId: row.subject_id,
    citation: row.citation,
    ruleSet: row.rule_set_id === null || row.rule_set_version === null ? undefined : { id: row.rule_set_id, version: row.rule_set_version },
    limit: { amount: row.amount, unit: row.unit, roll: row.roll },
    state: row.state,
    startedAt: row.started_at,
    dueAt: row.due_at,
    provisional: row.provisional,
    pauses: row.pauses.map(({ from, to, cause }) => ({ from: new Date(from), to: to === undefined ? undefined : new Date(to), cause })),
    extensions: row.extensions.map(extensionOf),
    corrections: row.corrections.map(({ at, before, after }) => ({ at: new Date(at), before: new Date(before), after: new Date(after) })),
    alarms: row.alarms,
    lastAlarm: row.last_alarm ?? undefined,
    alarmFailures: row.alarm_failures,
    nextAlarmAt: row.next_alarm_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    version: row.version,
  };
}

function extensionOf({ at, reason, by, limit, until }: ClockRow['extensions'][number]): Clock['extensions'][number] {
  const common = { at: new Date(at), reason, by };
  return limit === undefined ? { ...common, until: new Date(until ?? at) } : { ...common, limit };
}
