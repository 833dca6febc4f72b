import { organization } from '@linli/contracts';
import { at, runner } from './communities-support';
import { fresh, history, makeStaff, makeTenant, makeUnit, startOffice, type Office } from './support';

const { LEARNING_KIND_CENTRAL_GROUP, LEARNING_KIND_UNSPECIFIED } = organization.LearningKind;
const caller = runner();

let office: Office;
let root: organization.Unit;
let other: organization.Unit;
let staff: organization.Staff[];
beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
  other = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
  staff = [await makeStaff(office), await makeStaff(office)];
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

async function plan(facts: Partial<organization.PlanLearningRequest> = {}): Promise<organization.Learning> {
  const { learning } = await office.learning.planLearning({ unitId: root.id, kind: LEARNING_KIND_CENTRAL_GROUP, topicZh: '理论学习', startsAt: at('12-01T09:00'), endsAt: at('12-01T11:00'), ...facts }, { caller });
  if (learning === undefined) throw new Error('no session came back');
  return learning;
}
const attend = (learningId: string, version: number, facts: Partial<organization.RecordLearningAttendanceRequest> = {}) =>
  office.learning.recordLearningAttendance({ learningId, version, staffIds: staff.map(({ id }) => id), others: 5, ...facts }, { caller });
const waiting = async (id: string) => (await office.work.listWork({ unitId: root.id, pageSize: 200 }, { caller })).items.find(({ subjectId }) => subjectId === id);

describe('a session of the learning plan', () => {
  it('is planned once, waits for who came, and is done when they are entered', async () => {
    const learning = await plan();
    expect(learning).toMatchObject({ unitId: root.id, kind: LEARNING_KIND_CENTRAL_GROUP, attended: false, staffIds: [], version: 1 });
    expect(await waiting(learning.id)).toMatchObject({ action: 'record_attendance', titleZh: '理论学习', dueAt: at('12-01T11:00') });
    await expect(attend(learning.id, 1)).rejects.toMatchObject({ reason: 'LEARNING_NOT_BEGUN' });
    office.clock.set('2026-12-01T09:00:00+08:00');
    const done = await attend(learning.id, 1);
    expect(done.learning).toMatchObject({ attended: true, others: 5, version: 2 });
    expect(await waiting(learning.id)).toBeUndefined();
    await attend(learning.id, 2, { staffIds: [staff[0]?.id ?? ''], others: 0 });
    expect((await office.learning.getLearning({ learningId: learning.id }, { caller })).learning).toMatchObject({ staffIds: [staff[0]?.id], others: 0, version: 3 });
    expect(await history(office, learning.id)).toEqual(['LearningPlanned 1', 'LearningAttended 2', 'LearningAttended 3']);
  });

  it('knows only staff of the office', async () => {
    const learning = await plan();
    office.clock.set('2026-12-01T09:00:00+08:00');
    await expect(attend(learning.id, 1, { staffIds: [root.id] })).rejects.toMatchObject({ kind: 'not_found', reason: 'STAFF_NOT_FOUND' });
    await expect(attend(learning.id, 1, { staffIds: ['x'] })).rejects.toMatchObject({ violations: [{ field: 'staff_ids[0]' }] });
    await expect(attend(learning.id, 1, { others: -1 })).rejects.toMatchObject({ violations: [{ field: 'others', code: 'out_of_range' }] });
    expect((await office.learning.getLearning({ learningId: learning.id }, { caller })).learning?.version).toBe(1);
  });

  it('may be cancelled until it begins', async () => {
    const [one, two] = [await plan(), await plan()];
    await office.learning.cancelLearning({ learningId: one.id, version: 1 }, { caller });
    expect(await waiting(one.id)).toBeUndefined();
    await expect(office.learning.cancelLearning({ learningId: one.id, version: 2 }, { caller })).rejects.toMatchObject({ reason: 'LEARNING_CANCELLED' });
    office.clock.set('2026-12-01T09:00:00+08:00');
    await expect(attend(one.id, 2)).rejects.toMatchObject({ reason: 'LEARNING_CANCELLED' });
    await expect(office.learning.cancelLearning({ learningId: two.id, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'LEARNING_BEGUN' });
    expect(await history(office, one.id)).toEqual(['LearningPlanned 1', 'LearningCancelled 2']);
  });

  it('is changed by one of two at a time, and planned once for a repeated request', async () => {
    const request = { requestId: fresh('r') };
    const [one, two] = await Promise.all([plan(request), plan(request)]);
    expect(one).toEqual(two);
    await expect(plan({ ...request, topicZh: '别的' })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
    const results = await Promise.allSettled([1, 2].map(() => office.learning.cancelLearning({ learningId: one.id, version: 1 }, { caller })));
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
  });

  it.each([
    ['kind', { kind: LEARNING_KIND_UNSPECIFIED }],
    ['topic_zh', { topicZh: '' }],
    ['starts_at', { startsAt: at('11-24T09:00') }],
    ['ends_at', { endsAt: at('12-01T09:00') }],
    ['ends_at', { endsAt: undefined }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(plan(wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('is for those of its unit, in a list by time', async () => {
    const here = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    const late = await plan({ unitId: here.id, startsAt: at('12-05T09:00'), endsAt: at('12-05T11:00') });
    const early = await plan({ unitId: here.id });
    for (const by of [runner(other.path), { ...caller, tenantId: 'baihe' }]) {
      const missing = { kind: 'not_found', reason: 'LEARNING_NOT_FOUND' };
      await expect(office.learning.getLearning({ learningId: late.id }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.learning.cancelLearning({ learningId: late.id, version: 1 }, { caller: by })).rejects.toMatchObject(missing);
    }
    const page = await office.learning.listLearning({ underUnitId: here.id, pageSize: 1 }, { caller });
    const rest = await office.learning.listLearning({ underUnitId: here.id, pageSize: 1, pageToken: page.nextPageToken }, { caller });
    expect([page.learning[0]?.id, rest.learning[0]?.id, rest.nextPageToken]).toEqual([early.id, late.id, '']);
    expect((await office.learning.listLearning({ underUnitId: here.id, fromDay: '2026-12-02' }, { caller })).learning.map(({ id }) => id)).toEqual([late.id]);
    await expect(office.learning.listLearning({ underUnitId: here.id }, { caller: runner(other.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });
});
