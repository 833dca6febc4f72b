import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { LocalDate } from '@linli/clocks';
import { isOpenDuring, type TimeSpan } from './hours';
import type { Venue, VenueDay } from './venue';

/** A booking to come, as far as a change of its venue must respect it. */
export interface PromisedTime extends TimeSpan {
  readonly people: number;
  /** The highest number of a place it holds. */
  readonly lastPlace: number;
}

type Change = Partial<Pick<Venue, 'nameZh' | 'nameMn' | 'capacity' | 'hours'>>;

/** @throws failed_precondition VENUE_CLOSED, VENUE_HAS_BOOKINGS. */
export function change(venue: Venue, changed: Change, promised: readonly PromisedTime[]): Venue {
  assertOpen(venue);
  const after = { ...venue, ...changed, version: venue.version + 1 };
  assertKept(after, promised);
  return after;
}

/** Other hours on one day, or with `undefined` those of its weekday. @throws failed_precondition VENUE_CLOSED, VENUE_HAS_BOOKINGS. */
export function setDay(venue: Venue, { day, spans }: { readonly day: LocalDate; readonly spans: VenueDay['spans'] | undefined }, promised: readonly PromisedTime[]): Venue {
  assertOpen(venue);
  const others = venue.days.filter((set) => set.day !== day);
  const days = spans === undefined ? others : [...others, { day, spans }].sort((a, b) => (a.day < b.day ? -1 : 1));
  const after = { ...venue, days, version: venue.version + 1 };
  assertKept(after, promised);
  return after;
}

/** @throws failed_precondition VENUE_CLOSED, VENUE_HAS_BOOKINGS. */
export function close(venue: Venue, promised: readonly PromisedTime[]): Venue {
  assertOpen(venue);
  if (promised.length > 0) throw hasBookings(promised.length);
  return { ...venue, closed: true, version: venue.version + 1 };
}

export function assertOpen(venue: Pick<Venue, 'closed'>): void {
  if (venue.closed) throw failedPrecondition('VENUE_CLOSED', 'the venue is closed for good');
}

/** How many places it has to hold: an exclusive venue has one, for whoever takes it whole. */
export function placesOf({ use, capacity }: Pick<Venue, 'use' | 'capacity'>): number {
  return use === 'exclusive' ? 1 : capacity;
}

/** What was promised is kept: whoever wants the venue for something else cancels the bookings first, and their holders know. */
function assertKept(venue: Venue, promised: readonly PromisedTime[]): void {
  const broken = promised.filter((booking) => !isOpenDuring(venue, booking) || booking.people > venue.capacity || booking.lastPlace > placesOf(venue));
  if (broken.length > 0) throw hasBookings(broken.length);
}

function hasBookings(count: number): AppError {
  return failedPrecondition('VENUE_HAS_BOOKINGS', 'bookings to come stand in the way', { details: { count: String(count) } });
}

/** Also for a venue outside the caller's scope, which must look the same. */
export function venueNotFound(): AppError {
  return notFound('VENUE_NOT_FOUND', 'there is no such venue');
}
