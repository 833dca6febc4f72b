import { organization } from '@linli/contracts';
import { failedPrecondition } from '@linli/errors';
import { eventually } from '@linli/testing';
import { importAnswer } from '../src/imports/import-sheet';
import { readOffice } from '../src/imports/read-office';
import { grant, startGateway, type Got, type Person, type TestGateway } from './support/gateway';
import { rights } from './support/requests';
import { sheetOf, textsOf } from './support/workbooks';

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const path = '/v1/organization:importSheet';
const exportPath = '/v1/organization:exportSheet';
const { ORGANIZATION_PART_UNITS, ORGANIZATION_PART_STAFF, ORGANIZATION_PART_POSTS, ORGANIZATION_PART_GRANTS } = organization.OrganizationPart;

type ExportAsked = organization.ExportOrganizationRequest;
type ImportAsked = organization.ImportOrganizationRequest;

let gateway: TestGateway;
let admin: Person;
const others = new Map<string, Person>();

beforeAll(async () => {
  gateway = await startGateway();
  const staff = { tenant: 'xingsheng', kind: 'staff' } as const;
  admin = gateway.person({ ...staff, subject: 'admin' }, { grants: [grant(rights.admin)] });
  others.set('clerk', gateway.person({ ...staff, subject: 'clerk' }, { grants: [grant(rights.clerk)] }));
  others.set('resident', gateway.person({ tenant: 'xingsheng', kind: 'resident', subject: 'resident' }));
  others.set('peer', gateway.person({ tenant: 'xingsheng', kind: 'client', subject: 'peer' }, { grants: [grant(rights.peer)] }));
});
beforeEach(() => gateway.peers.reset());
afterAll(() => gateway.stop());

function send(body: Buffer, { person = admin, query = '', headers = {} }: { person?: Person | undefined; query?: string; headers?: Record<string, string> } = {}): Promise<Got> {
  return gateway.call(person, `POST ${path}${query}`, { body, headers: { 'content-type': xlsx, ...headers } });
}

async function fetchExport(person: Person = admin): Promise<Response> {
  return fetch(`${gateway.url}${exportPath}`, { headers: { authorization: `Bearer ${await gateway.token(person)}` } });
}

const asked = (method: string) => gateway.peers.calls.filter((call) => call.method === `ImportService/${method}`);
const answers = (answer: Partial<organization.ImportOrganizationResponse>) => gateway.peers.on('ImportService/importOrganization', () => ({ unitsCreated: 0, staffCreated: 0, unchanged: 0, problems: [], problemCount: 0, ...answer }));

const units = [['单位代码', '上级单位代码', '类别', '中文名称'], ['c1', 'xingsheng', '社区', '一社区']];
const staff = [['工号', '姓名', '搭档工号'], ['s1', '甲某', 's9']];

describe('whoever', () => {
  it('has not signed in is turned away before anything is read', async () => {
    for (const line of [`POST ${path}`, `GET ${exportPath}`]) {
      const got = await gateway.call(undefined, line, line.startsWith('GET') ? {} : { body: Buffer.from('no workbook'), headers: { 'content-type': 'text/plain' } });
      expect(got).toMatchObject({ status: 401, body: { code: 'SIGN_IN_REQUIRED' } });
    }
    expect(gateway.peers.calls).toEqual([]);
  });

  it.each(['clerk', 'resident', 'peer'])('may not import gets neither, such as a %s', async (name) => {
    const person = others.get(name);
    for (const got of [await send(Buffer.from('no workbook'), { person }), await gateway.call(person, `GET ${exportPath}`)]) {
      expect([got.status, got.body['code']]).toEqual([403, 'PERMISSION_MISSING']);
    }
    expect([...asked('importOrganization'), ...asked('exportOrganization')]).toEqual([]);
    expect(await gateway.peers.refusals()).toBe(0);
  });

  it('may, acts in their own office, whatever the headers say', async () => {
    const stranger = gateway.person({ tenant: 'baihe', kind: 'staff', subject: 'stranger' }, { grants: [grant(rights.admin)] });
    await send(await textsOf({ 单位: units }), { person: stranger, headers: { 'x-tenant-id': 'xingsheng' } });
    await (await fetchExport(stranger)).arrayBuffer();
    expect([...new Set(gateway.peers.calls.map(({ caller }) => caller.tenantId))]).toEqual(['baihe']);
  });
});

describe('a workbook', () => {
  it('is given to the service in the rows of the JSON import, to be written unless it is only looked at', async () => {
    answers({ unitsCreated: 1, staffCreated: 1 });
    const bytes = await textsOf({ 单位: units, 人员: staff });
    const got = await send(bytes);
    expect([got.status, got.body]).toEqual([200, { unitsCreated: 1, staffCreated: 1, unchanged: 0, problemCount: 0, problems: [] }]);
    await send(bytes, { query: '?dryRun=true' });
    await send(bytes, { query: '?dryRun=false' });
    expect(asked('importOrganization').map(({ request }) => request['dryRun'])).toEqual([false, true, false]);
    expect(asked('importOrganization')[0]?.request).toMatchObject({ units: [{ code: 'c1', parentCode: 'xingsheng', kind: 'UNIT_KIND_COMMUNITY' }], staff: [{ code: 's1', name: '甲某', partnerCode: 's9' }], clients: [] });
  });

  it('is answered with what is wrong in it and beside what is there in one list, by cell, in the reader’s language', async () => {
    answers({ unitsCreated: 9, problems: [{ sheet: 'staff', row: 0, field: 'partner_code', code: 'unknown' }, { sheet: 'units', row: 0, field: 'name_zh', code: 'differs' }], problemCount: 2 });
    const bytes = await textsOf({ 单位: [...units, ['c2', 'xingsheng', '村', '二社区']], 人员: staff });
    const got = await send(bytes);
    expect(importAnswer.parse(got.body)).toEqual({
      unitsCreated: 0, staffCreated: 0, unchanged: 0, problemCount: 3,
      problems: [
        { sheet: '单位', row: 2, cell: '单位!D2', field: 'nameZh', code: 'differs', message: expect.stringContaining('“中文名称”与系统中的不一致') },
        { sheet: '单位', row: 3, cell: '单位!C3', field: 'kind', code: 'not_a_choice', message: '“类别”不在可选范围内。' },
        { sheet: '人员', row: 2, cell: '人员!C2', field: 'partnerCode', code: 'unknown', message: expect.stringContaining('“搭档工号”查无此项') },
      ],
    });
    // What is wrong in the file keeps the service from writing the rest of it.
    expect(asked('importOrganization')[0]?.request).toMatchObject({ dryRun: true, unreadUnits: ['c2'] });
    const english = await send(bytes, { headers: { 'accept-language': 'en' } });
    expect((english.body['problems'] as { message: string }[]).map(({ message }) => message)[1]).toBe('"kind" is not one of the choices.');
  });

  it('with sheets or columns that are not ours is not given to the service at all', async () => {
    const got = await send(await textsOf({ 单位表: units, 人员: [['工号'], ['s1']] }));
    expect(got.body).toMatchObject({ problemCount: 2, problems: [{ cell: '单位表!A1', code: 'unknown_sheet' }, { cell: '人员!A1', code: 'missing_column', message: '缺少“姓名”列，这张工作表没有读取。' }] });
    expect(asked('importOrganization')).toEqual([]);
  });

  it('of 50,000 rows with one in ten that is wrong is answered in seconds: the first thousand, and how many there are', async () => {
    answers({});
    const rows = Array.from({ length: 50_000 }, (_, n) => [`s${n}`, n % 10 === 0 ? '' : '某某', '']);
    const bytes = await textsOf({ 人员: [staff[0] ?? [], ...rows] });
    const began = performance.now();
    const got = await send(bytes);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect([got.status, got.body['problemCount'], (got.body['problems'] as unknown[]).length]).toEqual([200, 5_000, 1_000]);
    expect(asked('importOrganization')[0]?.request).toMatchObject({ dryRun: true });
  }, 60_000);

  it('that the service refuses is a problem like any other', async () => {
    gateway.peers.on('ImportService/importOrganization', () => Promise.reject(failedPrecondition('UNIT_CODE_TAKEN', 'x')));
    expect(await send(await textsOf({ 单位: units }))).toMatchObject({ status: 409, body: { code: 'UNIT_CODE_TAKEN' } });
  });
});

describe('a file that is not read', () => {
  it.each<[string, () => Promise<Buffer> | Buffer, string]>([
    ['nothing', () => Buffer.alloc(0), 'WORKBOOK_NOT_XLSX'],
    ['an .xls', () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(512)]), 'WORKBOOK_OLD_FORMAT'],
    ['half a workbook', async () => (await textsOf({ 单位: units })).subarray(0, 900), 'WORKBOOK_DAMAGED'],
    ['a workbook whose sheet is hidden', async () => sheetOf('人员', (sheet) => (sheet.state = 'hidden')), 'WORKBOOK_SHEET_HIDDEN'],
  ])('is told what is the matter in both languages: %s', async (_what, make, code) => {
    const bytes = await make();
    const got = await send(bytes);
    expect([got.status, got.body['code'], got.headers.get('content-type')]).toEqual([400, code, 'application/problem+json']);
    expect(got.body['detail']).toMatch(/。$/);
    expect((await send(bytes, { headers: { 'accept-language': 'en' } })).body['detail']).toMatch(/^[A-Z].*\.$/);
    expect(asked('importOrganization')).toEqual([]);
  });

  it('is of another type, compressed, too large, or asked for with what is not known', async () => {
    const bytes = await textsOf({ 单位: units });
    expect(await send(bytes, { headers: { 'content-type': 'application/json' } })).toMatchObject({ status: 415, body: { code: 'MEDIA_TYPE_UNSUPPORTED', detail: `请用 ${xlsx} 提交。` } });
    expect(await send(bytes, { headers: { 'content-encoding': 'gzip' } })).toMatchObject({ status: 415, body: { code: 'CONTENT_ENCODING_UNSUPPORTED' } });
    expect(await send(Buffer.alloc(10 * 1024 * 1024 + 1))).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
    for (const query of ['?dryRun=1', '?dryRun=true&dryRun=false', '?force=true']) expect(await send(bytes, { query })).toMatchObject({ status: 400, body: { code: 'FIELD_INVALID' } });
    expect(await gateway.call(admin, `GET ${exportPath}?part=units`)).toMatchObject({ status: 400, body: { code: 'FIELD_INVALID' } });
    expect(asked('importOrganization')).toEqual([]);
  });

  it('comes while others are being read: it is to come again', async () => {
    const bytes = await textsOf({ 单位: units });
    const { promise, resolve } = Promise.withResolvers<void>();
    gateway.peers.on('ImportService/importOrganization', async () => {
      await promise;
      return {};
    });
    const inHand = [send(bytes), send(bytes)];
    await eventually(() => expect(asked('importOrganization')).toHaveLength(2));
    const late = await send(bytes);
    expect([late.status, late.body['code'], late.headers.get('retry-after')]).toEqual([429, 'WORKBOOKS_BUSY', '10']);
    resolve();
    expect((await Promise.all(inHand)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await send(bytes)).status).toBe(200);
  });
});

describe('an export', () => {
  const text = (n: number) => ['王小明', "=cmd|'/c calc'!A1", '+86 477', '_x000D_', '<&>"', "'=1", '干\r\n事'][n % 7] ?? '';
  const people = Array.from({ length: 7 }, (_, n) => organization.StaffRow.fromPartial({ code: `s${n}`, name: text(n), workPhone: n === 2 ? '+86 477' : '', identitySubject: n === 1 ? '@subject' : '', identityIssuer: n === 1 ? 'https://id.example' : '' }));
  const office: Record<string, Partial<organization.ExportOrganizationResponse>[]> = {
    [ORGANIZATION_PART_UNITS]: [
      { units: [organization.UnitRow.fromPartial({ code: 'xingsheng', kind: organization.UnitKind.UNIT_KIND_SUBDISTRICT, nameZh: '兴盛街道' })] },
      { units: [organization.UnitRow.fromPartial({ code: 'c1', parentCode: 'xingsheng', kind: organization.UnitKind.UNIT_KIND_COMMUNITY, nameZh: '-一社区', nameMn: 'ᠨᠢᠭᠡ' })] },
    ],
    [ORGANIZATION_PART_STAFF]: [{ staff: people.slice(0, 3) }, { staff: people.slice(3) }],
    [ORGANIZATION_PART_POSTS]: [{ posts: people.map(({ code, name }, n) => ({ staffCode: code, post: { unitCode: 'c1', titleZh: name, primary: n % 2 === 0 } })) }],
    [ORGANIZATION_PART_GRANTS]: [{ grants: [{ staffCode: 's1', grant: { role: 'own.night', scope: organization.GrantScope.GRANT_SCOPE_SUBTREE, unitCode: 'c1' } }] }, {}],
  };
  const answerPages = () => gateway.peers.on('ImportService/exportOrganization', ({ part, pageToken }: ExportAsked) => {
    const at = Number(pageToken || '0');
    const pages = office[part] ?? [];
    return { ...pages[at], nextPageToken: at + 1 < pages.length ? String(at + 1) : '', asOf: '2026-11-24' };
  });

  it('is a file to keep, read page by page', async () => {
    answerPages();
    const response = await fetchExport();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': xlsx,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-disposition': `attachment; filename="linli-xingsheng-2026-11-24.xlsx"; filename*=UTF-8''${encodeURIComponent('单位与人员')}-xingsheng-2026-11-24.xlsx`,
    });
    await response.arrayBuffer();
    expect(asked('exportOrganization').map(({ request }) => [request['part'], request['pageToken']])).toEqual([
      [ORGANIZATION_PART_UNITS, ''], [ORGANIZATION_PART_UNITS, '1'], [ORGANIZATION_PART_STAFF, ''], [ORGANIZATION_PART_STAFF, '1'],
      [ORGANIZATION_PART_POSTS, ''], [ORGANIZATION_PART_GRANTS, ''], [ORGANIZATION_PART_GRANTS, '1'],
    ]);
  });

  it('comes in again as the rows it was made of, whatever they begin with', async () => {
    answerPages();
    answers({ unchanged: 9 });
    const bytes = Buffer.from(await (await fetchExport()).arrayBuffer());
    expect((await send(bytes)).body).toEqual({ unitsCreated: 0, staffCreated: 0, unchanged: 9, problemCount: 0, problems: [] });
    const { units: sentUnits, staff: sentStaff } = asked('importOrganization')[0]?.request as unknown as ImportAsked;
    expect(sentUnits).toEqual((office[ORGANIZATION_PART_UNITS] ?? []).flatMap((page) => page.units ?? []));
    expect(sentStaff).toMatchObject(people.map(({ code, name, ...rest }, n) => ({ ...rest, code, name, posts: [{ unitCode: 'c1', titleZh: name, primary: n % 2 === 0 }], grants: n === 1 ? [{ role: 'own.night', unitCode: 'c1' }] : [] })));
  });

  it('of an empty office is the form to fill in', async () => {
    const { rows, problems } = await readOffice(Buffer.from(await (await fetchExport()).arrayBuffer()));
    expect([rows.units, rows.staff, problems.count()]).toEqual([[], [], 0]);
  });

  it('that is refused at once is a problem; one that breaks off is no whole file', async () => {
    gateway.peers.on('ImportService/exportOrganization', () => Promise.reject(failedPrecondition('TENANT_SUSPENDED', 'x')));
    expect(await gateway.call(admin, `GET ${exportPath}`)).toMatchObject({ status: 409, body: { code: 'TENANT_SUSPENDED' } });
    gateway.peers.on('ImportService/exportOrganization', ({ part }: ExportAsked) => (part === ORGANIZATION_PART_STAFF ? Promise.reject(new Error('broken')) : { asOf: '2026-11-24' }));
    const response = await fetchExport();
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect((await gateway.call(admin, 'GET /v1/me')).status).toBe(200);
  });
});
