import { readFileSync } from 'node:fs';
import path from 'node:path';
import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { everything, fresh, history, makeTenant, sentEvents, startOffice, within, type Office } from './support';

const { UNIT_KIND_BUILDING, UNIT_KIND_COMMUNITY, UNIT_KIND_DEPARTMENT, UNIT_KIND_GRID } = organization.UnitKind;
const { GRANT_SCOPE_SUBTREE, GRANT_SCOPE_TENANT, GRANT_SCOPE_UNIT } = organization.GrantScope;

type Sheet = Parameters<Office['imports']['importOrganization']>[0];

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

/** As the operator, who sets offices up and needs no second pair of eyes; as somebody else when they are given. */
function bring(sheet: Sheet, caller = operatorOf(tenantId)) {
  const client = caller.kind === 'system' ? office.operatorImports : office.imports;
  return client.importOrganization(sheet, { caller, deadlineMs: 30_000 });
}

function operatorOf(tenant: string) {
  return systemCaller(tenant, 'operator', ['organization.import', 'organization.grant.write']);
}

/** A small office; the rows come in no order. */
function smallOffice(): { units: organization.UnitRow[]; staff: organization.StaffRow[]; clients: organization.ClientRow[] } {
  return organization.ImportOrganizationRequest.fromPartial({
    units: [
      { code: 'b1', parentCode: 'g1', kind: UNIT_KIND_BUILDING, nameZh: '一号楼' },
      { code: 'g1', parentCode: 'c1', kind: UNIT_KIND_GRID, nameZh: '一网格' },
      { code: 'c1', parentCode: tenantId, kind: UNIT_KIND_COMMUNITY, nameZh: '一社区', nameMn: 'ᠨᠢᠭᠡ' },
      { code: 'd1', parentCode: tenantId, kind: UNIT_KIND_DEPARTMENT, nameZh: '民政科' },
    ],
    staff: [
      { code: 's1', name: '甲某', workPhone: '000-5550001', ...identity('s1'), partnerCode: 's2', posts: [post('c1')], grants: [grant('agent', 'c1')] },
      { code: 's2', name: '乙某', ...identity('s2'), posts: [post('c1'), { unitCode: 'd1', titleZh: '联络员' }], grants: [grant('clerk')] },
      { code: 's3', name: '丙某', posts: [post('d1')] },
    ],
    clients: [{ nameZh: '对接系统', ...identity('peer'), grants: [grant('peer_reader')] }],
  });
}

function identity(subject: string) {
  return { identityIssuer: 'https://issuer.example', identitySubject: subject };
}

function post(unitCode: string) {
  return { unitCode, titleZh: '干事', primary: true };
}

function grant(role: string, unitCode = '') {
  return { role, scope: unitCode === '' ? GRANT_SCOPE_TENANT : GRANT_SCOPE_SUBTREE, unitCode };
}

async function staffByCode(): Promise<Map<string, organization.Staff>> {
  const { staff } = await office.staff.listStaff({ pageSize: 200 }, { caller: everything(tenantId) });
  return new Map(staff.map((one) => [one.code, one]));
}

async function countEvents(): Promise<number> {
  return Number((await office.knex('outbox').where({ tenant_id: tenantId }).count())[0]?.['count']);
}

describe('an office', () => {
  it('comes in whole, each thing told of once', async () => {
    expect(await bring(smallOffice())).toEqual({ unitsCreated: 4, staffCreated: 3, unchanged: 0, problems: [], problemCount: 0 });
    const { units } = await office.units.listUnits({}, { caller: everything(tenantId) });
    const codes = new Map(units.map((unit) => [unit.id, unit.code]));
    const building = units.find(({ code }) => code === 'b1');
    expect(building?.path.split('/').slice(1, -1).map((id) => codes.get(id))).toEqual([tenantId, 'c1', 'g1', 'b1']);
    const staff = await staffByCode();
    expect(staff.get('s1')).toMatchObject({ name: '甲某', partnerId: staff.get('s2')?.id, posts: [{ titleZh: '干事', primary: true }], version: 1 });
    expect(staff.get('s2')).toMatchObject({ partnerId: staff.get('s1')?.id, version: 1 });
    expect(staff.get('s2')?.posts).toHaveLength(2);
    expect(await history(office, staff.get('s1')?.id ?? '')).toEqual(['StaffCreated 1']);
    // Tenant and root, 4 units, 3 people, 1 client, 3 grants.
    expect(await countEvents()).toBe(2 + 4 + 3 + 1 + 3);
    expect((await office.knex('thread_entries').where({ tenant_id: tenantId, code: 'created' }).pluck('subject_id')).sort()).toEqual([...codes.keys()].sort());
    const gateway = systemCaller(tenantId, 'gateway', ['organization.caller.resolve']);
    const kind = organization.PrincipalKind.PRINCIPAL_KIND_STAFF;
    const resolved = await office.callers.resolveCaller({ kind, ...identity('s1') }, { caller: { ...gateway } });
    expect(resolved).toMatchObject({ displayName: '甲某', roles: ['agent'] });
  });

  it('that is there already changes nothing and is told of no more', async () => {
    await bring(smallOffice());
    const before = await countEvents();
    expect(await bring(smallOffice())).toEqual({ unitsCreated: 0, staffCreated: 0, unchanged: 8, problems: [], problemCount: 0 });
    expect(await countEvents()).toBe(before);
  });

  it('comes in once when two bring it at a time', async () => {
    const results = await Promise.all([bring(smallOffice()), bring(smallOffice())]);
    expect(results.map(({ unitsCreated }) => unitsCreated).sort()).toEqual([0, 4]);
  });

  it('is only counted in a dry run', async () => {
    const before = await countEvents();
    expect(await bring({ ...smallOffice(), dryRun: true })).toEqual({ unitsCreated: 4, staffCreated: 3, unchanged: 0, problems: [], problemCount: 0 });
    expect(await countEvents()).toBe(before);
    expect((await staffByCode()).size).toBe(0);
  });

  it('grows: new rows, and posts, a partner and grants for people who are there', async () => {
    await bring(smallOffice());
    const sheet = smallOffice();
    sheet.units.push({ code: 'b2', parentCode: 'g1', kind: UNIT_KIND_BUILDING, nameZh: '二号楼', nameMn: '' });
    const third = sheet.staff[2];
    if (third === undefined) throw new Error('the sheet has three people');
    third.posts.push({ unitCode: 'b2', titleZh: '楼长', primary: true });
    third.posts[0] = { ...post('d1'), primary: false };
    third.grants = [{ role: 'handler', scope: GRANT_SCOPE_UNIT, unitCode: 'd1' }];
    sheet.staff.push({ ...organization.StaffRow.fromPartial({ code: 's4', name: '丁某', partnerCode: 's3' }) });
    expect(await bring(sheet)).toEqual({ unitsCreated: 1, staffCreated: 1, unchanged: 4 + 2 + 1, problems: [], problemCount: 0 });
    const staff = await staffByCode();
    expect(staff.get('s3')).toMatchObject({ version: 3, partnerId: staff.get('s4')?.id });
    expect(staff.get('s3')?.posts.filter(({ primary }) => primary)).toMatchObject([{ titleZh: '楼长' }]);
    expect(await history(office, staff.get('s3')?.id ?? '')).toEqual(['StaffCreated 1', 'PostAssigned 2', 'PartnerSet 3']);
    expect(await bring(sheet)).toMatchObject({ unchanged: 10, problems: [] });
  });
});

describe('a problem', () => {
  type Change = (sheet: ReturnType<typeof smallOffice>) => unknown;
  const person = (facts: object = {}) => organization.StaffRow.fromPartial({ code: 's9', name: '某某', ...facts });
  const unit = (facts: object = {}) =>
    organization.UnitRow.fromPartial({ code: 'u9', parentCode: 'c1', kind: UNIT_KIND_GRID, nameZh: '某处', ...facts });

  it.each<[string, Change, object[]]>([
    ['an unknown parent', (s) => s.units.push(unit({ parentCode: 'nowhere' })), [{ sheet: 'units', row: 4, field: 'parent_code', code: 'unknown' }]],
    ['no parent', (s) => s.units.push(unit({ parentCode: '' })), [{ row: 4, field: 'parent_code', code: 'required' }]],
    [
      'a cycle, and not what hangs below it',
      (s) => s.units.push(unit({ code: 'x', parentCode: 'y' }), unit({ code: 'y', parentCode: 'x' }), unit({ code: 'z', parentCode: 'x' })),
      [{ row: 4, field: 'parent_code', code: 'cycle' }, { row: 5, field: 'parent_code', code: 'cycle' }],
    ],
    ['its own parent', (s) => s.units.push(unit({ parentCode: 'u9' })), [{ row: 4, field: 'parent_code', code: 'cycle' }]],
    ['a code twice', (s) => s.units.push(unit({ code: 'g1' })), [{ row: 4, field: 'code', code: 'duplicate' }]],
    ['a misplaced kind', (s) => s.units.push(unit({ kind: UNIT_KIND_BUILDING })), [{ row: 4, field: 'kind', code: 'misplaced' }]],
    ['a kind that is none', (s) => s.units.push(unit({ kind: organization.UnitKind.UNIT_KIND_UNSPECIFIED })), [{ row: 4, field: 'kind', code: 'required' }]],
    [
      'several fields of a row, and not who refers to it',
      (s) => [s.units.push(unit({ code: 'u9', nameZh: '', nameMn: 'x'.repeat(201) })), s.staff.push(person({ posts: [post('u9')] }))],
      [{ row: 4, field: 'name_zh', code: 'required' }, { row: 4, field: 'name_mn', code: 'too_long' }],
    ],
    ['a person’s code twice', (s) => s.staff.push(person({ code: 's1' })), [{ sheet: 'staff', row: 3, field: 'code', code: 'duplicate' }]],
    ['an identity twice', (s) => s.staff.push(person(identity('s1'))), [{ row: 3, field: 'identity_subject', code: 'duplicate' }]],
    ['half an identity', (s) => s.staff.push(person({ identitySubject: 'x' })), [{ row: 3, field: 'identity_issuer', code: 'required' }]],
    ['a bad phone', (s) => s.staff.push(person({ workPhone: '没有' })), [{ row: 3, field: 'work_phone', code: 'malformed' }]],
    ['a post at no unit', (s) => s.staff.push(person({ posts: [post('nowhere')] })), [{ row: 3, field: 'posts[0].unit_code', code: 'unknown' }]],
    ['two primary posts', (s) => s.staff.push(person({ posts: [post('c1'), post('d1')] })), [{ row: 3, field: 'posts[1].primary', code: 'duplicate' }]],
    ['a post twice', (s) => s.staff.push(person({ posts: [post('c1'), { ...post('c1'), primary: false }] })), [{ row: 3, field: 'posts[1]', code: 'duplicate' }]],
    ['a partner who is missing', (s) => s.staff.push(person({ partnerCode: 's0' })), [{ row: 3, field: 'partner_code', code: 'unknown' }]],
    ['oneself as partner', (s) => s.staff.push(person({ partnerCode: 's9' })), [{ row: 3, field: 'partner_code', code: 'self' }]],
    ['a partner who names another', (s) => s.staff.push(person({ partnerCode: 's1' })), [{ row: 3, field: 'partner_code', code: 'not_mutual' }]],
    ['a partner who is taken', (s) => s.staff.push(person({ partnerCode: 's2' })), [{ row: 3, field: 'partner_code', code: 'taken' }]],
    ['an unknown role', (s) => s.staff.push(person({ grants: [grant('emperor')] })), [{ row: 3, field: 'grants[0].role', code: 'unknown' }]],
    ['a role of machines', (s) => s.staff.push(person({ grants: [grant('peer_reader')] })), [{ row: 3, field: 'grants[0].role', code: 'not_for_holder' }]],
    ['a grant without its unit', (s) => s.staff.push(person({ grants: [{ ...grant('clerk'), scope: GRANT_SCOPE_UNIT }] })), [{ row: 3, field: 'grants[0].unit_code', code: 'required' }]],
    ['a grant with one unit too many', (s) => s.staff.push(person({ grants: [{ ...grant('clerk'), unitCode: 'c1' }] })), [{ row: 3, field: 'grants[0].unit_code', code: 'not_for_scope' }]],
    ['a grant at no unit', (s) => s.staff.push(person({ grants: [grant('clerk', 'nowhere')] })), [{ row: 3, field: 'grants[0].unit_code', code: 'unknown' }]],
    ['a grant twice', (s) => s.staff.push(person({ grants: [grant('clerk'), grant('clerk')] })), [{ row: 3, field: 'grants[1]', code: 'duplicate' }]],
    [
      'duties that must be separate',
      (s) => s.staff.push(person({ grants: [grant('system_admin'), grant('audit_admin')] })),
      [{ row: 3, field: 'grants[1].role', code: 'duties_separated' }],
    ],
    ['a client twice', (s) => s.clients.push(...s.clients.slice()), [{ sheet: 'clients', row: 1, field: 'identity_subject', code: 'duplicate' }]],
    ['a client without identity', (s) => s.clients.push({ ...organization.ClientRow.fromPartial({ nameZh: '某' }) }), [{ row: 1, field: 'identity_issuer', code: 'required' }]],
  ])('is named by row and field, and nothing is written: %s', async (_what, change, problems) => {
    const before = await countEvents();
    const sheet = smallOffice();
    change(sheet);
    const result = await bring(sheet);
    expect(result.problems).toMatchObject(problems);
    expect(result.problems).toHaveLength(problems.length);
    expect(result).toMatchObject({ unitsCreated: 0, staffCreated: 0, unchanged: 0 });
    expect(await countEvents()).toBe(before);
  });

  it('is whatever differs from what is there', async () => {
    await bring(smallOffice());
    const sheet = smallOffice();
    const [one, two] = sheet.staff;
    if (one === undefined || two === undefined) throw new Error('the sheet has three people');
    Object.assign(one, { name: '改名', workPhone: '000-5559999', ...identity('s2'), partnerCode: 's3' });
    Object.assign(two, { ...identity('s1') });
    Object.assign(sheet.units[0] ?? {}, { nameZh: '改名楼', kind: UNIT_KIND_GRID, parentCode: 'c1' });
    Object.assign(sheet.clients[0] ?? {}, { nameZh: '改名系统' });
    const { problems } = await bring(sheet);
    expect(problems.map(({ sheet: list, row, field, code }) => `${list}[${row}].${field} ${code}`).sort()).toEqual([
      'clients[0].name_zh differs',
      'staff[0].identity_subject differs',
      'staff[0].identity_subject taken',
      'staff[0].name differs',
      'staff[0].partner_code differs',
      'staff[0].work_phone differs',
      'staff[1].identity_subject differs',
      'staff[1].identity_subject taken',
      'units[0].kind differs',
      'units[0].name_zh differs',
      'units[0].parent_code differs',
    ]);
  });

  it('is somebody who left', async () => {
    await bring(smallOffice());
    const third = (await staffByCode()).get('s3');
    await office.staff.deactivateStaff({ staffId: third?.id ?? '', version: 1 }, { caller: everything(tenantId) });
    const { problems } = await bring(smallOffice());
    expect(problems).toMatchObject([{ sheet: 'staff', row: 2, field: 'code', code: 'inactive' }]);
  });
});

describe('a sheet with rows that were not read', () => {
  it('is only looked at, and what names those rows is not called unknown', async () => {
    const before = await countEvents();
    const { units, staff, clients } = smallOffice();
    const sheet = { units: units.filter(({ code }) => code !== 'c1'), staff: staff.filter(({ code }) => code !== 's2'), clients };
    expect((await bring({ ...sheet })).problems.map(({ field, code }) => `${field} ${code}`)).toEqual(expect.arrayContaining(['parent_code unknown', 'partner_code unknown', 'posts[0].unit_code unknown']));
    expect(await bring({ ...sheet, unreadUnits: ['c1'], unreadStaff: ['s2'] })).toMatchObject({ problems: [], problemCount: 0 });
    expect(await countEvents()).toBe(before);
  });
});

describe('a sheet of 50,000 rows', () => {
  it('with one in ten that is wrong is answered in seconds, with the first thousand and how many there are', async () => {
    const before = await countEvents();
    const staff = Array.from({ length: 50_000 }, (_, n) => organization.StaffRow.fromPartial({ code: `p${n}`, name: '某某', ...(n % 10 === 0 ? { partnerCode: `nobody-${n}` } : {}) }));
    const started = performance.now();
    const { problems, problemCount, staffCreated } = await bring({ staff });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect([problems.length, problemCount, staffCreated]).toEqual([1_000, 5_000, 0]);
    expect(problems[999]).toMatchObject({ sheet: 'staff', row: 9_990, field: 'partner_code', code: 'unknown' });
    expect(await countEvents()).toBe(before);
  });

  it('that hang below each other and nothing is explained as quickly', async () => {
    const units = Array.from({ length: 50_000 }, (_, n) => organization.UnitRow.fromPartial({ code: `u${n}`, parentCode: `u${n + 1}`, kind: UNIT_KIND_GRID, nameZh: '某处' }));
    const started = performance.now();
    expect(await bring({ units })).toMatchObject({ problemCount: 1, problems: [{ row: 49_999, field: 'parent_code', code: 'unknown' }] });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('whoever imports', () => {
  it('needs the whole tenant, and the tenant must be there', async () => {
    await expect(bring(smallOffice(), within('/a/', tenantId))).rejects.toMatchObject({ reason: 'UNIT_OUT_OF_SCOPE' });
    await expect(bring(smallOffice(), everything('nowhere'))).rejects.toMatchObject({ kind: 'not_found', reason: 'TENANT_NOT_FOUND' });
    const many = Array.from({ length: 50_001 }, () => ({}));
    await expect(bring({ units: many })).rejects.toMatchObject({ violations: [{ field: 'units', code: 'too_many' }] });
  });

  it('gives no roles, which need two people, unless it is the operator', async () => {
    const plain = testCaller({ tenantId, permissions: ['organization.import'] });
    const { problems } = await bring(smallOffice(), plain);
    expect(problems.map(({ sheet, row, field, code }) => [sheet, row, field, code])).toEqual([
      ['staff', 0, 'grants[0]', 'not_permitted'],
      ['staff', 1, 'grants[0]', 'not_permitted'],
      ['clients', 0, 'grants[0]', 'not_permitted'],
    ]);
    await bring(smallOffice());
    expect(await bring(smallOffice(), plain)).toMatchObject({ unchanged: 8, problems: [] });
    const more = { ...smallOffice(), staff: [{ ...smallOffice().staff[2], grants: [grant('handler')] }] };
    expect((await bring(more, everything(tenantId))).problems).toMatchObject([{ sheet: 'staff', row: 0, field: 'grants[0]', code: 'not_permitted' }]);
  });
});

describe.each(['xingsheng', 'baihe'])('the fixture of %s', (name) => {
  it('comes in without a problem, in seconds, and again without a change', async () => {
    const fixture = JSON.parse(readFileSync(path.join(__dirname, `../../../infra/fixtures/${name}.json`), 'utf8')) as object;
    await makeTenant(office, name);
    const sheet = organization.ImportOrganizationRequest.fromJSON(fixture);
    const started = performance.now();
    const first = await bring(sheet, operatorOf(name));
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(first).toEqual({ unitsCreated: sheet.units.length, staffCreated: sheet.staff.length, unchanged: 0, problems: [], problemCount: 0 });
    const unchanged = sheet.units.length + sheet.staff.length + sheet.clients.length;
    expect(await bring(sheet, operatorOf(name))).toEqual({ unitsCreated: 0, staffCreated: 0, unchanged, problems: [], problemCount: 0 });
    const events = (await sentEvents(office)).map(({ payload }) => JSON.stringify(payload)).join('\n');
    for (const { name: person, workPhone } of sheet.staff) {
      expect(events).not.toContain(person);
      if (workPhone !== '') expect(events).not.toContain(workPhone);
    }
  });
});
