import type { Caller } from '@linli/auth';
import { localDateOf } from '@linli/clocks';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { listSeated } from '../committees/look-up';
import { holdOwedMeeting } from '../committees/owed-meeting';
import type { Deps } from '../deps';
import { lockForChange, recordMeeting, type MeetingRef } from './change-meeting';
import type { Attendance, Meeting } from './meeting';
import { attend, convene, minute } from './rules';
import { insertAttendance, readAttendance } from './store';
import { attendanceToWire, meetingKindOnWire } from './wire';

/** It begins, and with it what its committee owed in this period is held. @throws as `lockForChange` and `convene`. */
export async function conveneMeeting(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, ref: MeetingRef): Promise<Meeting> {
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const meeting = convene(await lockForChange(tx, caller, ref), at);
    const { id, committeeId, kind, hostMemberUnitId } = meeting;
    await holdOwedMeeting(deps, tx, { committeeId, caller, at });
    const payload = organization.MeetingConvened.fromPartial({ meetingId: id, committeeId, kind: meetingKindOnWire.toWire(kind), hostMemberUnitId });
    await recordMeeting(tx, caller, { meeting, action: 'convene', event: 'MeetingConvened', payload, at, code: 'convened', facts: { host: hostMemberUnitId } });
    return meeting;
  });
}

/** @throws as `lockForChange` and `attend`. */
export async function recordAttendance(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { attendance, ...ref }: MeetingRef & { readonly attendance: readonly Attendance[] }): Promise<Meeting> {
  return deps.db.withTenant(caller, async (tx) => {
    const found = await lockForChange(tx, caller, ref);
    const meeting = attend(found, attendance, await readKnown(tx, found));
    await insertAttendance(tx, meeting.id, attendance);
    const payload = organization.MeetingAttendanceRecorded.fromPartial({ meetingId: meeting.id, attendance: attendance.map(attendanceToWire) });
    const facts = { attended: String(attendance.filter(({ presence }) => presence === 'attended').length), recorded: String(attendance.length) };
    await recordMeeting(tx, caller, { meeting, action: 'record_attendance', event: 'MeetingAttendanceRecorded', payload, at: deps.now(), code: 'attendance_recorded', facts });
    return meeting;
  });
}

/** @throws as `lockForChange` and `minute`. */
export async function recordMinutes(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { minutes, ...ref }: MeetingRef & { readonly minutes: string }): Promise<Meeting> {
  return deps.db.withTenant(caller, async (tx) => {
    const found = await lockForChange(tx, caller, ref);
    const meeting = minute(found, minutes, await readKnown(tx, found));
    const payload = organization.MeetingMinuted.fromPartial({ meetingId: meeting.id });
    await recordMeeting(tx, caller, { meeting, action: 'record_minutes', event: 'MeetingMinuted', payload, at: deps.now(), code: 'minuted' });
    return meeting;
  });
}

/** Who holds a seat on the day of the meeting, and of whom it is known whether they came. */
async function readKnown(tx: Tx, { id, committeeId, convenedAt, scheduledOn }: Meeting) {
  const day = convenedAt === undefined ? scheduledOn : localDateOf(convenedAt);
  const seated = await listSeated(tx, committeeId, day);
  const recorded = new Set((await readAttendance(tx, id)).map(({ memberUnitId }) => memberUnitId));
  return { seated, recorded };
}
