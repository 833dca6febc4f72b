import { bookingStates, type Booking, type BookingState } from './booking';
import { assertWithinRule, cancel, miss, promote, tell } from './rules';

const starts = new Date('2026-12-01T02:00:00Z');
const before = new Date('2026-12-01T01:59:00Z');
const booking: Booking = {
  id: 'b', resourceKind: 'venue', resourceId: 'v', unitId: 'u', unitPath: '/u/', startsAt: starts, endsAt: new Date('2026-12-01T04:00:00Z'), people: 1, places: [[1, 1]],
  holderKind: 'resident', residentId: 'r', organisationName: '', state: 'confirmed', turn: 1, bookedAt: before, promotedAt: undefined, toldAt: undefined, version: 1,
};
const inState = (state: BookingState): Booking => ({ ...booking, state });
const reasonOf = (step: () => unknown): string | undefined => {
  try {
    step();
    return undefined;
  } catch (error) {
    return (error as { reason?: string }).reason;
  }
};

describe('a booking', () => {
  it.each([
    ['cancel', (state: BookingState) => cancel(inState(state), before), ['confirmed', 'waiting']],
    ['miss', (state: BookingState) => miss(inState(state), starts), ['confirmed']],
    ['promote', (state: BookingState) => promote(inState(state), [[2, 2]], before), ['waiting']],
    ['tell', (state: BookingState) => tell({ ...inState(state), promotedAt: before }, before), ['confirmed']],
  ])('may %s in just these states', (_action, step, states) => {
    expect(bookingStates.filter((state) => reasonOf(() => step(state)) === undefined)).toEqual(states);
    expect(bookingStates.map((state) => reasonOf(() => step(state))).filter(Boolean)).toEqual(bookingStates.filter((state) => !states.includes(state)).map(() => 'BOOKING_STATE_FORBIDS'));
  });

  it('is cancelled until it begins and missed from then on', () => {
    expect(cancel(booking, before)).toMatchObject({ state: 'cancelled', places: [], version: 2 });
    expect(reasonOf(() => cancel(booking, starts))).toBe('BOOKING_BEGUN');
    expect(reasonOf(() => miss(booking, before))).toBe('BOOKING_NOT_BEGUN');
    expect(miss(booking, starts)).toMatchObject({ state: 'no_show', places: [[1, 1]] });
  });

  it('tells its holder once, of a promotion', () => {
    expect(reasonOf(() => tell(booking, before))).toBe('BOOKING_NOTHING_TO_TELL');
    expect(reasonOf(() => tell({ ...booking, promotedAt: before, toldAt: before }, before))).toBe('BOOKING_NOTHING_TO_TELL');
  });

  it.each([
    ['BOOKING_TOO_LONG', { mostMinutes: 119 }, 0],
    ['BOOKING_TOO_FAR_AHEAD', { mostDaysAhead: 6 }, 0],
    ['BOOKINGS_TOO_MANY', {}, 3],
    [undefined, {}, 2],
    [undefined, { mostOpen: undefined }, 300],
  ])('is within its rule or %s', (reason, changed, open) => {
    const rule = { citation: '', mostOpen: 3, mostDaysAhead: 7, mostMinutes: 120, ...changed };
    expect(reasonOf(() => assertWithinRule(rule, booking, { today: '2026-11-24', open }))).toBe(reason);
  });
});
