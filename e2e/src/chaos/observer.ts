import { Kafka, logLevel, type Consumer, type KafkaMessage, type Producer } from 'kafkajs';
import type { History } from './history';
import { caseTopic } from './ledger';

/** Clients of ours begin so: no fault touches their connections. */
export const sparedClient = 'chaos-';

/** Another system that follows the cases, and writes down every record it is given. */
export class Observer {
  private readonly kafka: Kafka;
  private readonly consumer: Consumer;
  /** Newest first: what the nemesis may send again, or find a busy key among. */
  readonly recent: { readonly topic: string; readonly message: KafkaMessage }[] = [];

  constructor(
    brokers: string,
    private readonly history: History,
  ) {
    this.kafka = new Kafka({ clientId: `${sparedClient}observer`, brokers: [brokers], logLevel: logLevel.NOTHING, retry: { retries: 50, maxRetryTime: 1_000, initialRetryTime: 100 } });
    this.consumer = this.kafka.consumer({ groupId: `${sparedClient}observer`, sessionTimeout: 10_000, retry: { retries: 50, maxRetryTime: 1_000, restartOnFailure: async () => true } });
  }

  async start(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [caseTopic, staffTopic], fromBeginning: true });
    await this.consumer.run({ eachMessage: async ({ topic, partition, message }) => this.note(topic, partition, message) });
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect();
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
