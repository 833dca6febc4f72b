import type { Caller } from '@linli/auth';
import type { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Page } from '../raise-versions';
import type { RoleGrant } from './grant';
import { touchGrants } from './store';
import { principalOnWire } from './wire';

/** Tells a page of grants again, in the order of ids. Returns the ids told. */
export async function restateGrants(tx: Tx, caller: Caller, page: Page): Promise<string[]> {
  const grants = await touchGrants(tx, page);
  await recordChanges(
    tx,
    caller,
    grants.map((grant) => ({ action: 'grant.restate', objectType: 'grant', id: grant.id, version: grant.version, event: 'GrantRestated', payload: restated(grant) })),
  );
  return grants.map(({ id }) => id);
}

function restated({ id, principalKind, principalId, role, revokedAt }: RoleGrant): organization.GrantRestated {
  return { grantId: id, principalKind: principalOnWire.toWire(principalKind), principalId, role, revoked: revokedAt !== undefined };
}
