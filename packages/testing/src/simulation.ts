import type { Chance } from './chance';

/** What happens next when the simulation picks it. */
interface Step {
  /** Whose continuation this is; a server's when absent. */
  readonly owner: SimulatedProcess | undefined;
  readonly label: string;
  run(): void;
}

interface Timer extends Step {
  readonly at: number;
}

/** How a server answers a request; at most once, now or later. */
export interface Answer<T> {
  value(value: T): void;
  error(error: Error): void;
}

/** Where a process dies by plan: at its n-th await point, before the request leaves or after it was served. */
export interface CrashPoint {
  readonly await: number;
  readonly when: 'before' | 'after';
}

/**
 * One thread that plays many processes and servers. Whatever may happen next lies in one list, and chance picks from it:
 * requests on their way to a server, answers on their way back, timers that are due. The code under test runs as it is
 * in production; between two steps only its own microtasks run, so a seed gives the same run every time.
 */
export class Simulation {
  now = 0;
  steps = 0;
  /** What happened, for whoever has to read a failing run. */
  readonly history: string[] = [];
  /** How often a request or an answer is slow, and how long it then takes at most. */
  slowness = { share: 0, mostMs: 0 };
  private readonly ready: Step[] = [];
  private readonly timers: Timer[] = [];

  constructor(readonly chance: Chance) {}

  note(who: string, what: string): void {
    this.history.push(`${(this.now / 1000).toFixed(3).padStart(9)}  ${who.padEnd(12)} ${what}`);
  }

  /** Something that may happen from now on. */
  soon(step: Step): void {
    const { share, mostMs } = this.slowness;
    if (share > 0 && this.chance.isLucky(share)) this.at(this.now + this.chance.upTo(mostMs), step);
    else this.ready.push(step);
  }

  /** Something that may happen from `at` on. Returns how to call it off. */
  at(at: number, step: Step): () => void {
    const timer: Timer = { ...step, at };
    let place = this.timers.length;
    while (place > 0 && (this.timers[place - 1]?.at ?? 0) > at) place -= 1;
    this.timers.splice(place, 0, timer);
    return () => {
      const index = this.timers.indexOf(timer);
      if (index >= 0) this.timers.splice(index, 1);
    };
  }

  /** Something that a server does on its own after a while. */
  after(milliseconds: number, label: string, run: () => void): () => void {
    return this.at(this.now + milliseconds, { owner: undefined, label, run });
  }

  /** Plays until the condition holds; false when that took too many steps or nothing is left to happen. */
  async play(isOver: () => boolean, mostSteps: number): Promise<boolean> {
    for (const last = this.steps + mostSteps; this.steps < last; ) {
      await settled();
      if (isOver()) return true;
      if (!this.step()) return false;
    }
    return false;
  }

  /** Plays what can happen without time passing. */
  async playNow(): Promise<void> {
    for (await settled(); this.ready.length > 0; await settled()) this.pickReady();
  }

  private step(): boolean {
    // Now and then time passes though something could happen: the network is slow, the process has no turn.
    if (this.ready.length === 0 || this.chance.isLucky(0.02)) {
      const next = this.timers[0];
      if (next === undefined && this.ready.length === 0) return false;
      if (next !== undefined) this.now = Math.max(this.now, next.at);
    }
    for (let due = this.timers[0]; due !== undefined && due.at <= this.now; due = this.timers[0]) {
      this.timers.shift();
      this.ready.push(due);
    }
    if (this.ready.length > 0) this.pickReady();
    return true;
  }

  private pickReady(): void {
    const index = this.chance.below(this.ready.length);
    const chosen = this.ready[index];
    const last = this.ready.pop();
    if (chosen === undefined || last === undefined) return;
    if (chosen !== last) this.ready[index] = last;
    this.steps += 1;
    this.now += this.chance.below(3);
    if (chosen.owner === undefined || chosen.owner.mayRun(chosen)) chosen.run();
  }
}

/** One life of a process: after a crash none of its continuations ever runs, and its successor is another object. */
export class SimulatedProcess {
  /** How many requests and waits it began. */
  awaits = 0;
  private state: 'running' | 'frozen' | 'dead' = 'running';
  private readonly held: Step[] = [];
  private readonly deathNotices: (() => void)[] = [];
  private readonly freezeNotices: (() => void)[] = [];

  constructor(
    readonly simulation: Simulation,
    readonly name: string,
    /** May be set later too. */
    public crashPoint?: CrashPoint,
  ) {}

  get isDead(): boolean {
    return this.state === 'dead';
  }

  get isFrozen(): boolean {
    return this.state === 'frozen';
  }

  /** What its servers notice when it dies. */
  onDeath(notice: () => void): void {
    this.deathNotices.push(notice);
  }

  onFreeze(notice: () => void): void {
    this.freezeNotices.push(notice);
  }

  /** A request to a server: it travels, is served, and the answer travels back. */
  request<T>(label: string, serve: (answer: Answer<T>) => void): Promise<T> {
    const { simulation } = this;
    const isLast = this.reach('before');
    return new Promise<T>((resolve, reject) => {
      if (isLast) return;
      const back = (settle: () => void): void => simulation.soon({ owner: this, label, run: settle });
      const diesAfter = this.crashPoint?.when === 'after' && this.crashPoint.await === this.awaits;
      const run = (): void => {
        // What a process sent just before it died may still arrive, or not.
        if (this.isDead && simulation.chance.isLucky(0.5)) return;
        simulation.note(this.name, label);
        serve({ value: (value) => back(() => resolve(value)), error: (error) => back(() => reject(error)) });
        if (diesAfter) this.crash();
      };
      simulation.soon({ owner: undefined, label, run });
    });
  }

  /** A wait of the process itself. */
  rest(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const isLast = this.reach('before');
    return new Promise((resolve) => {
      if (isLast || this.isDead) return;
      const end = (): void => {
        cancel();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.simulation.at(this.simulation.now + milliseconds, { owner: this, label: 'rested', run: end });
      if (signal?.aborted === true) end();
      else signal?.addEventListener('abort', end, { once: true });
    });
  }

  every(milliseconds: number, tick: () => void): () => void {
    let stop: (() => void) | undefined;
    const arm = (): void => {
      stop = this.simulation.at(this.simulation.now + milliseconds, {
        owner: this,
        label: 'tick',
        run: () => {
          arm();
          tick();
        },
      });
    };
    arm();
    return () => stop?.();
  }

  /** kill -9. */
  crash(): void {
    if (this.isDead) return;
    this.state = 'dead';
    this.held.length = 0;
    this.simulation.note(this.name, '*** crashes');
    for (const notice of this.deathNotices) notice();
  }

  /** SIGSTOP: what it sent goes on its way, what comes back waits, and so do its timers. */
  freeze(): void {
    if (this.state !== 'running') return;
    this.state = 'frozen';
    this.simulation.note(this.name, '*** freezes');
    for (const notice of this.freezeNotices) notice();
  }

  thaw(): void {
    if (this.state !== 'frozen') return;
    this.state = 'running';
    this.simulation.note(this.name, '*** thaws');
    for (const step of this.held.splice(0)) this.simulation.soon(step);
  }

  /** Keeps a step of a frozen process for later; a dead one's is lost. */
  mayRun(step: Step): boolean {
    if (this.state === 'frozen') this.held.push(step);
    return this.state === 'running';
  }

  private reach(when: CrashPoint['when']): boolean {
    this.awaits += 1;
    if (this.crashPoint?.await !== this.awaits || this.crashPoint.when !== when) return this.isDead;
    this.crash();
    return true;
  }
}

/** All microtasks have run. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
