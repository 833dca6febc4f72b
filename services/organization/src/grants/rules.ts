import { alreadyExists, failedPrecondition, invalidArgument, notFound, type AppError } from '@linli/errors';
import type { GrantScope, PrincipalKind, Role, RoleGrant } from './grant';
import { administrationsOf } from './powers';

/** The scopes over a place in the tree name it; the others must not. */
export function needsUnit(scope: GrantScope): boolean {
  return scope === 'unit' || scope === 'subtree';
}

/** Whether the grant gives anything at this time. */
export function isEffective(grant: Pick<RoleGrant, 'endsAt' | 'revokedAt'>, now: Date): boolean {
  return grant.revokedAt === undefined && (grant.endsAt === undefined || grant.endsAt > now);
}

export function isSameGrant(one: Pick<RoleGrant, 'role' | 'scope' | 'unitId'>, other: Pick<RoleGrant, 'role' | 'scope' | 'unitId'>): boolean {
  return one.role === other.role && one.scope === other.scope && one.unitId === other.unitId;
}

/** 三员分立: the role among `held` that the same person must not hold beside `role`, whatever either is called. */
export function conflictingRole(role: Pick<Role, 'permissions'>, held: readonly Role[]): Role | undefined {
  const own = administrationsOf(role);
  return own.length === 0 ? undefined : held.find((other) => administrationsOf(other).some((admin) => !own.includes(admin)));
}

/**
 * @param held the holder's effective grants; `roles` what those roles are.
 * @throws invalid_argument ROLE_NOT_FOR_HOLDER, GRANT_ENDS_IN_PAST, already_exists GRANT_EXISTS, failed_precondition DUTIES_SEPARATED.
 */
export function assertGrantable(grant: RoleGrant, role: Role, { held, roles, now }: { held: readonly RoleGrant[]; roles: ReadonlyMap<string, Role>; now: Date }): void {
  if (role.holder !== grant.principalKind) {
    throw invalidArgument('ROLE_NOT_FOR_HOLDER', 'the role is for another kind of holder', {
      details: { role: role.code, holder: role.holder },
      violations: [{ field: 'role', code: 'not_for_holder' }],
    });
  }
  if (grant.endsAt !== undefined && grant.endsAt <= now) {
    throw invalidArgument('GRANT_ENDS_IN_PAST', 'a grant ends in the future', { violations: [{ field: 'ends_at', code: 'in_past' }] });
  }
  if (held.some((other) => isSameGrant(other, grant))) throw alreadyExists('GRANT_EXISTS', 'the holder has this grant');
  const conflicting = conflictingRole(role, held.flatMap((other) => roles.get(other.role) ?? []));
  if (conflicting !== undefined) {
    throw failedPrecondition('DUTIES_SEPARATED', 'system, security and audit administration are never in one hand', {
      details: { role: grant.role, held: conflicting.code },
    });
  }
}

/** @throws failed_precondition GRANT_REVOKED. */
export function revoke(grant: RoleGrant, now: Date): RoleGrant {
  if (grant.revokedAt !== undefined) throw failedPrecondition('GRANT_REVOKED', 'the grant is revoked already');
  return { ...grant, revokedAt: now, version: grant.version + 1 };
}

interface Continuation {
  /** What stands at the units that end and at those that take over. */
  readonly standing: readonly RoleGrant[];
  readonly targets: ReadonlyMap<string, { readonly id: string; readonly path: string }>;
  readonly idFor: () => string;
}

/** The grants over units that end, given anew over those that take over. Of several for one holder, the one that lasts longest. */
export function continueGrants(ending: readonly RoleGrant[], { standing, targets, idFor }: Continuation): RoleGrant[] {
  const continued: RoleGrant[] = [];
  const lastingFirst = [...ending].sort((a, b) => (b.endsAt?.getTime() ?? Infinity) - (a.endsAt?.getTime() ?? Infinity));
  for (const grant of lastingFirst) {
    const target = targets.get(grant.unitId ?? '');
    if (target === undefined) continue;
    const next = { ...grant, id: idFor(), unitId: target.id, unitPath: target.path, revokedAt: undefined, version: 1 };
    const has = (held: RoleGrant) => held.principalId === next.principalId && isSameGrant(held, next) && lastsAsLong(held, next);
    if (!standing.some(has) && !continued.some(has)) continued.push(next);
  }
  return continued;
}

function lastsAsLong(held: RoleGrant, next: RoleGrant): boolean {
  return held.endsAt === undefined || (next.endsAt !== undefined && held.endsAt >= next.endsAt);
}

export function assertActivePrincipal(principal: { readonly active: boolean } | undefined, kind: PrincipalKind): void {
  if (principal === undefined) throw notFound('PRINCIPAL_NOT_FOUND', 'there is no such holder', { details: { kind } });
  if (!principal.active) throw failedPrecondition('PRINCIPAL_INACTIVE', 'the holder is not active', { details: { kind } });
}

/** Also for a grant outside the caller's scope, which must look the same. */
export function grantNotFound(): AppError {
  return notFound('GRANT_NOT_FOUND', 'there is no such grant');
}
