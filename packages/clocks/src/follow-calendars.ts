import type { Tx } from '@linli/db';
import { scheduled } from './change-clock';
import { computeDue, type Clock } from './clock';
import type { Calendar } from './calendar';
import { daysToFollow, noteFollowed, tenantsToFollow } from './own-day-store';
import type { Calendars } from './own-days';
import { recompute, type RecomputeOptions } from './recompute';
import { clockStore, listOpenClocksOver, type ClockKey, type ClockStore } from './store';

export interface Followed {
  readonly moved: number;
  readonly failed: number;
}

/** `RecomputeOptions` with the calendars that know tenants' own days. */
export type FollowOptions = Omit<RecomputeOptions, 'calendar'> & { readonly calendars: Calendars };

/**
 * After a tenant's own days changed: computes every open clock again whose span holds one of them, each in a transaction of
 * its own, and hands each due time that moves to `onMoved`. Clocks that stand as they should are only read. What was
 * interrupted begins anew and finds less to do; what failed is tried again. Safe to race.
 */
export async function followCalendars(options: FollowOptions, store: ClockStore = clockStore): Promise<Followed> {
  const count = { moved: 0, failed: 0 };
  for (const tenantId of await tenantsToFollow(options.system.knex, options.now())) {
    const done = await followCalendar({ ...options, store }, tenantId);
    count.moved += done.moved;
    count.failed += done.failed;
  }
  return count;
}

async function followCalendar(options: FollowOptions & { readonly store: ClockStore }, tenantId: string): Promise<Followed> {
  const { database, calendars, now, log } = options;
  const count = { moved: 0, failed: 0 };
  const begun = now();
  const { days, version } = await database.withTenant({ tenantId }, daysToFollow);
  // After the version was read, so that nothing is called followed that was counted by an older one.
  await calendars.refresh();
  let after: ClockKey | undefined;
  do {
    const page = await database.withTenant({ tenantId }, (tx: Tx) => listOpenClocksOver(tx, { days: days.map(({ day }) => day), after, limit: 500 }));
    for (const clock of page) {
      if (stands(calendars.of(tenantId), clock)) continue;
      try {
        const done = await database.withTenant({ tenantId }, (tx) => recompute(tx, clock.id, { ...options, calendar: calendars, days }));
        if (done === undefined) continue;
        count.moved += 1;
        log.info({ tenant: tenantId, clock: clock.id, before: done.previousDueAt, after: done.clock.dueAt }, 'due time followed the calendar');
      } catch (error) {
        count.failed += 1;
        log.warn({ tenant: tenantId, clock: clock.id, err: error }, 'due time did not follow the calendar yet');
      }
    }
    after = page.at(-1);
  } while (after !== undefined);
  if (count.failed === 0) await database.withTenant({ tenantId }, (tx) => noteFollowed(tx, version, begun));
  return count;
}

/** Whether the clock is as the calendar has it. An alarm that failed comes at a time of its own. */
function stands(calendar: Calendar, clock: Clock): boolean {
  const { dueAt, provisional } = computeDue(calendar, clock);
  if (dueAt.getTime() !== clock.dueAt.getTime() || provisional !== clock.provisional) return false;
  return clock.alarmFailures > 0 || scheduled(calendar, clock).nextAlarmAt?.getTime() === clock.nextAlarmAt?.getTime();
}
