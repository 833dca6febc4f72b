import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { whereInScopes } from '../scope';

/** One line of the story of a matter. */
export interface ThreadEntry {
  readonly threadId: string;
  /** `organization.<noun>`. */
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly version: number;
  /** Of the unit whose matter it is: who may read threads there may read this. */
  readonly unitPath: string;
  readonly at: Date;
  readonly actorKind: 'staff' | 'client' | 'system' | 'resident';
  /** '' for a resident. */
  readonly actorId: string;
  readonly code: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly note: string;
}

export interface ThreadPosition {
  readonly at: Date;
  readonly subjectId: string;
  readonly version: number;
}

export async function insertEntries(tx: Tx, entries: readonly ThreadEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx('thread_entries').insert(
    entries.map((entry) => ({
      tenant_id: tenantOf(tx),
      thread_id: entry.threadId,
      subject_kind: entry.subjectKind,
      subject_id: entry.subjectId,
      version: entry.version,
      unit_path: entry.unitPath,
      at: entry.at,
      actor_kind: entry.actorKind,
      actor_id: entry.actorId,
      code: entry.code,
      facts: JSON.stringify(entry.facts),
      note: entry.note,
    })),
  );
}

/** Oldest first. Index: thread_entries_by_thread. */
export async function listEntries(
  tx: Tx,
  asked: { readonly threadId: string; readonly scopes: UnitScopes; readonly after: ThreadPosition | undefined; readonly limit: number },
): Promise<ThreadEntry[]> {
  const { threadId, scopes, after, limit } = asked;
  const query = tx('thread_entries').where({ tenant_id: tenantOf(tx), thread_id: threadId });
  whereInScopes(query, 'unit_path', scopes);
  if (after !== undefined) void query.andWhereRaw('(at, subject_id, version) > (?, cast(? as uuid), ?)', [after.at, after.subjectId, after.version]);
  return query.orderBy(['at', 'subject_id', 'version']).limit(limit).select<ThreadEntry[]>({
    threadId: 'thread_id',
    subjectKind: 'subject_kind',
    subjectId: 'subject_id',
    version: 'version',
    unitPath: 'unit_path',
    at: 'at',
    actorKind: 'actor_kind',
    actorId: 'actor_id',
    code: 'code',
    facts: 'facts',
    note: 'note',
  });
}
