import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { wherePageByUnit } from '../by-unit';
import type { Erased, Over } from '../retention/retention';
import { whereInScopes } from '../scope';
import type { Deliberation, DeliberationResult, Participants } from './topic';

interface DeliberationRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly topic_id: string | null;
  readonly held_on: string;
  readonly participants: readonly Participants[];
  readonly opinions_zh: string;
  readonly opinions_erased: boolean;
  readonly result: DeliberationResult;
  readonly conclusion_zh: string;
  readonly created_at: Date;
  readonly version: number;
}

export async function insertDeliberation(tx: Tx, deliberation: Deliberation): Promise<void> {
  await tx('deliberations').insert({
    tenant_id: tenantOf(tx),
    id: deliberation.id,
    unit_id: deliberation.unitId,
    unit_path: deliberation.unitPath,
    topic_id: deliberation.topicId ?? null,
    held_on: deliberation.heldOn,
    participants: JSON.stringify(deliberation.participants),
    opinions_zh: deliberation.opinionsZh,
    opinions_erased: deliberation.opinionsErased,
    result: deliberation.result,
    conclusion_zh: deliberation.conclusionZh,
    created_at: deliberation.createdAt,
    version: deliberation.version,
  });
}

/** The newest first. Indexes: deliberations_unit_path_idx, deliberations_pkey for the whole office, deliberations_topic_idx. */
export async function listDeliberations(
  tx: Tx,
  { scopes, topicId, beforeId, limit }: { readonly scopes: UnitScopes; readonly topicId: string | undefined; readonly beforeId: string | undefined; readonly limit: number },
): Promise<Deliberation[]> {
  const query = tx('deliberations').where({ tenant_id: tenantOf(tx) }).orderBy('id', 'desc').limit(limit).select<DeliberationRow[]>();
  if (topicId === undefined) wherePageByUnit(tx, query, { table: 'deliberations', order: 'newest', scopes, after: beforeId, limit });
  else whereInScopes(query.where({ topic_id: topicId }), 'unit_path', scopes);
  if (beforeId !== undefined) void query.where('id', '<', beforeId);
  return (await query).map(toDeliberation);
}

export async function findDeliberation(tx: Tx, id: string): Promise<Deliberation | undefined> {
  const row = await tx('deliberations').where({ tenant_id: tenantOf(tx), id }).first<DeliberationRow | undefined>();
  return row && toDeliberation(row);
}

/** Takes out what was said; who took part by number, and what came of it, stays. Index: deliberations_to_erase_idx. */
export async function eraseOpinions(tx: Tx, { beforeDay, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from deliberations where tenant_id = :tenant and held_on < :beforeDay and not opinions_erased order by held_on limit :most for update skip locked)
     update deliberations as d set opinions_zh = '', opinions_erased = true, version = version + 1
       from over where d.tenant_id = :tenant and d.id = over.id returning d.id, d.version, d.unit_path as "unitPath", d.topic_id as "partOf"`,
    { tenant: tenantOf(tx), beforeDay, most },
  );
  return rows;
}

function toDeliberation(row: DeliberationRow): Deliberation {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    topicId: row.topic_id ?? undefined,
    heldOn: row.held_on,
    participants: row.participants,
    opinionsZh: row.opinions_zh,
    opinionsErased: row.opinions_erased,
    result: row.result,
    conclusionZh: row.conclusion_zh,
    createdAt: row.created_at,
    version: row.version,
  };
}
