import { internal, invalidArgument } from '@linli/errors';
import { addDays, daysBetween, instantAt, localDateOf, weekdayOf, yearOf, type LocalDate } from './local-date';

/** A time limit as a law or a promise states it. */
export interface Limit {
  /** A whole number, at least 1. */
  readonly amount: number;
  readonly unit: 'working_days' | 'calendar_days' | 'hours';
  /** `none`: an office's duty, never later than the last day. `forward`: a person's right, which a rest day may only lengthen. */
  readonly roll: 'none' | 'forward';
}

/** One year of the State Council's arrangement: days off and made-up working days, each with the holiday it belongs to. */
export interface YearData {
  readonly year: number;
  readonly rest: Readonly<Record<LocalDate, string>>;
  readonly work: Readonly<Record<LocalDate, string>>;
}

export type DayKind = 'workday' | 'weekend' | 'holiday';

/**
 * Working days and due times in Asia/Shanghai. `provisional` says that a day was looked at whose arrangement is not
 * published yet; it was then taken as Monday to Friday without the holidays that the law fixes to a date.
 */
export interface Calendar {
  /** The last year with reviewed data. */
  readonly lastYear: number;
  isWorkingDay(date: LocalDate): { readonly working: boolean; readonly provisional: boolean };
  /** A day off that belongs to a holiday is `holiday`, also on a Saturday or Sunday; any other is `weekend`. */
  kindOfDay(date: LocalDate): { readonly kind: DayKind; readonly provisional: boolean };
  /** The n-th working day after `date`, which itself is not counted; with n = 0 the first working day from `date` on. */
  addWorkingDays(date: LocalDate, n: number): { readonly date: LocalDate; readonly provisional: boolean };
  /** The latest working day from which on exactly n working days are left up to and with `date`. */
  subtractWorkingDays(date: LocalDate, n: number): LocalDate;
  /** Working days after `from` up to and with `to`; negative when `to` is earlier. */
  workingDaysBetween(from: LocalDate, to: LocalDate): { readonly days: number; readonly provisional: boolean };
  /** The last instant at which the limit is kept. The day of `start` is not counted (Civil Code 201). @throws AppError LIMIT_INVALID. */
  dueAt(start: Date, limit: Limit): { readonly dueAt: Date; readonly provisional: boolean };
  /** A tenant's own calendar; this one, where tenants have no days of their own. */
  of(tenantId: string): Calendar;
  /** Years whose data should be here by now: this year, and from November on the next one, for the notice comes in autumn. */
  gaps(now: Date): number[];
}

const hourMs = 3_600_000;
const businessEnds = 18 * hourMs;
const dayEnds = 24 * hourMs - 1;
/** 全国年节及纪念日放假办法 (2024) article 2: the holidays on a fixed day of the solar calendar. */
const fixedHolidays = new Set(['01-01', '05-01', '05-02', '10-01', '10-02', '10-03']);
/** From here on the next year's notice may still move days: New Year's arrangement has reached back to 12-29. */
const openTail = '12-26';

/** @throws AppError internal CALENDAR_DATA_INVALID: years missing in between, or a day in the wrong place. */
export function createCalendar(years: readonly YearData[]): Calendar {
  const arranged = arrangementOf(years);
  const firstYear = years[0]?.year ?? 0;
  const lastYear = years.at(-1)?.year ?? 0;

  function kindOfDay(date: LocalDate): { kind: DayKind; provisional: boolean } {
    const provisional = yearOf(date) < firstYear || date >= `${lastYear}-${openTail}`;
    const known = arranged.get(date);
    if (known !== undefined) return { kind: known ? 'workday' : 'holiday', provisional };
    if (provisional && fixedHolidays.has(date.slice(5))) return { kind: 'holiday', provisional };
    return { kind: weekdayOf(date) % 6 === 0 ? 'weekend' : 'workday', provisional };
  }

  return calendarOn({ lastYear, gaps: (now) => missingYears(lastYear, localDateOf(now)) }, kindOfDay);
}

/** A calendar of days of these kinds; the years it is certain of are those of `known`. */
export function calendarOn(known: Pick<Calendar, 'lastYear' | 'gaps'>, kindOfDay: Calendar['kindOfDay']): Calendar {
  function isWorkingDay(date: LocalDate) {
    const { kind, provisional } = kindOfDay(date);
    return { working: kind === 'workday', provisional };
  }

  function addWorkingDays(date: LocalDate, n: number) {
    let day = date;
    let left = n;
    let provisional = false;
    if (n > 0) day = addDays(day, 1);
    for (; ; day = addDays(day, 1)) {
      const looked = isWorkingDay(day);
      provisional ||= looked.provisional;
      if (looked.working) left -= 1;
      if (looked.working && left <= 0) return { date: day, provisional };
    }
  }

  function subtractWorkingDays(date: LocalDate, n: number): LocalDate {
    let left = n;
    for (let day = date; ; day = addDays(day, -1)) {
      if (!isWorkingDay(day).working) continue;
      if (left <= 0) return day;
      left -= 1;
    }
  }

  function workingDaysBetween(from: LocalDate, to: LocalDate) {
    const [early, late, sign] = from <= to ? [from, to, 1] : [to, from, -1];
    let days = 0;
    let provisional = false;
    for (let ahead = daysBetween(early, late); ahead > 0; ahead -= 1) {
      const looked = isWorkingDay(addDays(late, 1 - ahead));
      provisional ||= looked.provisional;
      if (looked.working) days += sign;
    }
    return { days, provisional };
  }

  const calendar: Calendar = {
    lastYear: known.lastYear,
    isWorkingDay,
    kindOfDay,
    addWorkingDays,
    subtractWorkingDays,
    workingDaysBetween,
    dueAt: (start, limit) => limitEnd(addWorkingDays, start, limit),
    of: () => calendar,
    gaps: known.gaps,
  };
  return calendar;
}

function limitEnd(addWorkingDays: Calendar['addWorkingDays'], start: Date, limit: Limit) {
  assertLimit(limit);
  if (limit.unit === 'hours') return { dueAt: new Date(start.getTime() + limit.amount * hourMs), provisional: false };
  const first = localDateOf(start);
  const end = limit.roll === 'forward' ? dayEnds : businessEnds;
  if (limit.unit === 'working_days') {
    const last = addWorkingDays(first, limit.amount);
    return { dueAt: instantAt(last.date, end), provisional: last.provisional };
  }
  const last = addDays(first, limit.amount);
  if (limit.roll === 'none') return { dueAt: instantAt(last, end), provisional: false };
  const rolled = addWorkingDays(last, 0);
  return { dueAt: instantAt(rolled.date, end), provisional: rolled.provisional };
}

function missingYears(lastYear: number, today: LocalDate): number[] {
  const needed = yearOf(today) + (today.slice(5, 7) >= '11' ? 1 : 0);
  return Array.from({ length: Math.max(0, needed - lastYear) }, (_, index) => lastYear + 1 + index);
}

/** @throws AppError invalid_argument LIMIT_INVALID. */
export function assertLimit({ amount, unit, roll }: Limit): void {
  const most = unit === 'hours' ? 87_600 : 3_650;
  const rolls = unit !== 'hours' || roll === 'none';
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > most || !rolls) {
    throw invalidArgument('LIMIT_INVALID', 'a limit is a whole number of at least 1 up to ten years; hours do not roll', {
      details: { amount: String(amount), unit },
    });
  }
}

function arrangementOf(years: readonly YearData[]): Map<LocalDate, boolean> {
  const arranged = new Map<LocalDate, boolean>();
  for (const [index, { year, rest, work }] of years.entries()) {
    const inPlace = year === (years[0]?.year ?? 0) + index;
    const days = [...Object.keys(rest), ...Object.keys(work)];
    if (!inPlace || new Set(days).size !== days.length || days.some((day) => yearOf(day) !== year)) {
      throw internal('CALENDAR_DATA_INVALID', 'calendar data is incomplete or out of place', { details: { year: String(year) } });
    }
    for (const day of Object.keys(rest)) arranged.set(day, false);
    for (const day of Object.keys(work)) arranged.set(day, true);
  }
  if (arranged.size === 0) throw internal('CALENDAR_DATA_INVALID', 'there is no calendar data');
  return arranged;
}
