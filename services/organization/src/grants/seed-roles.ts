import { recordAudit } from '@linli/audit';
import type { Caller } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import type { Role } from './grant';
import { recordRoles } from './record-role';
import { roleDefinitions, type RoleDefinition } from './roles';
import { listRoles, upsertRoles } from './role-store';

/**
 * Gives the tenant the roles this release knows. Those that an office begins with go without saying; what a release adds or
 * changes later is told role by role, for it acts for everybody who holds it. The caller holds the tenant.
 */
export async function seedRoles(tx: Tx, caller: Caller): Promise<void> {
  const before = new Map((await listRoles(tx)).map((role) => [role.code, role]));
  const changed = roleDefinitions.flatMap((definition) => bringUp(definition, before.get(definition.code)));
  if (changed.length === 0) return;
  await upsertRoles(tx, changed);
  if (before.size > 0) return recordRoles(tx, caller, changed);
  await recordAudit(tx, caller, {
    action: 'role.seed',
    objectType: 'tenant',
    objectId: tenantOf(tx),
    details: { changed: changed.length },
  });
}

/** The role as this release knows it, in its next version; nothing when it is so already. */
function bringUp({ code, nameZh, holder, permissions }: RoleDefinition, before: Role | undefined): Role[] {
  const isSame = before?.nameZh === nameZh && before.holder === holder && JSON.stringify(before.permissions) === JSON.stringify(permissions);
  return isSame ? [] : [{ code, nameZh, holder, permissions, own: false, version: (before?.version ?? 0) + 1 }];
}
