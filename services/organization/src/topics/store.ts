import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { wherePageByUnit } from '../by-unit';
import type { Erased, Over } from '../retention/retention';
import type { DeclineReason, Topic, TopicSource, TopicState } from './topic';

interface TopicRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly text_zh: string;
  readonly text_erased: boolean;
  readonly source: TopicSource;
  readonly resident_id: string | null;
  readonly state: TopicState;
  readonly decline_reason: DeclineReason | null;
  readonly title_zh: string;
  readonly answer_zh: string;
  readonly words_withdrawn: boolean;
  readonly answer_due_at: Date;
  readonly overdue: boolean;
  readonly answered_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
}

export async function insertTopic(tx: Tx, topic: Topic): Promise<void> {
  await tx('topics').insert({ tenant_id: tenantOf(tx), ...toRow(topic) });
}

export async function updateTopic(tx: Tx, topic: Topic): Promise<void> {
  const { id, ...row } = toRow(topic);
  await tx('topics').where({ tenant_id: tenantOf(tx), id }).update(row);
}

export async function findTopic(tx: Tx, id: string): Promise<Topic | undefined> {
  const row = await tx('topics').where({ tenant_id: tenantOf(tx), id }).first<TopicRow | undefined>();
  return row && toTopic(row);
}

export async function lockTopic(tx: Tx, id: string): Promise<Topic | undefined> {
  const row = await tx('topics').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<TopicRow | undefined>();
  return row && toTopic(row);
}

/** A resident's own, or those of the units that the scopes cover. */
export type TopicReach = { readonly residentId: string } | { readonly scopes: UnitScopes };

/** The newest first. Indexes: topics_unit_path_idx, topics_pkey for the whole office, topics_resident_idx. */
export async function listTopics(
  tx: Tx,
  { reach, state, beforeId, limit }: { readonly reach: TopicReach; readonly state: TopicState | undefined; readonly beforeId: string | undefined; readonly limit: number },
): Promise<Topic[]> {
  const query = tx('topics').where({ tenant_id: tenantOf(tx) }).orderBy('id', 'desc').limit(limit).select<TopicRow[]>();
  if ('residentId' in reach) void query.where({ resident_id: reach.residentId });
  else wherePageByUnit(tx, query, { table: 'topics', order: 'newest', scopes: reach.scopes, holding: { state }, after: beforeId, limit });
  if (state !== undefined) void query.where({ state });
  if (beforeId !== undefined) void query.where('id', '<', beforeId);
  return (await query).map(toTopic);
}

/** A topic as anybody may see it: in the office's words. */
export interface PublicTopic extends Pick<Topic, 'id' | 'titleZh' | 'state' | 'answerZh' | 'wordsWithdrawn'> {
  readonly unitNameZh: string;
  readonly declineReason: DeclineReason | null;
  readonly answeredAt: Date;
}

export interface AnsweredFilter {
  readonly under: string | undefined;
  readonly after: { readonly answeredAt: Date; readonly id: string } | undefined;
  readonly limit: number;
}

/** What was answered, the latest first, of an office that works. Indexes: topics_unit_answered_idx, topics_answered_idx for the whole office. */
export async function listAnswered(tx: Tx, { under, after, limit }: AnsweredFilter): Promise<PublicTopic[]> {
  const query = tx('topics as topic')
    .join('units as unit', { 'unit.tenant_id': 'topic.tenant_id', 'unit.id': 'topic.unit_id' })
    .join('tenants', 'tenants.tenant_id', 'topic.tenant_id')
    .where({ 'topic.tenant_id': tenantOf(tx), 'tenants.suspended': false })
    .orderBy([{ column: 'topic.answered_at', order: 'desc' }, { column: 'topic.id', order: 'desc' }])
    .limit(limit);
  wherePageByUnit(tx, query, { table: 'topics', id: 'topic.id', order: 'newest', by: { column: 'answered_at', after: after?.answeredAt }, scopes: 'tenant', under, after: after?.id, limit });
  return query.select<PublicTopic[]>({
    id: 'topic.id',
    unitNameZh: 'unit.name_zh',
    titleZh: 'topic.title_zh',
    state: 'topic.state',
    declineReason: 'topic.decline_reason',
    answerZh: 'topic.answer_zh',
    wordsWithdrawn: 'topic.words_withdrawn',
    answeredAt: 'topic.answered_at',
  });
}

/** Takes the words and who said them out of topics that have their answer. Index: topics_to_erase_idx. */
export async function eraseTopicTexts(tx: Tx, { before, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from topics where tenant_id = :tenant and answered_at < :before and not text_erased order by answered_at limit :most for update skip locked)
     update topics as topic set text_zh = '', resident_id = null, text_erased = true, version = version + 1
       from over where topic.tenant_id = :tenant and topic.id = over.id returning topic.id, topic.version, topic.unit_path as "unitPath"`,
    { tenant: tenantOf(tx), before, most },
  );
  return rows;
}

/** The same of topics that nobody answered; an answer is owed still. Index: topics_open_to_erase_idx. */
export async function eraseOpenTopicTexts(tx: Tx, { before, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from topics where tenant_id = :tenant and created_at < :before and answered_at is null and not text_erased
        order by created_at limit :most for update skip locked)
     update topics as topic set text_zh = '', resident_id = null, text_erased = true, version = version + 1
       from over where topic.tenant_id = :tenant and topic.id = over.id returning topic.id, topic.version, topic.unit_path as "unitPath"`,
    { tenant: tenantOf(tx), before, most },
  );
  return rows;
}

function toRow(topic: Topic): TopicRow {
  return {
    id: topic.id,
    unit_id: topic.unitId,
    unit_path: topic.unitPath,
    text_zh: topic.textZh,
    text_erased: topic.textErased,
    source: topic.source,
    resident_id: topic.residentId ?? null,
    state: topic.state,
    decline_reason: topic.declineReason ?? null,
    title_zh: topic.titleZh,
    answer_zh: topic.answerZh,
    words_withdrawn: topic.wordsWithdrawn,
    answer_due_at: topic.answerDueAt,
    overdue: topic.overdue,
    answered_at: topic.answeredAt ?? null,
    created_at: topic.createdAt,
    updated_at: topic.updatedAt,
    version: topic.version,
  };
}

function toTopic(row: TopicRow): Topic {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    textZh: row.text_zh,
    textErased: row.text_erased,
    source: row.source,
    residentId: row.resident_id ?? undefined,
    state: row.state,
    declineReason: row.decline_reason ?? undefined,
    titleZh: row.title_zh,
    answerZh: row.answer_zh,
    wordsWithdrawn: row.words_withdrawn,
    answerDueAt: row.answer_due_at,
    overdue: row.overdue,
    answeredAt: row.answered_at ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}
