import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { everything, fresh, history, makeStaff, makeTenant, makeUnit, startOffice, within, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID, UNIT_KIND_BUILDING, UNIT_KIND_HOUSEHOLD_CLUSTER, UNIT_KIND_DEPARTMENT, UNIT_KIND_SUBDISTRICT } = organization.UnitKind;

let office: Office;
let root: organization.Unit;
let community: organization.Unit;
let grid: organization.Unit;
const caller = everything();

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
});

afterAll(() => office.stop());

describe('a new unit', () => {
  it('lies below its parent, open from today, and is told of once', async () => {
    const building = await makeUnit(office, grid.id, { kind: UNIT_KIND_BUILDING });
    expect(building).toMatchObject({ parentId: grid.id, path: `${grid.path}${building.id}/`, validFrom: '2026-11-24', validTo: '', version: 1 });
    expect(grid.path).toBe(`/${root.id}/${community.id}/${grid.id}/`);
    expect(await history(office, building.id)).toEqual(['UnitCreated 1']);
  });

  it.each([
    ['a grid below the sub-district', () => root, UNIT_KIND_GRID],
    ['a building below a community', () => community, UNIT_KIND_BUILDING],
    ['a community below a grid', () => grid, UNIT_KIND_COMMUNITY],
    ['a department below a grid', () => grid, UNIT_KIND_DEPARTMENT],
    ['a household cluster below a grid', () => grid, UNIT_KIND_HOUSEHOLD_CLUSTER],
    ['a second sub-district', () => root, UNIT_KIND_SUBDISTRICT],
  ])('is refused as misplaced: %s', async (_what, parent, kind) => {
    const creating = office.units.createUnit({ parentId: parent().id, kind, code: fresh('u'), nameZh: '某处' }, { caller });
    await expect(creating).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'UNIT_KIND_MISPLACED' });
  });

  it('may be a household cluster of a building, and is renamed, listed, counted and closed like any other', async () => {
    const building = await makeUnit(office, grid.id, { kind: UNIT_KIND_BUILDING });
    const cluster = await makeUnit(office, building.id, { kind: UNIT_KIND_HOUSEHOLD_CLUSTER });
    expect(cluster).toMatchObject({ kind: UNIT_KIND_HOUSEHOLD_CLUSTER, parentId: building.id, path: `${building.path}${cluster.id}/`, version: 1 });
    await expect(office.units.createUnit({ parentId: cluster.id, kind: UNIT_KIND_HOUSEHOLD_CLUSTER, code: fresh('u'), nameZh: '联户' }, { caller })).rejects.toMatchObject({ reason: 'UNIT_KIND_MISPLACED' });
    await office.units.renameUnit({ unitId: cluster.id, version: 1, nameZh: '一单元联户' }, { caller });
    const listed = await office.units.listUnits({ underUnitId: building.id, kind: UNIT_KIND_HOUSEHOLD_CLUSTER }, { caller });
    expect(listed.units.map(({ id, nameZh }) => [id, nameZh])).toEqual([[cluster.id, '一单元联户']]);
    const { counts } = await office.units.countUnits({ underUnitId: building.id }, { caller });
    expect(counts).toEqual(expect.arrayContaining([{ kind: UNIT_KIND_BUILDING, count: 1 }, { kind: UNIT_KIND_HOUSEHOLD_CLUSTER, count: 1 }]));
    await expect(office.units.closeUnit({ unitId: building.id, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'UNIT_HAS_CHILDREN', details: { open: '1' } });
    await office.units.closeUnit({ unitId: cluster.id, version: 2 }, { caller });
    expect(await history(office, cluster.id)).toEqual(['UnitCreated 1', 'UnitRenamed 2', 'UnitClosed 3']);
    await office.units.closeUnit({ unitId: building.id, version: 1 }, { caller });
  });

  it('may be a department of the sub-district or of a community', async () => {
    await makeUnit(office, root.id, { kind: UNIT_KIND_DEPARTMENT });
    await makeUnit(office, community.id, { kind: UNIT_KIND_DEPARTMENT });
  });

  it('is made once for a repeated request and refused for a changed one', async () => {
    const request = { requestId: fresh('r'), parentId: community.id, kind: UNIT_KIND_GRID, code: fresh('u'), nameZh: '一网格' };
    const [one, two] = await Promise.all([office.units.createUnit(request, { caller }), office.units.createUnit(request, { caller })]);
    expect(one).toEqual(two);
    expect(await history(office, one.unit?.id ?? '')).toEqual(['UnitCreated 1']);
    const changed = office.units.createUnit({ ...request, nameZh: '二网格' }, { caller });
    await expect(changed).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('needs a code that no open unit of the tenant has', async () => {
    const code = fresh('u');
    const first = await makeUnit(office, root.id, { kind: UNIT_KIND_DEPARTMENT, code });
    const second = { parentId: root.id, kind: UNIT_KIND_DEPARTMENT, code, nameZh: '同号科室' };
    await expect(office.units.createUnit(second, { caller })).rejects.toMatchObject({ kind: 'already_exists', reason: 'UNIT_CODE_TAKEN' });
    await office.units.closeUnit({ unitId: first.id, version: 1 }, { caller });
    await office.units.createUnit(second, { caller });
  });

  it.each([
    ['parent_id', { parentId: 'x' }],
    ['kind', { kind: organization.UnitKind.UNIT_KIND_UNSPECIFIED }],
    ['code', { code: '有空格 ' }],
    ['code', { code: '' }],
    ['name_zh', { nameZh: ' ' }],
    ['name_zh', { nameZh: '长'.repeat(101) }],
    ['valid_from', { validFrom: '2026-02-30' }],
    ['valid_from', { validFrom: '2020-01-01' }],
  ])('names the wrong field %s', async (field, wrong) => {
    const request = { parentId: root.id, kind: UNIT_KIND_DEPARTMENT, code: fresh('u'), nameZh: '科', ...wrong };
    await expect(office.units.createUnit(request, { caller })).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });
});

describe('a change', () => {
  it('renames, once for each new version', async () => {
    const unit = await makeUnit(office, root.id, { kind: UNIT_KIND_DEPARTMENT });
    const renamed = await office.units.renameUnit({ unitId: unit.id, version: 1, nameZh: '新名', nameMn: 'ᠰᠢᠨ᠎ᠡ' }, { caller });
    expect(renamed.unit).toMatchObject({ nameZh: '新名', nameMn: 'ᠰᠢᠨ᠎ᠡ', version: 2 });
    const same = await office.units.renameUnit({ unitId: unit.id, version: 2, nameZh: '新名', nameMn: 'ᠰᠢᠨ᠎ᠡ' }, { caller });
    expect(same.unit?.version).toBe(2);
    expect(await history(office, unit.id)).toEqual(['UnitCreated 1', 'UnitRenamed 2']);
  });

  it('is refused for a stale or missing version, saying the current one', async () => {
    const unit = await makeUnit(office, root.id, { kind: UNIT_KIND_DEPARTMENT });
    const stale = office.units.renameUnit({ unitId: unit.id, version: 7, nameZh: '新' }, { caller });
    await expect(stale).rejects.toMatchObject({ kind: 'aborted', reason: 'VERSION_STALE', details: { current: '1' } });
    const none = office.units.renameUnit({ unitId: unit.id, nameZh: '新' }, { caller });
    await expect(none).rejects.toMatchObject({ violations: [{ field: 'version', code: 'required' }] });
  });

  it('of two at a time lets one win', async () => {
    const unit = await makeUnit(office, root.id, { kind: UNIT_KIND_DEPARTMENT });
    const results = await Promise.allSettled(['甲', '乙'].map((nameZh) => office.units.renameUnit({ unitId: unit.id, version: 1, nameZh }, { caller })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
  });
});

describe('closing', () => {
  it('ends the validity today and takes the unit out of the lists', async () => {
    const unit = await makeUnit(office, root.id, { kind: UNIT_KIND_DEPARTMENT });
    const closed = await office.units.closeUnit({ unitId: unit.id, version: 1 }, { caller });
    expect(closed.unit).toMatchObject({ validTo: '2026-11-24', version: 2 });
    const { units } = await office.units.listUnits({ kind: UNIT_KIND_DEPARTMENT, pageSize: 200 }, { caller });
    expect(units.map(({ id }) => id)).not.toContain(unit.id);
    expect((await office.units.getUnit({ unitId: unit.id }, { caller })).unit?.validTo).toBe('2026-11-24');
    await expect(office.units.closeUnit({ unitId: unit.id, version: 2 }, { caller })).rejects.toMatchObject({ reason: 'UNIT_CLOSED' });
    await expect(office.units.renameUnit({ unitId: unit.id, version: 2, nameZh: '新' }, { caller })).rejects.toMatchObject({ reason: 'UNIT_CLOSED' });
    expect(await history(office, unit.id)).toEqual(['UnitCreated 1', 'UnitClosed 2']);
  });

  it('is refused while units below are open or posts are held', async () => {
    const parent = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const child = await makeUnit(office, parent.id, { kind: UNIT_KIND_GRID });
    const closing = () => office.units.closeUnit({ unitId: parent.id, version: 1 }, { caller });
    await expect(closing()).rejects.toMatchObject({ reason: 'UNIT_HAS_CHILDREN', details: { open: '1' } });
    await office.units.closeUnit({ unitId: child.id, version: 1 }, { caller });
    const staff = await makeStaff(office, parent.id);
    await expect(closing()).rejects.toMatchObject({ reason: 'UNIT_HAS_POSTS', details: { open: '1' } });
    await office.staff.endPost({ staffId: staff.id, version: 2, postId: staff.posts[0]?.id ?? '' }, { caller });
    await closing();
    const below = office.units.createUnit({ parentId: parent.id, kind: UNIT_KIND_GRID, code: fresh('u'), nameZh: '网格' }, { caller });
    await expect(below).rejects.toMatchObject({ reason: 'UNIT_CLOSED' });
  });

  it('is not held up by a post that never began', async () => {
    const unit = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const staff = await makeStaff(office, root.id);
    await office.staff.assignPost({ staffId: staff.id, version: 2, unitId: unit.id, titleZh: '干事', validFrom: '2027-03-01' }, { caller });
    await office.staff.deactivateStaff({ staffId: staff.id, version: 3 }, { caller });
    await office.units.closeUnit({ unitId: unit.id, version: 1 }, { caller });
  });

  it('never overtakes a unit being made below', async () => {
    const parent = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const [closed, made] = await Promise.allSettled([
      office.units.closeUnit({ unitId: parent.id, version: 1 }, { caller }),
      office.units.createUnit({ parentId: parent.id, kind: UNIT_KIND_GRID, code: fresh('u'), nameZh: '网格' }, { caller }),
    ]);
    expect([closed.status, made.status].sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is refused for the root and for any day but today: what earlier days were counted as stays', async () => {
    await expect(office.units.closeUnit({ unitId: root.id, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'UNIT_IS_ROOT' });
    const closing = (validTo: string) => office.units.closeUnit({ unitId: grid.id, version: 1, validTo }, { caller });
    await expect(closing('2026-11-25')).rejects.toMatchObject({ violations: [{ field: 'valid_to', code: 'in_future' }] });
    await expect(closing('2026-11-23')).rejects.toMatchObject({ violations: [{ field: 'valid_to', code: 'in_past' }] });
  });
});

describe('a unit that opens later', () => {
  it('is there to be seen, takes units below it, and nobody works at it before its day', async () => {
    const { unit } = await office.units.createUnit({ parentId: community.id, kind: UNIT_KIND_GRID, code: fresh('u'), nameZh: '新网格', validFrom: '2026-12-01' }, { caller });
    const below = { parentId: unit?.id ?? '', kind: UNIT_KIND_BUILDING, code: fresh('u'), nameZh: '新楼' };
    await expect(office.units.createUnit(below, { caller })).rejects.toMatchObject({ violations: [{ field: 'valid_from', code: 'before_parent' }] });
    await office.units.createUnit({ ...below, validFrom: '2026-12-01' }, { caller });
    const worker = await makeStaff(office);
    const assign = (validFrom: string) => office.staff.assignPost({ staffId: worker.id, version: 1, unitId: unit?.id ?? '', titleZh: '网格员', validFrom }, { caller });
    await expect(assign('2026-11-24')).rejects.toMatchObject({ reason: 'UNIT_PLANNED' });
    expect((await assign('2026-12-01')).staff?.posts).toMatchObject([{ unitId: unit?.id, validFrom: '2026-12-01' }]);
    await expect(office.duty.openDutyRoster({ unitId: unit?.id ?? '', kinds: [organization.DutyKind.DUTY_KIND_WORKDAY] }, { caller })).rejects.toMatchObject({ reason: 'UNIT_PLANNED' });
    const count = async (asOf: string) => (await office.units.countUnits({ underUnitId: community.id, asOf }, { caller })).counts.find(({ kind }) => kind === UNIT_KIND_GRID)?.count ?? 0;
    expect((await count('2026-12-01')) - (await count('2026-11-30'))).toBe(1);
  });
});

describe('a unit that opens later and was a mistake', () => {
  it('is taken back: it never was, and its code is free', async () => {
    const code = fresh('u');
    const { unit: wrong } = await office.units.createUnit({ parentId: root.id, kind: UNIT_KIND_COMMUNITY, code, nameZh: '写错', validFrom: '2099-01-01' }, { caller });
    const { unit: closed } = await office.units.closeUnit({ unitId: wrong?.id ?? '', version: 1 }, { caller });
    expect(closed).toMatchObject({ validFrom: '2026-11-24', validTo: '2026-11-24', version: 2 });
    for (const asOf of ['2026-11-24', '2099-01-01']) {
      const { units } = await office.units.listUnits({ asOf, kind: UNIT_KIND_COMMUNITY, pageSize: 200 }, { caller });
      expect(units.map(({ id }) => id)).not.toContain(wrong?.id);
    }
    expect((await office.units.createUnit({ parentId: root.id, kind: UNIT_KIND_COMMUNITY, code, nameZh: '写对' }, { caller })).unit).toMatchObject({ code, version: 1 });
  });
});

describe('what a caller may not see', () => {
  it('does not exist: outside the scope and in another tenant', async () => {
    const other = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const outsiders = [within(other.path), everything('baihe')];
    for (const outsider of outsiders) {
      const attempts = [
        () => office.units.getUnit({ unitId: grid.id }, { caller: outsider }),
        () => office.units.renameUnit({ unitId: grid.id, version: 1, nameZh: '新' }, { caller: outsider }),
        () => office.units.closeUnit({ unitId: grid.id, version: 1 }, { caller: outsider }),
        () => office.units.createUnit({ parentId: grid.id, kind: UNIT_KIND_BUILDING, code: fresh('u'), nameZh: '楼' }, { caller: outsider }),
        () => office.units.listUnits({ underUnitId: grid.id }, { caller: outsider }),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ kind: 'not_found', reason: 'UNIT_NOT_FOUND' });
      expect((await office.units.batchGetUnits({ unitIds: [grid.id] }, { caller: outsider })).units).toEqual([]);
      const { units } = await office.units.listUnits({ pageSize: 200 }, { caller: outsider });
      expect(units.map(({ id }) => id)).not.toContain(grid.id);
    }
    expect((await office.units.getUnit({ unitId: grid.id }, { caller: within(community.path) })).unit?.id).toBe(grid.id);
  });
});

describe('lists', () => {
  it('page through a subtree in tree order', async () => {
    const top = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const grids: organization.Unit[] = [];
    for (let n = 0; n < 5; n += 1) grids.push(await makeUnit(office, top.id, { kind: UNIT_KIND_GRID }));
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await office.units.listUnits({ underUnitId: top.id, pageSize: 2, pageToken }, { caller });
      seen.push(...page.units.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen[0]).toBe(top.id);
    expect([...seen].sort()).toEqual([top.id, ...grids.map(({ id }) => id)].sort());
    const { units } = await office.units.listUnits({ underUnitId: top.id, kind: UNIT_KIND_GRID }, { caller });
    expect(units).toHaveLength(5);
  });

  it('as of a day hold what was in force then, and without one what is open', async () => {
    const top = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const staying = await makeUnit(office, top.id, { kind: UNIT_KIND_GRID });
    const leaving = await makeUnit(office, top.id, { kind: UNIT_KIND_GRID });
    const mistaken = await makeUnit(office, top.id, { kind: UNIT_KIND_GRID });
    await office.units.closeUnit({ unitId: mistaken.id, version: 1 }, { caller });
    office.clock.set('2026-12-01T09:00:00+08:00');
    await office.units.closeUnit({ unitId: leaving.id, version: 1 }, { caller });
    const coming = await makeUnit(office, top.id, { kind: UNIT_KIND_GRID });
    const listed = async (asOf: string, kind?: organization.UnitKind) => {
      const seen: string[] = [];
      let pageToken = '';
      do {
        const page = await office.units.listUnits({ underUnitId: top.id, pageSize: 1, pageToken, asOf, ...(kind && { kind }) }, { caller });
        seen.push(...page.units.map(({ id }) => id));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      return seen;
    };
    // Made in one moment of the tests' clock, ids have no order.
    const inOrder = (units: organization.Unit[]) => units.sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ id }) => id);
    expect(await listed('2026-11-23')).toEqual([]);
    expect(await listed('2026-11-24')).toEqual(inOrder([top, staying, leaving]));
    expect(await listed('2026-11-30', UNIT_KIND_GRID)).toEqual(inOrder([staying, leaving]));
    expect(await listed('2026-12-01')).toEqual(inOrder([top, staying, coming]));
    expect(await listed('')).toEqual(inOrder([top, staying, coming]));
    await office.units.closeUnit({ unitId: staying.id, version: 1 }, { caller });
    await office.units.closeUnit({ unitId: coming.id, version: 1 }, { caller });
    await office.units.closeUnit({ unitId: top.id, version: 1 }, { caller });
    // What is closed itself still has its history.
    expect(await listed('2026-11-30')).toEqual(inOrder([top, staying, leaving]));
    expect(await listed('')).toEqual([]);
    office.clock.set('2026-11-24T09:00:00+08:00');
  });

  it('refuse a day that is none, and a token of another day', async () => {
    await expect(office.units.listUnits({ asOf: '2026-02-30' }, { caller })).rejects.toMatchObject({ violations: [{ field: 'as_of', code: 'malformed' }] });
    const page = await office.units.listUnits({ pageSize: 1, asOf: '2026-11-24' }, { caller });
    const other = office.units.listUnits({ pageSize: 1, asOf: '2026-11-25', pageToken: page.nextPageToken }, { caller });
    await expect(other).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });

  it('refuse a token of another list, and a forged one', async () => {
    const page = await office.units.listUnits({ pageSize: 1 }, { caller });
    for (const [request, as] of [
      [{ pageSize: 1, kind: UNIT_KIND_GRID, pageToken: page.nextPageToken }, caller],
      [{ pageSize: 1, pageToken: page.nextPageToken }, everything('baihe')],
      [{ pageSize: 1, pageToken: 'forged' }, caller],
    ] as const) {
      await expect(office.units.listUnits(request, { caller: as })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
    }
  });

  it('give many by id, at most 200', async () => {
    const { units } = await office.units.batchGetUnits({ unitIds: [grid.id, community.id, root.id] }, { caller });
    expect(units.map(({ id }) => id).sort()).toEqual([grid.id, community.id, root.id].sort());
    const many = Array.from({ length: 201 }, () => grid.id);
    await expect(office.units.batchGetUnits({ unitIds: many }, { caller })).rejects.toMatchObject({ violations: [{ field: 'unit_ids' }] });
  });
});

describe('what anybody may see of a grid', () => {
  const anybody = systemCaller('xingsheng', 'gateway', ['organization.public.read']);
  const see = (code: string, by = anybody) => office.units.getPublicGrid({ code }, { caller: by });

  it('is its names, and who works there now and how to reach them', async () => {
    const posted = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    const [first, left] = [await makeStaff(office, posted.id), await makeStaff(office, posted.id)];
    await office.staff.endPost({ staffId: left.id, version: left.version, postId: left.posts[0]?.id ?? '' }, { caller });
    const { grid: seen } = await see(posted.code);
    expect(seen).toEqual({ code: posted.code, nameZh: posted.nameZh, nameMn: '', communityNameZh: community.nameZh, workers: [{ name: first.name, titleZh: '干事', workPhone: '000-5550100', standsIn: false }], supervisionPhone: '', areaM2: 0, boundaryJson: '' });
  });

  it('is nothing of a community, of a closed grid or of another office', async () => {
    const closed = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    await office.units.closeUnit({ unitId: closed.id, version: 1 }, { caller });
    const nothing = { kind: 'not_found', reason: 'UNIT_NOT_FOUND' };
    await expect(see(community.code)).rejects.toMatchObject(nothing);
    await expect(see(closed.code)).rejects.toMatchObject(nothing);
    await expect(see(grid.code, systemCaller('baihe', 'gateway', ['organization.public.read']))).rejects.toMatchObject(nothing);
  });
});
