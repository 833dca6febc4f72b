import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { wherePageByUnit } from '../by-unit';
import { endOfSubtree, whereInScopes } from '../scope';
import { whereHolds, type Condition } from '../validity';
import type { Covenant } from './covenant';

export const covenantConstraints: ConstraintReasons = {
  covenants_decision_key: { kind: 'already_exists', reason: 'COVENANT_ADOPTED_ALREADY', message: 'this decision has its covenant' },
  covenants_number_key: { kind: 'already_exists', reason: 'COVENANT_ADOPTED_MEANWHILE', message: 'another covenant of the unit was adopted at the same time' },
};

interface CovenantRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly number: number;
  readonly decision_id: string;
  readonly text_zh: string;
  readonly effective_from: string;
  readonly filing_due_at: Date;
  readonly overdue: boolean;
  readonly filed_on: string | null;
  readonly created_at: Date;
  readonly version: number;
}

export async function insertCovenant(tx: Tx, covenant: Covenant): Promise<void> {
  await tx('covenants').insert({ tenant_id: tenantOf(tx), ...toRow(covenant) });
}

export async function updateCovenant(tx: Tx, covenant: Covenant): Promise<void> {
  const { id, overdue, filed_on, filing_due_at, version } = toRow(covenant);
  await tx('covenants').where({ tenant_id: tenantOf(tx), id }).update({ overdue, filed_on, filing_due_at, version });
}

export async function nextNumber(tx: Tx, unitId: string): Promise<number> {
  const row = await tx('covenants').where({ tenant_id: tenantOf(tx), unit_id: unitId }).orderBy('number', 'desc').first<{ number: number } | undefined>('number');
  return (row?.number ?? 0) + 1;
}

export async function findCovenant(tx: Tx, id: string): Promise<Covenant | undefined> {
  const row = await tx('covenants').where({ tenant_id: tenantOf(tx), id }).first<CovenantRow | undefined>();
  return row && toCovenant(row);
}

export async function lockCovenant(tx: Tx, id: string): Promise<Covenant | undefined> {
  const row = await tx('covenants').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<CovenantRow | undefined>();
  return row && toCovenant(row);
}

interface CovenantPage {
  readonly scopes: UnitScopes;
  readonly unitId: string | undefined;
  /** Of each unit the one in force on that day; undefined for all there ever were. */
  readonly asOf: LocalDate | undefined;
  readonly beforeId: string | undefined;
  readonly limit: number;
}

/** Of these units, those that are owed to the sub-district. Index: covenants_number_key. */
export async function findUnfiledAt(tx: Tx, unitIds: readonly string[]): Promise<string[]> {
  return tx('covenants').where({ tenant_id: tenantOf(tx), filed_on: null }).whereIn('unit_id', unitIds).orderBy('id').pluck<string[]>('id');
}

/** The newest first. Indexes: covenants_unit_path_idx, covenants_pkey for the whole office, covenants_number_key, covenants_effective_idx. */
export async function listCovenants(
  tx: Tx,
  { scopes, unitId, asOf, beforeId, limit }: CovenantPage,
): Promise<Covenant[]> {
  const query = tx('covenants').where({ tenant_id: tenantOf(tx) }).orderBy('id', 'desc').limit(limit).select<CovenantRow[]>();
  const also = asOf === undefined ? undefined : lastOn(asOf);
  if (also !== undefined) whereHolds(query, also);
  if (unitId === undefined) wherePageByUnit(tx, query, { table: 'covenants', order: 'newest', scopes, also, after: beforeId, limit });
  else whereInScopes(query.where({ unit_id: unitId }), 'unit_path', scopes);
  if (beforeId !== undefined) void query.where('id', '<', beforeId);
  return (await query).map(toCovenant);
}

/** Begun, and followed by none that has. */
function lastOn(day: LocalDate): Condition {
  const sql = `covenants.effective_from <= :day and not exists (
    select from covenants later where later.tenant_id = covenants.tenant_id and later.unit_id = covenants.unit_id and later.effective_from <= :day
       and (later.effective_from, later.number) > (covenants.effective_from, covenants.number))`;
  return { sql, bindings: { day } };
}

export interface PublicCovenant extends Pick<Covenant, 'unitId' | 'number' | 'textZh' | 'effectiveFrom'> {
  readonly unitNameZh: string;
}

/** Of each unit that is open on the day, of an office that works, the newest that has begun, in the order of the units' ids. Indexes: covenants_unit_path_idx, covenants_effective_idx for the whole office. */
export async function listInForce(
  tx: Tx,
  asked: { readonly day: LocalDate; readonly under: string | undefined; readonly afterUnitId: string | undefined; readonly limit: number },
): Promise<PublicCovenant[]> {
  const { day, under, afterUnitId, limit } = asked;
  const { rows } = await tx.raw<{ rows: PublicCovenant[] }>(
    `select distinct on (covenant.unit_id) covenant.unit_id as "unitId", unit.name_zh as "unitNameZh", covenant.number, covenant.text_zh as "textZh", covenant.effective_from as "effectiveFrom"
       from covenants covenant
       join units unit on unit.tenant_id = covenant.tenant_id and unit.id = covenant.unit_id and daterange(unit.valid_from, unit.valid_to) @> cast(:day as date)
       join tenants on tenants.tenant_id = covenant.tenant_id and not tenants.suspended
      where covenant.tenant_id = :tenant and covenant.effective_from <= :day ${afterUnitId === undefined ? '' : 'and covenant.unit_id > cast(:afterUnitId as uuid)'}
            ${under === undefined ? '' : 'and covenant.unit_path >= :under and covenant.unit_path < :end'}
      order by covenant.unit_id, covenant.effective_from desc, covenant.number desc limit :limit`,
    { tenant: tenantOf(tx), day, limit, afterUnitId: afterUnitId ?? null, under: under ?? null, end: under === undefined ? null : endOfSubtree(under) },
  );
  return rows;
}

function toRow(covenant: Covenant): CovenantRow {
  return {
    id: covenant.id,
    unit_id: covenant.unitId,
    unit_path: covenant.unitPath,
    number: covenant.number,
    decision_id: covenant.decisionId,
    text_zh: covenant.textZh,
    effective_from: covenant.effectiveFrom,
    filing_due_at: covenant.filingDueAt,
    overdue: covenant.overdue,
    filed_on: covenant.filedOn ?? null,
    created_at: covenant.createdAt,
    version: covenant.version,
  };
}

function toCovenant(row: CovenantRow): Covenant {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    number: row.number,
    decisionId: row.decision_id,
    textZh: row.text_zh,
    effectiveFrom: row.effective_from,
    filingDueAt: row.filing_due_at,
    overdue: row.overdue,
    filedOn: row.filed_on ?? undefined,
    createdAt: row.created_at,
    version: row.version,
  };
}
