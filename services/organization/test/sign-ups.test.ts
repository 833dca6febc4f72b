import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { at, makeActivity, runner, someResident } from './communities-support';
import { fresh, history, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { BOOKING_STATE_CONFIRMED, BOOKING_STATE_WAITING, BOOKING_STATE_CANCELLED } = organization.BookingState;
const { AGE_BAND_ADULT, AGE_BAND_UNDER_14, AGE_BAND_FROM_14_TO_17 } = organization.AgeBand;
const caller = runner();
const start = '2026-11-24T09:00:00+08:00';

let office: Office;
let community: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  community = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
});
beforeEach(() => office.clock.set(start));
afterAll(() => office.stop());

async function signUp(activityId: string, facts: Partial<organization.CreateSignUpRequest> = {}, by: Caller = someResident()): Promise<organization.Booking> {
  const { booking } = await office.bookings.createSignUp({ activityId, adults: 1, ...facts }, { caller: by });
  if (booking === undefined) throw new Error('no booking came back');
  return booking;
}

const get = async (bookingId: string) => (await office.bookings.getBooking({ bookingId }, { caller })).booking;
const tellings = async (id: string) => (await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.filter(({ subjectId }) => subjectId === id);
const course = { capacity: 1, sessions: [{ startsAt: at('12-01T10:00'), endsAt: at('12-01T11:00') }, { startsAt: at('12-08T10:00'), endsAt: at('12-08T11:00') }] };
const children = { adults: 0, under14: 2, guardianConsents: true };

describe('a sign-up', () => {
  it('holds places of the activity for all its sessions', async () => {
    const activity = await makeActivity(office, community.id, { sessions: [{ startsAt: at('12-01T10:00'), endsAt: at('12-01T11:00') }, { startsAt: at('12-08T10:00'), endsAt: at('12-08T11:00') }] });
    const by = someResident();
    const booking = await signUp(activity.id, { adults: 2 }, by);
    expect(booking).toMatchObject({ activityId: activity.id, venueId: '', startsAt: at('12-01T10:00'), endsAt: at('12-08T11:00'), people: 2, residentId: by.subject, state: BOOKING_STATE_CONFIRMED, signUp: { adults: 2, from14To17: 0, under14: 0, consentGivenAt: undefined } });
    expect((await office.bookings.listBookings({ activityId: activity.id }, { caller })).bookings).toEqual([booking]);
    expect((await office.bookings.listBookings({}, { caller: by })).bookings).toEqual([booking]);
    await expect(office.bookings.listBookings({ activityId: activity.id, venueId: activity.id }, { caller })).rejects.toMatchObject({ violations: [{ field: 'activity_id', code: 'one_of_two' }] });
    await expect(office.bookings.withdrawConsent({ bookingId: booking.id, version: 1 }, { caller: by })).rejects.toMatchObject({ reason: 'CONSENT_NONE' });
  });

  it('of a course is given up between two sessions too, and whoever waits comes to the rest of it', async () => {
    const activity = await makeActivity(office, community.id, course);
    const by = someResident();
    const [booking, waiting, last] = [await signUp(activity.id, {}, by), await signUp(activity.id, { waitIfFull: true }), await signUp(activity.id, { waitIfFull: true })];
    office.clock.set('2026-12-03T09:00:00+08:00');
    const { booking: left } = await office.bookings.cancelBooking({ bookingId: booking.id, version: 1 }, { caller: by });
    expect(left).toMatchObject({ state: BOOKING_STATE_CANCELLED });
    expect(await history(office, booking.id)).toEqual(['BookingConfirmed 1', 'BookingCancelled 2']);
    expect((await get(waiting.id))?.state).toBe(BOOKING_STATE_CONFIRMED);
    expect(await tellings(waiting.id)).toMatchObject([{ action: 'tell_holder', dueAt: at('12-08T10:00') }]);
    office.clock.set('2026-12-08T10:00:00+08:00');
    await expect(office.bookings.cancelBooking({ bookingId: waiting.id, version: 2 }, { caller })).rejects.toMatchObject({ reason: 'BOOKING_BEGUN' });
    expect((await get(last.id))?.state).toBe(BOOKING_STATE_WAITING);
  });

  it('is made once for a repeated request, and once for each resident', async () => {
    const activity = await makeActivity(office, community.id);
    const by = someResident();
    const request = { requestId: fresh('r') };
    const [one, two] = await Promise.all([signUp(activity.id, request, by), signUp(activity.id, request, by)]);
    expect(one).toEqual(two);
    await expect(signUp(activity.id, { waitIfFull: true }, by)).rejects.toMatchObject({ kind: 'already_exists', reason: 'SIGNED_UP_ALREADY' });
    await office.bookings.cancelBooking({ bookingId: one.id, version: 1 }, { caller: by });
    await signUp(activity.id, {}, by);
  });

  it('is refused to one of two by the same resident at a time', async () => {
    const activity = await makeActivity(office, community.id);
    const by = someResident();
    const results = await Promise.allSettled([signUp(activity.id, {}, by), signUp(activity.id, {}, by)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'SIGNED_UP_ALREADY' } });
  });

  it.each([
    ['invalid_argument', 'FIELD_INVALID', { adults: 0 }],
    ['invalid_argument', 'FIELD_INVALID', { adults: -1, from14To17: 2 }],
    ['failed_precondition', 'BOOKING_TOO_LARGE', { adults: 4 }],
    ['failed_precondition', 'AGE_NOT_INVITED', { adults: 0, from14To17: 1 }],
    ['failed_precondition', 'GUARDIAN_CONSENT_MISSING', { adults: 1, under14: 1 }],
  ])('is refused as %s %s', async (kind, reason, facts) => {
    const activity = await makeActivity(office, community.id);
    await expect(signUp(activity.id, facts)).rejects.toMatchObject({ kind, reason });
  });

  it('comes in time', async () => {
    const activity = await makeActivity(office, community.id, { signUpUntil: at('11-30T18:00') });
    office.clock.set('2026-11-30T18:00:00+08:00');
    await expect(signUp(activity.id)).rejects.toMatchObject({ reason: 'SIGN_UP_OVER' });
    await expect(signUp('0191d000-0000-7000-8000-ffffffffffff')).rejects.toMatchObject({ kind: 'not_found', reason: 'ACTIVITY_NOT_FOUND' });
  });

  it('is one of at most ten that a resident has, beside their bookings of venues', async () => {
    const by = someResident();
    const activities = [];
    for (let count = 0; count < 11; count += 1) activities.push(await makeActivity(office, community.id));
    for (const { id } of activities.slice(0, 10)) await signUp(id, {}, by);
    await expect(signUp(activities[10]?.id ?? '', {}, by)).rejects.toMatchObject({ reason: 'BOOKINGS_TOO_MANY', details: { most: '10' } });
  }, 20_000);

  it('is never one too many, whoever asks at once, and waiting ones move up when one leaves', async () => {
    const activity = await makeActivity(office, community.id, { capacity: 5 });
    const by = Array.from({ length: 50 }, () => someResident());
    const all = await Promise.all(by.map((one) => signUp(activity.id, { waitIfFull: true }, one)));
    const inState = (state: organization.BookingState) => all.filter((booking) => booking.state === state);
    expect([inState(BOOKING_STATE_CONFIRMED).length, inState(BOOKING_STATE_WAITING).length]).toEqual([5, 45]);
    const leaving = inState(BOOKING_STATE_CONFIRMED)[0];
    const holder = by.find(({ subject }) => subject === leaving?.residentId) ?? caller;
    await office.bookings.cancelBooking({ bookingId: leaving?.id ?? '', version: 1 }, { caller: holder });
    const { rows } = await office.knex.raw<{ rows: { state: string; count: number; last: number }[] }>(
      'select state, count(*)::int as count, max(turn) as last from bookings where resource_id = ? group by state order by state',
      [activity.id],
    );
    expect(rows.map(({ state, count }) => [state, count])).toEqual([['cancelled', 1], ['confirmed', 5], ['waiting', 44]]);
    expect(rows.find(({ state }) => state === 'confirmed')?.last).toBe(6);
  }, 30_000);
});

describe('children under 14', () => {
  it('are signed up by their guardian, who consents; of them only the number is kept', async () => {
    const activity = await makeActivity(office, community.id, { ages: [AGE_BAND_UNDER_14] });
    const guardian = someResident();
    const booking = await signUp(activity.id, children, guardian);
    expect(booking).toMatchObject({ residentId: guardian.subject, people: 2, signUp: { adults: 0, under14: 2, consentPurpose: 'CONSENT_PURPOSE_PARTICIPATION', consentGivenAt: office.clock.now(), consentWithdrawnAt: undefined } });
    expect(JSON.stringify(await sentEvents(office, booking.id))).not.toMatch(/under|consent/i);
    await expect(office.bookings.createSignUp({ activityId: activity.id, organisationName: '幼儿园', ...children }, { caller })).rejects.toMatchObject({ reason: 'GUARDIAN_SIGNS_UP' });
    const columns = await office.knex('information_schema.columns').where({ table_schema: 'public', table_name: 'sign_ups' }).orderBy('ordinal_position').pluck<string[]>('column_name');
    expect(columns).toEqual(['tenant_id', 'booking_id', 'adults', 'from_14_to_17', 'under_14', 'consent_purpose', 'consent_given_at', 'consent_withdrawn_at']);
  });

  it('go with the consent when it is withdrawn, and the next in the list comes in', async () => {
    const activity = await makeActivity(office, community.id, { capacity: 2 });
    const guardian = someResident();
    const [booking, waiting] = [await signUp(activity.id, children, guardian), await signUp(activity.id, { waitIfFull: true })];
    await expect(office.bookings.withdrawConsent({ bookingId: booking.id, version: 1 }, { caller: someResident() })).rejects.toMatchObject({ kind: 'not_found', reason: 'BOOKING_NOT_FOUND' });
    await expect(office.bookings.withdrawConsent({ bookingId: booking.id, version: 2 }, { caller: guardian })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    const withdrawn = await office.bookings.withdrawConsent({ bookingId: booking.id, version: 1 }, { caller: guardian });
    expect(withdrawn.booking).toMatchObject({ state: BOOKING_STATE_CANCELLED, signUp: { under14: 0, consentWithdrawnAt: office.clock.now() }, version: 2 });
    expect((await get(waiting.id))?.state).toBe(BOOKING_STATE_CONFIRMED);
    expect(await history(office, booking.id)).toEqual(['BookingConfirmed 1', 'BookingConsentWithdrawn 2']);
    await expect(office.bookings.withdrawConsent({ bookingId: booking.id, version: 2 }, { caller: guardian })).rejects.toMatchObject({ reason: 'CONSENT_WITHDRAWN' });
    await signUp(activity.id, { ...children, waitIfFull: true }, guardian);
  });

  it('are in no stored answer: a repeat after the consent was withdrawn shows none', async () => {
    const activity = await makeActivity(office, community.id);
    const guardian = someResident();
    const request = { requestId: fresh('r'), ...children };
    const booking = await signUp(activity.id, request, guardian);
    expect(await office.knex('answered_requests').where({ request_id: request.requestId }).select('answer')).toEqual([{ answer: { id: booking.id } }]);
    const { booking: withdrawn } = await office.bookings.withdrawConsent({ bookingId: booking.id, version: 1 }, { caller: guardian });
    const again = await signUp(activity.id, request, guardian);
    expect(again).toEqual(withdrawn);
    expect(again).toMatchObject({ people: 0, signUp: { adults: 0, under14: 0, consentWithdrawnAt: office.clock.now() } });
  });

  it('go with a consent that only their guardian withdraws; staff cancel, and the guardian is told', async () => {
    const activity = await makeActivity(office, community.id);
    const booking = await signUp(activity.id, children);
    const ref = { bookingId: booking.id, version: 1 };
    await expect(office.bookings.withdrawConsent(ref, { caller })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'CONSENT_OF_GUARDIAN' });
    expect(await get(booking.id)).toEqual(booking);
    await office.bookings.cancelBooking(ref, { caller });
    expect(await history(office, booking.id)).toEqual(['BookingConfirmed 1', 'BookingCalledOff 2']);
    expect(await tellings(booking.id)).toMatchObject([{ action: 'tell_holder' }]);
  });

  it('go also when the activity is over: a consent is withdrawn at any time', async () => {
    const activity = await makeActivity(office, community.id);
    const guardian = someResident();
    const booking = await signUp(activity.id, children, guardian);
    office.clock.set('2027-01-01T09:00:00+08:00');
    await expect(office.bookings.cancelBooking({ bookingId: booking.id, version: 1 }, { caller: guardian })).rejects.toMatchObject({ reason: 'BOOKING_BEGUN' });
    expect((await office.bookings.withdrawConsent({ bookingId: booking.id, version: 1 }, { caller: guardian })).booking?.signUp?.under14).toBe(0);
  });

  it('are in no row without a consent that stands, whatever the code does', async () => {
    const activity = await makeActivity(office, community.id, { ages: [AGE_BAND_ADULT, AGE_BAND_FROM_14_TO_17] });
    const booking = await signUp(activity.id);
    await expect(office.knex('sign_ups').where({ booking_id: booking.id }).update({ under_14: 1 })).rejects.toMatchObject({ code: '23514', constraint: 'sign_ups_children_check' });
  });
});

describe('a booking that staff cancel', () => {
  it('is told to the resident, who did not', async () => {
    const activity = await makeActivity(office, community.id);
    const booking = await signUp(activity.id);
    const { booking: off } = await office.bookings.cancelBooking({ bookingId: booking.id, version: 1 }, { caller });
    expect(off).toMatchObject({ state: BOOKING_STATE_CANCELLED, calledOffAt: office.clock.now() });
    expect(await history(office, booking.id)).toEqual(['BookingConfirmed 1', 'BookingCalledOff 2']);
    const { items } = await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller });
    expect(items.find(({ subjectId }) => subjectId === booking.id)).toMatchObject({ action: 'tell_holder', version: 2 });
    await office.bookings.recordHolderTold({ bookingId: booking.id, version: 2 }, { caller });
  });

  it('is told to nobody any more once it is over', async () => {
    const activity = await makeActivity(office, community.id);
    const booking = await signUp(activity.id);
    await office.bookings.cancelBooking({ bookingId: booking.id, version: 1 }, { caller });
    office.clock.set('2026-12-01T11:59:59+08:00');
    await office.app.retention.sweepOnce();
    expect(await tellings(booking.id)).toHaveLength(1);
    office.clock.set('2026-12-01T12:00:00+08:00');
    await office.app.retention.sweepOnce();
    expect(await tellings(booking.id)).toEqual([]);
    expect((await get(booking.id))?.version).toBe(2);
  });
});
