import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { raiseVersions, type Page } from '../raise-versions';
import { whereInScopes, whereInSubtree } from '../scope';
import type { Unit, UnitKind } from './unit';

export const unitConstraints: ConstraintReasons = {
  units_open_code_key: { kind: 'already_exists', reason: 'UNIT_CODE_TAKEN', message: 'an open unit has this code' },
  units_root_key: { kind: 'already_exists', reason: 'UNIT_ROOT_EXISTS', message: 'the tenant has its root unit' },
};

interface UnitRow {
  readonly id: string;
  readonly kind: UnitKind;
  readonly parent_id: string | null;
  readonly path: string;
  readonly code: string;
  readonly name_zh: string;
  readonly name_mn: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly version: number;
}

const columns = ['id', 'kind', 'parent_id', 'path', 'code', 'name_zh', 'name_mn', 'valid_from', 'valid_to', 'version'] as const;
const rowsAtOnce = 1_000;

export async function insertUnits(tx: Tx, units: readonly Unit[]): Promise<void> {
  const rows = units.map((unit) => ({ tenant_id: tenantOf(tx), ...toRow(unit) }));
  // Parents come before their children, so every chunk finds its parents.
  for (let start = 0; start < rows.length; start += rowsAtOnce) await tx('units').insert(rows.slice(start, start + rowsAtOnce));
}

export async function saveUnit(tx: Tx, unit: Unit): Promise<void> {
  const { name_zh, name_mn, valid_to, version } = toRow(unit);
  await tx('units').where({ tenant_id: tenantOf(tx), id: unit.id }).update({ name_zh, name_mn, valid_to, version });
}

export async function findUnit(tx: Tx, id: string): Promise<Unit | undefined> {
  const row = await tx('units').where({ tenant_id: tenantOf(tx), id }).first<UnitRow | undefined>(columns);
  return row && toUnit(row);
}

/** For a change of the unit itself. */
export async function lockUnit(tx: Tx, id: string): Promise<Unit | undefined> {
  const row = await tx('units').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<UnitRow | undefined>(columns);
  return row && toUnit(row);
}

/** For something that needs the unit to stay open until it commits: closing waits, other such things do not. */
export async function shareUnit(tx: Tx, id: string): Promise<Unit | undefined> {
  const row = await tx('units').where({ tenant_id: tenantOf(tx), id }).forShare().first<UnitRow | undefined>(columns);
  return row && toUnit(row);
}

/** The open units with these codes and the open parents of those. Index: units_open_code_key. */
export async function shareOpenUnits(tx: Tx, codes: readonly string[]): Promise<Unit[]> {
  const named = tx('units').where({ tenant_id: tenantOf(tx) }).whereNull('valid_to').whereIn('code', codes);
  const rows = await tx('units')
    .where({ tenant_id: tenantOf(tx) })
    .whereNull('valid_to')
    .where((any) => void any.whereIn('code', codes).orWhereIn('id', named.clone().select('parent_id')))
    .orderBy('path')
    .forShare()
    .select<UnitRow[]>(columns);
  return rows.map(toUnit);
}

/** The next units in the order of ids, closed ones too, each with its version raised. */
export async function touchUnits(tx: Tx, page: Page): Promise<Unit[]> {
  const ids = await raiseVersions(tx, 'units', page);
  return (await tx('units').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id').select<UnitRow[]>(columns)).map(toUnit);
}

export async function findUnits(tx: Tx, ids: readonly string[], scopes: UnitScopes): Promise<Unit[]> {
  const query = tx('units').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).select<UnitRow[]>(columns);
  whereInScopes(query, 'path', scopes);
  return (await query).map(toUnit);
}

/** What keeps a unit from being closed. */
export async function countHeld(tx: Tx, unitId: string, day: string): Promise<{ children: number; posts: number }> {
  const { rows } = await tx.raw<{ rows: { children: number; posts: number }[] }>(
    `select (select count(*) from units where tenant_id = :tenant and parent_id = :unitId and valid_to is null) as children,
            (select count(*) from posts where tenant_id = :tenant and unit_id = :unitId and (valid_to is null or valid_to > :day)) as posts`,
    { tenant: tenantOf(tx), unitId, day },
  );
  return rows[0] ?? { children: 0, posts: 0 };
}

export interface UnitFilter {
  readonly scopes: UnitScopes;
  /** Path of a subtree, root included. */
  readonly under: string | undefined;
  readonly kind: UnitKind | undefined;
  /** In force on that day; undefined: open. */
  readonly asOf: LocalDate | undefined;
  readonly afterPath: string | undefined;
  readonly limit: number;
}

/**
 * Units in the order of their paths: parents before children. Indexes: units_open_path_idx and units_open_kind_idx; as of
 * a day, units_as_of_idx and units_kind_as_of_idx, which hold the validity too, so that only what is listed is fetched.
 */
export async function listUnits(tx: Tx, filter: UnitFilter): Promise<Unit[]> {
  const query = tx('units').where({ tenant_id: tenantOf(tx) }).orderBy('path').limit(filter.limit).select<UnitRow[]>(columns);
  if (filter.asOf === undefined) void query.whereNull('valid_to');
  else void query.where('valid_from', '<=', filter.asOf).whereRaw(`coalesce(valid_to, 'infinity'::date) > ?`, [filter.asOf]);
  whereInScopes(query, 'path', filter.scopes);
  if (filter.under !== undefined) whereInSubtree(query, 'path', filter.under);
  if (filter.kind !== undefined) void query.where('kind', filter.kind);
  if (filter.afterPath !== undefined) void query.where('path', '>', filter.afterPath);
  return (await query).map(toUnit);
}

function toRow(unit: Unit): UnitRow {
  return {
    id: unit.id,
    kind: unit.kind,
    parent_id: unit.parentId ?? null,
    path: unit.path,
    code: unit.code,
    name_zh: unit.nameZh,
    name_mn: unit.nameMn,
    valid_from: unit.validFrom,
    valid_to: unit.validTo ?? null,
    version: unit.version,
  };
}

function toUnit(row: UnitRow): Unit {
  return {
    id: row.id,
    kind: row.kind,
    parentId: row.parent_id ?? undefined,
    path: row.path,
    code: row.code,
    nameZh: row.name_zh,
    nameMn: row.name_mn,
    validFrom: row.valid_from,
    validTo: row.valid_to ?? undefined,
    version: row.version,
  };
}
