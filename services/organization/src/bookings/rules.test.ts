import { bookingStates, type Booking, type BookingState } from './booking';
import { assertWithinRule, callOff, cancel, miss, promote, tell, withdrawConsent } from './rules';

const starts = new Date('2026-12-01T02:00:00Z');
const before = new Date('2026-12-01T01:59:00Z');
const booking: Booking = {
  id: 'b', resourceKind: 'venue', resourceId: 'v', unitId: 'u', unitPath: '/u/', startsAt: starts, endsAt: new Date('2026-12-01T04:00:00Z'), people: 1, places: [[1, 1]],
  holderKind: 'resident', residentId: 'r', holderErased: false, organisationName: '', state: 'confirmed', turn: 1, bookedAt: before, promotedAt: undefined, calledOffAt: undefined, toldAt: undefined, signUp: undefined, version: 1,
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
    ['cancel', (state: BookingState) => cancel(inState(state), starts), ['confirmed', 'waiting']],
    ['call off', (state: BookingState) => callOff(inState(state), { next: starts, now: before }), ['confirmed', 'waiting']],
    ['miss', (state: BookingState) => miss(inState(state), starts), ['confirmed']],
    ['promote', (state: BookingState) => promote(inState(state), [[2, 2]], before), ['waiting']],
    ['tell', (state: BookingState) => tell({ ...inState(state), promotedAt: before }, before), ['confirmed', 'cancelled']],
  ])('may %s in just these states', (_action, step, states) => {
    expect(bookingStates.filter((state) => reasonOf(() => step(state)) === undefined)).toEqual(states);
    expect(bookingStates.map((state) => reasonOf(() => step(state))).filter(Boolean)).toEqual(bookingStates.filter((state) => !states.includes(state)).map(() => 'BOOKING_STATE_FORBIDS'));
  });

  it('is cancelled while something is to come and missed from then on', () => {
    expect(cancel(booking, starts)).toMatchObject({ state: 'cancelled', places: [], version: 2 });
    expect(reasonOf(() => cancel(booking, undefined))).toBe('BOOKING_BEGUN');
    expect(reasonOf(() => callOff(booking, { next: undefined, now: starts }))).toBe('BOOKING_BEGUN');
    expect(reasonOf(() => miss(booking, before))).toBe('BOOKING_NOT_BEGUN');
    expect(miss(booking, starts)).toMatchObject({ state: 'no_show', places: [[1, 1]] });
  });

  it('tells its holder once, of a promotion', () => {
    expect(reasonOf(() => tell(booking, before))).toBe('BOOKING_NOTHING_TO_TELL');
    expect(reasonOf(() => tell({ ...booking, promotedAt: before, toldAt: before }, before))).toBe('BOOKING_NOTHING_TO_TELL');
  });

  it('that was promoted and then called off is told of twice', () => {
    const later = new Date(before.getTime() + 1_000);
    const told = tell({ ...booking, promotedAt: before }, before);
    expect(tell(callOff(told, { next: starts, now: later }), later)).toMatchObject({ state: 'cancelled', toldAt: later });
    expect(reasonOf(() => tell(cancel(booking, starts), before))).toBe('BOOKING_NOTHING_TO_TELL');
  });

  it('ends with the consent it rests on, whatever state it is in', () => {
    const signUp = { adults: 1, from14To17: 0, under14: 2, consent: { purpose: 'participation', givenAt: before, withdrawnAt: undefined } } as const;
    for (const state of bookingStates) {
      const after = withdrawConsent({ ...inState(state), people: 3, signUp }, starts);
      expect(after).toMatchObject({ state: 'cancelled', people: 1, places: [], version: 2, signUp: { adults: 1, under14: 0, consent: { withdrawnAt: starts } } });
      expect(reasonOf(() => withdrawConsent(after, starts))).toBe('CONSENT_WITHDRAWN');
    }
    expect(reasonOf(() => withdrawConsent(booking, starts))).toBe('CONSENT_NONE');
    expect(reasonOf(() => withdrawConsent({ ...booking, signUp: { ...signUp, under14: 0, consent: undefined } }, starts))).toBe('CONSENT_NONE');
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
