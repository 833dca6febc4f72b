import { assertCoversUnit, coversUnit, type Caller } from '@linli/auth';
import { localDateOf, type LocalDate } from '@linli/clocks';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { notFound, permissionDenied } from '@linli/errors';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { addGrants } from './add-grants';
import type { RoleGrant } from './grant';
import { grantsInForce } from './in-force';
import { assertActivePrincipal, assertGrantable } from './rules';
import { findRole, lockPrincipal } from './store';

const permission = 'organization.grant.write';

export type GrantRole = Pick<RoleGrant, 'principalKind' | 'principalId' | 'role' | 'scope' | 'unitId' | 'endsAt'> & {
  readonly request: RequestKey;
};

/**
 * Gives a role. Whoever gives it must hold the permission over what the grant covers, and never gives to themselves.
 * @throws permission_denied GRANT_TO_SELF, UNIT_OUT_OF_SCOPE, not_found PRINCIPAL_NOT_FOUND, ROLE_NOT_FOUND, UNIT_NOT_FOUND,
 * and what `assertGrantable` refuses.
 */
export async function grantRole(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: GrantRole): Promise<RoleGrant> {
  const { request, ...facts } = input;
  const now = deps.now();
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      if (facts.principalId === caller.subject) throw permissionDenied('GRANT_TO_SELF', 'nobody gives themselves a role');
      const unitPath = await coveredPath(tx, caller, { unitId: facts.unitId, day: localDateOf(now) });
      assertActivePrincipal(await lockPrincipal(tx, facts.principalKind, facts.principalId), facts.principalKind);
      const role = await findRole(tx, facts.role);
      if (role === undefined) throw notFound('ROLE_NOT_FOUND', 'the tenant has no such role', { details: { role: facts.role } });
      const held = await grantsInForce(tx, [facts.principalId], now);
      const grant = { ...facts, id: newId(now.getTime()), unitPath, revokedAt: undefined, version: 1 };
      assertGrantable(grant, role, { held, now });
      await addGrants(tx, caller, [grant]);
      return grant;
    }),
  );
}

async function coveredPath(tx: Tx, caller: Caller, { unitId, day }: { unitId: string | undefined; day: LocalDate }): Promise<string> {
  if (unitId === undefined) {
    assertCoversUnit(caller, permission, '');
    return '';
  }
  const unit = await holdUnitOpen(tx, unitId, day);
  if (!coversUnit(caller, permission, unit.path)) throw unitNotFound();
  return unit.path;
}
