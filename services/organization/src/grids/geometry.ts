import { violation } from '@linli/grpc';
import { z } from 'zod';
import { areaOfRing, boundsOfRings, holdsPosition, isSimple, type Bounds, type Position } from './rings';
import { isWithin } from './within';

export interface Polygon {
  readonly type: 'Polygon';
  /** The outer ring, then its holes; each closed. */
  readonly coordinates: Position[][];
}

export interface MultiPolygon {
  readonly type: 'MultiPolygon';
  readonly coordinates: Position[][][];
}

export type Geometry = Polygon | MultiPolygon;

// Crossings are looked for among all pairs of sides.
const mostPositions = 2_000;
const mostCharacters = 200_000;
// A community is a few kilometres wide; within this the arithmetic below is exact.
const widestDegrees = 5;
const perDegree = 10_000_000;

const rings = z.array(z.array(z.tuple([z.number(), z.number()])));
const schema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('Polygon'), coordinates: rings.min(1) }),
  z.strictObject({ type: z.literal('MultiPolygon'), coordinates: z.array(rings.min(1)).min(1) }),
]);

/**
 * A GeoJSON geometry that encloses an area, in positions to the centimetre (seven decimals of a degree).
 * @throws invalid_argument FIELD_INVALID: required, malformed, too_many, too_few, out_of_range, too_large, not_closed, crosses_itself, hole_outside.
 */
export function readGeometry(text: string, field: string): Geometry {
  if (text === '') throw violation(field, 'required');
  if (text.length > mostCharacters) throw violation(field, 'too_many');
  const parsed = schema.safeParse(parseJson(text, field));
  if (!parsed.success) throw violation(field, 'malformed');
  if (polygonsOf(parsed.data).flat(2).length > mostPositions) throw violation(field, 'too_many');
  const geometry = rounded(parsed.data);
  const polygons = polygonsOf(geometry);
  for (const ring of polygons.flat()) assertRing(ring, field);
  const { west, south, east, north } = boundsOf(geometry);
  if (east - west > widestDegrees || north - south > widestDegrees) throw violation(field, 'too_large');
  if (!isSimple(polygons.flat().map(inUnits))) throw violation(field, 'crosses_itself');
  for (const [outer = [], ...holes] of polygons) {
    if (holes.some(([first]) => first !== undefined && !holdsPosition([inUnits(outer)], unitsOf(first)))) throw violation(field, 'hole_outside');
  }
  return geometry;
}

/** Whether the place lies within, or on a side. */
export function covers(geometry: Geometry, position: Position): boolean {
  return polygonsOf(geometry).some((polygon) => holdsPosition(polygon.map(inUnits), unitsOf(position)));
}

/** Whether all of it lies within, as `isWithin` says. */
export function liesWithin(inner: Geometry, outer: Geometry): boolean {
  const others = polygonsOf(outer).map((polygon) => polygon.map(inUnits));
  return polygonsOf(inner).every((polygon) => isWithin(polygon.map(inUnits), others));
}

/** In square metres, on a sphere of the earth's surface area. */
export function areaOf(geometry: Geometry): number {
  const areas = polygonsOf(geometry).map(([outer = [], ...holes]) => areaOfRing(outer) - holes.reduce((sum, hole) => sum + areaOfRing(hole), 0));
  return Math.round(areas.reduce((sum, area) => sum + area, 0));
}

export function boundsOf(geometry: Geometry): Bounds {
  return boundsOfRings(polygonsOf(geometry).flat());
}

function polygonsOf(geometry: Geometry): Position[][][] {
  return geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
}

function parseJson(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw violation(field, 'malformed');
  }
}

function assertRing(ring: readonly Position[], field: string): void {
  if (ring.some(([longitude, latitude]) => Math.abs(longitude) > 180 || Math.abs(latitude) > 90)) throw violation(field, 'out_of_range');
  if (ring.length < 4) throw violation(field, 'too_few');
  const [first, last] = [ring[0], ring.at(-1)];
  if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) throw violation(field, 'not_closed');
}

/** To the centimetre, and without positions that then follow themselves. */
function rounded(geometry: Geometry): Geometry {
  const ring = (positions: readonly Position[]) =>
    positions
      .map(([longitude, latitude]): Position => [Math.round(longitude * perDegree) / perDegree, Math.round(latitude * perDegree) / perDegree])
      .filter((position, index, all) => index === 0 || position[0] !== all[index - 1]?.[0] || position[1] !== all[index - 1]?.[1]);
  if (geometry.type === 'Polygon') return { type: 'Polygon', coordinates: geometry.coordinates.map(ring) };
  return { type: 'MultiPolygon', coordinates: geometry.coordinates.map((polygon) => polygon.map(ring)) };
}

/** Whole numbers, so that no side is crossed by a rounding. */
function unitsOf([longitude, latitude]: Position): Position {
  return [Math.round(longitude * perDegree), Math.round(latitude * perDegree)];
}

function inUnits(ring: readonly Position[]): Position[] {
  return ring.map(unitsOf);
}
