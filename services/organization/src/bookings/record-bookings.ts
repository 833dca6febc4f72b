import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges, type Change } from '../changes';
import type { Booking } from './booking';

/** What one step of a booking is called in each record of it. */
const steps = {
  confirmed: { action: 'booking.create', event: 'BookingConfirmed', message: organization.BookingConfirmed },
  queued: { action: 'booking.create', event: 'BookingQueued', message: organization.BookingQueued },
  promoted: { action: 'booking.promote', event: 'BookingPromoted', message: organization.BookingPromoted },
  holder_told: { action: 'booking.tell', event: 'BookingHolderTold', message: organization.BookingHolderTold },
  cancelled: { action: 'booking.cancel', event: 'BookingCancelled', message: organization.BookingCancelled },
  called_off: { action: 'booking.call_off', event: 'BookingCalledOff', message: organization.BookingCalledOff },
  consent_withdrawn: { action: 'booking.withdraw_consent', event: 'BookingConsentWithdrawn', message: organization.BookingConsentWithdrawn },
  missed: { action: 'booking.miss', event: 'BookingMissed', message: organization.BookingMissed },
} as const;

export type BookingStep = keyof typeof steps;

/** The event and the line of the booking's story say when and where, not whose it is; the audit row says who did it. */
export async function recordBookings(tx: Tx, caller: Caller, taken: { readonly step: BookingStep; readonly at: Date; readonly bookings: readonly Booking[] }): Promise<void> {
  const { action, event, message } = steps[taken.step];
  const changes = taken.bookings.map((booking): Change => {
    const { id, version, resourceKind, resourceId, startsAt, endsAt, unitPath } = booking;
    const resource = resourceKind === 'venue' ? { venueId: resourceId } : { activityId: resourceId };
    const payload = message.fromPartial({ bookingId: id, ...resource, startsAt, endsAt });
    const entry = { threadId: id, unitPath, at: taken.at, code: taken.step, facts: { [`${resourceKind}_id`]: resourceId } };
    return { action, objectType: 'booking', id, version, event, payload, entry };
  });
  await recordChanges(tx, caller, changes);
}
