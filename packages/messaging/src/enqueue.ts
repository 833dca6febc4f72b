import { EVENT_CATALOGUE } from '@linli/contracts';
import { markOutbox, newId, tenantOf, type Tx } from '@linli/db';
import { internal } from '@linli/errors';
import { currentTraceparent } from '@linli/telemetry';
import { factsOf, type EventCatalogue } from './catalogue';
import { isAggregateId, recordKey } from './envelope';
import { laneOf } from './lane';
import { maxEventBytes } from './outbox-store';

// PostgreSQL takes 65,535 parameters a statement; a row has 12.
const rowsAtOnce = 1_000;

export interface OutgoingEvent {
  /** Full proto name, e.g. `linli.requests.v1.CaseAccepted`. */
  readonly type: string;
  readonly aggregateId: string;
  /** The aggregate's version after the change. */
  readonly version: number;
  /** The ts-proto message. */
  readonly payload: object;
}

/**
 * Writes an event into the outbox, in the transaction of the change it tells of. The aggregate's row must be locked
 * by this transaction first (update or `for update`): that is what makes the order of ids the order of changes.
 * @throws AppError internal EVENT_UNKNOWN, EVENT_MALFORMED, EVENT_TOO_LARGE: defects of the caller, so the change fails too.
 */
export async function enqueue(tx: Tx, event: OutgoingEvent, catalogue: EventCatalogue = EVENT_CATALOGUE): Promise<void> {
  await enqueueAll(tx, [event], catalogue);
}

/** The same for many events of one transaction, in the order given, in few statements. */
export async function enqueueAll(tx: Tx, events: readonly OutgoingEvent[], catalogue: EventCatalogue = EVENT_CATALOGUE): Promise<void> {
  if (events.length === 0) return;
  const traceparent = currentTraceparent() ?? null;
  const rows = events.map((event) => ({ ...rowOf(event, tenantOf(tx), catalogue), traceparent }));
  for (let start = 0; start < rows.length; start += rowsAtOnce) await tx('outbox').insert(rows.slice(start, start + rowsAtOnce));
  markOutbox(tx);
}

function rowOf(event: OutgoingEvent, tenantId: string, catalogue: EventCatalogue) {
  const { type, aggregateId, version } = event;
  const facts = factsOf(catalogue, type);
  if (facts === undefined) throw internal('EVENT_UNKNOWN', 'the catalogue has no such event', { details: { type } });
  if (!isAggregateId(aggregateId) || !Number.isSafeInteger(version) || version < 1) {
    throw internal('EVENT_MALFORMED', 'an event needs an aggregate id and a version from 1', { details: { type } });
  }
  const codec: { toJSON(message: unknown): unknown } = facts.codec;
  const payload = Buffer.from(JSON.stringify(codec.toJSON(event.payload)));
  if (payload.length > maxEventBytes) throw internal('EVENT_TOO_LARGE', 'an event holds ids and codes only', { details: { type } });
  const key = recordKey(tenantId, aggregateId);
  return {
    tenant_id: tenantId,
    event_id: newId(),
    lane: laneOf(key),
    topic: facts.topic,
    key,
    aggregate_type: facts.aggregateType,
    aggregate_id: aggregateId,
    aggregate_version: version,
    event_type: type,
    payload,
  };
}
