import type { LocalDate } from '@linli/clocks';
import { alreadyExists, failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { Attendance, CallOffReason, Meeting, MeetingState, Resolution } from './meeting';

export type MeetingAction = 'reschedule' | 'call_off' | 'convene' | 'record_attendance' | 'record_minutes' | 'adopt_resolutions';

// scheduled → convened → minuted → resolutions_open → resolutions_done; scheduled → called_off
const allowed: Readonly<Record<MeetingState, readonly MeetingAction[]>> = {
  scheduled: ['reschedule', 'call_off', 'convene'],
  convened: ['record_attendance', 'record_minutes'],
  minuted: ['adopt_resolutions'],
  resolutions_open: [],
  resolutions_done: [],
  called_off: [],
};

/** @throws failed_precondition MEETING_STATE_FORBIDS. */
export function assertAllows({ state }: Pick<Meeting, 'state'>, action: MeetingAction): void {
  if (!allowed[state].includes(action)) throw failedPrecondition('MEETING_STATE_FORBIDS', 'the state of the meeting does not allow it', { details: { state, action } });
}

/** @throws failed_precondition MEETING_STATE_FORBIDS. */
export function reschedule(meeting: Meeting, scheduledOn: LocalDate, hostMemberUnitId: string): Meeting {
  assertAllows(meeting, 'reschedule');
  return { ...meeting, scheduledOn, hostMemberUnitId, version: meeting.version + 1 };
}

/** @throws failed_precondition MEETING_STATE_FORBIDS. */
export function callOff(meeting: Meeting, callOffReason: CallOffReason): Meeting {
  assertAllows(meeting, 'call_off');
  return { ...meeting, state: 'called_off', callOffReason, version: meeting.version + 1 };
}

export function convene(meeting: Meeting, at: Date): Meeting {
  assertAllows(meeting, 'convene');
  return { ...meeting, state: 'convened', convenedAt: at, version: meeting.version + 1 };
}

/** Once for each unit, and only for those with a seat that day. @throws failed_precondition MEETING_STATE_FORBIDS, ATTENDANCE_NOT_SEATED; already_exists ATTENDANCE_RECORDED. */
export function attend(meeting: Meeting, attendance: readonly Attendance[], known: { readonly seated: ReadonlySet<string>; readonly recorded: ReadonlySet<string> }): Meeting {
  assertAllows(meeting, 'record_attendance');
  for (const { memberUnitId } of attendance) {
    if (known.recorded.has(memberUnitId)) throw alreadyExists('ATTENDANCE_RECORDED', 'the attendance of the unit is recorded', { details: { member_unit: memberUnitId } });
    if (!known.seated.has(memberUnitId)) throw failedPrecondition('ATTENDANCE_NOT_SEATED', 'the unit holds no seat that day', { details: { member_unit: memberUnitId } });
  }
  return { ...meeting, version: meeting.version + 1 };
}

/** Minutes say of every unit whether it was there. @throws failed_precondition MEETING_STATE_FORBIDS, ATTENDANCE_INCOMPLETE. */
export function minute(meeting: Meeting, minutes: string, { seated, recorded }: { readonly seated: ReadonlySet<string>; readonly recorded: ReadonlySet<string> }): Meeting {
  assertAllows(meeting, 'record_minutes');
  const missing = [...seated].filter((unit) => !recorded.has(unit)).length;
  if (missing > 0) throw failedPrecondition('ATTENDANCE_INCOMPLETE', 'the attendance of some units is not recorded', { details: { missing: String(missing) } });
  return { ...meeting, state: 'minuted', minutes, version: meeting.version + 1 };
}

/** Without resolutions the meeting is done. @throws failed_precondition MEETING_STATE_FORBIDS. */
export function adopt(meeting: Meeting, count: number): Meeting {
  assertAllows(meeting, 'adopt_resolutions');
  return { ...meeting, state: count === 0 ? 'resolutions_done' : 'resolutions_open', resolutionsOpen: count, version: meeting.version + 1 };
}

/** @throws failed_precondition RESOLUTION_DELIVERED_ALREADY, RESOLUTION_WITHDRAWN. */
export function deliver(resolution: Resolution, proof: string, at: Date): Resolution {
  assertOpen(resolution);
  return { ...resolution, state: 'delivered', proof, deliveredAt: at, version: resolution.version + 1 };
}

/** @throws failed_precondition RESOLUTION_DELIVERED_ALREADY, RESOLUTION_WITHDRAWN. */
export function withdraw(resolution: Resolution, reasonCode: string): Resolution {
  assertOpen(resolution);
  return { ...resolution, state: 'withdrawn', reasonCode, version: resolution.version + 1 };
}

function assertOpen({ state }: Resolution): void {
  if (state === 'delivered') throw failedPrecondition('RESOLUTION_DELIVERED_ALREADY', 'the resolution was delivered');
  if (state === 'withdrawn') throw failedPrecondition('RESOLUTION_WITHDRAWN', 'the resolution was withdrawn');
}

/** One resolution less is open; with the last the meeting is done, which is a change of its own. */
export function settle(meeting: Meeting): Meeting {
  const resolutionsOpen = meeting.resolutionsOpen - 1;
  return resolutionsOpen > 0 ? { ...meeting, resolutionsOpen } : { ...meeting, resolutionsOpen, state: 'resolutions_done', version: meeting.version + 1 };
}

/** Also for one outside the caller's scope, which must look the same. */
export function meetingNotFound(): AppError {
  return notFound('MEETING_NOT_FOUND', 'there is no such meeting');
}

export function resolutionNotFound(): AppError {
  return notFound('RESOLUTION_NOT_FOUND', 'there is no such resolution');
}
