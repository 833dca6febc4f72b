import type { LocalDate } from '@linli/clocks';

export const dutyKinds = ['workday', 'extended', 'weekend', 'holiday'] as const;
export type DutyKind = (typeof dutyKinds)[number];

export const dutyParts = ['a', 'b'] as const;
export type DutyPart = (typeof dutyParts)[number];

/** Which slots a unit must always have somebody for. */
export interface Roster {
  readonly id: string;
  readonly unitId: string;
  readonly kinds: readonly DutyKind[];
  /** The day at whose beginning its clock looks for gaps again. */
  readonly nextReviewOn: LocalDate | undefined;
  readonly version: number;
}

/** A stretch of one day at a unit, with who does it and who stands in. */
export interface Slot {
  readonly id: string;
  readonly unitId: string;
  readonly day: LocalDate;
  readonly kind: DutyKind;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly aId: string;
  readonly bId: string;
  readonly cancelled: boolean;
  readonly version: number;
}

/** When slots of a kind begin and end, in minutes after midnight, as the rule has it from a day on. */
export interface Hours {
  readonly kind: DutyKind;
  readonly opensAt: number;
  readonly closesAt: number;
  readonly effectiveFrom: LocalDate;
  readonly effectiveTo: LocalDate | undefined;
}

/** What duty needs to know of a member of staff. */
export interface Person {
  readonly id: string;
  readonly active: boolean;
  readonly absences: readonly { readonly from: Date; readonly until: Date | undefined }[];
  /** Their posts at or under the unit. */
  readonly posts: readonly { readonly validFrom: LocalDate; readonly validTo: LocalDate | undefined }[];
}

/** A slot that a unit must have, and has not or not with both people. */
export interface Gap {
  readonly day: LocalDate;
  readonly kind: DutyKind;
  readonly startsAt: Date;
  readonly missing: readonly DutyPart[];
  readonly slotId: string | undefined;
  readonly provisional: boolean;
}

/** A gap that was announced. */
export interface KnownGap {
  readonly id: string;
  readonly rosterId: string;
  readonly day: LocalDate;
  readonly kind: DutyKind;
  readonly missing: readonly DutyPart[];
  readonly endedBy: 'filled' | 'dropped' | 'passed' | undefined;
  readonly version: number;
}
