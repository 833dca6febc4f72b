import { recordAudits } from '@linli/audit';
import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { enqueueAll } from '@linli/messaging';
import { insertEntries } from './threads/store';

/** What a committed change of one aggregate leaves behind beside its rows. */
export interface Change {
  /** `unit.create`: what was done, for the audit trail. */
  readonly action: string;
  /** The noun, as in the topic and the glossary. */
  readonly objectType: string;
  readonly id: string;
  /** After the change. */
  readonly version: number;
  /** Message name within `linli.organization.v1`. */
  readonly event: string;
  readonly payload: object;
  /**
   * The line it adds to the story of its matter. Its thread is the one that the matter stores, else the matter's own id; a part of
   * something else (a count of a venue) tells it there. The README says what has none, and why.
   */
  readonly entry?: Entry;
}

export interface Entry {
  readonly threadId: string;
  readonly unitPath: string;
  readonly at: Date;
  /** Past tense: `adopted`. */
  readonly code: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly note?: string;
}

/** Exactly one event and one audit row for each change, and the entry of its thread, in the order given. The rows are locked by this transaction. */
export async function recordChanges(tx: Tx, caller: Caller, changes: readonly Change[]): Promise<void> {
  await enqueueAll(
    tx,
    changes.map(({ id, version, event, payload }) => ({ type: `linli.organization.v1.${event}`, aggregateId: id, version, payload })),
  );
  await recordAudits(
    tx,
    caller,
    changes.map(({ action, objectType, id, version }) => ({ action, objectType, objectId: id, details: { version } })),
  );
  await insertEntries(
    tx,
    changes.flatMap(({ objectType, id, version, entry }) =>
      entry === undefined
        ? []
        : [{ facts: {}, note: '', ...entry, subjectKind: `organization.${objectType}`, subjectId: id, version, actorKind: caller.kind, actorId: actorOf(caller) }],
    ),
  );
}

/** A thread is read by many who may not know which resident booked or objected: that a resident did is all it says. */
function actorOf({ kind, subject }: Caller): string {
  return kind === 'resident' ? '' : subject;
}
