import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { runner } from './communities-support';
import { fresh, history, makeTenant, makeUnit, startOffice, type Office } from './support';

const caller = runner();
const gateway = systemCaller('xingsheng', 'gateway', ['organization.public.read']);
const parts = { titleZh: '五个一律', rulesZh: ['一律不收礼', '一律公开'], complaintUrl: 'https://discipline.example/report', complaintHintZh: '纪检举报电话 12388' };

let office: Office;
let root: organization.Unit;
beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

const publish = async (code: string, facts: Partial<organization.PublishConductRulesRequest> = {}, by = caller) => (await office.conduct.publishConductRules({ code, ...parts, ...facts }, { caller: by })).rules;
const inForce = async (day: string, code: string) => (await office.conduct.getPublicConductRules({ day }, { caller: gateway })).rules.find((rules) => rules.code === code);

describe('conduct rules', () => {
  it('have versions by day, with where to complain and nothing of a complaint', async () => {
    const code = fresh('five-always');
    const first = await publish(code);
    expect(first).toMatchObject({ code, ...parts, validFrom: '2026-11-24', validTo: '', version: 1 });
    await publish(code, { version: 1, rulesZh: ['一律公开'], validFrom: '2027-01-01' });
    expect([(await inForce('2026-12-31', code))?.rulesZh, (await inForce('2027-01-01', code))?.rulesZh, await inForce('2026-11-23', code)]).toEqual([parts.rulesZh, ['一律公开'], undefined]);
    expect(await history(office, first?.id ?? '')).toEqual(['ConductRulesPublished 1', 'ConductRulesPublished 2']);
    const page = await office.conduct.listConductVersions({ code, pageSize: 1 }, { caller });
    const rest = await office.conduct.listConductVersions({ code, pageSize: 1, pageToken: page.nextPageToken }, { caller });
    expect([page.versions[0]?.version, rest.versions[0]?.version, rest.nextPageToken]).toEqual([2, 1, '']);
    expect((await office.conduct.getPublicConductRules({}, { caller: { ...gateway, tenantId: 'baihe' } })).rules).toEqual([]);
  });

  it('follow the version they were written on', async () => {
    const code = fresh('ten-never');
    await expect(publish(code, { version: 1 })).rejects.toMatchObject({ kind: 'not_found', reason: 'CONDUCT_RULES_NOT_FOUND' });
    await publish(code);
    await expect(publish(code)).rejects.toMatchObject({ kind: 'already_exists', reason: 'CONDUCT_RULES_EXIST' });
    await expect(publish(code, { version: 2, validFrom: '2027-01-01' })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
  });

  it('are mended on their day, and a planned version is taken back by one of an earlier day', async () => {
    const code = fresh('planned');
    await publish(code, { rulesZh: ['一律不收里'] });
    await publish(code, { version: 1 });
    await publish(code, { version: 2, rulesZh: ['明年的'], validFrom: '2027-01-01' });
    await publish(code, { version: 3, rulesZh: ['十二月的'], validFrom: '2026-12-01' });
    expect(await Promise.all(['2026-11-24', '2026-12-01', '2027-01-01'].map(async (day) => (await inForce(day, code))?.rulesZh))).toEqual([parts.rulesZh, ['十二月的'], ['十二月的']]);
    await expect(publish(code, { version: 4, validFrom: '2027-11-26' })).rejects.toMatchObject({ violations: [{ field: 'valid_from', code: 'too_late' }] });
  });

  it('are published once by two at a time', async () => {
    const code = fresh('eight');
    for (const facts of [{}, { version: 1, validFrom: '2027-01-01' }]) {
      const results = await Promise.allSettled([publish(code, facts), publish(code, facts)]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  });

  it.each([
    ['code', { code: '有空格 ' }],
    ['title_zh', { titleZh: '' }],
    ['rules_zh', { rulesZh: [] }],
    ['rules_zh[1]', { rulesZh: ['一', ''] }],
    ['complaint_url', { complaintUrl: 'mailto:a@b.example' }],
    ['complaint_hint_zh', { complaintHintZh: '' }],
    ['valid_from', { validFrom: '2026-11-23' }],
  ])('name the wrong field %s', async (field, wrong) => {
    await expect(publish(fresh('c'), wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('are the whole office’s', async () => {
    const community = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    await expect(publish(fresh('c'), {}, runner(community.path))).rejects.toMatchObject({ kind: 'permission_denied', reason: 'UNIT_OUT_OF_SCOPE' });
  });
});
