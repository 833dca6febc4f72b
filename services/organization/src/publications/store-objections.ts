import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { wherePageByUnit } from '../by-unit';
import type { Erased, Over } from '../retention/retention';
import { whereInScopes } from '../scope';
import type { Objection } from './publication';

interface ObjectionRow {
  readonly id: string;
  readonly publication_id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly raised_by: string;
  readonly text_zh: string;
  readonly state: Objection['state'];
  readonly due_at: Date;
  readonly overdue: boolean;
  readonly answer_zh: string;
  readonly answered_at: Date | null;
  readonly erased: boolean;
  readonly created_at: Date;
  readonly version: number;
}

export async function insertObjection(tx: Tx, objection: Objection): Promise<void> {
  await tx('objections').insert({ tenant_id: tenantOf(tx), ...toRow(objection) });
}

export async function updateObjection(tx: Tx, objection: Objection): Promise<void> {
  const { id, ...row } = toRow(objection);
  await tx('objections').where({ tenant_id: tenantOf(tx), id }).update(row);
}

export async function findObjection(tx: Tx, id: string): Promise<Objection | undefined> {
  const row = await tx('objections').where({ tenant_id: tenantOf(tx), id }).first<ObjectionRow | undefined>();
  return row && toObjection(row);
}

export async function lockObjection(tx: Tx, id: string): Promise<Objection | undefined> {
  const row = await tx('objections').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<ObjectionRow | undefined>();
  return row && toObjection(row);
}

/** One's own, or those of the units that the scopes cover. */
export type ObjectionReach = { readonly raisedBy: string } | { readonly scopes: UnitScopes };

/** The newest first. Indexes: objections_unit_path_idx, objections_pkey for the whole office, objections_publication_idx, objections_raised_by_idx. */
export async function listObjections(
  tx: Tx,
  asked: { readonly reach: ObjectionReach; readonly publicationId: string | undefined; readonly beforeId: string | undefined; readonly limit: number },
): Promise<Objection[]> {
  const { reach, publicationId, beforeId, limit } = asked;
  const query = tx('objections').where({ tenant_id: tenantOf(tx) }).orderBy('id', 'desc').limit(limit).select<ObjectionRow[]>();
  if ('raisedBy' in reach) void query.where({ raised_by: reach.raisedBy });
  else if (publicationId !== undefined) whereInScopes(query, 'unit_path', reach.scopes);
  else wherePageByUnit(tx, query, { table: 'objections', order: 'newest', scopes: reach.scopes, after: beforeId, limit });
  if (publicationId !== undefined) void query.where({ publication_id: publicationId });
  if (beforeId !== undefined) void query.where('id', '<', beforeId);
  return (await query).map(toObjection);
}

/** Takes out who objected, what they said and the answer, which repeats it. Index: objections_to_erase_idx. */
export async function eraseObjections(tx: Tx, { before, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from objections where tenant_id = :tenant and answered_at < :before and not erased order by answered_at limit :most for update skip locked)
     update objections as objection set raised_by = '', text_zh = '', answer_zh = '', erased = true, version = version + 1
       from over where objection.tenant_id = :tenant and objection.id = over.id returning objection.id, objection.version, objection.unit_path as "unitPath"`,
    { tenant: tenantOf(tx), before, most },
  );
  return rows;
}

/** Who objected and what they said, where nobody answered; an answer is owed still. Index: objections_open_to_erase_idx. */
export async function eraseOpenObjections(tx: Tx, { before, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from objections where tenant_id = :tenant and created_at < :before and answered_at is null and not erased
        order by created_at limit :most for update skip locked)
     update objections as objection set raised_by = '', text_zh = '', erased = true, version = version + 1
       from over where objection.tenant_id = :tenant and objection.id = over.id returning objection.id, objection.version, objection.unit_path as "unitPath"`,
    { tenant: tenantOf(tx), before, most },
  );
  return rows;
}

function toRow(objection: Objection): ObjectionRow {
  return {
    id: objection.id,
    publication_id: objection.publicationId,
    unit_id: objection.unitId,
    unit_path: objection.unitPath,
    raised_by: objection.raisedBy,
    text_zh: objection.textZh,
    state: objection.state,
    due_at: objection.dueAt,
    overdue: objection.overdue,
    answer_zh: objection.answerZh,
    answered_at: objection.answeredAt ?? null,
    erased: objection.erased,
    created_at: objection.createdAt,
    version: objection.version,
  };
}

function toObjection(row: ObjectionRow): Objection {
  return {
    id: row.id,
    publicationId: row.publication_id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    raisedBy: row.raised_by,
    textZh: row.text_zh,
    state: row.state,
    dueAt: row.due_at,
    overdue: row.overdue,
    answerZh: row.answer_zh,
    answeredAt: row.answered_at ?? undefined,
    erased: row.erased,
    createdAt: row.created_at,
    version: row.version,
  };
}
