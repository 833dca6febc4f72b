import type { LocalDate } from '@linli/clocks';

/** Work that an employer offers to whoever applies. */
export interface Job {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly titleZh: string;
  readonly titleMn: string;
  readonly employerZh: string;
  readonly placeZh: string;
  readonly dutiesZh: string;
  readonly wanted: number;
  /** The employer's telephone at work, as they publish it. */
  readonly contactPhone: string;
  readonly openFrom: LocalDate;
  /** The last day to apply. */
  readonly openUntil: LocalDate;
  readonly takenDownOn: LocalDate | undefined;
  readonly version: number;
}

/** One that was withdrawn is gone. */
export interface JobApplication {
  readonly id: string;
  readonly jobId: string;
  readonly unitPath: string;
  /** The subject id, and nothing else of them. */
  readonly residentId: string;
  readonly version: number;
}
