import type { Database } from '@linli/db';
import { continueTrace } from '@linli/telemetry';
import type { Work } from './delivery';
import type { KafkaRecord, ReceivedEvent } from './envelope';
import type { InboxStore } from './inbox-store';

/** A record that is an event which somebody here handles. */
export interface Applicable {
  readonly record: KafkaRecord;
  readonly event: ReceivedEvent;
  readonly work: Work;
}

export interface AppliedTogether {
  readonly applied: readonly Applicable[];
  readonly duplicates: number;
  /** Of keys that are parked: not looked at. */
  readonly behindParked: readonly Applicable[];
}

/**
 * Applies events of one tenant from one partition in one transaction, in their order: all marks, then all effects. Throws
 * what the first handler that fails throws; then none of them is applied.
 */
export async function applyTogether(
  { database, group, inbox }: { readonly database: Database; readonly group: string; readonly inbox: InboxStore },
  events: readonly [Applicable, ...Applicable[]],
): Promise<AppliedTogether> {
  const [{ record, event: first }] = events;
  return database.withTenant(first, async (tx) => {
    const keys = [...new Set(events.map(({ event }) => event.key))];
    const parked = new Set(await inbox.findParkedKeys(tx, { consumer: group, topic: record.topic }, keys));
    const free = events.filter(({ event }) => !parked.has(event.key));
    const fresh = new Set(await inbox.onceEach(tx, group, free.map(({ event }) => event.id)));
    // A repeat within these very records finds its mark used.
    const applied = free.filter(({ event }) => fresh.delete(event.id));
    for (const { event, work } of applied) await continueTrace(event.traceparent, `consume ${event.type}`, () => work(tx));
    return { applied, duplicates: free.length - applied.length, behindParked: events.filter(({ event }) => parked.has(event.key)) };
  });
}
