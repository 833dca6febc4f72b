import type { LocalDate } from '@linli/clocks';

export const unitKinds = ['subdistrict', 'community', 'grid', 'building', 'department'] as const;
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
  /** Exclusive; undefined while open. */
  readonly validTo: LocalDate | undefined;
  readonly version: number;
}
