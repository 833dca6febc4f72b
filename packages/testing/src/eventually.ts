import { setTimeout as pause } from 'node:timers/promises';

/** Repeats `check` until it stops throwing; then gives its value. Fails with the last error when time is up. */
export async function eventually<T>(check: () => T | Promise<T>, options: { timeoutMs?: number; everyMs?: number } = {}): Promise<T> {
  const until = Date.now() + (options.timeoutMs ?? 10_000);
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await pause(options.everyMs ?? 20);
    }
  }
}
