import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { ownPermissions } from '../src/grants/roles';
import { joinUnits, partyAffairs, partyWithin, seatedCommittee } from './party';
import { everything, fresh, history, makeStaff, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { COMMITTEE_KIND_REGIONAL, COMMITTEE_KIND_COMMUNITY_JOINT } = organization.CommitteeKind;
const { MEETING_CALL_OFF_REASON_NO_QUORUM, MEETING_CALL_OFF_REASON_UNSPECIFIED } = organization.MeetingCallOffReason;
const { MEETING_PRESENCE_ATTENDED, MEETING_PRESENCE_ABSENT, MEETING_PRESENCE_EXCUSED } = organization.MeetingPresence;

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

interface Gathering {
  readonly unit: organization.Unit;
  readonly committeeId: string;
  readonly members: string[];
}

async function gathering(units = 3): Promise<Gathering> {
  const unit = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
  const { committee, members } = await seatedCommittee(office, unit.id, { kind: COMMITTEE_KIND_COMMUNITY_JOINT, units });
  return { unit, committeeId: committee.id, members };
}

/** The office has one at a time. */
async function congress(): Promise<Gathering> {
  const { committees } = await office.committees.listCommittees({ kind: COMMITTEE_KIND_REGIONAL, pageSize: 200 }, { caller });
  for (const { id, version, endedOn } of committees) if (endedOn === '') await office.committees.dissolveCommittee({ committeeId: id, version, reasonCode: 'renewed' }, { caller });
  const { committee, members } = await seatedCommittee(office, root.id, { kind: COMMITTEE_KIND_REGIONAL, units: 9 });
  return { unit: root, committeeId: committee.id, members };
}

const wish = ({ committeeId, members }: Gathering, facts: object = {}) => ({
  committeeId,
  themeZh: '助老服务',
  agenda: ['通报上季度决议', '议定本季度服务主题'],
  tags: [organization.TogetherTag.TOGETHER_TAG_SERVE, organization.TogetherTag.TOGETHER_TAG_HELP],
  scheduledOn: '2026-11-24',
  hostMemberUnitId: members[0] ?? '',
  ...facts,
});
const schedule = async (of: Gathering, facts: object = {}) => (await office.meetings.scheduleMeeting(wish(of, facts), { caller })).meeting as organization.Meeting;
const present = (of: Gathering) => of.members.map((memberUnitId) => ({ memberUnitId, presence: MEETING_PRESENCE_ATTENDED }));

/** Minuted, at version 4. */
async function minuted(of: Gathering): Promise<string> {
  const { id: meetingId } = await schedule(of);
  await office.meetings.conveneMeeting({ meetingId, version: 1 }, { caller });
  await office.meetings.recordAttendance({ meetingId, version: 2, attendance: present(of) }, { caller });
  await office.meetings.recordMinutes({ meetingId, version: 3, minutes: '会议纪要' }, { caller });
  return meetingId;
}

async function adopted(of: Gathering, drafts: readonly object[]): Promise<{ meetingId: string; resolutions: organization.Resolution[] }> {
  const meetingId = await minuted(of);
  await office.meetings.adoptResolutions({ meetingId, version: 4, resolutions: drafts.map((draft) => ({ textZh: '清理楼道', dueOn: '2026-12-10', ...draft })) }, { caller });
  return { meetingId, resolutions: (await office.meetings.listResolutions({ meetingId }, { caller })).resolutions };
}

describe('a meeting', () => {
  it('goes from its schedule to the delivery of its last resolution, which ends it', async () => {
    const of = await gathering();
    const { meetingId, resolutions } = await adopted(of, [{ ownerMemberUnitId: of.members[0] }, { ownerMemberUnitId: of.members[1] }]);
    const [one, two] = resolutions;
    await office.meetings.deliverResolution({ resolutionId: one?.id ?? '', version: 1, proof: '照片三张' }, { caller });
    expect((await office.meetings.getMeeting({ meetingId }, { caller })).meeting).toMatchObject({ state: 'MEETING_STATE_RESOLUTIONS_OPEN', resolutionsOpen: 1 });
    await office.meetings.deliverResolution({ resolutionId: two?.id ?? '', version: 1, proof: '验收单' }, { caller });
    const { meeting } = await office.meetings.getMeeting({ meetingId }, { caller });
    expect(meeting).toMatchObject({ kind: 'MEETING_KIND_JOINT', state: 'MEETING_STATE_RESOLUTIONS_DONE', themeZh: '助老服务', minutes: '会议纪要', resolutionsOpen: 0, version: 6 });
    expect(meeting?.attendance).toHaveLength(3);
    expect(await history(office, meetingId)).toEqual([
      'MeetingScheduled 1', 'MeetingConvened 2', 'MeetingAttendanceRecorded 3', 'MeetingMinuted 4', 'MeetingResolutionsOpened 5', 'MeetingResolutionsDone 6',
    ]);
    expect(await history(office, one?.id ?? '')).toEqual(['ResolutionAdopted 1', 'ResolutionDelivered 2']);
    expect(JSON.stringify(await sentEvents(office))).not.toMatch(/助老|纪要|楼道|照片/);
    const { entries } = await office.threads.listEntries({ threadId: meetingId }, { caller });
    expect(entries.map(({ code }) => code)).toEqual(expect.arrayContaining(['scheduled', 'convened', 'attendance_recorded', 'minuted', 'resolutions_opened', 'resolution_adopted', 'resolution_delivered', 'resolutions_done']));
    expect((await office.work.listWork({ unitId: of.unit.id }, { caller })).items.map(({ kind }) => kind)).toEqual(['organization.committee']);
  });

  it('is done at once without resolutions', async () => {
    const meetingId = await minuted(await gathering());
    const { meeting } = await office.meetings.adoptResolutions({ meetingId, version: 4 }, { caller });
    expect(meeting).toMatchObject({ state: 'MEETING_STATE_RESOLUTIONS_DONE', version: 5 });
    expect((await history(office, meetingId)).at(-1)).toBe('MeetingResolutionsDone 5');
  });

  it('is scheduled once for a repeated request', async () => {
    const request = { ...wish(await gathering()), requestId: fresh('r') };
    const [one, two] = await Promise.all([office.meetings.scheduleMeeting(request, { caller }), office.meetings.scheduleMeeting(request, { caller })]);
    expect(one).toEqual(two);
  });

  it('of a regional committee is the congress, at the host of its year', async () => {
    const of = await congress();
    const { committeeId, members } = of;
    await expect(schedule(of, { hostMemberUnitId: '' })).rejects.toMatchObject({ reason: 'MEETING_WITHOUT_HOST' });
    await office.committees.setRotation({ committeeId, version: 2, baseYear: 2025, memberUnitIds: members }, { caller });
    expect(await schedule(of, { hostMemberUnitId: '' })).toMatchObject({ kind: 'MEETING_KIND_CONGRESS', hostMemberUnitId: members[1] });
    expect(await schedule(of, { hostMemberUnitId: '', scheduledOn: '2027-03-01' })).toMatchObject({ hostMemberUnitId: members[2] });
  });

  it('takes a host with a seat, a day that is not gone, and one theme', async () => {
    const of = await gathering();
    const [stranger] = await joinUnits(office, of.unit.id, 1);
    await expect(schedule(of, { hostMemberUnitId: stranger?.id })).rejects.toMatchObject({ reason: 'MEETING_HOST_NOT_SEATED' });
    await expect(schedule(of, { scheduledOn: '2026-11-23' })).rejects.toMatchObject({ violations: [{ field: 'scheduled_on', code: 'in_past' }] });
    await expect(schedule(of, { themeZh: '' })).rejects.toMatchObject({ violations: [{ field: 'theme_zh', code: 'required' }] });
    await expect(schedule(of, { agenda: Array.from({ length: 21 }, () => '议题') })).rejects.toMatchObject({ violations: [{ field: 'agenda', code: 'too_many' }] });
  });

  it('allows each step in its turn only', async () => {
    const of = await gathering();
    const { id: meetingId } = await schedule(of);
    const tooEarly = office.meetings.recordMinutes({ meetingId, version: 1, minutes: '纪要' }, { caller });
    await expect(tooEarly).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'MEETING_STATE_FORBIDS', details: { state: 'scheduled', action: 'record_minutes' } });
    const both = await Promise.allSettled([1, 1].map((version) => office.meetings.conveneMeeting({ meetingId, version }, { caller })));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('holds what its committee owed in the quarter, once, and the next quarter is owed', async () => {
    const of = await gathering();
    const owed = async () => (await office.committees.getCommittee({ committeeId: of.committeeId }, { caller })).committee?.owedUntil;
    expect(await owed()).toBe('2026-12-31');
    await minuted(of);
    expect(await owed()).toBe('2027-03-31');
    await minuted(of);
    expect(await owed()).toBe('2027-03-31');
    office.clock.set('2027-01-05T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect((await history(office, of.committeeId)).filter((line) => line.startsWith('CommitteeMeetingMissed'))).toEqual([]);
  });

  it('counts for the quarter in which it is convened, whatever day it was scheduled for or moved to', async () => {
    const of = await gathering();
    const owed = async () => (await office.committees.getCommittee({ committeeId: of.committeeId }, { caller })).committee?.owedUntil;
    const missed = async () => (await sentEvents(office, of.committeeId)).filter(({ type }) => type === 'CommitteeMeetingMissed').map(({ payload }) => payload['periodUntil']);
    const [early, late] = [await schedule(of, { scheduledOn: '2027-02-01' }), await schedule(of, { scheduledOn: '2027-02-01' })];
    await office.meetings.conveneMeeting({ meetingId: early.id, version: 1 }, { caller });
    expect(await owed()).toBe('2027-03-31');
    await office.meetings.rescheduleMeeting({ meetingId: late.id, version: 1, scheduledOn: '2027-03-31' }, { caller });
    office.clock.set('2027-04-01T00:00:00+08:00');
    await office.meetings.conveneMeeting({ meetingId: late.id, version: 2 }, { caller });
    expect([await missed(), await owed()]).toEqual([['2027-03-31'], '2027-09-30']);
  });

  it('is moved to another day while it is scheduled', async () => {
    const of = await gathering();
    const meeting = await schedule(of);
    const move = async (facts: object, by = caller) => (await office.meetings.rescheduleMeeting({ meetingId: meeting.id, version: 1, scheduledOn: '2026-12-10', ...facts }, { caller: by })).meeting;
    await expect(move({ scheduledOn: '' })).rejects.toMatchObject({ violations: [{ field: 'scheduled_on', code: 'required' }] });
    await expect(move({ scheduledOn: '2026-11-23' })).rejects.toMatchObject({ violations: [{ field: 'scheduled_on', code: 'in_past' }] });
    await expect(move({ version: 7 })).rejects.toMatchObject({ kind: 'aborted', reason: 'VERSION_STALE' });
    await expect(move({}, partyAffairs('baihe'))).rejects.toMatchObject({ kind: 'not_found', reason: 'MEETING_NOT_FOUND' });
    expect(await move({ scheduledOn: '2026-11-24' })).toEqual(meeting);
    const moved = await move({});
    expect(moved).toEqual({ ...meeting, scheduledOn: '2026-12-10', version: 2 });
    expect((await office.meetings.getMeeting({ meetingId: meeting.id }, { caller })).meeting).toEqual(moved);
    expect((await sentEvents(office, meeting.id)).at(-1)).toMatchObject({ type: 'MeetingRescheduled', version: 2, payload: { committeeId: of.committeeId, scheduledOn: '2026-12-10', hostMemberUnitId: of.members[0] } });
    const { entries } = await office.threads.listEntries({ threadId: meeting.id }, { caller });
    expect(entries.at(-1)).toMatchObject({ code: 'rescheduled', facts: { from: '2026-11-24', scheduled_on: '2026-12-10' } });
    expect((await office.work.listWork({ unitId: of.unit.id }, { caller })).items.find(({ subjectId }) => subjectId === meeting.id)).toMatchObject({ action: 'convene', version: 2 });
    await office.meetings.conveneMeeting({ meetingId: meeting.id, version: 2 }, { caller });
    await expect(move({ version: 3 })).rejects.toMatchObject({ reason: 'MEETING_STATE_FORBIDS', details: { state: 'convened', action: 'reschedule' } });
  });

  it('that is moved keeps a host who was named and holds a seat that day, and has the host of its year by the rotation', async () => {
    const of = await congress();
    const { committeeId, members } = of;
    await office.committees.setRotation({ committeeId, version: 2, baseYear: 2026, memberUnitIds: members }, { caller });
    const move = async ({ id, version }: organization.Meeting, scheduledOn: string) => (await office.meetings.rescheduleMeeting({ meetingId: id, version, scheduledOn }, { caller })).meeting;
    const byRotation = await schedule(of, { hostMemberUnitId: '' });
    expect(await move(byRotation, '2026-12-31')).toMatchObject({ hostMemberUnitId: members[0] });
    expect(await move({ ...byRotation, version: 2 }, '2027-01-10')).toMatchObject({ scheduledOn: '2027-01-10', hostMemberUnitId: members[1] });
    const named = await schedule(of, { hostMemberUnitId: members[5] });
    expect(await move(named, '2027-01-10')).toMatchObject({ hostMemberUnitId: members[5] });
    await office.knex('committee_seats').where({ committee_id: committeeId, member_unit_id: members[5] }).update({ valid_to: '2028-01-01' });
    await expect(move({ ...named, version: 2 }, '2028-01-10')).rejects.toMatchObject({ reason: 'MEETING_HOST_NOT_SEATED' });
  });

  it('is called off while it is scheduled, for a reason: it waits for nobody and counts for no quarter', async () => {
    const of = await gathering();
    const meeting = await schedule(of);
    const callOff = async (facts: object = {}, by = caller) => (await office.meetings.callOffMeeting({ meetingId: meeting.id, version: 1, reason: MEETING_CALL_OFF_REASON_NO_QUORUM, ...facts }, { caller: by })).meeting;
    await expect(callOff({ reason: MEETING_CALL_OFF_REASON_UNSPECIFIED })).rejects.toMatchObject({ violations: [{ field: 'reason', code: 'required' }] });
    await expect(callOff({ reason: organization.MeetingCallOffReason.MEETING_CALL_OFF_REASON_COMMITTEE_ENDED })).rejects.toMatchObject({ violations: [{ field: 'reason', code: 'unlisted' }] });
    await expect(callOff({}, partyAffairs('baihe'))).rejects.toMatchObject({ kind: 'not_found', reason: 'MEETING_NOT_FOUND' });
    const both = await Promise.allSettled([callOff(), callOff()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
    expect((await office.meetings.getMeeting({ meetingId: meeting.id }, { caller })).meeting).toEqual({ ...meeting, state: 'MEETING_STATE_CALLED_OFF', callOffReason: MEETING_CALL_OFF_REASON_NO_QUORUM, version: 2 });
    expect((await sentEvents(office, meeting.id)).at(-1)).toMatchObject({ type: 'MeetingCalledOff', version: 2, payload: { committeeId: of.committeeId, reason: MEETING_CALL_OFF_REASON_NO_QUORUM } });
    const { entries } = await office.threads.listEntries({ threadId: meeting.id }, { caller });
    expect(entries.at(-1)).toMatchObject({ code: 'called_off', facts: { reason: 'no_quorum' } });
    expect((await office.work.listWork({ unitId: of.unit.id }, { caller })).items.map(({ kind }) => kind)).toEqual(['organization.committee']);
    for (const [action, trying] of [
      ['convene', () => office.meetings.conveneMeeting({ meetingId: meeting.id, version: 2 }, { caller })],
      ['reschedule', () => office.meetings.rescheduleMeeting({ meetingId: meeting.id, version: 2, scheduledOn: '2026-12-01' }, { caller })],
      ['call_off', () => callOff({ version: 2 })],
    ] as const) {
      await expect(trying()).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'MEETING_STATE_FORBIDS', details: { state: 'called_off', action } });
    }
    expect((await office.committees.getCommittee({ committeeId: of.committeeId }, { caller })).committee?.owedUntil).toBe('2026-12-31');
    office.clock.set('2027-01-01T00:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await history(office, of.committeeId)).toContain('CommitteeMeetingMissed 3');
  });

  it('held after its quarter was missed makes that known first, whether the scanner came or not', async () => {
    const of = await gathering();
    const { id: meetingId } = await schedule(of);
    office.clock.set('2027-01-05T09:00:00+08:00');
    await office.meetings.conveneMeeting({ meetingId, version: 1 }, { caller });
    expect(await history(office, of.committeeId)).toEqual(['CommitteeFounded 1', 'SeatsTaken 2', 'CommitteeMeetingMissed 3']);
    expect((await office.committees.getCommittee({ committeeId: of.committeeId }, { caller })).committee?.owedUntil).toBe('2027-06-30');
  });

  it('is there for those who may see its unit only', async () => {
    const of = await gathering();
    const { id: meetingId } = await schedule(of);
    const other = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    expect((await office.meetings.listMeetings({ committeeId: of.committeeId }, { caller: partyWithin(of.unit.path) })).meetings.map(({ id }) => id)).toEqual([meetingId]);
    for (const who of [partyWithin(other.path), partyAffairs('baihe')]) {
      await expect(office.meetings.getMeeting({ meetingId }, { caller: who })).rejects.toMatchObject({ reason: 'MEETING_NOT_FOUND' });
      await expect(office.meetings.conveneMeeting({ meetingId, version: 1 }, { caller: who })).rejects.toMatchObject({ reason: 'MEETING_NOT_FOUND' });
      await expect(office.meetings.scheduleMeeting(wish(of), { caller: who })).rejects.toMatchObject({ reason: 'COMMITTEE_NOT_FOUND' });
      expect((await office.meetings.listMeetings({}, { caller: who })).meetings).toEqual([]);
    }
  });
});

describe('attendance', () => {
  it('is recorded once for each unit with a seat, before the minutes', async () => {
    const of = await gathering();
    const [first = '', second = '', third = ''] = of.members;
    const [stranger] = await joinUnits(office, of.unit.id, 1);
    const { id: meetingId } = await schedule(of);
    const record = (version: number, attendance: object[]) => office.meetings.recordAttendance({ meetingId, version, attendance }, { caller });
    await expect(record(1, present(of))).rejects.toMatchObject({ reason: 'MEETING_STATE_FORBIDS' });
    await office.meetings.conveneMeeting({ meetingId, version: 1 }, { caller });
    await record(2, [{ memberUnitId: first, presence: MEETING_PRESENCE_ATTENDED }]);
    await expect(record(3, [{ memberUnitId: first, presence: MEETING_PRESENCE_ABSENT }])).rejects.toMatchObject({ kind: 'already_exists', reason: 'ATTENDANCE_RECORDED' });
    await expect(record(3, [{ memberUnitId: stranger?.id, presence: MEETING_PRESENCE_ATTENDED }])).rejects.toMatchObject({ reason: 'ATTENDANCE_NOT_SEATED' });
    await expect(record(3, [...present(of), ...present(of)])).rejects.toMatchObject({ violations: [{ field: 'attendance[3].member_unit_id', code: 'duplicate' }] });
    await expect(office.meetings.recordMinutes({ meetingId, version: 3, minutes: '纪要' }, { caller })).rejects.toMatchObject({ reason: 'ATTENDANCE_INCOMPLETE', details: { missing: '2' } });
    const rest = [{ memberUnitId: second, presence: MEETING_PRESENCE_EXCUSED }, { memberUnitId: third, presence: MEETING_PRESENCE_ABSENT }];
    const both = await Promise.allSettled([record(3, rest), record(3, rest)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { meeting } = await office.meetings.getMeeting({ meetingId }, { caller });
    expect(meeting?.attendance.map(({ presence }) => presence).sort()).toEqual([MEETING_PRESENCE_ABSENT, MEETING_PRESENCE_ATTENDED, MEETING_PRESENCE_EXCUSED]);
  });
});

describe('a resolution', () => {
  it('is delivered once, also by two at a time', async () => {
    const of = await gathering();
    const { resolutions } = await adopted(of, [{ ownerMemberUnitId: of.members[0] }]);
    const deliver = (version: number) => office.meetings.deliverResolution({ resolutionId: resolutions[0]?.id ?? '', version, proof: '照片' }, { caller });
    await expect(office.meetings.deliverResolution({ resolutionId: resolutions[0]?.id ?? '', version: 1, proof: ' ' }, { caller })).rejects.toMatchObject({ violations: [{ field: 'proof' }] });
    const both = await Promise.allSettled([deliver(1), deliver(1)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(deliver(2)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'RESOLUTION_DELIVERED_ALREADY' });
    expect(await history(office, resolutions[0]?.id ?? '')).toEqual(['ResolutionAdopted 1', 'ResolutionDelivered 2']);
  });

  it('ends its meeting once when the last two are delivered at a time', async () => {
    const of = await gathering();
    const { meetingId, resolutions } = await adopted(of, [{ ownerMemberUnitId: of.members[0] }, { ownerMemberUnitId: of.members[1] }]);
    await Promise.all(resolutions.map(({ id }) => office.meetings.deliverResolution({ resolutionId: id, version: 1, proof: '照片' }, { caller })));
    expect((await history(office, meetingId)).filter((line) => line.startsWith('MeetingResolutionsDone'))).toEqual(['MeetingResolutionsDone 6']);
  });

  it('that is late is told of once, waits on, and is late when it comes', async () => {
    const of = await gathering();
    const { resolutions } = await adopted(of, [{ ownerMemberUnitId: of.members[0], dueOn: '2026-12-01' }]);
    const resolutionId = resolutions[0]?.id ?? '';
    office.clock.set('2026-12-01T17:59:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await history(office, resolutionId)).toEqual(['ResolutionAdopted 1']);
    office.clock.set('2026-12-01T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    expect(await history(office, resolutionId)).toEqual(['ResolutionAdopted 1', 'ResolutionOverdue 2']);
    const waiting = (await office.work.listWork({ unitId: of.unit.id }, { caller })).items.find(({ subjectId }) => subjectId === resolutionId);
    expect(waiting).toMatchObject({ kind: 'organization.resolution', action: 'deliver', version: 2, urgency: 'URGENCY_RED' });
    await expect(office.meetings.deliverResolution({ resolutionId, version: 1, proof: '照片' }, { caller })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    const { resolution } = await office.meetings.deliverResolution({ resolutionId, version: 2, proof: '照片' }, { caller });
    expect(resolution).toMatchObject({ state: 'RESOLUTION_STATE_DELIVERED', overdueAt: new Date('2026-12-01T18:00:00+08:00'), version: 3 });
    expect((await sentEvents(office, resolutionId)).at(-1)?.payload).toMatchObject({ late: true });
  });

  it('keeps its owner of staff here until it is delivered, by those who follow it if need be', async () => {
    const of = await gathering();
    const worker = await makeStaff(office);
    const { resolutions } = await adopted(of, [{ ownerStaffId: worker.id }]);
    const leave = () => office.staff.deactivateStaff({ staffId: worker.id, version: 1 }, { caller: everything() });
    await expect(leave()).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'STAFF_HAS_WORK', details: { sites: '0', resolutions: '1', complaints: '0', instructorships: '0' } });
    await office.meetings.deliverResolution({ resolutionId: resolutions[0]?.id ?? '', version: 1, proof: '照片三张' }, { caller });
    expect((await leave()).staff).toMatchObject({ active: false });
  });

  it('of a member of staff waits for them, who may see and deliver it and no other', async () => {
    const of = await gathering();
    const worker = await makeStaff(office, of.unit.id);
    const { resolutions } = await adopted(of, [{ ownerStaffId: worker.id }, { ownerMemberUnitId: of.members[0] }]);
    const [own, other] = [resolutions.find(({ ownerStaffId }) => ownerStaffId === worker.id)?.id ?? '', resolutions.find(({ ownerStaffId }) => ownerStaffId === '')?.id ?? ''];
    const self = testCaller({ subject: worker.id, grants: [{ permissions: [...ownPermissions, 'work.queue.read'], scope: 'self', unitPath: '' }] });
    expect((await office.work.listWork({}, { caller: self })).items).toMatchObject([{ subjectId: own, action: 'deliver', dueAt: new Date('2026-12-10T18:00:00+08:00') }]);
    expect((await office.meetings.listResolutions({}, { caller: self })).resolutions.map(({ id }) => id)).toEqual([own]);
    expect((await office.meetings.getResolution({ resolutionId: own }, { caller: self })).resolution?.textZh).toBe('清理楼道');
    for (const trying of [() => office.meetings.getResolution({ resolutionId: other }, { caller: self }), () => office.meetings.deliverResolution({ resolutionId: other, version: 1, proof: '照片' }, { caller: self })]) {
      await expect(trying()).rejects.toMatchObject({ kind: 'not_found', reason: 'RESOLUTION_NOT_FOUND' });
    }
    await office.meetings.deliverResolution({ resolutionId: own, version: 1, proof: '照片' }, { caller: self });
    expect((await office.work.listWork({}, { caller: self })).items).toEqual([]);
  });

  it('of a member of staff is their stand-in’s too, while they are away', async () => {
    const of = await gathering();
    const [worker, standIn] = [await makeStaff(office, of.unit.id), await makeStaff(office, of.unit.id)];
    const { resolutions } = await adopted(of, [{ ownerStaffId: worker.id }]);
    const resolutionId = resolutions[0]?.id ?? '';
    const self = testCaller({ subject: standIn.id, grants: [{ permissions: ownPermissions, scope: 'self', unitPath: '' }] });
    const listed = async () => (await office.meetings.listResolutions({}, { caller: self })).resolutions.map(({ id }) => id);
    const deliver = () => office.meetings.deliverResolution({ resolutionId, version: 1, proof: '照片' }, { caller: self });
    const staff = { staffId: worker.id, version: 2 };
    const refuse = async () => {
      expect(await listed()).toEqual([]);
      await expect(office.meetings.getResolution({ resolutionId }, { caller: self })).rejects.toMatchObject({ reason: 'RESOLUTION_NOT_FOUND' });
      await expect(deliver()).rejects.toMatchObject({ reason: 'RESOLUTION_NOT_FOUND' });
    };
    await refuse();
    await office.staff.startAbsence({ ...staff, standInId: standIn.id }, { caller: everything() });
    expect(await listed()).toEqual([resolutionId]);
    await office.staff.endAbsence({ ...staff, version: 3 }, { caller: everything() });
    await refuse();
    await office.staff.startAbsence({ ...staff, version: 4, standInId: standIn.id }, { caller: everything() });
    expect((await deliver()).resolution).toMatchObject({ state: 'RESOLUTION_STATE_DELIVERED', ownerStaffId: worker.id });
  });

  it('has one owner who is there, and a day ahead', async () => {
    const of = await gathering();
    const meetingId = await minuted(of);
    const [gone] = await joinUnits(office, of.unit.id, 1);
    await office.memberUnits.leaveMemberUnit({ memberUnitId: gone?.id ?? '', version: 1 }, { caller });
    const away = await makeStaff(office);
    await office.knex('staff').where({ id: away.id }).update({ active: false });
    const adopt = (draft: object) => office.meetings.adoptResolutions({ meetingId, version: 4, resolutions: [{ textZh: '清理楼道', dueOn: '2026-12-10', ...draft }] }, { caller });
    await expect(adopt({})).rejects.toMatchObject({ violations: [{ field: 'resolutions[0].owner_staff_id', code: 'one_of_two' }] });
    await expect(adopt({ ownerMemberUnitId: of.members[0], dueOn: '2026-11-24' })).rejects.toMatchObject({ violations: [{ field: 'resolutions[0].due_on', code: 'in_past' }] });
    await expect(adopt({ ownerMemberUnitId: gone?.id })).rejects.toMatchObject({ reason: 'MEMBER_UNIT_NOT_IN' });
    await expect(adopt({ ownerMemberUnitId: meetingId })).rejects.toMatchObject({ reason: 'MEMBER_UNIT_NOT_FOUND' });
    await expect(adopt({ ownerStaffId: meetingId })).rejects.toMatchObject({ reason: 'STAFF_NOT_FOUND' });
    await expect(adopt({ ownerStaffId: away.id })).rejects.toMatchObject({ reason: 'STAFF_INACTIVE' });
    expect((await office.meetings.getMeeting({ meetingId }, { caller })).meeting?.state).toBe('MEETING_STATE_MINUTED');
  });

  it('is withdrawn for a reason by those who hold the meetings: nobody owes it, and with the last one the meeting is done', async () => {
    const of = await gathering();
    const owner = await makeStaff(office, of.unit.id);
    const { meetingId, resolutions } = await adopted(of, [{ ownerStaffId: owner.id }, { ownerMemberUnitId: of.members[0] }]);
    const [resolutionId, other] = [resolutions.find(({ ownerStaffId }) => ownerStaffId !== '')?.id ?? '', resolutions.find(({ ownerStaffId }) => ownerStaffId === '')?.id ?? ''];
    const withdraw = (version: number, facts: object = {}, by = caller) => office.meetings.withdrawResolution({ resolutionId, version, reasonCode: 'overtaken', ...facts }, { caller: by });
    await expect(withdraw(1, { reasonCode: '' })).rejects.toMatchObject({ violations: [{ field: 'reason_code', code: 'required' }] });
    // Whoever owes it does not let themselves off.
    const self = testCaller({ subject: owner.id, grants: [{ permissions: ['organization.meeting.write', ...ownPermissions], scope: 'self', unitPath: '' }] });
    await expect(withdraw(1, {}, self)).rejects.toMatchObject({ reason: 'RESOLUTION_NOT_FOUND' });
    await expect(withdraw(1, {}, partyAffairs('baihe'))).rejects.toMatchObject({ reason: 'RESOLUTION_NOT_FOUND' });
    await office.meetings.deliverResolution({ resolutionId: other, version: 1, proof: '照片' }, { caller });
    await expect(office.meetings.withdrawResolution({ resolutionId: other, version: 2, reasonCode: 'overtaken' }, { caller })).rejects.toMatchObject({ reason: 'RESOLUTION_DELIVERED_ALREADY' });
    const both = await Promise.allSettled([withdraw(1), withdraw(1)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(withdraw(2)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'RESOLUTION_WITHDRAWN' });
    await expect(office.meetings.deliverResolution({ resolutionId, version: 2, proof: '照片' }, { caller })).rejects.toMatchObject({ reason: 'RESOLUTION_WITHDRAWN' });
    expect((await office.meetings.getResolution({ resolutionId }, { caller })).resolution).toMatchObject({ state: 'RESOLUTION_STATE_WITHDRAWN', reasonCode: 'overtaken', proof: '', version: 2 });
    expect((await office.meetings.getMeeting({ meetingId }, { caller })).meeting).toMatchObject({ state: 'MEETING_STATE_RESOLUTIONS_DONE', resolutionsOpen: 0 });
    expect((await sentEvents(office, resolutionId)).at(-1)).toMatchObject({ type: 'ResolutionWithdrawn', version: 2, payload: { meetingId, reasonCode: 'overtaken' } });
    expect((await office.threads.listEntries({ threadId: meetingId }, { caller })).entries.find(({ code }) => code === 'resolution_withdrawn')).toMatchObject({ facts: { reason: 'overtaken' } });
    office.clock.set('2026-12-20T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect((await history(office, resolutionId)).at(-1)).toBe('ResolutionWithdrawn 2');
    expect(await office.knex('clocks').where({ subject_id: resolutionId }).pluck('state')).toEqual(['cancelled']);
    expect((await office.work.listWork({ unitId: of.unit.id, pageSize: 200 }, { caller })).items.filter(({ subjectId }) => subjectId === resolutionId)).toEqual([]);
  });

  it('holds its member unit in until it is delivered', async () => {
    const of = await gathering();
    const [guest] = await joinUnits(office, of.unit.id, 1);
    const { resolutions } = await adopted(of, [{ ownerMemberUnitId: guest?.id }]);
    const leave = () => office.memberUnits.leaveMemberUnit({ memberUnitId: guest?.id ?? '', version: 1 }, { caller });
    await expect(leave()).rejects.toMatchObject({ reason: 'MEMBER_UNIT_HAS_RESOLUTIONS', details: { open: '1' } });
    await office.meetings.deliverResolution({ resolutionId: resolutions[0]?.id ?? '', version: 1, proof: '照片' }, { caller });
    await leave();
  });
});

it('a year: one congress, four joint meetings, and the host changes', async () => {
  office.clock.set('2027-01-10T09:00:00+08:00');
  const regional = await congress();
  const joint = await gathering(24);
  const { committeeId, members } = regional;
  await office.committees.setRotation({ committeeId, version: 2, baseYear: 2027, memberUnitIds: members }, { caller });
  await office.committees.handOverRotation({ committeeId, version: 3, year: 2027 }, { caller });
  for (const [day, of] of [['2027-02-01', joint], ['2027-05-01', joint], ['2027-06-01', regional], ['2027-08-01', joint], ['2027-11-01', joint]] as const) {
    office.clock.set(`${day}T09:00:00+08:00`);
    const { meeting } = await office.meetings.scheduleMeeting({ committeeId: of.committeeId, themeZh: '主题', scheduledOn: day, hostMemberUnitId: of === joint ? (of.members[0] ?? '') : '' }, { caller });
    await office.meetings.conveneMeeting({ meetingId: meeting?.id ?? '', version: 1 }, { caller });
  }
  office.clock.set('2028-01-05T09:00:00+08:00');
  await office.app.scanner.scanOnce();
  for (const one of [regional, joint]) expect((await history(office, one.committeeId)).filter((line) => line.startsWith('CommitteeMeetingMissed'))).toEqual([]);
  await office.committees.handOverRotation({ committeeId, version: 4, year: 2028 }, { caller });
  expect((await sentEvents(office, committeeId)).at(-1)?.payload).toMatchObject({ year: 2028, hostId: members[1], formerHostId: members[0] });
});
