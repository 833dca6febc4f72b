import { failedPrecondition, invalidArgument } from '@linli/errors';
import type { PrincipalKind, Role } from './grant';
import { roleDefinitions, separatedRoles } from './roles';

/** What only one of the three administrations may do, by permission: no other role of the platform's holds it. */
const powers: ReadonlyMap<string, string> = new Map(
  separatedRoles.flatMap((admin) => {
    const others = new Set(roleDefinitions.filter(({ code }) => code !== admin).flatMap(({ permissions }) => permissions));
    const own = roleDefinitions.find(({ code }) => code === admin)?.permissions ?? [];
    return own.filter((permission) => !others.has(permission)).map((permission): [string, string] => [permission, admin]);
  }),
);

/**
 * What a role may be made of: what the platform's own roles of that kind of holder are made of. So no office can give what is
 * a resident's alone or the platform's.
 */
export const catalogue: Readonly<Record<PrincipalKind, readonly string[]>> = { staff: heldBy('staff'), client: heldBy('client') };

function heldBy(holder: PrincipalKind): string[] {
  return [...new Set(roleDefinitions.filter((role) => role.holder === holder).flatMap(({ permissions }) => permissions))].sort();
}

/** Which of the three administrations a role is of, whatever it is called. */
export function administrationsOf({ permissions }: Pick<Role, 'permissions'>): string[] {
  return separatedRoles.filter((admin) => permissions.some((permission) => powers.get(permission) === admin));
}

/** @throws invalid_argument ROLE_PERMISSION_UNKNOWN { permission }; failed_precondition DUTIES_SEPARATED for powers of two administrations. */
export function assertComposable(role: Pick<Role, 'code' | 'holder' | 'permissions'>): void {
  const unknown = role.permissions.findIndex((permission) => !catalogue[role.holder].includes(permission));
  if (unknown >= 0) {
    throw invalidArgument('ROLE_PERMISSION_UNKNOWN', 'a role is made of what the catalogue lists', {
      details: { permission: role.permissions[unknown] ?? '' },
      violations: [{ field: `permissions[${unknown}]`, code: 'unlisted' }],
    });
  }
  const [one, two] = administrationsOf(role);
  if (one !== undefined && two !== undefined) {
    throw failedPrecondition('DUTIES_SEPARATED', 'system, security and audit administration are never in one hand', { details: { role: two, held: one } });
  }
}

/**
 * People hold the role already or it is asked for, and nobody confirmed that they may do more than it was: such a change waits
 * until it is given anew.
 * @throws failed_precondition ROLE_HELD { permission }.
 */
export function assertHeldMayChange(before: Role, after: Role): void {
  const more = after.permissions.find((permission) => !before.permissions.includes(permission));
  if (more !== undefined) throw failedPrecondition('ROLE_HELD', 'the role is held: it can only lose permissions', { details: { permission: more } });
}
