import fc from 'fast-check';
import type { Position } from './rings';
import { holdsPosition, isSimple, turn } from './rings';
import { isWithin } from './within';

type Ring = Position[];

function box(...[west, south, east, north]: [number, number, number, number]): Ring {
  return [[west, south], [east, south], [east, north], [west, north], [west, south]];
}

/** Open to the north between its arms. */
const hollow: Ring = [[0, 0], [100, 0], [100, 100], [80, 100], [80, 20], [20, 20], [20, 100], [0, 100], [0, 0]];
const ring = [box(0, 0, 100, 100), box(40, 40, 60, 60)];

describe('an area lies within another', () => {
  it.each<[string, Ring[], Ring[][]]>([
    ['well inside', [box(10, 10, 20, 20)], [[box(0, 0, 100, 100)]]],
    ['that it fills', [hollow], [[hollow]]],
    ['that it fills, drawn the other way round and from another corner', [[...hollow.slice(3), ...hollow.slice(1, 4)].reverse()], [[hollow]]],
    ['with a part of the border in common', [box(0, 0, 20, 50)], [[hollow]]],
    ['touching the bottom of its hollow', [box(10, 0, 90, 20)], [[hollow]]],
    ['with a corner on its border', [[[50, 0], [60, 10], [40, 10], [50, 0]]], [[box(0, 0, 100, 100)]]],
    ['reaching from side to side by its corners', [[[0, 50], [50, 0], [100, 50], [50, 100], [0, 50]]], [[box(0, 0, 100, 100)]]],
    ['beside its hole', [box(0, 0, 40, 100)], [ring]],
    ['around its hole, with that hole', [box(20, 20, 80, 80), box(30, 30, 70, 70)], [ring]],
    ['with the same hole', ring, [ring]],
    ['in the second of its parts', [box(210, 10, 220, 20)], [[box(0, 0, 100, 100)], [box(200, 0, 300, 100)]]],
    ['on an island in its hole', [box(45, 45, 55, 55)], [ring, [box(42, 42, 58, 58)]]],
  ])('%s', (_name, inner, others) => {
    expect(isWithin(inner, others)).toBe(true);
  });

  it.each<[string, Ring[], Ring[][]]>([
    ['that crosses its hollow by a long side, all corners within', [box(10, 30, 90, 10)], [[hollow]]],
    ['that spans its hollow from arm to arm', [box(0, 50, 100, 60)], [[hollow]]],
    ['that fills its hollow', [box(20, 20, 80, 100)], [[hollow]]],
    ['that lies over its hole, all corners within', [box(10, 10, 90, 90)], [ring]],
    ['that fills its hole', [box(40, 40, 60, 60)], [ring]],
    ['that lies in its hole', [box(45, 45, 55, 55)], [ring]],
    ['whose hole is smaller than the hole around which it lies', [box(20, 20, 80, 80), box(45, 45, 55, 55)], [ring]],
    ['whose side runs through a corner of its hole', [[[30, 30], [70, 50], [70, 70], [30, 30]]], [ring]],
    ['that spans two of its parts', [box(50, 10, 250, 20)], [[box(0, 0, 100, 100)], [box(200, 0, 300, 100)]]],
    ['that lies between two of its parts, touching both', [box(100, 10, 200, 20)], [[box(0, 0, 100, 100)], [box(200, 0, 300, 100)]]],
    ['that has it inside', [box(-10, -10, 110, 110)], [[hollow]]],
    ['far away', [box(3_000_000_000, 0, 3_000_000_010, 10)], [[hollow]]],
    ['by one unit', [box(0, 0, 20, 101)], [[hollow]]],
  ])('not one %s', (_name, inner, others) => {
    expect(isWithin(inner, others)).toBe(false);
  });

  it('to the unit, at the greatest width', () => {
    const most = 50_000_000;
    const below = (east: number, north: number): Ring => [[0, 0], [east, 0], [east, north], [0, 0]];
    const slope = [below(most, most - 1)];
    expect(isWithin([below(most, most - 1)], [slope])).toBe(true);
    expect(isWithin([below(most, most - 2)], [slope])).toBe(true);
    expect(isWithin([below(most - 1, most - 2)], [slope])).toBe(true);
    // Its upper corner lies a fifty-millionth of a unit above the slope.
    expect(isWithin([below(most - 1, most - 1)], [slope])).toBe(false);
    expect(isWithin([below(2, 2)], [slope])).toBe(false);
  });
});

/** A simple ring around a middle: at each angle, in turn, one corner at some distance. */
const star = (reach: number): fc.Arbitrary<Ring> =>
  fc
    .record({ x: fc.integer({ min: -20, max: 20 }), y: fc.integer({ min: -20, max: 20 }), distances: fc.array(fc.integer({ min: 4, max: reach }), { minLength: 3, maxLength: 9 }) })
    .map(({ x, y, distances }) => distances.map((distance, n): Position => [x + Math.round(distance * Math.cos((2 * Math.PI * n) / distances.length)), y + Math.round(distance * Math.sin((2 * Math.PI * n) / distances.length))]))
    .map((corners): Ring => [...corners, ...corners.slice(0, 1)])
    .filter((corners) => isSimple([corners]));

/** Such a ring, at times with a hole. */
const area = (reach: number): fc.Arbitrary<Ring[]> =>
  fc.tuple(star(reach), fc.option(star(8))).map(([outer, hole]) => {
    const holed = hole === null ? undefined : [outer, hole];
    return holed !== undefined && isSimple(holed) && hole?.[0] !== undefined && holdsPosition([outer], hole[0]) ? holed : [outer];
  });

type Place = readonly [number, number];

/** Where a place lies, by floating point: far enough from every border for such small numbers, or on it. */
function whereIs([outer = [], ...holes]: readonly Ring[], place: Place): 'inside' | 'border' | 'outside' {
  const rings = [outer, ...holes];
  const sides = rings.flatMap((corners) => corners.slice(1).map((to, n) => [corners[n] ?? to, to] as const));
  const nearest = Math.min(...sides.map(([from, to]) => {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const along = Math.min(1, Math.max(0, ((place[0] - from[0]) * dx + (place[1] - from[1]) * dy) / (dx * dx + dy * dy)));
    return Math.hypot(from[0] + along * dx - place[0], from[1] + along * dy - place[1]);
  }));
  if (nearest < 1e-10) return 'border';
  const odd = sides.filter(([from, to]) => from[1] > place[1] !== to[1] > place[1] && place[0] < from[0] + ((place[1] - from[1]) * (to[0] - from[0])) / (to[1] - from[1])).length % 2 === 1;
  return odd ? 'inside' : 'outside';
}

/** The middles of the pieces into which the sides of the one are cut by those of the other: between two of them nothing changes. */
function middlesOf(one: readonly Ring[], other: readonly Ring[]): Place[] {
  const sidesOf = (rings: readonly Ring[]) => rings.flatMap((corners) => corners.slice(1).map((to, n) => [corners[n] ?? to, to] as const));
  return sidesOf(one).flatMap(([from, to]) => {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const cuts = sidesOf(other).flatMap(([begin, end]) => {
      const across = dx * (end[1] - begin[1]) - dy * (end[0] - begin[0]);
      const ends = [begin, end].filter((corner) => turn(from, to, corner) === 0).map((corner) => ((corner[0] - from[0]) * dx + (corner[1] - from[1]) * dy) / (dx * dx + dy * dy));
      return across === 0 ? ends : [...ends, ((begin[0] - from[0]) * (end[1] - begin[1]) - (begin[1] - from[1]) * (end[0] - begin[0])) / across];
    });
    const at = [0, ...cuts.filter((cut) => cut > 0 && cut < 1), 1].sort((a, b) => a - b);
    return at.slice(1).flatMap((end, n) => {
      const middle = (end + (at[n] ?? 0)) / 2;
      return end - (at[n] ?? 0) < 1e-12 ? [] : [[from[0] + middle * dx, from[1] + middle * dy] as const];
    });
  });
}

/** By another way: along both borders, and at every place of a raster. */
function isSeenOutside(inner: readonly Ring[], other: readonly Ring[]): boolean {
  if (middlesOf(inner, other).some((place) => whereIs(other, place) === 'outside')) return true;
  if (middlesOf(other, inner).some((place) => whereIs(inner, place) === 'inside')) return true;
  const [xs, ys] = [inner.flat().map(([x]) => x), inner.flat().map(([, y]) => y)];
  for (let x = Math.min(...xs) + 0.5; x <= Math.max(...xs); x += 1) {
    for (let y = Math.min(...ys) + 0.5; y <= Math.max(...ys); y += 1) {
      if (whereIs(inner, [x, y]) === 'inside' && whereIs(other, [x, y]) === 'outside') return true;
    }
  }
  return false;
}

describe('for areas of any shape', () => {
  it('nothing of one that lies within is seen outside, and all of one that does not is not seen inside', () => {
    let [within, outside] = [0, 0];
    fc.assert(
      fc.property(area(14), area(40), (inner, other) => {
        const said = isWithin(inner, [other]);
        if (said) within += 1;
        else outside += 1;
        expect(isSeenOutside(inner, other)).toBe(!said);
      }),
      { numRuns: 400 },
    );
    expect(Math.min(within, outside)).toBeGreaterThan(20);
  });

  it('each lies within itself, whichever way it is drawn', () => {
    fc.assert(
      fc.property(area(40), fc.nat(), (rings, start) => {
        const turned = rings.map((corners) => {
          const open = corners.slice(1);
          const at = start % open.length;
          const moved = [...open.slice(at), ...open.slice(0, at)].reverse();
          return [...moved, ...moved.slice(0, 1)];
        });
        expect(isWithin(turned, [rings])).toBe(true);
      }),
    );
  });

  it('one that is cut by a straight line lies within as long as the line is whole: both pieces do, neither holds the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 99 }), (left, right) => {
        const below: Ring = [[0, 0], [100, 0], [100, right], [0, left], [0, 0]];
        const above: Ring = [[0, left], [100, right], [100, 100], [0, 100], [0, left]];
        const whole = box(0, 0, 100, 100);
        expect([isWithin([below], [[whole]]), isWithin([above], [[whole]])]).toEqual([true, true]);
        expect([isWithin([whole], [[below]]), isWithin([below], [[above]])]).toEqual([false, false]);
      }),
    );
  });
});

describe('with the most corners that are taken', () => {
  it('is decided however they lie', () => {
    // A comb whose teeth all lie in each other's boxes, in itself: every side is looked at beside every other.
    const teeth = Array.from({ length: 998 }, (_, n): Position[] => [[100 * n, 0], [100 * n + 10_000_050, 10_000_000]]).flat();
    const comb: Ring = [...teeth, [teeth.at(-1)?.[0] ?? 0, -1_000], [0, -1_000], ...teeth.slice(0, 1)];
    expect(isWithin([comb], [[comb]])).toBe(true);
  });
});
