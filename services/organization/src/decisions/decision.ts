import type { LocalDate } from '@linli/clocks';
import type { Quorum, Result } from '../quorum/quorum';

export const decisionSubjects = ['matter', 'covenant', 'fund_raise'] as const;
export type DecisionSubject = (typeof decisionSubjects)[number];

export const voterBases = ['residents', 'households', 'representatives'] as const;
export type VoterBasis = (typeof voterBases)[number];

/** 四议 before the vote, in their order; the vote of the residents or their representatives is the fourth. */
export const decisionSteps = ['branch_proposed', 'committees_consulted', 'members_deliberated'] as const;
export type DecisionStep = (typeof decisionSteps)[number];

export const decisionStates = ['drafted', 'noticed', 'closed', 'published', 'reported', 'withdrawn'] as const;
export type DecisionState = (typeof decisionStates)[number];

export const withdrawReasons = ['notice_wrong', 'roll_wrong', 'time_unsuitable', 'matter_settled', 'callers_withdrew'] as const;
export type WithdrawReason = (typeof withdrawReasons)[number];

export const decisionResults = ['adopted', 'not_adopted', 'no_quorum'] as const;

/** 两公开: what was decided, then what came of it. */
export type PublishedTwice = 'decision' | 'outcome';

export const choices = ['in_favour', 'against', 'abstain'] as const;
export type Choice = (typeof choices)[number];

/** Ballots, by what was chosen. */
export interface Ballots {
  readonly inFavour: number;
  readonly against: number;
  readonly abstained: number;
}

export interface BallotCount extends Ballots {
  readonly present: number;
}

/** What a vote came to. */
export interface Outcome {
  readonly result: Result;
  readonly count: BallotCount;
  /** How many of the ballots came out of the box in the hall; undefined where it was not noted. */
  readonly papers: number | undefined;
}

/** What notice fixed, for the life of the decision. */
export interface Notice {
  readonly entitled: number;
  readonly quorum: Quorum;
  readonly opensAt: Date;
  readonly closesAt: Date;
}

/** Something that residents, households or their representatives vote on. */
export interface Decision {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly topicId: string | undefined;
  readonly subject: DecisionSubject;
  readonly titleZh: string;
  readonly textZh: string;
  readonly basis: VoterBasis;
  /** How many voters called for it; 0 where the committee did. */
  readonly callers: number;
  readonly state: DecisionState;
  readonly steps: Readonly<Partial<Record<DecisionStep, LocalDate>>>;
  /** How many may vote by their own sign-in. */
  readonly registered: number;
  /** Who they were, and who of them voted, is not known any more. */
  readonly rollErased: boolean;
  readonly notice: Notice | undefined;
  readonly outcome: Outcome | undefined;
  /** Until when its votes are to be counted; of one that was noticed. */
  readonly countDueAt: Date | undefined;
  readonly publicationDueAt: Date | undefined;
  /** Until when what told of it, or of what came of it, is to be published again: it was withdrawn. */
  readonly owedAgain: Readonly<Record<PublishedTwice, Date | undefined>>;
  /** Of one that was withdrawn. */
  readonly withdrawReason: WithdrawReason | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}
