import type { Caller } from '@linli/auth';
import { newId } from '@linli/db';
import { today } from '../days';
import type { Deps } from '../deps';
import { reviewDutyOf } from '../duty/review-duty';
import { coversStaff, lockForChange, type StaffRef } from './lock-for-change';
import { recordStaff } from './record-staff';
import { assertActive, endAbsence, staffNotFound, startAbsence } from './rules';
import type { Absence, Staff } from './staff';
import { endAbsences, insertAbsence } from './store';

const permission = 'organization.absence.write';

type Changing = Pick<Deps, 'db' | 'now' | 'calendar'>;

/** @throws not_found STAFF_NOT_FOUND (either), aborted VERSION_STALE, failed_precondition STAFF_INACTIVE (either), and what `startAbsence` of the rules refuses. */
export async function startAbsenceOf(deps: Changing, caller: Caller, input: StaffRef & { readonly absence: Omit<Absence, 'id'> }): Promise<Staff> {
  const { absence: facts, ...ref } = input;
  const { standInId } = facts;
  const now = deps.now();
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const { staff, others } = await lockForChange(tx, caller, { permission, ref, others: standInId === undefined ? [] : [standInId], day });
    const absence = { ...facts, id: newId(now.getTime()) };
    const away = startAbsence(staff, absence, now);
    if (standInId !== undefined) {
      const standIn = others.get(standInId);
      if (standIn === undefined || !coversStaff(caller, permission, { staff: standIn, day })) throw staffNotFound();
      assertActive(standIn);
    }
    await insertAbsence(tx, staff.id, absence);
    await recordStaff(tx, caller, { changes: [{ staff: away, event: 'AbsenceStarted' }], day });
    await reviewDutyOf(deps, tx, { caller, staffId: away.id });
    return away;
  });
}

/** One that is on ends now, one to come is withdrawn. @throws not_found STAFF_NOT_FOUND, aborted VERSION_STALE, and what `endAbsence` of the rules refuses. */
export async function endAbsenceOf(deps: Changing, caller: Caller, input: StaffRef & { readonly absenceId: string | undefined }): Promise<Staff> {
  const { absenceId, ...ref } = input;
  const now = deps.now();
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const { staff } = await lockForChange(tx, caller, { permission, ref, day });
    const { staff: back, ended } = endAbsence(staff, absenceId, now);
    await endAbsences(tx, [ended.id], now);
    await recordStaff(tx, caller, { changes: [{ staff: back, event: 'AbsenceEnded' }], day });
    await reviewDutyOf(deps, tx, { caller, staffId: back.id });
    return back;
  });
}
