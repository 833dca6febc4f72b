import type { LocalDate } from '@linli/clocks';

export const incubationStates = ['applied', 'admitted', 'incubating', 'evaluated', 'graduated', 'left'] as const;
export type IncubationState = (typeof incubationStates)[number];

export const evaluationResults = ['passed', 'failed'] as const;
export type EvaluationResult = (typeof evaluationResults)[number];

/** A social organisation that a community helps to stand on its own. */
export interface IncubatedOrg {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly nameZh: string;
  readonly nameMn: string;
  readonly state: IncubationState;
  /** The day of the written application. */
  readonly appliedOn: LocalDate;
  /** Undefined until it is admitted. */
  readonly term: Term | undefined;
  readonly evaluationDueAt: Date | undefined;
  readonly evaluationOverdue: boolean;
  readonly result: EvaluationResult | undefined;
  readonly evaluationZh: string;
  /** Rooms and things handed over, and back. */
  readonly receivedOn: LocalDate | undefined;
  readonly returnedOn: LocalDate | undefined;
  /** A code; '' while it is here. */
  readonly leaveReason: string;
  readonly version: number;
}

/** The last day is included. */
export interface Term {
  readonly from: LocalDate;
  readonly to: LocalDate;
}
