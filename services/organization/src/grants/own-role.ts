import { assertCoversUnit, type Caller } from '@linli/auth';
import { answerOnce, type RequestKey } from '@linli/db';
import { failedPrecondition, notFound } from '@linli/errors';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import type { Role } from './grant';
import { assertComposable, assertHeldMayChange } from './powers';
import { recordRoles } from './record-role';
import { insertRole, isHeld, lockRole, saveRole } from './role-store';

const permission = 'organization.role.write';

export type RoleFacts = Pick<Role, 'code' | 'nameZh' | 'holder' | 'permissions'>;

/** @throws permission_denied UNIT_OUT_OF_SCOPE; already_exists ROLE_CODE_TAKEN; what `assertComposable` refuses. */
export async function createRole(deps: Pick<Deps, 'db'>, caller: Caller, input: RoleFacts & { readonly request: RequestKey }): Promise<Role> {
  const { request, ...facts } = input;
  assertCoversUnit(caller, permission, '');
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      assertComposable(facts);
      const role = { ...facts, own: true, version: 1 };
      await insertRole(tx, role);
      await recordRoles(tx, caller, [role]);
      return role;
    }),
  );
}

/**
 * Another name or other permissions, which act for everybody who holds the role.
 * @throws as `createRole`; not_found ROLE_NOT_FOUND; aborted VERSION_STALE; failed_precondition ROLE_FIXED, ROLE_HELD.
 */
export async function changeRole(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  input: Pick<Role, 'code' | 'nameZh' | 'permissions' | 'version'>,
): Promise<Role> {
  assertCoversUnit(caller, permission, '');
  return deps.db.withTenant(caller, async (tx) => {
    const before = await lockRole(tx, input.code);
    if (before === undefined) throw notFound('ROLE_NOT_FOUND', 'the tenant has no such role', { details: { role: input.code } });
    if (!before.own) throw failedPrecondition('ROLE_FIXED', 'the role is the platform’s', { details: { role: input.code } });
    assertVersion(before, input.version);
    const after = { ...before, nameZh: input.nameZh, permissions: input.permissions, version: before.version + 1 };
    assertComposable(after);
    if (await isHeld(tx, before.code, deps.now())) assertHeldMayChange(before, after);
    await saveRole(tx, after);
    await recordRoles(tx, caller, [after]);
    return after;
  });
}
