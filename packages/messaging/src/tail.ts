import { EVENT_CATALOGUE } from '@linli/contracts';
import { newId } from '@linli/db';
import type { Logger } from '@linli/telemetry';
import { factsOf, type EventCatalogue } from './catalogue';
import { decodeRecord, type KafkaRecord } from './envelope';
import { toIncoming, type IncomingEvent } from './event-handlers';
import { GroupReader } from './group-reader';
import { createKafka } from './kafka';
import { systemTime } from './pace';

export interface TailOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly topics: readonly string[];
  /** Called in order per aggregate; must not block. A duplicate may come: `event.id` tells. */
  readonly onEvent: (event: IncomingEvent<unknown>) => void;
  readonly log: Logger;
  readonly onFatal?: (error: Error) => void;
  readonly catalogue?: EventCatalogue;
}

export interface Tail {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** From here on no event is missed, also not by a reconnection. */
  ready(): boolean;
}

/** Follows topics live from now on, alone in a group of its own: every process sees every event, and nothing is committed. */
export function createTail(options: TailOptions): Tail {
  return new LiveTail(options);
}

class LiveTail implements Tail {
  private readonly reader: GroupReader;
  /** The next offset by partition. With nothing committed, kafkajs would skip to the newest after each reconnection. */
  private readonly positions = new Map<string, { topic: string; partition: number; offset: string }>();

  constructor(private readonly options: TailOptions) {
    const { brokers, clientId, topics, log } = options;
    const kafka = createKafka({ brokers, clientId, log });
    this.reader = new GroupReader({
      kafka,
      time: systemTime,
      group: `${clientId}.tail.${newId()}`,
      topics,
      fromBeginning: false,
      commits: false,
      log,
      beforeRun: async () => {
        const admin = kafka.admin();
        await admin.connect();
        try {
          for (const topic of topics) {
            for (const { partition, high } of await admin.fetchTopicOffsets(topic)) this.remember({ topic, partition, offset: high });
          }
        } finally {
          await admin.disconnect();
        }
      },
      onJoin: (seek) => this.positions.forEach(seek),
      onRecords: async (records) => {
        for (const record of records) {
          this.pass(record);
          this.remember({ ...record, offset: String(BigInt(record.offset) + 1n) });
        }
        return records.length;
      },
      onFatal: options.onFatal ?? ((err) => log.error({ err }, 'live tail ended')),
    });
  }

  async start(): Promise<void> {
    this.reader.start();
  }

  stop(): Promise<void> {
    return this.reader.stop();
  }

  ready(): boolean {
    return this.reader.ready();
  }

  private remember({ topic, partition, offset }: { topic: string; partition: number; offset: string }): void {
    this.positions.set(`${topic} ${partition}`, { topic, partition, offset });
  }

  private pass(record: KafkaRecord): void {
    const { log, catalogue = EVENT_CATALOGUE, onEvent } = this.options;
    const decoded = decodeRecord(record);
    if ('event' in decoded && factsOf(catalogue, decoded.event.type) === undefined) return;
    try {
      if ('fault' in decoded) log.warn({ reason: decoded.fault, topic: record.topic }, 'live tail passed over a record');
      else onEvent(toIncoming(decoded.event, catalogue));
    } catch (err) {
      log.warn({ err, topic: record.topic }, 'live tail could not hand over an event');
    }
  }
}
