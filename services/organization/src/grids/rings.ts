/** Longitude and latitude in degrees (WGS 84), or in whole units of a fixed part of a degree. */
export type Position = readonly [number, number];

export type Ring = readonly Position[];

export interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

interface Side {
  readonly from: Position;
  readonly to: Position;
  readonly ring: number;
  readonly index: number;
  /** How many sides its ring has. */
  readonly count: number;
}

const earthRadiusM = 6_371_007.2;

/** Whether no side meets another but where one ends and the next of its ring begins. In whole units. */
export function isSimple(rings: readonly Ring[]): boolean {
  const sides = rings.flatMap((positions, ring) =>
    positions.slice(1).flatMap((to, index): Side[] => {
      const from = positions[index];
      return from === undefined ? [] : [{ from, to, ring, index, count: positions.length - 1 }];
    }),
  );
  return sides.every((side, at) => sides.slice(at + 1).every((other) => !meetWrongly(side, other)));
}

/** Whether the place lies within the first ring and in no hole, or on a side of any. In whole units. */
export function holdsPosition([outer = [], ...holes]: readonly Ring[], position: Position): boolean {
  if ([outer, ...holes].some((ring) => isOnRing(ring, position))) return true;
  return isInside(outer, position) && !holes.some((hole) => isInside(hole, position));
}

/** On a sphere, in square metres; whichever way round. */
export function areaOfRing(ring: Ring): number {
  const radians = ring.map(([longitude, latitude]) => [(longitude * Math.PI) / 180, Math.sin((latitude * Math.PI) / 180)] as const);
  const doubled = radians.slice(1).reduce((sum, [longitude, sine], index) => {
    const [before, sineBefore] = radians[index] ?? [longitude, sine];
    return sum + (longitude - before) * (2 + sine + sineBefore);
  }, 0);
  return Math.abs((doubled * earthRadiusM ** 2) / 2);
}

export function boundsOfRings(rings: readonly Ring[]): Bounds {
  const positions = rings.flat();
  const [longitudes, latitudes] = [positions.map(([longitude]) => longitude), positions.map(([, latitude]) => latitude)];
  return { west: Math.min(...longitudes), south: Math.min(...latitudes), east: Math.max(...longitudes), north: Math.max(...latitudes) };
}

function meetWrongly(one: Side, other: Side): boolean {
  if (!boxesMeet(one, other)) return false;
  if (one.ring === other.ring) {
    if (other.index - one.index === 1) return turnsBack(one.from, one.to, other.to);
    if (one.index === 0 && other.index === other.count - 1) return turnsBack(other.from, other.to, one.to);
  }
  const [a, b] = [turn(one.from, one.to, other.from), turn(one.from, one.to, other.to)];
  const [c, d] = [turn(other.from, other.to, one.from), turn(other.from, other.to, one.to)];
  // On one line the boxes that meet are enough.
  return a * b <= 0 && c * d <= 0;
}

/** Whether the way from `via` to `to` lies on the way from `from` to `via`. */
function turnsBack(from: Position, via: Position, to: Position): boolean {
  return turn(from, via, to) === 0 && (from[0] - via[0]) * (to[0] - via[0]) + (from[1] - via[1]) * (to[1] - via[1]) > 0;
}

/** 1 to the left, -1 to the right, 0 straight on. */
export function turn(from: Position, via: Position, to: Position): number {
  return turnToPart({ from, to: via }, to, 1);
}

/** The same where `to` is given in a part of a unit, up to a third: products stay exact. */
function turnToPart({ from, to: via }: Pick<Side, 'from' | 'to'>, to: Position, scale: number): number {
  const product = (via[0] - from[0]) * (to[1] - scale * from[1]) - (via[1] - from[1]) * (to[0] - scale * from[0]);
  if (product === 0) return 0;
  return product > 0 ? 1 : -1;
}

function boxesMeet({ from: a, to: b }: Pick<Side, 'from' | 'to'>, { from: c, to: d }: Pick<Side, 'from' | 'to'>): boolean {
  const apart = (axis: 0 | 1) => Math.max(a[axis], b[axis]) < Math.min(c[axis], d[axis]) || Math.max(c[axis], d[axis]) < Math.min(a[axis], b[axis]);
  return !apart(0) && !apart(1);
}

export function isOnRing(ring: Ring, position: Position): boolean {
  return ring.slice(1).some((to, index) => {
    const from = ring[index] ?? to;
    return turn(from, to, position) === 0 && boxesMeet({ from, to }, { from: position, to: position });
  });
}

/** A ray to the east crosses the ring an odd number of times. The position may be given in a part of a unit, as for `turn`. */
export function isInside(ring: Ring, position: Position, scale = 1): boolean {
  const crossed = ring.slice(1).filter((to, index) => {
    const from = ring[index] ?? to;
    const upwards = to[1] > from[1];
    const spans = scale * from[1] > position[1] !== scale * to[1] > position[1];
    return spans && turnToPart({ from, to }, position, scale) === (upwards ? 1 : -1);
  });
  return crossed.length % 2 === 1;
}
