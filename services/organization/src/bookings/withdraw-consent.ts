import type { Caller } from '@linli/auth';
import { failedPrecondition } from '@linli/errors';
import { holdActivity } from '../activities/hold-activity';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import { endWork } from '../work/store';
import type { Booking } from './booking';
import { promoteWaiting } from './promote-waiting';
import { recordBookings } from './record-bookings';
import { activityResource } from './resource';
import { bookingNotFound, mayDo, withdrawConsent as withdraw } from './rules';
import { findBooking, lockBooking, saveBooking, saveSignUp } from './store';

/**
 * By the guardian whose consent it is, at any time, also after the activity: the sign-up goes, and with it the number of children.
 * @throws not_found BOOKING_NOT_FOUND; aborted VERSION_STALE; failed_precondition CONSENT_NONE, CONSENT_WITHDRAWN, and CONSENT_OF_GUARDIAN for staff, who cancel.
 */
export async function withdrawConsent(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, ref: { readonly bookingId: string; readonly version: number }): Promise<Booking> {
  return deps.db.withTenant(caller, async (tx) => {
    const permission = 'organization.booking.cancel';
    const seen = await findBooking(tx, ref.bookingId);
    if (seen === undefined || !mayDo(caller, permission, seen)) throw bookingNotFound();
    // A booking of a venue knows of no consent, and is refused here.
    withdraw(seen, deps.now());
    if (caller.kind !== 'resident') throw failedPrecondition('CONSENT_OF_GUARDIAN', 'a consent is withdrawn by the guardian who gave it');
    const activity = await holdActivity(tx, seen.resourceId);
    const booking = (await lockBooking(tx, ref.bookingId)) ?? seen;
    assertVersion(booking, ref.version);
    const now = deps.now();
    const after = withdraw(booking, now);
    await saveBooking(tx, after);
    await saveSignUp(tx, after);
    await endWork(tx, 'organization.booking', [after.id]);
    await recordBookings(tx, caller, { step: 'consent_withdrawn', at: now, bookings: [after] });
    if (booking.state === 'confirmed') await promoteWaiting(tx, caller, { resource: activityResource(activity), now, freed: booking });
    return after;
  });
}
