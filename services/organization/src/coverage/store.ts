import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import { whereInScopes, whereInSubtree } from '../scope';
import { countUnits, selectUnits, toUnit, whereInForce, type KindCount, type NamedRow } from '../units/store';
import type { Unit, UnitKind } from '../units/unit';
import { validOn, whereHolds } from '../validity';
import type { Branch, BranchKind } from './branch';

export const coverageConstraints: ConstraintReasons = {
  branches_one_at_a_time: { kind: 'already_exists', reason: 'BRANCH_EXISTS', message: 'the unit has its branch or group on that day' },
  development_counts_pkey: { kind: 'already_exists', reason: 'DEVELOPMENT_COUNT_EXISTS', message: 'the year is counted' },
};

interface BranchRow {
  readonly id: string;
  readonly kind: BranchKind;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly name_zh: string;
  readonly contact_phone: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly version: number;
}

const columns = ['id', 'kind', 'unit_id', 'unit_path', 'name_zh', 'contact_phone', 'valid_from', 'valid_to', 'version'] as const;
/** What has a branch or group of its own kind. */
const coveredKinds = ['grid', 'building'] as const;

export async function insertBranches(tx: Tx, branches: readonly Branch[]): Promise<void> {
  const rows = branches.map(({ id, kind, unitId, unitPath, nameZh, contactPhone, validFrom, version }): BranchRow => ({
    id,
    kind,
    unit_id: unitId,
    unit_path: unitPath,
    name_zh: nameZh,
    contact_phone: contactPhone,
    valid_from: validFrom,
    valid_to: null,
    version,
  }));
  await tx.raw(
    `insert into branches (tenant_id, id, kind, unit_id, unit_path, name_zh, contact_phone, valid_from, version)
     select cast(:tenant as text), id, kind, unit_id, unit_path, name_zh, contact_phone, valid_from, version
       from jsonb_to_recordset(:rows::jsonb) as born (id uuid, kind text, unit_id uuid, unit_path text, name_zh text, contact_phone text, valid_from date, version integer)`,
    { tenant: tenantOf(tx), rows: JSON.stringify(rows) },
  );
}

export async function saveBranch(tx: Tx, { id, nameZh, contactPhone, validTo, version }: Branch): Promise<void> {
  await tx('branches').where({ tenant_id: tenantOf(tx), id }).update({ name_zh: nameZh, contact_phone: contactPhone, valid_to: validTo ?? null, version });
}

export async function findBranch(tx: Tx, id: string): Promise<Branch | undefined> {
  const row = await tx('branches').where({ tenant_id: tenantOf(tx), id }).first<BranchRow | undefined>(columns);
  return row && toBranch(row);
}

export async function lockBranch(tx: Tx, id: string): Promise<Branch | undefined> {
  const row = await tx('branches').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<BranchRow | undefined>(columns);
  return row && toBranch(row);
}

/** Ends those that stand at these units, each with its version raised. Index: branches_unit_idx. */
export async function endBranchesAt(tx: Tx, unitIds: readonly string[], day: LocalDate): Promise<Branch[]> {
  const rows = await tx('branches')
    .where({ tenant_id: tenantOf(tx), valid_to: null })
    .whereRaw('unit_id = any(cast(? as uuid[]))', [[...unitIds]])
    .update({ valid_to: day, version: tx.raw('version + 1') })
    .returning<BranchRow[]>(columns);
  return rows.map(toBranch);
}

export interface CoverageFilter {
  readonly scopes: UnitScopes;
  /** Path of a subtree. */
  readonly under: string;
  readonly asOf: LocalDate;
}

export interface CoveredUnit {
  readonly unit: Unit;
  /** Undefined: open. */
  readonly branchId: string | undefined;
}

/** Grids and buildings in the order of the tree. Indexes: units_as_of_idx, branches_unit_idx. */
export async function listCoverage(
  tx: Tx,
  { openOnly, afterPath, limit, ...filter }: CoverageFilter & { readonly openOnly: boolean; readonly afterPath: string | undefined; readonly limit: number },
): Promise<CoveredUnit[]> {
  const there = branchThere(tx, filter.asOf);
  const query = selectUnits(tx, filter.asOf).whereIn('kind', coveredKinds).orderBy('path').limit(limit).select({ branch_id: there });
  whereInForce(query, filter);
  if (openOnly) void query.whereNotExists(there);
  if (afterPath !== undefined) void query.where('path', '>', afterPath);
  const rows = (await query) as (NamedRow & { readonly branch_id: string | null })[];
  return rows.map((row) => ({ unit: toUnit(row), branchId: row.branch_id ?? undefined }));
}

export interface CoverageTotals {
  readonly grids: number;
  readonly gridsCovered: number;
  readonly buildings: number;
  readonly buildingsCovered: number;
  readonly memberUnits: number;
}

/** Of the whole subtree: units as `countUnits` has them, and those of them that have a branch. Indexes: branches_unit_idx, units_pkey, member_units_path_idx. */
export async function countCoverage(tx: Tx, filter: CoverageFilter): Promise<CoverageTotals> {
  const { scopes, under, asOf } = filter;
  const covered = tx('units').where({ tenant_id: tenantOf(tx) }).whereIn('kind', coveredKinds).whereExists(branchThere(tx, asOf));
  whereInForce(covered, filter);
  const memberUnits = tx('member_units').where({ tenant_id: tenantOf(tx) });
  whereHolds(memberUnits, validOn(asOf, { from: 'joined_on', to: 'left_on' }));
  whereInScopes(memberUnits, 'unit_path', scopes);
  whereInSubtree(memberUnits, 'unit_path', under);
  const there = numbers(await countUnits(tx, filter));
  const withBranch = numbers(await covered.groupBy('kind').select<KindCount[]>('kind', tx.raw('count(*)::integer as count')));
  const joined = await memberUnits.count<{ count: number | string }[]>({ count: '*' }).first();
  return { grids: there('grid'), gridsCovered: withBranch('grid'), buildings: there('building'), buildingsCovered: withBranch('building'), memberUnits: Number(joined?.count ?? 0) };
}

function numbers(counts: readonly KindCount[]): (kind: UnitKind) => number {
  return (wanted) => counts.find(({ kind }) => kind === wanted)?.count ?? 0;
}

/** The branch of the unit of the row outside, on a day. */
function branchThere(tx: Tx, day: LocalDate): Knex.QueryBuilder {
  return tx('branches')
    .whereRaw('branches.tenant_id = units.tenant_id and branches.unit_id = units.id')
    .where('branches.valid_from', '<=', day)
    .whereRaw(`coalesce(branches.valid_to, 'infinity'::date) > ?`, [day])
    .select('branches.id');
}

/** As anybody may read it. */
export interface PublicBranch {
  readonly id: string;
  readonly unitPath: string;
  readonly kind: BranchKind;
  readonly unitCode: string;
  readonly unitNameZh: string;
  readonly nameZh: string;
  readonly contactPhone: string;
}

export interface PublicBranchFilter {
  readonly under: string;
  readonly day: LocalDate;
  readonly after: Pick<PublicBranch, 'unitPath' | 'id'> | undefined;
  readonly limit: number;
}

/** Those in a community, in the order of the tree. Index: branches_unit_path_idx. */
export async function listPublicBranches(tx: Tx, { under, day, after, limit }: PublicBranchFilter): Promise<PublicBranch[]> {
  const query = tx('branches')
    .join('units', { 'units.tenant_id': 'branches.tenant_id', 'units.id': 'branches.unit_id' })
    .where({ 'branches.tenant_id': tenantOf(tx) })
    .where('branches.valid_from', '<=', day)
    .whereRaw(`coalesce(branches.valid_to, 'infinity'::date) > ?`, [day])
    .orderBy(['branches.unit_path', 'branches.id'])
    .limit(limit);
  whereInSubtree(query, 'branches.unit_path', under);
  if (after !== undefined) void query.whereRaw('(branches.unit_path, branches.id) > (?, cast(? as uuid))', [after.unitPath, after.id]);
  return query.select<PublicBranch[]>({ id: 'branches.id', unitPath: 'branches.unit_path', kind: 'branches.kind', unitCode: 'units.code', unitNameZh: 'units.name_zh', nameZh: 'branches.name_zh', contactPhone: 'branches.contact_phone' });
}

function toBranch(row: BranchRow): Branch {
  return {
    id: row.id,
    kind: row.kind,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    nameZh: row.name_zh,
    contactPhone: row.contact_phone,
    validFrom: row.valid_from,
    validTo: row.valid_to ?? undefined,
    version: row.version,
  };
}
