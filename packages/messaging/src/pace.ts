import { setTimeout as pause } from 'node:timers/promises';

/** Waits that end early: a lifecycle that stops, or a wake-up. */
export class Pace {
  private readonly stopped = new AbortController();
  private waiting: AbortController | undefined;
  private isWoken = false;

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
    if (!this.isWoken) await rest(milliseconds, AbortSignal.any([this.stopped.signal, this.waiting.signal]));
    const woken = this.isWoken;
    this.isWoken = false;
    this.waiting = undefined;
    return woken;
  }

  /** Waits longer with every failure in a row, with jitter; only a stop ends it early. */
  async backOff(failures: number, longestMs = 2_000): Promise<void> {
    await rest(Math.min(100 * 2 ** (failures - 1), longestMs) * (0.5 + Math.random() / 2), this.stopped.signal);
  }
}

async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** Repeats `work` until the timer is cleared, never twice at once. */
export function repeat(milliseconds: number, work: () => Promise<unknown>, onError: (error: unknown) => void): NodeJS.Timeout {
  let isRunning = false;
  return setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    void work()
      .catch(onError)
      .finally(() => (isRunning = false));
  }, milliseconds);
}
