import type { LocalDate, OwnDayKind } from '@linli/clocks';

/** What an office decided of a day against the national calendar. */
export interface Override {
  readonly id: string;
  readonly day: LocalDate;
  readonly kind: OwnDayKind;
  readonly nameZh: string;
  readonly citation: string;
  /** The national calendar stands again. */
  readonly removed: boolean;
  readonly version: number;
}
