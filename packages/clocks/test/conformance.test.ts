import type { Database, SystemDatabase, Tx } from '@linli/db';
import { isAppError } from '@linli/errors';
import { eventually, openTx, seededChance, SimulatedProcess, simulatedSystem, Simulation, type OpenTx } from '@linli/testing';
import fc from 'fast-check';
import type { Clock } from '../src/clock';
import { listMoves } from '../src/move-store';
import { clockStore, insertClock, type ClockStore } from '../src/store';
import { useClockDatabase } from './clock-database';
import { ClockTables } from './simulation/tables';

jest.setTimeout(180_000);

const real = useClockDatabase('all');

/** One of the two databases, with the same functions on it. */
interface Side {
  readonly app: Database;
  readonly system: SystemDatabase;
  readonly store: ClockStore;
  insert(tx: Tx, clock: Clock): Promise<void>;
  /** Of whom moves are on file, in order. */
  moved(tx: Tx): Promise<string[]>;
  /** Lets what was asked happen: on the real side it does so by itself. */
  pump(): Promise<void>;
  /** So many statements wait for a lock, and everything else is answered. */
  settle(waiting: number): Promise<void>;
}

async function realSide(): Promise<Side> {
  await real.migrator.raw('truncate clocks, clock_moves');
  return {
    ...{ app: real.app, system: real.system, store: clockStore, insert: insertClock },
    moved: async (tx) => (await listMoves(tx, { day: undefined, beforeId: undefined, limit: 1_000 })).map(({ subjectId }) => subjectId).sort(),
    pump: () => Promise.resolve(),
    settle: (waiting) =>
      eventually(async () => {
        const blocked = 'datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0';
        const { rows } = await real.system.knex.raw<{ rows: unknown[] }>(`select from pg_stat_activity where ${blocked}`);
        expect(rows).toHaveLength(waiting);
      }, { everyMs: 2, timeoutMs: 3_000 }),
  };
}

function simulatedSide(): Side {
  const simulation = new Simulation(seededChance(1));
  const tables = new ClockTables(simulation);
  const process = new SimulatedProcess(simulation, 'conformance');
  return {
    ...{ app: tables.database.connect(process), system: simulatedSystem(process), store: tables.store },
    insert: (tx, clock) => tables.insert(tx, clock),
    moved: (tx) => tables.moved(tx),
    pump: () => simulation.playNow(),
    settle: () => simulation.playNow(),
  };
}

const tenants = ['xingsheng', 'yunhe'];
const minute = (count: number): Date => new Date(Date.UTC(2026, 2, 9) + count * 60_000);
const idOf = (index: number): string => `00000000-0000-7000-8000-${String(index + 1).padStart(12, '0')}`;

/** No two clocks have an alarm at one time, for their order would be anybody's: each has ten minutes of its own. */
const ownMinute = ({ id }: Clock, minutes: number): Date => minute((Number(id.slice(-12)) - 1) * 10 + (minutes % 10));

function clockAt(index: number, tenantId: string): Clock {
  const times = { startedAt: minute(0), dueAt: minute(1_000 + index), nextAlarmAt: minute(index * 10), endedAt: undefined };
  const names = { tenantId, id: idOf(index), kind: 'requests.handle', subjectType: 'case', subjectId: `s${index}`, ruleSet: undefined, citation: 'x' };
  const limit = { amount: 1, unit: 'hours', roll: 'none' } as const;
  const state = { limit, state: 'running' as const, provisional: index % 2 === 0, pauses: [], extensions: [], corrections: [], alarms: ['due' as const] };
  return { ...names, ...times, ...state, lastAlarm: undefined, alarmFailures: 0, version: 1 };
}

const operations = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      op: fc.constantFrom('insert' as const, 'claim' as const, 'claim' as const, 'lock' as const, 'lock of kind' as const, 'save' as const, 'note' as const, 'move' as const, 'end' as const, 'begin' as const, 'undo' as const, 'keep' as const),
      session: fc.nat(2),
      clock: fc.nat(5),
      limit: fc.integer({ min: 1, max: 3 }),
      minutes: fc.nat(70),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('commit' as const, 'commit' as const, 'rollback' as const), session: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('tenants' as const, 'provisional' as const), minutes: fc.nat(70) }) },
);
type Operation = typeof operations extends fc.Arbitrary<infer T> ? T : never;
type Asked = Omit<Extract<Operation, { clock: number }>, 'op'> & { op: Extract<Operation, { clock: number }>['op'] | 'moved' };

/** Three transactions side by side on each side, two of one tenant; one at most waits for another. */
class Play {
  private readonly open = new Map<number, readonly OpenTx[]>();
  private readonly savepoints = new Set<number>();
  /** What each session holds by its own locks, as the answers tell. */
  private readonly held = new Map<number, Map<string, Clock>>();
  private inserted = 0;
  private moves = 0;
  private waiting: { session: number; answers: Promise<unknown>[] } | undefined;

  constructor(private readonly sides: readonly Side[]) {}

  async play(operation: Operation): Promise<void> {
    if ('clock' in operation) {
      if (this.waiting === undefined) await this.ask(operation);
    } else if ('session' in operation) {
      if (this.waiting?.session !== operation.session) await this.end(operation.session, operation.op);
    } else if (operation.op === 'tenants') await this.compare(({ store, system }) => store.tenantsWithDueAlarms(system.knex, minute(operation.minutes)));
    else await this.compare(({ store, system }) => store.listProvisionalClocks(system.knex, operation.minutes > 35 ? { tenantId: 'xingsheng', id: idOf(1) } : undefined));
  }

  async finish(): Promise<void> {
    for (const session of [...this.open.keys()].filter((one) => one !== this.waiting?.session)) await this.end(session, 'commit');
    for (const session of [...this.open.keys()]) await this.end(session, 'commit');
    for (const session of [0, 1]) {
      await this.ask({ op: 'claim', session, clock: 0, limit: 100, minutes: 1_000 });
      await this.ask({ op: 'moved', session, clock: 0, limit: 100, minutes: 1_000 });
      await this.end(session, 'rollback');
    }
  }

  private async ask(asked: Asked): Promise<void> {
    const { session } = asked;
    const tenantId = tenants[session % 2] ?? '';
    const work = this.workOf(asked, tenantId);
    if (work === undefined) return;
    if (!this.open.has(session)) {
      const txs: OpenTx[] = [];
      for (const side of this.sides) txs.push(await openTx(side, tenantId));
      this.open.set(session, txs);
      this.held.set(session, new Map());
    }
    const txs = this.open.get(session) ?? [];
    const answers = this.sides.map((side, index) => answerOf(txs[index]?.run((tx) => work(side, tx))));
    if (!(await this.settled(answers))) {
      this.waiting = { session, answers };
      return;
    }
    const answer = await answers[0];
    for (const clock of [answer].flat()) if (isClock(clock)) this.held.get(session)?.set(clock.id, clock);
  }

  private workOf({ op, session, clock, limit, minutes }: Asked, tenantId: string): ((side: Side, tx: Tx) => Promise<unknown>) | undefined {
    const mine = this.held.get(session)?.get(idOf(clock));
    if (op === 'insert') {
      if (this.inserted >= 6) return undefined;
      const made = clockAt(this.inserted, tenantId);
      this.inserted += 1;
      return ({ insert }, tx) => insert(tx, made);
    }
    if (op === 'claim') return ({ store }, tx) => store.claimDueClocks(tx, minute(minutes), limit);
    if (op === 'lock') return ({ store }, tx) => store.lockClock(tx, { clockId: idOf(clock) });
    if (op === 'lock of kind') return ({ store }, tx) => store.lockClock(tx, { kind: 'requests.handle', subjectId: `s${clock}` });
    if (op === 'moved') return ({ moved }, tx) => moved(tx);
    if (op === 'begin') {
      this.savepoints.add(session);
      return ({ store }, tx) => store.beginAlarm(tx);
    }
    if (op === 'undo' || op === 'keep') {
      if (!this.savepoints.has(session)) return undefined;
      if (op === 'undo') return ({ store }, tx) => store.undoAlarm(tx);
      this.savepoints.delete(session);
      return ({ store }, tx) => store.keepAlarm(tx);
    }
    if (op === 'note') {
      const locked = [...(this.held.get(session)?.values() ?? [])].filter(({ endedAt }) => endedAt === undefined);
      if (locked.length === 0) return undefined;
      const noted = locked.map((one, index) => ({ ...one, alarmFailures: index, citation: 'not written', ...(minutes % 2 === 0 ? { lastAlarm: undefined, nextAlarmAt: undefined } : { lastAlarm: 'due' as const, nextAlarmAt: ownMinute(one, minutes) }) }));
      return ({ store }, tx) => store.noteAlarms(tx, noted);
    }
    if (mine === undefined) return undefined;
    if (op === 'move') {
      // Each moves to a time of its own, so that the simulated table has a row for each.
      this.moves += 1;
      const corrections = [{ at: minute(0), before: minute(0), after: minute(this.moves) }];
      return ({ store }, tx) => store.insertMoves(tx, { ...mine, corrections }, []);
    }
    if (op === 'save') return ({ store }, tx) => store.saveClock(tx, { ...mine, nextAlarmAt: ownMinute(mine, minutes), lastAlarm: 'half_used', citation: 'not written' });
    return ({ store }, tx) => store.saveClock(tx, { ...mine, state: 'satisfied', endedAt: minute(minutes), nextAlarmAt: undefined });
  }

  private async end(session: number, how: 'commit' | 'rollback'): Promise<void> {
    const txs = this.open.get(session);
    if (txs === undefined) return;
    this.open.delete(session);
    this.held.delete(session);
    this.savepoints.delete(session);
    for (const tx of txs) await tx.end(how);
    if (this.waiting === undefined || !(await this.settled(this.waiting.answers))) return;
    this.waiting = undefined;
  }

  private async compare(work: (side: Side) => Promise<unknown>): Promise<void> {
    if (this.waiting !== undefined) return;
    await this.settled(this.sides.map((side) => answerOf(work(side))));
  }

  /** True when both sides have answered, and alike; false when both wait. */
  private async settled([fromReal, simulated]: readonly Promise<unknown>[]): Promise<boolean> {
    let isAnswered = false;
    void simulated?.then(() => (isAnswered = true));
    await this.sides[1]?.settle(0);
    await this.sides[0]?.settle(isAnswered ? 0 : 1);
    if (isAnswered) expect(await simulated).toEqual(await fromReal);
    return isAnswered;
  }
}

function isClock(value: unknown): value is Clock {
  return typeof value === 'object' && value !== null && 'nextAlarmAt' in value;
}

/** A refusal is an answer too. */
async function answerOf(work: Promise<unknown> | undefined): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return isAppError(error) ? error.reason : error;
  }
}

describe('the simulated clocks', () => {
  it('answer as PostgreSQL does: claims that skip, locks that wait, savepoints, what is due', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operations, { minLength: 10, maxLength: 50 }), async (all) => {
        const play = new Play([await realSide(), simulatedSide()]);
        for (const operation of all) await play.play(operation);
        await play.finish();
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
