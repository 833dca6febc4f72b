import type { LocalDate } from '@linli/clocks';

export const fundStates = ['open', 'closed'] as const;
export type FundState = (typeof fundStates)[number];

export const fundEntryKinds = ['income', 'expense', 'returned'] as const;
export type FundEntryKind = (typeof fundEntryKinds)[number];

/** Money that residents give freely for what they decided. Nobody owes any, and nobody is named. */
export interface FundRaise {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly decisionId: string;
  readonly titleZh: string;
  readonly state: FundState;
  readonly raisedFen: number;
  readonly spentFen: number;
  /** How many entries its accounts have. */
  readonly entries: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

export interface FundEntry {
  /** 1 is the first. */
  readonly number: number;
  readonly kind: FundEntryKind;
  readonly onDay: LocalDate;
  readonly amountFen: number;
  /** Of an income: from how many, never from whom. */
  readonly givers: number;
  /** Of an expense or a return: what for. */
  readonly purposeZh: string;
  /** The purpose named a person, and is ''. */
  readonly wordsWithdrawn: boolean;
}
