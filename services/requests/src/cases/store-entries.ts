import { tenantOf, type Tx } from '@linli/db';

/** One line of a case's timeline: what made this version of it. */
export interface NewEntry {
  readonly caseId: string;
  readonly version: number;
  readonly threadId: string;
  readonly at: Date;
  readonly actorKind: 'staff' | 'resident' | 'client' | 'system';
  /** Empty for the system. */
  readonly actorId: string;
  readonly code: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly note: string;
  readonly internalNote: string;
}

export async function insertEntries(tx: Tx, entries: readonly NewEntry[]): Promise<void> {
  const rows = entries.map((entry) => ({
    tenant_id: tenantOf(tx),
    case_id: entry.caseId,
    version: entry.version,
    thread_id: entry.threadId,
    at: entry.at,
    actor_kind: entry.actorKind,
    actor_id: entry.actorId,
    code: entry.code,
    facts: JSON.stringify(entry.facts),
    note: entry.note,
    internal_note: entry.internalNote,
  }));
  await tx('case_entries').insert(rows);
}
