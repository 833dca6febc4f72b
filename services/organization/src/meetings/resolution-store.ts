import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { whereInScopes } from '../scope';
import type { Resolution, ResolutionState } from './meeting';

interface ResolutionRow {
  readonly id: string;
  readonly meeting_id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly state: ResolutionState;
  readonly text_zh: string;
  readonly owner_member_unit_id: string | null;
  readonly owner_staff_id: string | null;
  readonly due_on: string;
  readonly overdue_at: Date | null;
  readonly delivered_at: Date | null;
  readonly proof: string;
  readonly reason_code: string;
  readonly version: number;
}

const columns = [
  'id', 'meeting_id', 'unit_id', 'unit_path', 'state', 'text_zh', 'owner_member_unit_id', 'owner_staff_id', 'due_on', 'overdue_at', 'delivered_at', 'proof', 'reason_code', 'version',
] as const;

export async function insertResolutions(tx: Tx, resolutions: readonly Resolution[]): Promise<void> {
  await tx('resolutions').insert(resolutions.map((resolution) => ({ tenant_id: tenantOf(tx), ...toRow(resolution) })));
}

export async function saveResolution(tx: Tx, resolution: Resolution): Promise<void> {
  const { state, overdue_at, delivered_at, proof, reason_code, version } = toRow(resolution);
  await tx('resolutions').where({ tenant_id: tenantOf(tx), id: resolution.id }).update({ state, overdue_at, delivered_at, proof, reason_code, version });
}

export async function findResolution(tx: Tx, id: string): Promise<Resolution | undefined> {
  const row = await tx('resolutions').where({ tenant_id: tenantOf(tx), id }).first<ResolutionRow | undefined>(columns);
  return row && toResolution(row);
}

export async function lockResolution(tx: Tx, id: string): Promise<Resolution | undefined> {
  const row = await tx('resolutions').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<ResolutionRow | undefined>(columns);
  return row && toResolution(row);
}

/** Marks those still open as overdue, each with its version raised. */
export async function markOverdue(tx: Tx, ids: readonly string[], at: Date): Promise<Resolution[]> {
  const rows = await tx('resolutions')
    .where({ tenant_id: tenantOf(tx), state: 'open' })
    .whereIn('id', ids)
    .update({ overdue_at: at, version: tx.raw('version + 1') })
    .returning<ResolutionRow[]>(columns);
  return rows.map(toResolution);
}

export interface ResolutionFilter {
  readonly scopes: UnitScopes;
  /** Whose the caller sees wherever it was decided. */
  readonly ownerIds: readonly string[];
  readonly meetingId: string | undefined;
  readonly state: ResolutionState | undefined;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** In the order of adoption. Indexes: resolutions_meeting_idx; of all meetings the key. */
export async function listResolutions(tx: Tx, { scopes, ownerIds, meetingId, state, afterId, limit }: ResolutionFilter): Promise<Resolution[]> {
  const query = tx('resolutions').where({ tenant_id: tenantOf(tx) }).orderBy('id').limit(limit).select<ResolutionRow[]>(columns);
  void query.where((any) => {
    void any.where((held) => {
      whereInScopes(held, 'unit_path', scopes);
      if (scopes === 'tenant') void held.whereRaw('true');
    });
    if (ownerIds.length > 0) void any.orWhereIn('owner_staff_id', ownerIds);
  });
  if (meetingId !== undefined) void query.where('meeting_id', meetingId);
  if (state !== undefined) void query.where('state', state);
  if (afterId !== undefined) void query.where('id', '>', afterId);
  return (await query).map(toResolution);
}

function toRow(resolution: Resolution): ResolutionRow {
  return {
    id: resolution.id,
    meeting_id: resolution.meetingId,
    unit_id: resolution.unitId,
    unit_path: resolution.unitPath,
    state: resolution.state,
    text_zh: resolution.textZh,
    owner_member_unit_id: resolution.ownerMemberUnitId ?? null,
    owner_staff_id: resolution.ownerStaffId ?? null,
    due_on: resolution.dueOn,
    overdue_at: resolution.overdueAt ?? null,
    delivered_at: resolution.deliveredAt ?? null,
    proof: resolution.proof,
    reason_code: resolution.reasonCode,
    version: resolution.version,
  };
}

function toResolution(row: ResolutionRow): Resolution {
  return {
    id: row.id,
    meetingId: row.meeting_id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    state: row.state,
    textZh: row.text_zh,
    ownerMemberUnitId: row.owner_member_unit_id ?? undefined,
    ownerStaffId: row.owner_staff_id ?? undefined,
    dueOn: row.due_on,
    overdueAt: row.overdue_at ?? undefined,
    deliveredAt: row.delivered_at ?? undefined,
    proof: row.proof,
    reasonCode: row.reason_code,
    version: row.version,
  };
}
