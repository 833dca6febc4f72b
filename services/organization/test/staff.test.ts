import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { everything, fresh, giveRole, history, makeStaff, makeTenant, makeUnit, sentEvents, startOffice, within, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const nobody = '01900000-0000-7000-8000-00000000ffff';
const caller = everything();

let office: Office;
let root: organization.Unit;
let community: organization.Unit;
let grid: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
});

afterAll(() => office.stop());

async function read(id: string): Promise<organization.Staff> {
  const { staff } = await office.staff.getStaff({ staffId: id }, { caller });
  if (staff === undefined) throw new Error('no staff came back');
  return staff;
}

describe('somebody new', () => {
  it('is kept in clear here and told of without name or phone', async () => {
    const staff = await makeStaff(office);
    expect(await read(staff.id)).toEqual(staff);
    expect(staff).toMatchObject({ name: `职员${staff.code}`, workPhone: '000-5550100', active: true, posts: [], partnerId: '', version: 1 });
    expect(await sentEvents(office, staff.id)).toEqual([
      { type: 'StaffCreated', id: staff.id, version: 1, payload: { staff: { staffId: staff.id, active: true } } },
    ]);
  });

  it('is made once for a repeated request, and no answer keeps the name', async () => {
    const request = { requestId: fresh('r'), code: fresh('s'), name: '只存一处', workPhone: '000-5550199' };
    const [one, two] = await Promise.all([office.staff.createStaff(request, { caller }), office.staff.createStaff(request, { caller })]);
    expect(one).toEqual(two);
    const { rows } = await office.knex.raw<{ rows: { text: string }[] }>('select answer::text as text from answered_requests');
    expect(rows.map(({ text }) => text).join()).not.toMatch(/只存一处|5550199/);
    const changed = office.staff.createStaff({ ...request, name: '别人' }, { caller });
    await expect(changed).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('needs a code and an identity that nobody has', async () => {
    const subject = fresh('subject');
    const { code } = await makeStaff(office, undefined, { subject });
    const sameCode = office.staff.createStaff({ code, name: '同号' }, { caller });
    await expect(sameCode).rejects.toMatchObject({ kind: 'already_exists', reason: 'STAFF_CODE_TAKEN' });
    const identity = { identityIssuer: 'https://issuer.example', identitySubject: subject };
    const sameIdentity = office.staff.createStaff({ code: fresh('s'), name: '同身份', ...identity }, { caller });
    await expect(sameIdentity).rejects.toMatchObject({ kind: 'already_exists', reason: 'IDENTITY_TAKEN' });
  });

  it.each([
    ['code', { code: '' }],
    ['name', { name: '\u0000' }],
    ['work_phone', { workPhone: '打电话' }],
    ['identity_subject', { identityIssuer: 'https://issuer.example' }],
  ])('names the wrong field %s and never its value', async (field, wrong) => {
    const creating = office.staff.createStaff({ code: fresh('s'), name: '某某', ...wrong }, { caller });
    await expect(creating).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
    await creating.catch((error: unknown) => expect(JSON.stringify(error)).not.toContain('打电话'));
  });

  it('is added only by whoever holds the whole tenant', async () => {
    const creating = office.staff.createStaff({ code: fresh('s'), name: '某某' }, { caller: within(community.path) });
    await expect(creating).rejects.toMatchObject({ kind: 'permission_denied', reason: 'UNIT_OUT_OF_SCOPE' });
  });
});

describe('posts', () => {
  it('are part of the person: one version and one event with the whole state', async () => {
    const staff = await makeStaff(office, grid.id);
    expect(staff.posts).toMatchObject([{ staffId: staff.id, unitId: grid.id, unitPath: grid.path, titleZh: '干事', primary: true, validFrom: '2026-11-24' }]);
    const second = await office.staff.assignPost({ staffId: staff.id, version: 2, unitId: community.id, titleZh: '主任', primary: true }, { caller });
    expect(second.staff?.posts.filter(({ primary }) => primary).map(({ titleZh }) => titleZh)).toEqual(['主任']);
    const postId = staff.posts[0]?.id ?? '';
    const ended = await office.staff.endPost({ staffId: staff.id, version: 3, postId }, { caller });
    expect(ended.staff?.version).toBe(4);
    expect(ended.staff?.posts.find(({ id }) => id === postId)?.validTo).toBe('2026-11-24');
    expect(await history(office, staff.id)).toEqual(['StaffCreated 1', 'PostAssigned 2', 'PostAssigned 3', 'PostEnded 4']);
    const last = (await sentEvents(office, staff.id)).at(-1);
    expect(last?.payload).toMatchObject({ postId, staff: { posts: [{ unitPath: community.path, primary: true }] } });
  });

  it('are refused twice, at closed units, at unknown ones, and ended twice or before they begin', async () => {
    const staff = await makeStaff(office, grid.id);
    const assign = (facts: object) => office.staff.assignPost({ staffId: staff.id, version: 2, unitId: grid.id, titleZh: '干事', ...facts }, { caller });
    await expect(assign({})).rejects.toMatchObject({ kind: 'already_exists', reason: 'POST_EXISTS' });
    await expect(assign({ unitId: nobody })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    await expect(assign({ titleZh: '网格员', validFrom: '2020-01-01' })).rejects.toMatchObject({ violations: [{ field: 'valid_from' }] });
    const closed = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    await office.units.closeUnit({ unitId: closed.id, version: 1 }, { caller });
    await expect(assign({ unitId: closed.id })).rejects.toMatchObject({ reason: 'UNIT_CLOSED' });
    const end = (facts: object) => office.staff.endPost({ staffId: staff.id, version: 2, postId: staff.posts[0]?.id ?? '', ...facts }, { caller });
    await expect(end({ validTo: '2026-11-01' })).rejects.toMatchObject({ reason: 'POST_END_BEFORE_START' });
    await expect(end({ postId: nobody })).rejects.toMatchObject({ kind: 'not_found', reason: 'POST_NOT_FOUND' });
    await end({ validTo: '2026-12-31' });
    // An end that lies ahead may be set anew, one that has come may not.
    await end({ version: 3 });
    await expect(end({ version: 4 })).rejects.toMatchObject({ reason: 'POST_ENDED' });
  });

  it('are assigned once for a repeated request, whatever the version has become', async () => {
    const staff = await makeStaff(office);
    const request = { requestId: fresh('r'), staffId: staff.id, version: 1, unitId: grid.id, titleZh: '网格员', primary: true };
    await office.staff.assignPost(request, { caller });
    const again = await office.staff.assignPost(request, { caller });
    expect(again.staff).toMatchObject({ version: 2, posts: [{ titleZh: '网格员' }] });
  });

  it('mark who leads a unit: one head at a time, with dates, and deputies beside', async () => {
    const led = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const { POST_LEAD_HEAD, POST_LEAD_DEPUTY } = organization.PostLead;
    const assign = async (lead: organization.PostLead, validFrom: string) => {
      const { id } = await makeStaff(office);
      return office.staff.assignPost({ staffId: id, version: 1, unitId: led.id, titleZh: '主任', validFrom, lead }, { caller });
    };
    const { staff: head } = await assign(POST_LEAD_HEAD, '2026-11-24');
    expect(head?.posts).toMatchObject([{ lead: POST_LEAD_HEAD }]);
    expect((await sentEvents(office, head?.id)).at(-1)?.payload).toMatchObject({ staff: { posts: [{ lead: POST_LEAD_HEAD }] } });
    await Promise.all([assign(POST_LEAD_DEPUTY, '2026-11-24'), assign(POST_LEAD_DEPUTY, '2026-11-24')]);
    await expect(assign(POST_LEAD_HEAD, '2026-12-01')).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'UNIT_HEAD_TAKEN' });
    await office.staff.endPost({ staffId: head?.id ?? '', version: 2, postId: head?.posts[0]?.id ?? '', validTo: '2026-12-01' }, { caller });
    await expect(assign(POST_LEAD_HEAD, '2026-11-30')).rejects.toMatchObject({ reason: 'UNIT_HEAD_TAKEN' });
    const attempts = await Promise.allSettled([1, 2, 3].map(() => assign(POST_LEAD_HEAD, '2026-12-01')));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('of two at a time lets one win', async () => {
    const staff = await makeStaff(office);
    const assign = (titleZh: string) => office.staff.assignPost({ staffId: staff.id, version: 1, unitId: grid.id, titleZh }, { caller });
    const results = await Promise.allSettled([assign('甲岗'), assign('乙岗')]);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE', details: { current: '2' } } });
  });
});

describe('AB partners', () => {
  it('are each other’s, each with a version and an event', async () => {
    const [a, b] = [await makeStaff(office, grid.id), await makeStaff(office, grid.id)];
    const set = await office.staff.setPartner({ staffId: a.id, version: 2, partnerId: b.id }, { caller });
    expect(set.staff).toMatchObject({ partnerId: b.id, version: 3 });
    expect(await read(b.id)).toMatchObject({ partnerId: a.id, version: 3 });
    expect((await history(office, b.id)).at(-1)).toBe('PartnerSet 3');
    const same = await office.staff.setPartner({ staffId: a.id, version: 3, partnerId: b.id }, { caller });
    expect(same.staff?.version).toBe(3);
    await office.staff.setPartner({ staffId: b.id, version: 3, partnerId: '' }, { caller });
    expect(await read(a.id)).toMatchObject({ partnerId: '', version: 4 });
    expect(await history(office, a.id)).toEqual(['StaffCreated 1', 'PostAssigned 2', 'PartnerSet 3', 'PartnerSet 4']);
    const none = await office.staff.setPartner({ staffId: a.id, version: 4, partnerId: '' }, { caller });
    expect(none.staff?.version).toBe(4);
  });

  it('are never oneself, somebody gone, somebody unknown or somebody’s already', async () => {
    const [a, b, c, gone] = await Promise.all([1, 2, 3, 4].map(() => makeStaff(office, grid.id)));
    const pair = (partnerId = '') => office.staff.setPartner({ staffId: a?.id ?? '', version: 2, partnerId }, { caller });
    await expect(pair(a?.id)).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'PARTNER_IS_SELF' });
    await expect(pair(nobody)).rejects.toMatchObject({ reason: 'STAFF_NOT_FOUND' });
    await office.staff.deactivateStaff({ staffId: gone?.id ?? '', version: 2 }, { caller });
    await expect(pair(gone?.id)).rejects.toMatchObject({ reason: 'STAFF_INACTIVE' });
    await office.staff.setPartner({ staffId: b?.id ?? '', version: 2, partnerId: c?.id ?? '' }, { caller });
    await expect(pair(c?.id)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'PARTNER_TAKEN' });
  });

  it('never get two, however many ask at a time', async () => {
    const people = await Promise.all([1, 2, 3, 4, 5, 6].map(() => makeStaff(office, grid.id)));
    await Promise.allSettled(
      people.flatMap((one) => people.map((other) => office.staff.setPartner({ staffId: one.id, version: 2, partnerId: other.id }, { caller }))),
    );
    const now = new Map((await Promise.all(people.map(({ id }) => read(id)))).map((staff) => [staff.id, staff]));
    for (const staff of now.values()) {
      if (staff.partnerId !== '') expect(now.get(staff.partnerId)?.partnerId).toBe(staff.id);
      const versions = (await sentEvents(office, staff.id)).map(({ version }) => version);
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    }
    expect([...now.values()].some((staff) => staff.partnerId !== '')).toBe(true);
  });
});

describe('absence', () => {
  const at = (iso: string) => new Date(`${iso}+08:00`);

  afterEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
  const start = (staff: { id: string }, version: number, facts: object = {}) => office.staff.startAbsence({ staffId: staff.id, version, ...facts }, { caller });
  const end = (staff: { id: string }, version: number, absenceId = '') => office.staff.endAbsence({ staffId: staff.id, version, absenceId }, { caller });
  const noted = (staffId: string) => office.knex('absences').where({ staff_id: staffId }).orderBy('absent_from').select<{ from: Date; until: Date | null }[]>('absent_from as from', 'absent_until as until');

  it('begins now or when told, ends when told, and is over by itself', async () => {
    const staff = await makeStaff(office, grid.id);
    const until = at('2026-11-26T09:00:00');
    const away = await start(staff, 2, { until });
    expect(away.staff).toMatchObject({ absences: [{ from: office.clock.now(), until, standInId: '' }], version: 3 });
    await expect(start(staff, 3)).rejects.toMatchObject({ reason: 'ABSENCE_OVERLAPS' });
    office.clock.set('2026-11-24T12:00:00+08:00');
    expect((await end(staff, 3)).staff).toMatchObject({ absences: [], version: 4 });
    // It was, from nine to noon.
    expect(await noted(staff.id)).toEqual([{ from: at('2026-11-24T09:00:00'), until: at('2026-11-24T12:00:00') }]);
    await expect(end(staff, 4)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'ABSENCE_NONE' });
    expect((await history(office, staff.id)).slice(2)).toEqual(['AbsenceStarted 3', 'AbsenceEnded 4']);
    await start(staff, 4, { until });
    office.clock.set('2026-11-26T09:00:00+08:00');
    expect((await read(staff.id)).absences).toEqual([]);
    expect((await start(staff, 5)).staff).toMatchObject({ absences: [{ from: office.clock.now(), until: undefined }], version: 6 });
  });

  it('of today stands beside leave that is booked for February, and the event carries both', async () => {
    const [staff, standIn] = [await makeStaff(office, grid.id), await makeStaff(office, grid.id)];
    const leave = { from: at('2027-02-01T00:00:00'), until: at('2027-02-15T00:00:00'), standInId: standIn.id };
    await start(staff, 2, leave);
    const ill = (await start(staff, 3, { until: at('2026-11-26T00:00:00') })).staff;
    expect(ill?.absences).toMatchObject([{ from: office.clock.now(), standInId: '' }, leave]);
    const [, , , told] = await sentEvents(office, staff.id);
    const { absences } = (told?.payload as { staff: { absences: { absenceId?: string; standInId?: string }[] } }).staff;
    expect(absences.map(({ standInId }) => standInId ?? '')).toEqual(['', standIn.id]);
    // The leave is withdrawn as if it had never been; the illness goes on.
    expect((await end(staff, 4, ill?.absences[1]?.id)).staff?.absences).toEqual([ill?.absences[0]]);
    expect(await noted(staff.id)).toHaveLength(1);
    await expect(end(staff, 5, ill?.absences[1]?.id)).rejects.toMatchObject({ kind: 'not_found', reason: 'ABSENCE_NOT_FOUND' });
    await expect(end(standIn, 2, ill?.absences[0]?.id)).rejects.toMatchObject({ reason: 'ABSENCE_NOT_FOUND' });
    expect((await end(staff, 5, ill?.absences[0]?.id)).staff?.absences).toEqual([]);
  });

  it('is refused when it ends in the past or before it begins', async () => {
    const staff = await makeStaff(office, grid.id);
    await expect(start(staff, 2, { until: at('2026-11-24T08:59:59') })).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'ABSENCE_ENDS_IN_PAST' });
    const backwards = { from: at('2026-12-02T00:00:00'), until: at('2026-12-01T00:00:00') };
    await expect(start(staff, 2, backwards)).rejects.toMatchObject({ reason: 'ABSENCE_ENDS_BEFORE_START' });
  });

  it('names nobody who cannot stand in', async () => {
    const [staff, gone, elsewhere] = [await makeStaff(office, grid.id), await makeStaff(office, grid.id), await makeStaff(office, root.id)];
    await office.staff.deactivateStaff({ staffId: gone.id, version: 2 }, { caller });
    const foreign = await office.staff.createStaff({ code: fresh('other'), name: '别处的', workPhone: '' }, { caller: everything('baihe') });
    const naming = (standInId: string, by = caller) => office.staff.startAbsence({ staffId: staff.id, version: 2, standInId }, { caller: by });
    await expect(naming(staff.id)).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'ABSENCE_STAND_IN_IS_SELF' });
    await expect(naming(gone.id)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'STAFF_INACTIVE' });
    for (const unknown of [nobody, foreign.staff?.id ?? '']) await expect(naming(unknown)).rejects.toMatchObject({ kind: 'not_found', reason: 'STAFF_NOT_FOUND' });
    await expect(naming(elsewhere.id, within(community.path))).rejects.toMatchObject({ reason: 'STAFF_NOT_FOUND' });
    await expect(naming('seven')).rejects.toMatchObject({ kind: 'invalid_argument' });
    expect(await noted(staff.id)).toEqual([]);
  });

  it('of one person never overlaps: of two at a time one stands, and the table itself refuses', async () => {
    const staff = await makeStaff(office, grid.id);
    const both = await Promise.allSettled([1, 2].map((day) => start(staff, 2, { from: at(`2026-12-0${day}T00:00:00`), until: at('2026-12-05T00:00:00') })));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await noted(staff.id)).toHaveLength(1);
    const row = { tenant_id: 'xingsheng', staff_id: staff.id, absent_from: at('2026-12-04T00:00:00') };
    await expect(office.knex('absences').insert({ ...row, id: office.knex.raw('uuidv7()') })).rejects.toMatchObject({ constraint: 'absences_once_excl' });
  });

  it('is kept for 180 days after it is over', async () => {
    const staff = await makeStaff(office, grid.id);
    const over = (await start(staff, 2, { until: at('2026-11-26T09:00:00') })).staff?.absences[0]?.id ?? '';
    await start(staff, 3, { from: at('2027-11-01T00:00:00') });
    office.clock.set('2027-05-25T23:00:00+08:00');
    await office.app.retention.sweepOnce();
    expect(await noted(staff.id)).toHaveLength(2);
    office.clock.set('2027-05-26T00:00:00+08:00');
    await office.app.retention.sweepOnce();
    expect(await noted(staff.id)).toEqual([{ from: at('2027-11-01T00:00:00'), until: null }]);
    expect(await office.knex('audit_entries').where({ action: 'absence.erased', object_id: over })).toHaveLength(1);
    // Nobody's state changed.
    expect((await history(office, staff.id)).at(-1)).toBe('AbsenceStarted 4');
  });
});

describe('what is known of somebody', () => {
  const change = (ref: { staffId: string; version: number }, facts: object, by = caller) => office.staff.updateStaff({ ...ref, ...facts }, { caller: by });
  const identity = (subject: string) => ({ identityIssuer: 'https://issuer.example', identitySubject: subject });

  it('is corrected, part by part, and told of without saying what', async () => {
    const staff = await makeStaff(office, grid.id);
    const { staff: renamed } = await change({ staffId: staff.id, version: 2 }, { name: '改了名' });
    expect(renamed).toMatchObject({ name: '改了名', workPhone: staff.workPhone, version: 3 });
    await change({ staffId: staff.id, version: 3 }, { workPhone: '' });
    expect(await read(staff.id)).toMatchObject({ name: '改了名', workPhone: '', version: 4, posts: [{ unitId: grid.id }] });
    const told = (await sentEvents(office, staff.id)).at(-1);
    expect(told).toMatchObject({ type: 'StaffUpdated', id: staff.id, version: 4, payload: { staff: { staffId: staff.id, active: true } } });
    expect(JSON.stringify(told)).not.toMatch(/改了名|5550100/);
    await expect(change({ staffId: staff.id, version: 3 }, { name: '再改' })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    for (const [facts, violation] of [[{}, { field: 'name', code: 'required' }], [{ name: '' }, { field: 'name', code: 'required' }], [{ identityIssuer: 'https://issuer.example' }, { field: 'identity_subject' }]] as const) {
      await expect(change({ staffId: staff.id, version: 4 }, facts)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [violation] });
    }
    const elsewhere = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    await expect(change({ staffId: staff.id, version: 4 }, { name: '别处' }, within(elsewhere.path))).rejects.toMatchObject({ reason: 'STAFF_NOT_FOUND' });
    await office.staff.assignPost({ staffId: staff.id, version: 4, unitId: elsewhere.id, titleZh: '兼职', primary: false }, { caller });
    await expect(change({ staffId: staff.id, version: 5 }, { name: '别处' }, within(elsewhere.path))).rejects.toMatchObject({ reason: 'UNIT_OUT_OF_SCOPE' });
  });

  it('lets nobody sign in as a holder of roles: the identity is set before, and stays', async () => {
    const [staff, other] = [await makeStaff(office, grid.id), await makeStaff(office, grid.id, { subject: fresh('subject') })];
    await change({ staffId: staff.id, version: 2 }, identity(fresh('subject')));
    const subject = fresh('subject');
    await change({ staffId: staff.id, version: 3 }, identity(subject));
    await giveRole(office, { principalId: staff.id, role: 'handler' });
    const held = { kind: 'failed_precondition', reason: 'STAFF_HOLDS_ROLES', details: { roles: '1' } };
    for (const facts of [identity(fresh('subject')), { identityIssuer: '', identitySubject: '' }]) await expect(change({ staffId: staff.id, version: 4 }, facts)).rejects.toMatchObject(held);
    expect((await change({ staffId: staff.id, version: 4 }, { ...identity(subject), workPhone: '000-5550177' })).staff).toMatchObject({ workPhone: '000-5550177', version: 5 });
    await expect(change({ staffId: other.id, version: 2 }, identity(subject))).rejects.toMatchObject({ kind: 'already_exists', reason: 'IDENTITY_TAKEN' });
    await office.staff.deactivateStaff({ staffId: other.id, version: 2 }, { caller });
    await expect(change({ staffId: other.id, version: 3 }, { name: '已走' })).rejects.toMatchObject({ reason: 'STAFF_INACTIVE' });
  });
});

describe('somebody who works in two places', () => {
  it('is changed in each by who is in charge there, and leaves by who is in charge of both', async () => {
    const elsewhere = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const staff = await makeStaff(office, elsewhere.id);
    const { staff: both } = await office.staff.assignPost({ staffId: staff.id, version: 2, unitId: community.id, titleZh: '兼职', primary: false }, { caller });
    const local = { caller: within(community.path) };
    const postAt = (unitId: string) => both?.posts.find((post) => post.unitId === unitId)?.id ?? '';
    const [there, here] = [postAt(elsewhere.id), postAt(community.id)];
    const refused = { kind: 'permission_denied', reason: 'UNIT_OUT_OF_SCOPE' };
    await expect(office.staff.endPost({ staffId: staff.id, version: 3, postId: there }, local)).rejects.toMatchObject(refused);
    await expect(office.staff.deactivateStaff({ staffId: staff.id, version: 3 }, local)).rejects.toMatchObject(refused);
    await expect(office.staff.assignPost({ staffId: staff.id, version: 3, unitId: community.id, titleZh: '主任', primary: true }, local)).rejects.toMatchObject(refused);
    expect((await office.staff.endPost({ staffId: staff.id, version: 3, postId: here }, local)).staff?.version).toBe(4);
    expect((await read(staff.id)).posts.filter(({ validTo }) => validTo === '').map(({ unitId }) => unitId)).toEqual([elsewhere.id]);
  });
});

describe('somebody who leaves', () => {
  it('ends posts, absences, pairing and grants, each told of once', async () => {
    const [staff, partner] = [await makeStaff(office, grid.id), await makeStaff(office, grid.id)];
    await office.staff.setPartner({ staffId: staff.id, version: 2, partnerId: partner.id }, { caller });
    const grant = await giveRole(office, { principalId: staff.id, role: 'handler' }, caller);
    await office.staff.startAbsence({ staffId: staff.id, version: 3, from: new Date('2027-02-01T00:00:00+08:00') }, { caller });
    const left = await office.staff.deactivateStaff({ staffId: staff.id, version: 4 }, { caller });
    expect(await office.knex('absences').where({ staff_id: staff.id })).toEqual([]);
    expect(left.staff).toMatchObject({ active: false, partnerId: '', absences: [], version: 5, posts: [{ validTo: '2026-11-24' }] });
    expect(await read(partner.id)).toMatchObject({ partnerId: '', version: 4 });
    expect(await history(office, grant.id)).toEqual(['RoleGranted 1', 'GrantRevoked 2']);
    expect((await history(office, staff.id)).at(-1)).toBe('StaffDeactivated 5');
    for (const again of [
      () => office.staff.deactivateStaff({ staffId: staff.id, version: 5 }, { caller }),
      () => office.staff.startAbsence({ staffId: staff.id, version: 5 }, { caller }),
      () => office.staff.assignPost({ staffId: staff.id, version: 5, unitId: grid.id, titleZh: '网格员' }, { caller }),
    ]) {
      await expect(again()).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'STAFF_INACTIVE' });
    }
  });
});

describe('what a caller may not see', () => {
  it('does not exist: outside the scope and in another tenant', async () => {
    const staff = await makeStaff(office, grid.id);
    const other = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const ref = { staffId: staff.id, version: 2 };
    for (const outsider of [within(other.path), everything('baihe')]) {
      for (const attempt of [
        () => office.staff.getStaff({ staffId: staff.id }, { caller: outsider }),
        () => office.staff.deactivateStaff(ref, { caller: outsider }),
        () => office.staff.assignPost({ ...ref, unitId: other.id, titleZh: '干事' }, { caller: outsider }),
        () => office.staff.endPost({ ...ref, postId: staff.posts[0]?.id ?? '' }, { caller: outsider }),
        () => office.staff.setPartner({ ...ref, partnerId: '' }, { caller: outsider }),
        () => office.staff.startAbsence(ref, { caller: outsider }),
        () => office.staff.endAbsence(ref, { caller: outsider }),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ kind: 'not_found', reason: 'STAFF_NOT_FOUND' });
      }
      const hidden = office.staff.listStaff({ underUnitId: grid.id }, { caller: outsider });
      await expect(hidden).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
      expect((await office.staff.batchGetStaff({ staffIds: [staff.id] }, { caller: outsider })).staff).toEqual([]);
      expect((await office.staff.listStaff({ pageSize: 200 }, { caller: outsider })).staff.map(({ id }) => id)).not.toContain(staff.id);
    }
    await expect(
      office.staff.assignPost({ ...ref, unitId: root.id, titleZh: '干事' }, { caller: within(community.path) }),
    ).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });

  it('but themselves, by a grant on own things', async () => {
    const [me, other] = [await makeStaff(office), await makeStaff(office, grid.id)];
    const self = testCaller({ subject: me.id, grants: [{ permissions: ['organization.staff.read'], scope: 'self', unitPath: '' }] });
    expect((await office.staff.listStaff({}, { caller: self })).staff.map(({ id }) => id)).toEqual([me.id]);
    expect((await office.staff.getStaff({ staffId: me.id }, { caller: self })).staff?.id).toBe(me.id);
    await expect(office.staff.getStaff({ staffId: other.id }, { caller: self })).rejects.toMatchObject({ reason: 'STAFF_NOT_FOUND' });
  });
});

describe('lists', () => {
  it('page by code through the people of a subtree', async () => {
    const top = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
    const below = await makeUnit(office, top.id, { kind: UNIT_KIND_GRID });
    const people = [];
    for (const unit of [top, below, below]) people.push(await makeStaff(office, unit.id));
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await office.staff.listStaff({ underUnitId: top.id, pageSize: 2, pageToken }, { caller: within(top.path) });
      seen.push(...page.staff.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen.sort()).toEqual(people.map(({ id }) => id).sort());
    const { staff } = await office.staff.batchGetStaff({ staffIds: people.map(({ id }) => id) }, { caller: within(below.path) });
    expect(staff).toHaveLength(2);
  });
});
