import { translateDatabaseError, type Database, type SystemDatabase, type Tx } from '@linli/db';
import { Blocked, DatabaseFault, Session, type SessionHost, type SimulatedTable } from './simulated-session';
import type { Answer, SimulatedProcess, Simulation } from './simulation';

/** How often a request never arrives, and how often its answer is lost. */
export interface ConnectionFaults {
  lostRequest: number;
  lostAnswer: number;
}

const idleInTransactionMs = 30_000;

/**
 * PostgreSQL as our stores use it: transactions, row and advisory locks, `skip locked`, unique keys that wait, savepoints,
 * time-outs, and connections that break before or after a statement took effect. Conformance tests hold it to the real one.
 */
export class SimulatedDatabase implements SessionHost {
  readonly locks = new Map<string, Session>();
  readonly faults: ConnectionFaults = { lostRequest: 0, lostAnswer: 0 };
  /** What the server's clock is ahead by. */
  clockOffsetMs = 0;
  private readonly sessions = new Set<Session>();
  private readonly clients = new WeakSet<SimulatedProcess>();
  private isAway = false;

  constructor(readonly simulation: Simulation) {}

  /** `now()`, in milliseconds. */
  now(): number {
    return this.simulation.now + this.clockOffsetMs;
  }

  /** An immediate stop of the server: what is not committed is gone. */
  stop(): void {
    this.isAway = true;
    this.simulation.note('database', '*** stops');
    for (const session of [...this.sessions]) session.end('rollback');
  }

  start(): void {
    this.isAway = false;
    this.simulation.note('database', '*** starts');
  }

  /** A statement on its own: begun and committed in one. */
  alone<T>(process: SimulatedProcess, label: string, work: (session: Session) => T): Promise<T> {
    const session = this.open(process, '');
    return this.send(session, label, (answer) =>
      this.execute(session, work, {
        value: (value) => {
          session.end('commit');
          answer.value(value);
        },
        error: (error) => {
          session.end('rollback');
          answer.error(error);
        },
      }),
    );
  }

  /** A statement of a transaction. */
  within<T>(tx: Tx, label: string, work: (session: Session) => T): Promise<T> {
    const session = sessionOf(tx);
    return this.send(session, label, (answer) => this.execute(session, work, answer));
  }

  /** `rollback to savepoint`, the one statement that a failed transaction takes. */
  restore(tx: Tx, savepoint: string): Promise<void> {
    const session = sessionOf(tx);
    return this.send(session, 'rollback to savepoint', (answer) => {
      if (session.isOver) return answer.error(new DatabaseFault('08006'));
      session.rollbackTo(savepoint);
      answer.value(undefined);
    });
  }

  /** What no statement may see: rows of transactions that are still open. */
  uncommitted<R>(table: SimulatedTable<R>): R[] {
    return [...this.sessions].flatMap((session) => session.rows(table).map(([, row]) => row)).filter((row) => ![...table.committed.values()].includes(row));
  }

  /** The process's pool, as `openDatabase` gives it. */
  connect(process: SimulatedProcess): Database {
    return {
      withTenant: async ({ tenantId }, work) => {
        try {
          return await this.transact(process, tenantId, work);
        } catch (error) {
          throw error instanceof DatabaseFault ? translateDatabaseError(error, {}) : error;
        }
      },
      ping: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  private async transact<T>(process: SimulatedProcess, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const session = this.open(process, tenantId);
    const end = (how: 'commit' | 'rollback'): Promise<void> =>
      this.send(session, how, (answer) => {
        if (session.isOver) return answer.error(new DatabaseFault('08006'));
        session.end(how);
        answer.value(undefined);
      });
    await this.send<void>(session, 'begin', (answer) => answer.value(undefined));
    let result: T;
    try {
      result = await work(handleOf(session));
    } catch (error) {
      await end('rollback').catch(() => undefined);
      throw error;
    }
    await end('commit');
    return result;
  }

  forget(session: Session): void {
    this.sessions.delete(session);
  }

  private open(process: SimulatedProcess, tenantId: string): Session {
    const session = new Session(this, process, tenantId);
    this.sessions.add(session);
    if (this.clients.has(process)) return session;
    this.clients.add(process);
    const own = (): Session[] => [...this.sessions].filter((one) => one.process === process);
    process.onDeath(() => own().forEach((one) => this.abandon(one)));
    process.onFreeze(() => own().forEach((one) => this.watchIdle(one)));
    return session;
  }

  /** The server hears of a dead client or a broken connection a little later. */
  private abandon(session: Session): void {
    if (session.isOver) return;
    this.simulation.after(this.simulation.chance.upTo(2_000), 'lost connection noticed', () => session.end('rollback'));
  }

  private send<T>(session: Session, label: string, serve: (answer: Answer<T>) => void): Promise<T> {
    const { chance } = this.simulation;
    const loss = chance.upTo(1);
    const { lostRequest, lostAnswer } = this.faults;
    return session.process.request<T>(label, (answer) => {
      const fail = (): void => {
        this.abandon(session);
        answer.error(new DatabaseFault('ECONNRESET'));
      };
      if (this.isAway) return answer.error(new DatabaseFault('ECONNREFUSED'));
      if (loss < lostRequest) return fail();
      session.lastUsed = this.simulation.now;
      serve(loss < lostRequest + lostAnswer ? { value: fail, error: fail } : answer);
    });
  }

  /** A frozen client's transaction does not hold its locks for ever. */
  private watchIdle(session: Session): void {
    const seen = session.lastUsed;
    this.simulation.after(idleInTransactionMs, 'idle in transaction', () => {
      if (session.lastUsed === seen) session.end('rollback');
    });
  }

  private execute<T>(session: Session, work: (session: Session) => T, answer: Answer<T>): void {
    if (session.isOver) return answer.error(new DatabaseFault('08006'));
    if (session.hasFailed) return answer.error(new DatabaseFault('25P02'));
    let giveUp: (() => void) | undefined;
    let isWaiting = true;
    const fail = (error: Error): void => {
      isWaiting = false;
      session.hasFailed = true;
      answer.error(error);
    };
    const tryOnce = (): void => {
      if (!isWaiting) return;
      if (session.isOver) return fail(new DatabaseFault('08006'));
      try {
        const value = session.attempt(work);
        isWaiting = false;
        giveUp?.();
        answer.value(value);
      } catch (error) {
        if (!(error instanceof Blocked)) return fail(error instanceof Error ? error : new Error(String(error)));
        error.holder.onEnd(tryOnce);
        giveUp ??= this.simulation.after(session.lockTimeoutMs, 'lock timeout', () => isWaiting && fail(new DatabaseFault('55P03')));
      }
    };
    tryOnce();
  }
}

// The code under test only hands its `Tx` and its `knex` on to the stores, and those are simulated too.
function handleOf(session: Session): Tx {
  return { userParams: { tenantId: session.tenantId, wroteOutbox: false }, session } as unknown as Tx;
}

export function sessionOf(tx: Tx): Session {
  return (tx as unknown as { session: Session }).session;
}

/** A process's connection of the relay role. */
export function simulatedSystem(process: SimulatedProcess): SystemDatabase {
  return { knex: { process } as unknown as SystemDatabase['knex'], ping: () => Promise.resolve(), close: () => Promise.resolve() };
}

export function processOf(knex: SystemDatabase['knex']): SimulatedProcess {
  return (knex as unknown as { process: SimulatedProcess }).process;
}
