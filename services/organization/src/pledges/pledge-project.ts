import type { LocalDate } from '@linli/clocks';

export const pledgeStates = ['collected', 'screened', 'selected', 'pledged', 'running', 'delayed', 'completed', 'resident_checked', 'closed', 'dropped'] as const;
export type PledgeState = (typeof pledgeStates)[number];

export const pledgeSources = ['residents', 'representatives', 'community', 'office'] as const;
export type PledgeSource = (typeof pledgeSources)[number];

export const statementKinds = ['delayed', 'changed', 'dropped'] as const;
export type StatementKind = (typeof statementKinds)[number];

export const pledgeReasons = ['weather', 'land', 'funds', 'design', 'contractor', 'policy', 'residents_wish', 'not_ours', 'duplicate', 'defects', 'other'] as const;
export type PledgeReason = (typeof pledgeReasons)[number];

export const progressStates = ['owed', 'missed', 'reported', 'waived'] as const;
export type ProgressState = (typeof progressStates)[number];

/** `YYYY-MM`. */
export type Month = string;

export interface Vote {
  readonly heldOn: LocalDate;
  readonly entitled: number;
  readonly present: number;
  readonly inFavour: number;
  readonly against: number;
  readonly abstained: number;
  readonly ruleSetId: string;
  readonly ruleSetVersion: number;
}

export interface PledgeOwner {
  readonly ownerUnitId: string;
  readonly ownerPath: string;
  readonly postId: string;
  /** Who holds the post. */
  readonly ownerId: string;
}

export interface PledgePromise extends PledgeOwner {
  readonly dueDay: LocalDate;
  readonly firstDueDay: LocalDate;
  readonly budgetFen: number;
}

export interface ResidentCheck {
  readonly checkedOn: LocalDate;
  readonly examiners: number;
  /** How many gave 1, 2, 3, 4 and 5. */
  readonly scoreCounts: readonly number[];
}

/** 惠民实事: something the office promises its residents in public, for a year. */
export interface PledgeProject {
  readonly id: string;
  readonly code: string;
  readonly year: number;
  readonly unitId: string;
  readonly unitPath: string;
  readonly titleZh: string;
  readonly descriptionZh: string;
  readonly source: PledgeSource;
  readonly state: PledgeState;
  readonly vote: Vote | undefined;
  readonly promise: PledgePromise | undefined;
  /** When the oldest month that is not reported is, or was, due. */
  readonly progressDueAt: Date | undefined;
  readonly overdue: boolean;
  readonly completion: { readonly on: LocalDate; readonly by: string } | undefined;
  readonly check: ResidentCheck | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

/** What is owed, or was reported, for one month. */
export interface PledgeProgress {
  readonly id: string;
  readonly projectId: string;
  readonly month: Month;
  readonly state: ProgressState;
  readonly dueAt: Date;
  readonly percent: number;
  readonly spentFen: number;
  readonly noteZh: string;
  /** The note named a person, and is ''. */
  readonly wordsWithdrawn: boolean;
  readonly reportedAt: Date | undefined;
  readonly reportedBy: string | undefined;
}

/** What the office says in public about a promise that it does not keep as it was given. */
export interface PledgeStatement {
  readonly id: string;
  readonly projectId: string;
  readonly kind: StatementKind;
  readonly reason: PledgeReason;
  readonly explanationZh: string;
  /** The explanation named a person, and is ''. */
  readonly wordsWithdrawn: boolean;
  readonly dueDayBefore: LocalDate | undefined;
  readonly dueDayAfter: LocalDate | undefined;
  readonly at: Date;
}
