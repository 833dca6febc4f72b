import type { UnitScopes } from '@linli/auth';
import { addDays, instantAt, type LocalDate } from '@linli/clocks';
import { idAt, tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { internal } from '@linli/errors';
import { whereInScopes } from '../scope';
import type { Committee, CommitteeKind, Seat } from './committee';
import type { PeriodKind } from './periods';

export const committeeConstraints: ConstraintReasons = {
  committees_place_key: { kind: 'already_exists', reason: 'COMMITTEE_EXISTS', message: 'the unit has its committee of this kind' },
  committee_seats_no_overlap: { kind: 'already_exists', reason: 'SEAT_TAKEN', message: 'the member unit has its seat on that day' },
};

interface CommitteeRow {
  readonly id: string;
  readonly kind: CommitteeKind;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly name_zh: string;
  readonly size: number;
  readonly ended_on: string | null;
  readonly version: number;
}

interface SeatRow {
  readonly id: string;
  readonly member_unit_id: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
}

const columns = ['id', 'kind', 'unit_id', 'unit_path', 'name_zh', 'size', 'ended_on', 'version'] as const;

export async function insertCommittee(tx: Tx, { id, kind, unitId, unitPath, nameZh, size, version }: Committee): Promise<void> {
  await tx('committees').insert({ tenant_id: tenantOf(tx), id, kind, unit_id: unitId, unit_path: unitPath, name_zh: nameZh, size, version });
}

/** Writes what can change while it is there. */
export async function saveCommittee(tx: Tx, { id, nameZh, size, version }: Pick<Committee, 'id' | 'nameZh' | 'size' | 'version'>): Promise<void> {
  await tx('committees').where({ tenant_id: tenantOf(tx), id }).update({ name_zh: nameZh, size, version });
}

export async function saveEnded(tx: Tx, { id, endedOn, version }: Committee): Promise<void> {
  await tx('committees').where({ tenant_id: tenantOf(tx), id }).update({ ended_on: endedOn ?? null, version });
}

/** Those that are there, in the order of ids. Index: committees_place_key. */
export async function findCommitteesAt(tx: Tx, unitIds: readonly string[]): Promise<string[]> {
  const rows = await tx('committees').where({ tenant_id: tenantOf(tx) }).whereRaw('unit_id = any(cast(? as uuid[]))', [[...unitIds]]).whereNull('ended_on').orderBy('id').select<{ id: string }[]>('id');
  return rows.map(({ id }) => id);
}

export async function findCommittee(tx: Tx, id: string): Promise<Committee | undefined> {
  const row = await tx('committees').where({ tenant_id: tenantOf(tx), id }).first<CommitteeRow | undefined>(columns);
  return row && toCommittee(row);
}

export async function lockCommittee(tx: Tx, id: string): Promise<Committee | undefined> {
  const row = await tx('committees').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<CommitteeRow | undefined>(columns);
  return row && toCommittee(row);
}

interface CommitteePage {
  readonly scopes: UnitScopes;
  readonly kind: CommitteeKind | undefined;
  /** Those that stood on that day; undefined for all there ever were. */
  readonly asOf: LocalDate | undefined;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** For something that needs it to be there until it commits: what changes it waits, other such things do not. */
export async function shareCommittee(tx: Tx, id: string): Promise<Committee | undefined> {
  const row = await tx('committees').where({ tenant_id: tenantOf(tx), id }).forShare().first<CommitteeRow | undefined>(columns);
  return row && toCommittee(row);
}

/** A handful in an office: the key serves it. An id says when its committee was founded. */
export async function listCommittees(tx: Tx, { scopes, kind, asOf, afterId, limit }: CommitteePage): Promise<Committee[]> {
  const query = tx('committees').where({ tenant_id: tenantOf(tx) }).orderBy('id').limit(limit).select<CommitteeRow[]>(columns);
  whereInScopes(query, 'unit_path', scopes);
  if (kind !== undefined) void query.where('kind', kind);
  if (asOf !== undefined) void query.where('id', '<', idAt(instantAt(addDays(asOf, 1), 0).getTime())).whereRaw(`coalesce(ended_on, 'infinity') > ?`, [asOf]);
  if (afterId !== undefined) void query.where('id', '>', afterId);
  return (await query).map(toCommittee);
}

export async function insertSeats(tx: Tx, committeeId: string, seats: readonly Seat[]): Promise<void> {
  await tx('committee_seats').insert(
    seats.map(({ id, memberUnitId, validFrom }) => ({ tenant_id: tenantOf(tx), id, committee_id: committeeId, member_unit_id: memberUnitId, valid_from: validFrom })),
  );
}

export async function saveSeat(tx: Tx, { id, validTo }: Seat): Promise<void> {
  await tx('committee_seats').where({ tenant_id: tenantOf(tx), id }).update({ valid_to: validTo ?? null });
}

/** Of a committee that ends that day; a seat that was to begin later never does. */
export async function endSeats(tx: Tx, committeeId: string, day: LocalDate): Promise<void> {
  await tx('committee_seats')
    .where({ tenant_id: tenantOf(tx), committee_id: committeeId })
    .where((standing) => void standing.whereNull('valid_to').orWhere('valid_to', '>', day))
    .update({ valid_to: tx.raw('greatest(valid_from, cast(? as date))', [day]) });
}

/** All seats there were, are and will be. Index: committee_seats_committee_idx. */
export async function readSeats(tx: Tx, committeeId: string): Promise<Seat[]> {
  const rows = await tx('committee_seats')
    .where({ tenant_id: tenantOf(tx), committee_id: committeeId })
    .orderBy('id')
    .select<SeatRow[]>('id', 'member_unit_id', 'valid_from', 'valid_to');
  return rows.map(({ id, member_unit_id, valid_from, valid_to }) => ({ id, memberUnitId: member_unit_id, validFrom: valid_from, validTo: valid_to ?? undefined }));
}

export interface MeetingRule {
  readonly period: PeriodKind;
  readonly citation: string;
}

/** How often a committee of this kind meets, by the rule in force that day. */
export async function meetingRuleAt(tx: Tx, kind: CommitteeKind, day: LocalDate): Promise<MeetingRule> {
  const rule = await tx('meeting_rules')
    .where({ committee_kind: kind })
    .where('effective_from', '<=', day)
    .where((still) => void still.whereNull('effective_to').orWhere('effective_to', '>', day))
    .first<MeetingRule | undefined>('period', 'citation');
  if (rule === undefined) throw internal('MEETING_RULE_MISSING', 'no rule says how often such a committee meets', { details: { kind, day } });
  return rule;
}

function toCommittee(row: CommitteeRow): Committee {
  const { id, kind, size, version } = row;
  return { id, kind, unitId: row.unit_id, unitPath: row.unit_path, nameZh: row.name_zh, size, endedOn: row.ended_on ?? undefined, version };
}
