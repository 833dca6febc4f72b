import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import type { RoleGrant } from './grant';
import { grantNotFound, revoke } from './rules';
import { lockGrant, lockStandingGrants, saveRevoked } from './store';
import { principalOnWire } from './wire';

/** @throws not_found GRANT_NOT_FOUND, aborted VERSION_STALE, failed_precondition GRANT_REVOKED. */
export async function revokeGrant(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  input: { readonly grantId: string; readonly version: number },
): Promise<RoleGrant> {
  return deps.db.withTenant(caller, async (tx) => {
    const grant = await lockGrant(tx, input.grantId);
    if (grant === undefined || !coversUnit(caller, 'organization.grant.write', grant.unitPath)) throw grantNotFound();
    assertVersion(grant, input.version);
    const revoked = revoke(grant, deps.now());
    await recordRevoked(tx, caller, [revoked]);
    return revoked;
  });
}

/** Takes every grant of a holder back, who is locked by this transaction. */
export async function revokeGrantsOf(tx: Tx, caller: Caller, { principalId, now }: { principalId: string; now: Date }): Promise<void> {
  const standing = await lockStandingGrants(tx, [principalId]);
  await recordRevoked(tx, caller, standing.map((grant) => revoke(grant, now)));
}

/** Writes what `revoke` made of grants locked by this transaction. */
export async function recordRevoked(tx: Tx, caller: Caller, grants: readonly RoleGrant[]): Promise<void> {
  if (grants.length === 0) return;
  await saveRevoked(tx, grants);
  await recordChanges(
    tx,
    caller,
    grants.map(({ id, version, principalKind, principalId }) => {
      const payload = organization.GrantRevoked.fromPartial({ grantId: id, principalKind: principalOnWire.toWire(principalKind), principalId });
      return { action: 'grant.revoke', objectType: 'grant', id, version, event: 'GrantRevoked', payload };
    }),
  );
}
