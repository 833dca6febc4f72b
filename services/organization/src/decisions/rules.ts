import type { LocalDate } from '@linli/clocks';
import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import { mayCall, resultOf, type Quorum } from '../quorum/quorum';
import { decisionSteps, type Ballots, type Decision, type DecisionState, type DecisionStep, type Notice, type Outcome } from './decision';

export type DecisionAction = 'record_step' | 'add_voters' | 'give_notice' | 'withdraw' | 'close' | 'publish' | 'publish_outcome' | 'republish' | 'republish_outcome' | 'owe_again' | 'fall_overdue' | 'move_due';

/** In which state what may happen, and the state it leads to: 四议 and notice, the vote, then both publications, each again when it was withdrawn. */
export const transitions: Readonly<Record<DecisionState, Readonly<Partial<Record<DecisionAction, DecisionState>>>>> = {
  drafted: { record_step: 'drafted', add_voters: 'drafted', give_notice: 'noticed', withdraw: 'withdrawn' },
  noticed: { withdraw: 'withdrawn', close: 'closed', fall_overdue: 'noticed', move_due: 'noticed' },
  closed: { publish: 'published', fall_overdue: 'closed', move_due: 'closed' },
  published: { publish_outcome: 'reported', republish: 'published', owe_again: 'published', fall_overdue: 'published', move_due: 'published' },
  reported: { republish: 'reported', republish_outcome: 'reported', owe_again: 'reported', fall_overdue: 'reported', move_due: 'reported' },
  withdrawn: {},
};

/** @throws failed_precondition DECISION_STATE_FORBIDS { state, action }. */
export function targetOf(state: DecisionState, action: DecisionAction): DecisionState {
  const target = transitions[state][action];
  if (target === undefined) throw failedPrecondition('DECISION_STATE_FORBIDS', 'the decision’s state does not allow this', { details: { state, action } });
  return target;
}

/** Also for a decision outside the caller's scope, which must look the same. */
export function decisionNotFound(): AppError {
  return notFound('DECISION_NOT_FOUND', 'there is no such decision');
}

/** The step is the next one, and no earlier than the one before. @throws failed_precondition DECISION_STEP_OUT_OF_ORDER { step, expected }. */
export function takeStep(steps: Decision['steps'], step: DecisionStep, day: LocalDate): Decision['steps'] {
  const next = decisionSteps.find((one) => steps[one] === undefined);
  const latest = Object.values(steps).toSorted().at(-1) ?? '';
  if (step !== next || day < latest) {
    throw failedPrecondition('DECISION_STEP_OUT_OF_ORDER', 'the steps before a vote are taken in their order', { details: { step, expected: next ?? 'give_notice' } });
  }
  return { ...steps, [step]: day };
}

/** @throws failed_precondition DECISION_STEPS_MISSING { expected }, DECISION_CALLERS_TOO_FEW, DECISION_ROLL_TOO_LONG. */
export function assertMayNotice(decision: Pick<Decision, 'steps' | 'callers' | 'registered'>, entitled: number, quorum: Quorum): void {
  const expected = decisionSteps.find((one) => decision.steps[one] === undefined);
  if (expected !== undefined) throw failedPrecondition('DECISION_STEPS_MISSING', 'a step before the vote is missing', { details: { expected } });
  const { callers, registered } = decision;
  if (callers > 0 && !mayCall(callers, entitled, quorum)) {
    throw failedPrecondition('DECISION_CALLERS_TOO_FEW', 'too few voters called for it', { details: { callers: String(callers), entitled: String(entitled) } });
  }
  if (registered > entitled) {
    throw failedPrecondition('DECISION_ROLL_TOO_LONG', 'more are on the roll than may vote', { details: { registered: String(registered), entitled: String(entitled) } });
  }
}

/** Nobody has voted yet, nor could have. @throws failed_precondition VOTE_OPEN_ALREADY { opensAt }. */
export function assertNotOpened(notice: Notice | undefined, now: Date): void {
  if (notice !== undefined && now >= notice.opensAt) {
    throw failedPrecondition('VOTE_OPEN_ALREADY', 'the vote has begun', { details: { opensAt: notice.opensAt.toISOString() } });
  }
}

/** Between opening and closing. @throws failed_precondition VOTE_NOT_OPEN, VOTE_CLOSED. */
export function assertOpenToVotes({ state, notice }: Pick<Decision, 'state' | 'notice'>, now: Date): Notice {
  if (notice === undefined || now < notice.opensAt) throw failedPrecondition('VOTE_NOT_OPEN', 'the vote has not begun');
  if (state !== 'noticed' || now >= notice.closesAt) throw failedPrecondition('VOTE_CLOSED', 'the vote is over');
  return notice;
}

/** What came out of the two boxes, and what the roll says of those who were on it. */
export interface Boxes {
  readonly cast: Ballots;
  readonly papers: Ballots;
  readonly registered: number;
  /** How many of them voted or took a paper; undefined once the roll is erased. */
  readonly voted: number | undefined;
}

/**
 * The one place where a vote is counted. A paper is of somebody who is not on the roll, or who was struck off it for taking one.
 * @throws failed_precondition VOTE_STILL_OPEN, BALLOTS_EXCEED_VOTERS { papers, most }.
 */
export function countVote(notice: Notice, { cast, papers, registered, voted }: Boxes, now: Date): Outcome {
  if (now < notice.closesAt) throw failedPrecondition('VOTE_STILL_OPEN', 'the vote is not over', { details: { closesAt: notice.closesAt.toISOString() } });
  const [online, onPaper] = [ballotsOf(cast), ballotsOf(papers)];
  const struckOff = voted === undefined ? registered : voted - online;
  const most = notice.entitled - registered + struckOff;
  if (onPaper > most || online + onPaper > notice.entitled) {
    throw failedPrecondition('BALLOTS_EXCEED_VOTERS', 'there are more papers than voters who could have one', { details: { papers: String(onPaper), most: String(most) } });
  }
  const count = { present: online + onPaper, inFavour: cast.inFavour + papers.inFavour, against: cast.against + papers.against, abstained: cast.abstained + papers.abstained };
  return { result: resultOf({ ...count, entitled: notice.entitled }, notice.quorum), count, papers: onPaper };
}

function ballotsOf({ inFavour, against, abstained }: Ballots): number {
  return inFavour + against + abstained;
}
