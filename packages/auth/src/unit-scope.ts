import { permissionDenied } from '@linli/errors';
import type { Caller } from './caller';
import { grantsOf } from './permissions';

/** What a permission covers: everything in the tenant, or subtrees (path prefixes), single units and one's own things. */
export type UnitScopes = 'tenant' | { readonly subtrees: string[]; readonly units: string[]; readonly self: boolean };

// Ids joined from the root; the slash at the end makes "prefix" mean "subtree": '/a/b/' is no prefix of '/a/bc/'.
const unitPathForm = /^\/(?:[^/]+\/)+$/;

/** What the permission covers, without duplicates and without parts that a wider one covers; for the `where` of a list. */
export function unitScopes(caller: Caller, permission: string): UnitScopes {
  const grants = grantsOf(caller, permission);
  if (grants.some((grant) => grant.scope === 'tenant')) return 'tenant';
  const paths = (scope: 'subtree' | 'unit') =>
    [...new Set(grants.filter((grant) => grant.scope === scope && unitPathForm.test(grant.unitPath)).map((grant) => grant.unitPath))].sort();
  const all = paths('subtree');
  const subtrees = all.filter((path) => !all.some((other) => other !== path && path.startsWith(other)));
  const units = paths('unit').filter((path) => !subtrees.some((subtree) => path.startsWith(subtree)));
  return { subtrees, units, self: grants.some((grant) => grant.scope === 'self') };
}

/** Whether the permission is held at this unit. A malformed path, in a grant or asked about, is covered by no unit. */
export function coversUnit(caller: Caller, permission: string, unitPath: string): boolean {
  const scopes = unitScopes(caller, permission);
  if (scopes === 'tenant') return true;
  if (!unitPathForm.test(unitPath)) return false;
  return scopes.units.includes(unitPath) || scopes.subtrees.some((subtree) => unitPath.startsWith(subtree));
}

/** @throws permission_denied UNIT_OUT_OF_SCOPE, naming the permission and not the unit, which the caller may not know of. */
export function assertCoversUnit(caller: Caller, permission: string, unitPath: string): void {
  if (coversUnit(caller, permission, unitPath)) return;
  throw permissionDenied('UNIT_OUT_OF_SCOPE', 'the permission does not cover the unit', { details: { permission } });
}
