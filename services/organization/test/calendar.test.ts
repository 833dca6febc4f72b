import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { everything, fresh, history, makeStaff, makeTenant, makeUnit, sentEvents, startOffice, within, type Office } from './support';

const { CALENDAR_DAY_KIND_REST, CALENDAR_DAY_KIND_WORK } = organization.CalendarDayKind;
const { DUTY_KIND_WORKDAY, DUTY_KIND_HOLIDAY } = organization.DutyKind;
const caller = everything();
const nobody = '0191c000-0000-7000-8000-00000000dead';

let office: Office;
let root: organization.Unit;

// Tuesday, 24 November 2026, 09:00. One office for all: each test takes days of its own.
beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
});

afterAll(() => office.stop());

const set = (day: string, kind: organization.CalendarDayKind = CALENDAR_DAY_KIND_REST, facts: object = {}) =>
  office.calendar.setCalendarOverride({ day, kind, nameZh: '那达慕', citation: '鄂尔多斯市人民政府通知', ...facts }, { caller });
const remove = (override: organization.CalendarOverride | undefined, version = override?.version ?? 0) => office.calendar.removeCalendarOverride({ overrideId: override?.id ?? nobody, version }, { caller });
const read = async (fromDay: string, toDay = fromDay, by = caller) => (await office.calendar.getCalendar({ fromDay, toDay }, { caller: by })).days;

describe('a day of the office’s own', () => {
  it('stands over the national calendar, for this office only, until it is removed, and can be set again', async () => {
    const { override } = await set('2026-12-18');
    expect(override).toMatchObject({ day: '2026-12-18', kind: CALENDAR_DAY_KIND_REST, removed: false, version: 1 });
    expect(await read('2026-12-18', '2026-12-20')).toMatchObject([
      { kind: CALENDAR_DAY_KIND_REST, holiday: true, provisional: false, override: { nameZh: '那达慕' } },
      { kind: CALENDAR_DAY_KIND_REST, holiday: false, override: undefined },
      { kind: CALENDAR_DAY_KIND_REST, holiday: false },
    ]);
    expect(await read('2026-12-18', '2026-12-18', everything('baihe'))).toMatchObject([{ kind: CALENDAR_DAY_KIND_WORK, override: undefined }]);
    expect(office.app.deps.calendar.of('xingsheng').isWorkingDay('2026-12-18').working).toBe(false);
    expect(office.app.deps.calendar.of('baihe').isWorkingDay('2026-12-18').working).toBe(true);
    expect((await remove(override)).override).toMatchObject({ removed: true, version: 2 });
    expect(await read('2026-12-18')).toMatchObject([{ kind: CALENDAR_DAY_KIND_WORK, override: undefined }]);
    expect((await set('2026-12-18')).override).toMatchObject({ id: override?.id, removed: false, version: 3 });
    expect(await history(office, override?.id ?? '')).toEqual(['CalendarOverrideSet 1', 'CalendarOverrideRemoved 2', 'CalendarOverrideSet 3']);
    expect((await sentEvents(office, override?.id))[0]?.payload).toEqual({ overrideId: override?.id, day: '2026-12-18', kind: CALENDAR_DAY_KIND_REST });
  });

  it('may be a day of work, also in a year that is not arranged yet', async () => {
    const before = await read('2027-03-06');
    expect(before).toMatchObject([{ kind: CALENDAR_DAY_KIND_REST, provisional: true }]);
    await set('2027-03-06', CALENDAR_DAY_KIND_WORK);
    expect(await read('2027-03-06')).toMatchObject([{ kind: CALENDAR_DAY_KIND_WORK, holiday: false, provisional: false }]);
  });

  it('is set once for a repeated request', async () => {
    const requestId = fresh('r');
    const first = await set('2026-12-21', CALENDAR_DAY_KIND_REST, { requestId });
    expect(await set('2026-12-21', CALENDAR_DAY_KIND_REST, { requestId })).toEqual(first);
  });

  it('is refused when the day has come, is so already, or is decided; and of two at a time lets one win', async () => {
    for (const day of ['2026-11-24', '2026-11-23']) await expect(set(day)).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'CALENDAR_DAY_PAST' });
    await expect(set('2026-12-19')).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'CALENDAR_DAY_UNCHANGED', details: { day: '2026-12-19' } });
    await expect(set('2026-12-22', CALENDAR_DAY_KIND_WORK)).rejects.toMatchObject({ reason: 'CALENDAR_DAY_UNCHANGED' });
    const results = await Promise.allSettled([set('2026-12-22'), set('2026-12-22')]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'CALENDAR_DAY_SET', details: { day: '2026-12-22' } } });
    for (const [facts, field, code] of [
      [{ day: '' }, 'day', 'required'],
      [{ day: '2026-02-30' }, 'day', 'malformed'],
      [{ kind: 'CALENDAR_DAY_KIND_UNSPECIFIED' }, 'kind', 'required'],
      [{ nameZh: '' }, 'name_zh', 'required'],
      [{ citation: ' ' }, 'citation', 'required'],
    ] as const) {
      await expect(set('2026-12-23', CALENDAR_DAY_KIND_REST, facts)).rejects.toMatchObject({ violations: [{ field, code }] });
    }
    await expect(office.calendar.getCalendar({ fromDay: '2026-01-01', toDay: '2027-01-02' }, { caller })).rejects.toMatchObject({ violations: [{ field: 'to_day', code: 'too_large' }] });
    await expect(office.calendar.getCalendar({ fromDay: '2026-01-02', toDay: '2026-01-01' }, { caller })).rejects.toMatchObject({ violations: [{ field: 'to_day', code: 'before_valid_from' }] });
  });

  it('is removed with its version, before it begins, once', async () => {
    const { override } = await set('2026-12-24');
    await expect(remove(override, 7)).rejects.toMatchObject({ kind: 'aborted', reason: 'VERSION_STALE' });
    await expect(remove(undefined, 1)).rejects.toMatchObject({ kind: 'not_found', reason: 'CALENDAR_OVERRIDE_NOT_FOUND' });
    office.clock.set('2026-12-24T00:00:00+08:00');
    await expect(remove(override)).rejects.toMatchObject({ reason: 'CALENDAR_DAY_PAST' });
    office.clock.set('2026-11-24T09:00:00+08:00');
    await remove(override);
    await expect(remove(override, 2)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'CALENDAR_DAY_REMOVED' });
  });

  it('is for those who may decide for the whole office', async () => {
    await expect(office.calendar.setCalendarOverride({ day: '2026-12-25', kind: CALENDAR_DAY_KIND_REST, nameZh: '节', citation: '通知' }, { caller: within(root.path) })).rejects.toMatchObject({ reason: 'UNIT_OUT_OF_SCOPE' });
  });
});

describe('what follows from it', () => {
  it('are the slots that a roster needs, at once', async () => {
    const unit = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    const [a, b] = [await makeStaff(office, unit.id), await makeStaff(office, unit.id)];
    await office.duty.planDuty({ unitId: unit.id, fromDay: '2026-11-24', toDay: '2026-12-31', kinds: [DUTY_KIND_WORKDAY], pairs: [{ aId: a.id, bId: b.id }] }, { caller });
    await office.duty.openDutyRoster({ unitId: unit.id, kinds: [DUTY_KIND_WORKDAY, DUTY_KIND_HOLIDAY] }, { caller });
    await set('2026-11-26');
    const { gaps } = await office.duty.getDutyGaps({ unitId: unit.id, days: 5 }, { caller });
    expect(gaps).toMatchObject([{ day: '2026-11-26', kind: DUTY_KIND_HOLIDAY }]);
    const found = (await sentEvents(office)).filter(({ type, payload }) => type === 'DutyGapFound' && payload['unitId'] === unit.id);
    expect(found).toMatchObject([{ payload: { day: '2026-11-26', kind: DUTY_KIND_HOLIDAY } }]);
  });
});

describe('the due times that a day moves', () => {
  const day = '2026-12-07';
  const decider = testCaller({ permissions: ['organization.calendar.write'] });
  const mover = testCaller({ permissions: ['raise', 'read', 'screen'].map((word) => `organization.topic.${word}`) });
  const movedBy = async (of = day, by = decider) => (await office.work.listMovedDueTimes({ day: of }, { caller: by })).items;
  const raise = async (by = mover, unitId = root.id) => {
    const { topic } = await office.topics.raiseTopic({ unitId, textZh: '三号楼门口晚上太黑' }, { caller: by });
    if (topic?.answerDueAt === undefined) throw new Error('the topic has no due time');
    return { ...topic, dueAt: topic.answerDueAt };
  };

  it('are listed with before and after, and again when it is removed; those that stand and another office’s are not', async () => {
    const { root: far } = await makeTenant(office, 'yunhe');
    const [open, answered] = [await raise(), await raise()];
    await raise(testCaller({ tenantId: 'yunhe', permissions: ['organization.topic.raise'] }), far.id);
    await office.topics.declineTopic({ topicId: answered.id, version: answered.version, titleZh: '楼门口照明', answerZh: '归供电所管', reason: organization.TopicDeclineReason.TOPIC_DECLINE_REASON_NOT_OURS }, { caller: mover });
    const { override } = await set(day);
    await office.app.scanner.followOnce();
    const facts = { kind: 'organization.topic_answer', subjectKind: 'organization.topic', subjectId: open.id, unitId: root.id };
    const later = (await office.topics.getTopic({ topicId: open.id }, { caller: mover })).topic?.answerDueAt;
    expect(later?.getTime()).toBeGreaterThan(open.dueAt.getTime());
    const [there, ...others] = await movedBy();
    expect([there, others]).toEqual([expect.objectContaining({ ...facts, before: open.dueAt, after: later, movedAt: office.clock.now() }), []]);
    office.clock.set('2026-11-24T10:00:00+08:00');
    await remove(override);
    await office.app.scanner.followOnce();
    expect(await movedBy()).toEqual([expect.objectContaining({ ...facts, before: later, after: open.dueAt, movedAt: office.clock.now() }), there]);
    expect(await movedBy('2026-12-08')).toEqual([]);
    expect(await movedBy(day, testCaller({ tenantId: 'yunhe', permissions: ['organization.calendar.write'] }))).toEqual([]);
    await expect(movedBy('2026-02-30')).rejects.toMatchObject({ violations: [{ field: 'day', code: 'malformed' }] });
    await expect(movedBy(day, testCaller({ grants: [{ permissions: ['organization.calendar.write'], scope: 'subtree', unitPath: root.path }] }))).rejects.toMatchObject({ reason: 'UNIT_OUT_OF_SCOPE' });
  });

  it('come page by page, the latest first', async () => {
    for (let index = 0; index < 3; index += 1) await raise();
    await set('2026-12-09');
    await office.app.scanner.followOnce();
    const all = await movedBy('2026-12-09');
    expect(all.length).toBeGreaterThanOrEqual(4);
    const read = [];
    let pageToken = '';
    do {
      const page = await office.work.listMovedDueTimes({ day: '2026-12-09', pageSize: 2, pageToken }, { caller: decider });
      expect(page.items.length).toBeLessThanOrEqual(2);
      read.push(...page.items);
      ({ nextPageToken: pageToken } = page);
    } while (pageToken !== '');
    expect(read).toEqual(all);
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort().reverse());
  });
});
