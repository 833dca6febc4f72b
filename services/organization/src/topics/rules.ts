import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { TopicState } from './topic';

export type TopicAction = 'accept' | 'decline' | 'answer' | 'withdraw_words' | 'fall_overdue' | 'move_due';

/** In which state what may happen, and the state it leads to. */
export const transitions: Readonly<Record<TopicState, Readonly<Partial<Record<TopicAction, TopicState>>>>> = {
  collected: { accept: 'accepted', decline: 'not_accepted', fall_overdue: 'collected', move_due: 'collected' },
  accepted: { answer: 'answered', fall_overdue: 'accepted', move_due: 'accepted' },
  not_accepted: { withdraw_words: 'not_accepted' },
  answered: { withdraw_words: 'answered' },
};

/** @throws failed_precondition TOPIC_STATE_FORBIDS { state, action }. */
export function targetOf(state: TopicState, action: TopicAction): TopicState {
  const target = transitions[state][action];
  if (target === undefined) throw failedPrecondition('TOPIC_STATE_FORBIDS', 'the topic’s state does not allow this', { details: { state, action } });
  return target;
}

/** Also for a topic outside the caller's scope, which must look the same. */
export function topicNotFound(): AppError {
  return notFound('TOPIC_NOT_FOUND', 'there is no such topic');
}
