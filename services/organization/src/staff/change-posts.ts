import { coversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { newId, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { reviewDutyOf } from '../duty/review-duty';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { onceById } from './create-staff';
import { assertCoversPosts, lockForChange, type StaffRef } from './lock-for-change';
import { recordStaff } from './record-staff';
import { assignPost, endPost } from './rules';
import { standingPosts, type Post, type Staff } from './staff';

const permission = 'organization.staff.write';

export interface AssignPost extends StaffRef, Pick<Post, 'unitId' | 'titleZh' | 'primary' | 'lead' | 'validFrom'> {
  readonly request: RequestKey;
}

/** @throws not_found STAFF_NOT_FOUND, UNIT_NOT_FOUND, aborted VERSION_STALE, UNIT_CLOSED, STAFF_INACTIVE, POST_EXISTS, UNIT_HEAD_TAKEN; permission_denied UNIT_OUT_OF_SCOPE when the post that was primary is elsewhere. */
export async function assignPostTo(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, input: AssignPost): Promise<Staff> {
  const { request, staffId, version, ...facts } = input;
  const day = today(deps);
  return deps.db.withTenant(caller, (tx) =>
    onceById(tx, request, async () => {
      const { staff } = await lockForChange(tx, caller, { permission, ref: { staffId, version }, day });
      const unit = await holdUnitOpen(tx, facts.unitId, facts.validFrom > day ? facts.validFrom : day);
      if (!coversUnit(caller, permission, unit.path)) throw unitNotFound();
      if (facts.validFrom < unit.validFrom) throw violation('valid_from', 'before_unit');
      if (facts.primary) assertCoversPosts(caller, permission, standingPosts(staff, day).filter(({ primary }) => primary));
      const post = { ...facts, id: newId(deps.now().getTime()), unitPath: unit.path, validTo: undefined };
      await recordStaff(tx, caller, { changes: [{ staff: assignPost(staff, post), event: 'PostAssigned', postId: post.id }], day });
      await reviewDutyOf(deps, tx, { caller, staffId });
      return staffId;
    }),
  );
}

/** @throws not_found STAFF_NOT_FOUND, POST_NOT_FOUND, aborted VERSION_STALE, POST_ENDED, POST_END_BEFORE_START; permission_denied UNIT_OUT_OF_SCOPE for a post elsewhere. */
export async function endPostOf(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  input: StaffRef & { readonly postId: string; readonly validTo: LocalDate },
): Promise<Staff> {
  const { postId, validTo, ...ref } = input;
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const { staff } = await lockForChange(tx, caller, { permission, ref, day });
    const ended = endPost(staff, { postId, validTo }, day);
    assertCoversPosts(caller, permission, staff.posts.filter(({ id }) => id === postId));
    await recordStaff(tx, caller, { changes: [{ staff: ended, event: 'PostEnded', postId }], day });
    await reviewDutyOf(deps, tx, { caller, staffId: staff.id });
    return ended;
  });
}
