import { organization } from '@linli/contracts';
import { joinUnits, partyAffairs, partyWithin } from './party';
import { everything, fresh, history, makeStaff, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

let office: Office;
let root: organization.Unit;
let community: organization.Unit;
const caller = partyAffairs();

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

async function appoint(facts: object = {}): Promise<organization.Instructor> {
  const staff = await makeStaff(office);
  const { instructor } = await office.instructors.appointInstructor({ staffId: staff.id, unitId: community.id, ...facts }, { caller });
  if (instructor === undefined) throw new Error('no instructor came back');
  return instructor;
}
const organisation = async () => (await joinUnits(office, community.id, 1))[0]?.id ?? '';

describe('an instructor', () => {
  it('is a member of staff at work, appointed once', async () => {
    const staff = await makeStaff(office);
    const request = { requestId: fresh('r'), staffId: staff.id, unitId: community.id };
    const [one, two] = await Promise.all([office.instructors.appointInstructor(request, { caller }), office.instructors.appointInstructor(request, { caller })]);
    expect(one).toEqual(two);
    await expect(appoint({ staffId: staff.id })).rejects.toMatchObject({ kind: 'already_exists', reason: 'INSTRUCTOR_EXISTS' });
    await expect(appoint({ staffId: root.id })).rejects.toMatchObject({ reason: 'STAFF_NOT_FOUND' });
    await expect(appoint({ unitId: staff.id })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    await office.knex('staff').where({ id: staff.id }).update({ active: false });
    await expect(appoint({ staffId: staff.id })).rejects.toMatchObject({ reason: 'STAFF_INACTIVE' });
  });

  it('guides organisations, each guided by one at a time, and visits them', async () => {
    const [first, second] = [await appoint(), await appoint()];
    const memberUnitId = await organisation();
    const assign = (one: organization.Instructor, version: number) => office.instructors.assignInstructor({ instructorId: one.id, version, memberUnitId }, { caller });
    const both = await Promise.allSettled([assign(first, 1), assign(second, 1)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { kind: 'already_exists', reason: 'INSTRUCTOR_TAKEN' } });
    const [guide, other] = both[0]?.status === 'fulfilled' ? [first, second] : [second, first];
    const visit = (one: organization.Instructor, version: number, more: object = {}) =>
      office.instructors.recordInstructorVisit({ instructorId: one.id, version, memberUnitId, purposeCode: 'guidance', note: '谈支部换届', ...more }, { caller });
    await visit(guide, 2);
    await expect(visit(other, 1)).rejects.toMatchObject({ reason: 'INSTRUCTOR_NOT_ASSIGNED' });
    await expect(visit(guide, 3, { visitedOn: '2026-11-25' })).rejects.toMatchObject({ violations: [{ field: 'visited_on', code: 'in_future' }] });
    await expect(visit(guide, 3, { visitedOn: '2026-11-23' })).rejects.toMatchObject({ reason: 'INSTRUCTOR_NOT_ASSIGNED' });
    const got = await office.instructors.getInstructor({ instructorId: guide.id }, { caller });
    expect(got.visits).toMatchObject([{ memberUnitId, visitedOn: '2026-11-24', purposeCode: 'guidance', note: '谈支部换届' }]);
    expect(await history(office, guide.id)).toEqual(['InstructorAppointed 1', 'InstructorAssigned 2', 'InstructorVisited 3']);
    expect(JSON.stringify(await sentEvents(office, guide.id))).not.toContain('换届');

    const assignmentId = got.instructor?.assignments[0]?.id ?? '';
    const end = (version: number) => office.instructors.endInstructorAssignment({ instructorId: guide.id, version, assignmentId }, { caller });
    await end(3);
    await expect(end(4)).rejects.toMatchObject({ reason: 'ASSIGNMENT_ENDED' });
    await expect(office.instructors.endInstructorAssignment({ instructorId: guide.id, version: 4, assignmentId: root.id }, { caller })).rejects.toMatchObject({ reason: 'ASSIGNMENT_NOT_FOUND' });
    await assign(other, 1);
  });

  it('is dismissed with all assignments, and does nothing more', async () => {
    const { id: instructorId } = await appoint();
    const memberUnitId = await organisation();
    await office.instructors.assignInstructor({ instructorId, version: 1, memberUnitId }, { caller });
    await expect(office.instructors.assignInstructor({ instructorId, version: 2, memberUnitId: await organisation(), validFrom: '2026-01-01' }, { caller })).rejects.toMatchObject({
      violations: [{ field: 'valid_from', code: 'before_appointed_on' }],
    });
    const dismiss = (version: number) => office.instructors.dismissInstructor({ instructorId, version }, { caller });
    await expect(dismiss(1)).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    expect((await dismiss(2)).instructor).toMatchObject({ dismissedOn: '2026-11-24', assignments: [{ validTo: '2026-11-24' }] });
    await expect(dismiss(3)).rejects.toMatchObject({ reason: 'INSTRUCTOR_DISMISSED' });
    expect((await office.instructors.listInstructors({ pageSize: 200 }, { caller })).instructors.map(({ id }) => id)).not.toContain(instructorId);
    await office.instructors.assignInstructor({ instructorId: (await appoint()).id, version: 1, memberUnitId }, { caller });
  });

  it('does not leave the office before being dismissed', async () => {
    const { id: instructorId, staffId } = await appoint();
    const leave = () => office.staff.deactivateStaff({ staffId, version: 1 }, { caller: everything() });
    await expect(leave()).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'STAFF_HAS_WORK', details: { sites: '0', resolutions: '0', complaints: '0', instructorships: '1' } });
    await office.instructors.dismissInstructor({ instructorId, version: 1 }, { caller });
    expect((await leave()).staff).toMatchObject({ active: false });
  });

  it('is not sent to an organisation that has left', async () => {
    const { id: instructorId } = await appoint();
    const memberUnitId = await organisation();
    await office.memberUnits.leaveMemberUnit({ memberUnitId, version: 1 }, { caller });
    await expect(office.instructors.assignInstructor({ instructorId, version: 1, memberUnitId }, { caller })).rejects.toMatchObject({ reason: 'MEMBER_UNIT_NOT_IN' });
  });

  it('is there for those who may see the unit only', async () => {
    const { id: instructorId } = await appoint();
    const other = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    expect((await office.instructors.listInstructors({ pageSize: 200 }, { caller: partyWithin(community.path) })).instructors.map(({ id }) => id)).toContain(instructorId);
    for (const who of [partyWithin(other.path), partyAffairs('baihe')]) {
      expect((await office.instructors.listInstructors({}, { caller: who })).instructors).toEqual([]);
      await expect(office.instructors.getInstructor({ instructorId }, { caller: who })).rejects.toMatchObject({ reason: 'INSTRUCTOR_NOT_FOUND' });
      await expect(office.instructors.dismissInstructor({ instructorId, version: 1 }, { caller: who })).rejects.toMatchObject({ reason: 'INSTRUCTOR_NOT_FOUND' });
    }
  });
});
