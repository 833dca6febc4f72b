import type { Caller } from '@linli/auth';
import { today } from '../days';
import type { Deps } from '../deps';
import { reviewDutyOf } from '../duty/review-duty';
import { revokeGrantsOf } from '../grants/revoke-grant';
import { assertNothingInHand, countInHand } from './in-hand';
import { assertCoversPosts, lockForChange, type StaffRef } from './lock-for-change';
import { recordStaff, type StaffChange } from './record-staff';
import { deactivate, withPartner } from './rules';
import { partnerIn, peekPartner } from './set-partner';
import { absencesAhead, standingPosts, type Staff } from './staff';
import { endAbsences } from './store';

/**
 * Somebody leaves: posts and absences end, the partner is free again, grants are revoked.
 * @throws not_found STAFF_NOT_FOUND, aborted VERSION_STALE, failed_precondition STAFF_INACTIVE, STAFF_HAS_WORK; permission_denied
 * UNIT_OUT_OF_SCOPE for somebody who works elsewhere too.
 */
export async function deactivateStaff(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, ref: StaffRef): Promise<Staff> {
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const before = await peekPartner(tx, ref.staffId);
    const permission = 'organization.staff.write';
    const { staff, others } = await lockForChange(tx, caller, { permission, ref, others: before === '' ? [] : [before], day });
    const left = deactivate(staff, day);
    assertCoversPosts(caller, permission, standingPosts(staff, day));
    assertNothingInHand(await countInHand(tx, staff.id));
    const partner = partnerIn(staff, others);
    const freed: StaffChange[] = partner === undefined ? [] : [{ staff: withPartner(partner, undefined), event: 'PartnerSet' }];
    await endAbsences(tx, absencesAhead(staff, deps.now()).map(({ id }) => id), deps.now());
    await recordStaff(tx, caller, { changes: [{ staff: left, event: 'StaffDeactivated' }, ...freed], day });
    await reviewDutyOf(deps, tx, { caller, staffId: staff.id });
    await revokeGrantsOf(tx, caller, { principalId: staff.id, now: deps.now() });
    return left;
  });
}
