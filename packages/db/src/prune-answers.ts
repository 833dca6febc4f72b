import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@linli/telemetry';
import type { SystemDatabase } from './database';

/**
 * For so long a repeated request gets the first answer; after it the key is a new one. Longer than a client stays away over the
 * longest public holiday, and no longer: an answer says who asked for what.
 */
export const answersKeptDays = 14;

const pruneEveryMs = 3_600_000;
const batchSize = 10_000;

/** Forgets the answers older than `days`, a batch at a time, until `signal` aborts. Returns how many. Any number may run. */
export async function pruneAnswers(system: SystemDatabase, days: number = answersKeptDays, signal?: AbortSignal): Promise<number> {
  let pruned = 0;
  while (signal?.aborted !== true) {
    const { rowCount } = await system.knex.raw<{ rowCount: number }>(
      `delete from answered_requests where ctid = any(array(
         select ctid from answered_requests where created_at < now() - make_interval(days => ?) limit ?))`,
      [days, batchSize],
    );
    pruned += rowCount;
    if (rowCount < batchSize) break;
  }
  return pruned;
}

export interface AnswerPruner {
  /** Prunes now, and an hour after it was done again. */
  start(): void;
  /** Resolves when the batch at hand is done. */
  stop(): Promise<void>;
}

export function createAnswerPruner({ system, log }: { readonly system: SystemDatabase; readonly log: Logger }): AnswerPruner {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pruneAnswers(system, answersKeptDays, stopping.signal).catch((err: unknown) => log.warn({ err }, 'old answers could not be pruned'));
      await pause(pruneEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  return {
    start() {
      running ??= loop();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
