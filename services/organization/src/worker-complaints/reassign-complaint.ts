import { coversUnit, type Caller } from '@linli/auth';
import type { Deps } from '../deps';
import { holdSite } from '../sites/hold-site';
import { holdStaffActive } from '../staff/hold-staff-active';
import { assertVersion } from '../version';
import type { ComplaintRef } from './change-complaint';
import { permissions } from './reach';
import { recordComplaints } from './record-complaint';
import { complaintNotFound, reassign } from './rules';
import { lockComplaints, saveComplaint } from './store';
import type { WorkerComplaint } from './worker-complaint';

/**
 * Somebody else answers for it from now on, as when its owner leaves. That is for those who hold the site's unit to say: nobody
 * hands on by themselves what they were asked first. What is owed, and until when, stays as it is.
 * @throws not_found WORKER_COMPLAINT_NOT_FOUND, STAFF_NOT_FOUND; aborted VERSION_STALE; failed_precondition
 *   WORKER_COMPLAINT_STATE_FORBIDS, WORKER_COMPLAINT_OWNER_SAME, STAFF_INACTIVE.
 */
export async function reassignComplaint(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: ComplaintRef & { readonly ownerId: string }): Promise<WorkerComplaint> {
  const { complaintId, version, ownerId } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const [found] = await lockComplaints(tx, [complaintId]);
    if (found === undefined || !coversUnit(caller, permissions.write, found.unitPath)) throw complaintNotFound();
    assertVersion(found, version);
    const after = reassign(found, ownerId);
    const site = await holdSite(tx, after.siteId);
    await holdStaffActive(tx, [ownerId]);
    await saveComplaint(tx, after);
    const facts = { from: found.ownerId, to: ownerId };
    await recordComplaints(tx, caller, [{ after, site, code: 'reassigned', event: 'WorkerComplaintReassigned', detail: {}, facts, at: deps.now() }]);
    return after;
  });
}
