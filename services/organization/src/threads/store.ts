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

/** As one parameter, for an office that comes in has more entries than a statement takes parameters. */
export async function insertEntries(tx: Tx, entries: readonly ThreadEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.raw(
    `insert into thread_entries (tenant_id, thread_id, subject_kind, subject_id, version, unit_path, at, actor_kind, actor_id, code, facts, note)
     select cast(:tenant as text), "threadId", "subjectKind", "subjectId", version, "unitPath", at, "actorKind", "actorId", code, facts, note
       from jsonb_to_recordset(:entries::jsonb) as told ("threadId" uuid, "subjectKind" text, "subjectId" uuid, version integer, "unitPath" text,
            at timestamptz, "actorKind" text, "actorId" text, code text, facts jsonb, note text)`,
    { tenant: tenantOf(tx), entries: JSON.stringify(entries) },
  );
}

/** Takes the notes out of what was told of a matter, of one moment or all of it: what was said there in public named a person. Index: thread_entries_by_thread. */
export async function eraseNotes(tx: Tx, { threadId, at }: { readonly threadId: string; readonly at?: Date }): Promise<void> {
  const query = tx('thread_entries').where({ tenant_id: tenantOf(tx), thread_id: threadId, subject_id: threadId }).where('note', '<>', '').update({ note: '' });
  await (at === undefined ? query : query.where({ at }));
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
