import type { LocalDate } from '@linli/clocks';

export const unitKinds = ['subdistrict', 'community', 'grid', 'building', 'household_cluster', 'department'] as const;
export type UnitKind = (typeof unitKinds)[number];

/** A node of the office's tree. */
export interface Unit {
  readonly id: string;
  readonly kind: UnitKind;
  /** Undefined for the root. */
  readonly parentId: string | undefined;
  /** Ids joined from the root, `/root/…/id/`; a prefix of the paths below it. */
  readonly path: string;
  readonly code: string;
  readonly nameZh: string;
  readonly nameMn: string;
  readonly validFrom: LocalDate;
  /** Exclusive; undefined while no end is known. */
  readonly validTo: LocalDate | undefined;
  /** The unit that this one is the same as, which hung elsewhere before. */
  readonly continuesId: string | undefined;
  /** Of a closed unit, where what waited there went. */
  readonly successorId: string | undefined;
  /** 0 while it is only planned: nobody was told of it. */
  readonly version: number;
}
