import { organization } from '@linli/contracts';
import { systemCaller } from '@linli/auth';
import { testCaller } from '@linli/testing';
import { joinUnits, partyAffairs, partyWithin } from './party';
import { everything, fresh, history, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID, UNIT_KIND_BUILDING, UNIT_KIND_HOUSEHOLD_CLUSTER } = organization.UnitKind;
const { BRANCH_KIND_BRANCH, BRANCH_KIND_GROUP } = organization.BranchKind;

let office: Office;
let root: organization.Unit;
const caller = partyAffairs();

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

async function place() {
  const community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
  const building = await makeUnit(office, grid.id, { kind: UNIT_KIND_BUILDING });
  return { community, grid, building };
}
const wish = (unitId: string, facts: object = {}) => ({ kind: BRANCH_KIND_BRANCH, unitId, nameZh: '第一网格党支部', contactPhone: '0477-8500001', ...facts });
const establish = async (unitId: string, facts: object = {}) => (await office.coverage.establishBranch(wish(unitId, facts), { caller })).branch as organization.Branch;

describe('a branch', () => {
  it('is established once on a grid, a group in a building, and told of without its contact', async () => {
    const { grid, building } = await place();
    const request = { ...wish(grid.id), requestId: fresh('r') };
    const [one, two] = await Promise.all([office.coverage.establishBranch(request, { caller }), office.coverage.establishBranch(request, { caller })]);
    expect(one).toEqual(two);
    const id = one.branch?.id ?? '';
    expect(await sentEvents(office, id)).toEqual([{ type: 'BranchEstablished', id, version: 1, payload: { branchId: id, kind: BRANCH_KIND_BRANCH, unitId: grid.id, validFrom: '2026-11-24' } }]);
    await establish(building.id, { kind: BRANCH_KIND_GROUP });
    await expect(establish(grid.id)).rejects.toMatchObject({ kind: 'already_exists', reason: 'BRANCH_EXISTS' });
    await expect(establish(grid.id, { kind: BRANCH_KIND_GROUP })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'BRANCH_MISPLACED' });
    await expect(establish(grid.id, { validFrom: '2026-01-01' })).rejects.toMatchObject({ violations: [{ field: 'valid_from', code: 'before_unit' }] });
  });

  it('changes its contact, and is dissolved once; another one may follow', async () => {
    const { grid } = await place();
    const { id: branchId } = await establish(grid.id);
    const changed = await office.coverage.updateBranch({ branchId, version: 1, contactPhone: '0477-8500002' }, { caller });
    expect(changed.branch).toMatchObject({ nameZh: '第一网格党支部', contactPhone: '0477-8500002', version: 2 });
    expect((await office.coverage.updateBranch({ branchId, version: 2, nameZh: '第一网格党支部' }, { caller })).branch?.version).toBe(2);
    const dissolve = (version: number, validTo = '') => office.coverage.dissolveBranch({ branchId, version, validTo }, { caller });
    await expect(dissolve(2, '2026-11-25')).rejects.toMatchObject({ violations: [{ field: 'valid_to', code: 'in_future' }] });
    await expect(dissolve(2, '2026-11-23')).rejects.toMatchObject({ violations: [{ field: 'valid_to', code: 'before_valid_from' }] });
    const both = await Promise.allSettled([dissolve(2), dissolve(2)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(dissolve(3)).rejects.toMatchObject({ reason: 'BRANCH_DISSOLVED' });
    await expect(office.coverage.updateBranch({ branchId, version: 3, nameZh: '新' }, { caller })).rejects.toMatchObject({ reason: 'BRANCH_DISSOLVED' });
    await establish(grid.id);
    expect(await history(office, branchId)).toEqual(['BranchEstablished 1', 'BranchUpdated 2', 'BranchDissolved 3']);
  });

  it('is there for those who may see its unit only', async () => {
    const [own, other] = [await place(), await place()];
    const { id: branchId } = await establish(own.grid.id);
    expect((await office.coverage.getBranch({ branchId }, { caller: partyWithin(own.community.path) })).branch?.id).toBe(branchId);
    for (const who of [partyWithin(other.community.path), partyAffairs('baihe')]) {
      await expect(office.coverage.getBranch({ branchId }, { caller: who })).rejects.toMatchObject({ reason: 'BRANCH_NOT_FOUND' });
      await expect(office.coverage.dissolveBranch({ branchId, version: 1 }, { caller: who })).rejects.toMatchObject({ reason: 'BRANCH_NOT_FOUND' });
      await expect(office.coverage.establishBranch(wish(own.building.id, { kind: BRANCH_KIND_GROUP }), { caller: who })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
      await expect(office.coverage.listCoverage({ underUnitId: own.community.id }, { caller: who })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    }
  });

  it('is a contact for anybody, while it is there', async () => {
    const gateway = systemCaller('xingsheng', 'gateway', ['organization.public.read']);
    const { community, grid, building } = await place();
    await establish(grid.id);
    const group = await establish(building.id, { kind: BRANCH_KIND_GROUP, nameZh: '楼栋党小组' });
    const ask = async () => (await office.coverage.listPublicBranches({ code: community.code }, { caller: gateway })).branches;
    expect(await ask()).toEqual([
      { kind: BRANCH_KIND_BRANCH, unitCode: grid.code, unitNameZh: grid.nameZh, nameZh: '第一网格党支部', contactPhone: '0477-8500001' },
      { kind: BRANCH_KIND_GROUP, unitCode: building.code, unitNameZh: building.nameZh, nameZh: '楼栋党小组', contactPhone: '0477-8500001' },
    ]);
    await office.coverage.dissolveBranch({ branchId: group.id, version: 1 }, { caller });
    expect(await ask()).toHaveLength(1);
    for (const code of [grid.code, 'nowhere']) await expect(office.coverage.listPublicBranches({ code }, { caller: gateway })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });
});

describe('the coverage map', () => {
  it('shows as of any day which grids and buildings are covered and which are open, page by page, with totals', async () => {
    const { community, grid, building } = await place();
    const second = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    // Neither a branch nor a group is of a household cluster, so none is missing there.
    await makeUnit(office, building.id, { kind: UNIT_KIND_HOUSEHOLD_CLUSTER });
    await joinUnits(office, community.id, 2);
    await establish(grid.id);
    office.clock.set('2026-12-10T09:00:00+08:00');
    await establish(building.id, { kind: BRANCH_KIND_GROUP });
    const read = async (asOf: string, more: object = {}) => {
      const open: string[] = [];
      const covered: string[] = [];
      let totals: organization.CoverageTotals | undefined;
      let pageToken = '';
      do {
        const page = await office.coverage.listCoverage({ underUnitId: community.id, asOf, pageSize: 1, pageToken, ...more }, { caller });
        for (const { unitId, branchId } of page.units) (branchId === '' ? open : covered).push(unitId);
        ({ totals, nextPageToken: pageToken } = page);
      } while (pageToken !== '');
      return { open, covered, totals };
    };
    expect(await read('2026-12-09')).toEqual({
      open: expect.arrayContaining([building.id, second.id]),
      covered: [grid.id],
      totals: { grids: 2, gridsCovered: 1, buildings: 1, buildingsCovered: 0, memberUnits: 2 },
    });
    expect(await read('2026-12-10')).toMatchObject({ open: [second.id], totals: { gridsCovered: 1, buildingsCovered: 1 } });
    expect(await read('2026-12-10', { openOnly: true })).toMatchObject({ open: [second.id], covered: [], totals: { grids: 2, gridsCovered: 1 } });
    expect(await read('2019-12-31')).toEqual({ open: [], covered: [], totals: { grids: 0, gridsCovered: 0, buildings: 0, buildingsCovered: 0, memberUnits: 0 } });
    await office.units.closeUnit({ unitId: second.id, version: 1 }, { caller: everything() });
    expect(await read('2026-12-10')).toMatchObject({ open: [], totals: { grids: 1 } });
    expect((await read('2026-12-09')).totals?.grids).toBe(2);
  });

  it('of the whole office has the sums of its communities', async () => {
    const { grid } = await place();
    await establish(grid.id);
    for (const asOf of ['2026-11-23', '2026-11-24', '2026-12-10']) {
      const totals = async (underUnitId: string) => Object.entries((await office.coverage.listCoverage({ underUnitId, asOf, pageSize: 1 }, { caller })).totals ?? {}) as [string, number][];
      const { units } = await office.units.listUnits({ kind: UNIT_KIND_COMMUNITY, asOf, pageSize: 200 }, { caller: everything() });
      const sums: Record<string, number> = { grids: 0, gridsCovered: 0, buildings: 0, buildingsCovered: 0, memberUnits: 0 };
      for (const { id } of units) for (const [figure, number] of await totals(id)) sums[figure] = (sums[figure] ?? 0) + number;
      const { memberUnits: _joinedBefore, ...ofUnits } = Object.fromEntries(await totals(root.id));
      expect(sums).toMatchObject(ofUnits);
    }
  });
});

describe('the count of a year', () => {
  const readers = testCaller({ permissions: ['organization.development.read'] });

  it('is numbers only, and few are seen by those who keep it', async () => {
    const { community } = await place();
    const record = (version: number, activists: number, admitted: number) => office.coverage.recordDevelopmentCount({ unitId: community.id, year: 2026, version, activists, admitted }, { caller });
    const get = async (who: typeof caller) => (await office.coverage.getDevelopmentCount({ unitId: community.id, year: 2026 }, { caller: who })).count;
    await expect(get(caller)).rejects.toMatchObject({ reason: 'DEVELOPMENT_COUNT_NOT_FOUND' });
    await record(0, 24, 4);
    expect(await get(caller)).toEqual({ unitId: community.id, year: 2026, activists: 24, admitted: 4, version: 1 });
    expect(await get(readers)).toEqual({ unitId: community.id, year: 2026, activists: 24, admitted: undefined, version: 1 });
    await expect(record(0, 24, 8)).rejects.toMatchObject({ kind: 'already_exists', reason: 'DEVELOPMENT_COUNT_EXISTS' });
    await expect(record(7, 24, 8)).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    await expect(record(1, -1, 8)).rejects.toMatchObject({ violations: [{ field: 'activists', code: 'out_of_range' }] });
    const both = await Promise.allSettled([record(1, 24, 8), record(1, 24, 9)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const sent = (await sentEvents(office)).filter(({ type }) => type === 'DevelopmentCountRecorded');
    expect(sent.map(({ payload }) => payload)).toEqual([{ unitId: community.id, year: 2026 }, { unitId: community.id, year: 2026 }]);
    await expect(get(partyAffairs('baihe'))).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });
});
