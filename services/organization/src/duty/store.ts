import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { endOfSubtree, whereInScopes } from '../scope';
import type { DutyKind, Hours, Person, Roster, Slot } from './duty';

export const dutyConstraints: ConstraintReasons = {
  duty_rosters_unit_key: { kind: 'already_exists', reason: 'DUTY_ROSTER_EXISTS', message: 'the unit has a roster' },
  duty_slots_planned_key: { kind: 'already_exists', reason: 'DUTY_PLANNED_ALREADY', message: 'a slot of that day is planned already' },
  duty_assignments_once_excl: { kind: 'failed_precondition', reason: 'DUTY_PERSON_BUSY', message: 'somebody is on duty elsewhere at that time' },
};

interface RosterRow {
  readonly id: string;
  readonly unit_id: string;
  readonly kinds: DutyKind[];
  readonly next_review_on: string | null;
  readonly version: number;
}

interface SlotRow {
  readonly id: string;
  readonly unit_id: string;
  readonly day: string;
  readonly kind: DutyKind;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly cancelled: boolean;
  readonly version: number;
  readonly a_id: string | null;
  readonly b_id: string | null;
}

const rosterColumns = ['r.id', 'r.unit_id', 'r.kinds', 'r.next_review_on', 'r.version'] as const;

export async function insertRoster(tx: Tx, roster: Roster): Promise<void> {
  const { id, unitId, kinds, version } = roster;
  await tx('duty_rosters').insert({ tenant_id: tenantOf(tx), id, unit_id: unitId, kinds: [...kinds], next_review_on: null, version });
}

export async function saveRoster(tx: Tx, { id, kinds, version }: Roster): Promise<void> {
  await tx('duty_rosters').where({ tenant_id: tenantOf(tx), id }).update({ kinds: [...kinds], version });
}

export async function saveReviewDay(tx: Tx, id: string, day: LocalDate | undefined): Promise<void> {
  await tx('duty_rosters').where({ tenant_id: tenantOf(tx), id }).update({ next_review_on: day ?? null });
}

export async function saveRosterUnit(tx: Tx, id: string, unitId: string): Promise<void> {
  await tx('duty_rosters').where({ tenant_id: tenantOf(tx), id }).update({ unit_id: unitId });
}

export async function findRosterAt(tx: Tx, unitId: string): Promise<Roster | undefined> {
  const row = await rosters(tx).where('r.unit_id', unitId).first<RosterRow | undefined>(rosterColumns);
  return row && toRoster(row);
}

/** Changes of what is planned at a unit come one after another. */
export async function lockRosterAt(tx: Tx, unitId: string): Promise<Roster | undefined> {
  const row = await rosters(tx).where('r.unit_id', unitId).forUpdate().first<RosterRow | undefined>(rosterColumns);
  return row && toRoster(row);
}

/** Every roster of the office. */
export async function lockAllRosters(tx: Tx): Promise<Roster[]> {
  return (await rosters(tx).orderBy('r.id').forUpdate().select<RosterRow[]>(rosterColumns)).map(toRoster);
}

export async function lockRosters(tx: Tx, ids: readonly string[]): Promise<Roster[]> {
  return (await rosters(tx).whereIn('r.id', ids).orderBy('r.id').forUpdate().select<RosterRow[]>(rosterColumns)).map(toRoster);
}

/** The rosters of these units, and of those where one of these people is to be on duty from now on. Index: duty_assignments_staff_idx. */
export async function lockRostersConcerned(
  tx: Tx,
  { unitIds, staffIds, now }: { readonly unitIds: readonly string[]; readonly staffIds: readonly string[]; readonly now: Date },
): Promise<Roster[]> {
  const theirs = tx('duty_assignments as a')
    .join('duty_slots as s', (on) => void on.on('s.tenant_id', 'a.tenant_id').andOn('s.id', 'a.slot_id'))
    .where('a.tenant_id', tenantOf(tx))
    .whereRaw('a.staff_id = any(cast(? as uuid[]))', [[...staffIds]])
    .where('a.ends_at', '>', now)
    .select('s.unit_id');
  const concerned = rosters(tx).where((either) => void either.whereRaw('r.unit_id = any(cast(? as uuid[]))', [[...unitIds]]).orWhereIn('r.unit_id', theirs));
  return (await concerned.orderBy('r.id').forUpdate().select<RosterRow[]>(rosterColumns)).map(toRoster);
}

/** In the order of making. Index: the key. */
export async function listRosters(tx: Tx, asked: { readonly scopes: UnitScopes; readonly afterId: string | undefined; readonly limit: number }): Promise<Roster[]> {
  const query = rosters(tx)
    .join('units as u', (on) => void on.on('u.tenant_id', 'r.tenant_id').andOn('u.id', 'r.unit_id'))
    .orderBy('r.id')
    .limit(asked.limit)
    .select<RosterRow[]>(rosterColumns);
  whereInScopes(query, 'u.path', asked.scopes);
  if (asked.afterId !== undefined) void query.where('r.id', '>', asked.afterId);
  return (await query).map(toRoster);
}

/** The unit's path, and the first day on which it is closed. */
export async function findPlace(tx: Tx, unitId: string): Promise<{ path: string; validTo: LocalDate | undefined } | undefined> {
  const row = await tx('units').where({ tenant_id: tenantOf(tx), id: unitId }).first<{ path: string; valid_to: string | null } | undefined>('path', 'valid_to');
  return row && { path: row.path, validTo: row.valid_to ?? undefined };
}

/** All that the rules ever said. */
export async function readHours(tx: Tx): Promise<Hours[]> {
  const rows = await tx('duty_hours').select<(Omit<Hours, 'effectiveTo'> & { effectiveTo: string | null })[]>({
    kind: 'kind',
    opensAt: 'opens_at',
    closesAt: 'closes_at',
    effectiveFrom: 'effective_from',
    effectiveTo: 'effective_to',
  });
  return rows.map((row) => ({ ...row, effectiveTo: row.effectiveTo ?? undefined }));
}

export async function insertSlots(tx: Tx, slots: readonly Slot[]): Promise<void> {
  const rows = slots.map((slot) => ({
    tenant_id: tenantOf(tx),
    id: slot.id,
    unit_id: slot.unitId,
    day: slot.day,
    kind: slot.kind,
    starts_at: slot.startsAt,
    ends_at: slot.endsAt,
    cancelled: slot.cancelled,
    version: slot.version,
  }));
  await tx('duty_slots').insert(rows);
  await insertAssignments(tx, slots);
}

/** Writes who does the slots, whether they are cancelled and their versions; the rows are locked by this transaction. */
export async function saveSlots(tx: Tx, slots: readonly Slot[]): Promise<void> {
  if (slots.length === 0) return;
  await tx.raw(
    `update duty_slots s set cancelled = r.cancelled, version = r.version from jsonb_to_recordset(:rows::jsonb) as r (id uuid, cancelled boolean, version integer)
      where s.tenant_id = :tenant and s.id = r.id`,
    { rows: JSON.stringify(slots.map(({ id, cancelled, version }) => ({ id, cancelled, version }))), tenant: tenantOf(tx) },
  );
  // All go before any comes: two people who swap are never in one place twice.
  await tx('duty_assignments').where({ tenant_id: tenantOf(tx) }).whereIn('slot_id', slots.map(({ id }) => id)).delete();
  await insertAssignments(tx, slots.filter(({ cancelled }) => !cancelled));
}

async function insertAssignments(tx: Tx, slots: readonly Slot[]): Promise<void> {
  if (slots.length === 0) return;
  await tx('duty_assignments').insert(
    slots.flatMap(({ id, aId, bId, startsAt, endsAt }) => {
      const period = { tenant_id: tenantOf(tx), slot_id: id, starts_at: startsAt, ends_at: endsAt };
      return [{ ...period, part: 'a', staff_id: aId }, { ...period, part: 'b', staff_id: bId }];
    }),
  );
}

/**
 * Slots of these units that are not over go to others; gives those that could not, because there is no other or it has the slot
 * already. Index: duty_slots_planned_key.
 */
export async function moveSlotsAhead(tx: Tx, moves: readonly { readonly from: string; readonly to: string | undefined }[], now: Date): Promise<string[]> {
  const { rows } = await tx.raw<{ rows: { id: string }[] }>(
    `with ahead as (
       select s.id, s.day, s.kind, moves."to" as unit_id, row_number() over (partition by moves."to", s.day, s.kind order by s.id) as turn
         from duty_slots s join jsonb_to_recordset(:moves::jsonb) as moves ("from" uuid, "to" uuid) on s.unit_id = moves."from"
        where s.tenant_id = :tenant and not s.cancelled and s.ends_at > :now),
     moved as (
       update duty_slots s set unit_id = ahead.unit_id from ahead
        where s.tenant_id = :tenant and s.id = ahead.id and ahead.turn = 1 and ahead.unit_id is not null
          and not exists (select from duty_slots there
                           where there.tenant_id = :tenant and there.unit_id = ahead.unit_id and there.day = ahead.day and there.kind = ahead.kind and not there.cancelled)
       returning s.id)
     select id from ahead where id not in (select id from moved)`,
    { tenant: tenantOf(tx), moves: JSON.stringify(moves), now },
  );
  return rows.map(({ id }) => id);
}

export async function findSlots(tx: Tx, ids: readonly string[]): Promise<Slot[]> {
  return (await selectSlots(tx).whereIn('s.id', ids).orderBy(['s.day', 's.starts_at'])).map(toSlot);
}

/** Locked in the order of ids. */
export async function lockSlots(tx: Tx, ids: readonly string[]): Promise<Map<string, Slot>> {
  const rows = await selectSlots(tx).whereIn('s.id', ids).orderBy('s.id').forUpdate('s');
  return new Map(rows.map((row) => [row.id, toSlot(row)]));
}

/** The slots of a unit that are not cancelled, by day and time. Index: duty_slots_planned_key. */
export async function listSlots(tx: Tx, unitId: string, days: { readonly from: LocalDate; readonly to: LocalDate }): Promise<Slot[]> {
  const rows = await selectSlots(tx).where('s.unit_id', unitId).whereNot('s.cancelled', true).whereBetween('s.day', [days.from, days.to]).orderBy(['s.day', 's.starts_at']);
  return rows.map(toSlot);
}

/** These people with their posts at or under the unit. `share`: they stay as they are until this transaction ends. */
export async function findPeople(tx: Tx, ids: readonly string[], { unitPath, share = false }: { unitPath: string; share?: boolean }): Promise<Map<string, Person>> {
  const people = tx('staff').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id');
  if (share) void people.forShare();
  const found = await people.select<{ id: string; active: boolean }[]>('id', 'active');
  const posts = await tx('posts')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('staff_id', ids)
    .where('unit_path', '>=', unitPath)
    .where('unit_path', '<', endOfSubtree(unitPath))
    .select<{ staff_id: string; valid_from: string; valid_to: string | null }[]>('staff_id', 'valid_from', 'valid_to');
  const absences = await tx('absences')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('staff_id', ids)
    .select<{ staff_id: string; absent_from: Date; absent_until: Date | null }[]>('staff_id', 'absent_from', 'absent_until');
  const byStaff = Map.groupBy(posts, ({ staff_id: staffId }) => staffId);
  const away = Map.groupBy(absences, ({ staff_id: staffId }) => staffId);
  return new Map(
    found.map(({ id, active }) => [
      id,
      {
        id,
        active,
        absences: (away.get(id) ?? []).map(({ absent_from: from, absent_until: until }) => ({ from, until: until ?? undefined })),
        posts: (byStaff.get(id) ?? []).map(({ valid_from: validFrom, valid_to: validTo }) => ({ validFrom, validTo: validTo ?? undefined })),
      },
    ]),
  );
}

function rosters(tx: Tx) {
  return tx('duty_rosters as r').where('r.tenant_id', tenantOf(tx));
}

function selectSlots(tx: Tx) {
  const part = (which: 'a' | 'b') => tx.raw(`(select staff_id from duty_assignments x where x.tenant_id = s.tenant_id and x.slot_id = s.id and x.part = '${which}') as ${which}_id`);
  return tx('duty_slots as s')
    .where('s.tenant_id', tenantOf(tx))
    .select<SlotRow[]>('s.id', 's.unit_id', 's.day', 's.kind', 's.starts_at', 's.ends_at', 's.cancelled', 's.version', part('a'), part('b'));
}

function toRoster({ id, unit_id: unitId, kinds, next_review_on: next, version }: RosterRow): Roster {
  return { id, unitId, kinds, nextReviewOn: next ?? undefined, version };
}

function toSlot(row: SlotRow): Slot {
  return {
    id: row.id,
    unitId: row.unit_id,
    day: row.day,
    kind: row.kind,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    // A cancelled slot has nobody any more.
    aId: row.a_id ?? '',
    bId: row.b_id ?? '',
    cancelled: row.cancelled,
    version: row.version,
  };
}
