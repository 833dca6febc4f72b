import { EVENT_CATALOGUE } from '@linli/contracts';
import { createTail, type IncomingEvent, type Tail } from '@linli/messaging';
import type { Logger } from '@linli/telemetry';
import { pauseCauses, results, states, deliveryMethods } from '../cases/json';
import { concernOf, type Concern } from './visible';

/** As it goes to a browser. */
export interface LiveEvent {
  readonly id: string;
  readonly tenantId: string;
  readonly time: Date;
  readonly concern: Concern;
  /** JSON: type, subject with id and version, time, and the event's ids and codes. */
  readonly data: string;
}

export interface Follower {
  onEvent(event: LiveEvent): void;
  /** What this member of staff or client may do has changed; without one, what everybody of the office may. */
  onAccount(tenantId: string, subject: string | undefined): void;
}

export interface LiveEvents {
  readonly tail: Tail;
  /** Calls back from now on, until the returned function is called. */
  follow(follower: Follower): () => void;
  /** The events that may have been missed after this one, oldest first; undefined when it is no longer remembered. */
  since(id: string): readonly LiveEvent[] | undefined;
}

const topics = ['public.requests.case.v1', 'public.requests.mandate.v1', 'public.requests.item.v1'];
const accountTopics = ['internal.organization.staff.v1', 'internal.organization.grant.v1', 'internal.organization.client.v1'];
// What changes here changes what everybody of an office may.
const officeTopics = ['internal.organization.role.v1', 'public.organization.tenant.v1'];
const mostRemembered = 1_000;
// Two replicas read partitions in different order: what one showed before an event, another may show after it.
const overlapMs = 5_000;

/** One tail of the broker for the whole process; remembers the last events for streams that come back. */
export function createLiveEvents({ brokers, log }: { brokers: readonly string[]; log: Logger }): LiveEvents {
  const followers = new Set<Follower>();
  const remembered: LiveEvent[] = [];

  function pass(event: IncomingEvent<unknown>): void {
    const facts = EVENT_CATALOGUE[event.type];
    if (facts === undefined) return;
    const isOffices = officeTopics.includes(facts.topic);
    if (isOffices || accountTopics.includes(facts.topic)) {
      const subject = isOffices ? undefined : accountOf(event);
      for (const follower of followers) follower.onAccount(event.tenantId, subject);
      return;
    }
    const live = toLive(event, facts.aggregateType);
    remembered.push(live);
    if (remembered.length > mostRemembered) remembered.shift();
    for (const follower of followers) follower.onEvent(live);
  }

  return {
    tail: createTail({ brokers, clientId: 'gateway', topics: [...topics, ...accountTopics, ...officeTopics], onEvent: pass, log }),
    follow(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
    since(id) {
      const at = remembered.findIndex((live) => live.id === id);
      const last = remembered[at];
      if (last === undefined) return undefined;
      return remembered.filter((live, index) => index !== at && (index > at || last.time.getTime() - live.time.getTime() < overlapMs));
    },
  };
}

/** The member of staff or client whose rights an event of organization changes. */
function accountOf({ payload, aggregateId }: IncomingEvent<unknown>): string {
  return memberOf(payload, 'principalId') ?? aggregateId;
}

function toLive(event: IncomingEvent<unknown>, aggregateType: string): LiveEvent {
  const { id, type, tenantId, aggregateId, version, time, payload } = event;
  const subject = { kind: `requests.${aggregateType}`, id: aggregateId, version };
  const data = JSON.stringify({ type: type.split('.').at(-1), subject, at: time.toISOString(), facts: factsOf(payload) });
  return { id, tenantId, time, concern: concernOf(payload, aggregateType), data };
}

/** The event's own fields and those of its case side by side, enums as the API says them. */
function factsOf(payload: unknown): Record<string, unknown> {
  if (typeof payload !== 'object' || payload === null) return {};
  const { case: found, ...own } = payload as Record<string, unknown>;
  const all = Object.entries({ ...(found as object | undefined), ...own });
  return Object.fromEntries(all.map(([name, value]) => [name, wordOf(value)]));
}

const enums = [states, results, deliveryMethods, pauseCauses];

function wordOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  for (const { fromWire } of enums) {
    const word = (fromWire as (wire: string) => string | undefined)(value);
    if (word !== undefined) return word;
  }
  return value;
}

function memberOf(value: unknown, name: string): string | undefined {
  const member: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof member === 'string' && member !== '' ? member : undefined;
}
