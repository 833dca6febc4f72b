import { organization, work } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { everything, fresh, history, makeStaff, makeTenant, makeUnit, sentEvents, startOffice, within, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const { DUTY_KIND_WORKDAY, DUTY_KIND_EXTENDED, DUTY_KIND_WEEKEND, DUTY_KIND_HOLIDAY } = organization.DutyKind;
const { DUTY_PART_A, DUTY_PART_B } = organization.DutyPart;
const allKinds = [DUTY_KIND_WORKDAY, DUTY_KIND_EXTENDED, DUTY_KIND_WEEKEND, DUTY_KIND_HOLIDAY];
const caller = everything();
const nobody = '0191c000-0000-7000-8000-00000000dead';
const at = (local: string) => new Date(`${local}+08:00`);

let office: Office;
let root: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
});

// Tuesday, 24 November 2026, 09:00.
afterEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

/** A community with four people, two of them at a grid below it. */
async function place() {
  const unit = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  const grid = await makeUnit(office, unit.id, { kind: UNIT_KIND_GRID });
  const people = [];
  for (const at of [unit, unit, grid, grid]) people.push(await makeStaff(office, at.id));
  const [a, b, c, d] = people.map(({ id }) => id) as [string, string, string, string];
  return { unit, grid, a, b, c, d };
}
type Place = Awaited<ReturnType<typeof place>>;

function plan({ unit, a, b }: Place, facts: object = {}) {
  return office.duty.planDuty({ unitId: unit.id, fromDay: '2026-12-01', toDay: '2026-12-01', kinds: [DUTY_KIND_WORKDAY], pairs: [{ aId: a, bId: b }], ...facts }, { caller });
}

async function planOne(here: Place, facts: object = {}): Promise<organization.DutySlot> {
  const { slots } = await plan(here, facts);
  if (slots[0] === undefined) throw new Error('nothing was planned');
  return slots[0];
}

const gaps = async (unitId: string, days = 0) => (await office.duty.getDutyGaps({ unitId, days }, { caller })).gaps;
const workAt = async (unitId: string) => {
  const planner = testCaller({ grants: [{ permissions: ['work.queue.read', 'organization.duty.plan'], scope: 'tenant', unitPath: '' }] });
  return (await office.work.listWork({ unitId, pageSize: 200 }, { caller: planner })).items.filter(({ kind }) => kind === 'organization.duty_gap');
};

describe('a plan', () => {
  it('has the slots that the working calendar has, the pairs taking turns by day', async () => {
    const here = await place();
    // New Year's Day 2027 rests on the law's fixed day; its year is not arranged yet.
    const { slots } = await plan(here, { fromDay: '2026-12-30', toDay: '2027-01-02', kinds: allKinds, pairs: [{ aId: here.a, bId: here.b }, { aId: here.c, bId: here.d }] });
    expect(slots.map(({ day, kind, aId }) => [day, kind, aId])).toEqual([
      ['2026-12-30', DUTY_KIND_WORKDAY, here.a],
      ['2026-12-30', DUTY_KIND_EXTENDED, here.a],
      ['2026-12-31', DUTY_KIND_WORKDAY, here.c],
      ['2026-12-31', DUTY_KIND_EXTENDED, here.c],
      ['2027-01-01', DUTY_KIND_HOLIDAY, here.a],
      ['2027-01-02', DUTY_KIND_WEEKEND, here.c],
    ]);
    expect(slots[1]).toMatchObject({ startsAt: at('2026-12-30T18:00'), endsAt: at('2026-12-30T20:00'), version: 1 });
    expect(await history(office, slots[0]?.id ?? '')).toEqual(['DutyPlanned 1']);
    expect((await sentEvents(office, slots[0]?.id)).at(-1)?.payload).toEqual({ slotId: slots[0]?.id, unitId: here.unit.id, day: '2026-12-30', kind: DUTY_KIND_WORKDAY, aId: here.a, bId: here.b });
    const listed = await office.duty.getDutyPlan({ unitId: here.unit.id, fromDay: '2026-12-31', toDay: '2027-01-01' }, { caller });
    expect(listed.slots.map(({ id }) => id)).toEqual(slots.slice(2, 5).map(({ id }) => id));
  });

  it('leaves out what is over by now', async () => {
    office.clock.set('2026-12-01T22:00:00+08:00');
    const here = await place();
    const { slots } = await plan(here, { toDay: '2026-12-02' });
    expect(slots.map(({ day }) => day)).toEqual(['2026-12-02']);
    await expect(plan(await place(), {})).rejects.toMatchObject({ reason: 'DUTY_NOTHING_TO_PLAN' });
  });

  it('is made once for a repeated request, and answered as it is now', async () => {
    const here = await place();
    const requestId = fresh('r');
    const first = await planOne(here, { requestId });
    await office.duty.reassignDuty({ slotId: first.id, version: 1, aId: here.c }, { caller });
    expect(await planOne(here, { requestId })).toMatchObject({ id: first.id, aId: here.c, version: 2 });
  });

  it('is made whole or not at all', async () => {
    const here = await place();
    await planOne(here, { fromDay: '2026-12-03', toDay: '2026-12-03' });
    const range = { fromDay: '2026-12-01', toDay: '2026-12-04' };
    await expect(plan(here, range)).rejects.toMatchObject({ kind: 'already_exists', reason: 'DUTY_PLANNED_ALREADY' });
    await office.staff.startAbsence({ staffId: here.c, version: 2, from: at('2026-12-09T12:00:00'), until: at('2026-12-09T13:00:00') }, { caller });
    const away = plan(here, { fromDay: '2026-12-07', toDay: '2026-12-10', pairs: [{ aId: here.c, bId: here.b }] });
    await expect(away).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'DUTY_PERSON_AWAY', details: { staff: here.c, day: '2026-12-09' } });
    const { slots } = await office.duty.getDutyPlan({ unitId: here.unit.id, fromDay: '2026-12-01', toDay: '2026-12-31' }, { caller });
    expect(slots.map(({ day }) => day)).toEqual(['2026-12-03']);
  });

  it('is refused for people who cannot, and for days and people that make no sense', async () => {
    const here = await place();
    const [stranger, gone] = [await makeStaff(office, root.id), await makeStaff(office, here.unit.id)];
    await office.staff.deactivateStaff({ staffId: gone.id, version: 2 }, { caller });
    const withA = (aId: string, facts: object = {}) => plan(here, { pairs: [{ aId, bId: here.b }], ...facts });
    await expect(withA(nobody)).rejects.toMatchObject({ kind: 'not_found', reason: 'STAFF_NOT_FOUND' });
    await expect(withA(stranger.id)).rejects.toMatchObject({ kind: 'not_found', reason: 'STAFF_NOT_FOUND' });
    await expect(withA(gone.id)).rejects.toMatchObject({ reason: 'STAFF_INACTIVE' });
    const leaving = await makeStaff(office, here.grid.id);
    await office.staff.endPost({ staffId: leaving.id, version: 2, postId: leaving.posts[0]?.id ?? '', validTo: '2026-12-01' }, { caller });
    await expect(withA(leaving.id)).rejects.toMatchObject({ reason: 'DUTY_PERSON_WITHOUT_POST', details: { day: '2026-12-01' } });
    await withA(leaving.id, { fromDay: '2026-11-30', toDay: '2026-11-30' });
    await expect(plan(here, { kinds: [DUTY_KIND_WEEKEND] })).rejects.toMatchObject({ reason: 'DUTY_NOTHING_TO_PLAN' });
    for (const [facts, field, code] of [
      [{ fromDay: '2026-11-23' }, 'from_day', 'in_past'],
      [{ toDay: '2026-11-30' }, 'to_day', 'before_valid_from'],
      [{ toDay: '2027-03-03' }, 'to_day', 'too_large'],
      [{ toDay: '' }, 'to_day', 'required'],
      [{ kinds: [] }, 'kinds', 'required'],
      [{ kinds: [DUTY_KIND_WORKDAY, DUTY_KIND_WORKDAY] }, 'kinds', 'duplicate'],
      [{ pairs: [] }, 'pairs', 'required'],
      [{ pairs: [{ aId: here.a, bId: here.a }] }, 'pairs[0].b_id', 'duplicate'],
      [{ pairs: Array.from({ length: 61 }, () => ({ aId: here.a, bId: here.b })) }, 'pairs', 'too_many'],
    ] as const) {
      await expect(plan(here, facts)).rejects.toMatchObject({ violations: [{ field, code }] });
    }
    const closed = await makeUnit(office, here.unit.id, { kind: UNIT_KIND_GRID });
    await office.units.closeUnit({ unitId: closed.id, version: 1 }, { caller });
    await expect(plan(here, { unitId: closed.id })).rejects.toMatchObject({ reason: 'UNIT_CLOSED' });
  });

  it('never has somebody on duty twice at one time, wherever, however many plan at once', async () => {
    const here = await place();
    const attempts = await Promise.allSettled([here.unit, here.grid].flatMap(({ id }) => [1, 2].map(() => plan(here, { unitId: id, pairs: [{ aId: here.c, bId: here.d }] }))));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons = attempts.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { reason: string }).reason] : []));
    expect(reasons.filter((reason) => !['DUTY_PERSON_BUSY', 'DUTY_PLANNED_ALREADY', 'CONCURRENT_CHANGE'].includes(reason))).toEqual([]);
    // What ends when the other begins is no overlap.
    await plan(here, { unitId: here.unit.id, kinds: [DUTY_KIND_EXTENDED], pairs: [{ aId: here.c, bId: here.d }] });
  });

  it('waits for somebody who is being called away, and sees it', async () => {
    const here = await place();
    const [planned, gone] = await Promise.allSettled([plan(here), office.staff.startAbsence({ staffId: here.a, version: 2, from: at('2026-12-01T00:00:00') }, { caller })]);
    expect(gone.status).toBe('fulfilled');
    if (planned.status === 'rejected') expect(planned.reason).toMatchObject({ reason: 'DUTY_PERSON_AWAY' });
  });
});

describe('a slot', () => {
  it('is given to others, with its version', async () => {
    const here = await place();
    const slot = await planOne(here);
    const { slot: given } = await office.duty.reassignDuty({ slotId: slot.id, version: 1, bId: here.c }, { caller });
    expect(given).toMatchObject({ aId: here.a, bId: here.c, version: 2 });
    const same = await office.duty.reassignDuty({ slotId: slot.id, version: 2, aId: here.a }, { caller });
    expect(same.slot?.version).toBe(2);
    const reassign = (facts: object) => office.duty.reassignDuty({ slotId: slot.id, version: 2, ...facts }, { caller });
    await expect(reassign({ version: 1, aId: here.d })).rejects.toMatchObject({ kind: 'aborted', reason: 'VERSION_STALE' });
    await expect(reassign({ aId: here.c })).rejects.toMatchObject({ violations: [{ field: 'b_id', code: 'duplicate' }] });
    await expect(reassign({ aId: nobody })).rejects.toMatchObject({ reason: 'STAFF_NOT_FOUND' });
    await plan(here, { unitId: here.grid.id, pairs: [{ aId: here.d, bId: (await makeStaff(office, here.grid.id)).id }] });
    await expect(reassign({ aId: here.d })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'DUTY_PERSON_BUSY' });
    expect(await history(office, slot.id)).toEqual(['DutyPlanned 1', 'DutyReassigned 2']);
  });

  it('of two at a time lets one win', async () => {
    const here = await place();
    const slot = await planOne(here);
    const results = await Promise.allSettled([here.c, here.d].map((aId) => office.duty.reassignDuty({ slotId: slot.id, version: 1, aId }, { caller })));
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
    expect(results.find(({ status }) => status === 'fulfilled')).toBeDefined();
  });

  it('is swapped with another, both told of, also within one day', async () => {
    const here = await place();
    const { slots } = await plan(here, { toDay: '2026-12-02', kinds: [DUTY_KIND_WORKDAY], pairs: [{ aId: here.a, bId: here.b }, { aId: here.c, bId: here.d }] });
    const [one, two] = slots as [organization.DutySlot, organization.DutySlot];
    const swap = (facts: object = {}) => office.duty.swapDuty({ slotId: one.id, version: 1, part: DUTY_PART_A, otherSlotId: two.id, otherVersion: 1, otherPart: DUTY_PART_B, ...facts }, { caller });
    await expect(swap({ otherVersion: 7 })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    await expect(swap({ otherSlotId: one.id })).rejects.toMatchObject({ violations: [{ field: 'other_slot_id', code: 'duplicate' }] });
    await expect(swap({ part: 'DUTY_PART_UNSPECIFIED' })).rejects.toMatchObject({ violations: [{ field: 'part', code: 'required' }] });
    await expect(swap({ otherSlotId: nobody })).rejects.toMatchObject({ reason: 'DUTY_SLOT_NOT_FOUND' });
    const swapped = await swap();
    expect(swapped.slot).toMatchObject({ aId: here.d, bId: here.b, version: 2 });
    expect(swapped.other).toMatchObject({ aId: here.c, bId: here.a, version: 2 });
    expect((await sentEvents(office, two.id)).at(-1)).toMatchObject({ type: 'DutySwapped', payload: { aId: here.c, bId: here.a, otherSlotId: one.id } });
    // A and B of one slot would be one person.
    await expect(office.duty.swapDuty({ slotId: one.id, version: 2, part: DUTY_PART_B, otherSlotId: (await planOne(here, { kinds: [DUTY_KIND_EXTENDED], pairs: [{ aId: here.d, bId: here.c }] })).id, otherVersion: 1, otherPart: DUTY_PART_A }, { caller }))
      .rejects.toMatchObject({ violations: [{ field: 'other_part', code: 'duplicate' }] });
    const { slots: evening } = await office.duty.getDutyPlan({ unitId: here.unit.id, fromDay: '2026-12-01', toDay: '2026-12-01' }, { caller });
    const within = await office.duty.swapDuty({ slotId: one.id, version: 2, part: DUTY_PART_B, otherSlotId: evening[1]?.id ?? '', otherVersion: 1, otherPart: DUTY_PART_B }, { caller });
    expect([within.slot?.bId, within.other?.bId]).toEqual([here.c, here.b]);
  });

  it('is cancelled, is over, and makes room', async () => {
    const here = await place();
    const slot = await planOne(here);
    const ref = { slotId: slot.id, version: 1 };
    expect((await office.duty.cancelDuty(ref, { caller })).slot).toMatchObject({ cancelled: true, aId: '', bId: '', version: 2 });
    await expect(office.duty.cancelDuty({ ...ref, version: 2 }, { caller })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'DUTY_SLOT_CANCELLED' });
    const next = await planOne(here);
    office.clock.set('2026-12-01T18:00:00+08:00');
    await expect(office.duty.cancelDuty({ slotId: next.id, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'DUTY_SLOT_OVER' });
    expect(await history(office, slot.id)).toEqual(['DutyPlanned 1', 'DutyCancelled 2']);
  });
});

describe('who is on duty', () => {
  const onDuty = async (unitId: string, time: string) => (await office.duty.getDuty({ unitId, at: at(time) }, { caller })).onCall.map(({ actingId, standIn }) => [actingId, standIn]);

  it('is A, or B while A is away, or nobody, at the hours of the slot', async () => {
    const here = await place();
    await plan(here, { fromDay: '2026-11-24', toDay: '2026-11-24' });
    const now = await office.duty.getDuty({ unitId: here.unit.id }, { caller });
    expect(now.onCall).toMatchObject([{ actingId: here.a, standIn: false, slot: { aId: here.a } }]);
    await office.staff.startAbsence({ staffId: here.a, version: 2, from: at('2026-11-24T14:00:00'), until: at('2026-11-24T15:00:00') }, { caller });
    await office.staff.startAbsence({ staffId: here.b, version: 2, from: at('2026-11-24T14:30:00') }, { caller });
    for (const [time, expected] of [
      ['2026-11-24T08:59:59', []],
      ['2026-11-24T13:59:59', [[here.a, false]]],
      ['2026-11-24T14:00:00', [[here.b, true]]],
      ['2026-11-24T14:30:00', [['', false]]],
      ['2026-11-24T15:00:00', [[here.a, false]]],
      ['2026-11-24T17:59:59', [[here.a, false]]],
      ['2026-11-24T18:00:00', []],
    ] as const) {
      expect([time, await onDuty(here.unit.id, time)]).toEqual([time, expected]);
    }
  });
});

describe('gaps', () => {
  const open = (unitId: string, kinds = [DUTY_KIND_WORKDAY]) => office.duty.openDutyRoster({ unitId, kinds }, { caller });

  it('are announced three working days ahead, wait for the coordinators, and end when they are filled', async () => {
    const here = await place();
    const { roster } = await open(here.unit.id);
    expect(await history(office, roster?.id ?? '')).toEqual(['DutyRosterOpened 1']);
    // Today and the three working days that follow.
    const waiting = await workAt(here.unit.id);
    expect(waiting.map(({ titleZh }) => titleZh)).toEqual(['24', '25', '26', '27'].map((day) => `2026-11-${day} 工作日值班缺岗`));
    expect(waiting[1]).toMatchObject({ action: 'fill', unitId: here.unit.id, dueAt: at('2026-11-25T09:00'), urgency: work.Urgency.URGENCY_YELLOW });
    expect((await sentEvents(office, waiting[1]?.subjectId)).map(({ type, payload }) => [type, payload])).toEqual([
      ['DutyGapFound', { gapId: waiting[1]?.subjectId, unitId: here.unit.id, day: '2026-11-25', kind: DUTY_KIND_WORKDAY, missing: [DUTY_PART_A, DUTY_PART_B] }],
    ]);
    expect((await gaps(here.unit.id)).length).toBe(22);
    expect((await gaps(here.unit.id, 2)).map(({ day, slotId }) => [day, slotId])).toEqual([['2026-11-24', ''], ['2026-11-25', '']]);
    await plan(here, { fromDay: '2026-11-24', toDay: '2026-12-31' });
    expect(await workAt(here.unit.id)).toEqual([]);
    expect((await sentEvents(office, waiting[1]?.subjectId)).at(-1)).toMatchObject({ type: 'DutyGapEnded', version: 2, payload: { cause: 'filled' } });
    expect(await gaps(here.unit.id)).toEqual([]);
  });

  it('are found by the clock when the days come near, once each, and pass with their day', async () => {
    const here = await place();
    await open(here.unit.id);
    await plan(here, { fromDay: '2026-11-24', toDay: '2026-11-30' });
    expect(await workAt(here.unit.id)).toEqual([]);
    // 1 December, a Tuesday, is the first day without anybody: the notice is due on the Thursday before.
    office.clock.set('2026-11-25T23:59:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await workAt(here.unit.id)).toEqual([]);
    office.clock.set('2026-11-26T00:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    const [gap, ...others] = await workAt(here.unit.id);
    expect([gap?.titleZh, others]).toEqual(['2026-12-01 工作日值班缺岗', []]);
    expect(await history(office, gap?.subjectId ?? '')).toEqual(['DutyGapFound 1']);
    office.clock.set('2026-12-02T08:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect((await sentEvents(office, gap?.subjectId)).at(-1)).toMatchObject({ type: 'DutyGapEnded', payload: { cause: 'passed' } });
    expect((await workAt(here.unit.id)).map(({ titleZh }) => titleZh.slice(0, 10))).toEqual(['2026-12-02', '2026-12-03', '2026-12-04', '2026-12-07']);
    const entries = await office.threads.listEntries({ threadId: gap?.threadId ?? '' }, { caller: testCaller({ permissions: ['thread.read'] }) });
    expect(entries.entries.map(({ code, actorKind }) => [code, actorKind])).toEqual([['found', 'system'], ['passed', 'system']]);
  });

  it('open at once when somebody goes away or leaves, say more when the other goes too, and close when they are back', async () => {
    const here = await place();
    await open(here.unit.id);
    await plan(here, { fromDay: '2026-11-24', toDay: '2026-12-31' });
    const away = await office.staff.startAbsence({ staffId: here.a, version: 2, from: at('2026-11-26T00:00:00'), until: at('2026-11-27T00:00:00') }, { caller });
    const [gap] = await workAt(here.unit.id);
    expect(gap?.titleZh).toBe('2026-11-26 工作日值班缺岗');
    const gone = await office.staff.startAbsence({ staffId: here.b, version: 2, from: at('2026-11-26T12:00:00'), until: at('2026-11-27T12:00:00') }, { caller });
    expect((await sentEvents(office, gap?.subjectId)).map(({ payload }) => payload['missing'])).toEqual([[DUTY_PART_A], [DUTY_PART_A, DUTY_PART_B]]);
    expect((await workAt(here.unit.id)).map(({ version }) => version)).toEqual([2, 1]);
    await office.staff.endAbsence({ staffId: here.a, version: 3, absenceId: away.staff?.absences[0]?.id ?? '' }, { caller });
    expect((await sentEvents(office, gap?.subjectId)).at(-1)?.payload).toMatchObject({ missing: [DUTY_PART_B] });
    await office.staff.endAbsence({ staffId: here.b, version: 3, absenceId: gone.staff?.absences[0]?.id ?? '' }, { caller });
    expect(await workAt(here.unit.id)).toEqual([]);
    await office.staff.deactivateStaff({ staffId: here.a, version: 4 }, { caller });
    expect(await workAt(here.unit.id)).toHaveLength(4);
  });

  it('fall away when the unit keeps no roster any more, and the clock with them', async () => {
    const here = await place();
    const { roster } = await open(here.unit.id, [DUTY_KIND_WEEKEND]);
    const [saturday] = await gaps(here.unit.id);
    expect(saturday).toMatchObject({ day: '2026-11-28', kind: DUTY_KIND_WEEKEND, missing: [DUTY_PART_A, DUTY_PART_B] });
    office.clock.set('2026-11-25T08:00:00+08:00');
    await office.app.scanner.scanOnce();
    const [gap] = await workAt(here.unit.id);
    const change = (version: number, kinds: organization.DutyKind[]) => office.duty.changeDutyRoster({ rosterId: roster?.id ?? '', version, kinds }, { caller });
    await expect(change(9, [])).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    expect((await change(1, [DUTY_KIND_WEEKEND])).roster?.version).toBe(1);
    expect((await change(1, [])).roster).toMatchObject({ kinds: [], version: 2 });
    expect((await sentEvents(office, gap?.subjectId)).at(-1)?.payload).toMatchObject({ cause: 'dropped' });
    const clocks = await office.knex('clocks').where({ subject_id: roster?.id }).whereNull('ended_at');
    expect(clocks).toEqual([]);
    await change(2, [DUTY_KIND_WORKDAY]);
    expect(await workAt(here.unit.id)).toHaveLength(4);
  });

  it('are none at a unit that is closed or keeps no roster; and a unit has one roster', async () => {
    const here = await place();
    expect(await gaps(here.unit.id)).toEqual([]);
    await open(here.unit.id);
    await expect(open(here.unit.id)).rejects.toMatchObject({ kind: 'already_exists', reason: 'DUTY_ROSTER_EXISTS' });
    await expect(open(here.grid.id, [])).rejects.toMatchObject({ violations: [{ field: 'kinds', code: 'required' }] });
    await expect(office.duty.getDutyGaps({ unitId: here.unit.id, days: 93 }, { caller })).rejects.toMatchObject({ violations: [{ field: 'days', code: 'too_large' }] });
    const empty = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    await open(empty.id);
    expect(await workAt(empty.id)).toHaveLength(4);
    await office.units.closeUnit({ unitId: empty.id, version: 1 }, { caller });
    office.clock.set('2026-11-25T00:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await workAt(empty.id)).toEqual([]);
  });
});

describe('what a caller may not see', () => {
  it('does not exist: outside the scope and in another tenant', async () => {
    const here = await place();
    const slot = await planOne(here);
    const { roster } = await office.duty.openDutyRoster({ unitId: here.unit.id, kinds: [DUTY_KIND_WORKDAY] }, { caller });
    const elsewhere = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    for (const outsider of [within(elsewhere.path), everything('baihe')]) {
      const by = { caller: outsider };
      for (const attempt of [
        () => office.duty.reassignDuty({ slotId: slot.id, version: 1, aId: here.c }, by),
        () => office.duty.cancelDuty({ slotId: slot.id, version: 1 }, by),
        () => office.duty.swapDuty({ slotId: slot.id, version: 1, part: DUTY_PART_A, otherSlotId: nobody, otherVersion: 1, otherPart: DUTY_PART_A }, by),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ kind: 'not_found', reason: 'DUTY_SLOT_NOT_FOUND' });
      }
      await expect(office.duty.changeDutyRoster({ rosterId: roster?.id ?? '', version: 1, kinds: [] }, by)).rejects.toMatchObject({ reason: 'DUTY_ROSTER_NOT_FOUND' });
      for (const attempt of [
        () => office.duty.openDutyRoster({ unitId: here.unit.id, kinds: [DUTY_KIND_WORKDAY] }, by),
        () => office.duty.planDuty({ unitId: here.unit.id, toDay: '2026-12-01', kinds: [DUTY_KIND_WORKDAY], pairs: [{ aId: here.a, bId: here.b }] }, by),
        () => office.duty.getDutyPlan({ unitId: here.unit.id }, by),
        () => office.duty.getDuty({ unitId: here.unit.id }, by),
        () => office.duty.getDutyGaps({ unitId: here.unit.id }, by),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ kind: 'not_found', reason: 'UNIT_NOT_FOUND' });
      }
      expect((await office.duty.listDutyRosters({}, by)).rosters).toEqual([]);
    }
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await office.duty.listDutyRosters({ pageSize: 1, pageToken }, { caller: within(here.unit.path) });
      seen.push(...page.rosters.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual([roster?.id]);
  });
});
