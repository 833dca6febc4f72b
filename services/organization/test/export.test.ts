import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { everything, fresh, giveRole, makeTenant, sentEvents, startOffice, within, type Office } from './support';

const { UNIT_KIND_BUILDING, UNIT_KIND_COMMUNITY, UNIT_KIND_DEPARTMENT, UNIT_KIND_GRID } = organization.UnitKind;
const { GRANT_SCOPE_SELF, GRANT_SCOPE_SUBTREE, GRANT_SCOPE_TENANT } = organization.GrantScope;
const { ORGANIZATION_PART_UNITS, ORGANIZATION_PART_STAFF, ORGANIZATION_PART_POSTS, ORGANIZATION_PART_GRANTS, ORGANIZATION_PART_UNSPECIFIED } = organization.OrganizationPart;

let office: Office;
let tenantId: string;

beforeAll(async () => {
  office = await startOffice();
});

beforeEach(async () => {
  tenantId = fresh('office');
  await makeTenant(office, tenantId);
});

afterAll(() => office.stop());

const operator = () => systemCaller(tenantId, 'operator', ['organization.import', 'organization.grant.write']);
const importer = () => ({ caller: everything(tenantId) });

async function bring(sheet: Parameters<Office['imports']['importOrganization']>[0]) {
  const result = await office.operatorImports.importOrganization(sheet, { caller: operator() });
  expect(result.problems).toEqual([]);
  return result;
}

async function smallOffice(): Promise<void> {
  const post = (unitCode: string, titleZh = '干事') => ({ unitCode, titleZh, primary: titleZh === '干事' });
  await bring({
    units: [
      { code: 'c1', parentCode: tenantId, kind: UNIT_KIND_COMMUNITY, nameZh: '一社区', nameMn: 'ᠨᠢᠭᠡ' },
      { code: 'g1', parentCode: 'c1', kind: UNIT_KIND_GRID, nameZh: '一网格' },
      { code: 'b1', parentCode: 'g1', kind: UNIT_KIND_BUILDING, nameZh: '一号楼' },
      { code: 'd1', parentCode: tenantId, kind: UNIT_KIND_DEPARTMENT, nameZh: '民政科' },
    ],
    staff: [
      { code: 's1', name: '甲某', workPhone: '000-5550001', identityIssuer: 'https://issuer.example', identitySubject: 's1', partnerCode: 's2', posts: [post('c1'), post('g1', '网格长')], grants: [{ role: 'agent', scope: GRANT_SCOPE_SUBTREE, unitCode: 'c1' }] },
      { code: 's2', name: '乙某', partnerCode: 's1', posts: [post('d1')], grants: [{ role: 'clerk', scope: GRANT_SCOPE_TENANT }, { role: 'site_leader', scope: GRANT_SCOPE_SELF }] },
      { code: 's3', name: '丙某' },
    ],
  });
}

/** One part, page by page. */
async function read(part: organization.OrganizationPart, pageSize = 0): Promise<organization.ExportOrganizationResponse[]> {
  const pages: organization.ExportOrganizationResponse[] = [];
  for (let pageToken = ''; pages.length === 0 || pageToken !== ''; ) {
    const page = await office.imports.exportOrganization({ part, pageSize, pageToken }, importer());
    pages.push(page);
    pageToken = page.nextPageToken;
  }
  return pages;
}

/** The whole office as one sheet. */
async function exported(pageSize = 0) {
  const units = (await read(ORGANIZATION_PART_UNITS, pageSize)).flatMap((page) => page.units);
  const posts = (await read(ORGANIZATION_PART_POSTS, pageSize)).flatMap((page) => page.posts);
  const grants = (await read(ORGANIZATION_PART_GRANTS, pageSize)).flatMap((page) => page.grants);
  const staff = (await read(ORGANIZATION_PART_STAFF, pageSize)).flatMap((page) => page.staff);
  // What was made in one millisecond comes in any order.
  const postsOf = (code: string) => posts.flatMap(({ staffCode, post }) => (staffCode === code && post !== undefined ? post : [])).sort((a, b) => a.unitCode.localeCompare(b.unitCode));
  const grantsOf = (code: string) => grants.flatMap(({ staffCode, grant }) => (staffCode === code && grant !== undefined ? grant : [])).sort((a, b) => a.role.localeCompare(b.role));
  return { units, staff: staff.map((row) => ({ ...row, posts: postsOf(row.code), grants: grantsOf(row.code) })) };
}

async function staffNamed(code: string): Promise<organization.Staff> {
  const { staff } = await office.staff.listStaff({ pageSize: 200 }, importer());
  const found = staff.find((one) => one.code === code);
  if (found === undefined) throw new Error(`nobody has the code ${code}`);
  return found;
}

async function unitNamed(code: string): Promise<organization.Unit> {
  const { units } = await office.units.listUnits({ pageSize: 200 }, importer());
  const found = units.find((one) => one.code === code);
  if (found === undefined) throw new Error(`no unit has the code ${code}`);
  return found;
}

describe('an export', () => {
  it('is the office in rows, parents before children, and comes in again unchanged', async () => {
    await smallOffice();
    const sheet = await exported();
    expect(sheet.units.map(({ code, parentCode, kind, nameMn }) => [code, parentCode, kind, nameMn])).toEqual([
      [tenantId, '', organization.UnitKind.UNIT_KIND_SUBDISTRICT, ''],
      ['c1', tenantId, UNIT_KIND_COMMUNITY, 'ᠨᠢᠭᠡ'],
      ['g1', 'c1', UNIT_KIND_GRID, ''],
      ['b1', 'g1', UNIT_KIND_BUILDING, ''],
      ['d1', tenantId, UNIT_KIND_DEPARTMENT, ''],
    ]);
    expect(sheet.staff).toMatchObject([
      { code: 's1', workPhone: '000-5550001', identitySubject: 's1', partnerCode: 's2', posts: [{ unitCode: 'c1', primary: true }, { unitCode: 'g1', titleZh: '网格长', primary: false }], grants: [{ role: 'agent', scope: GRANT_SCOPE_SUBTREE, unitCode: 'c1' }] },
      { code: 's2', partnerCode: 's1', posts: [{ unitCode: 'd1' }], grants: [{ role: 'clerk', unitCode: '' }, { role: 'site_leader', scope: GRANT_SCOPE_SELF }] },
      { code: 's3', partnerCode: '', posts: [], grants: [] },
    ]);
    const before = (await sentEvents(office)).length;
    expect(await bring(sheet)).toMatchObject({ unitsCreated: 0, staffCreated: 0, unchanged: sheet.units.length + sheet.staff.length });
    expect((await sentEvents(office)).length).toBe(before);
  });

  it('is the same in pages of one row as in one page', async () => {
    await smallOffice();
    expect(await exported(1)).toEqual(await exported());
    expect((await read(ORGANIZATION_PART_POSTS, 1)).map(({ posts }) => posts.length)).toEqual([1, 1, 1]);
  });

  it('of an office without staff has its root alone', async () => {
    expect(await exported()).toMatchObject({ units: [{ code: tenantId }], staff: [] });
  });

  it('leaves out who left, what is closed, and what ends by itself', async () => {
    await smallOffice();
    const gone = await staffNamed('s3');
    await office.staff.deactivateStaff({ staffId: gone.id, version: gone.version }, importer());
    const one = await staffNamed('s1');
    const second = one.posts.find(({ titleZh }) => titleZh === '网格长');
    await office.staff.endPost({ staffId: one.id, version: one.version, postId: second?.id ?? '', validTo: '2026-12-31' }, importer());
    await giveRole(office, { principalId: one.id, role: 'handler', endsAt: new Date('2027-01-01T00:00:00Z') }, everything(tenantId));
    const building = await unitNamed('b1');
    await office.units.closeUnit({ unitId: building.id, version: building.version }, importer());
    const sheet = await exported();
    expect(sheet.units.map(({ code }) => code)).toEqual([tenantId, 'c1', 'g1', 'd1']);
    expect(sheet.staff.map(({ code, posts, grants }) => [code, posts.length, grants.map(({ role }) => role)])).toEqual([
      ['s1', 1, ['agent']],
      ['s2', 1, ['clerk', 'site_leader']],
    ]);
    expect(await bring(sheet)).toMatchObject({ unitsCreated: 0, staffCreated: 0, unchanged: 6 });
  });

  it('tells of the day it was begun on, under the names of that day', async () => {
    await smallOffice();
    const { asOf, nextPageToken } = await office.imports.exportOrganization({ part: ORGANIZATION_PART_UNITS, pageSize: 1 }, importer());
    expect(asOf).toBe('2026-11-24');
    const later = await office.imports.exportOrganization({ part: ORGANIZATION_PART_UNITS, pageSize: 1, pageToken: nextPageToken }, importer());
    expect(later).toMatchObject({ asOf: '2026-11-24', units: [{ code: 'c1' }] });
    const community = await unitNamed('c1');
    await office.units.renameUnit({ unitId: community.id, version: community.version, nameZh: '第一社区' }, importer());
    expect((await exported()).units[1]).toMatchObject({ code: 'c1', nameZh: '第一社区', nameMn: '' });
  });

  it('of many people comes in pages, with the posts of each', async () => {
    await bring({ staff: Array.from({ length: 120 }, (_, n) => ({ code: `p${n}`, name: '某某', posts: [{ unitCode: tenantId, titleZh: '干事', primary: true }] })) });
    const sheet = await exported(50);
    expect(sheet.staff).toHaveLength(120);
    expect(sheet.staff.every(({ posts }) => posts.length === 1)).toBe(true);
    expect((await read(ORGANIZATION_PART_STAFF, 50)).map(({ staff }) => staff.length)).toEqual([50, 50, 20]);
  });
});

describe('whoever exports', () => {
  it('needs the right to import over the whole office, and names a part', async () => {
    const ask = (caller: ReturnType<typeof everything>, part = ORGANIZATION_PART_STAFF) => office.imports.exportOrganization({ part }, { caller });
    await expect(ask(within('/a/', tenantId))).rejects.toMatchObject({ reason: 'UNIT_OUT_OF_SCOPE' });
    await expect(ask({ ...everything(tenantId), grants: [] })).rejects.toMatchObject({ kind: 'permission_denied' });
    await expect(ask(everything(tenantId), ORGANIZATION_PART_UNSPECIFIED)).rejects.toMatchObject({ violations: [{ field: 'part', code: 'required' }] });
    await expect(office.imports.exportOrganization({ part: ORGANIZATION_PART_STAFF, pageToken: 'x' }, importer())).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });

  it('sees nothing of another office, and goes on with no page of another part or person', async () => {
    await smallOffice();
    const { nextPageToken } = await office.imports.exportOrganization({ part: ORGANIZATION_PART_STAFF, pageSize: 1 }, importer());
    const other = fresh('office');
    await makeTenant(office, other);
    await expect(office.imports.exportOrganization({ part: ORGANIZATION_PART_STAFF, pageToken: nextPageToken }, { caller: everything(other) })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
    await expect(office.imports.exportOrganization({ part: ORGANIZATION_PART_POSTS, pageToken: nextPageToken }, importer())).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
    expect(await office.imports.exportOrganization({ part: ORGANIZATION_PART_STAFF }, { caller: everything(other) })).toMatchObject({ staff: [] });
  });
});
