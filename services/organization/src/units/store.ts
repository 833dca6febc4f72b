import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import { raiseVersions, type Page } from '../raise-versions';
import { isRoot, whereInScopes, whereInSubtree } from '../scope';
import type { Held } from './rules';
import type { Unit, UnitKind } from './unit';

export const unitConstraints: ConstraintReasons = {
  units_code_validity_excl: { kind: 'already_exists', reason: 'UNIT_CODE_TAKEN', message: 'a unit has this code at that time' },
  units_root_key: { kind: 'already_exists', reason: 'UNIT_ROOT_EXISTS', message: 'the tenant has its root unit' },
};

interface UnitRow {
  readonly id: string;
  readonly kind: UnitKind;
  readonly parent_id: string | null;
  readonly path: string;
  readonly code: string;
  /** Of now; the names of other days are in `unit_names`. */
  readonly name_zh: string;
  readonly name_mn: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly continues_id: string | null;
  readonly successor_id: string | null;
  readonly version: number;
}

/** A unit as it is called on the day it was asked for. */
export interface NamedRow extends UnitRow {
  readonly renamed: readonly [string, string] | null;
}

const columns = ['id', 'kind', 'parent_id', 'path', 'code', 'name_zh', 'name_mn', 'valid_from', 'valid_to', 'continues_id', 'successor_id', 'version'] as const;
const rowsAtOnce = 1_000;

export async function insertUnits(tx: Tx, units: readonly Unit[]): Promise<void> {
  const rows = units.map((unit) => ({ tenant_id: tenantOf(tx), ...toRow(unit) }));
  // Parents come before their children, so every chunk finds its parents.
  for (let start = 0; start < rows.length; start += rowsAtOnce) await tx('units').insert(rows.slice(start, start + rowsAtOnce));
}

export async function saveClosed(tx: Tx, unit: Unit): Promise<void> {
  const { valid_from, valid_to, successor_id, version } = toRow(unit);
  await tx('units').where({ tenant_id: tenantOf(tx), id: unit.id }).update({ valid_from, valid_to, successor_id, version });
}

/** For a change of what is kept elsewhere of a unit that this transaction holds. Gives the new version. */
export async function raiseVersion(tx: Tx, { id, version }: Pick<Unit, 'id' | 'version'>): Promise<number> {
  await tx('units').where({ tenant_id: tenantOf(tx), id }).update({ version: version + 1 });
  return version + 1;
}

export async function saveRenamed(tx: Tx, unit: Unit, validFrom: LocalDate): Promise<void> {
  const { id, name_zh, name_mn, version } = toRow(unit);
  await insertNames(tx, [unit], validFrom);
  await tx('units').where({ tenant_id: tenantOf(tx), id }).update({ name_zh, name_mn, version });
}

/** What units are called from a day on, after what they were called before. A second name of one day takes the place of the first. */
export async function insertNames(tx: Tx, units: readonly Pick<Unit, 'id' | 'nameZh' | 'nameMn'>[], validFrom: LocalDate): Promise<void> {
  if (units.length === 0) return;
  await tx.raw(
    `insert into unit_names (tenant_id, unit_id, valid_from, name_zh, name_mn)
     select tenant_id, id, valid_from, name_zh, name_mn from units where tenant_id = :tenant and id = any(cast(:ids as uuid[]))
     on conflict do nothing`,
    { tenant: tenantOf(tx), ids: units.map(({ id }) => id) },
  );
  await tx('unit_names')
    .insert(units.map(({ id, nameZh, nameMn }) => ({ tenant_id: tenantOf(tx), unit_id: id, valid_from: validFrom, name_zh: nameZh, name_mn: nameMn })))
    .onConflict(['tenant_id', 'unit_id', 'valid_from'])
    .merge();
}

/** `day` is the day whose names are wanted, here and below. */
export async function findUnit(tx: Tx, id: string, day: LocalDate): Promise<Unit | undefined> {
  return first(await selectUnits(tx, day).where({ id }));
}

/** The top of the office's tree: where what is the whole office's lies. */
export async function findRoot(tx: Tx): Promise<{ id: string; path: string }> {
  const row = await tx('units').where({ tenant_id: tenantOf(tx) }).whereNull('parent_id').first<{ id: string; path: string } | undefined>('id', 'path');
  return row ?? { id: '', path: '' };
}

/** It never changes, so it needs no day. */
export async function findPath(tx: Tx, id: string): Promise<string | undefined> {
  return (await tx('units').where({ tenant_id: tenantOf(tx), id }).first<{ path: string } | undefined>('path'))?.path;
}

/** For a change of the unit itself. */
export async function lockUnit(tx: Tx, id: string, day: LocalDate): Promise<Unit | undefined> {
  return first(await selectUnits(tx, day).where({ id }).forUpdate());
}

/** For something that needs the unit to stay open until it commits: closing waits, other such things do not. */
export async function shareUnit(tx: Tx, id: string, day: LocalDate): Promise<Unit | undefined> {
  return first(await selectUnits(tx, day).where({ id }).forShare());
}

/** The units with these codes that have not ended, and the parents of those. Index: units_code_idx. */
export async function shareOpenUnits(tx: Tx, codes: readonly string[], day: LocalDate): Promise<Unit[]> {
  const open = (query: Knex.QueryBuilder) => query.where('version', '>', 0).whereRaw(`coalesce(valid_to, 'infinity'::date) > ?`, [day]);
  // As arrays, since a sheet names more codes than a statement takes parameters.
  const named = open(tx('units').where({ tenant_id: tenantOf(tx) })).whereRaw('code = any(?)', [[...codes]]);
  const query = selectUnits(tx, day)
    .where((any) => void any.whereRaw('code = any(?)', [[...codes]]).orWhereIn('id', named.select('parent_id')))
    .orderBy('path')
    .forShare();
  void open(query);
  return (await query).map(toUnit);
}

/** The next units in the order of ids, closed ones too, each with its version raised. */
export async function touchUnits(tx: Tx, page: Page & { readonly day: LocalDate }): Promise<Unit[]> {
  const ids = await raiseVersions(tx, 'units', page);
  return (await selectUnits(tx, page.day).whereIn('id', ids).orderBy('id')).map(toUnit);
}

export async function findUnits(tx: Tx, ids: readonly string[], { scopes, day }: { readonly scopes: UnitScopes; readonly day: LocalDate }): Promise<Unit[]> {
  const query = selectUnits(tx, day).whereIn('id', ids);
  whereInScopes(query, 'path', scopes);
  return (await query).map(toUnit);
}

/** What hangs on a unit from `day` on; what never began does not. */
export async function countHeld(tx: Tx, unitId: string, day: LocalDate): Promise<Held> {
  const { rows } = await tx.raw<{ rows: Held[] }>(
    `select (select count(*) from units where tenant_id = :tenant and parent_id = :unitId and (valid_to is null or valid_to > greatest(valid_from, :day::date))) as children,
            (select count(*) from posts where tenant_id = :tenant and unit_id = :unitId and (valid_to is null or valid_to > greatest(valid_from, :day::date))) as posts,
            (select count(*) from regrading_units where tenant_id = :tenant and pending and (unit_id = :unitId or successor_id = :unitId)) as plans`,
    { tenant: tenantOf(tx), unitId, day },
  );
  return rows[0] ?? { children: 0, posts: 0, plans: 0 };
}

export interface UnitFilter {
  readonly scopes: UnitScopes;
  /** Path of a subtree, root included. */
  readonly under: string | undefined;
  readonly kind: UnitKind | undefined;
  /** In force on that day, with the names of that day. */
  readonly asOf: LocalDate;
  readonly afterPath: string | undefined;
  readonly limit: number;
}

/**
 * Units in the order of their paths: parents before children. Indexes: units_as_of_idx and units_kind_as_of_idx, which hold
 * the validity too, so that only what is listed is fetched; unit_names_pkey for each that is listed.
 */
export async function listUnits(tx: Tx, filter: UnitFilter): Promise<Unit[]> {
  const query = selectUnits(tx, filter.asOf).orderBy('path').limit(filter.limit);
  whereInForce(query, filter);
  if (filter.kind !== undefined) void query.where('kind', filter.kind);
  if (filter.afterPath !== undefined) void query.where('path', '>', filter.afterPath);
  return (await query).map(toUnit);
}

export interface KindCount {
  readonly kind: UnitKind;
  readonly count: number;
}

/**
 * How many of each kind. Of a whole office, which may have 200,000 units, the sum of what triggers of `units` keep by the day
 * (unit_count_changes_pkey); of a part of it the units themselves, by units_as_of_idx alone.
 */
export async function countUnits(tx: Tx, filter: Pick<UnitFilter, 'scopes' | 'under' | 'asOf'>): Promise<KindCount[]> {
  if (coversOffice(filter)) return sumChanges(tx, filter.asOf);
  const query = tx('units').where({ tenant_id: tenantOf(tx) });
  whereInForce(query, filter);
  return query.groupBy('kind').select<KindCount[]>('kind', tx.raw('count(*)::integer as count'));
}

async function sumChanges(tx: Tx, day: LocalDate): Promise<KindCount[]> {
  return tx('unit_count_changes')
    .where({ tenant_id: tenantOf(tx) })
    .where('day', '<=', day)
    .groupBy('kind')
    .havingRaw('sum(change) <> 0')
    .select<KindCount[]>('kind', tx.raw('sum(change)::integer as count'));
}

function coversOffice({ scopes, under }: Pick<UnitFilter, 'scopes' | 'under'>): boolean {
  return (scopes === 'tenant' || scopes.subtrees.some(isRoot)) && (under === undefined || isRoot(under));
}

/** The unit as it hung on a day: itself, or the one before or after it in the line of those that continue each other. */
export async function findInLine(tx: Tx, id: string, day: LocalDate): Promise<Unit | undefined> {
  const line = tx.raw(
    `with recursive before as (
       select id, continues_id from units where tenant_id = :tenant and id = :id
        union all select units.id, units.continues_id from units join before on units.id = before.continues_id where units.tenant_id = :tenant
     ), after as (
       select cast(:id as uuid) as id
        union all select units.id from units join after on units.continues_id = after.id where units.tenant_id = :tenant
     )
     select id from before union select id from after`,
    { tenant: tenantOf(tx), id },
  );
  const query = selectUnits(tx, day).whereRaw('id in (?)', [line]);
  whereInForce(query, { scopes: 'tenant', under: undefined, asOf: day });
  return first(await query);
}

/** Units by id, wherever they are, in the order of their paths. */
export async function findAbove(tx: Tx, path: string, day: LocalDate): Promise<Unit[]> {
  const ids = path.split('/').filter((id) => id !== '');
  return (await selectUnits(tx, day).whereIn('id', ids).orderBy('path')).map(toUnit);
}

/** Communities open on a day, of an office that works: where what anybody may see lies. Indexes: units_code_idx, units_kind_as_of_idx. */
export function openCommunities(tx: Tx, day: LocalDate): Knex.QueryBuilder {
  return openUnits(tx, ['community'], day);
}

/** The one of them that has the code on the day. */
export async function findOpenCommunity(tx: Tx, code: string, day: LocalDate): Promise<Pick<Unit, 'id' | 'path'> | undefined> {
  return openCommunities(tx, day).where('units.code', code).first<Pick<Unit, 'id' | 'path'> | undefined>('units.id', 'units.path');
}

/** The path of the community or grid that has the code on the day, in an office that works. Index: units_code_idx. */
export async function findPublicPath(tx: Tx, code: string, day: LocalDate): Promise<string | undefined> {
  const unit = await openUnits(tx, ['community', 'grid'], day).where('units.code', code).first<Pick<Unit, 'path'> | undefined>('units.path');
  return unit?.path;
}

function openUnits(tx: Tx, kinds: readonly UnitKind[], day: LocalDate): Knex.QueryBuilder {
  const query = tx('units')
    .join('tenants', 'tenants.tenant_id', 'units.tenant_id')
    .where({ 'units.tenant_id': tenantOf(tx), 'tenants.suspended': false })
    .whereIn('units.kind', kinds);
  whereInForce(query, { scopes: 'tenant', under: undefined, asOf: day });
  return query;
}

/** Begins every read of whole units: their columns, and the last name that began by that day. */
export function selectUnits(tx: Tx, day: LocalDate) {
  const renamed = tx.raw(
    `(select array[names.name_zh, names.name_mn] from unit_names names
       where names.tenant_id = units.tenant_id and names.unit_id = units.id and names.valid_from <= ? order by names.valid_from desc limit 1) as renamed`,
    [day],
  );
  return tx('units').where({ tenant_id: tenantOf(tx) }).select<NamedRow[]>(...columns, renamed);
}

/** In force on a day, within scopes. */
export function whereInForce(query: Knex.QueryBuilder, { scopes, under, asOf }: Pick<UnitFilter, 'scopes' | 'under' | 'asOf'>): void {
  void query.where('valid_from', '<=', asOf).whereRaw(`coalesce(valid_to, 'infinity'::date) > ?`, [asOf]);
  whereInScopes(query, 'path', scopes);
  if (under !== undefined) whereInSubtree(query, 'path', under);
}

function first(rows: readonly NamedRow[]): Unit | undefined {
  return rows[0] && toUnit(rows[0]);
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
    continues_id: unit.continuesId ?? null,
    successor_id: unit.successorId ?? null,
    version: unit.version,
  };
}

export function toUnit(row: NamedRow): Unit {
  return {
    id: row.id,
    kind: row.kind,
    parentId: row.parent_id ?? undefined,
    path: row.path,
    code: row.code,
    nameZh: row.renamed?.[0] ?? row.name_zh,
    nameMn: row.renamed?.[1] ?? row.name_mn,
    validFrom: row.valid_from,
    validTo: row.valid_to ?? undefined,
    continuesId: row.continues_id ?? undefined,
    successorId: row.successor_id ?? undefined,
    version: row.version,
  };
}
