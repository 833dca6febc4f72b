import { organization } from '@linli/contracts';
import { runner } from './communities-support';
import { fresh, history, makeTenant, makeUnit, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const { EVALUATION_RESULT_PASSED, EVALUATION_RESULT_FAILED } = organization.EvaluationResult;
const caller = runner();
const term = { termFrom: '2026-12-01', termTo: '2027-11-30' };

let office: Office;
let community: organization.Unit;
let other: organization.Unit;
beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  other = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

async function apply(facts: Partial<organization.CreateIncubatedOrgRequest> = {}): Promise<organization.IncubatedOrg> {
  const { org } = await office.incubation.createIncubatedOrg({ unitId: community.id, nameZh: '蒙医药研究学会', nameMn: 'ᠡᠮ', ...facts }, { caller });
  if (org === undefined) throw new Error('no organisation came back');
  return org;
}

async function incubate(): Promise<organization.IncubatedOrg> {
  const { id: orgId } = await apply();
  await office.incubation.admitIncubatedOrg({ orgId, version: 1, ...term }, { caller });
  const { org } = await office.incubation.startIncubation({ orgId, version: 2 }, { caller });
  if (org === undefined) throw new Error('no organisation came back');
  return org;
}

const evaluate = (orgId: string, result: organization.EvaluationResult, version = 3) => office.incubation.evaluateIncubatedOrg({ orgId, version, result, evaluationZh: '运转良好' }, { caller });
const waiting = async (orgId: string) => (await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.find(({ subjectId }) => subjectId === orgId);

describe('an incubated organisation', () => {
  it('goes from its application to standing on its own, each step told and the next one waiting', async () => {
    const applied = await apply({ appliedOn: '2026-11-20' });
    expect(applied).toMatchObject({ state: 'INCUBATION_STATE_APPLIED', appliedOn: '2026-11-20', termFrom: '', version: 1 });
    expect(await waiting(applied.id)).toMatchObject({ action: 'admit', version: 1 });
    const admitted = await office.incubation.admitIncubatedOrg({ orgId: applied.id, version: 1, ...term }, { caller });
    expect(admitted.org).toMatchObject({ state: 'INCUBATION_STATE_ADMITTED', ...term });
    expect(await waiting(applied.id)).toMatchObject({ action: 'start', version: 2 });
    const started = await office.incubation.startIncubation({ orgId: applied.id, version: 2 }, { caller });
    expect(started.org).toMatchObject({ state: 'INCUBATION_STATE_INCUBATING', receivedOn: '2026-11-24', evaluationOverdue: false });
    expect(started.org?.evaluationDueAt?.toISOString().slice(0, 10)).toBe('2027-11-30');
    expect(await waiting(applied.id)).toMatchObject({ action: 'evaluate', dueAt: started.org?.evaluationDueAt });
    await evaluate(applied.id, EVALUATION_RESULT_PASSED);
    expect(await waiting(applied.id)).toMatchObject({ action: 'conclude', version: 4 });
    const graduated = await office.incubation.graduateIncubatedOrg({ orgId: applied.id, version: 4 }, { caller });
    expect(graduated.org).toMatchObject({ state: 'INCUBATION_STATE_GRADUATED', result: EVALUATION_RESULT_PASSED, evaluationZh: '运转良好', returnedOn: '2026-11-24', version: 5 });
    expect(await waiting(applied.id)).toBeUndefined();
    expect((await office.incubation.getIncubatedOrg({ orgId: applied.id }, { caller })).org).toEqual(graduated.org);
    expect(await history(office, applied.id)).toEqual([1, 2, 3, 4, 5].map((version) => `IncubationStepped ${version}`));
    const { entries } = await office.threads.listEntries({ threadId: applied.id }, { caller });
    expect(entries.map(({ code }) => code)).toEqual(['applied', 'admitted', 'incubating', 'evaluated', 'graduated']);
    await expect(evaluate(applied.id, EVALUATION_RESULT_PASSED, 5)).rejects.toMatchObject({ reason: 'INCUBATION_STATE_FORBIDS', details: { state: 'graduated', action: 'evaluate' } });
  });

  it('that did not pass leaves, with what was handed over back', async () => {
    const org = await incubate();
    await evaluate(org.id, EVALUATION_RESULT_FAILED);
    const ref = { orgId: org.id, version: 4 };
    await expect(office.incubation.graduateIncubatedOrg(ref, { caller })).rejects.toMatchObject({ reason: 'EVALUATION_NOT_PASSED' });
    await expect(office.incubation.endIncubation({ ...ref, leaveReason: 'failed' }, { caller })).rejects.toMatchObject({ reason: 'RETURN_MISSING' });
    await expect(office.incubation.endIncubation({ ...ref, leaveReason: 'failed', returnedOn: '2026-11-23' }, { caller })).rejects.toMatchObject({ reason: 'RETURN_BEFORE_HANDOVER' });
    const left = await office.incubation.endIncubation({ ...ref, leaveReason: 'failed', returnedOn: '2026-11-24' }, { caller });
    expect(left.org).toMatchObject({ state: 'INCUBATION_STATE_LEFT', leaveReason: 'failed', returnedOn: '2026-11-24' });
  });

  it('is made once for a repeated request, and moved on by one of two at a time', async () => {
    const request = { requestId: fresh('r') };
    const [one, two] = await Promise.all([apply(request), apply(request)]);
    expect(one).toEqual(two);
    await expect(apply({ ...request, nameZh: '别的' })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
    const results = await Promise.allSettled([1, 2].map(() => office.incubation.admitIncubatedOrg({ orgId: one.id, version: 1, ...term }, { caller })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
  });

  it('has a term of at most what the rule allows, and starts within it', async () => {
    const { id: orgId } = await apply();
    const admit = (termFrom: string, termTo: string) => office.incubation.admitIncubatedOrg({ orgId, version: 1, termFrom, termTo }, { caller });
    await expect(admit('2026-12-01', '2028-11-30')).rejects.toMatchObject({ reason: 'TERM_TOO_LONG', details: { most: '730' } });
    await expect(admit('2026-12-02', '2026-12-01')).rejects.toMatchObject({ reason: 'TERM_REVERSED' });
    await admit('2026-11-24', '2026-11-25');
    office.clock.set('2026-11-26T09:00:00+08:00');
    await expect(office.incubation.startIncubation({ orgId, version: 2 }, { caller })).rejects.toMatchObject({ reason: 'TERM_OVER' });
  });

  it.each([
    ['applied_on', { appliedOn: '2026-11-25' }],
    ['name_zh', { nameZh: '' }],
    ['unit_id', { unitId: 'x' }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(apply(wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('has a reason that is a code, and days that have come', async () => {
    const org = await incubate();
    const ref = { orgId: org.id, version: 3 };
    await expect(office.incubation.endIncubation({ ...ref, leaveReason: '他们不来了' }, { caller })).rejects.toMatchObject({ violations: [{ field: 'leave_reason' }] });
    await expect(office.incubation.endIncubation({ ...ref, leaveReason: 'withdrew', returnedOn: '2026-11-25' }, { caller })).rejects.toMatchObject({ violations: [{ field: 'returned_on', code: 'in_future' }] });
    await expect(office.incubation.evaluateIncubatedOrg({ ...ref, evaluationZh: '好' }, { caller })).rejects.toMatchObject({ violations: [{ field: 'result', code: 'required' }] });
  });

  it('belongs to a community, and to those who run it', async () => {
    const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    await expect(apply({ unitId: grid.id })).rejects.toMatchObject({ violations: [{ field: 'unit_id', code: 'misplaced' }] });
    const org = await apply();
    for (const by of [runner(other.path), { ...caller, tenantId: 'baihe' }]) {
      const missing = { kind: 'not_found', reason: 'INCUBATED_ORG_NOT_FOUND' };
      await expect(office.incubation.getIncubatedOrg({ orgId: org.id }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.incubation.admitIncubatedOrg({ orgId: org.id, version: 1, ...term }, { caller: by })).rejects.toMatchObject(missing);
    }
    const { orgs } = await office.incubation.listIncubatedOrgs({ underUnitId: community.id, state: organization.IncubationState.INCUBATION_STATE_APPLIED, pageSize: 1 }, { caller });
    expect(orgs.map(({ id }) => id)).toEqual([org.id]);
    expect((await office.incubation.listIncubatedOrgs({}, { caller: runner(other.path) })).orgs).toEqual([]);
    await expect(office.incubation.listIncubatedOrgs({ underUnitId: community.id }, { caller: runner(other.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });
});

describe('the evaluation', () => {
  it('is warned of ahead and told of when it is overdue; made late, it is made all the same', async () => {
    const org = await incubate();
    office.clock.set('2027-11-29T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    office.clock.set('2027-12-01T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    const seen = (await office.incubation.getIncubatedOrg({ orgId: org.id }, { caller })).org;
    expect(seen).toMatchObject({ evaluationOverdue: true, version: 5 });
    expect(await waiting(org.id)).toMatchObject({ action: 'evaluate', version: 5 });
    const late = await evaluate(org.id, EVALUATION_RESULT_PASSED, 5);
    expect(late.org).toMatchObject({ evaluationOverdue: false, version: 6 });
    expect((await history(office, org.id)).slice(3)).toEqual(['IncubationEvaluationDueSoon 4', 'IncubationEvaluationOverdue 5', 'IncubationStepped 6']);
    const { entries } = await office.threads.listEntries({ threadId: org.id }, { caller });
    expect(entries.map(({ code }) => code)).toEqual(['applied', 'admitted', 'incubating', 'evaluation_due_soon', 'evaluation_overdue', 'evaluated']);
  });

  it('falls away when the organisation leaves', async () => {
    const org = await incubate();
    await office.incubation.endIncubation({ orgId: org.id, version: 3, leaveReason: 'withdrew', returnedOn: '2026-11-24' }, { caller });
    office.clock.set('2028-01-01T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await history(office, org.id)).toHaveLength(4);
  });
});
