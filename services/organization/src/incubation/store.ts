import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { wherePageByUnit } from '../by-unit';
import type { EvaluationResult, IncubatedOrg, IncubationState } from './incubated-org';

interface OrgRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly name_zh: string;
  readonly name_mn: string;
  readonly state: IncubationState;
  readonly applied_on: string;
  readonly term_from: string | null;
  readonly term_to: string | null;
  readonly evaluation_due_at: Date | null;
  readonly evaluation_overdue: boolean;
  readonly result: EvaluationResult | null;
  readonly evaluation_zh: string;
  readonly received_on: string | null;
  readonly returned_on: string | null;
  readonly leave_reason: string;
  readonly version: number;
}

const columns = [
  'id', 'unit_id', 'unit_path', 'name_zh', 'name_mn', 'state', 'applied_on', 'term_from', 'term_to', 'evaluation_due_at', 'evaluation_overdue', 'result',
  'evaluation_zh', 'received_on', 'returned_on', 'leave_reason', 'version',
] as const;

export async function insertOrg(tx: Tx, org: IncubatedOrg): Promise<void> {
  await tx('incubated_orgs').insert({ tenant_id: tenantOf(tx), ...toRow(org) });
}

export async function saveOrg(tx: Tx, org: IncubatedOrg): Promise<void> {
  const { id, unit_id: _unit, unit_path: _path, ...changing } = toRow(org);
  await tx('incubated_orgs').where({ tenant_id: tenantOf(tx), id }).update(changing);
}

export async function findOrg(tx: Tx, id: string): Promise<IncubatedOrg | undefined> {
  const row = await tx('incubated_orgs').where({ tenant_id: tenantOf(tx), id }).first<OrgRow | undefined>(columns);
  return row && toOrg(row);
}

export async function lockOrg(tx: Tx, id: string): Promise<IncubatedOrg | undefined> {
  const row = await tx('incubated_orgs').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<OrgRow | undefined>(columns);
  return row && toOrg(row);
}

export async function lockOrgs(tx: Tx, ids: readonly string[]): Promise<IncubatedOrg[]> {
  const rows = await tx('incubated_orgs').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id').forUpdate().select<OrgRow[]>(columns);
  return rows.map(toOrg);
}

export interface OrgFilter {
  readonly scopes: UnitScopes;
  readonly under: string | undefined;
  readonly state: IncubationState | undefined;
  readonly beforeId: string | undefined;
  readonly limit: number;
}

/** The latest first. Indexes: incubated_orgs_unit_path_idx; of the whole office incubated_orgs_state_idx and the key. */
export async function listOrgs(tx: Tx, { scopes, under, state, beforeId, limit }: OrgFilter): Promise<IncubatedOrg[]> {
  const query = tx('incubated_orgs').where({ tenant_id: tenantOf(tx) }).orderBy('id', 'desc').limit(limit).select<OrgRow[]>(columns);
  wherePageByUnit(tx, query, { table: 'incubated_orgs', order: 'newest', scopes, under, holding: { state }, after: beforeId, limit });
  return (await query).map(toOrg);
}

function toRow(org: IncubatedOrg): OrgRow {
  return {
    id: org.id,
    unit_id: org.unitId,
    unit_path: org.unitPath,
    name_zh: org.nameZh,
    name_mn: org.nameMn,
    state: org.state,
    applied_on: org.appliedOn,
    term_from: org.term?.from ?? null,
    term_to: org.term?.to ?? null,
    evaluation_due_at: org.evaluationDueAt ?? null,
    evaluation_overdue: org.evaluationOverdue,
    result: org.result ?? null,
    evaluation_zh: org.evaluationZh,
    received_on: org.receivedOn ?? null,
    returned_on: org.returnedOn ?? null,
    leave_reason: org.leaveReason,
    version: org.version,
  };
}

function toOrg(row: OrgRow): IncubatedOrg {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    nameZh: row.name_zh,
    nameMn: row.name_mn,
    state: row.state,
    appliedOn: row.applied_on,
    term: row.term_from === null || row.term_to === null ? undefined : { from: row.term_from, to: row.term_to },
    evaluationDueAt: row.evaluation_due_at ?? undefined,
    evaluationOverdue: row.evaluation_overdue,
    result: row.result ?? undefined,
    evaluationZh: row.evaluation_zh,
    receivedOn: row.received_on ?? undefined,
    returnedOn: row.returned_on ?? undefined,
    leaveReason: row.leave_reason,
    version: row.version,
  };
}
