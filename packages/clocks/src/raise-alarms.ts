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
  /**
   * Writes the effects and events of alarms of one tenant, each of another clock, in `tx`, in which the clocks are locked.
   * It may change or end them. When it throws, nothing of it stays, and it is called again for one alarm at a time.
   */
  readonly onAlarms: (tx: Tx, alarms: readonly Alarm[]) => Promise<void>;
  readonly log: Logger;
}

export interface Raised {
  readonly levels: readonly AlarmLevel[];
  readonly failures: number;
}

type Raising = RaiseOptions & { readonly store: ClockStore };

/** A clock with a level reached, as it is once that is noted. */
interface Reached {
  readonly clock: Clock;
  readonly noted: Clock;
  readonly alarm: Omit<Alarm, 'clock'>;
}

const batchSize = 100;
/** One by one each alarm takes its own round trips, while the whole batch is locked. */
const mostAlone = 20;
const longestBackoffMs = 600_000;

/**
 * Claims a batch of the tenant's due clocks and raises the next level of each. A clock with a further level reached is due
 * as before: the next batch claims it again. The effects commit with `tx`.
 */
export async function raiseBatch(tx: Tx, options: Raising): Promise<Raised> {
  const { store, calendar, now } = options;
  await store.giveWay(tx);
  const claimed = await store.claimDueClocks(tx, now(), batchSize);
  const at = now();
  const reached: Reached[] = [];
  const silent: Clock[] = [];
  for (const clock of claimed) {
    const [next, following] = alarmsAfter(alarmSchedule(calendar.of(clock.tenantId), clock), clock.lastAlarm);
    if (next === undefined || next.at > at) silent.push({ ...clock, nextAlarmAt: next?.at, alarmFailures: 0 });
    else {
      const noted = { ...clock, lastAlarm: next.level, nextAlarmAt: following?.at, alarmFailures: 0 };
      reached.push({ clock, noted, alarm: { ...next, superseded: following !== undefined && following.at <= at } });
    }
  }
  if (silent.length > 0) await store.noteAlarms(tx, silent);
  if (reached.length === 0) return { levels: [], failures: 0 };
  if (reached.length > 1 && (await raise(tx, reached, options)) === undefined) return { levels: levelsOf(reached), failures: 0 };
  return raiseAlone(tx, reached.slice(0, mostAlone), options);
}

async function raiseAlone(tx: Tx, reached: readonly Reached[], options: Raising): Promise<Raised> {
  const raised: Reached[] = [];
  let failures = 0;
  for (const [index, one] of reached.entries()) {
    // One that was raised before it may have ended its clock: then there is nothing to raise.
    if (index > 0 && (await options.store.lockClock(tx, { clockId: one.clock.id })).endedAt !== undefined) continue;
    const failure = await raise(tx, [one], options);
    if (failure === undefined) raised.push(one);
    else {
      failures += 1;
      await postpone(tx, one.clock, { ...options, ...failure });
    }
  }
  return { levels: levelsOf(raised), failures };
}

/** Raises these levels in a savepoint: all, or with the error none. */
async function raise(tx: Tx, reached: readonly Reached[], { store, onAlarms }: Raising): Promise<{ readonly error: unknown } | undefined> {
  await store.beginAlarm(tx);
  try {
    // Noted first, so that `onAlarms` finds the clocks as they will be and may change them further.
    const noted = await store.noteAlarms(tx, reached.map((one) => one.noted));
    await onAlarms(tx, reached.flatMap(({ alarm }, index) => noted.slice(index, index + 1).map((clock) => ({ clock, ...alarm }))));
    await store.keepAlarm(tx);
    return undefined;
  } catch (error) {
    await store.undoAlarm(tx);
    return { error };
  }
}

function levelsOf(reached: readonly Reached[]): AlarmLevel[] {
  return reached.map(({ alarm }) => alarm.level);
}

async function postpone(tx: Tx, clock: Clock, { now, log, store, error }: Raising & { error: unknown }): Promise<void> {
  const backoff = Math.min(1000 * 2 ** Math.min(clock.alarmFailures, 20), longestBackoffMs);
  const alarmFailures = clock.alarmFailures + 1;
  await store.noteAlarms(tx, [{ ...clock, alarmFailures, nextAlarmAt: new Date(now().getTime() + backoff) }]);
  const fields = { tenant: clock.tenantId, clock: clock.id, failures: alarmFailures, err: error };
  // A busy row mends itself; what fails five times needs somebody.
  if (alarmFailures < 5) log.warn(fields, 'alarm failed, tried again later');
  else log.error(fields, 'alarm keeps failing');
}
