import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { callOffBookings } from '../bookings/call-off-bookings';
import { promoteWaiting } from '../bookings/promote-waiting';
import { activityResource } from '../bookings/resource';
import { recordChanges } from '../changes';
import type { Deps } from '../deps';
import { toldFact, toldOrNot } from '../small-figures';
import { assertVersion } from '../version';
import type { Activity } from './activity';
import { activityNotFound, attend, callOff, change } from './rules';
import { lastPlaceHeld, lockActivity, saveActivity, saveAttendance } from './store';

type Changing = Pick<Deps, 'db' | 'now'>;

interface ActivityRef {
  readonly activityId: string;
  readonly version: number;
}

/** Where more people fit than before, those who wait move up. @throws AppError as `lockForChange`; failed_precondition of `change`. */
export async function updateActivity(
  deps: Changing,
  caller: Caller,
  { changed, ...ref }: ActivityRef & { readonly changed: Partial<Pick<Activity, 'nameZh' | 'nameMn' | 'placeZh' | 'capacity'>> },
): Promise<Activity> {
  return deps.db.withTenant(caller, async (tx) => {
    const activity = await lockForChange(tx, caller, { ...ref, permission: 'organization.activity.write' });
    const after = change(activity, changed, await lastPlaceHeld(tx, activity.id));
    await saveActivity(tx, after);
    const { id, unitPath, version, capacity } = after;
    const payload = organization.ActivityChanged.fromPartial({ activityId: id, capacity });
    const now = deps.now();
    const entry = { threadId: id, unitPath, at: now, code: 'changed' };
    await recordChanges(tx, caller, [{ action: 'activity.update', objectType: 'activity', id, version, event: 'ActivityChanged', payload, entry }]);
    if (capacity > activity.capacity) await promoteWaiting(tx, caller, { resource: activityResource(after), now });
    return after;
  });
}

/** Every sign-up ends with it, and somebody tells each holder. @throws AppError as `lockForChange`; failed_precondition of `callOff`. */
export async function callOffActivity(deps: Changing, caller: Caller, ref: ActivityRef): Promise<Activity> {
  return deps.db.withTenant(caller, async (tx) => {
    const now = deps.now();
    const after = callOff(await lockForChange(tx, caller, { ...ref, permission: 'organization.activity.write' }), now);
    await saveActivity(tx, after);
    const { id, unitPath, version } = after;
    const payload = organization.ActivityCalledOff.fromPartial({ activityId: id });
    const entry = { threadId: id, unitPath, at: now, code: 'called_off' };
    await recordChanges(tx, caller, [{ action: 'activity.call_off', objectType: 'activity', id, version, event: 'ActivityCalledOff', payload, entry }]);
    await callOffBookings(tx, caller, { resource: activityResource(after), now });
    return after;
  });
}

/** A second count corrects the first. @throws AppError as `lockForChange`, `attend`. */
export async function countAttendance(
  deps: Changing,
  caller: Caller,
  { sessionNumber, attended, ...ref }: ActivityRef & { readonly sessionNumber: number; readonly attended: number },
): Promise<Activity> {
  return deps.db.withTenant(caller, async (tx) => {
    const activity = await lockForChange(tx, caller, { ...ref, permission: 'organization.activity.count' });
    const counted = { number: sessionNumber, attended };
    const now = deps.now();
    const after = attend(activity, counted, now);
    await saveActivity(tx, after);
    await saveAttendance(tx, activity.id, counted);
    const { id, unitPath, version } = after;
    const payload = organization.AttendanceCounted.fromPartial({ activityId: id, sessionNumber, attended: toldOrNot(attended) });
    const entry = { threadId: id, unitPath, at: now, code: 'attendance_counted', facts: { session: String(sessionNumber), ...toldFact('attended', attended) } };
    await recordChanges(tx, caller, [{ action: 'activity.count', objectType: 'activity', id, version, event: 'AttendanceCounted', payload, entry }]);
    return after;
  });
}

/** @throws not_found ACTIVITY_NOT_FOUND, aborted VERSION_STALE. */
async function lockForChange(tx: Tx, caller: Caller, ref: ActivityRef & { readonly permission: string }): Promise<Activity> {
  const activity = await lockActivity(tx, ref.activityId);
  if (activity === undefined || !coversUnit(caller, ref.permission, activity.unitPath)) throw activityNotFound();
  assertVersion(activity, ref.version);
  return activity;
}
