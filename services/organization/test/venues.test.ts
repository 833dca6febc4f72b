import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { at, daily, makeVenue, runner, someResident } from './communities-support';
import { fresh, history, makeTenant, makeUnit, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const { VENUE_USE_EXCLUSIVE, VENUE_USE_SHARED } = organization.VenueUse;
const caller = runner();
const gateway = systemCaller('xingsheng', 'gateway', ['organization.public.read']);

let office: Office;
let community: organization.Unit;
let other: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  other = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
});

afterAll(() => office.stop());

const book = (venueId: string, [from, until]: readonly [string, string], people = 1) =>
  office.bookings.createBooking({ venueId, startsAt: at(from), endsAt: at(until), people, organisationName: '书画社' }, { caller });

describe('a new venue', () => {
  it('belongs to a community and is told of once', async () => {
    const venue = await makeVenue(office, community.id, { nameZh: '民族文化展厅', nameMn: 'ᠦᠵᠡᠭᠦᠯᠦᠩ', use: VENUE_USE_EXCLUSIVE, capacity: 40 });
    expect(venue).toMatchObject({ unitId: community.id, unitPath: community.path, nameMn: 'ᠦᠵᠡᠭᠦᠯᠦᠩ', capacity: 40, days: [], closed: false, version: 1, hours: daily });
    expect((await office.venues.getVenue({ venueId: venue.id }, { caller })).venue).toEqual(venue);
    expect(await history(office, venue.id)).toEqual(['VenueCreated 1']);
  });

  it('is made once for a repeated request', async () => {
    const request = { requestId: fresh('r'), unitId: community.id, nameZh: '展厅', use: VENUE_USE_SHARED, capacity: 3, hours: daily };
    const [one, two] = await Promise.all([office.venues.createVenue(request, { caller }), office.venues.createVenue(request, { caller })]);
    expect(one).toEqual(two);
    await expect(office.venues.createVenue({ ...request, capacity: 4 }, { caller })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it.each([
    ['unit_id', { unitId: '' }],
    ['use', { use: organization.VenueUse.VENUE_USE_UNSPECIFIED }],
    ['capacity', { capacity: 0 }],
    ['capacity', { capacity: 5_001 }],
    ['name_zh', { nameZh: ' ' }],
    ['hours', { hours: { spans: [] } }],
    ['hours', { hours: { spans: [{ weekday: 8, opensMinute: 0, closesMinute: 60 }] } }],
    ['hours', { hours: { spans: [{ weekday: 1, opensMinute: 600, closesMinute: 600 }] } }],
    ['hours', { hours: { spans: [{ weekday: 1, opensMinute: 0, closesMinute: 61 }, { weekday: 1, opensMinute: 60, closesMinute: 90 }] } }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(makeVenue(office, community.id, wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('belongs to no grid, to no unit out of reach and to none that is closed', async () => {
    const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    await expect(makeVenue(office, grid.id)).rejects.toMatchObject({ violations: [{ field: 'unit_id', code: 'misplaced' }] });
    const request = { unitId: community.id, nameZh: '展厅', use: VENUE_USE_SHARED, capacity: 3, hours: daily };
    await expect(office.venues.createVenue(request, { caller: runner(other.path) })).rejects.toMatchObject({ kind: 'not_found', reason: 'UNIT_NOT_FOUND' });
  });
});

describe('a change of a venue', () => {
  it('keeps what it does not name, once for each version', async () => {
    const venue = await makeVenue(office, community.id, { nameMn: 'ᠠ' });
    const changed = await office.venues.updateVenue({ venueId: venue.id, version: 1, nameZh: '新名' }, { caller });
    expect(changed.venue).toMatchObject({ nameZh: '新名', nameMn: 'ᠠ', capacity: 10, hours: daily, version: 2 });
    const cleared = await office.venues.updateVenue({ venueId: venue.id, version: 2, nameMn: '' }, { caller });
    expect(cleared.venue).toMatchObject({ nameZh: '新名', nameMn: '', version: 3 });
    await expect(office.venues.updateVenue({ venueId: venue.id, version: 2, capacity: 4 }, { caller })).rejects.toMatchObject({ reason: 'VERSION_STALE', details: { current: '3' } });
    expect(await history(office, venue.id)).toEqual(['VenueCreated 1', 'VenueChanged 2', 'VenueChanged 3']);
  });

  it('of two at a time lets one win', async () => {
    const venue = await makeVenue(office, community.id);
    const results = await Promise.allSettled([5, 6].map((capacity) => office.venues.updateVenue({ venueId: venue.id, version: 1, capacity }, { caller })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('breaks no booking: not by its hours, its size, a day off or the end', async () => {
    const venue = await makeVenue(office, community.id);
    const { booking } = await book(venue.id, ['12-01T18:00', '12-01T20:00'], 4);
    const evenings = { spans: daily.spans.map((span) => ({ ...span, closesMinute: 1_199 })) };
    const ref = { venueId: venue.id, version: 1 };
    const broken = { kind: 'failed_precondition', reason: 'VENUE_HAS_BOOKINGS', details: { count: '1' } };
    await expect(office.venues.updateVenue({ ...ref, hours: evenings }, { caller })).rejects.toMatchObject(broken);
    await expect(office.venues.updateVenue({ ...ref, capacity: 3 }, { caller })).rejects.toMatchObject(broken);
    await expect(office.venues.setVenueDay({ ...ref, day: '2026-12-01' }, { caller })).rejects.toMatchObject(broken);
    await expect(office.venues.closeVenue(ref, { caller })).rejects.toMatchObject(broken);
    await office.venues.updateVenue({ ...ref, capacity: 4 }, { caller });
    await office.bookings.cancelBooking({ bookingId: booking?.id ?? '', version: 1 }, { caller });
    const closed = await office.venues.closeVenue({ venueId: venue.id, version: 2 }, { caller });
    expect(closed.venue).toMatchObject({ closed: true, version: 3 });
    await expect(book(venue.id, ['12-01T18:00', '12-01T20:00'])).rejects.toMatchObject({ reason: 'VENUE_CLOSED' });
    const last = { venueId: venue.id, version: 3 };
    await expect(office.venues.closeVenue(last, { caller })).rejects.toMatchObject({ reason: 'VENUE_CLOSED' });
    await expect(office.venues.updateVenue({ ...last, capacity: 9 }, { caller })).rejects.toMatchObject({ reason: 'VENUE_CLOSED' });
    await expect(office.venues.setVenueDay({ ...last, day: '2026-12-05' }, { caller })).rejects.toMatchObject({ reason: 'VENUE_CLOSED' });
  });

  it('sets a day apart and takes it back', async () => {
    const venue = await makeVenue(office, community.id);
    const set = await office.venues.setVenueDay({ venueId: venue.id, version: 1, day: '2026-12-03', spans: [{ opensMinute: 600, closesMinute: 660 }] }, { caller });
    expect(set.venue?.days).toEqual([{ day: '2026-12-03', spans: [{ opensMinute: 600, closesMinute: 660 }] }]);
    await expect(book(venue.id, ['12-03T11:00', '12-03T12:00'])).rejects.toMatchObject({ reason: 'VENUE_NOT_OPEN' });
    const closed = await office.venues.setVenueDay({ venueId: venue.id, version: 2, day: '2026-12-03' }, { caller });
    expect(closed.venue?.days).toEqual([{ day: '2026-12-03', spans: [] }]);
    const cleared = await office.venues.clearVenueDay({ venueId: venue.id, version: 3, day: '2026-12-03' }, { caller });
    expect(cleared.venue?.days).toEqual([]);
    await book(venue.id, ['12-03T11:00', '12-03T12:00']);
    expect(await history(office, venue.id)).toEqual(['VenueCreated 1', 'VenueDayChanged 2', 'VenueDayChanged 3', 'VenueDayChanged 4']);
  });

  it.each([
    ['in_past', '2026-11-23'],
    ['out_of_range', '2027-12-01'],
    ['malformed', '2026-02-30'],
    ['required', ''],
  ])('sets no day that is %s', async (code, day) => {
    const venue = await makeVenue(office, community.id);
    await expect(office.venues.setVenueDay({ venueId: venue.id, version: 1, day }, { caller })).rejects.toMatchObject({ violations: [{ field: 'day', code }] });
  });

  it('is for those who run it: from elsewhere and from another office it is not there', async () => {
    const venue = await makeVenue(office, community.id);
    const elsewhere = runner(other.path);
    for (const by of [elsewhere, { ...caller, tenantId: 'baihe' }]) {
      const missing = { kind: 'not_found', reason: 'VENUE_NOT_FOUND' };
      await expect(office.venues.getVenue({ venueId: venue.id }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.venues.updateVenue({ venueId: venue.id, version: 1, capacity: 2 }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.venues.recordVisitors({ venueId: venue.id, day: '2026-11-20', visitors: 1 }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.venues.listVisitorCounts({ venueId: venue.id }, { caller: by })).rejects.toMatchObject(missing);
    }
    const ids = (await office.venues.listVenues({ pageSize: 200 }, { caller: elsewhere })).venues.map(({ id }) => id);
    expect(ids).not.toContain(venue.id);
    await expect(office.venues.listVenues({ underUnitId: community.id }, { caller: elsewhere })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });

  it('is seen in the list, page by page', async () => {
    const own = await makeUnit(office, community.parentId, { kind: UNIT_KIND_COMMUNITY });
    const made = [await makeVenue(office, own.id), await makeVenue(office, own.id), await makeVenue(office, own.id)];
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await office.venues.listVenues({ underUnitId: own.id, pageSize: 2, pageToken }, { caller });
      seen.push(...page.venues.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual(made.map(({ id }) => id).sort());
  });
});

describe('visitors', () => {
  it('are counted by the day, corrected by the version, the latest day first', async () => {
    const venue = await makeVenue(office, community.id);
    const count = (day: string, visitors: number, version = 0) => office.venues.recordVisitors({ venueId: venue.id, day, visitors, version }, { caller });
    const first = await count('2026-11-22', 80);
    expect(first.count).toMatchObject({ venueId: venue.id, day: '2026-11-22', visitors: 80, version: 1 });
    await count('2026-11-24', 0);
    await expect(count('2026-11-22', 81)).rejects.toMatchObject({ kind: 'already_exists', reason: 'VISITORS_COUNTED' });
    await expect(count('2026-11-21', 81, 1)).rejects.toMatchObject({ kind: 'not_found', reason: 'VISITORS_NOT_COUNTED' });
    await expect(count('2026-11-22', 81, 2)).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    await expect(count('2026-11-25', 1)).rejects.toMatchObject({ violations: [{ field: 'day', code: 'in_future' }] });
    await expect(count('2026-11-22', -1)).rejects.toMatchObject({ violations: [{ field: 'visitors', code: 'out_of_range' }] });
    expect((await count('2026-11-22', 81, 1)).count).toMatchObject({ visitors: 81, version: 2 });
    const page = await office.venues.listVisitorCounts({ venueId: venue.id, pageSize: 1 }, { caller });
    expect(page.counts.map(({ day }) => day)).toEqual(['2026-11-24']);
    const rest = await office.venues.listVisitorCounts({ venueId: venue.id, pageSize: 1, pageToken: page.nextPageToken }, { caller });
    expect([rest.counts.map(({ visitors }) => visitors), rest.nextPageToken]).toEqual([[81], '']);
    expect(await history(office, first.count?.id ?? '')).toEqual(['VisitorsCounted 1', 'VisitorsCounted 2']);
  });

  it('of one day are counted once by two at a time', async () => {
    const venue = await makeVenue(office, community.id);
    const results = await Promise.allSettled([1, 2].map((visitors) => office.venues.recordVisitors({ venueId: venue.id, day: '2026-11-20', visitors }, { caller })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VISITORS_COUNTED' } });
  });
});

describe('what anybody may see', () => {
  it('are the open venues of a community, by its code', async () => {
    const own = await makeUnit(office, community.parentId, { kind: UNIT_KIND_COMMUNITY });
    const [venue, closed] = [await makeVenue(office, own.id, { nameZh: '阅览室' }), await makeVenue(office, own.id)];
    await office.venues.closeVenue({ venueId: closed.id, version: 1 }, { caller });
    const { venues } = await office.venues.getPublicVenues({ unitCode: own.code }, { caller: gateway });
    expect(venues).toEqual([{ id: venue.id, nameZh: '阅览室', nameMn: '', use: VENUE_USE_SHARED, capacity: 10, hours: daily, days: [] }]);
    await expect(office.venues.getPublicVenues({ unitCode: 'nowhere' }, { caller: gateway })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    await expect(office.venues.getPublicVenueDay({ venueId: closed.id }, { caller: gateway })).rejects.toMatchObject({ reason: 'VENUE_NOT_FOUND' });
    await expect(office.venues.getPublicVenueDay({ venueId: venue.id }, { caller: { ...gateway, tenantId: 'baihe' } })).rejects.toMatchObject({ reason: 'VENUE_NOT_FOUND' });
  });

  it('is how much is free, never who has the rest', async () => {
    const venue = await makeVenue(office, community.id, { capacity: 5, hours: { spans: [{ weekday: 2, opensMinute: 1_200, closesMinute: 1_560 }, { weekday: 3, opensMinute: 540, closesMinute: 600 }] } });
    await office.bookings.createBooking({ venueId: venue.id, startsAt: at('12-01T21:00'), endsAt: at('12-01T23:00'), people: 2 }, { caller: someResident() });
    await book(venue.id, ['12-01T22:00', '12-02T01:00'], 3);
    const day = async (text: string) => (await office.venues.getPublicVenueDay({ venueId: venue.id, day: text }, { caller: gateway })).spans.map(({ fromMinute, untilMinute, free }) => [fromMinute, untilMinute, free]);
    expect(await day('2026-12-01')).toEqual([[1_200, 1_260, 5], [1_260, 1_320, 3], [1_320, 1_380, 0], [1_380, 1_500, 2], [1_500, 1_560, 5]]);
    expect(await day('2026-12-02')).toEqual([[0, 60, 2], [60, 120, 5], [540, 600, 5]]);
    expect(await day('2026-12-03')).toEqual([]);
    await expect(day('2026-11-23')).rejects.toMatchObject({ violations: [{ field: 'day', code: 'in_past' }] });
    await expect(day('2028-01-01')).rejects.toMatchObject({ violations: [{ field: 'day', code: 'out_of_range' }] });
  });
});
