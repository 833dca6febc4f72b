import { organization } from '@linli/contracts';
import { joinUnits, partyAffairs, partyWithin } from './party';
import { fresh, history, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

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

const reporter = async () => (await joinUnits(office, root.id, 1))[0]?.id ?? '';
const file = async (facts: object = {}) =>
  (await office.dualReports.fileDualReport({ memberUnitId: await reporter(), unitId: community.id, headcount: 12, ...facts }, { caller })).dualReport as organization.DualReport;

describe('a report of a member unit to a community', () => {
  it('is filed once, with how many and not who, and told of without the number', async () => {
    const memberUnitId = await reporter();
    const request = { requestId: fresh('r'), memberUnitId, unitId: community.id, headcount: 12 };
    const [one, two] = await Promise.all([office.dualReports.fileDualReport(request, { caller }), office.dualReports.fileDualReport(request, { caller })]);
    expect(one).toEqual(two);
    const id = one.dualReport?.id ?? '';
    expect(one.dualReport).toMatchObject({ headcount: 12, reportedOn: '2026-11-24', reviewDueAt: new Date('2027-11-24T18:00:00+08:00'), version: 1 });
    expect(await sentEvents(office, id)).toEqual([{ type: 'DualReportFiled', id, version: 1, payload: { dualReportId: id, memberUnitId, unitId: community.id } }]);
    await expect(file({ memberUnitId })).rejects.toMatchObject({ kind: 'already_exists', reason: 'DUAL_REPORT_EXISTS' });
    await expect(file({ unitId: root.id })).rejects.toMatchObject({ reason: 'DUAL_REPORT_MISPLACED' });
    await expect(file({ memberUnitId: root.id })).rejects.toMatchObject({ reason: 'MEMBER_UNIT_NOT_FOUND' });
    await expect(file({ headcount: -1 })).rejects.toMatchObject({ violations: [{ field: 'headcount', code: 'out_of_range' }] });
    const gone = await reporter();
    await office.memberUnits.leaveMemberUnit({ memberUnitId: gone, version: 1 }, { caller });
    await expect(file({ memberUnitId: gone })).rejects.toMatchObject({ reason: 'MEMBER_UNIT_NOT_IN' });
  });

  it('is given tasks, each done once with proof, and ends when all are done', async () => {
    const { id: dualReportId } = await file();
    const assign = (version: number, dueOn: string) => office.dualReports.assignDualTask({ dualReportId, version, textZh: '楼道清扫', dueOn }, { caller });
    await expect(assign(1, '2026-11-24')).rejects.toMatchObject({ violations: [{ field: 'due_on', code: 'in_past' }] });
    const taskId = (await assign(1, '2026-12-01')).dualReport?.tasks[0]?.id ?? '';
    const end = (version: number) => office.dualReports.endDualReport({ dualReportId, version }, { caller });
    await expect(end(2)).rejects.toMatchObject({ reason: 'DUAL_TASKS_OPEN', details: { open: '1' } });
    const complete = (version: number, id = taskId) => office.dualReports.completeDualTask({ dualReportId, version, taskId: id, proof: '照片' }, { caller });
    await expect(complete(2, root.id)).rejects.toMatchObject({ reason: 'DUAL_TASK_NOT_FOUND' });
    const both = await Promise.allSettled([complete(2), complete(2)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(complete(3)).rejects.toMatchObject({ reason: 'DUAL_TASK_DONE' });
    expect((await office.dualReports.updateDualReport({ dualReportId, version: 3, headcount: 15 }, { caller })).dualReport?.headcount).toBe(15);
    expect((await office.dualReports.updateDualReport({ dualReportId, version: 4, headcount: 15 }, { caller })).dualReport?.version).toBe(4);
    expect((await end(4)).dualReport).toMatchObject({ endedOn: '2026-11-24', tasks: [{ doneOn: '2026-11-24', proof: '照片' }] });
    await expect(end(5)).rejects.toMatchObject({ reason: 'DUAL_REPORT_ENDED' });
    expect(await history(office, dualReportId)).toEqual(['DualReportFiled 1', 'DualTaskAssigned 2', 'DualTaskCompleted 3', 'DualReportUpdated 4', 'DualReportEnded 5']);
    expect(JSON.stringify(await sentEvents(office, dualReportId))).not.toMatch(/清扫|照片|headcount/);
  });

  it('has every task done, however many were before it, and only so many open at a time', async () => {
    const { id: dualReportId } = await file();
    const insert = (count: number, doneOn: string | null) =>
      office.knex.raw(
        `insert into dual_tasks (tenant_id, dual_report_id, id, text_zh, due_on, done_on, proof)
         select 'xingsheng', :dualReportId, gen_random_uuid(), '清扫', date '2026-01-01' + step, :doneOn, :proof from generate_series(1, :count) as step`,
        { dualReportId, count, doneOn, proof: doneOn === null ? '' : '照片' },
      );
    await insert(210, '2026-11-01');
    const { dualReport } = await office.dualReports.assignDualTask({ dualReportId, version: 1, textZh: '楼道清扫', dueOn: '2026-12-01' }, { caller });
    expect(dualReport?.tasks[0]).toMatchObject({ textZh: '楼道清扫', doneOn: '' });
    const end = (version: number) => office.dualReports.endDualReport({ dualReportId, version }, { caller });
    await expect(end(2)).rejects.toMatchObject({ reason: 'DUAL_TASKS_OPEN', details: { open: '1' } });
    await office.dualReports.completeDualTask({ dualReportId, version: 2, taskId: dualReport?.tasks[0]?.id ?? '', proof: '照片' }, { caller });
    await insert(100, null);
    await expect(office.dualReports.assignDualTask({ dualReportId, version: 3, textZh: '再清扫', dueOn: '2026-12-01' }, { caller })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'DUAL_TASKS_TOO_MANY', details: { most: '100' } });
    await expect(end(3)).rejects.toMatchObject({ reason: 'DUAL_TASKS_OPEN', details: { open: '100' } });
    await office.knex('dual_tasks').where({ dual_report_id: dualReportId, done_on: null }).update({ done_on: '2026-11-24', proof: '照片' });
    await end(3);
  });

  it('is reviewed by the community once a year: a year without is told of once and waits on', async () => {
    const { id: dualReportId } = await file();
    office.clock.set('2027-11-24T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    expect(await history(office, dualReportId)).toEqual(['DualReportFiled 1', 'DualReportReviewOverdue 2']);
    const waiting = async () => (await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.find(({ subjectId }) => subjectId === dualReportId);
    expect(await waiting()).toMatchObject({ kind: 'organization.dual_report', action: 'review', version: 2, urgency: 'URGENCY_RED' });
    const { dualReport } = await office.dualReports.reviewDualReport({ dualReportId, version: 2, textZh: '任务均已完成' }, { caller });
    expect(dualReport).toMatchObject({ reviews: [{ reviewedOn: '2027-11-24', textZh: '任务均已完成' }], version: 3 });
    expect(await waiting()).toMatchObject({ version: 3, dueAt: dualReport?.reviewDueAt });
    await office.dualReports.endDualReport({ dualReportId, version: 3 }, { caller });
    expect(await waiting()).toBeUndefined();
    const { entries } = await office.threads.listEntries({ threadId: dualReportId }, { caller });
    expect(entries.map(({ code }) => code).sort()).toEqual(['ended', 'filed', 'review_overdue', 'reviewed']);
  });

  it('is there for those who may see the community only', async () => {
    const { id: dualReportId } = await file();
    const other = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    expect((await office.dualReports.listDualReports({ pageSize: 200 }, { caller: partyWithin(community.path) })).dualReports.map(({ id }) => id)).toContain(dualReportId);
    for (const who of [partyWithin(other.path), partyAffairs('baihe')]) {
      expect((await office.dualReports.listDualReports({}, { caller: who })).dualReports).toEqual([]);
      await expect(office.dualReports.getDualReport({ dualReportId }, { caller: who })).rejects.toMatchObject({ reason: 'DUAL_REPORT_NOT_FOUND' });
      await expect(office.dualReports.endDualReport({ dualReportId, version: 1 }, { caller: who })).rejects.toMatchObject({ reason: 'DUAL_REPORT_NOT_FOUND' });
    }
  });
});
