import { TOPICS } from '@linli/contracts';
import { createTopics } from '@linli/messaging';
import { Kafka, logLevel, Partitioners, type Message } from 'kafkajs';

const topic = 'internal.organization.unit.v1';
const copyTopic = 'bench.relay.copy.v1';

function client(brokers: string): Kafka {
  return new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
}

export type Positions = readonly { readonly partition: number; readonly offset: string }[];

/** Where the topic of the events ends now. */
export async function readPositions(brokers: string): Promise<Positions> {
  const admin = client(brokers).admin();
  await admin.connect();
  try {
    return (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({ partition, offset: high }));
  } finally {
    await admin.disconnect();
  }
}

/** The records that came after these positions, as they lie on the topic. */
export async function readRecords(brokers: string, { positions, count }: { positions: Positions; count: number }): Promise<Message[]> {
  const consumer = client(brokers).consumer({ groupId: `bench-${Date.now()}` });
  const records: Message[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: false });
    const complete = Promise.withResolvers<undefined>();
    consumer.on(consumer.events.GROUP_JOIN, () => positions.forEach(({ partition, offset }) => consumer.seek({ topic, partition, offset })));
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        records.push(...batch.messages.map(({ key, value, headers }) => ({ key, value, ...(headers === undefined ? {} : { headers }) })));
        if (records.length >= count) complete.resolve(undefined);
      },
    });
    await complete.promise;
  } finally {
    await consumer.disconnect();
  }
  return records.slice(0, count);
}

/** Sends the same records to a topic like theirs, batch after batch, each acknowledged before the next. Returns how many a second. */
export async function produceAgain(brokers: string, records: readonly Message[], batchSize: number): Promise<number> {
  if (!TOPICS.includes(topic)) throw new Error('the contracts know another topic');
  await createTopics(brokers.split(','), { topics: [copyTopic] });
  const producer = client(brokers).producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1, createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    const began = performance.now();
    for (let from = 0; from < records.length; from += batchSize) {
      await producer.sendBatch({ acks: -1, topicMessages: [{ topic: copyTopic, messages: records.slice(from, from + batchSize) }] });
    }
    return records.length / ((performance.now() - began) / 1_000);
  } finally {
    await producer.disconnect();
    const admin = client(brokers).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [copyTopic] });
    await admin.disconnect();
  }
}
