import type { SimulatedProcess, Simulation } from './simulation';

/** An error of the server or of the connection to it, as `pg` throws it. */
export class DatabaseFault extends Error {
  constructor(readonly code: string) {
    super(`simulated ${code}`);
  }
}

/** The statement must wait for another transaction. */
export class Blocked extends Error {
  constructor(readonly holder: Session) {
    super('blocked');
  }
}

/** Rows by key. Only what is committed; a session adds what it wrote itself. */
export class SimulatedTable<R> {
  readonly committed = new Map<string, R>();

  constructor(readonly name: string) {}
}

type Writes = Map<SimulatedTable<unknown>, Map<string, unknown>>;

const lockTimeoutMs = 5_000;

/** The server that a session is part of. */
export interface SessionHost {
  readonly simulation: Simulation;
  /** By table and key. */
  readonly locks: Map<string, Session>;
  forget(session: Session): void;
}

/** A transaction at the server, READ COMMITTED: a statement sees what is committed when it runs, and its own transaction's writes. */
export class Session {
  isOver = false;
  /** A statement failed: only a rollback, to a savepoint or of all, helps. */
  hasFailed = false;
  lockTimeoutMs = lockTimeoutMs;
  lastUsed: number;
  private writes: Writes = new Map();
  private readonly savepoints = new Map<string, { readonly writes: Writes; readonly locks: readonly string[] }>();
  private waiters: (() => void)[] = [];

  constructor(
    private readonly host: SessionHost,
    readonly process: SimulatedProcess,
    readonly tenantId: string,
  ) {
    this.lastUsed = host.simulation.now;
  }

  get<R>(table: SimulatedTable<R>, key: string): R | undefined {
    const own = this.writes.get(table);
    // Only rows of the table were written under its name.
    return own?.has(key) === true ? (own.get(key) as R | undefined) : table.committed.get(key);
  }

  /** What this transaction sees, in no particular order. */
  rows<R>(table: SimulatedTable<R>): [key: string, row: R][] {
    const own = this.writes.get(table);
    if (own === undefined) return [...table.committed];
    const seen = [...table.committed].filter(([key]) => !own.has(key));
    for (const [key, row] of own) if (row !== undefined) seen.push([key, row as R]);
    return seen;
  }

  /** Locks the row (or a name with no row) until the end. Waits for whoever has it. */
  lock(table: SimulatedTable<unknown>, key: string): void {
    const holder = this.host.locks.get(`${table.name} ${key}`);
    if (holder !== undefined && holder !== this) throw new Blocked(holder);
    this.host.locks.set(`${table.name} ${key}`, this);
  }

  /** `skip locked`. */
  isLockedByOther(table: SimulatedTable<unknown>, key: string): boolean {
    const holder = this.host.locks.get(`${table.name} ${key}`);
    return holder !== undefined && holder !== this;
  }

  put<R>(table: SimulatedTable<R>, key: string, row: R): void {
    this.write(table, key, row);
  }

  /** `on conflict do nothing`: false when the key is there. Waits for a transaction that is writing it, not for one that only locked it. */
  insert<R>(table: SimulatedTable<R>, key: string, row: R): boolean {
    const holder = this.host.locks.get(`${table.name} ${key}`);
    if (holder !== undefined && holder !== this && holder.hasWritten(table, key)) throw new Blocked(holder);
    if (this.get(table, key) !== undefined) return false;
    this.write(table, key, row);
    return true;
  }

  delete<R>(table: SimulatedTable<R>, key: string): void {
    this.write(table, key, undefined);
  }

  savepoint(name: string): void {
    this.savepoints.set(name, { writes: copyOf(this.writes), locks: this.locks() });
  }

  /** Undoes what was written and gives back what was locked since. */
  rollbackTo(name: string): void {
    const before = this.savepoints.get(name);
    if (before === undefined) throw new DatabaseFault('3B001');
    this.writes = copyOf(before.writes);
    this.hasFailed = false;
    for (const lock of this.locks()) if (!before.locks.includes(lock)) this.host.locks.delete(lock);
    this.wakeWaiters();
  }

  /** Runs one statement: all of it or nothing. */
  attempt<T>(work: (session: Session) => T): T {
    const before = copyOf(this.writes);
    try {
      return work(this);
    } catch (error) {
      this.writes = before;
      throw error;
    }
  }

  end(how: 'commit' | 'rollback'): void {
    if (this.isOver) return;
    this.isOver = true;
    this.host.forget(this);
    if (how === 'commit' && !this.hasFailed) {
      for (const [table, rows] of this.writes) {
        for (const [key, row] of rows) {
          if (row === undefined) table.committed.delete(key);
          else table.committed.set(key, row);
        }
      }
    }
    for (const lock of this.locks()) this.host.locks.delete(lock);
    this.wakeWaiters();
  }

  hasWritten(table: SimulatedTable<unknown>, key: string): boolean {
    return this.writes.get(table)?.has(key) === true;
  }

  onEnd(retry: () => void): void {
    this.waiters.push(retry);
  }

  private locks(): string[] {
    return [...this.host.locks].filter(([, holder]) => holder === this).map(([name]) => name);
  }

  private wakeWaiters(): void {
    const woken = this.waiters;
    this.waiters = [];
    for (const retry of woken) this.host.simulation.soon({ owner: undefined, label: 'lock released', run: retry });
  }

  private write(table: SimulatedTable<unknown>, key: string, row: unknown): void {
    this.lock(table, key);
    const own = this.writes.get(table) ?? new Map<string, unknown>();
    own.set(key, row);
    this.writes.set(table, own);
  }
}

function copyOf(writes: Writes): Writes {
  return new Map([...writes].map(([table, rows]) => [table, new Map(rows)]));
}
