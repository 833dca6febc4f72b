import type { LocalDate } from '@linli/clocks';

export const resettlementStates = ['signed', 'transition', 'allotted', 'handed_over', 'defects', 'closed'] as const;
export type ResettlementState = (typeof resettlementStates)[number];

export const resettlementKind = 'organization.resettlement';

export interface TransitionPayment {
  /** `2026-11` */
  readonly month: string;
  readonly paid: boolean;
}

/** A household's way back to a home; the household is an id that says nothing. */
export interface Resettlement {
  readonly id: string;
  readonly siteId: string;
  readonly unitId: string;
  readonly unitPath: string;
  /** Both are '' once they are erased. */
  readonly householdId: string;
  readonly agreementNumber: string;
  readonly promisedOn: LocalDate;
  readonly state: ResettlementState;
  readonly missedAt: Date | undefined;
  readonly handedOverAt: Date | undefined;
  readonly closedAt: Date | undefined;
  readonly payments: readonly TransitionPayment[];
  readonly version: number;
}
