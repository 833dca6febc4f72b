import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { at, makeActivity, makeVenue, runner } from './communities-support';
import { everything, history, makeTenant, makeUnit, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const caller = runner();
const gateway = systemCaller('xingsheng', 'gateway', ['organization.public.read']);

let office: Office;
let root: organization.Unit;
let community: organization.Unit;
beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
});
beforeEach(async () => {
  office.clock.set('2026-11-24T09:00:00+08:00');
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
});
afterAll(() => office.stop());

const parts = {
  themeZh: '民族文化特色社区',
  themeMn: 'ᠤᠨᠳᠤᠰᠤᠲᠠᠨ',
  projects: [{ nameZh: '民族文化展厅', nameMn: '', summaryZh: '对所有人开放' }],
  evidence: [{ textZh: '开馆报道', url: 'https://news.example/1?a=b' }, { textZh: '居民作品展', url: '' }],
};
const publish = async (facts: Partial<organization.PublishBrandRequest> = {}, by = caller) => (await office.brands.publishBrand({ unitId: community.id, ...parts, ...facts }, { caller: by })).brand;
const onDay = async (day = '') => (await office.brands.getPublicBrand({ unitCode: community.code, day }, { caller: gateway })).brand;

describe('the brand of a community', () => {
  it('has versions by day; the one before stays to be read as it was', async () => {
    const first = await publish();
    expect(first).toMatchObject({ unitId: community.id, ...parts, validFrom: '2026-11-24', validTo: '', version: 1 });
    const second = await publish({ version: 1, themeZh: '文化共享社区', validFrom: '2027-01-01' });
    expect(second).toMatchObject({ id: first?.id, themeZh: '文化共享社区', version: 2 });
    expect([await onDay(), await onDay('2026-12-31'), await onDay('2027-01-01')].map((brand) => [brand?.themeZh, brand?.validTo])).toEqual([['民族文化特色社区', '2027-01-01'], ['民族文化特色社区', '2027-01-01'], ['文化共享社区', '']]);
    await expect(onDay('2026-11-23')).rejects.toMatchObject({ kind: 'not_found', reason: 'BRAND_NOT_FOUND' });
    expect(await history(office, first?.id ?? '')).toEqual(['BrandPublished 1', 'BrandPublished 2']);
    const page = await office.brands.listBrandVersions({ unitId: community.id, pageSize: 1 }, { caller });
    expect(page.brands.map(({ version }) => version)).toEqual([2]);
    const rest = await office.brands.listBrandVersions({ unitId: community.id, pageSize: 1, pageToken: page.nextPageToken }, { caller });
    expect([rest.brands.map(({ version }) => version), rest.nextPageToken]).toEqual([[1], '']);
  });

  it('follows the version it was written on', async () => {
    await expect(publish({ version: 1 })).rejects.toMatchObject({ kind: 'not_found', reason: 'BRAND_NOT_FOUND' });
    await publish();
    await expect(publish()).rejects.toMatchObject({ kind: 'already_exists', reason: 'BRAND_EXISTS' });
    await expect(publish({ version: 2, validFrom: '2027-01-01' })).rejects.toMatchObject({ reason: 'VERSION_STALE', details: { current: '1' } });
  });

  it('is mended on its day, and a version that is planned is taken back by one of its day or an earlier one', async () => {
    await publish();
    await publish({ version: 1, themeZh: '改正错字' });
    expect(await onDay()).toMatchObject({ themeZh: '改正错字', version: 2, validTo: '' });
    await publish({ version: 2, themeZh: '明年的', validFrom: '2027-01-01' });
    await publish({ version: 3, themeZh: '再往后的', validFrom: '2027-06-01' });
    await publish({ version: 4, themeZh: '十二月的', validFrom: '2026-12-01' });
    expect(await Promise.all(['2026-11-30', '2026-12-01', '2027-01-01', '2027-06-01'].map(async (day) => (await onDay(day))?.themeZh))).toEqual(['改正错字', '十二月的', '十二月的', '十二月的']);
    const { brands } = await office.brands.listBrandVersions({ unitId: community.id }, { caller });
    expect(brands.map(({ version, validFrom, validTo }) => [version, validFrom, validTo])).toEqual([
      [5, '2026-12-01', ''],
      [4, '2027-06-01', '2027-06-01'],
      [3, '2027-01-01', '2027-01-01'],
      [2, '2026-11-24', '2026-12-01'],
      [1, '2026-11-24', '2026-11-24'],
    ]);
  });

  it('begins no further ahead than the rule allows', async () => {
    await expect(publish({ validFrom: '2027-11-26' })).rejects.toMatchObject({ violations: [{ field: 'valid_from', code: 'too_late' }] });
    expect((await publish({ validFrom: '2027-11-25' }))?.version).toBe(1);
  });

  it('is published once by two at a time, the first and the next', async () => {
    for (const facts of [{}, { version: 1, validFrom: '2027-01-01' }]) {
      const results = await Promise.allSettled([publish(facts), publish(facts)]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: facts.version === undefined ? 'BRAND_EXISTS' : 'VERSION_STALE' } });
    }
  });

  it.each([
    ['theme_zh', { themeZh: '' }],
    ['projects[0].name_zh', { projects: [{ nameZh: '', nameMn: '', summaryZh: '' }] }],
    ['projects', { projects: Array.from({ length: 21 }, () => ({ nameZh: '展厅', nameMn: '', summaryZh: '' })) }],
    ['evidence[0].text_zh', { evidence: [{ textZh: '', url: '' }] }],
    ['evidence[0].url', { evidence: [{ textZh: '报道', url: 'javascript:alert(1)' }] }],
    ['evidence[0].url', { evidence: [{ textZh: '报道', url: 'http://news.example' }] }],
    ['evidence[0].url', { evidence: [{ textZh: '报道', url: 'https://news.example/"onload=' }] }],
    ['valid_from', { validFrom: '2026-11-23' }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(publish(wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('is shown until the day on which its community ends by a plan, with all else that anybody may see there', async () => {
    const into = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    await publish();
    const venue = await makeVenue(office, community.id);
    const activity = await makeActivity(office, community.id, { sessions: [{ startsAt: at('12-15T10:00'), endsAt: at('12-15T12:00') }] });
    const operation: organization.RegradingOperation['operation'] = { $case: 'merge', value: { unitIds: [community.id], into: { target: { $case: 'unitId', value: into.id } } } };
    await office.regradings.planRegrading({ titleZh: '社区合并', effectiveOn: '2026-12-10', operations: [{ operation }] }, { caller: everything() });
    const asked = { unitCode: community.code };
    const venues = async () => (await office.venues.getPublicVenues(asked, { caller: gateway })).venues.map(({ id }) => id);
    const activities = async (unitCode = '') => (await office.activities.getPublicActivities({ unitCode }, { caller: gateway })).activities.map(({ id }) => id);
    for (const time of ['2026-11-24T09:00:00+08:00', '2026-12-09T23:59:59+08:00']) {
      office.clock.set(time);
      expect(await venues()).toEqual([venue.id]);
      expect(await activities(community.code)).toEqual([activity.id]);
      expect(await activities()).toContain(activity.id);
      expect(await onDay()).toMatchObject({ themeZh: parts.themeZh });
    }
    office.clock.set('2026-12-10T00:00:00+08:00');
    await expect(venues()).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    await expect(activities(community.code)).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    expect(await activities()).not.toContain(activity.id);
    await expect(onDay()).rejects.toMatchObject({ reason: 'BRAND_NOT_FOUND' });
  });

  it('is a community’s, and for those who run it', async () => {
    await publish();
    const other = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    await expect(publish({ unitId: grid.id })).rejects.toMatchObject({ violations: [{ field: 'unit_id', code: 'misplaced' }] });
    for (const by of [runner(other.path), { ...caller, tenantId: 'baihe' }]) {
      await expect(publish({ version: 1, validFrom: '2027-01-01' }, by)).rejects.toMatchObject({ kind: 'not_found', reason: 'UNIT_NOT_FOUND' });
      await expect(office.brands.listBrandVersions({ unitId: community.id }, { caller: by })).rejects.toMatchObject({ kind: 'not_found', reason: 'UNIT_NOT_FOUND' });
    }
    await expect(office.brands.getPublicBrand({ unitCode: community.code }, { caller: { ...gateway, tenantId: 'baihe' } })).rejects.toMatchObject({ reason: 'BRAND_NOT_FOUND' });
  });
});
