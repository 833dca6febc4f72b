import { organization } from '@linli/contracts';
import type { Caller } from '@linli/auth';
import { at, makeVenue, runner, someResident } from './communities-support';
import { fresh, history, makeTenant, makeUnit, placesOf, sentEvents, startOffice, type Office } from './support';

const { VENUE_USE_EXCLUSIVE, VENUE_USE_SHARED } = organization.VenueUse;
const { BOOKING_STATE_CONFIRMED, BOOKING_STATE_WAITING, BOOKING_STATE_CANCELLED, BOOKING_STATE_NO_SHOW } = organization.BookingState;
const caller = runner();
const start = '2026-11-24T09:00:00+08:00';

let office: Office;
let community: organization.Unit;
let other: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
  other = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
});
beforeEach(() => office.clock.set(start));
afterAll(() => office.stop());

interface Wish {
  readonly by?: Caller;
  readonly from?: string;
  readonly until?: string;
  readonly people?: number;
  readonly wait?: boolean;
}

async function book(venueId: string, { by = someResident(), from = '12-01T10:00', until = '12-01T11:00', people = 1, wait = false }: Wish = {}): Promise<organization.Booking> {
  const organisationName = by.kind === 'staff' ? '书画社' : '';
  const { booking } = await office.bookings.createBooking({ venueId, startsAt: at(from), endsAt: at(until), people, organisationName, waitIfFull: wait }, { caller: by });
  if (booking === undefined) throw new Error('no booking came back');
  return booking;
}

const get = async (bookingId: string) => (await office.bookings.getBooking({ bookingId }, { caller })).booking;
const statesOf = (results: readonly PromiseSettledResult<organization.Booking>[]) => results.map((result) => (result.status === 'fulfilled' ? result.value.state : (result.reason as { reason: string }).reason));
const countOf = (states: readonly string[], state: string) => states.filter((one) => one === state).length;

describe('a booking', () => {
  it('is a resident’s own, of whom the subject id is all that is kept', async () => {
    const venue = await makeVenue(office, community.id);
    const by = someResident();
    const booking = await book(venue.id, { by, people: 2 });
    expect(booking).toMatchObject({ venueId: venue.id, unitId: community.id, people: 2, holderKind: 'HOLDER_KIND_RESIDENT', residentId: by.subject, organisationName: '', state: BOOKING_STATE_CONFIRMED, version: 1 });
    expect((await office.bookings.getBooking({ bookingId: booking.id }, { caller: by })).booking).toEqual(booking);
    expect(await sentEvents(office, booking.id)).toEqual([expect.objectContaining({ type: 'BookingConfirmed', version: 1, payload: expect.not.objectContaining({ residentId: expect.anything() }) })]);
    expect(JSON.stringify(await sentEvents(office, booking.id))).not.toContain(by.subject);
    const { entries } = await office.threads.listEntries({ threadId: booking.id }, { caller });
    expect(entries).toMatchObject([{ code: 'confirmed', actorKind: 'resident', actorId: '' }]);
    expect(await placesOf(office, by.subject)).toEqual(expect.not.arrayContaining(['thread_entries', 'outbox']));
  });

  it('is made by staff for an organisation, and by nobody for somebody else', async () => {
    const venue = await makeVenue(office, community.id);
    expect(await book(venue.id, { by: caller })).toMatchObject({ holderKind: 'HOLDER_KIND_ORGANISATION', residentId: '', organisationName: '书画社' });
    const request = { venueId: venue.id, startsAt: at('12-01T10:00'), endsAt: at('12-01T11:00'), people: 1 };
    await expect(office.bookings.createBooking(request, { caller })).rejects.toMatchObject({ violations: [{ field: 'organisation_name', code: 'required' }] });
    await expect(office.bookings.createBooking({ ...request, organisationName: '书画社' }, { caller: someResident() })).rejects.toMatchObject({ violations: [{ field: 'organisation_name', code: 'not_of_caller' }] });
    await expect(office.bookings.createBooking({ ...request, organisationName: '书画社' }, { caller: runner(other.path) })).rejects.toMatchObject({ kind: 'not_found', reason: 'VENUE_NOT_FOUND' });
  });

  it('is made once for a repeated request', async () => {
    const venue = await makeVenue(office, community.id);
    const by = someResident();
    const request = { requestId: fresh('r'), venueId: venue.id, startsAt: at('12-01T10:00'), endsAt: at('12-01T11:00'), people: 1 };
    const [one, two] = await Promise.all([office.bookings.createBooking(request, { caller: by }), office.bookings.createBooking(request, { caller: by })]);
    expect(one).toEqual(two);
    await expect(office.bookings.createBooking({ ...request, people: 2 }, { caller: by })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it.each([
    ['starts_at', 'in_past', { from: '11-24T08:59', until: '11-24T10:00' }],
    ['ends_at', 'before_start', { from: '12-01T10:00', until: '12-01T10:00' }],
    ['people', 'required', { people: 0 }],
    ['people', 'too_small', { people: -1 }],
  ])('names the wrong field %s: %s', async (field, code, wish) => {
    const venue = await makeVenue(office, community.id);
    await expect(book(venue.id, wish)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field, code }] });
  });

  it('takes no half minutes and no missing time', async () => {
    const venue = await makeVenue(office, community.id);
    const half = new Date(at('12-01T10:00').getTime() + 30_000);
    const by = { caller: someResident() };
    await expect(office.bookings.createBooking({ venueId: venue.id, startsAt: half, endsAt: at('12-01T11:00'), people: 1 }, by)).rejects.toMatchObject({ violations: [{ field: 'starts_at', code: 'malformed' }] });
    await expect(office.bookings.createBooking({ venueId: venue.id, startsAt: at('12-01T09:00'), endsAt: half, people: 1 }, by)).rejects.toMatchObject({ violations: [{ field: 'ends_at', code: 'malformed' }] });
    await expect(office.bookings.createBooking({ venueId: venue.id, endsAt: half, people: 1 }, by)).rejects.toMatchObject({ violations: [{ field: 'starts_at', code: 'required' }] });
  });

  it.each([
    ['VENUE_NOT_OPEN', { from: '12-01T08:30', until: '12-01T10:00' }],
    ['VENUE_NOT_OPEN', { from: '12-01T20:00', until: '12-01T21:01' }],
    ['BOOKING_TOO_LARGE', { people: 11 }],
    ['BOOKING_TOO_LONG', { from: '12-01T10:00', until: '12-01T14:01' }],
    ['BOOKING_TOO_FAR_AHEAD', { from: '12-25T10:00', until: '12-25T11:00' }],
  ])('is refused: %s', async (reason, wish) => {
    const venue = await makeVenue(office, community.id);
    await expect(book(venue.id, wish)).rejects.toMatchObject({ kind: 'failed_precondition', reason });
  });

  it('may run over midnight where the venue does', async () => {
    const venue = await makeVenue(office, community.id, { use: VENUE_USE_EXCLUSIVE, hours: { spans: [{ weekday: 2, opensMinute: 1_200, closesMinute: 1_560 }] } });
    await book(venue.id, { from: '12-01T23:00', until: '12-02T02:00' });
    await expect(book(venue.id, { from: '12-02T01:00', until: '12-02T02:00' })).rejects.toMatchObject({ reason: 'PLACES_TAKEN' });
    await expect(book(venue.id, { from: '12-02T01:00', until: '12-02T02:01' })).rejects.toMatchObject({ reason: 'VENUE_NOT_OPEN' });
  });

  it('is one of at most three that a resident has, also of many asked for at once and in several venues', async () => {
    const venues = await Promise.all([1, 2, 3, 4, 5, 6].map(() => makeVenue(office, community.id)));
    const by = someResident();
    const states = statesOf(await Promise.allSettled(venues.map(({ id }) => book(id, { by }))));
    expect([countOf(states, BOOKING_STATE_CONFIRMED), countOf(states, 'BOOKINGS_TOO_MANY')]).toEqual([3, 3]);
    office.clock.set('2026-12-01T11:00:00+08:00');
    await book(venues[0]?.id ?? '', { by, from: '12-02T10:00', until: '12-02T11:00' });
  });

  it('belongs to others: not seen, not listed, not cancelled', async () => {
    const venue = await makeVenue(office, community.id);
    const booking = await book(venue.id);
    for (const by of [someResident(), runner(other.path), { ...caller, tenantId: 'baihe' }]) {
      const missing = { kind: 'not_found', reason: 'BOOKING_NOT_FOUND' };
      await expect(office.bookings.getBooking({ bookingId: booking.id }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.bookings.cancelBooking({ bookingId: booking.id, version: 1 }, { caller: by })).rejects.toMatchObject(missing);
    }
    await expect(office.bookings.listBookings({ venueId: venue.id }, { caller: runner(other.path) })).rejects.toMatchObject({ reason: 'VENUE_NOT_FOUND' });
    await expect(office.bookings.listBookings({}, { caller })).rejects.toMatchObject({ violations: [{ field: 'venue_id' }] });
    expect((await office.bookings.listBookings({}, { caller: someResident() })).bookings).toEqual([]);
  });

  it('is listed by time, page by page, from a day on', async () => {
    const venue = await makeVenue(office, community.id);
    const by = someResident();
    const late = await book(venue.id, { by, from: '12-03T10:00', until: '12-03T11:00' });
    const early = await book(venue.id, { from: '12-01T10:00', until: '12-01T11:00' });
    const page = await office.bookings.listBookings({ venueId: venue.id, pageSize: 1 }, { caller });
    expect(page.bookings).toEqual([early]);
    expect((await office.bookings.listBookings({ venueId: venue.id, pageSize: 1, pageToken: page.nextPageToken }, { caller })).bookings).toEqual([late]);
    expect((await office.bookings.listBookings({ venueId: venue.id, fromDay: '2026-12-02' }, { caller })).bookings).toEqual([late]);
    expect((await office.bookings.listBookings({}, { caller: by })).bookings).toEqual([late]);
  });
});

describe('places', () => {
  it('of an exclusive venue go to one of fifty who ask at once', async () => {
    const venue = await makeVenue(office, community.id, { use: VENUE_USE_EXCLUSIVE });
    const states = statesOf(await Promise.allSettled(Array.from({ length: 50 }, () => book(venue.id))));
    expect([countOf(states, BOOKING_STATE_CONFIRMED), countOf(states, 'PLACES_TAKEN')]).toEqual([1, 49]);
  }, 30_000);

  it('of a shared venue are never oversold to fifty who ask at once, and those who wait keep their order', async () => {
    const venue = await makeVenue(office, community.id, { use: VENUE_USE_SHARED, capacity: 7 });
    const times = [{ from: '12-01T10:00', until: '12-01T12:00' }, { from: '12-01T11:00', until: '12-01T13:00' }];
    const states = statesOf(await Promise.allSettled(Array.from({ length: 50 }, (_, index) => book(venue.id, { ...times[index % 2], people: 1 + (index % 3), wait: true }))));
    expect(countOf(states, BOOKING_STATE_CONFIRMED) + countOf(states, BOOKING_STATE_WAITING)).toBe(50);
    const { rows } = await office.knex.raw<{ rows: { most: number; turns: number }[] }>(
      `select max(taken) as most, (select count(distinct turn)::int from bookings where resource_id = :id) as turns
         from (select sum(people)::int as taken from bookings b
                join generate_series(cast(:from as timestamptz), cast(:until as timestamptz), '1 minute') as minute on minute >= starts_at and minute < ends_at
               where resource_id = :id and state = 'confirmed' group by minute) as minutes`,
      { id: venue.id, from: at('12-01T10:00'), until: at('12-01T13:00') },
    );
    expect(rows).toEqual([{ most: 7, turns: 50 }]);
  }, 30_000);

  it('are held twice by no statement, whatever the code decides', async () => {
    const venue = await makeVenue(office, community.id, { use: VENUE_USE_EXCLUSIVE });
    const booking = await book(venue.id);
    const copy = office.knex.raw(
      `insert into bookings select (jsonb_populate_record(b, jsonb_build_object('id', gen_random_uuid(), 'turn', 99, 'starts_at', starts_at + interval '59 minutes', 'ends_at', ends_at + interval '1 hour'))).* from bookings b where id = ?`,
      [booking.id],
    );
    await expect(copy).rejects.toMatchObject({ code: '23P01', constraint: 'bookings_place_twice_excl' });
  });

  it('are free again from the minute a booking ends', async () => {
    const venue = await makeVenue(office, community.id, { use: VENUE_USE_EXCLUSIVE });
    await book(venue.id, { from: '12-01T10:00', until: '12-01T11:00' });
    await book(venue.id, { from: '12-01T11:00', until: '12-01T12:00' });
    await expect(book(venue.id, { from: '12-01T09:30', until: '12-01T10:01' })).rejects.toMatchObject({ reason: 'PLACES_TAKEN' });
  });
});

describe('the waiting list', () => {
  it('moves up in its order when a booking is cancelled, and somebody is to tell them', async () => {
    const venue = await makeVenue(office, community.id, { use: VENUE_USE_EXCLUSIVE, nameZh: '红色港湾' });
    const holder = someResident();
    const held = await book(venue.id, { by: holder });
    const [first, second] = [await book(venue.id, { wait: true }), await book(venue.id, { wait: true })];
    expect([first.state, second.state]).toEqual([BOOKING_STATE_WAITING, BOOKING_STATE_WAITING]);
    const cancelled = await office.bookings.cancelBooking({ bookingId: held.id, version: 1 }, { caller: holder });
    expect(cancelled.booking).toMatchObject({ state: BOOKING_STATE_CANCELLED, version: 2 });
    expect(await get(first.id)).toMatchObject({ state: BOOKING_STATE_CONFIRMED, promotedAt: office.clock.now(), version: 2 });
    expect((await get(second.id))?.state).toBe(BOOKING_STATE_WAITING);
    expect([await history(office, held.id), await history(office, first.id), await history(office, second.id)]).toEqual([['BookingConfirmed 1', 'BookingCancelled 2'], ['BookingQueued 1', 'BookingPromoted 2'], ['BookingQueued 1']]);

    const waiting = async () => (await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.filter(({ subjectId }) => subjectId === first.id);
    expect(await waiting()).toEqual([expect.objectContaining({ kind: 'organization.booking', action: 'tell_holder', titleZh: '红色港湾', dueAt: first.startsAt, version: 2 })]);
    const told = await office.bookings.recordHolderTold({ bookingId: first.id, version: 2 }, { caller });
    expect(told.booking).toMatchObject({ toldAt: office.clock.now(), version: 3 });
    expect(await waiting()).toEqual([]);
    await expect(office.bookings.recordHolderTold({ bookingId: first.id, version: 3 }, { caller })).rejects.toMatchObject({ reason: 'BOOKING_NOTHING_TO_TELL' });
    const { entries } = await office.threads.listEntries({ threadId: first.id }, { caller });
    expect(entries.map(({ code }) => code)).toEqual(['queued', 'promoted', 'holder_told']);
  });

  it('lets those pass whom a smaller gap suffices, and the first when the venue grows', async () => {
    const venue = await makeVenue(office, community.id, { capacity: 4 });
    const [one, three] = [await book(venue.id, { by: caller, people: 1 }), await book(venue.id, { by: caller, people: 3 })];
    const group = await book(venue.id, { people: 3, wait: true });
    const single = await book(venue.id, { people: 1, wait: true });
    await office.bookings.cancelBooking({ bookingId: one.id, version: 1 }, { caller });
    expect([(await get(group.id))?.state, (await get(single.id))?.state]).toEqual([BOOKING_STATE_WAITING, BOOKING_STATE_CONFIRMED]);
    await office.venues.updateVenue({ venueId: venue.id, version: 1, capacity: 7 }, { caller });
    expect((await get(group.id))?.state).toBe(BOOKING_STATE_CONFIRMED);
    expect((await get(three.id))?.state).toBe(BOOKING_STATE_CONFIRMED);
  });

  it('takes only who can still come, and a waiting one may leave it', async () => {
    const venue = await makeVenue(office, community.id, { use: VENUE_USE_EXCLUSIVE });
    const held = await book(venue.id, { from: '12-01T10:00', until: '12-01T12:00' });
    const [early, gone, late] = [await book(venue.id, { wait: true }), await book(venue.id, { from: '12-01T11:00', until: '12-01T12:00', wait: true }), await book(venue.id, { from: '12-01T11:30', until: '12-01T12:00', wait: true })];
    await office.bookings.cancelBooking({ bookingId: gone.id, version: 1 }, { caller });
    office.clock.set('2026-12-01T09:59:00+08:00');
    await office.bookings.cancelBooking({ bookingId: held.id, version: 1 }, { caller });
    expect([(await get(early.id))?.state, (await get(gone.id))?.state, (await get(late.id))?.state]).toEqual([BOOKING_STATE_CONFIRMED, BOOKING_STATE_CANCELLED, BOOKING_STATE_CONFIRMED]);
    const next = await book(venue.id, { from: '12-01T10:30', until: '12-01T11:00', wait: true });
    office.clock.set('2026-12-01T10:30:00+08:00');
    await expect(office.bookings.cancelBooking({ bookingId: early.id, version: 2 }, { caller })).rejects.toMatchObject({ reason: 'BOOKING_BEGUN' });
    expect((await get(next.id))?.state).toBe(BOOKING_STATE_WAITING);
  });

  it('neither loses nor doubles a place when one cancels what is being promoted', async () => {
    const venue = await makeVenue(office, community.id, { use: VENUE_USE_EXCLUSIVE });
    for (let round = 0; round < 5; round += 1) {
      const span = { from: `12-0${round + 1}T10:00`, until: `12-0${round + 1}T11:00` };
      const held = await book(venue.id, span);
      const [first, second] = [await book(venue.id, { ...span, wait: true }), await book(venue.id, { ...span, wait: true })];
      const cancel = (id: string) => office.bookings.cancelBooking({ bookingId: id, version: 1 }, { caller });
      const [, leaving] = await Promise.allSettled([cancel(held.id), cancel(first.id)]);
      const [one, two] = [await get(first.id), await get(second.id)];
      // Either they left before the place came free, and the next has it; or the promotion came first, and their version was stale.
      if (leaving.status === 'fulfilled') expect([one?.state, two?.state]).toEqual([BOOKING_STATE_CANCELLED, BOOKING_STATE_CONFIRMED]);
      else expect([(leaving.reason as { reason: string }).reason, one?.state, two?.state]).toEqual(['VERSION_STALE', BOOKING_STATE_CONFIRMED, BOOKING_STATE_WAITING]);
    }
  });
});

describe('the end of a booking', () => {
  it('comes once: of two who cancel, one wins', async () => {
    const venue = await makeVenue(office, community.id);
    const by = someResident();
    const booking = await book(venue.id, { by });
    const results = await Promise.allSettled([1, 2].map(() => office.bookings.cancelBooking({ bookingId: booking.id, version: 1 }, { caller: by })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const again = office.bookings.cancelBooking({ bookingId: booking.id, version: 2 }, { caller: by });
    await expect(again).rejects.toMatchObject({ reason: 'BOOKING_STATE_FORBIDS', details: { state: 'cancelled', action: 'cancel' } });
    expect(await history(office, booking.id)).toEqual(['BookingConfirmed 1', 'BookingCancelled 2']);
  });

  it('may be that nobody came', async () => {
    const venue = await makeVenue(office, community.id);
    const booking = await book(venue.id);
    const missed = () => office.bookings.recordNoShow({ bookingId: booking.id, version: 1 }, { caller });
    await expect(missed()).rejects.toMatchObject({ reason: 'BOOKING_NOT_BEGUN' });
    office.clock.set('2026-12-01T10:00:00+08:00');
    expect((await missed()).booking).toMatchObject({ state: BOOKING_STATE_NO_SHOW, version: 2 });
    expect(await history(office, booking.id)).toEqual(['BookingConfirmed 1', 'BookingMissed 2']);
  });
});
