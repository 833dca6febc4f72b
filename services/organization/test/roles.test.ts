import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { everything, fresh, giveRole, history, makeStaff, makeTenant, makeUnit, sentEvents, startOffice, within, type Office } from './support';

const { GRANT_SCOPE_SUBTREE, GRANT_SCOPE_TENANT } = organization.GrantScope;
const { PRINCIPAL_KIND_CLIENT, PRINCIPAL_KIND_STAFF } = organization.PrincipalKind;
const { GRANT_REQUEST_STATE_CONFIRMED, GRANT_REQUEST_STATE_DECLINED, GRANT_REQUEST_STATE_EXPIRED, GRANT_REQUEST_STATE_REQUESTED } = organization.GrantRequestState;
const nobody = '01900000-0000-7000-8000-00000000ffff';
const issuer = 'https://issuer.example';
const caller = everything();
const second = { ...everything(), subject: '01900000-0000-7000-8000-00000000aaaa' };

let office: Office;
let root: organization.Unit;
let community: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
});

afterEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

function create(facts: object = {}, by = caller) {
  return office.roles.createRole({ code: fresh('own.r'), nameZh: '夜班受理员', holder: PRINCIPAL_KIND_STAFF, permissions: ['organization.unit.read', 'requests.case.read'], ...facts }, { caller: by });
}

const give = (staffId: string, role: string) => giveRole(office, { principalId: staffId, role });

const gateway = testCaller({ kind: 'system', subject: 'system:gateway', permissions: ['organization.caller.resolve'] });
const permissionsOf = async (subject: string) =>
  (await office.callers.resolveCaller({ kind: PRINCIPAL_KIND_STAFF, identityIssuer: issuer, identitySubject: subject }, { caller: gateway })).grants.flatMap(({ permissions }) => permissions);

describe('a role of the office’s own', () => {
  it('is made of the catalogue, told of, listed, and acts for those who hold it as it is changed', async () => {
    const { role } = await create();
    expect(role).toMatchObject({ own: true, holder: PRINCIPAL_KIND_STAFF, permissions: ['organization.unit.read', 'requests.case.read'], version: 1 });
    const code = role?.code ?? '';
    await office.roles.changeRole({ code, version: 1, nameZh: '夜班受理员', permissions: ['requests.case.read', 'requests.case.accept'] }, { caller });
    const subject = fresh('subject');
    const staff = await makeStaff(office, community.id, { subject });
    await give(staff.id, code);
    expect(await permissionsOf(subject)).toEqual(expect.arrayContaining(['requests.case.accept', 'requests.case.read']));
    const { role: changed } = await office.roles.changeRole({ code, version: 2, nameZh: '夜班', permissions: ['requests.case.accept'] }, { caller });
    expect(changed).toMatchObject({ nameZh: '夜班', permissions: ['requests.case.accept'], version: 3 });
    expect(await permissionsOf(subject)).toContain('requests.case.accept');
    expect(await permissionsOf(subject)).not.toContain('requests.case.read');
    expect(await history(office, code)).toEqual(['RoleCreated 1', 'RoleChanged 2', 'RoleChanged 3']);
    expect((await sentEvents(office, code))[0]?.payload).toEqual({ role: code });
    const { roles } = await office.grants.listRoles({}, { caller });
    expect(roles.find((one) => one.code === code)).toEqual(changed);
    expect(roles.find((one) => one.code === 'security_admin')).toMatchObject({ own: false });
  });

  it('is left alone when the platform’s roles are brought up to date', async () => {
    const { role } = await create();
    await makeTenant(office);
    expect((await office.grants.listRoles({}, { caller })).roles).toContainEqual(role);
  });

  it('is made once for a repeated request', async () => {
    const request = { requestId: fresh('r'), code: fresh('own.r') };
    expect(await create(request)).toEqual(await create(request));
    await expect(create({ code: request.code })).rejects.toMatchObject({ kind: 'already_exists', reason: 'ROLE_CODE_TAKEN' });
  });

  it('is refused for what is not the office’s to give, and for names that are the platform’s', async () => {
    await expect(create({ permissions: ['organization.unit.read', 'organization.tenant.create'] })).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'ROLE_PERMISSION_UNKNOWN', details: { permission: 'organization.tenant.create' } });
    await expect(create({ permissions: ['organization.staff.write', 'organization.grant.write'] })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'DUTIES_SEPARATED' });
    await expect(create({ holder: PRINCIPAL_KIND_CLIENT })).rejects.toMatchObject({ reason: 'ROLE_PERMISSION_UNKNOWN' });
    for (const [facts, field, code] of [
      [{ code: 'clerk' }, 'code', 'malformed'],
      [{ nameZh: '' }, 'name_zh', 'required'],
      [{ permissions: [] }, 'permissions', 'required'],
      [{ permissions: ['requests.case.read', 'requests.case.read'] }, 'permissions', 'duplicate'],
    ] as const) {
      await expect(create(facts)).rejects.toMatchObject({ violations: [{ field, code }] });
    }
    await expect(create({}, within(community.path))).rejects.toMatchObject({ reason: 'UNIT_OUT_OF_SCOPE' });
    const change = (code: string, version = 1) => office.roles.changeRole({ code, version, nameZh: '改', permissions: ['organization.unit.read'] }, { caller });
    await expect(change('clerk')).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'ROLE_FIXED' });
    await expect(change('own.nothing')).rejects.toMatchObject({ kind: 'not_found', reason: 'ROLE_NOT_FOUND' });
    await expect(change((await create()).role?.code ?? '', 7)).rejects.toMatchObject({ reason: 'VERSION_STALE' });
  });

  it('gains nothing while somebody holds it or it is asked for, nor while it is given to somebody at the same time', async () => {
    const [code, staff] = [(await create()).role?.code ?? '', await makeStaff(office, community.id)];
    const change = (permissions: string[], version = 1) => office.roles.changeRole({ code, version, nameZh: '改', permissions }, { caller });
    const more = ['organization.unit.read', 'requests.case.accept', 'requests.case.read'];
    const held = { kind: 'failed_precondition', reason: 'ROLE_HELD', details: { permission: 'requests.case.accept' } };
    const { grantRequest: asked } = await office.grantRequests.requestGrant({ principalKind: PRINCIPAL_KIND_STAFF, principalId: staff.id, role: code, scope: GRANT_SCOPE_TENANT }, { caller });
    await expect(change(more)).rejects.toMatchObject(held);
    await office.grantRequests.declineGrant({ grantRequestId: asked?.id ?? '', version: 1 }, { caller });
    const grant = await give(staff.id, code);
    await expect(change(more)).rejects.toMatchObject(held);
    expect((await change(['organization.unit.read'])).role).toMatchObject({ permissions: ['organization.unit.read'], version: 2 });
    await office.grants.revokeGrant({ grantId: grant.id, version: 1 }, { caller });
    const [given, changed] = await Promise.allSettled([give(staff.id, code), change(more, 2)]);
    expect([given.status, changed.status]).toContain('fulfilled');
    // Whoever was first, nobody holds more than was asked for: the change was refused, or the role was given as it is now.
    const { roles } = await office.grants.listRoles({}, { caller });
    const isMore = roles.find((role) => role.code === code)?.version === 3;
    expect(isMore).toBe(changed.status === 'fulfilled');
  });

  it('counts for the separation of duties by what it holds, not by its name', async () => {
    const { role } = await create({ permissions: ['organization.staff.write'] });
    const staff = await makeStaff(office, community.id);
    await give(staff.id, role?.code ?? '');
    await expect(give(staff.id, 'audit_admin')).rejects.toMatchObject({ reason: 'DUTIES_SEPARATED', details: { role: 'audit_admin', held: role?.code } });
  });
});

describe('the catalogue', () => {
  it('says what roles may be made of', async () => {
    const { staff, client } = await office.roles.getPermissionCatalogue({}, { caller });
    expect(staff).toContain('requests.case.accept');
    expect(client).toEqual(['requests.case.read', 'requests.item.read']);
    expect([...staff, ...client]).not.toContain('organization.caller.resolve');
  });
});

describe('a role for somebody', () => {
  const ask = (staffId: string, facts: object = {}, by = caller) =>
    office.grantRequests.requestGrant({ principalKind: PRINCIPAL_KIND_STAFF, principalId: staffId, role: 'clerk', scope: GRANT_SCOPE_TENANT, ...facts }, { caller: by });
  async function asked(facts: object = {}): Promise<{ staff: organization.Staff; subject: string; request: organization.GrantRequest }> {
    const subject = fresh('subject');
    const staff = await makeStaff(office, community.id, { subject });
    const { grantRequest } = await ask(staff.id, facts);
    if (grantRequest === undefined) throw new Error('no request came back');
    return { staff, subject, request: grantRequest };
  }
  const ref = ({ id, version }: organization.GrantRequest) => ({ grantRequestId: id, version });
  const workAt = async () => {
    const confirmer = testCaller({ permissions: ['work.queue.read', 'organization.grant.confirm'] });
    return (await office.work.listWork({ unitId: root.id, pageSize: 200 }, { caller: confirmer })).items.map(({ subjectId }) => subjectId);
  };

  it('is asked for by one, waits for another, and acts once confirmed', async () => {
    const { staff, subject, request } = await asked();
    expect(request).toMatchObject({ state: GRANT_REQUEST_STATE_REQUESTED, requestedBy: caller.subject, decidedBy: '', confirmUntil: new Date('2026-11-27T09:00:00+08:00'), version: 1 });
    expect(await permissionsOf(subject)).not.toContain('residents.person.reveal');
    expect(await workAt()).toContain(request.id);
    const { grantRequest: confirmed } = await office.grantRequests.confirmGrant(ref(request), { caller: second });
    expect(confirmed).toMatchObject({ state: GRANT_REQUEST_STATE_CONFIRMED, decidedBy: second.subject, version: 2 });
    expect(await permissionsOf(subject)).toContain('residents.person.reveal');
    expect(await workAt()).not.toContain(request.id);
    expect((await office.grants.listGrants({ principalId: staff.id }, { caller })).grants).toMatchObject([{ id: confirmed?.grantId, role: 'clerk' }]);
    expect(await history(office, request.id)).toEqual(['GrantRequested 1', 'GrantConfirmed 2']);
    expect(await history(office, confirmed?.grantId ?? '')).toEqual(['RoleGranted 1']);
    await expect(office.grantRequests.confirmGrant(ref({ ...request, version: 2 }), { caller: second })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'GRANT_REQUEST_DECIDED', details: { state: 'confirmed' } });
  });

  it('is confirmed neither by who asked nor by the holder', async () => {
    const { staff, request } = await asked();
    await expect(office.grantRequests.confirmGrant(ref(request), { caller })).rejects.toMatchObject({ kind: 'permission_denied', reason: 'GRANT_CONFIRMED_BY_SAME' });
    await expect(office.grantRequests.confirmGrant(ref(request), { caller: { ...second, subject: staff.id } })).rejects.toMatchObject({ reason: 'GRANT_TO_SELF' });
    await expect(ask(staff.id, {}, { ...caller, subject: staff.id })).rejects.toMatchObject({ reason: 'GRANT_TO_SELF' });
    await expect(office.grantRequests.confirmGrant(ref({ ...request, version: 5 }), { caller: second })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    for (const outsider of [within(community.path), everything('baihe')]) {
      await expect(office.grantRequests.confirmGrant(ref(request), { caller: outsider })).rejects.toMatchObject({ kind: 'not_found', reason: 'GRANT_REQUEST_NOT_FOUND' });
    }
    await expect(office.grantRequests.declineGrant({ grantRequestId: nobody, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'GRANT_REQUEST_NOT_FOUND' });
  });

  it('is asked for once at a time, and once for a repeated request', async () => {
    const { staff, request } = await asked();
    await expect(ask(staff.id)).rejects.toMatchObject({ kind: 'already_exists', reason: 'GRANT_REQUESTED' });
    await office.grantRequests.declineGrant(ref(request), { caller });
    const again = { requestId: fresh('r'), scope: GRANT_SCOPE_SUBTREE, unitId: community.id };
    expect(await ask(staff.id, again)).toEqual(await ask(staff.id, again));
  });

  it('may be declined, also by who asked, and is then given no more', async () => {
    const { subject, request } = await asked();
    expect((await office.grantRequests.declineGrant(ref(request), { caller })).grantRequest).toMatchObject({ state: GRANT_REQUEST_STATE_DECLINED, decidedBy: caller.subject, version: 2 });
    expect(await permissionsOf(subject)).not.toContain('residents.person.reveal');
    expect(await workAt()).not.toContain(request.id);
    expect(await history(office, request.id)).toEqual(['GrantRequested 1', 'GrantDeclined 2']);
  });

  it('of two confirmers at a time is given once', async () => {
    const { staff, request } = await asked();
    const third = { ...second, subject: '01900000-0000-7000-8000-00000000bbbb' };
    const results = await Promise.allSettled([second, third].map((by) => office.grantRequests.confirmGrant(ref(request), { caller: by })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await office.grants.listGrants({ principalId: staff.id }, { caller })).grants).toHaveLength(1);
  });

  it('falls away when nobody confirms it in time', async () => {
    const { request } = await asked();
    office.clock.set('2026-11-27T08:59:59+08:00');
    await office.app.scanner.scanOnce();
    expect(await workAt()).toContain(request.id);
    office.clock.set('2026-11-27T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await workAt()).not.toContain(request.id);
    const { grantRequests } = await office.grantRequests.listGrantRequests({ state: GRANT_REQUEST_STATE_EXPIRED, pageSize: 200 }, { caller });
    expect(grantRequests.find(({ id }) => id === request.id)).toMatchObject({ state: GRANT_REQUEST_STATE_EXPIRED, decidedBy: '', version: 2 });
    expect(await history(office, request.id)).toEqual(['GrantRequested 1', 'GrantRequestExpired 2']);
    await expect(office.grantRequests.confirmGrant(ref({ ...request, version: 2 }), { caller: second })).rejects.toMatchObject({ reason: 'GRANT_REQUEST_DECIDED' });
  });

  it('is given no more after its time, also before that is told', async () => {
    const { staff, request } = await asked();
    office.clock.set('2026-11-27T09:00:00+08:00');
    const expired = { kind: 'failed_precondition', reason: 'GRANT_REQUEST_DECIDED', details: { state: 'expired' } };
    await expect(office.grantRequests.confirmGrant(ref(request), { caller: second })).rejects.toMatchObject(expired);
    await expect(office.grantRequests.declineGrant(ref(request), { caller: second })).rejects.toMatchObject(expired);
    expect((await office.grants.listGrants({ principalId: staff.id }, { caller })).grants).toEqual([]);
    expect(await history(office, request.id)).toEqual(['GrantRequested 1']);
  });

  it('is not given to somebody who must not have it any more by then', async () => {
    const { staff, request } = await asked({ role: 'system_admin' });
    await give(staff.id, 'audit_admin');
    await expect(office.grantRequests.confirmGrant(ref(request), { caller: second })).rejects.toMatchObject({ reason: 'DUTIES_SEPARATED' });
  });

  it('shows in the list, page by page and by state, to those who may see it', async () => {
    await asked();
    await asked();
    const first = await office.grantRequests.listGrantRequests({ state: GRANT_REQUEST_STATE_REQUESTED, pageSize: 1 }, { caller });
    const next = await office.grantRequests.listGrantRequests({ state: GRANT_REQUEST_STATE_REQUESTED, pageSize: 1, pageToken: first.nextPageToken }, { caller });
    expect(next.grantRequests).toHaveLength(1);
    expect(next.grantRequests[0]?.id).not.toBe(first.grantRequests[0]?.id);
    expect((await office.grantRequests.listGrantRequests({}, { caller: everything('baihe') })).grantRequests).toEqual([]);
  });
});
