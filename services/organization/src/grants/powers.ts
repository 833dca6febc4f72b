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

/** Whoever holds these sees or gives what nobody should have alone. */
const sensitive: ReadonlySet<string> = new Set([...powers.keys(), 'residents.person.reveal']);

/**
 * What a role may be made of: what the platform's own roles of that kind of holder are made of. So no office can give what is
 * a resident's alone or the platform's.
 */
export const catalogue: Readonly<Record<PrincipalKind, readonly string[]>> = { staff: heldBy('staff'), client: heldBy('client') };

/** Of the catalogue, what makes a role sensitive. */
export const sensitivePermissions: readonly string[] = [...sensitive].sort();

function heldBy(holder: PrincipalKind): string[] {
  return [...new Set(roleDefinitions.filter((role) => role.holder === holder).flatMap(({ permissions }) => permissions))].sort();
}

/** A sensitive role is given by two: one asks, another confirms. */
export function isSensitive({ permissions }: Pick<Role, 'permissions'>): boolean {
  return permissions.some((permission) => sensitive.has(permission));
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
 * People hold the role already, and nobody confirmed that they may do more than it was: such a change waits until it is given anew.
 * @throws failed_precondition ROLE_HELD.
 */
export function assertHeldMayChange(before: Role, after: Role): void {
  const more = (isSensitive(after) && !isSensitive(before)) || administrationsOf(after).some((admin) => !administrationsOf(before).includes(admin));
  const revealing = after.permissions.some((permission) => sensitive.has(permission) && !before.permissions.includes(permission));
  if (more || revealing) throw failedPrecondition('ROLE_HELD', 'the role is held: take the grants back before it becomes more sensitive');
}
