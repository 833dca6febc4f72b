import type { Caller } from '@linli/auth';
import { today } from '../days';
import type { Deps } from '../deps';
import { reviewDutyOf } from '../duty/review-duty';
import { lockForChange, type StaffRef } from './lock-for-change';
import { recordStaff } from './record-staff';
import { endAbsence, startAbsence } from './rules';
import type { Absence, Staff } from './staff';

const permission = 'organization.absence.write';

/** @throws not_found STAFF_NOT_FOUND, aborted VERSION_STALE, and what `startAbsence` of the rules refuses. */
export async function startAbsenceOf(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  input: StaffRef & { readonly absence: Absence },
): Promise<Staff> {
  const { absence, ...ref } = input;
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const { staff } = await lockForChange(tx, caller, { permission, ref, day });
    const away = startAbsence(staff, absence, deps.now());
    await recordStaff(tx, caller, { changes: [{ staff: away, event: 'AbsenceStarted' }], day });
    await reviewDutyOf(deps, tx, { caller, staffId: away.id });
    return away;
  });
}

/** @throws not_found STAFF_NOT_FOUND, aborted VERSION_STALE, failed_precondition ABSENCE_NONE. */
export async function endAbsenceOf(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, ref: StaffRef): Promise<Staff> {
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const { staff } = await lockForChange(tx, caller, { permission, ref, day });
    const back = endAbsence(staff);
    await recordStaff(tx, caller, { changes: [{ staff: back, event: 'AbsenceEnded' }], day });
    await reviewDutyOf(deps, tx, { caller, staffId: back.id });
    return back;
  });
}
