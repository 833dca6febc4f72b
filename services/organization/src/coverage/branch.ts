import type { LocalDate } from '@linli/clocks';

export const branchKinds = ['branch', 'group'] as const;
export type BranchKind = (typeof branchKinds)[number];

/** A party organisation as a public contact of its grid or building. Who belongs to it is nowhere here. */
export interface Branch {
  readonly id: string;
  readonly kind: BranchKind;
  readonly unitId: string;
  readonly unitPath: string;
  readonly nameZh: string;
  /** Of a desk, not of a person. */
  readonly contactPhone: string;
  readonly validFrom: LocalDate;
  /** Exclusive; undefined while it is there. */
  readonly validTo: LocalDate | undefined;
  readonly version: number;
}
