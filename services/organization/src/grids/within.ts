import { boundsOfRings, isInside, isOnRing, turn, type Bounds, type Position, type Ring } from './rings';

/** The outer ring, then its holes; closed, simple, and not touching each other. In whole units, less than 5 degrees wide. */
type Rings = readonly Ring[];

/** A side of an area that lies to its left. */
interface Side extends Bounds {
  /** The corner in front of `from`. */
  readonly before: Position;
  readonly from: Position;
  readonly to: Position;
}

/**
 * Whether an area lies within another, which may have several parts and holes; along a border that both share is within. Exact:
 * every decision is the sign of a difference of two products of whole numbers.
 *
 * It lies within when no border of the other comes into its inside, and one place of its inside lies in the other: from there
 * no other place could be reached without crossing a border.
 */
export function isWithin(inner: Rings, others: readonly Rings[]): boolean {
  const bounds = boundsOfRings(inner);
  if (!boxHolds(boundsOfRings(others.flat()), bounds)) return false;
  const sides = sidesOf(inner);
  for (const ring of others.flat()) {
    if (ring[0] !== undefined && isInsideOf(inner, ring[0])) return false;
    const near = sidesOfRing(ring).filter((side) => boxesMeet(side, bounds));
    if (near.some((border) => sides.some((side) => boxesMeet(border, side) && comesInside(border, side)))) return false;
  }
  const { place, scale } = placeInside(inner);
  return others.some(([outer = [], ...holes]) => isInside(outer, place, scale) && !holes.some((hole) => isInside(hole, place, scale)));
}

/** Whether a border comes into the area to the left of a side, by crossing it, or from where the two touch. */
function comesInside({ from, to }: Side, side: Side): boolean {
  const begins = turn(side.from, side.to, from);
  const ends = turn(side.from, side.to, to);
  if (begins * ends > 0) return false;
  const first = turn(from, to, side.from);
  if (begins * ends < 0 && first * turn(from, to, side.to) < 0) return true;
  // The corner at which the side begins; that at its end is the next side's.
  if (first === 0 && liesBetween(side.from, from, to) && (leadsInside(side, from) || leadsInside(side, to))) return true;
  if (begins === 0 && ends > 0 && liesAlong(from, side)) return true;
  return ends === 0 && begins > 0 && liesAlong(to, side);
}

/** Whether the way from the corner at which the side begins leads into the area. */
function leadsInside({ before, from, to }: Side, target: Position): boolean {
  const corner = turn(before, from, to);
  const ofOne = turn(before, from, target);
  const ofOther = turn(from, to, target);
  if (corner > 0) return ofOne > 0 && ofOther > 0;
  return corner === 0 ? ofOther > 0 : ofOne > 0 || ofOther > 0;
}

/** Of a place on its line: whether it lies on the side, not at its ends. */
function liesAlong(place: Position, { from, to }: Side): boolean {
  return liesBetween(place, from, to) && !isSame(place, from) && !isSame(place, to);
}

function liesBetween([x, y]: Position, [x1, y1]: Position, [x2, y2]: Position): boolean {
  return Math.min(x1, x2) <= x && x <= Math.max(x1, x2) && Math.min(y1, y2) <= y && y <= Math.max(y1, y2);
}

/** Not on its border. */
function isInsideOf([outer = [], ...holes]: Rings, place: Position): boolean {
  if ([outer, ...holes].some((ring) => isOnRing(ring, place))) return false;
  return isInside(outer, place) && !holes.some((hole) => isInside(hole, place));
}

/**
 * A place inside, in halves or thirds of a unit. At the lowest corner it turns left: the triangle that is cut off there has its
 * middle inside, or else corners in it, and then half of the way to the one farthest from its base lies inside.
 */
function placeInside(rings: Rings): { place: Position; scale: number } {
  const outer = (rings[0] ?? []).slice(1);
  const at = indexOfLowest(outer);
  const [before, corner, after] = [at - 1, at, at + 1].map((index) => outer.at(index % outer.length) ?? [0, 0]) as [Position, Position, Position];
  const ahead = turn(before, corner, after);
  const within = ([from, to]: readonly [Position, Position], place: Position) => turn(from, to, place) * ahead >= 0;
  const corners = rings.flat().filter((place) => ![before, corner, after].some((own) => isSame(own, place)));
  const inside = corners.filter((place) => within([before, corner], place) && within([corner, after], place) && within([after, before], place));
  if (inside.length === 0) return { place: [before[0] + corner[0] + after[0], before[1] + corner[1] + after[1]], scale: 3 };
  const height = ([x, y]: Position) => Math.abs((after[0] - before[0]) * (y - before[1]) - (after[1] - before[1]) * (x - before[0]));
  const farthest = inside.reduce((far, place) => (height(place) > height(far) ? place : far));
  return { place: [corner[0] + farthest[0], corner[1] + farthest[1]], scale: 2 };
}

function indexOfLowest(ring: Ring): number {
  return ring.reduce((lowest, [x, y], index) => {
    const [x0, y0] = ring[lowest] ?? [x, y];
    return y < y0 || (y === y0 && x < x0) ? index : lowest;
  }, 0);
}

/** The sides of an area, which lies to the left of each: around the outer ring one way, around holes the other. */
function sidesOf([outer = [], ...holes]: Rings): Side[] {
  return [...sidesOfRing(turnsLeft(outer) ? outer : [...outer].reverse()), ...holes.flatMap((hole) => sidesOfRing(turnsLeft(hole) ? [...hole].reverse() : hole))];
}

function turnsLeft(ring: Ring): boolean {
  const corners = ring.slice(1);
  const at = indexOfLowest(corners);
  const [before, corner, after] = [at - 1, at, at + 1].map((index) => corners.at(index % corners.length) ?? [0, 0]) as [Position, Position, Position];
  return turn(before, corner, after) > 0;
}

function sidesOfRing(ring: Ring): Side[] {
  return ring.slice(1).map((to, index) => {
    const from = ring[index] ?? to;
    const before = ring.at(index === 0 ? -2 : index - 1) ?? to;
    return { before, from, to, west: Math.min(from[0], to[0]), south: Math.min(from[1], to[1]), east: Math.max(from[0], to[0]), north: Math.max(from[1], to[1]) };
  });
}

function boxesMeet(one: Bounds, other: Bounds): boolean {
  return one.west <= other.east && other.west <= one.east && one.south <= other.north && other.south <= one.north;
}

function boxHolds(outer: Bounds, inner: Bounds): boolean {
  return outer.west <= inner.west && inner.east <= outer.east && outer.south <= inner.south && inner.north <= outer.north;
}

function isSame(one: Position, other: Position): boolean {
  return one[0] === other[0] && one[1] === other[1];
}
