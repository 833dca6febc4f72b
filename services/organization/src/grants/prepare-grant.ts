import { assertCoversUnit, coversUnit, type Caller } from '@linli/auth';
import { localDateOf, type LocalDate } from '@linli/clocks';
import { newId, type Tx } from '@linli/db';
import { notFound, permissionDenied } from '@linli/errors';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import type { RoleGrant } from './grant';
import { grantsInForce, rolesByCode } from './in-force';
import { findRole } from './role-store';
import { assertActivePrincipal, assertGrantable } from './rules';
import { lockPrincipal } from './store';

const give = 'organization.grant.write';

export type GrantFacts = Pick<RoleGrant, 'principalKind' | 'principalId' | 'role' | 'scope' | 'unitId' | 'endsAt'>;

/**
 * A grant as it would be given now: whoever gives or confirms it must hold the permission over what it covers, and never gives
 * to themselves. The holder is locked, and the role stays as it is.
 * @throws permission_denied GRANT_TO_SELF, UNIT_OUT_OF_SCOPE, not_found PRINCIPAL_NOT_FOUND, ROLE_NOT_FOUND, UNIT_NOT_FOUND,
 * and what `assertGrantable` refuses.
 */
export async function prepareGrant(
  tx: Tx,
  caller: Caller,
  { facts, now, permission = give }: { facts: GrantFacts; now: Date; permission?: string },
): Promise<RoleGrant> {
  if (facts.principalId === caller.subject) throw permissionDenied('GRANT_TO_SELF', 'nobody gives themselves a role');
  const unitPath = await coveredPath(tx, caller, { unitId: facts.unitId, day: localDateOf(now), permission });
  assertActivePrincipal(await lockPrincipal(tx, facts.principalKind, facts.principalId), facts.principalKind);
  const role = await findRole(tx, facts.role, 'share');
  if (role === undefined) throw notFound('ROLE_NOT_FOUND', 'the tenant has no such role', { details: { role: facts.role } });
  const [held, roles] = [await grantsInForce(tx, [facts.principalId], now), await rolesByCode(tx)];
  const grant = { ...facts, id: newId(now.getTime()), unitPath, revokedAt: undefined, version: 1 };
  assertGrantable(grant, role, { held, roles, now });
  return grant;
}

interface Place {
  readonly unitId: string | undefined;
  readonly day: LocalDate;
  readonly permission: string;
}

async function coveredPath(tx: Tx, caller: Caller, { unitId, day, permission }: Place): Promise<string> {
  if (unitId === undefined) {
    assertCoversUnit(caller, permission, '');
    return '';
  }
  const unit = await holdUnitOpen(tx, unitId, day);
  if (!coversUnit(caller, permission, unit.path)) throw unitNotFound();
  return unit.path;
}
