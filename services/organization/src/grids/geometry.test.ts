import fc from 'fast-check';
import { areaOf, boundsOf, covers, liesWithin, readGeometry, type Polygon } from './geometry';
import type { Position } from './rings';

function square(west: number, south: number, size: number): Position[] {
  const [east, north] = [west + size, south + size].map((degrees) => Math.round(degrees * 1e7) / 1e7) as [number, number];
  return [[west, south], [east, south], [east, north], [west, north], [west, south]];
}

const polygon = (...coordinates: Position[][]): Polygon => ({ type: 'Polygon', coordinates });
const read = (geometry: unknown) => readGeometry(JSON.stringify(geometry), 'geometry');
const refusal = (geometry: unknown) => {
  try {
    read(geometry);
    return undefined;
  } catch (error) {
    return (error as { violations: { code: string }[] }).violations[0]?.code;
  }
};

describe('a boundary', () => {
  it('is one ring, one with holes, or several parts', () => {
    for (const geometry of [
      polygon(square(110, 39.8, 0.01)),
      polygon(square(110, 39.8, 0.01), square(110.002, 39.802, 0.002)),
      { type: 'MultiPolygon', coordinates: [[square(110, 39.8, 0.01)], [square(110.02, 39.8, 0.01)]] },
    ]) {
      expect(read(geometry)).toEqual(geometry);
    }
  });

  it.each([
    ['malformed', { type: 'Point', coordinates: [110, 39.8] }],
    ['malformed', polygon()],
    ['malformed', { ...polygon(square(110, 39.8, 0.01)), crs: 'EPSG:4490' }],
    ['malformed', { type: 'Polygon', coordinates: [[[110, 39.8, 1_400]]] }],
    ['malformed', { type: 'Polygon', coordinates: [[['110', '39.8']]] }],
    ['too_few', polygon([[110, 39.8], [110.1, 39.8], [110, 39.8]])],
    ['not_closed', polygon([[110, 39.8], [110.1, 39.8], [110.1, 39.9], [110, 39.9]])],
    ['out_of_range', polygon(square(179.95, 39.8, 0.1))],
    ['out_of_range', polygon(square(110, 89.95, 0.1))],
    ['crosses_itself', polygon([[110, 39.8], [110.1, 39.9], [110.1, 39.8], [110, 39.9], [110, 39.8]])],
    ['crosses_itself', polygon(square(110, 39.8, 0.01), square(110.005, 39.805, 0.01))],
    // Out on a line and back on it; and a corner that touches a side.
    ['crosses_itself', polygon([[110, 39.8], [110.1, 39.8], [110.05, 39.8], [110.05, 39.9], [110, 39.8]])],
    ['crosses_itself', polygon([[110, 39.8], [110.1, 39.8], [110.1, 39.9], [110.05, 39.8], [110, 39.9], [110, 39.8]])],
    ['too_large', polygon(square(110, 30, 5.1))],
    ['hole_outside', polygon(square(110, 39.8, 0.01), square(111, 39.8, 0.01))],
    ['too_many', polygon(Array.from({ length: 2_001 }, (_, n): Position => [110 + Math.cos(n / 318.3) / 100, 39.8 + Math.sin(n / 318.3) / 100]))],
  ])('is refused: %s %#', (code, geometry) => {
    expect(refusal(geometry)).toBe(code);
  });

  it('is refused when it is no JSON, or too long to be read', () => {
    expect(() => readGeometry('{', 'geometry')).toThrow(expect.objectContaining({ reason: 'FIELD_INVALID' }) as Error);
    expect(() => readGeometry(' '.repeat(200_001), 'geometry')).toThrow(expect.objectContaining({ reason: 'FIELD_INVALID' }) as Error);
  });

  it('of any regular shape holds its middle and what lies in its box is near', () => {
    const shapes = fc.record({ corners: fc.integer({ min: 3, max: 60 }), longitude: fc.integer({ min: 10_700, max: 11_300 }), latitude: fc.integer({ min: 3_800, max: 4_100 }), radius: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(shapes, ({ corners, longitude, latitude, radius }) => {
        const middle: Position = [longitude / 100, latitude / 100];
        const ring = Array.from({ length: corners }, (_, n): Position => {
          const angle = (2 * Math.PI * n) / corners;
          return [middle[0] + (radius / 1_000) * Math.cos(angle), middle[1] + (radius / 1_000) * Math.sin(angle)];
        });
        const shape = read(polygon([...ring, ...ring.slice(0, 1)]));
        const { west, south, east, north } = boundsOf(shape);
        expect(covers(shape, middle)).toBe(true);
        expect(covers(shape, [east + 0.001, middle[1]])).toBe(false);
        expect(west < middle[0] && middle[0] < east && south < middle[1] && middle[1] < north).toBe(true);
        expect(areaOf(shape)).toBeGreaterThan(0);
      }),
    );
  });

  it('has its area in square metres, holes taken out', () => {
    // A hundredth of a degree is 1,113 m from north to south, and here 855 m from west to east.
    const whole = areaOf(polygon(square(110, 39.8, 0.01)));
    expect(whole).toBeGreaterThan(945_000);
    expect(whole).toBeLessThan(960_000);
    expect(areaOf(polygon(square(110, 39.8, 0.01), square(110.002, 39.802, 0.005)))).toBeLessThan(whole * 0.76);
  });

  it('holds a place but not what lies in its holes, and lies within a wider one', () => {
    const ring = polygon(square(110, 39.8, 0.01), square(110.002, 39.802, 0.002));
    expect([covers(ring, [110.001, 39.801]), covers(ring, [110.003, 39.803])]).toEqual([true, false]);
    expect(liesWithin(ring, polygon(square(109.9, 39.7, 1)))).toBe(true);
    expect(liesWithin(ring, polygon(square(110.005, 39.7, 1)))).toBe(false);
  });
});
