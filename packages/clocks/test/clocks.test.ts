import { isAppError } from '@linli/errors';
import { describeSchema, migrate, migrateDown, newId } from '@linli/db';
import { silentLogger } from '@linli/testing';
import {
  addRuleSet,
  cancelClock,
  extendClock,
  findClocks,
  isLate,
  loadCalendar,
  pauseClock,
  resumeClock,
  ruleSetAt,
  satisfyClock,
  startClock,
  type StartClock,
} from '../src/index';
import { migrations, useClockDatabase } from './clock-database';

const calendar = loadCalendar();
const at = (local: string) => new Date(`${local}+08:00`);
const office = { tenantId: 'xingsheng' };
const otherOffice = { tenantId: 'other' };

const db = useClockDatabase('all');

function handling(changes: Partial<StartClock> = {}): StartClock {
  const ruleSet = { limit: { amount: 5, unit: 'working_days', roll: 'none' }, citation: 'item 12' } as const;
  return { kind: 'requests.handle', subjectType: 'case', subjectId: newId(), ruleSet, at: at('2026-03-02T09:00'), ...changes };
}

function start(changes: Partial<StartClock> = {}, scope = office) {
  return db.app.withTenant(scope, (tx) => startClock(tx, calendar, handling(changes)));
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing thrown',
    (error: unknown) => (isAppError(error) ? error.reason : String(error)),
  );
}

describe('a clock', () => {
  it('is stored with all that its due time rests on', async () => {
    const clock = await start();
    const [found] = await db.app.withTenant(office, (tx) => findClocks(tx, clock.subjectId));
    expect(found).toEqual(clock);
    expect(found).toMatchObject({
      state: 'running',
      citation: 'item 12',
      ruleSet: undefined,
      dueAt: at('2026-03-09T18:00'),
      provisional: false,
      nextAlarmAt: at('2026-03-04T00:00'),
      version: 1,
    });
  });

  it('keeps pauses with their cause, and the due time moves at the resume', async () => {
    const { id, subjectId } = await start();
    const ref = { kind: 'requests.handle', subjectId };
    const paused = await db.app.withTenant(office, (tx) => pauseClock(tx, calendar, { ...ref, at: at('2026-03-04T10:00'), cause: 'expert_review' }));
    expect(paused).toMatchObject({ id, state: 'paused', nextAlarmAt: undefined, version: 2 });
    const resumed = await db.app.withTenant(office, (tx) => resumeClock(tx, calendar, { clockId: id, at: at('2026-03-16T10:00') }));
    expect(resumed).toMatchObject({ state: 'running', dueAt: at('2026-03-19T18:00'), nextAlarmAt: at('2026-03-16T00:00'), version: 3 });
    const [found] = await db.app.withTenant(office, (tx) => findClocks(tx, subjectId));
    expect(found).toEqual(resumed);
    expect(found?.pauses).toEqual([{ from: at('2026-03-04T10:00'), to: at('2026-03-16T10:00'), cause: 'expert_review' }]);
  });

  it('records an extension with reason and who, and warns anew', async () => {
    const { id, subjectId } = await start();
    await db.app.withTenant(office, (tx) => tx('clocks').where({ id }).update({ last_alarm: 'one_day_left' }));
    const limit = { amount: 10, unit: 'working_days', roll: 'none' } as const;
    const extended = await db.app.withTenant(office, (tx) =>
      extendClock(tx, calendar, { clockId: id, at: at('2026-03-09T18:00'), limit, reason: 'complex_matter', by: 'unit-head-7' }),
    );
    expect(extended).toMatchObject({ dueAt: at('2026-03-23T18:00'), lastAlarm: undefined });
    const [found] = await db.app.withTenant(office, (tx) => findClocks(tx, subjectId));
    expect(found?.extensions).toEqual([{ at: at('2026-03-09T18:00'), limit, reason: 'complex_matter', by: 'unit-head-7' }]);
    const until = at('2026-04-30T18:00');
    const again = await db.app.withTenant(office, (tx) => extendClock(tx, calendar, { clockId: id, at: at('2026-03-10T09:00'), until, reason: 'agreed', by: 'x' }));
    expect(again.dueAt).toEqual(until);
  });

  it('ends once, late or not, and another of its kind may then start', async () => {
    const { id, subjectId } = await start();
    const satisfied = await db.app.withTenant(office, (tx) => satisfyClock(tx, { clockId: id, at: at('2026-03-09T18:00:01') }));
    expect(satisfied).toMatchObject({ state: 'satisfied', nextAlarmAt: undefined });
    expect(isLate(satisfied, at('2026-12-01T00:00'))).toBe(true);
    expect(await reasonOf(db.app.withTenant(office, (tx) => cancelClock(tx, { clockId: id, at: at('2026-03-10T09:00') })))).toBe('CLOCK_ENDED');
    const next = await start({ subjectId });
    const cancelled = await db.app.withTenant(office, (tx) => cancelClock(tx, { kind: 'requests.handle', subjectId, at: at('2026-03-03T09:00') }));
    expect(cancelled).toMatchObject({ id: next.id, state: 'cancelled' });
    expect(await db.app.withTenant(office, (tx) => findClocks(tx, subjectId))).toHaveLength(2);
  });

  it('runs once per kind and subject, even when two start it at once', async () => {
    const subjectId = newId();
    const results = await Promise.all([reasonOf(start({ subjectId })), reasonOf(start({ subjectId }))]);
    expect(results.sort()).toEqual(['CLOCK_ALREADY_RUNNING', 'nothing thrown']);
    expect(await reasonOf(start({ subjectId, kind: 'requests.notice' }))).toBe('nothing thrown');
  });

  it('past due may be paused, but is late all the same and its alarms go on', async () => {
    const { id } = await start();
    const paused = await db.app.withTenant(office, (tx) => pauseClock(tx, calendar, { clockId: id, at: at('2026-03-09T18:30'), cause: 'survey' }));
    expect(paused.nextAlarmAt).toBeDefined();
    expect(isLate(paused, at('2026-03-12T09:00'))).toBe(true);
    const resumed = await db.app.withTenant(office, (tx) => resumeClock(tx, calendar, { clockId: id, at: at('2026-03-20T09:00') }));
    expect(resumed.dueAt).toEqual(at('2026-03-09T18:00'));
  });

  it.each([
    ['CLOCK_NOT_PAUSED', (id: string) => db.app.withTenant(office, (tx) => resumeClock(tx, calendar, { clockId: id, at: at('2026-03-03T09:00') }))],
    ['CLOCK_TIME_BACKWARDS', (id: string) => db.app.withTenant(office, (tx) => pauseClock(tx, calendar, { clockId: id, at: at('2026-03-01T09:00'), cause: 'survey' }))],
    ['CLOCK_CODE_MALFORMED', (id: string) => db.app.withTenant(office, (tx) => pauseClock(tx, calendar, { clockId: id, at: at('2026-03-03T09:00'), cause: '王大爷不在家' }))],
    [
      'CLOCK_ALREADY_DUE',
      (id: string) => db.app.withTenant(office, (tx) => extendClock(tx, calendar, { clockId: id, at: at('2026-03-09T18:01'), until: at('2026-04-01T09:00'), reason: 'late', by: 'x' })),
    ],
    [
      'EXTENSION_SHORTENS',
      (id: string) => db.app.withTenant(office, (tx) => extendClock(tx, calendar, { clockId: id, at: at('2026-03-03T09:00'), until: at('2026-03-05T09:00'), reason: 'early', by: 'x' })),
    ],
    ['CLOCK_NOT_FOUND', () => db.app.withTenant(office, (tx) => satisfyClock(tx, { clockId: newId(), at: at('2026-03-03T09:00') }))],
    ['RULE_SET_NOT_IN_FORCE', () => start({ ruleSet: { id: 'no.such' } })],
    ['LIMIT_INVALID', () => start({ ruleSet: { limit: { amount: 0, unit: 'hours', roll: 'none' }, citation: 'x' } })],
  ])('refuses with %s', async (reason, work: (id: string) => Promise<unknown>) => {
    const { id, subjectId } = await start();
    expect(await reasonOf(work(id))).toBe(reason);
    const [found] = await db.app.withTenant(office, (tx) => findClocks(tx, subjectId));
    expect(found?.version).toBe(1);
  });
});

describe('rule sets', () => {
  it('are taken by the day they are in force, and a clock keeps the one it started with', async () => {
    const before = await start({ ruleSet: { id: 'licensing.decide' }, at: at('2026-04-30T23:59') });
    const after = await start({ ruleSet: { id: 'licensing.decide' }, at: at('2026-05-01T00:00') });
    const chosen = await start({ ruleSet: { id: 'licensing.decide', version: 1 }, at: at('2026-05-01T00:00') });
    expect([before, after, chosen].map(({ ruleSet, limit }) => [ruleSet?.version, limit.amount])).toEqual([
      [1, 20],
      [2, 15],
      [1, 20],
    ]);
    const read = await db.app.withTenant(office, (tx) => ruleSetAt(tx, 'licensing.decide', '2026-04-30'));
    expect(read).toMatchObject({ version: 1, citation: '行政许可法 42', effectiveFrom: '2004-07-01', effectiveTo: '2026-05-01' });
  });

  it('never overlap', async () => {
    const overlapping = { id: 'licensing.decide', version: 3, citation: 'x', limit: { amount: 1, unit: 'hours', roll: 'none' }, effectiveFrom: '2025-01-01' } as const;
    await expect(addRuleSet(db.migrator, overlapping)).rejects.toMatchObject({ constraint: 'clock_rule_sets_no_overlap' });
  });

  it('are read only for the app', async () => {
    const change = db.app.withTenant(office, (tx) => tx('clock_rule_sets').update({ amount: 1 }));
    await expect(change).rejects.toMatchObject({ kind: 'internal', reason: 'DATABASE_FAULT' });
  });
});

describe('the tables', () => {
  it('keep tenants apart for the app, and let the relay look but not touch', async () => {
    const { id, subjectId } = await start();
    expect(await db.app.withTenant(otherOffice, (tx) => findClocks(tx, subjectId))).toEqual([]);
    expect(await reasonOf(db.app.withTenant(otherOffice, (tx) => satisfyClock(tx, { clockId: id, at: at('2026-03-03T09:00') })))).toBe('CLOCK_NOT_FOUND');
    const foreign = db.app.withTenant(otherOffice, (tx) => tx.raw(`update clocks set tenant_id = 'other' where id = ?`, [id]));
    await expect(foreign).resolves.toMatchObject({ rowCount: 0 });
    const smuggled = db.app.withTenant(office, (tx) => tx.raw(`update clocks set tenant_id = 'other' where id = ?`, [id]));
    await expect(smuggled).rejects.toMatchObject({ reason: 'DATABASE_FAULT' });
    expect(await db.system.knex('clocks').where({ id })).toHaveLength(1);
    await expect(db.system.knex('clocks').where({ id }).update({ citation: 'x' })).rejects.toMatchObject({ code: '42501' });
  });

  it('answer the scanner and the lookups from an index', async () => {
    await db.app.withTenant(office, async (tx) => {
      await tx.raw('set local enable_seqscan = off');
      const plan = async (sql: string) => JSON.stringify(await tx.raw<unknown>(`explain ${sql}`));
      expect(await plan(`select * from clocks where tenant_id = 'xingsheng' and next_alarm_at <= now() order by next_alarm_at limit 20`)).toContain('clocks_next_alarm');
      expect(await plan(`select * from clocks where tenant_id = 'xingsheng' and subject_id = 'x'`)).toMatch(/clocks_subject|clocks_one_open/);
    });
  });

  it('go down and come up the same', async () => {
    const before = await describeSchema(db.migrator);
    await migrateDown({ url: db.test.migratorUrl, migrations, log: silentLogger() });
    expect(await describeSchema(db.migrator)).not.toContain('clocks');
    await migrate({ url: db.test.migratorUrl, migrations, log: silentLogger() });
    expect(await describeSchema(db.migrator)).toBe(before);
    expect(before).toContain('clocks enabled forced');
  });
});
