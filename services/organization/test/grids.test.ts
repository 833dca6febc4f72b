import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { everything, fresh, history, makeStaff, makeTenant, makeUnit, startOffice, within, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID, UNIT_KIND_BUILDING, UNIT_KIND_DEPARTMENT } = organization.UnitKind;

let office: Office;
let root: organization.Unit;
let community: organization.Unit;
const caller = everything();
const today = '2026-11-24';

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
});

beforeEach(() => office.clock.set(`${today}T09:00:00+08:00`));

afterAll(() => office.stop());

const grid = () => makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
function square(west: number, south: number, size: number): string {
  const [east = 0, north = 0] = [west + size, south + size].map((degrees) => Math.round(degrees * 1e7) / 1e7);
  return JSON.stringify({ type: 'Polygon', coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] });
}
const draw = (unit: organization.Unit, geometryJson: string, more: { version?: number; validFrom?: string } = {}) =>
  office.grids.setBoundary({ unitId: unit.id, version: more.version ?? 1, geometryJson, validFrom: more.validFrom ?? '' }, { caller });
const at = (longitude: number, latitude: number, { asOf = '', by = caller } = {}) => office.grids.findGridAt({ longitude, latitude, asOf }, { caller: by });

describe('a boundary', () => {
  it('is kept by day, with its area', async () => {
    const unit = await grid();
    expect(await draw(unit, square(110, 39.8, 0.01))).toMatchObject({ version: 2, warnings: [], boundary: { unitId: unit.id, validFrom: today } });
    await draw(unit, square(110, 39.8, 0.02), { version: 2, validFrom: '2026-12-01' });
    const area = async (asOf: string) => (await office.grids.getBoundary({ unitId: unit.id, asOf }, { caller })).boundary?.areaM2 ?? 0;
    expect(await area('2026-11-30')).toBe(await area(''));
    expect((await area('2026-12-01')) / (await area(''))).toBeCloseTo(4, 1);
    await expect(area('2026-11-23')).rejects.toMatchObject({ reason: 'BOUNDARY_NOT_FOUND' });
    expect(await history(office, unit.id)).toEqual(['UnitCreated 1', 'UnitBoundarySet 2', 'UnitBoundarySet 3']);
  });

  it('of a community that leaves a grid outside is kept, with a warning', async () => {
    const wide = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const inner = await makeUnit(office, wide.id, { kind: UNIT_KIND_GRID });
    await draw(inner, square(112, 39.8, 0.01));
    expect((await draw(wide, square(111.99, 39.79, 0.1))).warnings).toEqual([]);
    expect((await draw(wide, square(112.005, 39.8, 0.1), { version: 2 })).warnings).toEqual(['grid_outside']);
  });

  it('outside its community is kept, with a warning', async () => {
    const around = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    await draw(around, square(120, 39, 1));
    const [inside, outside] = [await makeUnit(office, around.id, { kind: UNIT_KIND_GRID }), await makeUnit(office, around.id, { kind: UNIT_KIND_GRID })];
    expect((await draw(inside, square(120.1, 39.1, 0.1))).warnings).toEqual([]);
    expect((await draw(outside, square(120.95, 39.1, 0.1))).warnings).toEqual(['outside_community']);
  });

  it('that crosses a hollow or lies over a hole of its community is kept, with a warning, though all its corners are within', async () => {
    const place = (x: number, y: number): [number, number] => [115 + x / 100, 39 + y / 100];
    const ring = (...corners: [number, number][]) => [...corners, ...corners.slice(0, 1)].map(([x, y]) => place(x, y));
    const drawn = (...coordinates: [number, number][][]) => JSON.stringify({ type: 'Polygon', coordinates });
    const hollow = drawn(ring([0, 0], [9, 0], [9, 9], [7, 9], [7, 3], [2, 3], [2, 9], [0, 9]));
    const holed = drawn(ring([0, 0], [9, 0], [9, 9], [0, 9]), ring([4, 4], [5, 4], [5, 5], [4, 5]));
    const community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const unit = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    const across = drawn(ring([0, 4], [9, 4], [9, 8], [0, 8]));
    expect((await draw(community, hollow)).warnings).toEqual([]);
    expect((await draw(unit, across)).warnings).toEqual(['outside_community']);
    expect((await draw(unit, drawn(ring([0, 0], [9, 0], [9, 3], [0, 3])), { version: 2 })).warnings).toEqual([]);
    expect((await draw(community, holed, { version: 2 })).warnings).toEqual([]);
    expect((await draw(unit, across, { version: 3 })).warnings).toEqual(['outside_community']);
    expect((await draw(community, hollow, { version: 3 })).warnings).toEqual(['grid_outside']);
  });

  it('is refused when it is none, for a day that has passed, a stale version, a department and a closed unit', async () => {
    const unit = await grid();
    await expect(draw(unit, '{"type":"Point","coordinates":[1,2]}')).rejects.toMatchObject({ violations: [{ field: 'geometry', code: 'malformed' }] });
    await expect(draw(unit, '')).rejects.toMatchObject({ violations: [{ field: 'geometry', code: 'required' }] });
    await expect(draw(unit, square(110, 39.8, 0.01), { validFrom: '2026-11-23' })).rejects.toMatchObject({ violations: [{ field: 'valid_from', code: 'in_past' }] });
    await expect(draw(unit, square(110, 39.8, 0.01), { version: 7 })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    const department = await makeUnit(office, root.id, { kind: UNIT_KIND_DEPARTMENT });
    await expect(draw(department, square(110, 39.8, 0.01))).rejects.toMatchObject({ reason: 'UNIT_WITHOUT_BOUNDARY' });
    await office.units.closeUnit({ unitId: unit.id, version: 1 }, { caller });
    await expect(draw(unit, square(110, 39.8, 0.01), { version: 2 })).rejects.toMatchObject({ reason: 'UNIT_CLOSED' });
  });

  it('of two at a time is one', async () => {
    const unit = await grid();
    const results = await Promise.allSettled([draw(unit, square(110, 39.8, 0.01)), draw(unit, square(110, 39.8, 0.02))]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('the grid at a place', () => {
  it('is the one that holds it on that day; of several the smallest', async () => {
    const [wide, narrow] = [await grid(), await grid()];
    await draw(wide, square(100, 30, 1));
    await draw(narrow, square(100.2, 30.2, 0.1), { validFrom: '2026-12-01' });
    const found = async (longitude: number, latitude: number, asOf = '') => (await at(longitude, latitude, { asOf })).grid?.id;
    expect(await found(100.25, 30.25)).toBe(wide.id);
    expect(await found(100.25, 30.25, '2026-12-01')).toBe(narrow.id);
    expect(await found(100.5, 30.5, '2026-12-01')).toBe(wide.id);
    await expect(at(101.5, 30.5)).rejects.toMatchObject({ kind: 'not_found', reason: 'GRID_NOT_FOUND' });
    await expect(at(100.25, 30.25, { asOf: '2026-11-23' })).rejects.toMatchObject({ reason: 'GRID_NOT_FOUND' });
    // Only in its box.
    const triangle = JSON.stringify({ type: 'Polygon', coordinates: [[[90, 30], [91, 30], [90, 31], [90, 30]]] });
    const corner = await grid();
    await draw(corner, triangle);
    expect(await found(90.1, 30.1)).toBe(corner.id);
    await expect(at(90.9, 30.9)).rejects.toMatchObject({ reason: 'GRID_NOT_FOUND' });
  });

  it('is none outside the caller’s part and none of another office', async () => {
    const unit = await grid();
    await draw(unit, square(80, 30, 1));
    const other = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    for (const by of [within(other.path), everything('baihe')]) {
      await expect(at(80.5, 30.5, { by })).rejects.toMatchObject({ reason: 'GRID_NOT_FOUND' });
      await expect(office.grids.getBoundary({ unitId: unit.id }, { caller: by })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
      await expect(office.grids.getGridFacts({ unitId: unit.id }, { caller: by })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
      await expect(office.grids.setBoundary({ unitId: unit.id, version: 2, geometryJson: square(80, 30, 1) }, { caller: by })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
      await expect(office.grids.setGridFacts({ unitId: unit.id, version: 2 }, { caller: by })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    }
    await expect(at(200, 30)).rejects.toMatchObject({ violations: [{ field: 'longitude', code: 'out_of_range' }] });
    await expect(at(100, Number.NaN)).rejects.toMatchObject({ violations: [{ field: 'latitude', code: 'out_of_range' }] });
  });
});

describe('the facts of a grid', () => {
  it('are its supervision phone and its households', async () => {
    const unit = await grid();
    const { facts } = await office.grids.setGridFacts({ unitId: unit.id, version: 1, supervisionPhone: '0477-5550100', householdCount: 412 }, { caller });
    expect(facts).toEqual({ unitId: unit.id, supervisionPhone: '0477-5550100', householdCount: 412, version: 2 });
    expect((await office.grids.getGridFacts({ unitId: unit.id }, { caller })).facts).toEqual(facts);
    expect(await history(office, unit.id)).toEqual(['UnitCreated 1', 'GridFactsSet 2']);
    await expect(office.grids.setGridFacts({ unitId: unit.id, version: 2, householdCount: -1 }, { caller })).rejects.toMatchObject({ violations: [{ field: 'household_count', code: 'negative' }] });
    await expect(office.grids.setGridFacts({ unitId: unit.id, version: 2, supervisionPhone: '?' }, { caller })).rejects.toMatchObject({ violations: [{ field: 'supervision_phone' }] });
    const building = await makeUnit(office, unit.id, { kind: UNIT_KIND_BUILDING });
    await expect(office.grids.setGridFacts({ unitId: building.id, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'UNIT_NOT_GRID' });
  });

  it('and its boundary go along when it moves, and are gone when that is withdrawn', async () => {
    const unit = await grid();
    await draw(unit, square(70, 30, 1));
    await office.grids.setGridFacts({ unitId: unit.id, version: 2, supervisionPhone: '0477-5550101', householdCount: 7 }, { caller });
    const other = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    office.clock.set('2026-11-25T09:00:00+08:00');
    const operation = { $case: 'move', value: { unitId: unit.id, parent: { target: { $case: 'unitId', value: other.id } } } } as const;
    const { regrading } = await office.regradings.planRegrading({ titleZh: '迁移', effectiveOn: '2026-12-01', operations: [{ operation }] }, { caller });
    const { grid: next } = await at(70.5, 30.5, { asOf: '2026-12-01' });
    expect(next).toMatchObject({ continuesId: unit.id, parentId: other.id });
    expect((await at(70.5, 30.5, { asOf: '2026-11-30' })).grid?.id).toBe(unit.id);
    expect((await office.grids.getGridFacts({ unitId: next?.id ?? '' }, { caller })).facts).toMatchObject({ supervisionPhone: '0477-5550101', householdCount: 7 });
    await expect(draw(unit, square(70, 30, 2), { version: 3 })).rejects.toMatchObject({ reason: 'UNIT_IN_PLAN' });
    await office.regradings.withdrawRegrading({ regradingId: regrading?.id ?? '', version: 1 }, { caller });
    expect((await at(70.5, 30.5, { asOf: '2026-12-01' })).grid?.id).toBe(unit.id);
  });
});

describe('what anybody may see of a grid', () => {
  const anybody = systemCaller('xingsheng', 'gateway', ['organization.public.read']);

  it('is where it lies, whom to complain to, and who stands in while the worker is away', async () => {
    const unit = await grid();
    await draw(unit, square(60, 30, 0.01));
    await office.grids.setGridFacts({ unitId: unit.id, version: 2, supervisionPhone: '0477-5550102', householdCount: 3 }, { caller });
    const [worker, partner] = [await makeStaff(office, unit.id, { subject: fresh('who') }), await makeStaff(office)];
    await office.staff.setPartner({ staffId: worker.id, version: worker.version, partnerId: partner.id }, { caller });
    const seen = async () => (await office.units.getPublicGrid({ code: unit.code }, { caller: anybody })).grid;
    expect(await seen()).toMatchObject({ supervisionPhone: '0477-5550102', workers: [{ name: worker.name, standsIn: false }] });
    expect((await seen())?.areaM2).toBeGreaterThan(1_000_000);
    expect(JSON.parse((await seen())?.boundaryJson ?? '')).toEqual(JSON.parse(square(60, 30, 0.01)));
    await office.staff.startAbsence({ staffId: worker.id, version: worker.version + 1 }, { caller });
    expect((await seen())?.workers).toMatchObject([{ name: partner.name, standsIn: true }]);
    // Whom the absence names comes before the partner, while they are there.
    const named = await makeStaff(office, unit.id);
    await office.staff.endAbsence({ staffId: worker.id, version: worker.version + 2 }, { caller });
    await office.staff.startAbsence({ staffId: worker.id, version: worker.version + 3, standInId: named.id }, { caller });
    const acting = async () => (await seen())?.workers.filter(({ standsIn }) => standsIn).map(({ name }) => name);
    expect(await acting()).toEqual([named.name]);
    await office.staff.startAbsence({ staffId: named.id, version: named.version }, { caller });
    expect(await acting()).toEqual([partner.name]);
  });
});
