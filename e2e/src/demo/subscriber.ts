import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';

/**
 * Another system that follows Linli: a process of its own that knows the broker's address and the names of the public
 * topics, and nothing of our code. It writes one JSON line for each event it is given, and a line `ready` once it listens.
 *
 * Usage: node subscriber.js <brokers> <topic,…>
 */
async function subscribe(brokers: string[], topics: string[]): Promise<void> {
  const kafka = new Kafka({ clientId: 'city-platform', brokers, logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `sub.city-platform.${process.pid}` });
  const listening = new Promise<void>((resolve) => {
    consumer.on(consumer.events.FETCH_START, () => resolve());
  });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: false });
  await consumer.run({
    eachMessage: ({ topic, partition, message }) => {
      write(describe(topic, partition, message));
      return Promise.resolve();
    },
  });
  await listening;
  write({ ready: true });
  process.stdin.resume().on('end', () => void consumer.disconnect().then(() => process.exit(0)));
}

function describe(topic: string, partition: number, { key, headers, value }: KafkaMessage): Record<string, unknown> {
  const header = (name: string) => headers?.[name]?.toString() ?? '';
  return {
    topic,
    partition,
    key: key?.toString(),
    id: header('ce_id'),
    type: header('ce_type'),
    tenant: header('ce_tenantid'),
    version: Number(header('ce_aggregateversion')),
    time: header('ce_time'),
    traceparent: header('traceparent'),
    value: JSON.parse(value?.toString() ?? 'null') as unknown,
  };
}

function write(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const [brokers = '', topics = ''] = process.argv.slice(2);
void subscribe(brokers.split(','), topics.split(','));
