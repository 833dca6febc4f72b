import type { Tx } from '@linli/db';
import type { Logger } from '@linli/telemetry';
import { alarmSchedule, alarmsAfter } from './alarms';
import type { Calendar } from './calendar';
import type { AlarmLevel, Clock } from './clock';
import type { ClockStore } from './store';

export interface Alarm {
  readonly clock: Clock;
  readonly level: AlarmLevel;
  /** When the level was reached; earlier than now by as much as no scanner ran. */
  readonly at: Date;
  /** A graver level is reached too and follows at once: record this one, but call nobody for it. */
  readonly superseded: boolean;
}

export interface RaiseOptions {
  readonly calendar: Calendar;
  readonly now: () => Date;
  /** Writes the alarm's effect and event in `tx`, in which the clock is locked. It may change or end the clock. */
  readonly onAlarm: (tx: Tx, alarm: Alarm) => Promise<void>;
  readonly log: Logger;
}

export interface Raised {
  readonly levels: AlarmLevel[];
  failures: number;
}

type Raising = RaiseOptions & { readonly store: ClockStore };

const batchSize = 20;
const longestBackoffMs = 600_000;

/** Claims a batch of the tenant's due clocks and raises what each has reached. The effects commit with `tx`. */
export async function raiseBatch(tx: Tx, options: Raising): Promise<Raised> {
  const { store, now } = options;
  await store.giveWay(tx);
  const raised: Raised = { levels: [], failures: 0 };
  for (const clock of await store.claimDueClocks(tx, now(), batchSize)) {
    let next: Clock | undefined = clock;
    while (next !== undefined) next = await raiseNext(tx, next, { ...options, raised });
  }
  return raised;
}

/** Raises the clock's next level in a savepoint; gives the clock when it may have a further level due. */
async function raiseNext(tx: Tx, clock: Clock, options: Raising & { raised: Raised }): Promise<Clock | undefined> {
  const { calendar, now, onAlarm, raised, store } = options;
  const [next, following] = alarmsAfter(alarmSchedule(calendar, clock), clock.lastAlarm);
  if (next === undefined || next.at > now()) {
    await store.saveClock(tx, { ...clock, nextAlarmAt: next?.at, alarmFailures: 0 });
    return undefined;
  }
  await store.beginAlarm(tx);
  try {
    // Noted first, so that `onAlarm` finds the clock as it will be and may change it further.
    const noted = await store.saveClock(tx, { ...clock, lastAlarm: next.level, nextAlarmAt: following?.at, alarmFailures: 0 });
    await onAlarm(tx, { clock: noted, level: next.level, at: next.at, superseded: following !== undefined && following.at <= now() });
    await store.keepAlarm(tx);
  } catch (error) {
    await store.undoAlarm(tx);
    raised.failures += 1;
    await postpone(tx, clock, { ...options, error });
    return undefined;
  }
  raised.levels.push(next.level);
  const after = await store.lockClock(tx, { clockId: clock.id });
  return after.nextAlarmAt !== undefined && after.nextAlarmAt <= now() ? after : undefined;
}

async function postpone(tx: Tx, clock: Clock, { now, log, store, error }: Raising & { error: unknown }): Promise<void> {
  const backoff = Math.min(1000 * 2 ** Math.min(clock.alarmFailures, 20), longestBackoffMs);
  const alarmFailures = clock.alarmFailures + 1;
  await store.saveClock(tx, { ...clock, alarmFailures, nextAlarmAt: new Date(now().getTime() + backoff) });
  const fields = { tenant: clock.tenantId, clock: clock.id, failures: alarmFailures, err: error };
  // A busy row mends itself; what fails five times needs somebody.
  if (alarmFailures < 5) log.warn(fields, 'alarm failed, tried again later');
  else log.error(fields, 'alarm keeps failing');
}
