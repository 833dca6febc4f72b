import { tenantOf, type Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import { processOf, sessionOf, SimulatedDatabase, SimulatedTable, type Session, type Simulation } from '@linli/testing';
import type { Clock } from '../../src/clock';
import type { ClockRef, ClockStore } from '../../src/store';

/** An alarm whose effect was written. */
export interface RaisedAlarm {
  readonly clock: Clock;
  readonly level: Clock['alarms'][number];
  readonly at: Date;
  /** What the scanner's clock said. */
  readonly raisedAt: Date;
  readonly tenantId: string;
}

/** The clocks table and what our statements do with it, one function a statement. */
export class ClockTables {
  readonly database: SimulatedDatabase;
  readonly clocks = new SimulatedTable<Clock>('clocks');
  /** Stands for the use cases' own rows, which they lock before the clock. */
  readonly subjects = new SimulatedTable<true>('subjects');
  /** Subjects whose due time moved, by when, where to and which day moved it. */
  readonly moves = new SimulatedTable<string>('moves');
  /** In order of commit. */
  readonly alarms = new SimulatedTable<RaisedAlarm>('alarms');

  constructor(simulation: Simulation) {
    this.database = new SimulatedDatabase(simulation);
  }

  readonly store: ClockStore = {
    tenantsWithDueAlarms: (knex, now) =>
      this.database.alone(processOf(knex), 'tenants with due alarms', (session) => {
        const first = new Map<string, Date>();
        for (const { tenantId, nextAlarmAt } of this.all(session)) {
          if (nextAlarmAt !== undefined && nextAlarmAt < (first.get(tenantId) ?? new Date(8.64e15))) first.set(tenantId, nextAlarmAt);
        }
        const due = [...first].map(([tenantId, since]) => ({ tenantId, since })).filter(({ since }) => since <= now);
        return due.sort((a, b) => a.since.getTime() - b.since.getTime());
      }),
    listProvisionalClocks: (knex, after) =>
      this.database.alone(processOf(knex), 'provisional clocks', (session) => {
        const open = this.all(session).filter(({ provisional, endedAt }) => provisional && endedAt === undefined);
        const places = open.map(({ tenantId, id }) => ({ tenantId, id })).sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
        return places.filter((place) => after === undefined || placeOf(place) > placeOf(after)).slice(0, 500);
      }),
    claimDueClocks: (tx, now, limit) =>
      this.database.within(tx, 'claim due clocks', (session) => {
        const due = this.all(session).filter(({ tenantId, nextAlarmAt }) => tenantId === tenantOf(tx) && nextAlarmAt !== undefined && nextAlarmAt <= now);
        const ordered = due.sort((a, b) => (a.nextAlarmAt?.getTime() ?? 0) - (b.nextAlarmAt?.getTime() ?? 0));
        const free = ordered.filter((clock) => !session.isLockedByOther(this.clocks, placeOf(clock))).slice(0, limit);
        for (const clock of free) session.lock(this.clocks, placeOf(clock));
        return free;
      }),
    giveWay: (tx) => this.database.within(tx, 'give way', (session) => void (session.lockTimeoutMs = 250)),
    lockClock: async (tx, ref) => {
      const found = await this.database.within(tx, 'lock clock', (session) => {
        const clock = this.find(session, tenantOf(tx), ref);
        if (clock !== undefined) session.lock(this.clocks, placeOf(clock));
        return clock;
      });
      if (found === undefined) throw notFound('CLOCK_NOT_FOUND', 'there is no such clock');
      return found;
    },
    saveClock: (tx, clock) =>
      this.database.within(tx, `save clock at ${clock.lastAlarm ?? 'none'} until ${clock.nextAlarmAt?.toISOString() ?? 'never'}`, (session) => this.save(session, clock)),
    insertMoves: (tx, clock, days) =>
      this.database.within(tx, 'insert moves', (session) => {
        const last = clock.corrections.at(-1);
        if (last === undefined) return;
        for (const day of days.length === 0 ? ['national'] : days) session.put(this.moves, `${tenantOf(tx)} ${clock.subjectId} ${last.after.toISOString()} ${day}`, clock.subjectId);
      }),
    noteAlarms: (tx, clocks) =>
      this.database.within(tx, `note ${clocks.map(({ id, lastAlarm }) => `${id.slice(-2)} at ${lastAlarm ?? 'none'}`).join(', ')}`, (session) =>
        clocks.map((clock) => this.note(session, clock)),
      ),
    beginAlarm: (tx) => this.database.within(tx, 'savepoint', (session) => session.savepoint('alarm')),
    keepAlarm: (tx) => this.database.within(tx, 'release savepoint', () => undefined),
    undoAlarm: (tx) => this.database.restore(tx, 'alarm'),
  };

  insert(tx: Tx, clock: Clock): Promise<void> {
    return this.database.within(tx, 'insert clock', (session) => session.put(this.clocks, placeOf(clock), clock));
  }

  moved(tx: Tx): Promise<string[]> {
    return this.database.within(tx, 'moves', (session) => {
      const mine = session.rows(this.moves).filter(([place]) => place.startsWith(`${tenantOf(tx)} `));
      return mine.map(([, subjectId]) => subjectId).sort();
    });
  }

  /** Writes only what may change, as `saveClock` of the store. */
  save(session: Session, clock: Clock): Clock {
    const saved = { ...clock, version: clock.version + 1 };
    const before = session.get(this.clocks, placeOf(clock));
    if (before === undefined) return saved;
    const { startedAt, limit, alarms, citation, ruleSet, kind, subjectType, subjectId } = before;
    session.put(this.clocks, placeOf(clock), { ...saved, startedAt, limit, alarms, citation, ruleSet, kind, subjectType, subjectId });
    return saved;
  }

  /** Writes only what `noteAlarms` of the store writes. */
  note(session: Session, clock: Clock): Clock {
    const before = session.get(this.clocks, placeOf(clock));
    const { lastAlarm, nextAlarmAt, alarmFailures } = clock;
    if (before !== undefined) session.put(this.clocks, placeOf(clock), { ...before, lastAlarm, nextAlarmAt, alarmFailures, version: before.version + 1 });
    return { ...clock, version: clock.version + 1 };
  }

  private all(session: Session): Clock[] {
    return session.rows(this.clocks).map(([, clock]) => clock);
  }

  private find(session: Session, tenantId: string, ref: ClockRef): Clock | undefined {
    const mine = this.all(session).filter((clock) => clock.tenantId === tenantId);
    if ('clockId' in ref) return mine.find(({ id }) => id === ref.clockId);
    return mine.find(({ kind, subjectId, endedAt }) => kind === ref.kind && subjectId === ref.subjectId && endedAt === undefined);
  }
}

export function placeOf({ tenantId, id }: { tenantId: string; id: string }): string {
  return `${tenantId} ${id}`;
}

export function processOfTx(tx: Tx): ReturnType<typeof processOf> {
  return sessionOf(tx).process;
}
