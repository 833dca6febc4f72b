import type { LocalDate } from '@linli/clocks';

export interface Assignment {
  readonly id: string;
  readonly memberUnitId: string;
  readonly validFrom: LocalDate;
  /** Exclusive; undefined while it lasts. */
  readonly validTo: LocalDate | undefined;
}

/** 党建工作指导员: a member of staff who guides organisations. */
export interface Instructor {
  readonly id: string;
  readonly staffId: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly appointedOn: LocalDate;
  /** Exclusive; undefined while appointed. */
  readonly dismissedOn: LocalDate | undefined;
  readonly assignments: readonly Assignment[];
  readonly version: number;
}

export interface Visit {
  readonly id: string;
  readonly memberUnitId: string;
  readonly visitedOn: LocalDate;
  readonly purposeCode: string;
  readonly note: string;
}
