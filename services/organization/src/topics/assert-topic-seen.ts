import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { seesTopic } from './change';
import { topicNotFound } from './rules';
import { findTopic } from './store';

/** @throws not_found TOPIC_NOT_FOUND, also for a topic that the caller may not see. */
export async function assertTopicSeen(tx: Tx, caller: Caller, topicId: string): Promise<void> {
  const topic = await findTopic(tx, topicId);
  if (topic === undefined || !seesTopic(caller, topic)) throw topicNotFound();
}
