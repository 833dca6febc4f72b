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

const raise = async (facts: object = {}) =>
  (await office.jointProjects.raiseNeed({ unitId: community.id, categoryCode: 'elderly_meals', textZh: '高龄居民午餐不便', ...facts }, { caller })).need as organization.Need;

async function offer(facts: { capacity?: number; categoryCode?: string; unitId?: string } = {}): Promise<organization.Resource> {
  const { capacity = 1, categoryCode = 'elderly_meals', unitId = community.id } = facts;
  const [memberUnit] = await joinUnits(office, unitId, 1);
  const { resource } = await office.jointProjects.offerResource({ memberUnitId: memberUnit?.id ?? '', categoryCode, titleZh: '职工食堂', capacity }, { caller });
  if (resource === undefined) throw new Error('no resource came back');
  return resource;
}

async function propose(needIds: string[], facts: object = {}): Promise<organization.JointProject> {
  const wish = { needIds, titleZh: '助餐', tags: [organization.TogetherTag.TOGETHER_TAG_HELP], budgetCents: 500_000, dueOn: '2026-12-20', ...facts };
  const { jointProject } = await office.jointProjects.proposeJointProject(wish, { caller });
  if (jointProject === undefined) throw new Error('no project came back');
  return jointProject;
}

const at = (project: organization.JointProject, version: number) => ({ jointProjectId: project.id, version });
const match = (project: organization.JointProject, version: number, resource: organization.Resource) =>
  office.jointProjects.matchJointProject({ ...at(project, version), resourceIds: [resource.id], leadMemberUnitId: resource.memberUnitId }, { caller });
const advance = (project: organization.JointProject, version: number, to: 'agreed' | 'running' | 'closed') =>
  office.jointProjects.advanceJointProject({ ...at(project, version), to: organization.JointProjectState[`JOINT_PROJECT_STATE_${to.toUpperCase() as 'AGREED' | 'RUNNING' | 'CLOSED'}`] }, { caller });

/** At version 4. */
async function running(): Promise<{ need: organization.Need; project: organization.JointProject }> {
  const need = await raise();
  const project = await propose([need.id]);
  await match(project, 1, await offer());
  await advance(project, 2, 'agreed');
  await advance(project, 3, 'running');
  return { need, project };
}

describe('a need', () => {
  it('is raised once, told of by its category alone, and withdrawn while it is open', async () => {
    const request = { requestId: fresh('r'), unitId: community.id, categoryCode: 'parking', textZh: '停车难' };
    const [one, two] = await Promise.all([office.jointProjects.raiseNeed(request, { caller }), office.jointProjects.raiseNeed(request, { caller })]);
    expect(one).toEqual(two);
    const needId = one.need?.id ?? '';
    expect(await sentEvents(office, needId)).toEqual([{ type: 'NeedRaised', id: needId, version: 1, payload: { needId, unitId: community.id, categoryCode: 'parking' } }]);
    const withdraw = (version: number) => office.jointProjects.withdrawNeed({ needId, version }, { caller });
    expect((await withdraw(1)).need).toMatchObject({ state: 'NEED_STATE_WITHDRAWN', version: 2 });
    await expect(withdraw(2)).rejects.toMatchObject({ reason: 'NEED_NOT_OPEN', details: { state: 'withdrawn' } });
    await expect(raise({ categoryCode: '停车' })).rejects.toMatchObject({ violations: [{ field: 'category_code', code: 'malformed' }] });
    await expect(raise({ textZh: ' ' })).rejects.toMatchObject({ violations: [{ field: 'text_zh' }] });
  });

  it('is taken up by one project of two that want it', async () => {
    const need = await raise();
    const both = await Promise.allSettled([propose([need.id]), propose([need.id])]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'NEED_NOT_OPEN' } });
    expect((await office.jointProjects.getNeed({ needId: need.id }, { caller })).need).toMatchObject({ state: 'NEED_STATE_TAKEN', version: 2 });
    expect((await office.jointProjects.listNeeds({ state: organization.NeedState.NEED_STATE_TAKEN, pageSize: 200 }, { caller })).needs.map(({ id }) => id)).toContain(need.id);
  });
});

describe('suggestions', () => {
  it('name what could meet a need and why, and change nothing', async () => {
    const categoryCode = 'legal_advice';
    const elsewhere = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    const need = await raise({ categoryCode });
    const [far, near] = [await offer({ categoryCode, unitId: elsewhere.id }), await offer({ categoryCode, capacity: 2 })];
    await offer({ categoryCode: 'another' });
    const gone = await offer({ categoryCode });
    await office.jointProjects.withdrawResource({ resourceId: gone.id, version: 1 }, { caller });
    await expect(office.jointProjects.withdrawResource({ resourceId: gone.id, version: 2 }, { caller })).rejects.toMatchObject({ reason: 'RESOURCE_WITHDRAWN' });
    const before = (await sentEvents(office)).length;
    const { suggestions } = await office.jointProjects.suggestMatches({ needId: need.id }, { caller });
    expect(suggestions).toEqual([
      { resourceId: near.id, memberUnitId: near.memberUnitId, reasons: [{ code: 'same_category', count: 0 }, { code: 'same_community', count: 0 }, { code: 'capacity_free', count: 2 }] },
      { resourceId: far.id, memberUnitId: far.memberUnitId, reasons: [{ code: 'same_category', count: 0 }, { code: 'same_office', count: 0 }, { code: 'capacity_free', count: 1 }] },
    ]);
    expect(await sentEvents(office)).toHaveLength(before);
    const own = await office.jointProjects.suggestMatches({ needId: need.id }, { caller: partyWithin(community.path) });
    expect(own.suggestions.map(({ resourceId }) => resourceId)).toEqual([near.id]);
    await expect(office.jointProjects.suggestMatches({ needId: need.id }, { caller: partyWithin(elsewhere.path) })).rejects.toMatchObject({ reason: 'NEED_NOT_FOUND' });
  });

  it('know who is busy and who has delivered before', async () => {
    const { project } = await running();
    const busy = (await office.jointProjects.getJointProject({ jointProjectId: project.id }, { caller })).jointProject?.resourceIds[0];
    const need = await raise();
    const suggested = async () => (await office.jointProjects.suggestMatches({ needId: need.id }, { caller })).suggestions.find(({ resourceId }) => resourceId === busy);
    expect(await suggested()).toBeUndefined();
    await office.jointProjects.deliverJointProject({ ...at(project, 4), proof: '照片' }, { caller });
    expect((await suggested())?.reasons).toContainEqual({ code: 'delivered_before', count: 1 });
  });
});

describe('a project', () => {
  it('goes from needs to what residents say of it, and its needs are met when it is closed', async () => {
    const { need, project } = await running();
    await office.jointProjects.deliverJointProject({ ...at(project, 4), proof: '照片三张' }, { caller });
    const review = (version: number, usefulness: object) => office.jointProjects.reviewJointProject({ ...at(project, version), usefulness }, { caller });
    await expect(review(5, { useful: 0, partly: 0, notUseful: 0 })).rejects.toMatchObject({ violations: [{ field: 'usefulness', code: 'required' }] });
    await expect(advance(project, 5, 'closed')).rejects.toMatchObject({ reason: 'JOINT_PROJECT_STATE_FORBIDS', details: { state: 'delivered', action: 'close' } });
    await review(5, { useful: 18, partly: 3, notUseful: 1 });
    const { jointProject } = await advance(project, 6, 'closed');
    expect(jointProject).toMatchObject({ state: 'JOINT_PROJECT_STATE_CLOSED', usefulness: { useful: 18, partly: 3, notUseful: 1 }, budgetCents: 500_000, tags: ['TOGETHER_TAG_HELP'], version: 7 });
    expect(await history(office, project.id)).toEqual([
      'JointProjectProposed 1', 'JointProjectMatched 2', 'JointProjectAdvanced 3', 'JointProjectAdvanced 4', 'JointProjectDelivered 5', 'JointProjectReviewed 6', 'JointProjectAdvanced 7',
    ]);
    expect(await history(office, need.id)).toEqual(['NeedRaised 1', 'NeedSettled 2', 'NeedSettled 3']);
    expect((await office.jointProjects.getNeed({ needId: need.id }, { caller })).need?.state).toBe('NEED_STATE_MET');
    const { entries } = await office.threads.listEntries({ threadId: project.id }, { caller });
    expect(entries.map(({ code }) => code).sort()).toEqual(['agreed', 'closed', 'delivered', 'matched', 'proposed', 'reviewed_by_residents', 'running']);
    expect(JSON.stringify(await sentEvents(office))).not.toMatch(/午餐|助餐|照片|食堂/);
  });

  it('that no resident rates is closed for a reason, once it is delivered', async () => {
    const { need, project } = await running();
    const close = (version: number, facts: object = {}) =>
      office.jointProjects.advanceJointProject({ ...at(project, version), to: organization.JointProjectState.JOINT_PROJECT_STATE_CLOSED, reasonCode: 'nobody_answered', ...facts }, { caller });
    await expect(close(4)).rejects.toMatchObject({ reason: 'JOINT_PROJECT_STATE_FORBIDS', details: { state: 'running', action: 'close_unrated' } });
    await office.jointProjects.deliverJointProject({ ...at(project, 4), proof: '照片' }, { caller });
    await expect(close(5, { to: organization.JointProjectState.JOINT_PROJECT_STATE_RUNNING })).rejects.toMatchObject({ violations: [{ field: 'reason_code', code: 'not_asked' }] });
    expect((await close(5)).jointProject).toMatchObject({ state: 'JOINT_PROJECT_STATE_CLOSED', reasonCode: 'nobody_answered', usefulness: { useful: 0, partly: 0, notUseful: 0 }, version: 6 });
    expect((await sentEvents(office, project.id)).at(-1)).toMatchObject({ type: 'JointProjectAdvanced', version: 6, payload: { reasonCode: 'nobody_answered' } });
    expect((await office.threads.listEntries({ threadId: project.id }, { caller })).entries.at(-1)).toMatchObject({ code: 'closed', facts: { reason: 'nobody_answered' } });
    expect((await office.jointProjects.getNeed({ needId: need.id }, { caller })).need?.state).toBe('NEED_STATE_MET');
    expect((await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.filter(({ subjectId }) => subjectId === project.id)).toEqual([]);
  });

  it('is matched with what is offered and has room, and led by one who gives', async () => {
    const resource = await offer();
    const [one, two] = [await propose([(await raise()).id]), await propose([(await raise()).id])];
    const [stranger] = await joinUnits(office, community.id, 1);
    const lead = office.jointProjects.matchJointProject({ ...at(one, 1), resourceIds: [resource.id], leadMemberUnitId: stranger?.id ?? '' }, { caller });
    await expect(lead).rejects.toMatchObject({ violations: [{ field: 'lead_member_unit_id', code: 'unlisted' }] });
    // Two projects race for the one place.
    const both = await Promise.allSettled([match(one, 1, resource), match(two, 1, resource)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'RESOURCE_FULL', details: { capacity: '1' } } });
    const gone = await offer();
    await office.jointProjects.withdrawResource({ resourceId: gone.id, version: 1 }, { caller });
    const third = await propose([(await raise()).id]);
    await expect(match(third, 1, gone)).rejects.toMatchObject({ reason: 'RESOURCE_WITHDRAWN' });
    await expect(match(third, 1, { ...gone, id: root.id })).rejects.toMatchObject({ reason: 'RESOURCE_NOT_FOUND' });
  });

  it('that stalls says why, gives its needs back, and frees what it used', async () => {
    const { need, project } = await running();
    const stall = (version: number, reasonCode = 'lead_withdrew') => office.jointProjects.stallJointProject({ ...at(project, version), reasonCode }, { caller });
    await expect(stall(4, '牵头单位退出')).rejects.toMatchObject({ violations: [{ field: 'reason_code', code: 'malformed' }] });
    expect((await stall(4)).jointProject).toMatchObject({ state: 'JOINT_PROJECT_STATE_STALLED', reasonCode: 'lead_withdrew' });
    await expect(stall(5)).rejects.toMatchObject({ reason: 'JOINT_PROJECT_STATE_FORBIDS' });
    expect((await office.jointProjects.getNeed({ needId: need.id }, { caller })).need).toMatchObject({ state: 'NEED_STATE_OPEN', version: 3 });
    await propose([need.id]);
    office.clock.set('2027-01-05T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect((await history(office, project.id)).at(-1)).toBe('JointProjectStalled 5');
  });

  it('that is late is told of once, waits on, and is late when it comes', async () => {
    const { project } = await running();
    office.clock.set('2026-12-20T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    expect((await history(office, project.id)).slice(-1)).toEqual(['JointProjectOverdue 5']);
    const { items } = await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller });
    expect(items.find(({ subjectId }) => subjectId === project.id)).toMatchObject({ kind: 'organization.joint_project', action: 'deliver', version: 5, urgency: 'URGENCY_RED' });
    await office.jointProjects.deliverJointProject({ ...at(project, 5), proof: '照片' }, { caller });
    expect((await sentEvents(office, project.id)).at(-1)?.payload).toMatchObject({ late: true });
  });

  it('is proposed once, for open needs that are there, with a day ahead', async () => {
    const [need, second] = [await raise(), await raise()];
    const request = { requestId: fresh('r'), needIds: [second.id], titleZh: '助餐', dueOn: '2026-12-20' };
    const [one, two] = await Promise.all([office.jointProjects.proposeJointProject(request, { caller }), office.jointProjects.proposeJointProject(request, { caller })]);
    expect(one).toEqual(two);
    await expect(propose([need.id], { dueOn: '2026-11-24' })).rejects.toMatchObject({ violations: [{ field: 'due_on', code: 'in_past' }] });
    await expect(propose([need.id, root.id])).rejects.toMatchObject({ reason: 'NEED_NOT_FOUND' });
    await expect(propose([])).rejects.toMatchObject({ violations: [{ field: 'need_ids', code: 'required' }] });
    await expect(propose([need.id], { budgetCents: -1 })).rejects.toMatchObject({ violations: [{ field: 'budget_cents' }] });
    const advancing = office.jointProjects.advanceJointProject({ jointProjectId: one.jointProject?.id ?? '', version: 1, to: organization.JointProjectState.JOINT_PROJECT_STATE_DELIVERED }, { caller });
    await expect(advancing).rejects.toMatchObject({ violations: [{ field: 'to', code: 'unlisted' }] });
  });

  it('is there for those who may see its unit only', async () => {
    const resource = await offer();
    const project = await propose([(await raise()).id]);
    const other = await makeUnit(office, root.id, { kind: organization.UnitKind.UNIT_KIND_COMMUNITY });
    for (const who of [partyWithin(other.path), partyAffairs('baihe')]) {
      await expect(office.jointProjects.getJointProject({ jointProjectId: project.id }, { caller: who })).rejects.toMatchObject({ reason: 'JOINT_PROJECT_NOT_FOUND' });
      await expect(office.jointProjects.getResource({ resourceId: resource.id }, { caller: who })).rejects.toMatchObject({ reason: 'RESOURCE_NOT_FOUND' });
      const lists = [office.jointProjects.listJointProjects({}, { caller: who }), office.jointProjects.listResources({}, { caller: who }), office.jointProjects.listNeeds({}, { caller: who })];
      expect((await Promise.all(lists)).map((page) => Object.values(page).find(Array.isArray))).toEqual([[], [], []]);
    }
    expect((await office.jointProjects.listJointProjects({ state: organization.JointProjectState.JOINT_PROJECT_STATE_PROPOSED, pageSize: 200 }, { caller: partyWithin(community.path) })).jointProjects.map(({ id }) => id)).toContain(project.id);
  });
});
