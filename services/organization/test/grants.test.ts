import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { everything, fresh, giveRole, history, makeStaff, makeTenant, makeUnit, startOffice, within, type Office } from './support';

const { GRANT_SCOPE_SELF, GRANT_SCOPE_SUBTREE, GRANT_SCOPE_TENANT, GRANT_SCOPE_UNIT } = organization.GrantScope;
const { PRINCIPAL_KIND_CLIENT, PRINCIPAL_KIND_STAFF } = organization.PrincipalKind;
const nobody = '01900000-0000-7000-8000-00000000ffff';
const caller = everything();
const issuer = 'https://issuer.example';

let office: Office;
let community: organization.Unit;
let other: organization.Unit;
let staff: organization.Staff;

beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
  other = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
});

beforeEach(async () => {
  staff = await makeStaff(office, community.id, { subject: fresh('subject') });
});

afterAll(() => office.stop());

const give = (facts: object, as = caller) => giveRole(office, { principalId: staff.id, role: 'handler', ...facts }, as);

describe('a grant', () => {
  it('gives a role over a part of the tree and is told of once', async () => {
    const grant = await give({ scope: GRANT_SCOPE_SUBTREE, unitId: community.id });
    expect(grant).toMatchObject({ role: 'handler', unitPath: community.path, version: 1, revokedAt: undefined });
    expect(await history(office, grant.id)).toEqual(['RoleGranted 1']);
    await expect(give({ scope: GRANT_SCOPE_SUBTREE, unitId: community.id })).rejects.toMatchObject({ kind: 'already_exists', reason: 'GRANT_EXISTS' });
    await give({ scope: GRANT_SCOPE_UNIT, unitId: community.id });
  });

  it('is never given to oneself', async () => {
    const self = testCaller({ subject: staff.id, permissions: ['organization.grant.write'] });
    await expect(give({}, self)).rejects.toMatchObject({ kind: 'permission_denied', reason: 'GRANT_TO_SELF' });
  });

  it.each([
    ['unit_id', { scope: GRANT_SCOPE_UNIT }],
    ['unit_id', { scope: GRANT_SCOPE_SUBTREE, unitId: 'x' }],
    ['unit_id', { scope: GRANT_SCOPE_TENANT, unitId: nobody }],
    ['unit_id', { scope: GRANT_SCOPE_SELF, unitId: nobody }],
    ['scope', { scope: organization.GrantScope.GRANT_SCOPE_UNSPECIFIED }],
    ['principal_kind', { principalKind: organization.PrincipalKind.PRINCIPAL_KIND_UNSPECIFIED }],
    ['ends_at', { endsAt: new Date('2026-11-24T00:59:59Z') }],
    ['role', { role: 'peer_reader' }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(give(wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('is refused for unknown roles, holders and units, closed units and people who left', async () => {
    await expect(give({ role: 'emperor' })).rejects.toMatchObject({ kind: 'not_found', reason: 'ROLE_NOT_FOUND' });
    await expect(give({ principalId: nobody })).rejects.toMatchObject({ kind: 'not_found', reason: 'PRINCIPAL_NOT_FOUND' });
    await expect(give({ scope: GRANT_SCOPE_UNIT, unitId: nobody })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    const closed = await makeUnit(office, community.id, { kind: organization.UnitKind.UNIT_KIND_GRID });
    await office.units.closeUnit({ unitId: closed.id, version: 1 }, { caller });
    await expect(give({ scope: GRANT_SCOPE_UNIT, unitId: closed.id })).rejects.toMatchObject({ reason: 'UNIT_CLOSED' });
    await office.staff.deactivateStaff({ staffId: staff.id, version: 2 }, { caller });
    await expect(give({})).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'PRINCIPAL_INACTIVE' });
  });

  it('reaches no further than the giver’s own scope', async () => {
    const local = within(community.path);
    await expect(give({}, local)).rejects.toMatchObject({ kind: 'permission_denied', reason: 'UNIT_OUT_OF_SCOPE' });
    await expect(give({ scope: GRANT_SCOPE_UNIT, unitId: other.id }, local)).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    await give({ scope: GRANT_SCOPE_UNIT, unitId: community.id }, local);
    await expect(give({}, everything('baihe'))).rejects.toMatchObject({ reason: 'PRINCIPAL_NOT_FOUND' });
  });
});

describe('system, security and audit administration', () => {
  const roles = ['system_admin', 'security_admin', 'audit_admin'];

  it.each(roles.flatMap((one) => roles.filter((two) => two !== one).map((two) => [one, two])))('%s never holds %s too', async (one, two) => {
    await give({ role: one });
    await give({ role: 'clerk' });
    await expect(give({ role: two })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'DUTIES_SEPARATED', details: { role: two, held: one } });
  });

  it('stays separate when two are given at a time, and changes hands once revoked or ended', async () => {
    const both = await Promise.allSettled([give({ role: 'system_admin' }), give({ role: 'audit_admin' })]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { grants } = await office.grants.listGrants({ principalId: staff.id }, { caller });
    await office.grants.revokeGrant({ grantId: grants[0]?.id ?? '', version: 1 }, { caller });
    await give({ role: 'security_admin', endsAt: new Date('2026-11-24T02:00:00Z') });
    // The one that was not confirmed still waits.
    const state = organization.GrantRequestState.GRANT_REQUEST_STATE_REQUESTED;
    const { grantRequests } = await office.grantRequests.listGrantRequests({ state, pageSize: 200 }, { caller });
    const waiting = grantRequests.find(({ principalId }) => principalId === staff.id);
    const confirm = () => office.grantRequests.confirmGrant({ grantRequestId: waiting?.id ?? '', version: 1 }, { caller: { ...caller, subject: nobody } });
    await expect(confirm()).rejects.toMatchObject({ reason: 'DUTIES_SEPARATED', details: { held: 'security_admin' } });
    office.clock.set('2026-11-24T11:00:00+08:00');
    expect((await confirm()).grantRequest?.role).toBe(waiting?.role);
    office.clock.set('2026-11-24T09:00:00+08:00');
  });
});

describe('revoking', () => {
  it('ends a grant once', async () => {
    const { id: grantId } = await give({});
    await expect(office.grants.revokeGrant({ grantId, version: 2 }, { caller })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    for (const outsider of [within(community.path), everything('baihe')]) {
      const hidden = office.grants.revokeGrant({ grantId, version: 1 }, { caller: outsider });
      await expect(hidden).rejects.toMatchObject({ kind: 'not_found', reason: 'GRANT_NOT_FOUND' });
    }
    const revoked = await office.grants.revokeGrant({ grantId, version: 1 }, { caller });
    expect(revoked.grant).toMatchObject({ revokedAt: office.clock.now(), version: 2 });
    await expect(office.grants.revokeGrant({ grantId, version: 2 }, { caller })).rejects.toMatchObject({ reason: 'GRANT_REVOKED' });
    expect(await history(office, grantId)).toEqual(['RoleGranted 1', 'GrantRevoked 2']);
  });
});

describe('lists', () => {
  it('show grants page by page, to a local administrator those of the own units', async () => {
    await give({});
    await give({ scope: GRANT_SCOPE_UNIT, unitId: community.id });
    await give({ scope: GRANT_SCOPE_UNIT, unitId: other.id });
    const first = await office.grants.listGrants({ principalId: staff.id, pageSize: 2 }, { caller });
    const rest = await office.grants.listGrants({ principalId: staff.id, pageSize: 2, pageToken: first.nextPageToken }, { caller });
    expect([...first.grants, ...rest.grants].map(({ unitPath }) => unitPath).sort()).toEqual(['', community.path, other.path].sort());
    const local = await office.grants.listGrants({ principalId: staff.id }, { caller: within(community.path) });
    expect(local.grants.map(({ unitPath }) => unitPath)).toEqual([community.path]);
    expect((await office.grants.listGrants({}, { caller: everything('baihe') })).grants).toEqual([]);
  });

  it('show the roles of the tenant', async () => {
    const { roles } = await office.grants.listRoles({}, { caller });
    expect(roles.map(({ code }) => code)).toContain('clerk');
  });
});

describe('resolving a caller', () => {
  const gateway = testCaller({ kind: 'system', subject: 'system:gateway', permissions: ['organization.caller.resolve'] });
  const resolve = (subject: string, facts: object = {}) =>
    office.callers.resolveCaller({ kind: PRINCIPAL_KIND_STAFF, identityIssuer: issuer, identitySubject: subject, ...facts }, { caller: gateway });
  async function person() {
    const subject = fresh('subject');
    staff = await makeStaff(office, community.id, { subject });
    return subject;
  }

  it('gives the grants in force with their unit paths, and the own things', async () => {
    const subject = await person();
    await give({ role: 'agent', scope: GRANT_SCOPE_SUBTREE, unitId: community.id });
    await give({ role: 'coordinator', scope: GRANT_SCOPE_SELF });
    await give({ role: 'handler', endsAt: new Date('2026-11-24T02:00:00Z') });
    const revoked = await give({ role: 'director' });
    await office.grants.revokeGrant({ grantId: revoked.id, version: 1 }, { caller });
    const now = await resolve(subject);
    expect(now).toMatchObject({ subject: staff.id, displayName: staff.name });
    expect([...now.roles].sort()).toEqual(['agent', 'coordinator', 'handler']);
    expect(now.grants).toHaveLength(4);
    const holding = (permission: string) => now.grants.filter(({ permissions }) => permissions.includes(permission));
    expect(holding('requests.case.deliver')).toMatchObject([{ scope: GRANT_SCOPE_SUBTREE, unitPath: community.path }]);
    expect(holding('requests.case.decide')).toMatchObject([{ scope: GRANT_SCOPE_TENANT, unitPath: '' }]);
    expect(holding('requests.case.reassign')).toMatchObject([{ scope: GRANT_SCOPE_SELF, unitPath: '' }]);
    expect(now.grants.at(-1)).toMatchObject({ permissions: ['organization.staff.read', 'organization.resolution.read', 'organization.resolution.deliver'], scope: GRANT_SCOPE_SELF });
    office.clock.set('2026-11-24T11:00:00+08:00');
    const later = await resolve(subject);
    office.clock.set('2026-11-24T09:00:00+08:00');
    expect([...later.roles].sort()).toEqual(['agent', 'coordinator']);
  });

  it('gives nothing at a unit that is closed', async () => {
    const subject = await person();
    const closing = await makeUnit(office, community.id, { kind: organization.UnitKind.UNIT_KIND_GRID });
    await give({ scope: GRANT_SCOPE_UNIT, unitId: closing.id });
    await office.units.closeUnit({ unitId: closing.id, version: 1 }, { caller });
    expect((await resolve(subject)).roles).toEqual([]);
  });

  it('knows clients by their own kind', async () => {
    const subject = fresh('client');
    const request = { requestId: fresh('r'), nameZh: '对接系统', identityIssuer: issuer, identitySubject: subject };
    const { client } = await office.grants.registerClient(request, { caller });
    expect((await office.grants.registerClient(request, { caller })).client).toEqual(client);
    await expect(office.grants.registerClient({ ...request, requestId: '' }, { caller })).rejects.toMatchObject({ reason: 'IDENTITY_TAKEN' });
    const local = office.grants.registerClient({ ...request, requestId: '' }, { caller: within(community.path) });
    await expect(local).rejects.toMatchObject({ reason: 'UNIT_OUT_OF_SCOPE' });
    expect(await history(office, client?.id ?? '')).toEqual(['ClientRegistered 1']);
    await give({ principalKind: PRINCIPAL_KIND_CLIENT, principalId: client?.id ?? '', role: 'peer_reader' });
    const resolved = await resolve(subject, { kind: PRINCIPAL_KIND_CLIENT });
    expect(resolved).toMatchObject({ subject: client?.id, displayName: '对接系统', roles: ['peer_reader'] });
    expect(resolved.grants).toHaveLength(1);
    await expect(resolve(subject)).rejects.toMatchObject({ reason: 'IDENTITY_UNKNOWN' });
  });

  it('knows nobody by another issuer, in another tenant, or after they left', async () => {
    const subject = await person();
    const unknown = { kind: 'not_found', reason: 'IDENTITY_UNKNOWN' };
    await expect(resolve(subject, { identityIssuer: 'https://elsewhere.example' })).rejects.toMatchObject(unknown);
    const elsewhere = { ...gateway, tenantId: 'baihe' };
    const identity = { kind: PRINCIPAL_KIND_STAFF, identityIssuer: issuer, identitySubject: subject };
    await expect(office.callers.resolveCaller(identity, { caller: elsewhere })).rejects.toMatchObject(unknown);
    await office.staff.deactivateStaff({ staffId: staff.id, version: 2 }, { caller });
    await expect(resolve(subject)).rejects.toMatchObject(unknown);
    await expect(resolve('')).rejects.toMatchObject({ violations: [{ field: 'identity_subject' }] });
  });

  it('knows nobody while the office is suspended, but those who audit it', async () => {
    const suspender = systemCaller('xingsheng', 'operator', ['organization.tenant.suspend']);
    const standing = async () => (await office.tenants.resolveTenantStanding({}, { caller: systemCaller('xingsheng', 'gateway', ['organization.public.read']) })).suspended;
    const subject = await person();
    const auditor = fresh('auditor');
    const { id: principalId } = await makeStaff(office, undefined, { subject: auditor });
    for (const role of ['audit_admin', 'clerk']) await give({ principalId, role });
    const { tenant } = await office.operatorTenants.suspendTenant({ version: 1 }, { caller: suspender });
    expect(tenant).toMatchObject({ suspended: true, version: 2 });
    expect(await standing()).toBe(true);
    await expect(resolve(subject)).rejects.toMatchObject({ kind: 'permission_denied', reason: 'TENANT_SUSPENDED' });
    expect((await resolve(auditor)).roles).toEqual(['audit_admin']);
    await expect(office.operatorTenants.suspendTenant({ version: 2 }, { caller: suspender })).rejects.toMatchObject({ reason: 'TENANT_SUSPENDED_ALREADY' });
    await expect(office.operatorTenants.resumeTenant({ version: 1 }, { caller: suspender })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    await office.operatorTenants.resumeTenant({ version: 2 }, { caller: suspender });
    await expect(office.operatorTenants.resumeTenant({ version: 3 }, { caller: suspender })).rejects.toMatchObject({ reason: 'TENANT_NOT_SUSPENDED' });
    expect(await standing()).toBe(false);
    expect([...(await resolve(auditor)).roles].sort()).toEqual(['audit_admin', 'clerk']);
    expect(await history(office, 'xingsheng')).toEqual(['TenantCreated 1', 'TenantSuspended 2', 'TenantResumed 3']);
  });
});
