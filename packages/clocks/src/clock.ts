import type { Calendar, Limit } from './calendar';
import { addDays, daysBetween, instantAt, localDateOf } from './local-date';

/** From the mildest to the gravest; a clock raises them in this order. */
export const alarmLevels = ['half_used', 'three_days_left', 'one_day_left', 'due', 'breached'] as const;
export type AlarmLevel = (typeof alarmLevels)[number];

export interface Pause {
  readonly from: Date;
  /** Absent while the clock stands still. */
  readonly to: Date | undefined;
  /** A code, such as `expert_review`. */
  readonly cause: string;
}

/** Either a further limit, counted from the due day, or a day and time. */
export type Extension = { readonly at: Date; readonly reason: string; readonly by: string } & ({ readonly limit: Limit } | { readonly until: Date });

/** The due time moved with the calendar: a year's arrangement became known, or the office decided of a day. */
export interface Correction {
  readonly at: Date;
  readonly before: Date;
  readonly after: Date;
}

/** What a due time is computed from; nothing else moves it. */
export interface TimeFacts {
  readonly startedAt: Date;
  readonly limit: Limit;
  readonly pauses: readonly Pause[];
  readonly extensions: readonly Extension[];
}

export interface Clock extends TimeFacts {
  readonly tenantId: string;
  readonly id: string;
  /** What is timed, such as `requests.handle`. */
  readonly kind: string;
  readonly subjectType: string;
  readonly subjectId: string;
  /** The law's version this clock follows for life; absent when the limit is a promise of the item itself. */
  readonly ruleSet: { readonly id: string; readonly version: number } | undefined;
  readonly citation: string;
  /** A clock that is past due still runs: lateness is `isLate`, not a state. */
  readonly state: 'running' | 'paused' | 'satisfied' | 'cancelled';
  readonly dueAt: Date;
  /** The due time rests on a year whose arrangement is not published yet, and will be computed again. */
  readonly provisional: boolean;
  readonly corrections: readonly Correction[];
  readonly alarms: readonly AlarmLevel[];
  readonly lastAlarm: AlarmLevel | undefined;
  readonly alarmFailures: number;
  readonly nextAlarmAt: Date | undefined;
  readonly endedAt: Date | undefined;
  readonly version: number;
}

type Due = ReturnType<Calendar['dueAt']>;

/**
 * The due time after every pause and extension, in the order they happened.
 *
 * Pauses: a whole unit that remained at the pause is owed after the resume, which like any beginning day is not counted
 * (Civil Code 201); the day of the pause counts as used. So a pause moves the due day by the working (or calendar) days
 * after the day of the pause up to and with the day of the resume; within one day it moves nothing. Was it the last day,
 * the rest of the day of the resume is owed, or the next day when business is over. Hours move by the length of the pause.
 * A pause begun after the due time moves nothing: a breach stays one. No pause ever makes the due time earlier.
 */
export function computeDue(calendar: Calendar, facts: TimeFacts): Due {
  let { dueAt, provisional } = calendar.dueAt(facts.startedAt, facts.limit);
  // Only a running clock is extended, so of two changes at one instant the extension came first.
  const changes = [
    ...facts.extensions.map((extension) => ({ at: extension.at, extension })),
    ...facts.pauses.map((pause) => ({ at: pause.from, pause })),
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
  for (const change of changes) {
    const moved = 'pause' in change ? afterPause(calendar, { ...facts, dueAt }, change.pause) : afterExtension(calendar, dueAt, change.extension);
    const fixed = 'extension' in change && 'until' in change.extension;
    provisional = moved.provisional || (provisional && !fixed);
    if (moved.dueAt > dueAt) dueAt = moved.dueAt;
  }
  return { dueAt, provisional };
}

/**
 * What is left at `at`, in the clock's unit: whole days after that day up to and with the due day (0 on the due day,
 * negative after it), or hours with their fraction. A paused clock has what it had at the pause.
 */
export function remaining(calendar: Calendar, clock: TimeFacts & { readonly dueAt: Date }, at: Date): number {
  const from = clock.pauses.find(({ to }) => to === undefined)?.from ?? at;
  return unitsBetween(calendar, clock.limit.unit, { from, to: clock.dueAt });
}

/** True when the duty was done after its due time, or is not done yet and the due time has passed. */
export function isLate(clock: Clock, at: Date): boolean {
  const counted = clock.endedAt ?? clock.pauses.find(({ to }) => to === undefined)?.from ?? at;
  return clock.state !== 'cancelled' && counted > clock.dueAt;
}

/** Units after `from` up to and with `to`: a working or calendar day is whole, an hour is not. */
export function unitsBetween(calendar: Calendar, unit: Limit['unit'], { from, to }: { from: Date; to: Date }): number {
  if (unit === 'hours') return (to.getTime() - from.getTime()) / 3_600_000;
  const [first, last] = [localDateOf(from), localDateOf(to)];
  return unit === 'working_days' ? calendar.workingDaysBetween(first, last).days : daysBetween(first, last);
}

function afterExtension(calendar: Calendar, dueAt: Date, extension: Extension): Due {
  return 'until' in extension ? { dueAt: extension.until, provisional: false } : calendar.dueAt(dueAt, extension.limit);
}

function afterPause(calendar: Calendar, { limit, dueAt }: { limit: Limit; dueAt: Date }, { from, to }: Pause): Due {
  if (to === undefined || from > dueAt) return { dueAt, provisional: false };
  if (limit.unit === 'hours') return { dueAt: new Date(dueAt.getTime() + to.getTime() - from.getTime()), provisional: false };
  const owed = unitsBetween(calendar, limit.unit, { from, to: dueAt });
  if (owed > 0) return calendar.dueAt(to, { ...limit, amount: owed });
  const dayBefore = instantAt(addDays(localDateOf(to), -1), 0);
  const sameDay = calendar.dueAt(dayBefore, { ...limit, amount: 1 });
  return sameDay.dueAt >= to ? sameDay : calendar.dueAt(to, { ...limit, amount: 1 });
}
