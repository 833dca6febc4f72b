import { newId, type Tx } from '@linli/db';
import { createMetrics } from '@linli/telemetry';
import { fixedClock, silentLogger, type TestClock } from '@linli/testing';
import {
  createAlarmScanner,
  createCalendars,
  findClocks,
  listMoves,
  loadCalendar,
  setOwnDay,
  startClock,
  withOwnDays,
  type Calendar,
  type Calendars,
  type Clock,
  type Limit,
  type OwnDayKind,
  type Recomputation,
} from '../src/index';
import { useClockDatabase } from './clock-database';

const national = loadCalendar();
const at = (local: string) => new Date(`${local}+08:00`);
const tenDays: Limit = { amount: 10, unit: 'working_days', roll: 'none' };

const db = useClockDatabase('each');
let calendars: Calendars;
let time: TestClock;
beforeEach(async () => {
  calendars = createCalendars(national, db.system);
  await calendars.refresh();
  time = fixedClock('2026-03-02T09:00:00+08:00');
});

/** On Monday, 2 March: due on 16 March at 18:00. */
function start({ tenantId = 'xingsheng', limit = tenDays, using = calendars }: { tenantId?: string; limit?: Limit; using?: Calendar } = {}): Promise<Clock> {
  const input = { kind: 'requests.handle', subjectType: 'case', subjectId: newId(), ruleSet: { limit, citation: 'x' }, at: time.now() };
  return db.app.withTenant({ tenantId }, (tx) => startClock(tx, using, input));
}

let versions = 0;
async function decide(day: string, kind: OwnDayKind | undefined, tenantId = 'xingsheng'): Promise<void> {
  versions += 1;
  await db.app.withTenant({ tenantId }, (tx) => setOwnDay(tx, { day, kind, version: versions }, time.now()));
  await calendars.refresh();
}

function scanner(onMoved?: (tx: Tx, moved: Recomputation) => Promise<void>) {
  const options = { database: db.app, system: db.system, calendar: calendars, calendars, now: time.now, onAlarms: () => Promise.resolve(), log: silentLogger(), metrics: createMetrics('test') };
  return createAlarmScanner({ ...options, ...(onMoved && { onMoved }) });
}

async function read({ tenantId, subjectId }: Clock): Promise<Clock> {
  const [clock] = await db.app.withTenant({ tenantId }, (tx) => findClocks(tx, subjectId));
  if (clock === undefined) throw new Error('the clock is gone');
  return clock;
}

const movedBy = (day: string | undefined, tenantId = 'xingsheng') => db.app.withTenant({ tenantId }, (tx) => listMoves(tx, { day, beforeId: undefined, limit: 100 }));

describe('a calendar with own days', () => {
  const own = withOwnDays(national, new Map([['2026-03-03', 'rest'], ['2026-03-07', 'work'], ['2027-03-01', 'rest']]));

  it('counts by them, forwards, backwards and in between', () => {
    expect(own.kindOfDay('2026-03-03')).toEqual({ kind: 'holiday', provisional: false });
    expect(own.isWorkingDay('2026-03-07')).toEqual({ working: true, provisional: false });
    expect(own.addWorkingDays('2026-03-02', 4).date).toBe('2026-03-07');
    expect(own.subtractWorkingDays('2026-03-07', 4)).toBe('2026-03-02');
    expect(own.workingDaysBetween('2026-03-02', '2026-03-09').days).toBe(5);
    expect(own.dueAt(at('2026-03-02T09:00'), { amount: 1, unit: 'calendar_days', roll: 'forward' }).dueAt).toEqual(at('2026-03-04T23:59:59.999'));
    expect(own.kindOfDay('2027-03-01').provisional).toBe(false);
    expect(own.kindOfDay('2027-03-02').provisional).toBe(true);
  });

  it('is each tenant’s, read before anything is counted by it', async () => {
    const unread = createCalendars(national, db.system);
    expect(() => unread.of('xingsheng')).toThrow(expect.objectContaining({ kind: 'unavailable', reason: 'CALENDAR_NOT_READ' }));
    await decide('2026-03-03', 'rest');
    await unread.refresh();
    expect([unread.of('xingsheng'), unread.of('baihe'), unread].map((calendar) => calendar.isWorkingDay('2026-03-03').working)).toEqual([false, true, true]);
    expect((await start()).dueAt).toEqual(at('2026-03-17T18:00'));
    expect((await start({ tenantId: 'baihe' })).dueAt).toEqual(at('2026-03-16T18:00'));
    await decide('2026-03-03', undefined);
    expect((await start()).dueAt).toEqual(at('2026-03-16T18:00'));
  });
});

describe('open due times', () => {
  it('follow a change where their span holds the day, each told of once; others are left alone', async () => {
    const [moving, short, other] = [await start(), await start({ limit: { ...tenDays, amount: 3 } }), await start({ tenantId: 'baihe' })];
    const hours = await start({ limit: { amount: 400, unit: 'hours', roll: 'none' } });
    const told: string[] = [];
    const follower = scanner((_tx, { clock }) => Promise.resolve(void told.push(clock.id)));
    await decide('2026-03-10', 'rest');
    expect(await follower.followOnce()).toEqual({ moved: 1, failed: 0 });
    expect(told).toEqual([moving.id]);
    expect(await read(moving)).toMatchObject({ dueAt: at('2026-03-17T18:00'), corrections: [{ at: time.now(), before: at('2026-03-16T18:00'), after: at('2026-03-17T18:00') }], version: 2 });
    for (const same of [short, other, hours]) expect(await read(same)).toMatchObject({ dueAt: same.dueAt, version: 1 });
    expect(await follower.followOnce()).toEqual({ moved: 0, failed: 0 });
    await decide('2026-03-10', undefined);
    expect(await follower.followOnce()).toEqual({ moved: 1, failed: 0 });
    expect((await read(moving)).dueAt).toEqual(at('2026-03-16T18:00'));
  });

  it('that moved are listed under the day that moved them, from when to when; the others and another tenant’s are not', async () => {
    const [moving, , other] = [await start(), await start({ limit: { ...tenDays, amount: 3 } }), await start({ tenantId: 'baihe' })];
    const follower = scanner();
    await decide('2026-03-10', 'rest');
    await follower.followOnce();
    const facts = { kind: 'requests.handle', subjectType: 'case', subjectId: moving.subjectId, day: '2026-03-10' };
    const there = { ...facts, before: at('2026-03-16T18:00'), after: at('2026-03-17T18:00'), at: time.now() };
    expect(await movedBy('2026-03-10')).toMatchObject([there]);
    // Another day a moment later: the first one is looked at once more, but does not move them again.
    time.set('2026-03-02T09:00:01+08:00');
    await decide('2026-03-12', 'rest');
    await follower.followOnce();
    expect(await movedBy('2026-03-10')).toMatchObject([there]);
    expect(await movedBy('2026-03-12')).toMatchObject([{ before: at('2026-03-17T18:00'), after: at('2026-03-18T18:00') }]);
    time.set('2026-03-02T09:10:00+08:00');
    await decide('2026-03-10', undefined);
    await follower.followOnce();
    expect(await movedBy('2026-03-10')).toMatchObject([{ ...facts, before: at('2026-03-18T18:00'), after: at('2026-03-17T18:00'), at: time.now() }, there]);
    expect(await movedBy('2026-03-10', other.tenantId)).toEqual([]);
    expect(await movedBy(undefined)).toEqual([]);
  });

  it('that two days moved together are listed under both', async () => {
    await start();
    for (const day of ['2026-03-10', '2026-03-11']) await decide(day, 'rest');
    await scanner().followOnce();
    for (const day of ['2026-03-10', '2026-03-11']) expect(await movedBy(day)).toMatchObject([{ before: at('2026-03-16T18:00'), after: at('2026-03-18T18:00') }]);
  });

  it('follow also where somebody counted by the calendar before, after a while', async () => {
    const stale = createCalendars(national, db.system);
    await stale.refresh();
    await decide('2026-03-10', 'rest');
    const follower = scanner();
    expect(await follower.followOnce()).toEqual({ moved: 0, failed: 0 });
    const late = await start({ using: stale });
    expect(late.dueAt).toEqual(at('2026-03-16T18:00'));
    expect(await follower.followOnce()).toEqual({ moved: 0, failed: 0 });
    time.set('2026-03-02T09:01:00+08:00');
    expect(await follower.followOnce()).toEqual({ moved: 1, failed: 0 });
    expect((await read(late)).dueAt).toEqual(at('2026-03-17T18:00'));
    expect(await movedBy('2026-03-10')).toMatchObject([{ subjectId: late.subjectId }]);
  });

  it('that fail hold up no other and are tried again; what was done is not done twice', async () => {
    const clocks = await Promise.all(Array.from({ length: 620 }, () => start()));
    const stubborn = clocks[7]?.id;
    let broken = true;
    const told: string[] = [];
    const follower = scanner((_tx, { clock }) => {
      if (clock.id === stubborn && broken) throw new Error('not now');
      told.push(clock.id);
      return Promise.resolve();
    });
    await decide('2026-03-10', 'rest');
    expect(await follower.followOnce()).toEqual({ moved: 619, failed: 1 });
    broken = false;
    expect(await follower.followOnce()).toEqual({ moved: 1, failed: 0 });
    expect(new Set(told).size).toBe(620);
    expect(told).toHaveLength(620);
  }, 30_000);

  it('are moved once by two at a time', async () => {
    const clocks = await Promise.all(Array.from({ length: 40 }, () => start()));
    await decide('2026-03-10', 'rest');
    const done = await Promise.all([scanner().followOnce(), scanner().followOnce()]);
    expect(done.reduce((sum, { moved }) => sum + moved, 0)).toBe(40);
    for (const clock of clocks) expect(await read(clock)).toMatchObject({ version: 2, corrections: [{}] });
  });

  it('have their early warnings again before a later end', async () => {
    const clock = await start({ limit: { ...tenDays, amount: 5 } });
    time.set('2026-03-06T00:00:00+08:00');
    const raising = scanner();
    await raising.scanOnce();
    // Due on Monday, 9 March; one working day is left since Friday.
    expect(await read(clock)).toMatchObject({ lastAlarm: 'one_day_left', dueAt: at('2026-03-09T18:00') });
    for (const day of ['2026-03-06', '2026-03-09']) await decide(day, 'rest');
    await raising.followOnce();
    expect(await read(clock)).toMatchObject({ dueAt: at('2026-03-11T18:00'), nextAlarmAt: at('2026-03-10T00:00') });
    time.set('2026-03-10T00:00:00+08:00');
    await raising.scanOnce();
    expect(await read(clock)).toMatchObject({ lastAlarm: 'one_day_left', nextAlarmAt: at('2026-03-11T18:00') });
  });
});
