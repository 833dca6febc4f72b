import type { Caller } from '@linli/auth';
import { localDateOf } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import type { PublicTopic } from './store';
import { declineReasons, deliberationResults, participantRoles, topicSources, topicStates, type Deliberation, type Topic } from './topic';

export const stateOnWire = wireEnum('TOPIC_STATE', organization.TopicState, topicStates);
export const sourceOnWire = wireEnum('TOPIC_SOURCE', organization.TopicSource, topicSources);
export const reasonOnWire = wireEnum('TOPIC_DECLINE_REASON', organization.TopicDeclineReason, declineReasons);
export const resultOnWire = wireEnum('DELIBERATION_RESULT', organization.DeliberationResult, deliberationResults);
export const roleOnWire = wireEnum('PARTICIPANT_ROLE', organization.ParticipantRole, participantRoles);

function reasonToWire(reason: Topic['declineReason'] | null): organization.TopicDeclineReason {
  return reason == null ? organization.TopicDeclineReason.TOPIC_DECLINE_REASON_UNSPECIFIED : reasonOnWire.toWire(reason);
}

/** Whose topic it is is told to nobody else: whoever answers needs the matter, and ids gathered up would be a list of those who raise topics. */
export function topicToWire(topic: Topic, { subject }: Pick<Caller, 'subject'>): organization.Topic {
  const { source, state, declineReason, residentId, ...rest } = topic;
  return { ...rest, residentId: residentId === subject ? subject : '', source: sourceOnWire.toWire(source), state: stateOnWire.toWire(state), declineReason: reasonToWire(declineReason), threadId: topic.id };
}

export function publicToWire({ declineReason, state, answeredAt, ...rest }: PublicTopic): organization.PublicTopic {
  return { ...rest, state: stateOnWire.toWire(state), declineReason: reasonToWire(declineReason), answeredOn: localDateOf(answeredAt) };
}

export function deliberationToWire({ topicId = '', participants, result, unitPath: _inside, ...rest }: Deliberation): organization.Deliberation {
  return {
    ...rest,
    topicId,
    participants: participants.map(({ role, ...one }) => ({ ...one, role: roleOnWire.toWire(role) })),
    result: resultOnWire.toWire(result),
  };
}
