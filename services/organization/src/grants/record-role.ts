import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { recordChanges, type Change } from '../changes';
import type { Role } from './grant';

/** Tells of each role in its new version. */
export async function recordRoles(tx: Tx, caller: Caller, roles: readonly Role[]): Promise<void> {
  await recordChanges(tx, caller, roles.map(changeOf));
}

function changeOf({ code, version }: Role): Change {
  const isNew = version === 1;
  return { action: isNew ? 'role.create' : 'role.change', objectType: 'role', id: code, version, event: isNew ? 'RoleCreated' : 'RoleChanged', payload: { role: code } };
}
