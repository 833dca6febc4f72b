import type { Identity } from '../fields';
import type { GrantScope } from '../grants/grant';
import type { UnitKind } from '../units/unit';

/** What is wrong with one field of one row. */
export interface Problem {
  readonly sheet: 'units' | 'staff' | 'clients';
  /** 0-based. */
  readonly row: number;
  readonly field: string;
  /** A stable word: `required`, `unknown`, `duplicate`, `differs`, … */
  readonly code: string;
}

export interface UnitLine {
  readonly row: number;
  readonly code: string;
  /** Empty for the root. */
  readonly parentCode: string;
  readonly kind: UnitKind;
  readonly nameZh: string;
  readonly nameMn: string;
}

export interface PostLine {
  readonly unitCode: string;
  readonly titleZh: string;
  readonly primary: boolean;
}

export interface GrantLine {
  readonly role: string;
  readonly scope: GrantScope;
  /** Empty for the scopes self and tenant. */
  readonly unitCode: string;
}

export interface StaffLine {
  readonly row: number;
  readonly code: string;
  readonly name: string;
  readonly workPhone: string;
  readonly identity: Identity | undefined;
  /** Empty for somebody without a partner, or whose partner's row names them. */
  readonly partnerCode: string;
  readonly posts: readonly PostLine[];
  readonly grants: readonly GrantLine[];
}

export interface ClientLine {
  readonly row: number;
  readonly nameZh: string;
  readonly identity: Identity;
  readonly grants: readonly GrantLine[];
}

/** The rows that could be read; of the others the codes, so that what refers to them is not called unknown. */
export interface Sheet {
  readonly units: readonly UnitLine[];
  readonly staff: readonly StaffLine[];
  readonly clients: readonly ClientLine[];
  readonly unreadable: { readonly units: ReadonlySet<string>; readonly staff: ReadonlySet<string> };
}
