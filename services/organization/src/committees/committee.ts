import type { LocalDate } from '@linli/clocks';
import type { UnitKind } from '../units/unit';

export const committeeKinds = ['regional', 'community_joint'] as const;
export type CommitteeKind = (typeof committeeKinds)[number];

/** Where a committee of each kind is: one of the region at the office, joint ones at its communities. */
export const placeOf: Readonly<Record<CommitteeKind, UnitKind>> = { regional: 'subdistrict', community_joint: 'community' };

/** 区域党委 or 社区联合党委: member units that meet. */
export interface Committee {
  readonly id: string;
  readonly kind: CommitteeKind;
  readonly unitId: string;
  readonly unitPath: string;
  readonly nameZh: string;
  /** At most so many seats at a time. */
  readonly size: number;
  /** Dissolved, or with its unit, whose successor had one of its own; undefined while it is there. */
  readonly endedOn: LocalDate | undefined;
  readonly version: number;
}

export interface Seat {
  readonly id: string;
  readonly memberUnitId: string;
  readonly validFrom: LocalDate;
  /** Exclusive; undefined while it is held. */
  readonly validTo: LocalDate | undefined;
}
