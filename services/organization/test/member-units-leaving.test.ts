import { organization } from '@linli/contracts';
import { eventually } from '@linli/testing';
import { joinUnits, partyAffairs, partyWithin } from './party';
import { history, makeStaff, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { JOINT_PROJECT_STATE_AGREED, JOINT_PROJECT_STATE_RUNNING, JOINT_PROJECT_STATE_CLOSED } = organization.JointProjectState;

let office: Office;
let root: organization.Unit;
let here: organization.Unit;
let there: organization.Unit;
const caller = partyAffairs();

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  here = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
  there = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

const categoryCode = 'elderly_meals';
const joined = async (unit = here) => (await joinUnits(office, unit.id, 1))[0]?.id ?? '';
const leave = (memberUnitId: string, who = caller) => office.memberUnits.leaveMemberUnit({ memberUnitId, version: 1 }, { caller: who });

async function offer(memberUnitId: string, capacity = 1): Promise<organization.Resource> {
  const { resource } = await office.jointProjects.offerResource({ memberUnitId, categoryCode, titleZh: '职工食堂', capacity }, { caller });
  if (resource === undefined) throw new Error('no resource came back');
  return resource;
}
const raise = async () => (await office.jointProjects.raiseNeed({ unitId: here.id, categoryCode, textZh: '午餐不便' }, { caller })).need?.id ?? '';
const propose = async () => (await office.jointProjects.proposeJointProject({ needIds: [await raise()], titleZh: '助餐', dueOn: '2026-12-20' }, { caller })).jointProject?.id ?? '';
const match = (jointProjectId: string, lead: organization.Resource, ...others: organization.Resource[]) =>
  office.jointProjects.matchJointProject({ jointProjectId, version: 1, resourceIds: [lead, ...others].map(({ id }) => id), leadMemberUnitId: lead.memberUnitId }, { caller });
const fileReport = async (memberUnitId: string, unitId = here.id) => (await office.dualReports.fileDualReport({ memberUnitId, unitId, headcount: 12 }, { caller })).dualReport?.id ?? '';

describe('a member unit in a joint project', () => {
  const refusal = { kind: 'failed_precondition', reason: 'MEMBER_UNIT_HAS_PROJECTS', details: { open: '1' } };

  it('does not leave until it is closed, whether it leads or gives', async () => {
    const [lead, giver] = [await joined(), await joined()];
    const jointProjectId = await propose();
    await match(jointProjectId, await offer(lead), await offer(giver));
    const on = (version: number) => ({ jointProjectId, version });
    const advance = (version: number, to: organization.JointProjectState) => () => office.jointProjects.advanceJointProject({ ...on(version), to }, { caller });
    const steps = [
      advance(2, JOINT_PROJECT_STATE_AGREED),
      advance(3, JOINT_PROJECT_STATE_RUNNING),
      () => office.jointProjects.deliverJointProject({ ...on(4), proof: '照片' }, { caller }),
      () => office.jointProjects.reviewJointProject({ ...on(5), usefulness: { useful: 9, partly: 0, notUseful: 0 } }, { caller }),
      advance(6, JOINT_PROJECT_STATE_CLOSED),
    ];
    for (const step of steps) {
      for (const id of [lead, giver]) await expect(leave(id)).rejects.toMatchObject(refusal);
      await step();
    }
    for (const id of [lead, giver]) expect((await leave(id)).memberUnit).toMatchObject({ leftOn: '2026-11-24' });
  });

  it('leaves when it stalled, for nothing goes on from there', async () => {
    const lead = await joined();
    const jointProjectId = await propose();
    await match(jointProjectId, await offer(lead));
    await expect(leave(lead)).rejects.toMatchObject(refusal);
    await office.jointProjects.stallJointProject({ jointProjectId, version: 2, reasonCode: 'lead_withdrew' }, { caller });
    await leave(lead);
  });

  it.each(['the match', 'the leaving'])('either is matched or leaves, when both are asked for at once: %s comes first', async (first) => {
    const memberUnitId = await joined();
    const resource = await offer(memberUnitId);
    const jointProjectId = await propose();
    const asked = { 'the match': () => match(jointProjectId, resource), 'the leaving': () => leave(memberUnitId) };
    const both = await office.knex.transaction(async (trx) => {
      // Both need the resource: whoever came first waits here, whoever came second waits for the member unit.
      await trx('resources').where({ id: resource.id }).forUpdate().first();
      const one = Promise.allSettled([asked[first as keyof typeof asked]()]);
      await waiting(1);
      const two = Promise.allSettled([asked[first === 'the match' ? 'the leaving' : 'the match']()]);
      await waiting(2);
      return [one, two] as const;
    });
    const [[one], [two]] = await Promise.all(both);
    expect([one.status, two]).toEqual(['fulfilled', expect.objectContaining({ status: 'rejected', reason: expect.objectContaining(first === 'the match' ? { reason: 'MEMBER_UNIT_HAS_PROJECTS' } : { reason: 'RESOURCE_WITHDRAWN' }) })]);
  });

  it('is never left behind in a project, nor stuck, however often both are asked for at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const memberUnitId = await joined();
      const [reportId, resource, jointProjectId] = [await fileReport(memberUnitId), await offer(memberUnitId), await propose()];
      const { instructor } = await office.instructors.appointInstructor({ staffId: (await makeStaff(office)).id, unitId: here.id }, { caller });
      const ref = { instructorId: instructor?.id ?? '', memberUnitId };
      await office.instructors.assignInstructor({ ...ref, version: 1 }, { caller });
      // Each of them holds what leaving takes, too.
      const visit = office.instructors.recordInstructorVisit({ ...ref, version: 2, purposeCode: 'guidance' }, { caller });
      const review = office.dualReports.reviewDualReport({ dualReportId: reportId, version: 1, textZh: '好' }, { caller });
      const [matched, left] = await Promise.allSettled([match(jointProjectId, resource), leave(memberUnitId), review, visit]);
      expect([matched.status, left.status].sort()).toEqual(['fulfilled', 'rejected']);
      expect([matched, left].find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: expect.stringMatching(/^(MEMBER_UNIT_HAS_PROJECTS|RESOURCE_WITHDRAWN)$/) } });
    }
  });
});

/** So many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  await eventually(async () => {
    const { rows } = await office.knex.raw<{ rows: unknown[] }>(`select from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`);
    expect(rows).toHaveLength(count);
  });
}

describe('what hangs on a member unit', () => {
  it('ends as it leaves, each with a version and an event of its own: what it offers, where it reports, who guides it', async () => {
    const memberUnitId = await joined();
    const [one, two, gone] = [await offer(memberUnitId), await offer(memberUnitId), await offer(memberUnitId)];
    await office.jointProjects.withdrawResource({ resourceId: gone.id, version: 1 }, { caller });
    const reports = [await fileReport(memberUnitId), await fileReport(memberUnitId, there.id)];
    const { instructor } = await office.instructors.appointInstructor({ staffId: (await makeStaff(office)).id, unitId: there.id }, { caller });
    const instructorId = instructor?.id ?? '';
    await office.instructors.assignInstructor({ instructorId, version: 1, memberUnitId }, { caller });
    const stays = await offer(await joined());

    await expect(leave(memberUnitId, partyWithin(there.path))).rejects.toMatchObject({ reason: 'MEMBER_UNIT_NOT_FOUND' });
    // Its own community lets it go, also where it reports to another one.
    await leave(memberUnitId, partyWithin(here.path));
    const get = async (resourceId: string) => (await office.jointProjects.getResource({ resourceId }, { caller })).resource;
    for (const { id } of [one, two]) {
      expect(await get(id)).toMatchObject({ withdrawnOn: '2026-11-24', version: 2 });
      expect((await sentEvents(office, id)).at(-1)).toEqual({ type: 'ResourceWithdrawn', id, version: 2, payload: { resourceId: id } });
      expect((await office.threads.listEntries({ threadId: id }, { caller: { ...caller, grants: [{ permissions: ['thread.read'], scope: 'tenant', unitPath: '' }] } })).entries.at(-1)).toMatchObject({ code: 'withdrawn' });
    }
    expect(await history(office, gone.id)).toEqual(['ResourceOffered 1', 'ResourceWithdrawn 2']);
    expect(await get(stays.id)).toEqual(stays);
    for (const dualReportId of reports) {
      expect((await office.dualReports.getDualReport({ dualReportId }, { caller })).dualReport).toMatchObject({ endedOn: '2026-11-24', version: 2 });
      expect(await history(office, dualReportId)).toEqual(['DualReportFiled 1', 'DualReportEnded 2']);
    }
    expect((await office.instructors.getInstructor({ instructorId }, { caller })).instructor).toMatchObject({ assignments: [{ memberUnitId, validTo: '2026-11-24' }], version: 3 });
    expect((await history(office, instructorId)).at(-1)).toBe('InstructorAssignmentEnded 3');
    const { items } = await office.work.listWork({ unitId: root.id, pageSize: 200 }, { caller });
    expect(items.filter(({ subjectId }) => reports.includes(subjectId))).toEqual([]);
    office.clock.set('2027-12-01T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    for (const id of reports) expect((await history(office, id)).at(-1)).toBe('DualReportEnded 2');
  });

  it('stays as it is when the unit may not leave: a task of its report is open', async () => {
    const memberUnitId = await joined();
    const resource = await offer(memberUnitId);
    const dualReportId = await fileReport(memberUnitId);
    const { dualReport } = await office.dualReports.assignDualTask({ dualReportId, version: 1, textZh: '楼道清扫', dueOn: '2026-12-01' }, { caller });
    await expect(leave(memberUnitId)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'DUAL_TASKS_OPEN', details: { open: '1' } });
    expect((await office.jointProjects.getResource({ resourceId: resource.id }, { caller })).resource).toEqual(resource);
    expect(await history(office, memberUnitId)).toEqual(['MemberUnitJoined 1']);
    await office.dualReports.completeDualTask({ dualReportId, version: 2, taskId: dualReport?.tasks[0]?.id ?? '', proof: '照片' }, { caller });
    await leave(memberUnitId);
  });
});

it('what a unit offers that is not in on the day is neither suggested nor matched', async () => {
  const [later, gone] = [await joined(), await joined()];
  const [early, late] = [await offer(later), await offer(gone)];
  await office.knex('member_units').where({ id: later }).update({ joined_on: '2026-11-25' });
  // As it was before leaving withdrew anything.
  await office.knex('member_units').where({ id: gone }).update({ left_on: '2026-11-24' });
  const needId = await raise();
  const suggested = async () => (await office.jointProjects.suggestMatches({ needId }, { caller })).suggestions.map(({ resourceId }) => resourceId);
  for (const { id, memberUnitId } of [early, late]) {
    expect(await suggested()).not.toContain(id);
    await expect(match(await propose(), { ...early, id, memberUnitId })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'MEMBER_UNIT_NOT_IN', details: { member_unit: memberUnitId } });
  }
  office.clock.set('2026-11-25T00:00:00+08:00');
  expect(await suggested()).toContain(early.id);
  await match(await propose(), early);
});

it('the nearest are suggested also where more is offered than can be weighed', async () => {
  const category = 'legal_advice';
  const far = await offer(await joined(there));
  await office.knex.raw(
    `insert into resources (tenant_id, id, member_unit_id, unit_path, category_code, title_zh, capacity, offered_on, version)
     select tenant_id, gen_random_uuid(), member_unit_id, unit_path, :category, '法律咨询', 1, offered_on, 1 from resources, generate_series(1, 600) where id = :far`,
    { category, far: far.id },
  );
  const near = (await office.jointProjects.offerResource({ memberUnitId: await joined(), categoryCode: category, titleZh: '法律咨询', capacity: 1 }, { caller })).resource;
  const { need } = await office.jointProjects.raiseNeed({ unitId: here.id, categoryCode: category, textZh: '想问法律' }, { caller });
  const { suggestions } = await office.jointProjects.suggestMatches({ needId: need?.id ?? '' }, { caller });
  expect(suggestions[0]?.resourceId).toBe(near?.id);
});
