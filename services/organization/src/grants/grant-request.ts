import type { RoleGrant } from './grant';

export const grantRequestStates = ['requested', 'confirmed', 'declined', 'expired'] as const;
export type GrantRequestState = (typeof grantRequestStates)[number];

/** A grant that somebody asked for and another has to confirm. */
export interface GrantRequest extends Pick<RoleGrant, 'id' | 'principalKind' | 'principalId' | 'role' | 'scope' | 'unitId' | 'unitPath' | 'endsAt' | 'version'> {
  readonly state: GrantRequestState;
  readonly requestedBy: string;
  readonly decidedBy: string | undefined;
  readonly confirmUntil: Date;
  readonly grantId: string | undefined;
}
