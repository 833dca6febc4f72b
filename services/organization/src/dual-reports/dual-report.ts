import type { LocalDate } from '@linli/clocks';

/** 双报到: a member unit that reports to a community, with how many of those it employs. */
export interface DualReport {
  readonly id: string;
  readonly memberUnitId: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly headcount: number;
  readonly reportedOn: LocalDate;
  readonly endedOn: LocalDate | undefined;
  /** Undefined once it has ended. */
  readonly reviewDueAt: Date | undefined;
  readonly version: number;
}

export interface DualTask {
  readonly id: string;
  readonly textZh: string;
  readonly dueOn: LocalDate;
  readonly doneOn: LocalDate | undefined;
  /** Empty until it is done. */
  readonly proof: string;
}

export interface DualReview {
  readonly id: string;
  readonly reviewedOn: LocalDate;
  readonly textZh: string;
}

/** The report with all that was set and said. */
export interface DualReportWhole extends DualReport {
  readonly tasks: readonly DualTask[];
  readonly reviews: readonly DualReview[];
}
