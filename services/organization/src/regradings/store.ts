import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { whereInScopes } from '../scope';
import type { Operation, RegradedUnit, Regrading, RegradingState } from './regrading';

export const regradingConstraints: ConstraintReasons = {
  regrading_units_pending_key: { kind: 'failed_precondition', reason: 'UNIT_IN_PLAN', message: 'a planned regrading reckons with this unit' },
};

interface RegradingRow {
  readonly id: string;
  readonly title_zh: string;
  readonly effective_on: string;
  readonly state: RegradingState;
  readonly operations: readonly Operation[];
  readonly unit_path: string;
  readonly planned_by: string;
  readonly planned_at: Date;
  readonly ended_at: Date | null;
  readonly version: number;
}

const columns = ['id', 'title_zh', 'effective_on', 'state', 'operations', 'unit_path', 'planned_by', 'planned_at', 'ended_at', 'version'] as const;
const rowsAtOnce = 1_000;

export async function insertRegrading(tx: Tx, regrading: Regrading): Promise<void> {
  const { operations, ...row } = toRow(regrading);
  await tx('regradings').insert({ tenant_id: tenantOf(tx), ...row, operations: JSON.stringify(operations) });
}

export async function saveRegrading(tx: Tx, regrading: Regrading): Promise<void> {
  const { id, state, ended_at, version } = toRow(regrading);
  await tx('regradings').where({ tenant_id: tenantOf(tx), id }).update({ state, ended_at, version });
}

export async function findRegrading(tx: Tx, id: string): Promise<Regrading | undefined> {
  const row = await tx('regradings').where({ tenant_id: tenantOf(tx), id }).first<RegradingRow | undefined>(columns);
  return row && toRegrading(row);
}

export async function lockRegrading(tx: Tx, id: string): Promise<Regrading | undefined> {
  const row = await tx('regradings').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<RegradingRow | undefined>(columns);
  return row && toRegrading(row);
}

export interface RegradingFilter {
  readonly scopes: UnitScopes;
  readonly state: RegradingState | undefined;
  readonly after: { readonly effectiveOn: LocalDate; readonly id: string } | undefined;
  readonly limit: number;
}

/** By their days. Indexes: regradings_day_idx, regradings_state_idx. */
export async function listRegradings(tx: Tx, { scopes, state, after, limit }: RegradingFilter): Promise<Regrading[]> {
  const query = tx('regradings').where({ tenant_id: tenantOf(tx) }).orderBy(['effective_on', 'id']).limit(limit).select<RegradingRow[]>(columns);
  whereInScopes(query, 'unit_path', scopes);
  if (state !== undefined) void query.where({ state });
  if (after !== undefined) void query.whereRaw('(effective_on, id) > (cast(? as date), cast(? as uuid))', [after.effectiveOn, after.id]);
  return (await query).map(toRegrading);
}

export async function insertRegradedUnits(tx: Tx, regradingId: string, units: readonly RegradedUnit[]): Promise<void> {
  const rows = units.map(({ unitId, regradedAs, successorId }) => ({
    tenant_id: tenantOf(tx),
    regrading_id: regradingId,
    unit_id: unitId,
    regraded_as: regradedAs,
    successor_id: successorId ?? null,
    pending: true,
  }));
  for (let start = 0; start < rows.length; start += rowsAtOnce) await tx('regrading_units').insert(rows.slice(start, start + rowsAtOnce));
}

export async function listRegradedUnits(tx: Tx, regradingId: string): Promise<RegradedUnit[]> {
  const rows = await tx('regrading_units')
    .where({ tenant_id: tenantOf(tx), regrading_id: regradingId })
    .orderBy('unit_id')
    .select<{ unitId: string; regradedAs: RegradedUnit['regradedAs']; successorId: string | null }[]>({
      unitId: 'unit_id',
      regradedAs: 'regraded_as',
      successorId: 'successor_id',
    });
  return rows.map((row) => ({ ...row, successorId: row.successorId ?? undefined }));
}

/** The plan lets go of its units. */
export async function releaseRegradedUnits(tx: Tx, regradingId: string): Promise<void> {
  await tx('regrading_units').where({ tenant_id: tenantOf(tx), regrading_id: regradingId }).update({ pending: false });
}

export async function deleteRegradedUnits(tx: Tx, regradingId: string): Promise<void> {
  await tx('regrading_units').where({ tenant_id: tenantOf(tx), regrading_id: regradingId }).delete();
}

function toRow(regrading: Regrading): RegradingRow {
  return {
    id: regrading.id,
    title_zh: regrading.titleZh,
    effective_on: regrading.effectiveOn,
    state: regrading.state,
    operations: regrading.operations,
    unit_path: regrading.unitPath,
    planned_by: regrading.plannedBy,
    planned_at: regrading.plannedAt,
    ended_at: regrading.endedAt ?? null,
    version: regrading.version,
  };
}

function toRegrading(row: RegradingRow): Regrading {
  return {
    id: row.id,
    titleZh: row.title_zh,
    effectiveOn: row.effective_on,
    state: row.state,
    operations: row.operations,
    unitPath: row.unit_path,
    plannedBy: row.planned_by,
    plannedAt: row.planned_at,
    endedAt: row.ended_at ?? undefined,
    version: row.version,
  };
}
