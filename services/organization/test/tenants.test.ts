import { systemCaller } from '@linli/auth';
import { roleDefinitions } from '../src/grants/roles';
import { everything, history, startOffice, type Office } from './support';

let office: Office;

beforeAll(async () => {
  office = await startOffice();
});

afterAll(() => office.stop());

const facts = { nameZh: '试验街道', region: '内蒙古自治区', city: '鄂尔多斯市', district: '东胜区' };

function create(id: string, changed: object = {}, as = id) {
  const caller = systemCaller(as, 'operator', ['organization.tenant.create']);
  return office.operatorTenants.createTenant({ tenant: { id, ...facts, ...changed } }, { caller });
}

describe('a tenant', () => {
  it('comes with a root unit of its code and with the roles', async () => {
    const { tenant } = await create('xingsheng');
    expect(tenant).toEqual({ id: 'xingsheng', ...facts, timeZone: 'Asia/Shanghai', suspended: false, version: 1 });
    const { units } = await office.units.listUnits({}, { caller: everything() });
    expect(units).toMatchObject([{ code: 'xingsheng', nameZh: '试验街道', kind: 'UNIT_KIND_SUBDISTRICT', parentId: '', path: `/${units[0]?.id}/` }]);
    expect((await office.grants.listRoles({}, { caller: everything() })).roles).toHaveLength(roleDefinitions.length);
    expect(await history(office, 'xingsheng')).toEqual(['TenantCreated 1']);
    expect(await history(office, units[0]?.id ?? '')).toEqual(['UnitCreated 1']);
    expect((await office.tenants.getTenant({}, { caller: everything() })).tenant).toEqual(tenant);
  });

  it('is made once, however often and by however many it is asked for', async () => {
    const tenants = await Promise.all(Array.from({ length: 5 }, () => create('baihe')));
    expect(new Set(tenants.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await office.units.listUnits({}, { caller: everything('baihe') })).units).toHaveLength(1);
    expect(await history(office, 'baihe')).toEqual(['TenantCreated 1']);
  });

  it('keeps its facts', async () => {
    await create('facts');
    await expect(create('facts', { nameZh: '另一街道' })).rejects.toMatchObject({ kind: 'already_exists', reason: 'TENANT_EXISTS' });
  });

  it('gets the roles that a release changed when it is asked for again', async () => {
    await create('older');
    await office.knex('roles').where({ tenant_id: 'older', code: 'clerk' }).update({ permissions: ['work.queue.read'] });
    await office.knex('roles').where({ tenant_id: 'older', code: 'handler' }).delete();
    await create('older');
    await create('older');
    const { roles } = await office.grants.listRoles({}, { caller: everything('older') });
    const clerk = roles.find(({ code }) => code === 'clerk');
    expect(clerk?.permissions).toContain('requests.case.accept');
    // Whoever holds it may do something else now: that is a version of the role, and told.
    expect(clerk?.version).toBe(2);
    expect(await history(office, 'clerk')).toEqual(['RoleChanged 2']);
    expect(await history(office, 'handler')).toEqual(['RoleCreated 1']);
    expect(await history(office, 'agent')).toEqual([]);
  });

  it.each([
    ['tenant.id', { id: 'Ä' }],
    ['tenant.name_zh', { nameZh: '' }],
    ['tenant.time_zone', { timeZone: 'Europe/Berlin' }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(create('wrong', wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('is neither made from nor seen from another', async () => {
    await expect(create('stranger', {}, 'xingsheng')).rejects.toMatchObject({ kind: 'permission_denied', reason: 'TENANT_FOREIGN' });
    await expect(office.tenants.getTenant({}, { caller: everything('nowhere') })).rejects.toMatchObject({ reason: 'TENANT_NOT_FOUND' });
  });
});
