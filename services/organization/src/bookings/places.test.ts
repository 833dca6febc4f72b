import fc from 'fast-check';
import type { PlaceSpan } from './booking';
import { freePlaces, pickPlaces, promotable } from './places';

const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));
const wish = fc
  .record({ start: fc.integer({ min: 0, max: 10 }), long: fc.integer({ min: 1, max: 6 }), wanted: fc.integer({ min: 1, max: 4 }) })
  .map(({ start, long, wanted }) => ({ startsAt: at(start), endsAt: at(start + long), wanted }));
const numbers = (spans: readonly PlaceSpan[]) => spans.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));

describe('places', () => {
  it('are never given twice at a time, and are given while as many are free', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(wish, { maxLength: 20 }), (total, wishes) => {
        const held: { startsAt: Date; endsAt: Date; places: PlaceSpan[] }[] = [];
        for (const one of wishes) {
          const free = freePlaces(total, held, one);
          const places = pickPlaces(total, held, one);
          expect(places !== undefined).toBe(free >= one.wanted);
          if (places !== undefined) held.push({ ...one, places });
        }
        for (const { startsAt, endsAt, places } of held) {
          const own = numbers(places);
          expect(own.every((number) => number >= 1 && number <= total)).toBe(true);
          const others = held.filter((other) => other.places !== places && other.startsAt < endsAt && startsAt < other.endsAt).flatMap((other) => numbers(other.places));
          expect(own.filter((number) => others.includes(number))).toEqual([]);
        }
      }),
    );
  });

  it('fill the gaps from below', () => {
    const held = [{ startsAt: at(0), endsAt: at(2), places: [[2, 2], [5, 5]] as PlaceSpan[] }];
    expect(pickPlaces(6, held, { startsAt: at(1), endsAt: at(3), wanted: 3 })).toEqual([[1, 1], [3, 4]]);
    expect(pickPlaces(6, held, { startsAt: at(1), endsAt: at(3), wanted: 5 })).toBeUndefined();
    expect(pickPlaces(6, held, { startsAt: at(2), endsAt: at(3), wanted: 6 })).toEqual([[1, 6]]);
  });

  it('go down the waiting list in its order, past whom they do not suffice', () => {
    const waiting = [
      { name: 'a group', startsAt: at(0), endsAt: at(2), wanted: 3 },
      { name: 'a pair', startsAt: at(0), endsAt: at(2), wanted: 2 },
      { name: 'one', startsAt: at(0), endsAt: at(2), wanted: 1 },
    ];
    expect(promotable(2, [], waiting).map(({ waiting: { name } }) => name)).toEqual(['a pair']);
    expect(promotable(3, [], waiting).map(({ waiting: { name } }) => name)).toEqual(['a group']);
    expect(promotable(6, [], waiting).map(({ waiting: { name } }) => name)).toEqual(['a group', 'a pair', 'one']);
  });
});
