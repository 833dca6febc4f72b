import type { Database, Tx } from '@linli/db';
import { continueTrace } from '@linli/telemetry';
import type { EventCatalogue } from './catalogue';
import type { KafkaRecord, ReceivedEvent } from './envelope';
import { handleAlone, toIncoming, type EventHandler } from './event-handlers';
import type { InboxStore } from './inbox-store';

/** A record that is an event which somebody here handles. */
export interface Applicable {
  readonly record: KafkaRecord;
  readonly event: ReceivedEvent;
  readonly handler: EventHandler;
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
  { database, group, inbox, catalogue }: { readonly database: Database; readonly group: string; readonly inbox: InboxStore; readonly catalogue: EventCatalogue },
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
    for (const run of runsOf(applied)) await handle(tx, run, catalogue);
    return { applied, duplicates: free.length - applied.length, behindParked: events.filter(({ event }) => parked.has(event.key)) };
  });
}

/** What is handled in one call: events in a row of one handler that takes several, each other one alone. */
function runsOf(events: readonly Applicable[]): [Applicable, ...Applicable[]][] {
  const runs: [Applicable, ...Applicable[]][] = [];
  for (const one of events) {
    const last = runs.at(-1);
    if (last !== undefined && last[0].handler === one.handler && typeof one.handler !== 'function') last.push(one);
    else runs.push([one]);
  }
  return runs;
}

/** In a span of the first one's trace. */
async function handle(tx: Tx, run: readonly [Applicable, ...Applicable[]], catalogue: EventCatalogue): Promise<void> {
  const [{ event: first, handler }] = run;
  await continueTrace(first.traceparent, `consume ${first.type}`, async () => {
    if (typeof handler === 'function') await handleAlone(handler, tx, toIncoming(first, catalogue));
    else await handler.all(tx, run.map(({ event }) => toIncoming(event, catalogue)));
  });
}
