import { setTimeout as pause } from 'node:timers/promises';

export interface OpenLoad {
  /** How many a second are due, at `seconds` since the beginning. */
  readonly rate: (seconds: number) => number;
  readonly seconds: number;
  /** Never more than this many under way at once: what is due meanwhile waits, and its waiting counts. */
  readonly mostUnderWay?: number;
}

/**
 * Open loop: work begins when it is due, whether or not what began before it has ended, and `due` (of `performance.now`)
 * is what its time counts from. A server that stalls is charged for everybody who would have come meanwhile.
 */
export async function openLoop({ rate, seconds, mostUnderWay = 2_000 }: OpenLoad, work: (due: number) => Promise<void>): Promise<void> {
  const began = performance.now();
  const underWay = new Set<Promise<void>>();
  let due = 0;
  while (due < seconds * 1_000) {
    const wait = began + due - performance.now();
    if (wait > 0) await pause(wait);
    if (underWay.size >= mostUnderWay) await Promise.race(underWay);
    const one: Promise<void> = work(began + due).finally(() => underWay.delete(one));
    underWay.add(one);
    due += 1_000 / Math.max(rate(due / 1_000), 0.001);
  }
  await Promise.all(underWay);
}

/** Closed loop: `concurrency` workers, each doing one after the other. Returns the seconds it took. */
export async function closedLoop({ concurrency, seconds }: { readonly concurrency: number; readonly seconds: number }, work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  async function worker(): Promise<void> {
    while (performance.now() - began < seconds * 1_000) await work();
  }
  await Promise.all(Array.from({ length: concurrency }, worker));
  return (performance.now() - began) / 1_000;
}
