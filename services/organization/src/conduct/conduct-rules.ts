import type { LocalDate } from '@linli/clocks';

/** What those who work for the office bind themselves to, in one version. */
export interface ConductRules {
  readonly id: string;
  readonly code: string;
  readonly titleZh: string;
  readonly rulesZh: readonly string[];
  /** The discipline channel's own page; '' when it is told by the hint alone. */
  readonly complaintUrl: string;
  readonly complaintHintZh: string;
  readonly validFrom: LocalDate;
  /** Exclusive; undefined for the last version. */
  readonly validTo: LocalDate | undefined;
  readonly version: number;
}
