import { addDays, instantAt, type LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { openSpans } from '../venues/hours';
import { placesOf } from '../venues/rules';
import type { Venue } from '../venues/venue';
import type { Booking } from './booking';
import { freePlaces } from './places';
import { listHeld } from './store';

/** Minutes of the day, and how many places nobody holds then. */
export interface FreeSpan {
  readonly fromMinute: number;
  readonly untilMinute: number;
  readonly free: number;
}

type Held = Pick<Booking, 'startsAt' | 'endsAt' | 'places'>;

const minuteMs = 60_000;

/** What is open on that day, into the night that follows it, and how much of it is free; nothing of who has the rest. */
export async function findFreeSpans(tx: Tx, venue: Venue, day: LocalDate): Promise<FreeSpan[]> {
  const held = await listHeld(tx, { resourceId: venue.id, startsAt: instantAt(day, 0), endsAt: instantAt(addDays(day, 2), 0) });
  return freeSpans(venue, held, day);
}

export function freeSpans(venue: Pick<Venue, 'hours' | 'days' | 'use' | 'capacity'>, held: readonly Held[], day: LocalDate): FreeSpan[] {
  const midnight = instantAt(day, 0);
  const spans: FreeSpan[] = [];
  for (const open of openSpans(venue, { from: day, until: day })) {
    const from = Math.max(open.startsAt.getTime(), midnight.getTime());
    const until = open.endsAt.getTime();
    const times = held.flatMap(({ startsAt, endsAt }) => [startsAt.getTime(), endsAt.getTime()]).filter((time) => time > from && time < until);
    const marks = from < until ? [...new Set([from, ...times, until])].sort((a, b) => a - b) : [];
    for (const [at, start] of marks.slice(0, -1).entries()) {
      const end = marks[at + 1] ?? until;
      const free = freePlaces(placesOf(venue), held, { startsAt: new Date(start), endsAt: new Date(end) });
      const span = { fromMinute: (start - midnight.getTime()) / minuteMs, untilMinute: (end - midnight.getTime()) / minuteMs, free };
      const last = spans.at(-1);
      if (last?.free === free && last.untilMinute === span.fromMinute) spans[spans.length - 1] = { ...last, untilMinute: span.untilMinute };
      else spans.push(span);
    }
  }
  return spans;
}
