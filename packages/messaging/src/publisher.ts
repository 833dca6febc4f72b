import { Partitioners, type Message, type Producer } from 'kafkajs';
import { createKafka, type KafkaOptions } from './kafka';

export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

/** What is used of a kafkajs producer. */
export type BatchProducer = Pick<Producer, 'connect' | 'sendBatch' | 'disconnect'>;

export function openProducer(options: KafkaOptions): BatchProducer {
  return createKafka({ ...options, retries: 2 }).producer({
    allowAutoTopicCreation: false,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  });
}

/**
 * Sends one batch at a time and waits for all replicas (acks -1).
 *
 * kafkajs never repeats a send here: its own repetition keeps the answers of the first attempt, so a partition whose leader
 * moved in between is skipped and reported as sent (tulios/kafkajs #1798), and its idempotent producer gives the sequence
 * numbers of a failed batch to the next one, which the broker then drops as a duplicate. A failed batch is read again from
 * the outbox and sent by a fresh producer instead: perhaps twice, never not at all.
 */
export class Publisher {
  private producer: BatchProducer | undefined;

  constructor(private readonly open: () => BatchProducer) {}

  /** @throws the broker's refusal or a transport error; the batch then counts as unsent. */
  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const byTopic = new Map<string, Message[]>();
    for (const { topic, ...message } of records) {
      const messages = byTopic.get(topic);
      if (messages === undefined) byTopic.set(topic, [message]);
      else messages.push(message);
    }
    const producer = await this.connected();
    await producer.sendBatch({
      acks: -1,
      timeout: 20_000,
      topicMessages: [...byTopic].map(([topic, messages]) => ({ topic, messages })),
    });
  }

  /** Throws the producer away; the next send makes a new one. */
  async close(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    await producer?.disconnect();
  }

  private async connected(): Promise<BatchProducer> {
    if (this.producer !== undefined) return this.producer;
    const producer = this.open();
    await producer.connect();
    this.producer = producer;
    return producer;
  }
}

/** The broker will never take this batch as it is, however often it is sent. */
export function isRefusal(error: unknown): boolean {
  const type: unknown = error instanceof Error ? Reflect.get(error, 'type') : undefined;
  return type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE' || type === 'INVALID_RECORD';
}
