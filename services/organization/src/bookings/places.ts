import type { Booking, PlaceSpan } from './booking';

type Held = Pick<Booking, 'startsAt' | 'endsAt' | 'places'>;
type Waiting = Pick<Booking, 'startsAt' | 'endsAt'> & { readonly wanted: number };

/**
 * The lowest places that are free for the whole time: whoever has a place keeps it from the first minute to the last.
 * Undefined when there are not so many.
 */
export function pickPlaces(total: number, held: readonly Held[], { startsAt, endsAt, wanted }: Waiting): PlaceSpan[] | undefined {
  const taken = held.filter((other) => other.startsAt < endsAt && startsAt < other.endsAt).flatMap(({ places }) => places);
  const picked: PlaceSpan[] = [];
  let missing = wanted;
  for (const [first, last] of gapsBetween(taken, total)) {
    if (missing === 0) break;
    const until = Math.min(last, first + missing - 1);
    picked.push([first, until]);
    missing -= until - first + 1;
  }
  return missing === 0 ? picked : undefined;
}

/**
 * Who comes off the waiting list, in its order, with the places they get. Who does not fit keeps their turn and does not
 * keep those behind them from fitting.
 */
export function promotable<W extends Waiting>(total: number, held: readonly Held[], waiting: readonly W[]): { readonly waiting: W; readonly places: PlaceSpan[] }[] {
  const now: Held[] = [...held];
  const promoted: { waiting: W; places: PlaceSpan[] }[] = [];
  for (const one of waiting) {
    const places = pickPlaces(total, now, one);
    if (places === undefined) continue;
    promoted.push({ waiting: one, places });
    now.push({ startsAt: one.startsAt, endsAt: one.endsAt, places });
  }
  return promoted;
}

/** How many places nobody holds at any time of the span. */
export function freePlaces(total: number, held: readonly Held[], span: Pick<Booking, 'startsAt' | 'endsAt'>): number {
  const taken = held.filter((other) => other.startsAt < span.endsAt && span.startsAt < other.endsAt).flatMap(({ places }) => places);
  return gapsBetween(taken, total).reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The places from 1 to `total` in none of the spans. */
function gapsBetween(taken: readonly PlaceSpan[], total: number): PlaceSpan[] {
  const gaps: PlaceSpan[] = [];
  let next = 1;
  for (const [first, last] of [...taken].sort(([a], [b]) => a - b)) {
    if (first > next) gaps.push([next, Math.min(first - 1, total)]);
    next = Math.max(next, last + 1);
  }
  if (next <= total) gaps.push([next, total]);
  return gaps.filter(([first, last]) => first <= last);
}
