import type { LocalDate } from '@linli/clocks';

export const publicationKinds = ['decision', 'outcome', 'accounts', 'relief', 'consultation', 'other'] as const;
export type PublicationKind = (typeof publicationKinds)[number];

/** What was decided, what came of it and the accounts stay to be read: anybody may hold the committee to them later. They are about nobody. */
export const lastingKinds: readonly PublicationKind[] = ['decision', 'outcome', 'accounts'];

export const withdrawReasons = ['personal_data', 'wrong_content', 'replaced', 'unlawful'] as const;
export type WithdrawReason = (typeof withdrawReasons)[number];

/** 居务公开: something told to everybody for a while. It never changes, but may be withdrawn. */
export interface Publication {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly kind: PublicationKind;
  readonly decisionId: string | undefined;
  /** Both '' once it was withdrawn for naming a person. */
  readonly titleZh: string;
  readonly textZh: string;
  readonly fromDay: LocalDate;
  /** Exclusive. */
  readonly toDay: LocalDate;
  readonly withdrawnAt: Date | undefined;
  readonly withdrawReason: WithdrawReason | undefined;
  readonly createdAt: Date;
  readonly version: number;
}

/** How many objected, and how many of them have their answer. */
export interface Objections {
  readonly objections: number;
  readonly answered: number;
}

export const objectionStates = ['raised', 'answered'] as const;

export interface Objection {
  readonly id: string;
  readonly publicationId: string;
  readonly unitId: string;
  readonly unitPath: string;
  /** An id that means nothing here. It, the words and the answer are '' once they are erased. */
  readonly raisedBy: string;
  readonly textZh: string;
  readonly state: (typeof objectionStates)[number];
  readonly dueAt: Date;
  readonly overdue: boolean;
  readonly answerZh: string;
  readonly answeredAt: Date | undefined;
  readonly erased: boolean;
  readonly createdAt: Date;
  readonly version: number;
}
