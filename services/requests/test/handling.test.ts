import { requests } from '@linli/contracts';
import { newId } from '@linli/db';
import { errandIn, lastEventOf, refused, steps } from './errand';
import { callers, present, staffId, startOffice, unit, type Office } from './support';

const { CaseState, CaseResult, LimitUnit, PauseCause } = requests;
const hour = 3_600_000;
const day = 24 * hour;

describe('handling', () => {
  let office: Office;
  beforeAll(async () => {
    office = await startOffice();
  });
  afterAll(() => office.stop());
  beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));

  describe('pausing', () => {
    it('stops the clock for a listed cause and resumes with what was left', async () => {
      const errand = await errandIn(office, 'processing');
      office.clock.advance(day);
      const paused = await errand.take(office.cases.pauseCase({ ...errand.ref(), cause: PauseCause.PAUSE_CAUSE_EXPERT_REVIEW }, { caller: callers.handler }));
      expect(paused).toMatchObject({ state: CaseState.CASE_STATE_PAUSED, pauseCause: PauseCause.PAUSE_CAUSE_EXPERT_REVIEW });
      expect(paused.dueLight).toBe(requests.DueLight.DUE_LIGHT_UNSPECIFIED);
      expect(await lastEventOf(office, paused.id)).toMatchObject({ type: 'CasePaused', payload: { cause: 'PAUSE_CAUSE_EXPERT_REVIEW' } });
      office.clock.advance(5 * day);
      const resumed = await errand.take(office.cases.resumeCase(errand.ref(), { caller: callers.handler }));
      // Paused Wednesday to Monday: three working days later than 12-08.
      expect(resumed).toMatchObject({ state: CaseState.CASE_STATE_PROCESSING, dueAt: new Date('2026-12-11T18:00:00+08:00'), statutoryDueAt: new Date('2026-12-25T18:00:00+08:00') });
      expect(await lastEventOf(office, resumed.id)).toMatchObject({ type: 'CaseResumed', payload: { dueAt: '2026-12-11T10:00:00.000Z' } });
    });

    it('refuses any other cause, and anybody but the department', async () => {
      const errand = await errandIn(office, 'processing');
      for (const cause of [PauseCause.PAUSE_CAUSE_UNSPECIFIED, PauseCause.UNRECOGNIZED]) {
        await refused(office.cases.pauseCase({ ...errand.ref(), cause }, { caller: callers.handler }), 'PAUSE_CAUSE_UNLISTED');
      }
      // The coordinator's community is not the deciding department.
      const overUnit = { ...callers.handler, grants: callers.clerk.grants.map((grant) => ({ ...grant, permissions: ['requests.case.pause', 'requests.case.read'] })) };
      await refused(steps.pause(office, errand.ref(), overUnit), 'UNIT_OUT_OF_SCOPE');
    });
  });

  describe('extending', () => {
    const by = (amount: number) => ({ amount, unit: LimitUnit.LIMIT_UNIT_WORKING_DAYS });

    it('moves both due dates once, with a reason that the resident reads', async () => {
      const errand = await errandIn(office, 'processing');
      const extend = (amount: number) => office.cases.extendCase({ ...errand.ref(), by: by(amount), reason: '等待上级部门回函' }, { caller: callers.coordinator });
      await refused(extend(11), 'EXTENSION_TOO_LONG', { most: '10', unit: 'working_days' });
      const extended = await errand.take(extend(10));
      expect(extended).toMatchObject({ dueAt: new Date('2026-12-22T18:00:00+08:00'), dueProvisional: false });
      expect(extended.statutoryDueAt).toBeDefined();
      await refused(extend(1), 'EXTENDED_ALREADY');
      const { entries } = await office.thread.listEntries({ threadId: extended.threadId, pageSize: 0, pageToken: '' }, { caller: callers.wang });
      expect(entries.at(-1)).toMatchObject({ code: 'extended', note: '等待上级部门回函', facts: { due_at: '2026-12-22T10:00:00.000Z' } });
    });

    it('marks a due date beyond the loaded calendar as provisional', async () => {
      office.clock.set('2026-12-10T09:00:00+08:00');
      const errand = await errandIn(office, 'processing');
      expect(errand.current.dueProvisional).toBe(false);
      const extended = await errand.take(office.cases.extendCase({ ...errand.ref(), by: by(5), reason: '补充核查' }, { caller: callers.coordinator }));
      expect(extended.dueProvisional).toBe(true);
    });

    it('comes before the due time', async () => {
      const errand = await errandIn(office, 'processing');
      office.clock.set('2026-12-08T18:00:01+08:00');
      // Alarms may have raised the version by now.
      const current = present((await office.cases.getCase({ caseId: errand.current.id }, { caller: callers.coordinator })).case);
      expect(current.nextActions).not.toContain('extend');
    });

    it('names a wrong limit', async () => {
      const errand = await errandIn(office, 'processing');
      const extend = (limit: requests.Limit | undefined) => office.cases.extendCase({ ...errand.ref(), by: limit, reason: '核查' }, { caller: callers.coordinator });
      await expect(extend(undefined)).rejects.toMatchObject({ violations: [{ field: 'by' }] });
      await expect(extend({ amount: 1, unit: LimitUnit.LIMIT_UNIT_UNSPECIFIED })).rejects.toMatchObject({ violations: [{ field: 'by.unit' }] });
      await refused(extend(by(0)), 'LIMIT_INVALID');
    });
  });

  describe('a joint case', () => {
    const joint = () => errandIn(office, 'processing', { itemCode: 'shop-licence' });

    it('has tasks with exactly one lead, and goes to the decision when all are done', async () => {
      const errand = await joint();
      const add = (unitId: string, lead: boolean) => office.cases.addTask({ ...errand.ref(), unitId, lead, titleZh: '现场核查' }, { caller: callers.handler });
      await refused(steps.requestDecision(office, errand.ref()), 'LEAD_MISSING');
      const first = await errand.take(add(unit.civilAffairs, true));
      await refused(add(unit.housing, true), 'LEAD_SET_ALREADY');
      const second = await errand.take(add(unit.housing, false));
      expect(second.tasks.map(({ unitId, lead }) => [unitId, lead])).toEqual([
        [unit.civilAffairs, true],
        [unit.housing, false],
      ]);
      const complete = (taskId: string, caller = callers.handler) => office.cases.completeTask({ ...errand.ref(), taskId }, { caller });
      await errand.take(complete(present(first.tasks[0]).id));
      await refused(steps.requestDecision(office, errand.ref()), 'TASKS_OPEN', { open: '1' });
      await refused(complete(present(first.tasks[0]).id), 'TASK_DONE_ALREADY');
      await refused(complete(newId()), 'TASK_NOT_FOUND');
      // Housing sees the case by its task alone.
      const housing = { ...callers.handler, subject: newId(), grants: callers.handler.grants.map((grant) => ({ ...grant, unitPath: `/${unit.root}/${unit.housing}/` })) };
      await errand.take(complete(present(second.tasks[1]).id, housing));
      await refused(complete(present(second.tasks[1]).id), 'TASKS_DONE');
      expect((await errand.take(steps.requestDecision(office, errand.ref()))).state).toBe(CaseState.CASE_STATE_AWAITING_DECISION);
    });

    it('is the only kind that has tasks, at units that exist', async () => {
      const errand = await errandIn(office, 'processing');
      const add = (ref: { caseId: string; version: number }, unitId: string) =>
        office.cases.addTask({ ...ref, unitId, lead: false, titleZh: '核查' }, { caller: callers.handler });
      await refused(add(errand.ref(), unit.housing), 'CASE_NOT_JOINT');
      await refused(add((await joint()).ref(), newId()), 'UNIT_UNKNOWN');
    });
  });

  describe('the decision', () => {
    it('is the department’s; the agent and the partner never decide, whatever their permissions', async () => {
      const errand = await errandIn(office, 'awaiting_decision');
      const mighty = (subject: string) => ({ ...callers.all, subject });
      for (const subject of [staffId.agent, staffId.partner]) await refused(steps.decide(office, errand.ref(), mighty(subject)), 'AGENT_MAY_NOT_DECIDE');
      const decided = await errand.take(steps.decide(office, errand.ref()));
      expect(decided).toMatchObject({ state: CaseState.CASE_STATE_DECIDED, result: CaseResult.CASE_RESULT_GRANTED, decidedAt: office.clock.now() });
    });

    it('says why it refuses', async () => {
      const errand = await errandIn(office, 'awaiting_decision');
      const decide = (result: requests.CaseResult, explanation: string) => office.cases.decideCase({ ...errand.ref(), result, explanation }, { caller: callers.handler });
      await expect(decide(CaseResult.CASE_RESULT_REFUSED, '')).rejects.toMatchObject({ violations: [{ field: 'explanation' }] });
      await expect(decide(CaseResult.CASE_RESULT_UNSPECIFIED, '')).rejects.toMatchObject({ violations: [{ field: 'result' }] });
      const refusedCase = await errand.take(decide(CaseResult.CASE_RESULT_REFUSED, '年龄未满八十周岁'));
      expect(refusedCase).toMatchObject({ result: CaseResult.CASE_RESULT_REFUSED, resultExplanation: '年龄未满八十周岁' });
      expect(JSON.stringify(await lastEventOf(office, refusedCase.id))).not.toContain('周岁');
    });

    it('lets one of a concurrent pair win', async () => {
      const errand = await errandIn(office, 'awaiting_decision');
      const results = await Promise.allSettled([
        office.cases.decideCase({ ...errand.ref(), result: CaseResult.CASE_RESULT_GRANTED, explanation: '' }, { caller: callers.handler }),
        office.cases.decideCase({ ...errand.ref(), result: CaseResult.CASE_RESULT_REFUSED, explanation: '不符合' }, { caller: callers.handler }),
      ]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
    });
  });

  it('takes an immediate case through all its steps in one visit', async () => {
    const errand = await errandIn(office, 'delivered', { itemCode: 'certificate', proxied: true });
    expect(errand.current).toMatchObject({ version: 6, dueAt: new Date('2026-11-25T18:00:00+08:00'), statutoryDueAt: undefined });
  });

  describe('a version', () => {
    it('must be given and be the last one', async () => {
      const errand = await errandIn(office, 'accepted');
      await expect(office.cases.startProcessing({ caseId: errand.current.id, version: 0 }, { caller: callers.handler })).rejects.toMatchObject({ violations: [{ field: 'version', code: 'required' }] });
      await refused(office.cases.startProcessing({ caseId: errand.current.id, version: 1 }, { caller: callers.handler }), 'VERSION_STALE', { current: '2' });
      await refused(office.cases.startProcessing({ caseId: newId(), version: 1 }, { caller: callers.handler }), 'CASE_NOT_FOUND');
    });

    it('names the state that does not allow an action', async () => {
      const errand = await errandIn(office, 'accepted');
      await refused(steps.requestDecision(office, errand.ref()), 'CASE_STATE_FORBIDS', { state: 'accepted', action: 'request_decision' });
    });
  });
});
