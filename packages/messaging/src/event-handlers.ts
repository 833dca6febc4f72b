import type { Tx } from '@linli/db';
import { factsOf, type EventCatalogue } from './catalogue';
import type { ReceivedEvent } from './envelope';

export interface IncomingEvent<T> {
  readonly id: string;
  readonly type: string;
  readonly tenantId: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly time: Date;
  readonly payload: T;
}

// Methods, so that a handler of `IncomingEvent<CaseAccepted>` fits: the catalogue guarantees a type's payload.
export type EventHandler = { handle(tx: Tx, event: IncomingEvent<unknown>): Promise<void> }['handle'] | EventsHandler;

/** For events that come in numbers: what several in a row do, in few statements. Of one aggregate the later ones follow the earlier ones. */
export interface EventsHandler {
  all(tx: Tx, events: readonly IncomingEvent<unknown>[]): Promise<void>;
}

/** By event type: what to do in the transaction that also marks the event as applied. No I/O but SQL. */
export type EventHandlers = Readonly<Record<string, EventHandler>>;

export type Work = (tx: Tx) => Promise<void>;

export function handlerOf(handlers: EventHandlers, type: string): EventHandler | undefined {
  return Object.hasOwn(handlers, type) ? handlers[type] : undefined;
}

/** The handler's work on one event, or undefined when nobody here handles its type. */
export function workOf({ handlers, catalogue }: { readonly handlers: EventHandlers; readonly catalogue: EventCatalogue }, event: ReceivedEvent): Work | undefined {
  const handler = handlerOf(handlers, event.type);
  return handler === undefined ? undefined : (tx) => handleAlone(handler, tx, toIncoming(event, catalogue));
}

export async function handleAlone(handler: EventHandler, tx: Tx, event: IncomingEvent<unknown>): Promise<void> {
  if (typeof handler === 'function') await handler(tx, event);
  else await handler.all(tx, [event]);
}

/** Decodes the payload by its type. @throws what the codec throws on JSON that does not fit. */
export function toIncoming(event: ReceivedEvent, catalogue: EventCatalogue): IncomingEvent<unknown> {
  const { id, type, tenantId, aggregateId, version, time, data } = event;
  return { id, type, tenantId, aggregateId, version, time, payload: factsOf(catalogue, type)?.codec.fromJSON(data) };
}
