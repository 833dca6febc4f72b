import { addDays, daysBetween, instantAt, localDateOf, type LocalDate } from '@linli/clocks';
import type { DaySpan, Venue } from './venue';

/** From an instant up to and without another. */
export interface TimeSpan {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

type Hours = Pick<Venue, 'hours' | 'days'>;

const minuteMs = 60_000;
const minutesOfDay = 1_440;

/** 1 is Monday, 7 is Sunday; day 0 of the calendar, 1970-01-01, was a Thursday. */
function weekdayOf(day: LocalDate): number {
  const since = daysBetween('1970-01-01', day) + 3;
  return (((since % 7) + 7) % 7) + 1;
}

/** What begins on that day: the spans set for it, or those of its weekday. */
export function spansOf({ hours, days }: Hours, day: LocalDate): readonly DaySpan[] {
  return days.find((set) => set.day === day)?.spans ?? hours.filter(({ weekday }) => weekday === weekdayOf(day));
}

/**
 * When it is open within those days, in order, spans that touch joined. What began the evening before belongs to that
 * day: a day set closed does not end it.
 */
export function openSpans(hours: Hours, { from, until }: { readonly from: LocalDate; readonly until: LocalDate }): TimeSpan[] {
  const spans: TimeSpan[] = [];
  for (let day = addDays(from, -1); day <= until; day = addDays(day, 1)) {
    for (const { opensMinute, closesMinute } of spansOf(hours, day)) {
      spans.push({ startsAt: instantAt(day, opensMinute * minuteMs), endsAt: instantAt(day, closesMinute * minuteMs) });
    }
  }
  spans.sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
  const joined: TimeSpan[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last === undefined || span.startsAt > last.endsAt) joined.push(span);
    else joined[joined.length - 1] = { startsAt: last.startsAt, endsAt: later(last.endsAt, span.endsAt) };
  }
  return joined;
}

/** Whether it is open from the first to the last minute. */
export function isOpenDuring(hours: Hours, { startsAt, endsAt }: TimeSpan): boolean {
  const open = openSpans(hours, { from: localDateOf(startsAt), until: localDateOf(endsAt) });
  return open.some((span) => span.startsAt <= startsAt && endsAt <= span.endsAt);
}

/** Whether the spans are within a day's bounds, each shorter than a day and none over another. */
export function areDaySpans(spans: readonly DaySpan[]): boolean {
  const sorted = [...spans].sort((a, b) => a.opensMinute - b.opensMinute);
  return sorted.every(({ opensMinute, closesMinute }, at) => {
    const next = sorted[at + 1];
    const bounded = opensMinute >= 0 && opensMinute < minutesOfDay && closesMinute > opensMinute && closesMinute - opensMinute <= minutesOfDay;
    return bounded && (next === undefined || closesMinute <= next.opensMinute);
  });
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
