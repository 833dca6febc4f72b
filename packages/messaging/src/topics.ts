import { setTimeout as pause } from 'node:timers/promises';
import { TOPICS } from '@linli/contracts';
import { failedPrecondition } from '@linli/errors';
import type { Logger } from '@linli/telemetry';
import type { Admin, ITopicMetadata } from 'kafkajs';
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
const leadersWithinMs = 15_000;

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
        waitForLeaders: false, // kafkajs waits for a leader but gives up on a broker that has not heard of the topic yet
        topics: wanted.map((topic) => ({ topic, numPartitions, replicationFactor: replicas, configEntries })),
      });
    }
    const described = await describeTopics(admin, topics);
    const other = described.find((topic) => topic.partitions.length !== partitions);
    if (other !== undefined) {
      throw failedPrecondition('TOPIC_PARTITIONS_DIFFER', 'a topic has another number of partitions', { details: { topic: other.name } });
    }
  } finally {
    await admin.disconnect();
  }
}

/** Waits until the broker knows each topic and who leads it: a moment after they were made, longer on a busy machine. */
async function describeTopics(admin: Admin, topics: readonly string[]): Promise<ITopicMetadata[]> {
  for (const until = performance.now() + leadersWithinMs; ; await pause(50)) {
    try {
      const { topics: described } = await admin.fetchTopicMetadata({ topics: [...topics] });
      const hasLeaders = described.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
      if (hasLeaders || performance.now() > until) return described;
    } catch (error) {
      const isNotYet = error instanceof Error && 'type' in error && (error.type === 'UNKNOWN_TOPIC_OR_PARTITION' || error.type === 'LEADER_NOT_AVAILABLE');
      if (!isNotYet || performance.now() > until) throw error;
    }
  }
}
