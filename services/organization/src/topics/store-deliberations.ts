import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { wherePageByUnit } from '../by-unit';
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
  readonly result: DeliberationResult;
  readonly conclusion_zh: string;
  readonly created_at: Date;
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
    result: deliberation.result,
    conclusion_zh: deliberation.conclusionZh,
    created_at: deliberation.createdAt,
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

function toDeliberation(row: DeliberationRow): Deliberation {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    topicId: row.topic_id ?? undefined,
    heldOn: row.held_on,
    participants: row.participants,
    opinionsZh: row.opinions_zh,
    result: row.result,
    conclusionZh: row.conclusion_zh,
    createdAt: row.created_at,
  };
}
