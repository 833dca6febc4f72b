import { coversUnit, isSelf, type Caller } from '@linli/auth';
import { addDays, localDateOf, type LocalDate } from '@linli/clocks';
import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { Booking, BookingRule, BookingState } from './booking';

export type BookingAction = 'cancel' | 'call_off' | 'miss' | 'promote' | 'tell';

const targets: Readonly<Record<BookingState, Readonly<Record<BookingAction, BookingState | undefined>>>> = {
  confirmed: { cancel: 'cancelled', call_off: 'cancelled', miss: 'no_show', promote: undefined, tell: 'confirmed' },
  waiting: { cancel: 'cancelled', call_off: 'cancelled', miss: undefined, promote: 'confirmed', tell: undefined },
  cancelled: { cancel: undefined, call_off: undefined, miss: undefined, promote: undefined, tell: 'cancelled' },
  no_show: { cancel: undefined, call_off: undefined, miss: undefined, promote: undefined, tell: undefined },
};

/**
 * While something of it is to come, from `next` on: who comes off the list then must still be able to come.
 * @throws failed_precondition BOOKING_STATE_FORBIDS, BOOKING_BEGUN.
 */
export function cancel(booking: Booking, next: Date | undefined): Booking {
  const after = step(booking, 'cancel');
  assertToCome(next);
  return { ...after, places: [] };
}

/** The office's word, not the holder's, who has to be told. @throws failed_precondition BOOKING_STATE_FORBIDS, BOOKING_BEGUN. */
export function callOff(booking: Booking, { next, now }: { readonly next: Date | undefined; readonly now: Date }): Booking {
  const after = step(booking, 'call_off');
  assertToCome(next);
  return { ...after, places: [], calledOffAt: now };
}

/** At any time: a sign-up that was to be, or was, is one no more, and the number of children is gone. @throws failed_precondition CONSENT_NONE, CONSENT_WITHDRAWN. */
export function withdrawConsent(booking: Booking, now: Date): Booking {
  const { signUp } = booking;
  if (signUp?.consent === undefined) throw failedPrecondition('CONSENT_NONE', 'the booking rests on no consent');
  if (signUp.consent.withdrawnAt !== undefined) throw failedPrecondition('CONSENT_WITHDRAWN', 'the consent is withdrawn already');
  // The number of people would tell how many children there were.
  const people = signUp.adults + signUp.from14To17;
  return { ...booking, state: 'cancelled', people, places: [], version: booking.version + 1, signUp: { ...signUp, under14: 0, consent: { ...signUp.consent, withdrawnAt: now } } };
}

/** @throws failed_precondition BOOKING_STATE_FORBIDS, BOOKING_NOT_BEGUN. */
export function miss(booking: Booking, now: Date): Booking {
  const after = step(booking, 'miss');
  if (booking.startsAt > now) throw failedPrecondition('BOOKING_NOT_BEGUN', 'nobody has missed what is to come');
  return after;
}

export function promote(booking: Booking, places: Booking['places'], now: Date): Booking {
  return { ...step(booking, 'promote'), places, promotedAt: now };
}

/** @throws failed_precondition BOOKING_STATE_FORBIDS, BOOKING_NOTHING_TO_TELL. */
export function tell(booking: Booking, now: Date): Booking {
  const after = step(booking, 'tell');
  const news = booking.calledOffAt ?? booking.promotedAt;
  if (news === undefined || (booking.toldAt !== undefined && booking.toldAt >= news)) throw failedPrecondition('BOOKING_NOTHING_TO_TELL', 'there is nothing that the holder does not know');
  return { ...after, toldAt: now };
}

/** @throws failed_precondition BOOKING_TOO_LONG, BOOKING_TOO_FAR_AHEAD, BOOKINGS_TOO_MANY, each with the most there may be. */
export function assertWithinRule(
  rule: BookingRule,
  { startsAt, endsAt }: Pick<Booking, 'startsAt' | 'endsAt'>,
  { today, open }: { readonly today: LocalDate; readonly open: number },
): void {
  if (endsAt.getTime() - startsAt.getTime() > rule.mostMinutes * 60_000) throw beyond('BOOKING_TOO_LONG', rule.mostMinutes);
  if (localDateOf(startsAt) > addDays(today, rule.mostDaysAhead)) throw beyond('BOOKING_TOO_FAR_AHEAD', rule.mostDaysAhead);
  if (rule.mostOpen !== undefined && open >= rule.mostOpen) throw beyond('BOOKINGS_TOO_MANY', rule.mostOpen);
}

/** Staff at the unit, a resident their own. */
export function mayDo(caller: Caller, permission: string, booking: Pick<Booking, 'unitPath' | 'residentId'>): boolean {
  return caller.kind === 'resident' ? isSelf(caller, permission, booking.residentId) : coversUnit(caller, permission, booking.unitPath);
}

/** Also for somebody else's, which must look the same. */
export function bookingNotFound(): AppError {
  return notFound('BOOKING_NOT_FOUND', 'there is no such booking');
}

function assertToCome(next: Date | undefined): void {
  if (next === undefined) throw failedPrecondition('BOOKING_BEGUN', 'what has begun is not cancelled');
}

function step(booking: Booking, action: BookingAction): Booking {
  const state = targets[booking.state][action];
  if (state === undefined) {
    throw failedPrecondition('BOOKING_STATE_FORBIDS', 'the booking does not allow this now', { details: { state: booking.state, action } });
  }
  return { ...booking, state, version: booking.version + 1 };
}

function beyond(reason: 'BOOKING_TOO_LONG' | 'BOOKING_TOO_FAR_AHEAD' | 'BOOKINGS_TOO_MANY', most: number): AppError {
  return failedPrecondition(reason, 'the booking is beyond what one holder may book', { details: { most: String(most) } });
}
