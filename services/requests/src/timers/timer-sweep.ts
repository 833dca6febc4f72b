import { setTimeout as pause } from 'node:timers/promises';
import type { Database, SystemDatabase, Tx } from '@linli/db';
import type { Logger } from '@linli/telemetry';
import { postponeTimer, takeDueTimer, tenantsWithDueTimers, type Timer, type TimerKind } from './store';

export interface TimerSweepOptions {
  readonly db: Database;
  /** The relay role's: it only finds which tenants have something due. */
  readonly system: SystemDatabase;
  readonly now: () => Date;
  readonly log: Logger;
  /** What to do, in the transaction that also takes the timer away. It may set the timer anew. */
  readonly handlers: Readonly<Record<TimerKind, (tx: Tx, subjectId: string) => Promise<void>>>;
  /** Between two looks at an idle database; a second when absent. */
  readonly intervalMs?: number;
}

export interface TimerSweep {
  start(): void;
  /** Resolves when the work at hand is committed. */
  stop(): Promise<void>;
  /** Does everything due at `now()` and gives how many timers went off. */
  sweepOnce(): Promise<number>;
}

const longestBackoffMs = 600_000;

/** Sets off each due timer once, with any number of sweeps: taking it and its work commit together. */
export function createTimerSweep(options: TimerSweepOptions): TimerSweep {
  const { system, now, log } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function sweepOnce(): Promise<number> {
    let done = 0;
    for (const tenantId of await tenantsWithDueTimers(system, now())) {
      while (!stopping.signal.aborted && (await setOffNext(options, tenantId))) done += 1;
    }
    return done;
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sweepOnce().catch((err: unknown) => log.warn({ err }, 'timer sweep failed'));
      await pause(options.intervalMs ?? 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    sweepOnce,
    start() {
      running ??= loop();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** False when the tenant has nothing due any more. A timer whose work fails is tried again later; the others go on. */
async function setOffNext({ db, now, log, handlers }: TimerSweepOptions, tenantId: string): Promise<boolean> {
  const taken: { timer?: Timer } = {};
  try {
    return await db.withTenant({ tenantId }, async (tx) => {
      // People's use cases lock a case first and come to our rows from there: we are the one that gives way.
      await tx.raw(`select set_config('lock_timeout', '250ms', true)`);
      const timer = await takeDueTimer(tx, now());
      if (timer === undefined) return false;
      taken.timer = timer;
      await handlers[timer.kind](tx, timer.subjectId);
      return true;
    });
  } catch (error) {
    const { timer } = taken;
    if (timer === undefined) throw error;
    const backoffMs = Math.min(1000 * 2 ** Math.min(timer.failures, 20), longestBackoffMs);
    await db.withTenant({ tenantId }, (tx) => postponeTimer(tx, timer, new Date(now().getTime() + backoffMs)));
    const fields = { tenant_id: tenantId, kind: timer.kind, subject: timer.subjectId, failures: timer.failures + 1, err: error };
    // A busy row mends itself; what fails five times needs somebody.
    log[timer.failures < 4 ? 'warn' : 'error'](fields, 'timer failed, tried again later');
    return true;
  }
}
