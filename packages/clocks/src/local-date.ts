import { invalidArgument } from '@linli/errors';

/** A day in Asia/Shanghai, `YYYY-MM-DD`. Never a Date at UTC midnight, which is another day there for eight hours. */
export type LocalDate = string;

const dayMs = 86_400_000;
const wallClock = new Intl.DateTimeFormat('en-US', {
  timeZone: 'Asia/Shanghai',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});

/** The day it is in Asia/Shanghai at `instant`. */
export function localDateOf(instant: Date): LocalDate {
  return dateOfDay(Math.floor(wallClockMs(instant.getTime()) / dayMs));
}

/** The instant at which Asia/Shanghai shows `date` and `msOfDay` milliseconds after midnight. */
export function instantAt(date: LocalDate, msOfDay: number): Date {
  const wall = dayOf(date) * dayMs + msOfDay;
  // The offset of the guess is the right one, except within hours of a summer-time change (the last was in 1991): look again.
  const guess = wall - offsetAt(wall);
  return new Date(wall - offsetAt(guess));
}

/** `date` plus `days` calendar days; `days` may be negative. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOfDay(dayOf(date) + days);
}

/** Calendar days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayOf(to) - dayOf(from);
}

/** 0 is Sunday. */
export function weekdayOf(date: LocalDate): number {
  return new Date(dayOf(date) * dayMs).getUTCDay();
}

export function yearOf(date: LocalDate): number {
  return Number(date.slice(0, 4));
}

/** @throws AppError invalid_argument LOCAL_DATE_MALFORMED: not a day of the calendar, or not `YYYY-MM-DD`. */
export function assertLocalDate(text: string): LocalDate {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // Date.parse lets 02-30 pass as 03-02.
  if (Number.isNaN(day) || dateOfDay(day / dayMs) !== text) throw invalidArgument('LOCAL_DATE_MALFORMED', 'a day is written YYYY-MM-DD');
  return text;
}

function dayOf(date: LocalDate): number {
  return Date.parse(`${assertLocalDate(date)}T00:00:00Z`) / dayMs;
}

function dateOfDay(day: number): LocalDate {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

function offsetAt(epochMs: number): number {
  return wallClockMs(epochMs) - epochMs;
}

/** Since then Asia/Shanghai is UTC+8 without summer time (tzdata); a test holds it against the runtime's own data. */
const steadySince = Date.UTC(1991, 8, 15);
const steadyOffset = 8 * 3_600_000;

/** What a wall clock in Asia/Shanghai shows, as if it were UTC, in milliseconds. */
function wallClockMs(epochMs: number): number {
  if (epochMs >= steadySince) return epochMs + steadyOffset;
  const parts: Record<string, number> = {};
  for (const { type, value } of wallClock.formatToParts(epochMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((epochMs % 1000) + 1000) % 1000);
}
