import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { today } from '../days';
import type { Deps } from '../deps';
import type { Identity } from '../fields';
import { grantsInForce } from '../grants/in-force';
import { assertCoversPosts, lockForChange, type StaffRef } from './lock-for-change';
import { recordStaff } from './record-staff';
import { update, type StaffFacts } from './rules';
import { standingPosts, type Staff } from './staff';

const permission = 'organization.staff.write';

/**
 * Another name, telephone or identity.
 * @throws not_found STAFF_NOT_FOUND, aborted VERSION_STALE, permission_denied UNIT_OUT_OF_SCOPE for somebody who works elsewhere too,
 * failed_precondition STAFF_INACTIVE, STAFF_HOLDS_ROLES, already_exists IDENTITY_TAKEN.
 */
export async function updateStaff(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: StaffRef & { readonly facts: StaffFacts }): Promise<Staff> {
  const { facts, ...ref } = input;
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const { staff } = await lockForChange(tx, caller, { permission, ref, day });
    assertCoversPosts(caller, permission, standingPosts(staff, day));
    const updated = update(staff, facts);
    if (!isSame(updated.identity, staff.identity)) await assertHoldsNothing(tx, staff.id, deps.now());
    await recordStaff(tx, caller, { changes: [{ staff: updated, event: 'StaffUpdated' }], day });
    return updated;
  });
}

function isSame(one: Identity | undefined, other: Identity | undefined): boolean {
  return one?.issuer === other?.issuer && one?.subject === other?.subject;
}

/** Whoever could change the identity of a holder could sign in as one, and two people gave the roles to somebody else. */
async function assertHoldsNothing(tx: Tx, staffId: string, now: Date): Promise<void> {
  const held = await grantsInForce(tx, [staffId], now);
  if (held.length > 0) throw failedPrecondition('STAFF_HOLDS_ROLES', 'the identity of somebody who holds roles stays', { details: { roles: String(held.length) } });
}
