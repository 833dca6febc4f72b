import { coversUnit, type Caller } from '@linli/auth';
import { daysBetween, localDateOf, startClock } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { newId, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdMemberUnits } from '../member-units/hold-member-units';
import { memberUnitNotFound } from '../member-units/rules';
import { holdStaffActive } from '../staff/hold-staff-active';
import { lockForChange, recordMeeting, type MeetingRef } from './change-meeting';
import type { Meeting, Resolution } from './meeting';
import { resolutionChange, resolutionClock, waitForDelivery } from './resolution-changes';
import { insertResolutions } from './resolution-store';
import { adopt } from './rules';

export type ResolutionDraft = Pick<Resolution, 'textZh' | 'ownerMemberUnitId' | 'ownerStaffId' | 'dueOn'>;

/**
 * What the meeting decided, each with who owes it and by when. None ends the meeting.
 * @throws as `lockForChange` and `adopt`; not_found MEMBER_UNIT_NOT_FOUND, STAFF_NOT_FOUND; failed_precondition MEMBER_UNIT_NOT_IN, STAFF_INACTIVE;
 *   invalid_argument for a due day that is not after today.
 */
export async function adoptResolutions(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  { drafts, ...ref }: MeetingRef & { readonly drafts: readonly ResolutionDraft[] },
): Promise<Meeting> {
  return deps.db.withTenant(caller, async (tx) => {
    const meeting = adopt(await lockForChange(tx, caller, ref), drafts.length);
    const at = deps.now();
    const late = drafts.findIndex(({ dueOn }) => dueOn <= today(deps));
    if (late >= 0) throw violation(`resolutions[${late}].due_on`, 'in_past');
    await assertOwners(tx, caller, drafts);
    const resolutions = drafts.map((draft) => resolutionOf(meeting, draft, at));
    if (resolutions.length > 0) await insertResolutions(tx, resolutions);
    for (const resolution of resolutions) await startDueClock(deps, tx, { resolution, at });
    await waitForDelivery(tx, resolutions);
    const done = resolutions.length === 0;
    const payload = done
      ? organization.MeetingResolutionsDone.fromPartial({ meetingId: meeting.id })
      : organization.MeetingResolutionsOpened.fromPartial({ meetingId: meeting.id, resolutionIds: resolutions.map(({ id }) => id) });
    const event = done ? 'MeetingResolutionsDone' : 'MeetingResolutionsOpened';
    const facts = { resolutions: String(resolutions.length) };
    await recordMeeting(tx, caller, { meeting, action: 'adopt_resolutions', event, payload, at, code: done ? 'resolutions_done' : 'resolutions_opened', facts });
    await recordChanges(tx, caller, resolutions.map((resolution) => adopted(resolution, at)));
    return meeting;
  });
}

function resolutionOf({ id: meetingId, unitId, unitPath }: Meeting, draft: ResolutionDraft, at: Date): Resolution {
  return { ...draft, id: newId(at.getTime()), meetingId, unitId, unitPath, state: 'open', overdueAt: undefined, deliveredAt: undefined, proof: '', reasonCode: '', version: 1 };
}

async function startDueClock(deps: Pick<Deps, 'calendar'>, tx: Tx, { resolution, at }: { readonly resolution: Resolution; readonly at: Date }): Promise<void> {
  const { id, dueOn } = resolution;
  const limit = { unit: 'calendar_days', roll: 'none', amount: daysBetween(localDateOf(at), dueOn) } as const;
  const citation = '会议决议确定的完成期限';
  await startClock(tx, deps.calendar, { kind: resolutionClock, subjectType: 'organization.resolution', subjectId: id, ruleSet: { limit, citation }, at, alarms: ['due'] });
}

/** A member unit must be in, a member of staff at work. */
async function assertOwners(tx: Tx, caller: Caller, drafts: readonly ResolutionDraft[]): Promise<void> {
  const units = drafts.flatMap(({ ownerMemberUnitId }) => (ownerMemberUnitId === undefined ? [] : [ownerMemberUnitId]));
  for (const memberUnit of (await holdMemberUnits(tx, [...new Set(units)])).values()) {
    if (!coversUnit(caller, 'organization.meeting.write', memberUnit.unitPath)) throw memberUnitNotFound();
    if (memberUnit.leftOn !== undefined) throw failedPrecondition('MEMBER_UNIT_NOT_IN', 'the member unit has left', { details: { member_unit: memberUnit.id } });
  }
  await holdStaffActive(tx, [...new Set(drafts.flatMap(({ ownerStaffId }) => (ownerStaffId === undefined ? [] : [ownerStaffId])))]);
}

function adopted(resolution: Resolution, at: Date) {
  const { id, meetingId, ownerMemberUnitId = '', ownerStaffId = '', dueOn } = resolution;
  const payload = organization.ResolutionAdopted.fromPartial({ resolutionId: id, meetingId, ownerMemberUnitId, ownerStaffId, dueOn });
  return resolutionChange(resolution, { action: 'adopt', event: 'ResolutionAdopted', payload, at, code: 'resolution_adopted', facts: { due_on: dueOn } });
}
