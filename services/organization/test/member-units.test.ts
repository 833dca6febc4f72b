import { organization } from '@linli/contracts';
import { joinUnits, partyAffairs, partyWithin, sorted } from './party';
import { fresh, history, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { MEMBER_UNIT_KIND_ENTERPRISE } = organization.MemberUnitKind;

let office: Office;
let root: organization.Unit;
let here: organization.Unit;
let there: organization.Unit;
const caller = partyAffairs();

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
  here = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
  there = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
});

afterAll(() => office.stop());

const wish = (facts: object = {}) => ({ code: fresh('m'), nameZh: '东胜水务公司', kind: MEMBER_UNIT_KIND_ENTERPRISE, unitId: here.id, contactName: '李联络', contactPhone: '0477-8500001', ...facts });
const join = async (facts: object = {}) => (await office.memberUnits.joinMemberUnit(wish(facts), { caller })).memberUnit as organization.MemberUnit;

describe('a member unit', () => {
  it('joins, is told of without its name and contact, and is asked for once by a repeated request', async () => {
    const request = { ...wish(), requestId: fresh('r') };
    const [one, two] = await Promise.all([office.memberUnits.joinMemberUnit(request, { caller }), office.memberUnits.joinMemberUnit(request, { caller })]);
    expect(one).toEqual(two);
    const id = one.memberUnit?.id ?? '';
    expect(one.memberUnit).toMatchObject({ unitId: here.id, unitPath: here.path, joinedOn: '2026-11-24', leftOn: '', contactName: '李联络', version: 1 });
    const events = await sentEvents(office, id);
    expect(events).toEqual([
      { type: 'MemberUnitJoined', id, version: 1, payload: { memberUnitId: id, kind: MEMBER_UNIT_KIND_ENTERPRISE, unitId: here.id, joinedOn: '2026-11-24' } },
    ]);
    const answers = await office.knex('answered_requests').where({ request_id: request.requestId }).select('answer');
    expect(JSON.stringify(answers)).not.toContain('李联络');
  });

  it('changes its name and contact, once for each new version', async () => {
    const { id } = await join();
    const changed = await office.memberUnits.updateMemberUnit({ memberUnitId: id, version: 1, contactPhone: '0477-8500002' }, { caller });
    expect(changed.memberUnit).toMatchObject({ contactName: '李联络', contactPhone: '0477-8500002', version: 2 });
    expect((await office.memberUnits.updateMemberUnit({ memberUnitId: id, version: 2, contactPhone: '0477-8500002' }, { caller })).memberUnit?.version).toBe(2);
    await expect(office.memberUnits.updateMemberUnit({ memberUnitId: id, version: 1, nameZh: '新名' }, { caller })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    expect(await history(office, id)).toEqual(['MemberUnitJoined 1', 'MemberUnitUpdated 2']);
  });

  it('has a code that nobody who is in has', async () => {
    const code = fresh('m');
    const first = await join({ code });
    await expect(join({ code })).rejects.toMatchObject({ kind: 'already_exists', reason: 'MEMBER_UNIT_CODE_TAKEN' });
    await office.memberUnits.leaveMemberUnit({ memberUnitId: first.id, version: 1 }, { caller });
    await join({ code });
  });

  it('joins on no day to come: it could not leave before, and nothing would correct it', async () => {
    await expect(join({ joinedOn: '2026-11-25' })).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field: 'joined_on', code: 'in_future' }] });
  });

  it('leaves once, and changes no more', async () => {
    const { id } = await join({ joinedOn: '2026-11-01' });
    const leave = (version: number, leftOn = '') => office.memberUnits.leaveMemberUnit({ memberUnitId: id, version, leftOn }, { caller });
    await expect(leave(1, '2026-10-01')).rejects.toMatchObject({ violations: [{ field: 'left_on', code: 'before_joined_on' }] });
    await expect(leave(1, '2027-01-01')).rejects.toMatchObject({ violations: [{ field: 'left_on', code: 'in_future' }] });
    const both = await Promise.allSettled([leave(1), leave(1)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(leave(2)).rejects.toMatchObject({ reason: 'MEMBER_UNIT_LEFT' });
    await expect(office.memberUnits.updateMemberUnit({ memberUnitId: id, version: 2, nameZh: '新名' }, { caller })).rejects.toMatchObject({ reason: 'MEMBER_UNIT_LEFT' });
    expect(await history(office, id)).toEqual(['MemberUnitJoined 1', 'MemberUnitLeft 2']);
  });

  it.each([
    ['code', { code: '有空格 ' }],
    ['name_zh', { nameZh: ' ' }],
    ['kind', { kind: organization.MemberUnitKind.MEMBER_UNIT_KIND_UNSPECIFIED }],
    ['contact_phone', { contactPhone: '电话' }],
    ['joined_on', { joinedOn: '2026-02-30' }],
    ['unit_id', { unitId: 'x' }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(join(wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('is of an open unit within the caller’s', async () => {
    await expect(office.memberUnits.joinMemberUnit(wish({ unitId: there.id }), { caller: partyWithin(here.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    const closed = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    await office.units.closeUnit({ unitId: closed.id, version: 1 }, { caller: { ...caller, grants: [{ permissions: ['organization.unit.write'], scope: 'tenant', unitPath: '' }] } });
    await expect(join({ unitId: closed.id })).rejects.toMatchObject({ reason: 'UNIT_CLOSED' });
  });
});

describe('who sees it', () => {
  it('is whoever may see its unit; to others it is not there', async () => {
    const { id } = await join();
    const get = (who: typeof caller) => office.memberUnits.getMemberUnit({ memberUnitId: id }, { caller: who });
    expect((await get(partyWithin(here.path))).memberUnit?.id).toBe(id);
    for (const who of [partyWithin(there.path), partyAffairs('baihe')]) {
      await expect(get(who)).rejects.toMatchObject({ kind: 'not_found', reason: 'MEMBER_UNIT_NOT_FOUND' });
      await expect(office.memberUnits.leaveMemberUnit({ memberUnitId: id, version: 1 }, { caller: who })).rejects.toMatchObject({ reason: 'MEMBER_UNIT_NOT_FOUND' });
    }
  });

  it('lists those in on a day, page by page, within one’s scope', async () => {
    const community = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    const [first, second, third] = await joinUnits(office, community.id, 3);
    await office.memberUnits.leaveMemberUnit({ memberUnitId: second?.id ?? '', version: 1, leftOn: '2026-06-01' }, { caller });
    const list = async (asOf = '', who = caller) => {
      const ids: string[] = [];
      let pageToken = '';
      do {
        const page = await office.memberUnits.listMemberUnits({ underUnitId: community.id, asOf, pageSize: 1, pageToken }, { caller: who });
        ids.push(...page.memberUnits.map(({ id }) => id));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      return sorted(ids);
    };
    expect(await list()).toEqual(sorted([first?.id, third?.id]));
    expect(await list('2026-05-31')).toEqual(sorted([first?.id, second?.id, third?.id]));
    expect(await list('2019-12-31')).toEqual([]);
    await expect(list('', partyWithin(here.path))).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    const own = await office.memberUnits.listMemberUnits({ pageSize: 200 }, { caller: partyWithin(community.path) });
    expect(sorted(own.memberUnits.map(({ id }) => id))).toEqual(sorted([first?.id, third?.id]));
  });
});
