import type { Database, SystemDatabase, Tx } from '@linli/db';
import type { Logger } from '@linli/telemetry';
import type { Calendar } from './calendar';
import { computeDue, type Clock } from './clock';
import { scheduled } from './change-clock';
import { claimProvisionalClocks, saveClock, tenantsWithProvisionalClocks } from './store';

export interface Recomputation {
  /** As it is now; the last of `corrections` tells before and after when the due time moved. */
  readonly clock: Clock;
  readonly previousDueAt: Date;
}

export interface RecomputeOptions {
  readonly database: Database;
  readonly system: SystemDatabase;
  readonly calendar: Calendar;
  readonly now: () => Date;
  readonly log: Logger;
  /** Called in the clock's transaction for each due time that moved or is certain now, to tell those concerned. */
  readonly onMoved?: ((tx: Tx, recomputation: Recomputation) => Promise<void>) | undefined;
}

const batchSize = 50;

/**
 * Computes every open provisional clock again with the calendar at hand: a due time that moves is corrected, recorded
 * in the clock, logged and handed on; one that is certain now loses its mark. Safe to repeat and to race.
 */
export async function recomputeProvisional(options: RecomputeOptions): Promise<{ examined: number; settled: number; moved: number }> {
  const count = { examined: 0, settled: 0, moved: 0 };
  for (const tenantId of await tenantsWithProvisionalClocks(options.system.knex)) {
    let after: string | undefined = '00000000-0000-0000-0000-000000000000';
    while (after !== undefined) {
      const from: string = after;
      const batch = await options.database.withTenant({ tenantId }, async (tx) => {
        const clocks = await claimProvisionalClocks(tx, from, batchSize);
        const done: Recomputation[] = [];
        for (const clock of clocks) done.push(await recompute(tx, clock, options));
        return done;
      });
      for (const { clock, previousDueAt } of batch) {
        count.examined += 1;
        if (!clock.provisional) count.settled += 1;
        if (clock.dueAt.getTime() === previousDueAt.getTime()) continue;
        count.moved += 1;
        options.log.info({ tenant: clock.tenantId, clock: clock.id, before: previousDueAt, after: clock.dueAt }, 'provisional due time moved');
      }
      after = batch.length < batchSize ? undefined : batch.at(-1)?.clock.id;
    }
  }
  return count;
}

async function recompute(tx: Tx, before: Clock, { calendar, now, onMoved }: RecomputeOptions): Promise<Recomputation> {
  const { dueAt, provisional } = computeDue(calendar, before);
  const moved = dueAt.getTime() !== before.dueAt.getTime();
  if (!moved && provisional) return { clock: before, previousDueAt: before.dueAt };
  const corrections = moved ? [...before.corrections, { at: now(), before: before.dueAt, after: dueAt }] : before.corrections;
  const clock = await saveClock(tx, scheduled(calendar, { ...before, dueAt, provisional, corrections }));
  const recomputation = { clock, previousDueAt: before.dueAt };
  await onMoved?.(tx, recomputation);
  return recomputation;
}
