import { newId } from '@linli/db';
import { createMetrics } from '@linli/telemetry';
import { eventually, explainSent, fixedClock, rowsRead, silentLogger } from '@linli/testing';
import { addRuleSet, createAlarmScanner, createCalendars, listMoves, loadCalendar, setOwnDay, startClock, type Move } from '../src/index';
import { forgetMoves } from '../src/forget-moves';
import { insertMoves } from '../src/move-store';
import { useClockDatabase } from './clock-database';

const db = useClockDatabase('each');
const at = (local: string) => new Date(`${local}+08:00`);
const day = '2026-03-10';

/** A move as the follower writes it. */
function note(movedAt: Date, { tenantId = 'xingsheng', days = [day], subjectId = newId() }: { tenantId?: string; days?: string[]; subjectId?: string } = {}): Promise<void> {
  const corrections = [{ at: movedAt, before: at('2026-03-16T18:00'), after: at('2026-03-17T18:00') }];
  return db.app.withTenant({ tenantId }, (tx) => insertMoves(tx, { kind: 'requests.handle', subjectType: 'requests.case', subjectId, corrections }, days));
}

const list = ({ of = day, beforeId, limit = 100, tenantId = 'xingsheng' }: { of?: string | undefined; beforeId?: string | undefined; limit?: number; tenantId?: string } = {}): Promise<Move[]> =>
  db.app.withTenant({ tenantId }, (tx) => listMoves(tx, { day: of, beforeId, limit }));

describe('moves', () => {
  it('come page by page, the latest first, by the index of their day', async () => {
    for (let minute = 0; minute < 7; minute += 1) await note(new Date(at('2026-03-02T09:00').getTime() + minute * 60_000));
    const all = await list();
    expect(all.map((move) => move.at.getMinutes())).toEqual([6, 5, 4, 3, 2, 1, 0]);
    const first = await list({ limit: 4 });
    expect([...first, ...(await list({ limit: 4, beforeId: first.at(-1)?.id }))]).toEqual(all);
    // Of one day among very many others, and of the other office.
    await db.migrator.raw(`
      set local row_security = off; alter table clock_moves no force row level security;
      insert into clock_moves (tenant_id, id, day, kind, subject_type, subject_id, due_before, due_after, moved_at)
        select 'xingsheng', uuidv7(), date '2027-01-01' + n % 300, 'requests.handle', 'requests.case', n::text, now(), now() + interval '1 day', now() from generate_series(1, 30000) n;
      alter table clock_moves force row level security; analyze clock_moves`);
    const { rows, nodes } = await db.app.withTenant({ tenantId: 'xingsheng' }, (tx) => explainSent(tx, () => listMoves(tx, { day, beforeId: first[0]?.id, limit: 3 })));
    expect(rows.map(({ id }) => id)).toEqual(all.slice(1, 4).map(({ id }) => id));
    expect(nodes.map((node) => node['Index Name'])).toContain('clock_moves_day_idx');
    expect(nodes.reduce((sum, node) => Math.max(sum, rowsRead(node)), 0)).toBeLessThan(10);
  });

  it('are of one office: another one sees none, with its own on the same day', async () => {
    await note(at('2026-03-02T09:00'), { tenantId: 'baihe' });
    expect(await list()).toEqual([]);
    expect(await list({ tenantId: 'baihe' })).toHaveLength(1);
  });

  it('are forgotten in every office after the time that the rule in force says, and not before', async () => {
    await note(at('2026-03-02T09:00'));
    await note(at('2026-03-02T09:00'), { tenantId: 'baihe', days: [] });
    await note(at('2026-03-03T00:00'));
    const time = fixedClock('2027-03-02T23:59:00+08:00');
    const forget = () => forgetMoves({ database: db.app, system: db.system, now: time.now });
    expect(await forget()).toBe(0);
    time.set('2027-03-03T00:00:00+08:00');
    const both = await Promise.all([forget(), forget()]);
    expect(both.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect([(await list()).length, (await list({ of: undefined, tenantId: 'baihe' })).length]).toEqual([1, 0]);
    await addRuleSet(db.migrator, { id: 'clocks.moves', version: 2, citation: '试验', limit: { amount: 10, unit: 'calendar_days', roll: 'none' }, effectiveFrom: '2027-03-03' });
    await note(at('2027-02-21T00:00'));
    expect(await forget()).toBe(1);
    expect(await list()).toHaveLength(1);
  });

  it('of a batch larger than one statement takes are forgotten whole', async () => {
    await db.app.withTenant({ tenantId: 'xingsheng' }, async (tx) => {
      const corrections = [{ at: at('2026-03-02T09:00'), before: at('2026-03-16T18:00'), after: at('2026-03-17T18:00') }];
      await insertMoves(tx, { kind: 'k', subjectType: 't', subjectId: 's', corrections }, Array.from({ length: 2_500 }, () => day));
    });
    expect(await forgetMoves({ database: db.app, system: db.system, now: () => at('2028-01-01T00:00') })).toBe(2_500);
  });

  it('are written with the clock or not at all, and forgotten by the scanner itself', async () => {
    const calendars = createCalendars(loadCalendar(), db.system);
    await calendars.refresh();
    const time = fixedClock('2026-03-02T09:00:00+08:00');
    const clocks = await Promise.all(
      ['a', 'b'].map((subjectId) =>
        db.app.withTenant({ tenantId: 'xingsheng' }, (tx) =>
          startClock(tx, calendars, { kind: 'requests.handle', subjectType: 'case', subjectId, ruleSet: { limit: { amount: 10, unit: 'working_days', roll: 'none' }, citation: 'x' }, at: time.now() }))),
    );
    await db.app.withTenant({ tenantId: 'xingsheng' }, (tx) => setOwnDay(tx, { day, kind: 'rest', version: 1 }, time.now()));
    const options = { database: db.app, system: db.system, calendar: calendars, calendars, now: time.now, log: silentLogger(), metrics: createMetrics('test'), intervalMs: 5 };
    const scanner = createAlarmScanner({
      ...options,
      onAlarms: () => Promise.resolve(),
      onMoved: (_tx, { clock }) => (clock.subjectId === 'b' ? Promise.reject(new Error('not now')) : Promise.resolve()),
    });
    expect(await scanner.followOnce()).toEqual({ moved: 1, failed: 1 });
    expect(await list()).toMatchObject([{ subjectId: 'a', before: clocks[0]?.dueAt, after: at('2026-03-17T18:00') }]);
    time.set('2027-06-01T09:00:00+08:00');
    await scanner.start();
    await eventually(async () => expect(await list()).toEqual([]));
    await scanner.stop();
  });
});
