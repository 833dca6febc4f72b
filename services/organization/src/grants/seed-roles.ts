import { recordAudit } from '@linli/audit';
import type { Caller } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { roleDefinitions } from './roles';
import { listRoles, upsertRoles } from './role-store';

/** Gives the tenant the roles this release knows; those that a release changed are brought up to date. */
export async function seedRoles(tx: Tx, caller: Caller): Promise<void> {
  const before = new Map((await listRoles(tx)).map((role) => [role.code, JSON.stringify(role)]));
  const changed = roleDefinitions
    .map(({ code, nameZh, holder, permissions }) => ({ code, nameZh, holder, permissions, own: false, version: 1 }))
    .filter((role) => before.get(role.code) !== JSON.stringify(role));
  if (changed.length === 0) return;
  await upsertRoles(tx, changed);
  await recordAudit(tx, caller, {
    action: 'role.seed',
    objectType: 'tenant',
    objectId: tenantOf(tx),
    details: { changed: changed.length },
  });
}
