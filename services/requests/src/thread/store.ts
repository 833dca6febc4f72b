import { tenantOf, type Tx } from '@linli/db';

/** One line of a thread. A read model of this capability over the cases' timelines. */
export interface ThreadEntry {
  readonly threadId: string;
  readonly caseId: string;
  readonly version: number;
  readonly at: Date;
  readonly actorKind: 'staff' | 'resident' | 'client' | 'system';
  readonly actorId: string;
  readonly code: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly note: string;
  readonly internalNote: string;
}

export interface ThreadPosition {
  readonly at: Date;
  readonly caseId: string;
  readonly version: number;
}

/** The cases that have entries in a thread; more than a few would be a defect. */
export async function findCaseIdsOfThread(tx: Tx, threadId: string): Promise<string[]> {
  const rows = await tx<{ tenant_id: string; thread_id: string; case_id: string; version: number }>('case_entries')
    .where({ tenant_id: tenantOf(tx), thread_id: threadId, version: 1 })
    .limit(50)
    .select('case_id');
  return rows.map((row) => row.case_id);
}

/** Oldest first. */
export async function listEntries(
  tx: Tx,
  asked: { readonly threadId: string; readonly caseIds: readonly string[]; readonly after: ThreadPosition | undefined; readonly limit: number },
): Promise<ThreadEntry[]> {
  const { threadId, caseIds, after, limit } = asked;
  const query = tx('case_entries').where({ tenant_id: tenantOf(tx), thread_id: threadId }).whereIn('case_id', caseIds);
  if (after !== undefined) query.andWhereRaw('(at, case_id, version) > (?, cast(? as uuid), ?)', [after.at, after.caseId, after.version]);
  return query.orderBy(['at', 'case_id', 'version']).limit(limit).select<ThreadEntry[]>({
    threadId: 'thread_id',
    caseId: 'case_id',
    version: 'version',
    at: 'at',
    actorKind: 'actor_kind',
    actorId: 'actor_id',
    code: 'code',
    facts: 'facts',
    note: 'note',
    internalNote: 'internal_note',
  });
}
