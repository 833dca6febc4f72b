import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, type Consumer, type KafkaMessage, type Producer } from 'kafkajs';
import type { History } from './history';
import { caseTopic } from './ledger';

/** Clients of ours begin so: no fault touches their connections. */
export const sparedClient = 'chaos-';

/** Another system that follows the cases, and writes down every record it is given. */
export class Observer {
  private readonly kafka: Kafka;
  private consumer: Consumer;
  private isStopped = false;
  /** Newest first: what the nemesis may send again, or find a busy key among. */
  readonly recent: { readonly topic: string; readonly message: KafkaMessage }[] = [];

  constructor(
    brokers: string,
    private readonly history: History,
  ) {
    this.kafka = new Kafka({ clientId: `${sparedClient}observer`, brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 50, maxRetryTime: 1_000, initialRetryTime: 100 } });
    this.consumer = this.follow();
  }

  async start(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [caseTopic, staffTopic], fromBeginning: true });
    await this.consumer.run({ eachMessage: async ({ topic, partition, message }) => this.note(topic, partition, message) });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.consumer.disconnect();
  }

  /** kafkajs gives some errors up for good: another consumer of the same group then goes on where it was. */
  private follow(): Consumer {
    const consumer = this.kafka.consumer({ groupId: `${sparedClient}observer`, sessionTimeout: 10_000, rebalanceTimeout: 10_000, retry: { retries: 5, maxRetryTime: 1_000, restartOnFailure: async () => true } });
    consumer.on(consumer.events.CRASH, ({ payload: { restart } }) => {
      if (!restart) void this.begin();
    });
    return consumer;
  }

  private async begin(): Promise<void> {
    while (!this.isStopped) {
      await this.consumer.disconnect().catch(() => undefined);
      this.consumer = this.follow();
      try {
        return await this.start();
      } catch {
        await pause(500); // the broker may be down
      }
    }
  }

  producer(): Producer {
    return this.kafka.producer({ allowAutoTopicCreation: false });
  }

  private note(topic: string, partition: number, message: KafkaMessage): void {
    this.recent.unshift({ topic, message });
    this.recent.length = Math.min(this.recent.length, 200);
    if (topic !== caseTopic) return;
    const header = (name: string): string => message.headers?.[name]?.toString() ?? '';
    this.history.write({
      kind: 'delivery',
      at: Date.now(),
      tenant: header('ce_tenantid'),
      caseId: header('ce_subject'),
      version: Number(header('ce_aggregateversion')),
      eventId: header('ce_id'),
      key: message.key?.toString() ?? '',
      type: header('ce_type'),
      partition,
      offset: Number(message.offset),
    });
  }
}

export const staffTopic = 'internal.organization.staff.v1';
