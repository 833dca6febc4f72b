import { TOPICS } from '@linli/contracts';
import { failedPrecondition } from '@linli/errors';
import type { Logger } from '@linli/telemetry';
import { createKafka } from './kafka';

export interface TopicOptions {
  readonly log?: Logger;
  /** Those of the contracts when absent. */
  readonly topics?: readonly string[];
  /** Fixed at birth: another count would send an aggregate's next events to another partition. */
  readonly partitions?: number;
  readonly replicas?: number;
}

const retentionDays = 14;

/**
 * Makes the topics that are missing; services never do. For development and tests: production declares them in its manifests.
 * @throws AppError failed_precondition TOPIC_PARTITIONS_DIFFER when one exists with another number of partitions.
 */
export async function createTopics(brokers: readonly string[], options: TopicOptions = {}): Promise<void> {
  const { log, topics = TOPICS, partitions = 12, replicas = 1 } = options;
  const admin = createKafka({ brokers, clientId: 'linli-topics', log }).admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const wanted = topics.filter((topic) => !existing.has(topic));
    const configEntries = [
      { name: 'cleanup.policy', value: 'delete' },
      { name: 'retention.ms', value: String(retentionDays * 86_400_000) },
      { name: 'min.insync.replicas', value: replicas > 2 ? '2' : '1' },
    ];
    const numPartitions = partitions;
    if (wanted.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: wanted.map((topic) => ({ topic, numPartitions, replicationFactor: replicas, configEntries })),
      });
    }
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    const other = metadata.topics.find((topic) => topic.partitions.length !== partitions);
    if (other !== undefined) {
      throw failedPrecondition('TOPIC_PARTITIONS_DIFFER', 'a topic has another number of partitions', { details: { topic: other.name } });
    }
  } finally {
    await admin.disconnect();
  }
}
