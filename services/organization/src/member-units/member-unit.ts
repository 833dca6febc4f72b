import type { LocalDate } from '@linli/clocks';

export const memberUnitKinds = ['government', 'institution', 'enterprise', 'social_organisation', 'property_company', 'community'] as const;
export type MemberUnitKind = (typeof memberUnitKinds)[number];

/** An organisation that takes part in the regional party building of a place (成员单位). */
export interface MemberUnit {
  readonly id: string;
  readonly code: string;
  readonly nameZh: string;
  readonly kind: MemberUnitKind;
  readonly unitId: string;
  readonly unitPath: string;
  readonly contactName: string;
  readonly contactPhone: string;
  readonly joinedOn: LocalDate;
  /** Exclusive; undefined while it is in. */
  readonly leftOn: LocalDate | undefined;
  readonly version: number;
}
