import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { whereInScopes } from '../scope';
import type { DiaryAction, DiaryEntry, DiaryNeed } from './diary-entry';

interface EntryRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly visited_on: string;
  readonly author_id: string;
  readonly needs: DiaryNeed[];
  readonly action: DiaryAction;
  readonly text_zh: string;
  readonly text_expires_at: Date;
  readonly text_erased: boolean;
  readonly follow_up_asked: boolean;
  readonly follow_up_person_id: string | null;
  readonly linked_need_id: string | null;
  readonly linked_case_id: string | null;
  readonly created_at: Date;
  readonly version: number;
}

export async function insertEntry(tx: Tx, entry: DiaryEntry): Promise<void> {
  await tx('diary_entries').insert({
    tenant_id: tenantOf(tx),
    id: entry.id,
    unit_id: entry.unitId,
    unit_path: entry.unitPath,
    visited_on: entry.visitedOn,
    author_id: entry.authorId,
    needs: [...entry.needs],
    action: entry.action,
    text_zh: entry.textZh,
    text_expires_at: entry.textExpiresAt,
    text_erased: entry.textErased,
    follow_up_asked: entry.followUpAsked,
    follow_up_person_id: entry.followUpPersonId ?? null,
    linked_need_id: entry.linkedNeedId ?? null,
    linked_case_id: entry.linkedCaseId ?? null,
    created_at: entry.createdAt,
    version: entry.version,
  });
}

export async function findEntry(tx: Tx, id: string): Promise<DiaryEntry | undefined> {
  const row = await tx('diary_entries').where({ tenant_id: tenantOf(tx), id }).first<EntryRow | undefined>();
  return row && toEntry(row);
}

/** Takes the words, who asked to be called on and the case that leads to them out of the entries; gives them as they are now. In the order of ids, so that two sweeps do not lock each other out. */
export async function eraseTexts(tx: Tx, ids: readonly string[]): Promise<DiaryEntry[]> {
  const { rows } = await tx.raw<{ rows: EntryRow[] }>(
    `with expired as (select id from diary_entries where tenant_id = :tenant and id = any (cast(:ids as uuid[])) and not text_erased order by id for update)
     update diary_entries as entry set text_zh = '', follow_up_person_id = null, linked_case_id = null, text_erased = true, version = entry.version + 1
       from expired where entry.tenant_id = :tenant and entry.id = expired.id returning entry.*`,
    { tenant: tenantOf(tx), ids: [...ids] },
  );
  return rows.map(toEntry);
}

export interface EntryFilter {
  readonly scopes: UnitScopes;
  readonly unitId: string | undefined;
  readonly authorId: string | undefined;
  readonly beforeId: string | undefined;
  readonly limit: number;
}

/** The newest first, of a building or by an author. Nothing here looks into the words. Indexes: diary_entries_unit_idx, diary_entries_author_idx. */
export async function listEntries(tx: Tx, { scopes, unitId, authorId, beforeId, limit }: EntryFilter): Promise<DiaryEntry[]> {
  const query = tx('diary_entries').where({ tenant_id: tenantOf(tx) }).orderBy('id', 'desc').limit(limit).select<EntryRow[]>();
  whereInScopes(query, 'unit_path', scopes);
  if (unitId !== undefined) void query.where({ unit_id: unitId });
  if (authorId !== undefined) void query.where({ author_id: authorId });
  if (beforeId !== undefined) void query.where('id', '<', beforeId);
  return (await query).map(toEntry);
}

function toEntry(row: EntryRow): DiaryEntry {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    visitedOn: row.visited_on,
    authorId: row.author_id,
    needs: row.needs,
    action: row.action,
    textZh: row.text_zh,
    textExpiresAt: row.text_expires_at,
    textErased: row.text_erased,
    followUpAsked: row.follow_up_asked,
    followUpPersonId: row.follow_up_person_id ?? undefined,
    linkedNeedId: row.linked_need_id ?? undefined,
    linkedCaseId: row.linked_case_id ?? undefined,
    createdAt: row.created_at,
    version: row.version,
  };
}
