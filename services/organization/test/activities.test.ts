import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { at, makeActivity, runner } from './communities-support';
import { fresh, history, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const { ACTIVITY_KIND_COURSE } = organization.ActivityKind;
const { AGE_BAND_ADULT, AGE_BAND_UNDER_14 } = organization.AgeBand;
const caller = runner();
const gateway = systemCaller('xingsheng', 'gateway', ['organization.public.read']);
const start = '2026-11-24T09:00:00+08:00';

let office: Office;
let root: organization.Unit;
let community: organization.Unit;
let other: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  other = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
});
beforeEach(() => office.clock.set(start));
afterAll(() => office.stop());

const session = (from: string, until: string) => ({ startsAt: at(from), endsAt: at(until) });
const signUp = (activityId: string) => office.bookings.createSignUp({ activityId, adults: 2, organisationName: '书画社', waitIfFull: true }, { caller });

describe('a new activity', () => {
  it('is announced once, with its sessions in order', async () => {
    const activity = await makeActivity(office, community.id, { kind: ACTIVITY_KIND_COURSE, nameZh: '蒙古语课', nameMn: 'ᠬᠢᠴᠢᠶᠡᠯ', sessions: [session('12-01T10:00', '12-01T11:00'), session('12-08T10:00', '12-08T11:00')] });
    expect(activity).toMatchObject({ unitId: community.id, kind: ACTIVITY_KIND_COURSE, nameMn: 'ᠬᠢᠴᠢᠶᠡᠯ', ages: [AGE_BAND_ADULT, AGE_BAND_UNDER_14], capacity: 3, signUpUntil: at('12-01T10:00'), calledOff: false, version: 1 });
    expect(activity.sessions).toEqual([{ number: 1, ...session('12-01T10:00', '12-01T11:00'), attended: undefined }, { number: 2, ...session('12-08T10:00', '12-08T11:00'), attended: undefined }]);
    expect((await office.activities.getActivity({ activityId: activity.id }, { caller })).activity).toEqual(activity);
    expect(await history(office, activity.id)).toEqual(['ActivityAnnounced 1']);
  });

  it('is made once for a repeated request', async () => {
    const request = { requestId: fresh('r') };
    const [one, two] = await Promise.all([makeActivity(office, community.id, request), makeActivity(office, community.id, request)]);
    expect(one).toEqual(two);
    await expect(makeActivity(office, community.id, { ...request, capacity: 9 })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it.each([
    ['kind', 'required', { kind: organization.ActivityKind.ACTIVITY_KIND_UNSPECIFIED }],
    ['place_zh', 'required', { placeZh: '' }],
    ['ages', 'required', { ages: [] }],
    ['ages', 'duplicate', { ages: [AGE_BAND_ADULT, AGE_BAND_ADULT] }],
    ['ages[0]', 'required', { ages: [organization.AgeBand.AGE_BAND_UNSPECIFIED] }],
    ['capacity', 'out_of_range', { capacity: 1_001 }],
    ['sessions', 'required', { sessions: [] }],
    ['sessions[0].ends_at', 'required', { sessions: [{ startsAt: at('12-01T10:00'), endsAt: undefined }] }],
    ['sessions', 'out_of_order', { sessions: [session('12-01T10:00', '12-01T10:00')] }],
    ['sessions', 'out_of_order', { sessions: [session('12-02T10:00', '12-02T11:00'), session('12-01T10:00', '12-01T11:00')] }],
    ['sessions', 'in_past', { sessions: [session('11-24T09:00', '11-24T10:00')] }],
    ['sign_up_until', 'after_start', { signUpUntil: at('12-01T10:01') }],
    ['sign_up_until', 'in_past', { signUpUntil: at('11-24T09:00') }],
  ])('names the wrong field %s: %s', async (field, code, wrong) => {
    await expect(makeActivity(office, community.id, wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field, code }] });
  });

  it('belongs to a community within reach', async () => {
    const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    await expect(makeActivity(office, grid.id)).rejects.toMatchObject({ violations: [{ field: 'unit_id', code: 'misplaced' }] });
    await expect(makeActivity(office, community.id, { by: runner(other.path) })).rejects.toMatchObject({ kind: 'not_found', reason: 'UNIT_NOT_FOUND' });
  });
});

describe('a change of an activity', () => {
  it('keeps what it does not name, and never makes room for fewer than have it', async () => {
    const activity = await makeActivity(office, community.id);
    await signUp(activity.id);
    const ref = { activityId: activity.id, version: 1 };
    await expect(office.activities.updateActivity({ ...ref, capacity: 1 }, { caller })).rejects.toMatchObject({ reason: 'ACTIVITY_FULLER', details: { most: '2' } });
    const changed = await office.activities.updateActivity({ ...ref, capacity: 2, placeZh: '二楼' }, { caller });
    expect(changed.activity).toMatchObject({ nameZh: activity.nameZh, capacity: 2, placeZh: '二楼', version: 2 });
    await expect(office.activities.updateActivity({ ...ref, capacity: 5 }, { caller })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    expect(await history(office, activity.id)).toEqual(['ActivityAnnounced 1', 'ActivityChanged 2']);
  });

  it('takes in those who wait when there is more room', async () => {
    const activity = await makeActivity(office, community.id);
    await signUp(activity.id);
    const waiting = await signUp(activity.id);
    expect(waiting.booking?.state).toBe('BOOKING_STATE_WAITING');
    await office.activities.updateActivity({ activityId: activity.id, version: 1, capacity: 4 }, { caller });
    expect((await office.bookings.getBooking({ bookingId: waiting.booking?.id ?? '' }, { caller })).booking?.state).toBe('BOOKING_STATE_CONFIRMED');
  });

  it('may be that it does not take place: every sign-up ends, and somebody tells each holder', async () => {
    const activity = await makeActivity(office, community.id);
    const [held, waiting, left] = [await signUp(activity.id), await signUp(activity.id), await signUp(activity.id)].map(({ booking }) => booking?.id ?? '');
    await office.bookings.cancelBooking({ bookingId: left ?? '', version: 1 }, { caller });
    const off = await office.activities.callOffActivity({ activityId: activity.id, version: 1 }, { caller });
    expect(off.activity).toMatchObject({ calledOff: true, version: 2 });
    expect([await history(office, held ?? ''), await history(office, waiting ?? ''), await history(office, left ?? '')]).toEqual([
      ['BookingConfirmed 1', 'BookingCalledOff 2'],
      ['BookingQueued 1', 'BookingCalledOff 2'],
      ['BookingQueued 1', 'BookingCancelled 2'],
    ]);
    const { items } = await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller });
    expect(items.filter(({ subjectId }) => [held, waiting, left].includes(subjectId)).map(({ subjectId, action, titleZh }) => [subjectId, action, titleZh]).sort()).toEqual([held, waiting].map((id) => [id, 'tell_holder', activity.nameZh]).sort());
    const told = await office.bookings.recordHolderTold({ bookingId: held ?? '', version: 2 }, { caller });
    expect(told.booking).toMatchObject({ state: 'BOOKING_STATE_CANCELLED', calledOffAt: office.clock.now(), toldAt: office.clock.now() });
    const last = { activityId: activity.id, version: 2 };
    const gone = { reason: 'ACTIVITY_CALLED_OFF' };
    await expect(office.activities.callOffActivity(last, { caller })).rejects.toMatchObject(gone);
    await expect(office.activities.updateActivity({ ...last, capacity: 9 }, { caller })).rejects.toMatchObject(gone);
    await expect(office.activities.countAttendance({ ...last, sessionNumber: 1, attended: 3 }, { caller })).rejects.toMatchObject(gone);
    await expect(signUp(activity.id)).rejects.toMatchObject(gone);
    expect(await history(office, activity.id)).toEqual(['ActivityAnnounced 1', 'ActivityCalledOff 2']);
  });

  it('may be that a course does not go on: what was held stays and is counted, the rest is called off', async () => {
    const activity = await makeActivity(office, community.id, { sessions: [session('12-01T10:00', '12-01T11:00'), session('12-08T10:00', '12-08T11:00')] });
    const booking = (await signUp(activity.id)).booking?.id ?? '';
    office.clock.set('2026-12-01T10:30:00+08:00');
    const off = await office.activities.callOffActivity({ activityId: activity.id, version: 1 }, { caller });
    expect(off.activity).toMatchObject({ calledOff: true, version: 2 });
    expect(await history(office, booking)).toEqual(['BookingConfirmed 1', 'BookingCalledOff 2']);
    const { items } = await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller });
    expect(items.find(({ subjectId }) => subjectId === booking)).toMatchObject({ action: 'tell_holder', dueAt: at('12-08T10:00') });
    office.clock.set('2026-12-09T09:00:00+08:00');
    const count = (version: number, sessionNumber: number) => office.activities.countAttendance({ activityId: activity.id, version, sessionNumber, attended: 6 }, { caller });
    expect((await count(2, 1)).activity?.sessions.map(({ attended }) => attended)).toEqual([6, undefined]);
    await expect(count(3, 2)).rejects.toMatchObject({ reason: 'ACTIVITY_CALLED_OFF' });
  });

  it('leaves nobody signed up who came while it was called off', async () => {
    const activity = await makeActivity(office, community.id);
    const [off, made] = await Promise.allSettled([office.activities.callOffActivity({ activityId: activity.id, version: 1 }, { caller }), signUp(activity.id)]);
    expect(off.status).toBe('fulfilled');
    if (made.status === 'rejected') expect(made.reason).toMatchObject({ reason: 'ACTIVITY_CALLED_OFF' });
    else expect((await office.bookings.getBooking({ bookingId: made.value.booking?.id ?? '' }, { caller })).booking?.state).toBe('BOOKING_STATE_CANCELLED');
  });

  it('is none any more once it has begun', async () => {
    const activity = await makeActivity(office, community.id);
    office.clock.set('2026-12-01T10:00:00+08:00');
    await expect(office.activities.callOffActivity({ activityId: activity.id, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'ACTIVITY_BEGUN' });
  });

  it('is for those who run it: from elsewhere and from another office it is not there', async () => {
    const activity = await makeActivity(office, community.id);
    for (const by of [runner(other.path), { ...caller, tenantId: 'baihe' }]) {
      const missing = { kind: 'not_found', reason: 'ACTIVITY_NOT_FOUND' };
      const ref = { activityId: activity.id, version: 1 };
      await expect(office.activities.getActivity(ref, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.activities.updateActivity({ ...ref, capacity: 9 }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.activities.callOffActivity(ref, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.activities.countAttendance({ ...ref, sessionNumber: 1 }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.bookings.createSignUp({ activityId: activity.id, adults: 1, organisationName: '书画社' }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.bookings.listBookings({ activityId: activity.id }, { caller: by })).rejects.toMatchObject(missing);
    }
  });
});

describe('attendance', () => {
  it('is a number for each session that has begun, and may be corrected', async () => {
    const activity = await makeActivity(office, community.id, { sessions: [session('12-01T10:00', '12-01T11:00'), session('12-08T10:00', '12-08T11:00')] });
    const count = (version: number, sessionNumber: number, attended: number) => office.activities.countAttendance({ activityId: activity.id, version, sessionNumber, attended }, { caller });
    await expect(count(1, 1, 5)).rejects.toMatchObject({ reason: 'SESSION_NOT_BEGUN' });
    office.clock.set('2026-12-01T10:00:00+08:00');
    await expect(count(1, 2, 5)).rejects.toMatchObject({ reason: 'SESSION_NOT_BEGUN' });
    await expect(count(1, 3, 5)).rejects.toMatchObject({ kind: 'not_found', reason: 'SESSION_NOT_FOUND' });
    await expect(count(1, 1, -1)).rejects.toMatchObject({ violations: [{ field: 'attended', code: 'out_of_range' }] });
    await count(1, 1, 5);
    const { activity: after } = await count(2, 1, 6);
    expect(after?.sessions.map(({ attended }) => attended)).toEqual([6, undefined]);
    expect(await history(office, activity.id)).toEqual(['ActivityAnnounced 1', 'AttendanceCounted 2', 'AttendanceCounted 3']);
  });

  it('is told in public from five on', async () => {
    const activity = await makeActivity(office, community.id);
    office.clock.set('2026-12-01T10:00:00+08:00');
    for (const [version, attended] of [[1, 4], [2, 5]] as const) await office.activities.countAttendance({ activityId: activity.id, version, sessionNumber: 1, attended }, { caller });
    const told = (await sentEvents(office, activity.id)).filter(({ type }) => type === 'AttendanceCounted').map(({ payload }) => payload['attended']);
    expect(told).toEqual([undefined, 5]);
  });
});

describe('lists of activities', () => {
  it('go by the time they begin, page by page, from a day on', async () => {
    const own = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const late = await makeActivity(office, own.id, { sessions: [session('12-05T10:00', '12-05T11:00')] });
    const early = await makeActivity(office, own.id);
    const page = await office.activities.listActivities({ underUnitId: own.id, pageSize: 1 }, { caller });
    expect(page.activities.map(({ id }) => id)).toEqual([early.id]);
    const rest = await office.activities.listActivities({ underUnitId: own.id, pageSize: 1, pageToken: page.nextPageToken }, { caller });
    expect(rest.activities.map(({ id }) => id)).toEqual([late.id]);
    expect((await office.activities.listActivities({ underUnitId: own.id, fromDay: '2026-12-02' }, { caller })).activities.map(({ id }) => id)).toEqual([late.id]);
    await expect(office.activities.listActivities({ underUnitId: own.id }, { caller: runner(other.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    expect((await office.activities.listActivities({}, { caller: runner(own.path) })).activities.map(({ id }) => id)).toEqual([early.id, late.id]);
  });

  it('show anybody what is to come, with the places left and nobody’s name', async () => {
    const own = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const [open, off, short] = [await makeActivity(office, own.id), await makeActivity(office, own.id), await makeActivity(office, own.id, { sessions: [session('11-25T10:00', '11-25T11:00')] })];
    await office.activities.callOffActivity({ activityId: off.id, version: 1 }, { caller });
    await signUp(open.id);
    office.clock.set('2026-11-25T11:00:00+08:00');
    const { activities } = await office.activities.getPublicActivities({ unitCode: own.code }, { caller: gateway });
    expect(activities).toEqual([expect.objectContaining({ id: open.id, unitNameZh: own.nameZh, capacity: 3, free: 1 })]);
    const all = (await office.activities.getPublicActivities({}, { caller: gateway })).activities.map(({ id }) => id);
    expect([all.includes(open.id), all.includes(off.id), all.includes(short.id)]).toEqual([true, false, false]);
    await expect(office.activities.getPublicActivities({ unitCode: 'nowhere' }, { caller: gateway })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    expect((await office.activities.getPublicActivities({}, { caller: { ...gateway, tenantId: 'baihe' } })).activities).toEqual([]);
  });
});
