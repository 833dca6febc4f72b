import { coversUnit, systemCaller, type Caller } from '@linli/auth';
import { cancelClock, lockClock, satisfyClock, type Alarm } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { tenantOf, type Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Deps } from '../deps';
import { ownersFor } from '../staff/owners-for';
import type { ClockHandler } from '../timing/clock-handlers';
import { assertVersion } from '../version';
import { endWork } from '../work/store';
import { recordMeeting } from './change-meeting';
import type { Meeting, Resolution } from './meeting';
import { resolutionChange, resolutionClock, waitForDelivery, type ResolutionStep } from './resolution-changes';
import { findResolution, lockResolution, markOverdue, saveResolution } from './resolution-store';
import { deliver, meetingNotFound, resolutionNotFound, settle, withdraw } from './rules';
import { lockMeeting, saveMeeting } from './store';

export interface ResolutionRef {
  readonly resolutionId: string;
  readonly version: number;
}

/**
 * The owner of staff or somebody who follows it says with proof that it is done; with the last one the meeting is done.
 * @throws not_found RESOLUTION_NOT_FOUND; failed_precondition RESOLUTION_DELIVERED_ALREADY, RESOLUTION_WITHDRAWN; aborted VERSION_STALE.
 */
export async function deliverResolution(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { proof, ...ref }: ResolutionRef & { readonly proof: string }): Promise<Resolution> {
  const may = (tx: Tx, resolution: Resolution) => mayDo(tx, caller, { permission: 'organization.resolution.deliver', resolution, now: deps.now() });
  const end: Ending['end'] = (found, at) => {
    const resolution = deliver(found, proof, at);
    const late = resolution.overdueAt !== undefined;
    const payload = organization.ResolutionDelivered.fromPartial({ resolutionId: found.id, meetingId: found.meetingId, late });
    return { resolution, action: 'deliver', event: 'ResolutionDelivered', payload, code: 'resolution_delivered', facts: { late: String(late) } };
  };
  return endResolution(deps, caller, { ref, may, endClock: satisfyClock, end });
}

/** Nobody owes it any more, as those decide who hold the meetings. @throws as `deliverResolution`. */
export async function withdrawResolution(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { reasonCode, ...ref }: ResolutionRef & { readonly reasonCode: string }): Promise<Resolution> {
  const may = (_tx: Tx, { unitPath }: Resolution) => Promise.resolve(coversUnit(caller, 'organization.meeting.write', unitPath));
  const end: Ending['end'] = (found) => {
    const resolution = withdraw(found, reasonCode);
    const payload = organization.ResolutionWithdrawn.fromPartial({ resolutionId: found.id, meetingId: found.meetingId, reasonCode });
    return { resolution, action: 'withdraw', event: 'ResolutionWithdrawn', payload, code: 'resolution_withdrawn', facts: { reason: reasonCode } };
  };
  return endResolution(deps, caller, { ref, may, endClock: cancelClock, end });
}

interface Ending {
  readonly ref: ResolutionRef;
  readonly may: (tx: Tx, known: Resolution) => Promise<boolean>;
  readonly endClock: typeof satisfyClock;
  readonly end: (found: Resolution, at: Date) => Omit<ResolutionStep, 'at'> & { readonly resolution: Resolution };
}

async function endResolution(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  { ref, may, endClock, end }: Ending,
): Promise<Resolution> {
  const { resolutionId, version } = ref;
  return deps.db.withTenant(caller, async (tx) => {
    const known = await findResolution(tx, resolutionId);
    if (known === undefined || !(await may(tx, known))) throw resolutionNotFound();
    // Ends within one meeting wait for each other, so that one of them is the last; then the clock before its row, as the scanner takes them.
    const meeting = await lockMeeting(tx, known.meetingId);
    if (meeting === undefined) throw meetingNotFound();
    const open = (await findResolution(tx, resolutionId))?.state === 'open';
    if (open) await lockClock(tx, { kind: resolutionClock, subjectId: resolutionId });
    const found = await lockResolution(tx, resolutionId);
    if (found === undefined) throw resolutionNotFound();
    assertVersion(found, version);
    const at = deps.now();
    const { resolution, ...step } = end(found, at);
    await saveResolution(tx, resolution);
    await endClock(tx, { kind: resolutionClock, subjectId: resolutionId, at });
    await endWork(tx, 'organization.resolution', [resolutionId]);
    await recordChanges(tx, caller, [resolutionChange(resolution, { ...step, at })]);
    await settleMeeting(tx, caller, { meeting: settle(meeting), at });
    return resolution;
  });
}

/** With its last resolution the meeting is done; before, only the count of the open ones changes. */
async function settleMeeting(tx: Tx, caller: Caller, { meeting, at }: { readonly meeting: Meeting; readonly at: Date }): Promise<void> {
  if (meeting.state !== 'resolutions_done') return saveMeeting(tx, meeting);
  const payload = organization.MeetingResolutionsDone.fromPartial({ meetingId: meeting.id });
  await recordMeeting(tx, caller, { meeting, action: 'end', event: 'MeetingResolutionsDone', payload, at, code: 'resolutions_done' });
}

/** Whether the caller holds the permission where it was decided, or for what is their own, or of somebody they stand in for. */
export async function mayDo(
  tx: Tx,
  caller: Caller,
  { resolution, ...asked }: { readonly permission: string; readonly now: Date; readonly resolution: Pick<Resolution, 'unitPath' | 'ownerStaffId'> },
): Promise<boolean> {
  const { unitPath, ownerStaffId } = resolution;
  return coversUnit(caller, asked.permission, unitPath) || (ownerStaffId !== undefined && (await ownersFor(tx, caller, asked)).includes(ownerStaffId));
}

/** The due day of a resolution is over: told once, and it waits on. */
export function resolutionAlarms(deps: Pick<Deps, 'now'>): ClockHandler {
  return {
    async alarms(tx: Tx, alarms: readonly Alarm[]) {
      const at = deps.now();
      const overdue = await markOverdue(tx, alarms.map(({ clock }) => clock.subjectId), at);
      await waitForDelivery(tx, overdue);
      const changes = overdue.map((resolution) => {
        const { id, meetingId, dueOn } = resolution;
        const payload = organization.ResolutionOverdue.fromPartial({ resolutionId: id, meetingId, dueOn });
        return resolutionChange(resolution, { action: 'mark_overdue', event: 'ResolutionOverdue', payload, at, code: 'resolution_overdue', facts: { due_on: dueOn } });
      });
      await recordChanges(tx, systemCaller(tenantOf(tx), 'organization', []), changes);
    },
    // The meeting set a day, which no year's arrangement moves.
    moved: () => Promise.resolve(),
  };
}
