import type { Calendar } from './calendar';
import { alarmLevels, unitsBetween, type AlarmLevel, type TimeFacts } from './clock';
import { addDays, instantAt, localDateOf } from './local-date';

export interface AlarmTime {
  readonly level: AlarmLevel;
  readonly at: Date;
}

const hourMs = 3_600_000;

/**
 * When a clock raises which level, in order of time and gravity:
 * - `half_used`: half of the limit is used up, pauses not counted;
 * - `three_days_left`, `one_day_left`: the working day begins after which so many working days are left, the due day included;
 * - `due`: the limit ends (18:00 of the last day for a duty);
 * - `breached`: the last day itself is over and the duty undone; for a limit in hours at once.
 * An early level that would come before the start (or the last extension), or not before a graver one, says nothing
 * and is left out. `due` and `breached` are never left out.
 */
export function alarmSchedule(
  calendar: Calendar,
  clock: TimeFacts & { readonly dueAt: Date; readonly alarms: readonly AlarmLevel[] },
): AlarmTime[] {
  const dueDay = localDateOf(clock.dueAt);
  const hours = clock.limit.unit === 'hours';
  const times: Record<AlarmLevel, Date> = {
    half_used: halfUsedAt(calendar, clock),
    three_days_left: instantAt(calendar.subtractWorkingDays(dueDay, 3), 0),
    one_day_left: instantAt(calendar.subtractWorkingDays(dueDay, 1), 0),
    due: clock.dueAt,
    breached: hours ? new Date(clock.dueAt.getTime() + 1) : instantAt(addDays(dueDay, 1), 0),
  };
  const since = clock.extensions.at(-1)?.at ?? clock.startedAt;
  const kept: AlarmTime[] = [];
  for (const level of alarmLevels.toReversed()) {
    const at = times[level];
    const early = level !== 'due' && level !== 'breached';
    const graver = kept[0]?.at;
    const pointless = early && (at <= since || (graver !== undefined && at >= graver));
    if (clock.alarms.includes(level) && !pointless) kept.unshift({ level, at });
  }
  return kept;
}

/** The levels not raised yet, the next one first. */
export function alarmsAfter(schedule: readonly AlarmTime[], last: AlarmLevel | undefined): AlarmTime[] {
  const raised = last === undefined ? -1 : alarmLevels.indexOf(last);
  return schedule.filter(({ level }) => alarmLevels.indexOf(level) > raised);
}

/** Counted back from the due time, so that it holds whatever pauses and extensions there were. */
function halfUsedAt(calendar: Calendar, clock: TimeFacts & { readonly dueAt: Date }): Date {
  const { unit } = clock.limit;
  if (unit !== 'working_days') {
    const paused = clock.pauses.reduce((sum, { from, to }) => sum + (to === undefined ? 0 : to.getTime() - from.getTime()), 0);
    return new Date(clock.dueAt.getTime() - (clock.dueAt.getTime() - clock.startedAt.getTime() - paused) / 2);
  }
  const paused = clock.pauses.reduce((sum, { from, to }) => sum + (to === undefined ? 0 : unitsBetween(calendar, unit, { from, to })), 0);
  const total = unitsBetween(calendar, unit, { from: clock.startedAt, to: clock.dueAt }) - paused;
  const day = calendar.subtractWorkingDays(localDateOf(clock.dueAt), Math.floor(total / 2));
  return instantAt(day, (total % 2 === 0 ? 18 : 12) * hourMs);
}
