import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { toldVote } from '../small-figures';
import { choices, decisionResults, decisionStates, decisionSteps, decisionSubjects, voterBases, withdrawReasons, type Decision, type Outcome } from './decision';

export const subjectOnWire = wireEnum('DECISION_SUBJECT', organization.DecisionSubject, decisionSubjects);
export const basisOnWire = wireEnum('VOTER_BASIS', organization.VoterBasis, voterBases);
export const stepOnWire = wireEnum('DECISION_STEP', organization.DecisionStep, decisionSteps);
export const stateOnWire = wireEnum('DECISION_STATE', organization.DecisionState, decisionStates);
export const resultOnWire = wireEnum('DECISION_RESULT', organization.DecisionResult, decisionResults);
export const withdrawReasonOnWire = wireEnum('DECISION_WITHDRAW_REASON', organization.DecisionWithdrawReason, withdrawReasons);
export const choiceOnWire = wireEnum('CHOICE', organization.Choice, choices);

/** None where somebody's ballot could be worked out. */
export function toldCountOf({ count, papers }: Outcome): organization.BallotCount | undefined {
  return toldVote({ ...count }, papers);
}

export function decisionToWire(decision: Decision): organization.Decision {
  const { notice, outcome, steps, topicId = '', subject, basis, state, withdrawReason, owedAgain, ...rest } = decision;
  return {
    ...rest,
    topicId,
    subject: subjectOnWire.toWire(subject),
    basis: basisOnWire.toWire(basis),
    state: stateOnWire.toWire(state),
    steps: decisionSteps.flatMap((step) => (steps[step] === undefined ? [] : [{ step: stepOnWire.toWire(step), heldOn: steps[step] }])),
    entitled: notice?.entitled ?? 0,
    quorumId: notice?.quorum.id ?? '',
    quorumVersion: notice?.quorum.version ?? 0,
    quorumCitation: notice?.quorum.citation ?? '',
    quorumAwaitsRevision: notice?.quorum.awaitsRevision ?? false,
    opensAt: notice?.opensAt,
    closesAt: notice?.closesAt,
    result: outcome === undefined ? organization.DecisionResult.DECISION_RESULT_UNSPECIFIED : resultOnWire.toWire(outcome.result),
    count: outcome && toldCountOf(outcome),
    republishDueAt: owedAgain.decision,
    republishOutcomeDueAt: owedAgain.outcome,
    threadId: decision.id,
    withdrawReason: withdrawReason === undefined ? organization.DecisionWithdrawReason.DECISION_WITHDRAW_REASON_UNSPECIFIED : withdrawReasonOnWire.toWire(withdrawReason),
  };
}
