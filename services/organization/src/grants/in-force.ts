import type { Tx } from '@linli/db';
import type { Role, RoleGrant } from './grant';
import { isEffective } from './rules';
import { listRoles } from './role-store';
import { lockStandingGrants } from './store';

/** What the holders hold now; the holders are locked by this transaction. */
export async function grantsInForce(tx: Tx, principalIds: readonly string[], now: Date): Promise<RoleGrant[]> {
  return (await lockStandingGrants(tx, principalIds)).filter((grant) => isEffective(grant, now));
}

export async function rolesByCode(tx: Tx): Promise<Map<string, Role>> {
  return new Map((await listRoles(tx)).map((role) => [role.code, role]));
}
