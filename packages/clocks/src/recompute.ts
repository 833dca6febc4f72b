import type { Database, SystemDatabase, Tx } from '@linli/db';
import type { Logger } from '@linli/telemetry';
import { alarmSchedule } from './alarms';
import type { Calendar } from './calendar';
import { scheduled } from './change-clock';
import { alarmLevels, computeDue, type Clock } from './clock';
import { localDateOf, type LocalDate } from './local-date';
import type { ChangedDay } from './own-day-store';
import { clockStore, type ClockStore } from './store';

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

/**
 * Computes every open provisional clock again with the calendar at hand, each in its own transaction: a due time that
 * moves is recorded in the clock, logged and handed to `onMoved`; one that is certain now loses its mark. What failed is
 * counted and logged, and still provisional. Safe to repeat and to race.
 */
export async function recomputeProvisional(
  options: RecomputeOptions,
  store: ClockStore = clockStore,
): Promise<{ settled: number; moved: number; failed: number }> {
  const { database, system, log } = options;
  const count = { settled: 0, moved: 0, failed: 0 };
  let page = await store.listProvisionalClocks(system.knex, undefined);
  for (; page.length > 0; page = await store.listProvisionalClocks(system.knex, page.at(-1))) {
    for (const { tenantId, id } of page) {
      try {
        const done = await database.withTenant({ tenantId }, (tx) => recompute(tx, id, { ...options, store }));
        if (done === undefined) continue;
        if (!done.clock.provisional) count.settled += 1;
        if (!hasMoved(done)) continue;
        count.moved += 1;
        log.info({ tenant: tenantId, clock: id, before: done.previousDueAt, after: done.clock.dueAt }, 'provisional due time moved');
      } catch (error) {
        count.failed += 1;
        log.warn({ tenant: tenantId, clock: id, err: error }, 'provisional due time not recomputed');
      }
    }
  }
  return count;
}

export interface Recomputing extends RecomputeOptions {
  readonly store: ClockStore;
  /** The office's own days that changed; absent when it is the national calendar that did. */
  readonly days?: readonly ChangedDay[];
}

/**
 * One open clock again, by its tenant's calendar. Undefined when its due time is as it was and as certain, though its alarms
 * may come at other times now; or when somebody else was faster.
 */
export async function recompute(tx: Tx, clockId: string, { calendar, now, onMoved, store, days = [] }: Recomputing): Promise<Recomputation | undefined> {
  await store.giveWay(tx);
  const before = await store.lockClock(tx, { clockId });
  if (before.endedAt !== undefined) return undefined;
  const own = calendar.of(before.tenantId);
  const { dueAt, provisional } = computeDue(own, before);
  const recomputed = { clock: { ...before, dueAt, provisional }, previousDueAt: before.dueAt };
  if (!hasMoved(recomputed)) {
    const settled = scheduled(own, recomputed.clock);
    if (provisional === before.provisional) {
      // An alarm that failed comes at a time of its own.
      if (before.alarmFailures === 0 && settled.nextAlarmAt?.getTime() !== before.nextAlarmAt?.getTime()) await store.saveClock(tx, settled);
      return undefined;
    }
    const clock = await store.saveClock(tx, settled);
    const done = { clock, previousDueAt: before.dueAt };
    await onMoved?.(tx, done);
    return done;
  }
  const corrections = [...before.corrections, { at: now(), before: before.dueAt, after: dueAt }];
  const clock = await store.saveClock(tx, rearmed(own, { ...recomputed.clock, corrections }, now()));
  await store.insertMoves(tx, clock, causesOf(before, days));
  const done = { clock, previousDueAt: before.dueAt };
  await onMoved?.(tx, done);
  return done;
}

/**
 * Which of the days moved the clock: those that its span held. One that due times followed before, and that is looked at once
 * more, is named where no new one could have done it.
 */
function causesOf({ startedAt, dueAt }: Clock, days: readonly ChangedDay[]): LocalDate[] {
  const [first, last] = [localDateOf(startedAt), localDateOf(dueAt)];
  const held = days.filter(({ day }) => day >= first && day <= last);
  const isNew = held.filter((day) => day.isNew);
  return (isNew.length > 0 ? isNew : held).map(({ day }) => day);
}

/** A due time that moved away has its early warnings before it again. */
function rearmed(calendar: Calendar, clock: Clock, now: Date): Clock {
  const raised = alarmLevels.indexOf(clock.lastAlarm ?? 'half_used');
  const passed = alarmSchedule(calendar, clock).filter(({ level, at }) => at <= now && alarmLevels.indexOf(level) <= raised);
  return scheduled(calendar, { ...clock, lastAlarm: clock.lastAlarm === undefined ? undefined : passed.at(-1)?.level });
}

/** Whether it came to another due time; else it is certain now. */
export function hasMoved({ clock, previousDueAt }: Recomputation): boolean {
  return clock.dueAt.getTime() !== previousDueAt.getTime();
}
