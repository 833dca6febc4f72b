import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import { endOfSubtree } from './scope';
import type { Condition } from './validity';

/** A page of a table's rows in the order of ids, or of a column and then ids, of the units that the scopes cover. */
export interface PageByUnit {
  /** Has an index (tenant_id, unit_path, id). */
  readonly table: string;
  /** A column that comes before the id in the order, of rows where it is not null; then there is an index (tenant_id, unit_path, column, id) too. */
  readonly by?: { readonly column: string; readonly after: Date | undefined };
  /** The id as the query around it calls it. */
  readonly id?: string;
  readonly order: 'newest' | 'oldest';
  readonly scopes: UnitScopes;
  /** Path of a subtree to which it is confined. */
  readonly under?: string | undefined;
  /** Columns and what they must hold; those left undefined may hold anything. */
  readonly holding?: Readonly<Record<string, string | null | undefined>>;
  /** What must hold besides, in columns of the table. */
  readonly also?: Condition | undefined;
  /** Id of the last row before it. */
  readonly after: string | undefined;
  readonly limit: number;
}

/**
 * Keeps the rows of one page; the query around it puts them in order. The units that have rows are found one by one, by an index
 * probe each, and of each its first rows are read: an order by id over a range of paths would read all rows of the office for a
 * small unit, or all rows of the unit for a short page. The whole office is read by the table's key.
 */
export function wherePageByUnit(tx: Tx, query: Knex.QueryBuilder, page: PageByUnit): void {
  const { id = 'id', table, scopes, under } = page;
  const ranges = rangesOf(scopes, under);
  if (ranges === 'all') return whereIn(query, id, tx.raw(`select id from (${rowsOf(page, 'true')}) found`, bindingsOf(tx, page)));
  const ofPlace = `place cross join lateral (${rowsOf(page, 'unit_path = place.path')}) found`;
  const sql = `${placesOf(table)} select found.id from ${ofPlace} order by ${orderOf(page, 'found.')} limit :limit`;
  whereIn(query, id, tx.raw(sql, { ...bindingsOf(tx, page), lows: ranges.map(({ low }) => low), highs: ranges.map(({ high }) => high) }));
}

function whereIn(query: Knex.QueryBuilder, id: string, ids: Knex.Raw): void {
  void query.whereRaw(`${id} in (?)`, [ids]);
}

function rowsOf(page: PageByUnit, condition: string): string {
  const { table, by, holding = {}, also, after, order } = page;
  const held = Object.entries(holding).flatMap(([column, value]) => (value === undefined ? [] : value === null ? [`${column} is null`] : [`${column} = :${column}`]));
  const conditions = ['tenant_id = :tenant', condition, ...held, ...(also === undefined ? [] : [also.sql])];
  if (by !== undefined) conditions.push(`${by.column} is not null`);
  const [key, last] = by === undefined ? ['id', 'cast(:after as uuid)'] : [`(${by.column}, id)`, '(cast(:afterBy as timestamptz), cast(:after as uuid))'];
  if (after !== undefined) conditions.push(`${key} ${order === 'newest' ? '<' : '>'} ${last}`);
  return `select ${by === undefined ? '' : `${by.column}, `}id from ${table} where ${conditions.join(' and ')} order by ${orderOf(page)} limit :limit`;
}

function orderOf({ by, order }: PageByUnit, of = ''): string {
  const columns = by === undefined ? ['id'] : [by.column, 'id'];
  return columns.map((column) => `${of}${column} ${order === 'newest' ? 'desc' : 'asc'}`).join(', ');
}

function bindingsOf(tx: Tx, { by, holding = {}, also, after, limit }: PageByUnit): Record<string, string | number | Date | null> {
  const held = Object.entries(holding).map(([column, value]) => [column, value ?? null] as const);
  return { ...Object.fromEntries(held), ...also?.bindings, tenant: tenantOf(tx), after: after ?? null, afterBy: by?.after ?? null, limit };
}

/** The distinct unit paths of the table's rows within the ranges. */
function placesOf(table: string): string {
  const next = (range: string) => `(select unit_path from ${table} where tenant_id = :tenant and ${range} order by unit_path limit 1)`;
  return `with recursive place (path, high) as (
      select ${next('unit_path >= reach.low and unit_path < reach.high')}, reach.high
        from unnest(cast(:lows as text[]), cast(:highs as text[])) reach (low, high)
      union all
      select ${next('unit_path > before.path and unit_path < before.high')}, before.high from place before where before.path is not null)`;
}

/** Unit paths from `low` up to, not including, `high`, in byte order: a subtree or one unit. */
interface PathRange {
  readonly low: string;
  readonly high: string;
}

function rangesOf(scopes: UnitScopes, under: string | undefined): readonly PathRange[] | 'all' {
  const within = under === undefined ? undefined : subtreeRange(under);
  if (scopes === 'tenant') return within === undefined ? 'all' : [within];
  const covered = [...scopes.subtrees.map(subtreeRange), ...scopes.units.map(unitRange)];
  return within === undefined ? covered : covered.flatMap((range) => overlap(range, within));
}

function subtreeRange(path: string): PathRange {
  return { low: path, high: endOfSubtree(path) };
}

/** '!' sorts before everything a longer path can go on with. */
function unitRange(path: string): PathRange {
  return { low: path, high: `${path}!` };
}

// Of two subtrees one holds the other or they have nothing in common.
function overlap(one: PathRange, other: PathRange): PathRange[] {
  if (one.low >= other.low && one.high <= other.high) return [one];
  return other.low >= one.low && other.high <= one.high ? [other] : [];
}
