import type { Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { findHost } from '../committees/look-up';
import { today } from '../days';
import type { Deps } from '../deps';
import { lockForChange, recordMeeting, type MeetingRef } from './change-meeting';
import type { CallOffReason, Meeting } from './meeting';
import { assertAllows, callOff, reschedule } from './rules';
import { hostFor } from './schedule-meeting';
import { lockScheduled } from './store';
import { callOffReasonOnWire } from './wire';

/**
 * What its committee owes goes by the day on which it is convened, so nothing of that moves with it. The day it has already changes nothing.
 * @throws as `lockForChange`, `reschedule` and `hostFor`; invalid_argument for a day gone by.
 */
export async function rescheduleMeeting(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { scheduledOn, ...ref }: MeetingRef & { readonly scheduledOn: LocalDate }): Promise<Meeting> {
  return deps.db.withTenant(caller, async (tx) => {
    const found = await lockForChange(tx, caller, ref);
    assertAllows(found, 'reschedule');
    if (scheduledOn < today(deps)) throw violation('scheduled_on', 'in_past');
    if (scheduledOn === found.scheduledOn) return found;
    const meeting = reschedule(found, scheduledOn, await hostOn(tx, found, scheduledOn));
    const { id, committeeId, hostMemberUnitId } = meeting;
    const payload = organization.MeetingRescheduled.fromPartial({ meetingId: id, committeeId, scheduledOn, hostMemberUnitId });
    const facts = { scheduled_on: scheduledOn, from: found.scheduledOn };
    await recordMeeting(tx, caller, { meeting, action: 'reschedule', event: 'MeetingRescheduled', payload, at: deps.now(), code: 'rescheduled', facts });
    return meeting;
  });
}

/** Who was named stays the host; who hosts by the rotation does so for the year of the day. */
async function hostOn(tx: Tx, { committeeId, scheduledOn: formerly, hostMemberUnitId }: Meeting, scheduledOn: LocalDate): Promise<string> {
  const byRotation = (await findHost(tx, committeeId, Number(formerly.slice(0, 4)))) === hostMemberUnitId;
  return hostFor(tx, { committeeId, scheduledOn, hostMemberUnitId: byRotation ? undefined : hostMemberUnitId });
}

/** It is not held, and counts for no period. @throws as `lockForChange` and `callOff`. */
export async function callOffMeeting(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { reason, ...ref }: MeetingRef & { readonly reason: CallOffReason }): Promise<Meeting> {
  return deps.db.withTenant(caller, async (tx) => {
    return recordCallOff(tx, caller, { meeting: callOff(await lockForChange(tx, caller, ref), reason), reason, at: deps.now() });
  });
}

/** Of a committee that ends, and is locked: those that have not begun. */
export async function callOffMeetingsOf(tx: Tx, caller: Caller, { committeeId, at }: { readonly committeeId: string; readonly at: Date }): Promise<void> {
  const reason = 'committee_ended';
  for (const found of await lockScheduled(tx, committeeId)) await recordCallOff(tx, caller, { meeting: callOff(found, reason), reason, at });
}

async function recordCallOff(tx: Tx, caller: Caller, { meeting, reason, at }: { readonly meeting: Meeting; readonly reason: CallOffReason; readonly at: Date }): Promise<Meeting> {
  const payload = organization.MeetingCalledOff.fromPartial({ meetingId: meeting.id, committeeId: meeting.committeeId, reason: callOffReasonOnWire.toWire(reason) });
  await recordMeeting(tx, caller, { meeting, action: 'call_off', event: 'MeetingCalledOff', payload, at, code: 'called_off', facts: { reason } });
  return meeting;
}
