import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import { whereInScopes, whereInSubtree } from '../scope';
import { stoodInFor } from '../staff/stand-in-store';

/** One thing that waits to be done: at most one a subject and kind. */
export interface Work {
  /** `organization.<noun>`, the same word as in the thread. */
  readonly kind: string;
  readonly subjectId: string;
  /** What people call it; '' when it has no number. */
  readonly number: string;
  /** A code: what is to be done next. */
  readonly action: string;
  readonly titleZh: string;
  readonly unitId: string;
  readonly unitPath: string;
  /** Whose it is; undefined while it waits for the unit. */
  readonly ownerId: string | undefined;
  /** Who may do it: those who hold this at the unit see it in the unit's queue. */
  readonly permission: string;
  readonly dueAt: Date | undefined;
  readonly threadId: string;
  /** Of the subject, for the change that does it. */
  readonly version: number;
}

export interface WorkPosition {
  readonly dueAt: Date | undefined;
  readonly subjectId: string;
}

/** One's own work and that of those whom one stands in for at `now`, or what waits at or below a unit for those who hold its permission there. */
export type WorkSource = { readonly ownerId: string; readonly now: Date } | { readonly under: string; readonly reach: readonly { readonly permission: string; readonly scopes: UnitScopes }[] };

interface WorkRow {
  readonly kind: string;
  readonly subject_id: string;
  readonly number: string;
  readonly action: string;
  readonly title_zh: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly owner_id: string | null;
  readonly permission: string;
  readonly due_at: Date | number;
  readonly thread_id: string;
  readonly version: number;
}

const columns = ['kind', 'subject_id', 'number', 'action', 'title_zh', 'unit_id', 'unit_path', 'owner_id', 'permission', 'due_at', 'thread_id', 'version'] as const;
const never = 'infinity';

/**
 * Sets what waits for each subject, in place of what waited before. Call it with every change of the subject: it carries its
 * version. What would wait at a unit that has closed waits where that unit's work went.
 */
export async function setWork(tx: Tx, works: readonly Work[]): Promise<void> {
  if (works.length === 0) return;
  const moved = await findLastSuccessors(tx, [...new Set(works.map(({ unitId }) => unitId))]);
  const placed = works.map((work) => {
    const successor = moved.get(work.unitId);
    return successor === undefined ? work : { ...work, unitId: successor.id, unitPath: successor.path };
  });
  await tx('work_items')
    .insert(placed.map((work) => ({ tenant_id: tenantOf(tx), ...toRow(work) })))
    .onConflict(['tenant_id', 'kind', 'subject_id'])
    .merge();
}

interface Place {
  readonly id: string;
  readonly path: string;
}

/** What waits at these units waits at others from now on. Index: work_items_unit_idx. */
export async function moveWork(tx: Tx, targets: ReadonlyMap<string, Place>): Promise<void> {
  const moves = [...targets].map(([from, { id, path }]) => ({ from, id, path }));
  await tx.raw(
    `update work_items set unit_id = moves.id, unit_path = moves.path
       from jsonb_to_recordset(:moves::jsonb) as moves ("from" uuid, id uuid, path text)
      where work_items.tenant_id = :tenant and work_items.unit_id = moves."from"`,
    { tenant: tenantOf(tx), moves: JSON.stringify(moves) },
  );
}

/** Of those units that have closed, the unit at the end of the line of their successors. */
async function findLastSuccessors(tx: Tx, unitIds: readonly string[]): Promise<Map<string, Place>> {
  const { rows } = await tx.raw<{ rows: { origin: string; id: string; path: string }[] }>(
    `with recursive line as (
       select id as origin, successor_id as id from units where tenant_id = :tenant and id = any(:unitIds) and successor_id is not null
        union all
       select line.origin, units.successor_id from line join units on units.id = line.id
        where units.tenant_id = :tenant and units.successor_id is not null
     )
     select line.origin, units.id, units.path from line join units on units.tenant_id = :tenant and units.id = line.id where units.successor_id is null`,
    { tenant: tenantOf(tx), unitIds },
  );
  return new Map(rows.map(({ origin, id, path }) => [origin, { id, path }]));
}

/** What waits for these subjects waits on, and names the version that they have now. */
export async function followVersions(tx: Tx, kind: string, subjects: readonly { readonly id: string; readonly version: number }[]): Promise<void> {
  const changed = subjects.map(({ id, version }) => ({ id, version }));
  await tx.raw(
    `update work_items set version = changed.version
       from jsonb_to_recordset(:changed::jsonb) as changed (id uuid, version integer)
      where work_items.tenant_id = :tenant and work_items.kind = :kind and work_items.subject_id = changed.id`,
    { tenant: tenantOf(tx), kind, changed: JSON.stringify(changed) },
  );
}

/** Nothing waits for these subjects any more. */
export async function endWork(tx: Tx, kind: string, subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length === 0) return;
  await tx('work_items').where({ tenant_id: tenantOf(tx), kind }).whereIn('subject_id', subjectIds).delete();
}

interface WorkRead {
  readonly source: WorkSource;
  readonly after: WorkPosition | undefined;
  readonly limit: number;
}

/** By due time, what has none last. Indexes: work_items_owner_idx, work_items_permission_idx. */
export async function listWork(tx: Tx, asked: WorkRead): Promise<Work[]> {
  return (await firstOf(tx, asked).select<WorkRow[]>(columns)).map(toWork);
}

/** What waits for these subjects, in no order. By the key. */
export async function listWorkOf(tx: Tx, subjects: readonly { readonly subjectType: string; readonly subjectId: string }[]): Promise<Work[]> {
  const keys = subjects.map(({ subjectType, subjectId }) => [subjectType, subjectId]);
  const rows = await tx('work_items').where({ tenant_id: tenantOf(tx) }).whereIn(['kind', 'subject_id'], keys).select<WorkRow[]>(columns);
  return rows.map(toWork);
}

export interface WorkCount {
  readonly action: string;
  readonly total: number;
  readonly dueSoon: number;
  readonly overdue: number;
}

/** Counted over the first `most` by due time, the most urgent ones; beyond that it reads "or more". */
export async function countWork(tx: Tx, asked: { readonly source: WorkSource; readonly now: Date; readonly soonUntil: Date; readonly most: number }): Promise<WorkCount[]> {
  const urgent = firstOf(tx, { source: asked.source, after: undefined, limit: asked.most }).select('action', 'due_at');
  return tx
    .from(urgent.as('urgent'))
    .groupBy('action')
    .select<WorkCount[]>(
      'action',
      tx.raw('count(*) as total'),
      tx.raw('count(*) filter (where due_at >= ? and due_at <= ?) as "dueSoon"', [asked.now, asked.soonUntil]),
      tx.raw('count(*) filter (where due_at < ?) as overdue', [asked.now]),
    );
}

export async function findUnitPath(tx: Tx, id: string): Promise<string | undefined> {
  const row = await tx('units').where({ tenant_id: tenantOf(tx), id }).first<{ path: string } | undefined>('path');
  return row?.path;
}

function firstOf(tx: Tx, { source, after, limit }: WorkRead): Knex.QueryBuilder {
  const first = (query: Knex.QueryBuilder): Knex.QueryBuilder => {
    if (after !== undefined) void query.whereRaw('(due_at, subject_id) > (cast(? as timestamptz), cast(? as uuid))', [after.dueAt ?? never, after.subjectId]);
    return query.orderBy(['due_at', 'subject_id']).limit(limit);
  };
  const items = tx('work_items').where({ tenant_id: tenantOf(tx) });
  if (!('ownerId' in source)) return first(whereReached(items, source));
  // The first of each owner by one read of the index, and of those the first.
  const owners = tx.raw(`select cast(:standIn as uuid) as id union all ${stoodInFor}`, { standIn: source.ownerId, tenant: tenantOf(tx), now: source.now });
  const ofOwner = first(items.whereRaw('owner_id = owners.id').select(columns));
  return tx
    .from(tx.raw('(?) as owners cross join lateral ? as items', [owners, ofOwner]))
    .orderBy(['due_at', 'subject_id'])
    .limit(limit);
}

function whereReached(query: Knex.QueryBuilder, { under, reach }: Exclude<WorkSource, { readonly ownerId: string }>): Knex.QueryBuilder {
  whereInSubtree(query, 'unit_path', under);
  return query.where((any) => {
    void any.whereRaw('false');
    for (const { permission, scopes } of reach) void any.orWhere((held) => whereInScopes(held.where('permission', permission), 'unit_path', scopes));
  });
}

function toRow(work: Work): Omit<WorkRow, 'due_at'> & { readonly due_at: Date | string } {
  return {
    kind: work.kind,
    subject_id: work.subjectId,
    number: work.number,
    action: work.action,
    title_zh: work.titleZh,
    unit_id: work.unitId,
    unit_path: work.unitPath,
    owner_id: work.ownerId ?? null,
    permission: work.permission,
    due_at: work.dueAt ?? never,
    thread_id: work.threadId,
    version: work.version,
  };
}

function toWork(row: WorkRow): Work {
  return {
    kind: row.kind,
    subjectId: row.subject_id,
    number: row.number,
    action: row.action,
    titleZh: row.title_zh,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    ownerId: row.owner_id ?? undefined,
    permission: row.permission,
    // pg reads infinity as a number.
    dueAt: row.due_at instanceof Date ? row.due_at : undefined,
    threadId: row.thread_id,
    version: row.version,
  };
}
