import type { Identity } from '../fields';

export const principalKinds = ['staff', 'client'] as const;
export type PrincipalKind = (typeof principalKinds)[number];

export const grantScopes = ['self', 'unit', 'subtree', 'tenant'] as const;
export type GrantScope = (typeof grantScopes)[number];

/** A role given to somebody, over a part of the tree. */
export interface RoleGrant {
  readonly id: string;
  readonly principalKind: PrincipalKind;
  readonly principalId: string;
  readonly role: string;
  readonly scope: GrantScope;
  /** Undefined for the scopes self and tenant. */
  readonly unitId: string | undefined;
  /** '' for the scopes self and tenant. */
  readonly unitPath: string;
  readonly endsAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  readonly version: number;
}

export interface Role {
  readonly code: string;
  readonly nameZh: string;
  readonly holder: PrincipalKind;
  readonly permissions: readonly string[];
  /** The office's own; the others are the platform's. */
  readonly own: boolean;
  readonly version: number;
}

/** A machine that calls the API with its own credentials. */
export interface ApiClient {
  readonly id: string;
  readonly nameZh: string;
  readonly identity: Identity;
  readonly active: boolean;
  readonly version: number;
}
