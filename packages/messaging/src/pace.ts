import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/** Time and chance, the first of the ports: the tests' simulation has its own. Nothing here follows the wall clock, which may jump. */
export interface Time {
  /** Milliseconds that only ever grow. */
  monotonic(): number;
  /** Resolves after this long, or when the signal aborts. */
  rest(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Calls `tick` again and again until the function it gives back is called. */
  every(milliseconds: number, tick: () => void): () => void;
  /** Between 0 and 1, to spread what is repeated. */
  chance(): number;
}

export const systemTime: Time = {
  monotonic: () => performance.now(),
  rest: (milliseconds, signal) => pause(milliseconds, undefined, { signal }).catch(() => undefined),
  every(milliseconds, tick) {
    const timer = setInterval(tick, milliseconds);
    return () => clearInterval(timer);
  },
  chance: () => Math.random(),
};

/** Waits that end early: a lifecycle that stops, or a wake-up. */
export class Pace {
  private readonly stopped = new AbortController();
  private waiting: AbortController | undefined;
  private isWoken = false;

  constructor(private readonly time: Time) {}

  get isStopped(): boolean {
    return this.stopped.signal.aborted;
  }

  stop(): void {
    this.stopped.abort();
  }

  /** Ends the current or the next `idle`. */
  wake(): void {
    this.isWoken = true;
    this.waiting?.abort();
  }

  /** Waits until woken, stopped or the time is up; true when woken. */
  async idle(milliseconds: number): Promise<boolean> {
    this.waiting = new AbortController();
    if (!this.isWoken) await this.time.rest(milliseconds, AbortSignal.any([this.stopped.signal, this.waiting.signal]));
    const woken = this.isWoken;
    this.isWoken = false;
    this.waiting = undefined;
    return woken;
  }

  /** Waits so long; only a stop ends it early. */
  async rest(milliseconds: number): Promise<void> {
    await this.time.rest(milliseconds, this.stopped.signal);
  }

  /** Waits longer with every failure in a row, with jitter; only a stop ends it early. */
  async backOff(failures: number, longestMs = 2_000): Promise<void> {
    await this.time.rest(Math.min(100 * 2 ** (failures - 1), longestMs) * (0.5 + this.time.chance() / 2), this.stopped.signal);
  }
}

/** Repeats `work` until the function it gives back is called, never twice at once. */
export function repeat(time: Time, milliseconds: number, { work, onError }: { work: () => Promise<unknown>; onError: (error: unknown) => void }): () => void {
  let isRunning = false;
  return time.every(milliseconds, () => {
    if (isRunning) return;
    isRunning = true;
    void work()
      .catch(onError)
      .finally(() => (isRunning = false));
  });
}
