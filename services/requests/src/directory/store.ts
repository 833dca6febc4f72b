import { tenantOf, type Tx } from '@linli/db';
import { failedPrecondition, notFound } from '@linli/errors';
import type { DutyHolder, DutyPost, StaffDuty } from './rules';

export const unitKinds = ['subdistrict', 'community', 'grid', 'building', 'household_cluster', 'department'] as const;
export type UnitKind = (typeof unitKinds)[number];

export interface DirectoryUnit {
  readonly id: string;
  /** `/root/…/id/` */
  readonly path: string;
  readonly kind: UnitKind;
  readonly code: string;
  /** The first day, YYYY-MM-DD, on which it no longer exists. */
  readonly validTo: string | undefined;
}

interface UnitRow {
  id: string;
  path: string;
  kind: UnitKind;
  code: string;
  valid_to: string | null;
}

const unitColumns = ['id', 'path', 'kind', 'code', 'valid_to'] as const;

interface StaffRow {
  tenant_id: string;
  id: string;
  active: boolean;
  partner_id: string | null;
  absences: { from: string; until?: string; standInId?: string }[];
  posts: DutyPost[];
  owner_id: string;
  standing_in: DutyHolder['standingIn'];
  version: number;
}

/** A staff member and who answered for their work when it was last worked out. */
export interface StaffRecord extends StaffDuty {
  readonly ownerId: string;
  readonly standingIn: DutyHolder['standingIn'];
}

/** @throws AppError not_found UNIT_UNKNOWN. */
export async function unitPathOf(tx: Tx, unitId: string): Promise<string> {
  return (await getUnit(tx, unitId)).path;
}

/** A unit that exists on `day`. @throws AppError not_found UNIT_UNKNOWN; failed_precondition UNIT_CLOSED. */
export async function getOpenUnit(tx: Tx, unitId: string, day: string): Promise<DirectoryUnit> {
  const unit = await getUnit(tx, unitId);
  if (unit.validTo !== undefined && unit.validTo <= day) throw failedPrecondition('UNIT_CLOSED', 'the unit is closed', { details: { unit: unitId } });
  return unit;
}

/** @throws AppError not_found UNIT_UNKNOWN. */
export async function getUnit(tx: Tx, unitId: string): Promise<DirectoryUnit> {
  const row = await tx('directory_units').where({ tenant_id: tenantOf(tx), id: unitId }).first<UnitRow | undefined>(unitColumns);
  if (row === undefined) throw notFound('UNIT_UNKNOWN', 'there is no such unit', { details: { unit: unitId } });
  return unitOf(row);
}

/** By the office's own code; an open unit before a closed one that had it. */
export async function findUnitByCode(tx: Tx, code: string): Promise<DirectoryUnit | undefined> {
  const row = await tx('directory_units')
    .where({ tenant_id: tenantOf(tx), code })
    .orderByRaw('valid_to desc nulls first')
    .first<UnitRow | undefined>(unitColumns);
  return row === undefined ? undefined : unitOf(row);
}

/** Each unit's latest version; where it or a later one is here already, nothing changes. */
export async function saveUnits(tx: Tx, units: readonly (DirectoryUnit & { readonly version: number })[]): Promise<void> {
  await tx.raw(
    `insert into directory_units (tenant_id, id, path, kind, code, valid_to, version)
     select distinct on (id) ?, id, path, kind, code, "validTo", version
       from json_to_recordset(?) as told (id uuid, path text, kind text, code text, "validTo" date, version bigint)
      order by id, version desc
     on conflict (tenant_id, id) do update
        set path = excluded.path, kind = excluded.kind, code = excluded.code, valid_to = excluded.valid_to, version = excluded.version
      where directory_units.version < excluded.version`,
    [tenantOf(tx), JSON.stringify(units)],
  );
}

export async function closeUnit(tx: Tx, unitId: string, change: { validTo: string; version: number }): Promise<void> {
  const { validTo, version } = change;
  await tx('directory_units').where({ tenant_id: tenantOf(tx), id: unitId }).andWhere('version', '<', version).update({ valid_to: validTo, version });
}

/** A unit that has closed, and the one that takes over. */
export interface Succession {
  readonly from: Place;
  readonly to: Place;
}

interface Place {
  readonly id: string;
  readonly path: string;
}

export async function saveSuccessor(tx: Tx, unitId: string, successor: Place): Promise<void> {
  await tx('directory_units').where({ tenant_id: tenantOf(tx), id: unitId }).update({ successor_id: successor.id, successor_path: successor.path });
}

/** With the last in the line of successors: the next may have closed too, and its event have come before this one's. */
export async function findSuccession(tx: Tx, unitId: string): Promise<Succession | undefined> {
  const { rows } = await tx.raw<{ rows: { path: string; id: string; successor_id: string; successor_path: string }[] }>(
    `with recursive line as (
       select id, path, successor_id, successor_path, 1 as place from directory_units where tenant_id = :tenant and id = :unitId and successor_id is not null
        union all
       select units.id, units.path, units.successor_id, units.successor_path, line.place + 1
         from line join directory_units units on units.tenant_id = :tenant and units.id = line.successor_id where units.successor_id is not null
     )
     select id, path, successor_id, successor_path from line order by place`,
    { tenant: tenantOf(tx), unitId },
  );
  const [from, to] = [rows[0], rows.at(-1)];
  return from && to && { from: { id: from.id, path: from.path }, to: { id: to.successor_id, path: to.successor_path } };
}

/** Writers of staff and coordinators take turns within a tenant: what they lock depends on what they find. */
export async function lockDirectory(tx: Tx): Promise<void> {
  await tx.raw(`select pg_advisory_xact_lock(hashtext('requests.directory'), hashtext(?))`, [tenantOf(tx)]);
}

/** False when this version, or a later one, is here already. */
export async function saveStaff(tx: Tx, staff: StaffDuty, version: number): Promise<boolean> {
  const state = {
    active: staff.active,
    partner_id: staff.partnerId ?? null,
    absences: JSON.stringify(staff.absences),
    posts: JSON.stringify(staff.posts),
    version,
  };
  const saved: unknown[] = await tx('directory_staff')
    .insert({ tenant_id: tenantOf(tx), id: staff.id, owner_id: staff.id, standing_in: 'agent', ...state })
    .onConflict(['tenant_id', 'id'])
    .merge(state)
    .where('directory_staff.version', '<', version)
    .returning('id');
  return saved.length > 0;
}

export async function saveDutyHolder(tx: Tx, duty: DutyHolder): Promise<void> {
  await tx('directory_staff')
    .where({ tenant_id: tenantOf(tx), id: duty.agentId })
    .update({ owner_id: duty.ownerId, standing_in: duty.standingIn });
}

/** `share` keeps the duty of this person as it is until the transaction ends. */
export async function findStaff(tx: Tx, staffId: string, lock: 'share' | 'none' = 'none'): Promise<StaffRecord | undefined> {
  const query = tx<StaffRow>('directory_staff').where({ tenant_id: tenantOf(tx), id: staffId });
  const row = await (lock === 'share' ? query.forShare() : query).first();
  return row === undefined ? undefined : staffOf(row);
}

/** Locks everybody whose duty may hang on this person: themselves, and all for whom somebody else answers, or nobody. */
export async function lockDependents(tx: Tx, staffId: string): Promise<StaffRecord[]> {
  const rows = await tx<StaffRow>('directory_staff')
    .where({ tenant_id: tenantOf(tx) })
    .andWhere((where) => where.where({ id: staffId }).orWhere('standing_in', '<>', 'agent'))
    .orderBy('id')
    .forUpdate();
  return rows.map(staffOf);
}

export async function listCoordinators(tx: Tx): Promise<StaffDuty[]> {
  const rows = await tx<StaffRow>('directory_staff')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('id', tx('directory_coordinators').where({ tenant_id: tenantOf(tx), revoked: false }).select('staff_id'));
  return rows.map(staffOf);
}

export async function saveCoordinator(tx: Tx, grant: { grantId: string; staffId: string; revoked: boolean }, version: number): Promise<void> {
  const { grantId, staffId, revoked } = grant;
  await tx('directory_coordinators')
    .insert({ tenant_id: tenantOf(tx), grant_id: grantId, staff_id: staffId, revoked, version })
    .onConflict(['tenant_id', 'grant_id'])
    .merge(['revoked', 'version'])
    .where('directory_coordinators.version', '<', version);
}

/** Whose coordinator role ended; undefined when the grant was not one, or has ended before. */
export async function endCoordinator(tx: Tx, grantId: string, version: number): Promise<string | undefined> {
  const [row] = await tx('directory_coordinators')
    .where({ tenant_id: tenantOf(tx), grant_id: grantId, revoked: false })
    .update({ revoked: true, version })
    .returning<{ staff_id: string }[]>('staff_id');
  return row?.staff_id;
}

function unitOf(row: UnitRow): DirectoryUnit {
  return { id: row.id, path: row.path, kind: row.kind, code: row.code, validTo: row.valid_to ?? undefined };
}

function staffOf(row: StaffRow): StaffRecord {
  return {
    id: row.id,
    active: row.active,
    partnerId: row.partner_id ?? undefined,
    absences: row.absences.map(({ from, until, standInId }) => ({ from: new Date(from), until: until === undefined ? undefined : new Date(until), standInId })),
    posts: row.posts,
    ownerId: row.owner_id,
    standingIn: row.standing_in,
  };
}
