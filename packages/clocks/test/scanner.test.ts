import { newId, tenantOf, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { createMetrics } from '@linli/telemetry';
import { captureLogger, eventually, fixedClock, silentLogger } from '@linli/testing';
import {
  createAlarmScanner,
  createCalendar,
  findClocks,
  listMoves,
  loadCalendar,
  pauseClock,
  recomputeProvisional,
  satisfyClock,
  startClock,
  type Alarm,
  type AlarmScannerOptions,
  type Calendar,
  type Clock,
  type Limit,
} from '../src/index';
import { readYears } from '../src/load-calendar';
import { useClockDatabase } from './clock-database';

const calendar = loadCalendar();
const at = (local: string) => new Date(`${local}+08:00`);
const tenDays = { amount: 10, unit: 'working_days', roll: 'none' } as const;
const levels = ['half_used', 'three_days_left', 'one_day_left', 'due', 'breached'];

const db = useClockDatabase('each');

interface StartOptions {
  readonly tenantId?: string;
  readonly from?: string;
  readonly limit?: Limit;
  readonly using?: Calendar;
}

/** On a Monday: half used on 03-09T18:00, then 03-11T00:00, 03-13T00:00, due 03-16T18:00, breached at midnight. */
function start({ tenantId = 'xingsheng', from = '2026-03-02T09:00', limit = tenDays, using = calendar }: StartOptions = {}): Promise<Clock> {
  const input = { kind: 'requests.handle', subjectType: 'case', subjectId: newId(), ruleSet: { limit, citation: 'x' }, at: at(from) };
  return db.app.withTenant({ tenantId }, (tx) => startClock(tx, using, input));
}

async function noteEffect(tx: Tx, alarm: Alarm, replica = 'one'): Promise<void> {
  await tx('effects').insert({ clock: alarm.clock.id, level: alarm.level, replica });
}

interface ScannerChanges extends Partial<Omit<AlarmScannerOptions, 'onAlarms'>> {
  readonly onAlarm?: (tx: Tx, alarm: Alarm) => Promise<void>;
}

function scanner(now: () => Date, { onAlarm = noteEffect, ...changes }: ScannerChanges = {}) {
  return createAlarmScanner({
    database: db.app,
    system: db.system,
    calendar,
    now,
    async onAlarms(tx, alarms) {
      for (const alarm of alarms) await onAlarm(tx, alarm);
    },
    log: silentLogger(),
    metrics: createMetrics('test'),
    intervalMs: 5,
    ...changes,
  });
}

async function effects(): Promise<{ clock: string; level: string; replica: string }[]> {
  return db.app.withTenant({ tenantId: 'xingsheng' }, (tx) => tx<{ clock: string; level: string; replica: string; position: number }>('effects').select('clock', 'level', 'replica').orderBy('position'));
}

async function levelsOf(clock: Clock): Promise<string[]> {
  return (await effects()).filter((effect) => effect.clock === clock.id).map(({ level }) => level);
}

describe('the alarm scanner', () => {
  it('raises each level when its time has come, once', async () => {
    const time = fixedClock('2026-03-09T17:59:59+08:00');
    const clock = await start();
    const one = scanner(() => time.now());
    expect(await one.scanOnce()).toBe(0);
    for (const [moment, count] of [
      ['2026-03-09T18:00:00+08:00', 1],
      ['2026-03-11T00:00:00+08:00', 2],
      ['2026-03-13T07:00:00+08:00', 3],
      ['2026-03-16T18:00:00+08:00', 4],
      ['2026-03-17T00:00:00+08:00', 5],
    ] as const) {
      time.set(moment);
      expect(await one.scanOnce()).toBe(1);
      expect(await one.scanOnce()).toBe(0);
      expect(await levelsOf(clock)).toEqual(levels.slice(0, count));
    }
    const [after] = await db.app.withTenant({ tenantId: 'xingsheng' }, (tx) => findClocks(tx, clock.subjectId));
    expect(after).toMatchObject({ state: 'running', lastAlarm: 'breached', nextAlarmAt: undefined });
  });

  it('after an outage raises every missed level in order, with its own time, the outrun ones marked', async () => {
    const alarms: Alarm[] = [];
    await start();
    const late = scanner(() => at('2026-03-20T09:00'), { onAlarm: async (_tx, alarm) => void alarms.push(alarm) });
    expect(await late.scanOnce()).toBe(5);
    expect(alarms.map(({ level, at: reached, superseded }) => [level, reached, superseded])).toEqual([
      ['half_used', at('2026-03-09T18:00'), true],
      ['three_days_left', at('2026-03-11T00:00'), true],
      ['one_day_left', at('2026-03-13T00:00'), true],
      ['due', at('2026-03-16T18:00'), true],
      ['breached', at('2026-03-17T00:00'), false],
    ]);
    expect(await late.scanOnce()).toBe(0);
  });

  it('shares a backlog of several tenants between replicas, each alarm once and in order', async () => {
    const clocks = await Promise.all(Array.from({ length: 90 }, (_, index) => start({ tenantId: ['xingsheng', 'other', 'third'][index % 3] ?? 'x' })));
    const now = () => at('2026-03-20T09:00');
    const replicas = ['one', 'two', 'three'].map((name) => scanner(now, { onAlarm: (tx, alarm) => noteEffect(tx, alarm, name) }));
    const counts = await Promise.all(replicas.map((replica) => replica.scanOnce()));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(clocks.length * levels.length);
    for (const clock of clocks) expect(await levelsOf(clock)).toEqual(levels);
    expect(new Set((await effects()).map(({ replica }) => replica)).size).toBeGreaterThan(1);
  });

  it('serves the longest waiting first, whatever is newer', async () => {
    const young = await start({ from: '2026-03-04T09:00' });
    const old = await start({ tenantId: 'other', from: '2026-01-05T09:00' });
    await scanner(() => at('2026-04-20T09:00')).scanOnce();
    const order = (await effects()).map(({ clock }) => clock);
    expect(order.indexOf(old.id)).toBeLessThan(order.indexOf(young.id));
  });

  it('goes on where a stopped one left off', async () => {
    const time = fixedClock('2026-03-13T09:00:00+08:00');
    const clock = await start();
    const first = scanner(() => time.now());
    await first.start();
    await eventually(async () => expect(await levelsOf(clock)).toEqual(levels.slice(0, 3)));
    await first.stop();
    time.set('2026-03-16T20:00:00+08:00');
    const second = scanner(() => time.now());
    await second.start();
    await eventually(async () => expect(await levelsOf(clock)).toEqual(levels.slice(0, 4)));
    await second.stop();
  });

  it('leaves no trace of an alarm whose transaction was lost, and raises it again', async () => {
    const clock = await start();
    const now = () => at('2026-03-09T20:00');
    const dying = scanner(now, {
      async onAlarm(tx, alarm) {
        await noteEffect(tx, alarm);
        await tx.raw('select pg_terminate_backend(pg_backend_pid())');
      },
    });
    expect(await dying.scanOnce()).toBe(0);
    expect(await levelsOf(clock)).toEqual([]);
    expect(await scanner(now).scanOnce()).toBe(1);
    expect(await levelsOf(clock)).toEqual(['half_used']);
  });

  it('tries a failing clock again later, further apart, and lets the others pass', async () => {
    const time = fixedClock('2026-03-09T20:00:00+08:00');
    const metrics = createMetrics('test');
    const captured = captureLogger();
    const bad = await start();
    const good = await start();
    const stubborn = scanner(() => time.now(), {
      metrics,
      log: captured.log,
      async onAlarm(tx, alarm) {
        await noteEffect(tx, alarm);
        if (alarm.clock.id === bad.id) await tx.raw('select 1 / 0');
      },
    });
    expect(await stubborn.scanOnce()).toBe(1);
    expect([await levelsOf(bad), await levelsOf(good)]).toEqual([[], ['half_used']]);
    for (const wait of [1000, 2000, 4000, 8000]) {
      time.advance(wait - 1);
      expect(await stubborn.scanOnce()).toBe(0);
      expect(captured.lines.filter(({ clock }) => clock === bad.id).length).toBe(Math.log2(wait / 1000) + 1);
      time.advance(1);
      await stubborn.scanOnce();
    }
    expect(await metrics.expose()).toMatch(/linli_clock_alarm_failures_total\{.*\} 5/);
    expect(captured.lines.at(-1)).toMatchObject({ level: 'error', clock: bad.id, failures: 5 });
    time.advance(16_000);
    expect(await scanner(() => time.now()).scanOnce()).toBe(1);
    expect(await levelsOf(bad)).toEqual(['half_used']);
  });

  it('gives way to a use case that holds the subject and wants the clock', async () => {
    const clock = await start();
    const now = () => at('2026-03-09T20:00');
    const office = { tenantId: 'xingsheng' };
    // The advisory lock stands for the subject's row, which both sides want.
    const lockSubject = (tx: Tx) => tx.raw('select pg_advisory_xact_lock(42)');
    const waiters = async () => {
      const blocked = 'datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0';
      const { rows } = await db.system.knex.raw<{ rows: unknown[] }>(`select from pg_stat_activity where ${blocked}`);
      return rows.length;
    };
    const entered = Promise.withResolvers<void>();
    const blocked = scanner(now, {
      async onAlarm(tx, alarm) {
        entered.resolve();
        // Only when the use case waits already would PostgreSQL choose it as the deadlock's victim.
        await eventually(async () => expect(await waiters()).toBe(1));
        await lockSubject(tx);
        await noteEffect(tx, alarm);
      },
    });
    let scan: Promise<number> | undefined;
    const satisfied = await db.app.withTenant(office, async (tx) => {
      await lockSubject(tx);
      scan = blocked.scanOnce();
      await entered.promise;
      return satisfyClock(tx, { clockId: clock.id, at: at('2026-03-09T20:00') });
    });
    expect(satisfied.state).toBe('satisfied');
    expect(await scan).toBe(0);
    expect(await levelsOf(clock)).toEqual([]);
  });

  it('lets the handler end the clock: the levels after it are not raised', async () => {
    const clock = await start();
    const ending = scanner(() => at('2026-03-20T09:00'), {
      async onAlarm(tx, alarm) {
        await noteEffect(tx, alarm);
        if (alarm.level === 'due') await satisfyClock(tx, { clockId: alarm.clock.id, at: alarm.at });
      },
    });
    await ending.scanOnce();
    expect(await levelsOf(clock)).toEqual(levels.slice(0, 4));
  });

  it('lets the handler of one end the clock of another that is due at the same time: it raises nothing, and holds up nobody', async () => {
    const time = fixedClock('2026-03-16T18:00:00+08:00');
    const [first, second, third] = [await start({ from: '2026-03-02T09:00' }), await start({ from: '2026-03-02T09:00' }), await start({ from: '2026-03-02T09:00' })];
    const byId = new Map([[first.id, second.id], [second.id, first.id]]);
    const one = scanner(() => time.now(), {
      async onAlarm(tx, alarm) {
        const other = byId.get(alarm.clock.id);
        // Both duties are done with whichever comes first; the other's handler finds its clock ended, and fails.
        if (other !== undefined) for (const clockId of [alarm.clock.id, other]) await satisfyClock(tx, { clockId, at: time.now() });
        await noteEffect(tx, alarm);
      },
    });
    await one.scanOnce();
    await one.scanOnce();
    const raised = [await levelsOf(first), await levelsOf(second)];
    expect(raised.map((own) => own.length).sort()).toEqual([0, 1]);
    expect(await levelsOf(third)).toEqual(levels.slice(0, 4));
  });

  it('shares a backlog that one batch cannot hold, though one clock of it fails', async () => {
    const clocks = await Promise.all(Array.from({ length: 45 }, () => start()));
    const failing = clocks[0]?.id;
    const one = scanner(() => at('2026-03-09T18:00'), {
      async onAlarm(tx, alarm) {
        if (alarm.clock.id === failing) throw failedPrecondition('CASE_GONE', 'the case is gone');
        await noteEffect(tx, alarm);
      },
    });
    expect(await one.scanOnce()).toBe(44);
  });

  it('hands over many at once, and each alone when that fails: what the others did stays', async () => {
    const clocks = await Promise.all(Array.from({ length: 30 }, () => start()));
    const bad = clocks[7]?.id;
    const handed: number[] = [];
    const one = createAlarmScanner({
      ...{ database: db.app, system: db.system, calendar, now: () => at('2026-03-09T18:00'), log: silentLogger(), metrics: createMetrics('test') },
      async onAlarms(tx, alarms) {
        handed.push(alarms.length);
        for (const alarm of alarms) await noteEffect(tx, alarm);
        if (alarms.some(({ clock }) => clock.id === bad)) throw failedPrecondition('CASE_GONE', 'the case is gone');
      },
    });
    expect(await one.scanOnce()).toBe(29);
    expect((await effects()).map(({ clock }) => clock).sort()).toEqual(clocks.map(({ id }) => id).filter((id) => id !== bad).sort());
    // All, then twenty alone with the bad one among them or not, then those that were left.
    expect(handed[0]).toBe(30);
    expect(handed.slice(1, 21)).toEqual(Array.from({ length: 20 }, () => 1));
    expect(handed.length).toBeLessThan(33);
  });

  it('is silent about paused and ended clocks', async () => {
    const paused = await start();
    const ended = await start();
    await db.app.withTenant({ tenantId: 'xingsheng' }, async (tx) => {
      await pauseClock(tx, calendar, { clockId: paused.id, at: at('2026-03-03T09:00'), cause: 'survey' });
      await satisfyClock(tx, { clockId: ended.id, at: at('2026-03-03T09:00') });
    });
    expect(await scanner(() => at('2026-06-01T09:00')).scanOnce()).toBe(0);
  });

  it('handles an alarm as its tenant', async () => {
    await start({ tenantId: 'other' });
    const tenants: string[] = [];
    await scanner(() => at('2026-03-09T20:00'), { onAlarm: async (tx) => void tenants.push(tenantOf(tx)) }).scanOnce();
    expect(tenants).toEqual(['other']);
  });

  it('does not stop when a tenant fails, and says how long alarms have waited', async () => {
    const metrics = createMetrics('test');
    await start();
    const failing = scanner(() => at('2026-03-09T18:01'), {
      metrics,
      onAlarm: async () => {
        throw failedPrecondition('CASE_GONE', 'the case is gone');
      },
    });
    expect(await failing.scanOnce()).toBe(0);
    expect(await metrics.expose()).toMatch(/linli_clock_alarm_delay_seconds\{.*\} [06]/);
  });

  it('warns each day of November while the next year is missing', async () => {
    const captured = captureLogger();
    const time = fixedClock('2026-11-01T09:00:00+08:00');
    const watching = scanner(() => time.now(), { log: captured.log });
    await watching.start();
    await eventually(() => expect(captured.lines).toContainEqual(expect.objectContaining({ level: 'warn', years: [2027] })));
    time.set('2026-11-02T09:00:00+08:00');
    await eventually(() => expect(captured.lines.filter(({ years }) => years !== undefined)).toHaveLength(2));
    await watching.stop();
  });
});

describe('provisional due times', () => {
  const next = { year: 2027, rest: { '2027-01-01': '元旦', '2027-01-04': '元旦' }, work: {} };
  const known = createCalendar([...readYears(), next]);
  const ends2027 = { from: '2026-12-21T09:00' };

  it('are marked, and computed again when the year is there: moved, recorded, logged, told', async () => {
    const moving = await start(ends2027);
    const staying = await start({ from: '2026-12-15T09:00' });
    const certain = await start();
    expect([moving.provisional, staying.provisional, certain.provisional]).toEqual([true, true, false]);
    expect(moving.dueAt).toEqual(at('2027-01-05T18:00'));

    const captured = captureLogger();
    const told: [string, Date][] = [];
    const now = () => at('2026-12-20T09:00');
    const options = {
      database: db.app,
      system: db.system,
      now,
      log: captured.log,
      onMoved: async (_tx: Tx, { clock, previousDueAt }: { clock: Clock; previousDueAt: Date }) => void told.push([clock.id, previousDueAt]),
    };
    expect(await recomputeProvisional({ ...options, calendar })).toEqual({ settled: 0, moved: 0, failed: 0 });
    expect(told).toEqual([]);
    expect(await recomputeProvisional({ ...options, calendar: known })).toEqual({ settled: 2, moved: 1, failed: 0 });
    expect(await recomputeProvisional({ ...options, calendar: known })).toEqual({ settled: 0, moved: 0, failed: 0 });

    const [after] = await db.app.withTenant({ tenantId: 'xingsheng' }, (tx) => findClocks(tx, moving.subjectId));
    expect(after).toMatchObject({
      provisional: false,
      dueAt: at('2027-01-06T18:00'),
      corrections: [{ at: now(), before: at('2027-01-05T18:00'), after: at('2027-01-06T18:00') }],
    });
    const moves = await db.app.withTenant({ tenantId: 'xingsheng' }, (tx) => listMoves(tx, { day: undefined, beforeId: undefined, limit: 10 }));
    expect(moves).toMatchObject([{ day: undefined, subjectId: moving.subjectId, before: at('2027-01-05T18:00'), after: at('2027-01-06T18:00'), at: now() }]);
    expect(told).toHaveLength(2);
    expect(told).toEqual(
      expect.arrayContaining([
        [moving.id, at('2027-01-05T18:00')],
        [staying.id, staying.dueAt],
      ]),
    );
    expect(captured.lines).toContainEqual(expect.objectContaining({ msg: 'provisional due time moved', clock: moving.id }));
  });

  it('are settled by a scanner that starts with new data; one that fails is tried again and holds up no other', async () => {
    const stillOpen = async () => (await db.system.knex('clocks').where({ provisional: true })).length;
    const clocks = await Promise.all(Array.from({ length: 60 }, (_, index) => start({ ...ends2027, tenantId: index % 6 === 0 ? 'other' : 'xingsheng' })));
    const time = fixedClock('2026-12-20T09:00:00+08:00');
    const stubborn = clocks[0]?.id;
    const tried = Promise.withResolvers<void>();
    const settling = scanner(() => time.now(), {
      calendar: known,
      async onMoved(_tx, { clock }) {
        if (clock.id !== stubborn || time.now() > at('2026-12-20T09:00')) return;
        tried.resolve();
        throw failedPrecondition('CASE_GONE', 'the case is gone');
      },
    });
    await settling.start();
    await tried.promise;
    await eventually(async () => expect(await stillOpen()).toBe(1));
    time.advance(60_000);
    await eventually(async () => expect(await stillOpen()).toBe(0));
    await settling.stop();
    const moved = await db.system.knex<{ due_at: Date }>('clocks').where({ due_at: at('2027-01-06T18:00') });
    expect(moved).toHaveLength(clocks.length);
  });
});
