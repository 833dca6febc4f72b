import { EVENT_CATALOGUE } from '@linli/contracts';
import type { Database, SystemDatabase } from '@linli/db';
import { internal } from '@linli/errors';
import type { Logger, Metrics } from '@linli/telemetry';
import { factsOf, type EventCatalogue } from './catalogue';
import { Delivery } from './delivery';
import type { EventHandlers } from './event-handlers';
import { GroupReader, type GroupClient } from './group-reader';
import { inboxStore, type InboxStore } from './inbox-store';
import { createKafka, type KafkaOptions } from './kafka';
import { repeat, systemTime, type Time } from './pace';

export interface ConsumerOptions {
  readonly database: Database;
  /** Keeps dead letters, counts what is parked, prunes old marks: across tenants. */
  readonly system: SystemDatabase;
  readonly brokers: readonly string[];
  /** Names both the Kafka group and the consumer in `processed_event`: one per service, never renamed. */
  readonly group: string;
  readonly handlers: EventHandlers;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** kafkajs gave up for good. By default the error is thrown outside, so that the process ends and is started anew. */
  readonly onFatal?: (error: Error) => void;
  readonly catalogue?: EventCatalogue;
}

/** Everything outside that a consumer touches besides its database: as it is in production, in the tests also simulated. */
export interface ConsumerPorts {
  readonly inbox: InboxStore;
  readonly openKafka: (options: KafkaOptions) => GroupClient;
  readonly time: Time;
}

const production: ConsumerPorts = { inbox: inboxStore, openKafka: createKafka, time: systemTime };

export interface EventConsumer {
  /** Begins in the background; the database, the broker or the topics may come later. */
  start(): Promise<void>;
  /** Finishes the events under way, commits their offsets and leaves the group. */
  stop(): Promise<void>;
  /** True once it has joined its group. */
  ready(): boolean;
}

const upkeepEveryMs = 5_000;
const pruneEveryMs = 3_600_000;

/**
 * Applies events to this service's database: each one once in effect, in order per aggregate, acknowledged after the commit.
 * A new group begins with the oldest event that its topics keep.
 * @throws AppError internal EVENT_UNKNOWN for a handler whose event type is not in the catalogue.
 */
export function createConsumer(options: ConsumerOptions, ports: ConsumerPorts = production): EventConsumer {
  const { brokers, group, handlers, log, metrics, system, catalogue = EVENT_CATALOGUE } = options;
  const { inbox, time } = ports;
  const delivery = new Delivery({ ...options, catalogue, inbox, time });
  const lag = metrics.gauge('consumer_lag', 'Records of a partition that are not settled yet.', ['topic', 'partition']);
  const parkedKeys = metrics.gauge('consumer_parked_keys', 'Aggregates whose events wait for an operator.');
  const reader = new GroupReader({
    // Few attempts at a time: the reader's own loop begins again, and unlike kafkajs it stops when told to.
    kafka: ports.openKafka({ brokers, clientId: group, log, retries: 2 }),
    time,
    group,
    topics: topicsOf(handlers, catalogue),
    fromBeginning: true,
    commits: true,
    log,
    onRecords: (records, session) => delivery.settle(records, session),
    onJoin: () => lag.reset(),
    onLag: (place, records) => lag.set(place, records),
    onFatal: options.onFatal ?? throwOutside,
  });
  const timers: (() => void)[] = [];
  function every(milliseconds: number, work: () => Promise<unknown>): void {
    timers.push(repeat(time, milliseconds, { work, onError: (err) => log.warn({ err }, 'consumer upkeep failed') }));
  }
  return {
    async start() {
      reader.start();
      every(upkeepEveryMs, async () => parkedKeys.set(await inbox.countParkedKeys(system.knex, group)));
      every(pruneEveryMs, () => inbox.pruneProcessed(system));
    },
    async stop() {
      for (const stopTimer of timers) stopTimer();
      await reader.stop();
    },
    ready: () => reader.ready(),
  };
}

// All members of a group must follow the same topics, and do: they run the same handlers.
function topicsOf(handlers: EventHandlers, catalogue: EventCatalogue): string[] {
  const topics = Object.keys(handlers).map((type) => {
    const facts = factsOf(catalogue, type);
    if (facts === undefined) throw internal('EVENT_UNKNOWN', 'the catalogue has no such event', { details: { type } });
    return facts.topic;
  });
  return [...new Set(topics)];
}

function throwOutside(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}
