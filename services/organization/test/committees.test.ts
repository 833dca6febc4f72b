import { organization } from '@linli/contracts';
import { joinUnits, partyAffairs, partyWithin, seatedCommittee, sorted } from './party';
import { fresh, history, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { COMMITTEE_KIND_REGIONAL, COMMITTEE_KIND_COMMUNITY_JOINT } = organization.CommitteeKind;

let office: Office;
let root: organization.Unit;
const caller = partyAffairs();

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

const community = () => makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
const found = async (unitId: string, facts: object = {}) =>
  (await office.committees.foundCommittee({ kind: COMMITTEE_KIND_COMMUNITY_JOINT, unitId, nameZh: '联合党委', size: 3, ...facts }, { caller })).committee as organization.Committee;

describe('a committee', () => {
  it('is founded once at its unit, and owes the rest of the period by the rule in force', async () => {
    const { id: unitId } = await community();
    const request = { requestId: fresh('r'), kind: COMMITTEE_KIND_COMMUNITY_JOINT, unitId, nameZh: '联合党委', size: 24 };
    const [one, two] = await Promise.all([office.committees.foundCommittee(request, { caller }), office.committees.foundCommittee(request, { caller })]);
    expect(one).toEqual(two);
    expect(one.committee).toMatchObject({ size: 24, seats: [], owedFrom: '2026-11-24', owedUntil: '2026-12-31', owedCitation: expect.stringContaining('每季度'), version: 1 });
    expect(await history(office, one.committee?.id ?? '')).toEqual(['CommitteeFounded 1']);
    await expect(found(unitId)).rejects.toMatchObject({ kind: 'already_exists', reason: 'COMMITTEE_EXISTS' });
    const regional = { kind: COMMITTEE_KIND_REGIONAL };
    await expect(found(unitId, regional)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'COMMITTEE_MISPLACED', details: { kind: 'regional', unit_kind: 'community' } });
    await expect(found(root.id)).rejects.toMatchObject({ reason: 'COMMITTEE_MISPLACED' });
    expect(await found(root.id, regional)).toMatchObject({ owedUntil: '2026-12-31', owedCitation: expect.stringContaining('每年') });
    office.clock.set('2026-12-31T09:00:00+08:00');
    expect(await found((await community()).id)).toMatchObject({ owedFrom: '2027-01-01', owedUntil: '2027-03-31' });
  });

  it.each([['size', { size: 0 }], ['size', { size: 201 }], ['kind', { kind: 'COMMITTEE_KIND_UNSPECIFIED' }], ['name_zh', { nameZh: '' }]])('names the wrong field %s', async (field, wrong) => {
    await expect(found(root.id, wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('changes its name and how many seats it has, no fewer than are held', async () => {
    const { id: unitId } = await community();
    const { committee } = await seatedCommittee(office, unitId, { kind: COMMITTEE_KIND_COMMUNITY_JOINT, units: 2 });
    const update = async (version: number, facts: object) => (await office.committees.updateCommittee({ committeeId: committee.id, version, ...facts }, { caller })).committee;
    await expect(update(2, { size: 0 })).rejects.toMatchObject({ violations: [{ field: 'size', code: 'out_of_range' }] });
    await expect(update(2, { size: 1 })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'COMMITTEE_FULL', details: { size: '1' } });
    expect(await update(2, { nameZh: '新园联合党委', size: 3 })).toMatchObject({ nameZh: '新园联合党委', size: 3, version: 3 });
    expect(await update(3, { size: 3 })).toMatchObject({ version: 3 });
    expect((await office.work.listWork({ unitId }, { caller })).items).toMatchObject([{ titleZh: '新园联合党委', version: 3 }]);
    expect((await sentEvents(office, committee.id)).at(-1)).toEqual({ type: 'CommitteeUpdated', id: committee.id, version: 3, payload: { committeeId: committee.id } });
    // What was held before today does not count.
    await office.committees.endSeat({ committeeId: committee.id, version: 3, seatId: committee.seats[0]?.id ?? '' }, { caller });
    expect(await update(4, { size: 1 })).toMatchObject({ size: 1, version: 5 });
    await office.committees.endSeat({ committeeId: committee.id, version: 5, seatId: committee.seats[1]?.id ?? '' }, { caller });
    const [next] = await joinUnits(office, unitId, 1);
    await office.committees.takeSeats({ committeeId: committee.id, version: 6, memberUnitIds: [next?.id ?? ''] }, { caller });
  });

  it('is dissolved for a reason, with its seats, what it scheduled and what it owes, and may be founded again', async () => {
    const { id: unitId } = await community();
    const { committee, members } = await seatedCommittee(office, unitId, { kind: COMMITTEE_KIND_COMMUNITY_JOINT, units: 2 });
    const { meeting } = await office.meetings.scheduleMeeting({ committeeId: committee.id, themeZh: '议题', scheduledOn: '2026-12-01', hostMemberUnitId: members[0] ?? '' }, { caller });
    const dissolve = (version: number, facts: object = {}, by = caller) => office.committees.dissolveCommittee({ committeeId: committee.id, version, reasonCode: 'reorganised', ...facts }, { caller: by });
    await expect(dissolve(2, { reasonCode: '' })).rejects.toMatchObject({ violations: [{ field: 'reason_code', code: 'required' }] });
    await expect(dissolve(2, {}, partyAffairs('baihe'))).rejects.toMatchObject({ reason: 'COMMITTEE_NOT_FOUND' });
    await expect(dissolve(1)).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    expect((await dissolve(2)).committee).toMatchObject({ endedOn: '2026-11-24', seats: [], owedUntil: '', version: 3 });
    await expect(dissolve(3)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'COMMITTEE_ENDED', details: { ended_on: '2026-11-24' } });
    expect((await sentEvents(office, committee.id)).at(-1)).toMatchObject({ type: 'CommitteeEnded', version: 3, payload: { endedOn: '2026-11-24', reasonCode: 'reorganised' } });
    expect((await office.threads.listEntries({ threadId: committee.id }, { caller })).entries.at(-1)).toMatchObject({ code: 'ended', facts: { reason: 'reorganised' } });
    expect(await history(office, meeting?.id ?? '')).toEqual(['MeetingScheduled 1', 'MeetingCalledOff 2']);
    expect((await office.work.listWork({ unitId }, { caller })).items).toEqual([]);
    office.clock.set('2027-01-05T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect((await history(office, committee.id)).at(-1)).toBe('CommitteeEnded 3');
    for (const memberUnitId of members) await office.memberUnits.leaveMemberUnit({ memberUnitId, version: 1 }, { caller });
    expect((await found(unitId)).id).not.toBe(committee.id);
  });

  it('is there for those who may see its unit only', async () => {
    const [own, other] = [await community(), await community()];
    const { id: committeeId } = await found(own.id);
    expect((await office.committees.getCommittee({ committeeId }, { caller: partyWithin(own.path) })).committee?.id).toBe(committeeId);
    const list = async (who: typeof caller) => (await office.committees.listCommittees({ kind: COMMITTEE_KIND_COMMUNITY_JOINT, pageSize: 200 }, { caller: who })).committees.map(({ id }) => id);
    expect(await list(partyWithin(own.path))).toEqual([committeeId]);
    for (const who of [partyWithin(other.path), partyAffairs('baihe')]) {
      expect(await list(who)).not.toContain(committeeId);
      const tries = [
        () => office.committees.getCommittee({ committeeId }, { caller: who }),
        () => office.committees.getRotation({ committeeId, fromYear: 2026, toYear: 2027 }, { caller: who }),
        () => office.committees.takeSeats({ committeeId, version: 1, memberUnitIds: [committeeId] }, { caller: who }),
      ];
      for (const trying of tries) await expect(trying()).rejects.toMatchObject({ kind: 'not_found', reason: 'COMMITTEE_NOT_FOUND' });
    }
  });
});

describe('seats', () => {
  it('are as many as the committee has, each of another unit, and known as of any day', async () => {
    const { id: unitId } = await community();
    const { committee, members } = await seatedCommittee(office, unitId, { kind: COMMITTEE_KIND_COMMUNITY_JOINT, units: 2 });
    const take = (version: number, memberUnitIds: string[], validFrom = '') => office.committees.takeSeats({ committeeId: committee.id, version, memberUnitIds, validFrom }, { caller });
    const [further] = await joinUnits(office, unitId, 1);
    await expect(take(2, [further?.id ?? ''])).rejects.toMatchObject({ reason: 'COMMITTEE_FULL', details: { size: '2' } });
    await expect(take(2, members)).rejects.toMatchObject({ kind: 'already_exists', reason: 'SEAT_TAKEN' });
    await expect(take(2, [further?.id ?? '', further?.id ?? ''])).rejects.toMatchObject({ violations: [{ field: 'member_unit_ids[1]', code: 'duplicate' }] });
    await expect(take(2, [committee.id])).rejects.toMatchObject({ reason: 'MEMBER_UNIT_NOT_FOUND' });
    await expect(take(2, [further?.id ?? ''], '2019-01-01')).rejects.toMatchObject({ reason: 'MEMBER_UNIT_NOT_IN' });

    const [first] = committee.seats;
    const ended = await office.committees.endSeat({ committeeId: committee.id, version: 2, seatId: first?.id ?? '', validTo: '2026-12-01' }, { caller });
    expect(ended.committee?.seats).toHaveLength(2);
    expect((await take(3, [further?.id ?? ''], '2026-12-01')).committee?.version).toBe(4);
    const seated = async (asOf: string) => sorted((await office.committees.getCommittee({ committeeId: committee.id, asOf }, { caller })).committee?.seats.map(({ memberUnitId }) => memberUnitId));
    expect(await seated('2026-11-30')).toEqual(sorted(members));
    expect(await seated('2026-12-01')).toEqual(sorted(members.filter((id) => id !== first?.memberUnitId).concat(further?.id ?? '')));
    expect(await seated('2019-12-31')).toEqual([]);
    expect(await history(office, committee.id)).toEqual(['CommitteeFounded 1', 'SeatsTaken 2', 'SeatEnded 3', 'SeatsTaken 4']);
  });

  it('end once, not in the past, and only where they are', async () => {
    const { committee } = await seatedCommittee(office, (await community()).id, { kind: COMMITTEE_KIND_COMMUNITY_JOINT, units: 1 });
    const end = (version: number, seatId: string, validTo = '') => office.committees.endSeat({ committeeId: committee.id, version, seatId, validTo }, { caller });
    const seat = committee.seats[0]?.id ?? '';
    await expect(end(2, committee.id)).rejects.toMatchObject({ reason: 'SEAT_NOT_FOUND' });
    await expect(end(2, seat, '2026-11-23')).rejects.toMatchObject({ violations: [{ field: 'valid_to', code: 'in_past' }] });
    await end(2, seat);
    await expect(end(3, seat)).rejects.toMatchObject({ reason: 'SEAT_ENDED' });
  });

  it('hold a member unit in until they end', async () => {
    const { committee, members } = await seatedCommittee(office, (await community()).id, { kind: COMMITTEE_KIND_COMMUNITY_JOINT, units: 1 });
    const leave = () => office.memberUnits.leaveMemberUnit({ memberUnitId: members[0] ?? '', version: 1 }, { caller });
    await expect(leave()).rejects.toMatchObject({ reason: 'MEMBER_UNIT_HAS_SEATS', details: { open: '1' } });
    await office.committees.endSeat({ committeeId: committee.id, version: 2, seatId: committee.seats[0]?.id ?? '' }, { caller });
    await leave();
  });

  it('that never began hold nobody in, and may be taken earlier', async () => {
    const { id: unitId } = await community();
    const { id: committeeId } = await found(unitId);
    const [member, other] = (await joinUnits(office, unitId, 2)).map(({ id }) => id);
    const take = async (version: number, memberUnitIds: string[], validFrom: string) => (await office.committees.takeSeats({ committeeId, version, memberUnitIds, validFrom }, { caller })).committee;
    await take(1, [member ?? '', other ?? ''], '2027-12-01');
    const seats = (await office.committees.getCommittee({ committeeId, asOf: '2027-12-01' }, { caller })).committee?.seats ?? [];
    for (const [index, seat] of seats.entries()) await office.committees.endSeat({ committeeId, version: 2 + index, seatId: seat.id }, { caller });
    await office.memberUnits.leaveMemberUnit({ memberUnitId: member ?? '', version: 1 }, { caller });
    expect((await take(4, [other ?? ''], '2027-06-01'))?.version).toBe(5);
  });
});

describe('the rotation', () => {
  async function rotating(units = 9) {
    const { committee, members } = await seatedCommittee(office, (await community()).id, { kind: COMMITTEE_KIND_COMMUNITY_JOINT, units });
    await office.committees.setRotation({ committeeId: committee.id, version: 2, baseYear: 2026, memberUnitIds: members }, { caller });
    const swap = (version: number, [year, otherYear]: readonly [number, number], more: object = {}) =>
      office.committees.swapHosts({ committeeId: committee.id, version, year, otherYear, reasonCode: 'venue_rebuilt', ...more }, { caller });
    const hosts = async (fromYear: number, toYear: number) => (await office.committees.getRotation({ committeeId: committee.id, fromYear, toYear }, { caller })).years.map(({ hostId }) => members.indexOf(hostId));
    return { id: committee.id, seats: committee.seats, members, swap, hosts };
  }

  it('goes round, keeps who swapped with whom and why, and tells of it by ids and codes', async () => {
    const { id, members, swap, hosts } = await rotating();
    expect(await hosts(2025, 2036)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1]);
    await swap(3, [2029, 2027], { decidedOn: '2026-11-20' });
    expect(await hosts(2026, 2030)).toEqual([0, 3, 2, 1, 4]);
    const { years, swaps } = await office.committees.getRotation({ committeeId: id, fromYear: 2027, toYear: 2027 }, { caller });
    expect(years).toEqual([{ year: 2027, hostId: members[3], plannedHostId: members[1], handedOverOn: '' }]);
    expect(swaps).toMatchObject([{ year: 2027, otherYear: 2029, memberUnitId: members[1], otherMemberUnitId: members[3], reasonCode: 'venue_rebuilt', decidedOn: '2026-11-20' }]);
    const told = (await sentEvents(office, id)).at(-1);
    expect(told).toMatchObject({ type: 'HostsSwapped', version: 4, payload: { year: 2027, otherYear: 2029, memberUnitId: members[1], otherMemberUnitId: members[3], reasonCode: 'venue_rebuilt' } });
  });

  it('leaves what has begun as it was, for a swap and for a new order', async () => {
    const { id, members, swap } = await rotating(3);
    await expect(swap(3, [2026, 2028])).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'ROTATION_YEAR_BEGUN', details: { year: '2026' } });
    await expect(swap(3, [2020, 2028])).rejects.toMatchObject({ reason: 'ROTATION_YEAR_BEGUN' });
    await expect(swap(3, [2027, 2030])).rejects.toMatchObject({ reason: 'ROTATION_SWAP_IDLE' });
    await expect(swap(3, [2027, 2028], { decidedOn: '2026-11-25' })).rejects.toMatchObject({ violations: [{ field: 'decided_on', code: 'in_future' }] });
    await expect(swap(3, [2027, 2028], { reasonCode: '装修' })).rejects.toMatchObject({ violations: [{ field: 'reason_code', code: 'malformed' }] });
    const set = (baseYear: number, units = members) => office.committees.setRotation({ committeeId: id, version: 3, baseYear, memberUnitIds: units }, { caller });
    await expect(set(2026)).rejects.toMatchObject({ reason: 'ROTATION_YEAR_BEGUN' });
    await expect(set(2028)).rejects.toMatchObject({ violations: [{ field: 'base_year', code: 'in_future' }] });
    await expect(set(2027, [id])).rejects.toMatchObject({ reason: 'ROTATION_UNIT_NOT_SEATED' });
    // Not even the service's own role may rewrite what was decided.
    for (const table of ['rotation_places', 'host_swaps', 'rotation_terms']) {
      const rewriting = office.app.deps.db.withTenant({ tenantId: 'xingsheng' }, async (tx) => tx(table).where({ committee_id: id }).delete());
      await expect(rewriting).rejects.toMatchObject({ kind: 'internal' });
    }
  });

  it('skips no unit in two rounds', async () => {
    const { swap, members } = await rotating(3);
    await swap(3, [2028, 2030]);
    await swap(4, [2030, 2033]);
    await expect(swap(5, [2031, 2032])).rejects.toMatchObject({ reason: 'ROTATION_SKIPS_TWICE', details: { member_unit: members[2] } });
  });

  it('lets one of two racing swaps win', async () => {
    const { id, swap } = await rotating(4);
    const both = await Promise.allSettled([swap(3, [2027, 2028]), swap(3, [2028, 2029])]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
    expect(await office.knex('host_swaps').where({ committee_id: id })).toHaveLength(1);
  });

  it('is set anew for the next year, and until then nobody who is to host gives up the seat', async () => {
    const { id, members, seats, swap, hosts } = await rotating(3);
    const end = (version: number) => office.committees.endSeat({ committeeId: id, version, seatId: seats.find(({ memberUnitId }) => memberUnitId === members[2])?.id ?? '', validTo: '2027-01-01' }, { caller });
    await expect(end(3)).rejects.toMatchObject({ reason: 'SEAT_IN_ROTATION' });
    const set = (version: number, ...order: number[]) => office.committees.setRotation({ committeeId: id, version, baseYear: 2027, memberUnitIds: order.map((index) => members[index] ?? '') }, { caller });
    await set(3, 0, 1);
    await swap(4, [2027, 2028]);
    // What has not begun is replaced, with the swaps among its years.
    await set(5, 1, 0);
    await end(6);
    expect(await hosts(2026, 2029)).toEqual([0, 1, 0, 1]);
    expect((await office.committees.getRotation({ committeeId: id, fromYear: 2026, toYear: 2029 }, { caller })).swaps).toEqual([]);
    await expect(swap(7, [2026, 2028])).rejects.toMatchObject({ reason: 'ROTATION_YEAR_BEGUN' });
    // Both decisions are kept.
    expect(await office.knex('rotation_places').where({ committee_id: id }).distinct('version').orderBy('version').pluck('version')).toEqual([3, 4, 6]);
  });

  it('leaves out nobody twice either when it is set anew each year', async () => {
    const { id, members, hosts } = await rotating(3);
    const set = (version: number, baseYear: number, ...order: number[]) => office.committees.setRotation({ committeeId: id, version, baseYear, memberUnitIds: order.map((index) => members[index] ?? '') }, { caller });
    await set(3, 2027, 0, 1, 2);
    office.clock.set('2027-11-24T09:00:00+08:00');
    const version = (await office.committees.getCommittee({ committeeId: id }, { caller })).committee?.version ?? 0;
    await expect(set(version, 2028, 0, 1, 2)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'ROTATION_SKIPS_TWICE', details: { member_unit: members[2] } });
    await set(version, 2028, 2, 1, 0);
    expect(await hosts(2026, 2031)).toEqual([0, 0, 2, 1, 0, 2]);
  });

  it('is handed over once a year, ahead by one at most, and then stands', async () => {
    const { id, members, swap } = await rotating(3);
    const handOver = (version: number, year: number) => office.committees.handOverRotation({ committeeId: id, version, year }, { caller });
    await expect(handOver(3, 2025)).rejects.toMatchObject({ violations: [{ field: 'year', code: 'in_past' }] });
    await expect(handOver(3, 2028)).rejects.toMatchObject({ violations: [{ field: 'year', code: 'in_future' }] });
    await handOver(3, 2026);
    await handOver(4, 2027);
    await expect(handOver(5, 2027)).rejects.toMatchObject({ kind: 'already_exists', reason: 'ROTATION_HANDED_OVER' });
    await expect(swap(5, [2027, 2028])).rejects.toMatchObject({ reason: 'ROTATION_YEAR_BEGUN' });
    expect((await sentEvents(office, id)).at(-1)).toMatchObject({ type: 'RotationHandedOver', version: 5, payload: { year: 2027, hostId: members[1], formerHostId: members[0] } });
    const { years } = await office.committees.getRotation({ committeeId: id, fromYear: 2026, toYear: 2028 }, { caller });
    expect(years.map(({ handedOverOn }) => handedOverOn)).toEqual(['2026-11-24', '2026-11-24', '']);
  });

  it('is handed over to a host with a seat, by a rotation that is there', async () => {
    const { committee, members } = await seatedCommittee(office, (await community()).id, { kind: COMMITTEE_KIND_COMMUNITY_JOINT, units: 1 });
    const handOver = (version: number) => office.committees.handOverRotation({ committeeId: committee.id, version, year: 2026 }, { caller });
    await expect(handOver(2)).rejects.toMatchObject({ reason: 'ROTATION_NONE' });
    await office.committees.setRotation({ committeeId: committee.id, version: 2, baseYear: 2026, memberUnitIds: members }, { caller });
    await office.knex('committee_seats').where({ committee_id: committee.id }).update({ valid_to: '2026-11-01' });
    await expect(handOver(3)).rejects.toMatchObject({ reason: 'ROTATION_HOST_NOT_SEATED' });
  });
});

describe('a meeting that is owed', () => {
  it('and not held is told of when the period is over, and the next one waits', async () => {
    const unit = await community();
    const { id } = await found(unit.id);
    const waits = async () => (await office.work.listWork({ unitId: unit.id }, { caller })).items;
    expect(await waits()).toMatchObject([{ kind: 'organization.committee', subjectId: id, action: 'hold_meeting', version: 1, dueAt: new Date('2026-12-31T18:00:00+08:00') }]);
    office.clock.set('2026-12-31T23:59:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await history(office, id)).toEqual(['CommitteeFounded 1']);
    // The scanner slept for a whole quarter: both are told.
    office.clock.set('2027-04-01T01:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await history(office, id)).toEqual(['CommitteeFounded 1', 'CommitteeMeetingMissed 2', 'CommitteeMeetingMissed 3']);
    expect((await sentEvents(office, id)).map(({ payload }) => payload['periodUntil']).slice(1)).toEqual(['2026-12-31', '2027-03-31']);
    expect((await office.committees.getCommittee({ committeeId: id }, { caller })).committee).toMatchObject({ owedFrom: '2027-04-01', owedUntil: '2027-06-30', version: 3 });
    expect(await waits()).toMatchObject([{ subjectId: id, version: 3, dueAt: new Date('2027-06-30T18:00:00+08:00') }]);
    const { entries } = await office.threads.listEntries({ threadId: id }, { caller });
    expect(entries.map(({ code }) => code)).toEqual(['founded', 'meeting_missed', 'meeting_missed']);
  });
});
