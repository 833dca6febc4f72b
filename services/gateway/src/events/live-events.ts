import { EVENT_CATALOGUE } from '@linli/contracts';
import { createTail, type IncomingEvent, type Tail } from '@linli/messaging';
import type { Logger } from '@linli/telemetry';
import type { Accounts } from '../identity/accounts';

/** As it goes to a browser. */
export interface LiveEvent {
  readonly id: string;
  readonly event: IncomingEvent<unknown>;
  /** JSON: type, aggregate id, version, time and the event's ids and codes. */
  readonly data: string;
}

export interface LiveEvents {
  readonly tail: Tail;
  /** Calls back for each event from now on, until the returned function is called. */
  follow(onEvent: (event: LiveEvent) => void): () => void;
  /** The events after this id, oldest first; undefined when it is no longer (or was never) remembered. */
  since(id: string): readonly LiveEvent[] | undefined;
}

const topics = ['public.requests.case.v1', 'public.requests.mandate.v1'];
const accountTopics = ['internal.organization.staff.v1', 'internal.organization.grant.v1'];
const mostRemembered = 2_000;

/** One tail of the broker for the whole process; remembers the last events for streams that come back. */
export function createLiveEvents(options: { brokers: readonly string[]; accounts: Accounts; log: Logger }): LiveEvents {
  const { brokers, accounts, log } = options;
  const followers = new Set<(event: LiveEvent) => void>();
  const remembered: LiveEvent[] = [];

  function pass(event: IncomingEvent<unknown>): void {
    const facts = EVENT_CATALOGUE[event.type];
    if (facts === undefined) return;
    if (accountTopics.includes(facts.topic)) {
      accounts.forget(event.tenantId, principalOf(event));
      return;
    }
    const codec: { toJSON(message: unknown): unknown } = facts.codec;
    const { id, type, aggregateId, version, time } = event;
    const data = JSON.stringify({ type: shortName(type), aggregateId, version, time: time.toISOString(), facts: codec.toJSON(event.payload) });
    const live = { id, event, data };
    remembered.push(live);
    if (remembered.length > mostRemembered) remembered.shift();
    for (const follower of followers) follower(live);
  }

  return {
    tail: createTail({ brokers, clientId: 'gateway', topics: [...topics, ...accountTopics], onEvent: pass, log }),
    follow(onEvent) {
      followers.add(onEvent);
      return () => followers.delete(onEvent);
    },
    since(id) {
      const at = remembered.findIndex((live) => live.id === id);
      return at === -1 ? undefined : remembered.slice(at + 1);
    },
  };
}

/** The member of staff or client whose rights an event of organization changes. */
function principalOf({ payload, aggregateId }: IncomingEvent<unknown>): string {
  const { principalId } = payload as { principalId?: string };
  return principalId ?? aggregateId;
}

function shortName(type: string): string {
  return type.split('.').at(-1) ?? type;
}
