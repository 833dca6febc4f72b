import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { holdActivity } from '../activities/hold-activity';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdVenue } from '../venues/hold-venue';
import { assertVersion } from '../version';
import { endWork, setWork } from '../work/store';
import type { Booking } from './booking';
import { promoteWaiting } from './promote-waiting';
import { recordBookings, type BookingStep } from './record-bookings';
import { activityResource, nextBeginning, venueResource, type Resource } from './resource';
import { bookingNotFound, callOff, cancel, mayDo, miss, tell } from './rules';
import { findBooking, lockBooking, saveBooking } from './store';
import { tellingOf } from './telling';

type Changing = Pick<Deps, 'db' | 'now'>;

interface BookingRef {
  readonly bookingId: string;
  readonly version: number;
}

/**
 * Who waits and fits is confirmed in the same transaction. The resource is locked before the booking, as by whoever books,
 * so that a cancel and a promotion of the same booking take turns.
 * @throws AppError as `lockForChange`; failed_precondition of `cancel`.
 */
export async function cancelBooking(deps: Changing, caller: Caller, ref: BookingRef): Promise<Booking> {
  return deps.db.withTenant(caller, async (tx) => {
    const permission = 'organization.booking.cancel';
    const seen = await findBooking(tx, ref.bookingId);
    if (seen === undefined || !mayDo(caller, permission, seen)) throw bookingNotFound();
    const resource = await holdResource(deps, tx, seen);
    const booking = await lockForChange(tx, { caller, ref, permission });
    const now = deps.now();
    // A resident whose booking somebody else cancels does not know of it.
    const unknown = booking.holderKind === 'resident' && caller.kind !== 'resident';
    const next = nextBeginning(resource, booking, now);
    const after = unknown ? callOff(booking, { next, now }) : cancel(booking, next);
    await saveChange(tx, caller, { after, step: unknown ? 'called_off' : 'cancelled', at: now });
    if (unknown) await setWork(tx, [tellingOf(after, resource, now)]);
    if (booking.state === 'confirmed') await promoteWaiting(tx, caller, { resource, now, freed: booking });
    return after;
  });
}

async function holdResource(deps: Pick<Deps, 'now'>, tx: Tx, { resourceKind, resourceId }: Booking): Promise<Resource> {
  return resourceKind === 'venue' ? venueResource(await holdVenue(tx, resourceId, today(deps))) : activityResource(await holdActivity(tx, resourceId));
}

/** @throws AppError as `lockForChange`; failed_precondition of `miss`. */
export async function recordNoShow(deps: Changing, caller: Caller, ref: BookingRef): Promise<Booking> {
  return manage(deps, caller, { ref, change: miss, step: 'missed' });
}

/** @throws AppError as `lockForChange`; failed_precondition of `tell`. */
export async function recordHolderTold(deps: Changing, caller: Caller, ref: BookingRef): Promise<Booking> {
  return manage(deps, caller, { ref, change: tell, step: 'holder_told' });
}

async function manage(
  deps: Changing,
  caller: Caller,
  { ref, change, step }: { readonly ref: BookingRef; readonly change: (booking: Booking, now: Date) => Booking; readonly step: BookingStep },
): Promise<Booking> {
  return deps.db.withTenant(caller, async (tx) => {
    const now = deps.now();
    const after = change(await lockForChange(tx, { caller, ref, permission: 'organization.booking.manage' }), now);
    await saveChange(tx, caller, { after, step, at: now });
    return after;
  });
}

/** Whatever became of it, nobody is to be told of what was before. */
async function saveChange(tx: Tx, caller: Caller, { after, step, at }: { readonly after: Booking; readonly step: BookingStep; readonly at: Date }): Promise<void> {
  await saveBooking(tx, after);
  await endWork(tx, 'organization.booking', [after.id]);
  await recordBookings(tx, caller, { step, at, bookings: [after] });
}

/** @throws not_found BOOKING_NOT_FOUND, aborted VERSION_STALE. */
async function lockForChange(tx: Tx, { caller, ref, permission }: { readonly caller: Caller; readonly ref: BookingRef; readonly permission: string }): Promise<Booking> {
  const booking = await lockBooking(tx, ref.bookingId);
  if (booking === undefined || !mayDo(caller, permission, booking)) throw bookingNotFound();
  assertVersion(booking, ref.version);
  return booking;
}
