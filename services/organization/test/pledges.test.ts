import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { everything, fresh, history, makeStaff, makeTenant, makeUnit, placesOf, sentEvents, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_DEPARTMENT } = organization.UnitKind;
const { PLEDGE_STATE_COLLECTED, PLEDGE_STATE_SELECTED, PLEDGE_STATE_PLEDGED, PLEDGE_STATE_RUNNING, PLEDGE_STATE_DELAYED, PLEDGE_STATE_CLOSED, PLEDGE_STATE_DROPPED } = organization.PledgeState;
const { PLEDGE_REASON_WEATHER, PLEDGE_REASON_UNSPECIFIED, PLEDGE_REASON_DEFECTS } = organization.PledgeReason;
const source = organization.PledgeSource.PLEDGE_SOURCE_RESIDENTS;
const all = ['read', 'collect', 'decide', 'report', 'check'].map((word) => `organization.pledge_project.${word}`);
const shared = ['work.queue.read', 'thread.read'];

let office: Office;
let community: organization.Unit;
let elsewhere: organization.Unit;
let works: organization.Unit;
let rootId: string;
let owner: organization.Staff;
const caller = testCaller({ permissions: [...all, ...shared] });
const examiner = { ...caller, subject: '01900000-0000-7000-8000-000000000002' };
const gateway = { ...testCaller({ permissions: ['organization.public.read'] }), kind: 'system' as const, subject: 'system:gateway' };
const at = (unitPath: string, permissions: readonly string[] = all) => testCaller({ grants: [{ permissions: [...permissions, ...shared], scope: 'subtree', unitPath }] });

beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  rootId = root.id;
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  elsewhere = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  works = await makeUnit(office, root.id, { kind: UNIT_KIND_DEPARTMENT });
  owner = await makeStaff(office, works.id);
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

type Project = organization.PledgeProject;
const given = ({ project }: { project: Project | undefined }): Project => {
  if (project === undefined) throw new Error('no project came back');
  return project;
};
const ref = ({ id, version }: Project) => ({ pledgeProjectId: id, version });
const vote = { heldOn: '2026-11-20', entitled: 61, present: 40, inFavour: 35, against: 3, abstained: 2 };
const promise = (dueDay = '2027-03-31') => ({ dueDay, ownerUnitId: works.id, postId: owner.posts[0]?.id ?? '', budgetFen: 12_000_000 });
const why = { reason: PLEDGE_REASON_WEATHER, explanationZh: '连日降雪，无法施工' };

const collect = async (facts: object = {}) => given(await office.pledges.collectPledgeProject({ unitId: community.id, code: fresh('p'), year: 2027, titleZh: '增设路灯', source, ...facts }, { caller }));
const screened = async () => given(await office.pledges.screenPledgeProject(ref(await collect()), { caller }));
const selected = async () => given(await office.pledges.selectPledgeProject({ ...ref(await screened()), ...vote }, { caller }));
const pledged = async (dueDay?: string) => given(await office.pledges.promisePledgeProject({ ...ref(await selected()), promise: promise(dueDay) }, { caller }));
const running = async (dueDay?: string) => given(await office.pledges.startPledgeProject(ref(await pledged(dueDay)), { caller }));
const completed = async () => given(await office.pledges.completePledgeProject(ref(await running()), { caller }));
const report = (project: Project, month: string, facts: object = {}) =>
  office.pledges.reportPledgeProgress({ ...ref(project), month, percent: 30, spentFen: 500, noteZh: '基础完成', ...facts }, { caller });
const check = (project: Project, facts: object = {}) => office.pledges.recordResidentCheck({ ...ref(project), examiners: 6, scoreCounts: [0, 0, 1, 2, 3], ...facts }, { caller: examiner });
const get = async (id: string) => given(await office.pledges.getPledgeProject({ pledgeProjectId: id }, { caller }));
const waiting = async (id: string, by = caller) => (await office.work.listWork({ unitId: works.id, pageSize: 200 }, { caller: by })).items.find(({ subjectId }) => subjectId === id);

describe('a pledge project', () => {
  it('goes from a wish to what residents checked, told step by step', async () => {
    const project = await running();
    expect(project).toMatchObject({ state: PLEDGE_STATE_RUNNING, vote: { ...vote, ruleSetId: 'residents_meeting.representatives', ruleSetVersion: 1 }, promise: promise(), progress: [{ month: '2026-11', state: 'PLEDGE_PROGRESS_STATE_OWED' }] });
    const reported = given(await report(project, '2026-11'));
    const done = given(await office.pledges.completePledgeProject({ ...ref(reported), completedOn: '2026-11-24' }, { caller }));
    const checked = given(await check(done));
    const closed = given(await office.pledges.closePledgeProject(ref(checked), { caller }));
    expect(closed).toMatchObject({ state: PLEDGE_STATE_CLOSED, completedOn: '2026-11-24', check: { examiners: 6, scoreCounts: [0, 0, 1, 2, 3] } });
    expect(closed.progress.map(({ month, state, late }) => [month, state, late])).toEqual([
      ['2026-12', 'PLEDGE_PROGRESS_STATE_WAIVED', false],
      ['2026-11', 'PLEDGE_PROGRESS_STATE_REPORTED', false],
    ]);
    expect(await history(office, project.id)).toEqual(
      ['PledgeProjectCollected', 'PledgeProjectScreened', 'PledgeProjectSelected', 'PledgeProjectPledged', 'PledgeProjectStarted', 'PledgeProgressReported', 'PledgeProjectCompleted', 'PledgeProjectChecked', 'PledgeProjectClosed'].map((name, index) => `${name} ${index + 1}`),
    );
    const { entries } = await office.threads.listEntries({ threadId: project.id }, { caller });
    expect(entries.map(({ code }) => code)).toEqual(['collected', 'screened', 'selected', 'pledged', 'started', 'progress_reported', 'completed', 'resident_checked', 'closed']);
    expect(await waiting(project.id)).toBeUndefined();
  });

  it('says ids, codes, days and money in its events, and nothing in words', async () => {
    const project = await pledged();
    const late = given(await office.pledges.delayPledgeProject({ ...ref(project), ...why, dueDay: '2027-05-01' }, { caller }));
    const told = JSON.stringify(await sentEvents(office, late.id));
    expect(told).not.toMatch(/[一-鿿]/);
    expect(told).toContain('"budgetFen":12000000');
  });

  it('is collected once for a repeated request, and once under a code', async () => {
    const request = { requestId: fresh('r'), unitId: community.id, code: fresh('p'), year: 2027, titleZh: '路灯', source };
    const [one, two] = await Promise.all([office.pledges.collectPledgeProject(request, { caller }), office.pledges.collectPledgeProject(request, { caller })]);
    expect(one).toEqual(two);
    expect(await history(office, given(one).id)).toEqual(['PledgeProjectCollected 1']);
    await expect(office.pledges.collectPledgeProject({ ...request, titleZh: '长椅' }, { caller })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
    await expect(office.pledges.collectPledgeProject({ ...request, requestId: '' }, { caller })).rejects.toMatchObject({ kind: 'already_exists', reason: 'PLEDGE_CODE_TAKEN' });
  });

  it.each([
    ['half came', { entitled: 80, present: 40, inFavour: 40, against: 0, abstained: 0 }, 'PLEDGE_QUORUM_MISSING'],
    ['half of those present agreed', { inFavour: 20, against: 20, abstained: 0 }, 'PLEDGE_NOT_CARRIED'],
  ])('is not selected when %s', async (_when, counts, reason) => {
    const project = await screened();
    await expect(office.pledges.selectPledgeProject({ ...ref(project), ...vote, ...counts }, { caller })).rejects.toMatchObject({ kind: 'failed_precondition', reason });
    expect((await get(project.id)).version).toBe(project.version);
  });

  it.each([
    ['present', { present: 62 }],
    ['in_favour', { inFavour: 39 }],
    ['against', { against: -1 }],
    ['held_on', { heldOn: '2026-11-25' }],
  ])('refuses a vote that cannot be: %s', async (field, wrong) => {
    await expect(office.pledges.selectPledgeProject({ ...ref(await screened()), ...vote, ...wrong }, { caller })).rejects.toMatchObject({ violations: [{ field }] });
  });

  it('knows no quorum of before the law', async () => {
    await expect(office.pledges.selectPledgeProject({ ...ref(await screened()), ...vote, heldOn: '2010-01-01' }, { caller })).rejects.toMatchObject({ reason: 'QUORUM_NOT_IN_FORCE' });
  });

  it.each([
    ['due_day', { dueDay: '2026-11-24' }],
    ['due_day', { dueDay: '' }],
    ['due_day', { dueDay: '2040-01-01' }],
    ['post_id', { postId: '01900000-0000-7000-8000-00000000abcd' }],
    ['budget_fen', { budgetFen: -1 }],
    ['budget_fen', { budgetFen: 2_000_000_000_000 }],
  ])('is not promised with a wrong %s', async (field, wrong) => {
    await expect(office.pledges.promisePledgeProject({ ...ref(await selected()), promise: { ...promise(), ...wrong } }, { caller })).rejects.toMatchObject({ violations: [{ field }] });
  });

  it('is promised by a post at the owner unit, not at another', async () => {
    const other = { ...promise(), ownerUnitId: elsewhere.id };
    await expect(office.pledges.promisePledgeProject({ ...ref(await selected()), promise: other }, { caller })).rejects.toMatchObject({ violations: [{ field: 'post_id', code: 'unknown' }] });
  });
});

describe('an end', () => {
  it('is not checked before it is completed, nor closed before it is checked', async () => {
    const project = await running();
    await expect(check(project)).rejects.toMatchObject({ reason: 'PLEDGE_STATE_FORBIDS', details: { state: 'running', action: 'record_check' } });
    const done = await completed();
    await expect(office.pledges.closePledgeProject(ref(done), { caller })).rejects.toMatchObject({ reason: 'PLEDGE_STATE_FORBIDS', details: { state: 'completed', action: 'close' } });
  });

  it('is checked by residents, and not in the words of who reported it done', async () => {
    const done = await completed();
    const own = office.pledges.recordResidentCheck({ ...ref(done), examiners: 6, scoreCounts: [0, 0, 1, 2, 3] }, { caller });
    await expect(own).rejects.toMatchObject({ kind: 'permission_denied', reason: 'PLEDGE_CHECK_BY_OTHERS' });
  });

  it.each([
    ['examiners', { examiners: 0, scoreCounts: [0, 0, 0, 0, 0] }],
    ['score_counts', { scoreCounts: [1, 2, 3] }],
    ['score_counts', { scoreCounts: [7, 0, 0, 0, -1] }],
    ['score_counts', { scoreCounts: [0, 0, 0, 0, 5] }],
    ['checked_on', { checkedOn: '2026-11-25' }],
    ['checked_on', { checkedOn: '2026-11-23' }],
  ])('refuses a check that cannot be: %s', async (field, wrong) => {
    await expect(check(await completed(), wrong)).rejects.toMatchObject({ violations: [{ field }] });
  });

  it('of two closings at once is one', async () => {
    const checked = given(await check(await completed()));
    const results = await Promise.allSettled([1, 2].map(() => office.pledges.closePledgeProject(ref(checked), { caller })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
    expect((await history(office, checked.id)).filter((line) => line.startsWith('PledgeProjectClosed'))).toHaveLength(1);
  });

  it('is taken back, with a reason and a new day, where residents find it undone', async () => {
    const checked = given(await check(await completed(), { scoreCounts: [6, 0, 0, 0, 0] }));
    const again = given(await office.pledges.delayPledgeProject({ ...ref(checked), reason: PLEDGE_REASON_DEFECTS, explanationZh: '居民评议发现灯不亮', dueDay: '2027-06-30' }, { caller }));
    expect(again).toMatchObject({ state: PLEDGE_STATE_DELAYED, completedOn: '', check: undefined, promise: { dueDay: '2027-06-30' }, progress: [{ month: '2026-11', state: 'PLEDGE_PROGRESS_STATE_OWED' }] });
    given(await report(again, '2026-11'));
  });
});

describe('what is said in public', () => {
  it.each([
    ['reason', { reason: PLEDGE_REASON_UNSPECIFIED }],
    ['explanation_zh', { explanationZh: ' ' }],
  ])('is needed to drop, delay or change a project: %s', async (field, wrong) => {
    const project = await running();
    const asked = { ...ref(project), ...why, ...wrong };
    for (const refused of [
      office.pledges.dropPledgeProject(asked, { caller }),
      office.pledges.delayPledgeProject({ ...asked, dueDay: '2028-01-01' }, { caller }),
      office.pledges.changePledgeProject({ ...asked, budgetFen: 1 }, { caller }),
    ]) await expect(refused).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
    expect((await get(project.id)).version).toBe(project.version);
  });

  it('goes where it names a person, from a report and from a statement, whatever became of the project; all else of it stays', async () => {
    const named = '王大力不让施工';
    const started = await running();
    const reported = given(await report(started, '2026-11', { noteZh: named }));
    office.clock.advance(60_000);
    const dropped = given(await office.pledges.dropPledgeProject({ ...ref(reported), ...why, explanationZh: named }, { caller }));
    expect((await placesOf(office, named)).sort()).toEqual(['pledge_progress', 'pledge_statements', 'thread_entries']);
    const statementId = dropped.statements[0]?.id ?? '';
    const one = given(await office.pledges.withdrawPledgeWords({ ...ref(dropped), month: '2026-11' }, { caller }));
    expect(one.progress.find(({ month }) => month === '2026-11')).toMatchObject({ noteZh: '', wordsWithdrawn: true, percent: 30, spentFen: 500 });
    const two = given(await office.pledges.withdrawPledgeWords({ ...ref(one), statementId }, { caller }));
    expect(two).toMatchObject({ state: PLEDGE_STATE_DROPPED, statements: [{ id: statementId, explanationZh: '', wordsWithdrawn: true, reason: PLEDGE_REASON_WEATHER, dueDayBefore: '2027-03-31' }] });
    expect(await placesOf(office, named)).toEqual([]);
    const { project: shown } = await office.pledges.getPublicPledgeProject({ pledgeProjectId: two.id }, { caller: gateway });
    expect(shown?.statements).toEqual(two.statements);
    expect((await history(office, two.id)).slice(-2)).toEqual([`PledgeWordsWithdrawn ${two.version - 1}`, `PledgeWordsWithdrawn ${two.version}`]);
    for (const again of [{ month: '2026-11' }, { statementId }]) await expect(office.pledges.withdrawPledgeWords({ ...ref(two), ...again }, { caller })).rejects.toMatchObject({ reason: 'WORDS_WITHDRAWN' });
    for (const [field, asked] of [['statement_id', {}], ['statement_id', { month: '2026-11', statementId }], ['statement_id', { statementId: two.id }], ['month', { month: '2026-12' }]] as const) {
      await expect(office.pledges.withdrawPledgeWords({ ...ref(two), ...asked }, { caller })).rejects.toMatchObject({ violations: [{ field }] });
    }
    await expect(office.pledges.withdrawPledgeWords({ ...ref(two), statementId }, { caller: at(works.path) })).rejects.toMatchObject({ reason: 'PLEDGE_PROJECT_NOT_FOUND' });
    await expect(office.knex('pledge_statements').where({ id: statementId }).update({ explanation_zh: '别的话', words_withdrawn: false })).rejects.toMatchObject({ code: '23514' });
  });

  it('stays with the project: delayed, changed, dropped', async () => {
    const project = await running();
    const later = given(await office.pledges.delayPledgeProject({ ...ref(project), ...why, dueDay: '2027-05-31' }, { caller }));
    office.clock.advance(60_000);
    const changed = given(await office.pledges.changePledgeProject({ ...ref(later), ...why, titleZh: '增设路灯二十盏', budgetFen: 9_000_000 }, { caller }));
    expect(changed).toMatchObject({ state: PLEDGE_STATE_DELAYED, titleZh: '增设路灯二十盏', promise: { dueDay: '2027-05-31', budgetFen: 9_000_000, ownerUnitId: works.id } });
    office.clock.advance(60_000);
    const dropped = given(await office.pledges.dropPledgeProject({ ...ref(changed), ...why }, { caller }));
    expect(dropped.state).toBe(PLEDGE_STATE_DROPPED);
    expect(dropped.statements.map(({ kind, dueDayBefore, dueDayAfter }) => [kind.replace('PLEDGE_STATEMENT_KIND_', ''), dueDayBefore, dueDayAfter])).toEqual([
      ['DROPPED', '2027-05-31', ''],
      ['CHANGED', '', ''],
      ['DELAYED', '2027-03-31', '2027-05-31'],
    ]);
    // Nothing of it is timed or waits any more.
    office.clock.set('2027-12-31T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect((await get(project.id)).version).toBe(dropped.version);
    expect(await waiting(project.id)).toBeUndefined();
  });

  it.each([
    ['not_later', '2027-03-31'],
    ['in_past', '2027-05-01'],
  ])('names a later day that is to come: %s', async (code, dueDay) => {
    const project = await pledged();
    if (code === 'in_past') office.clock.set('2027-06-01T09:00:00+08:00');
    await expect(office.pledges.delayPledgeProject({ ...ref(project), ...why, dueDay }, { caller })).rejects.toMatchObject({ violations: [{ field: 'due_day', code }] });
  });

  it('needs something to change', async () => {
    await expect(office.pledges.changePledgeProject({ ...ref(await pledged()), ...why }, { caller })).rejects.toMatchObject({ violations: [{ code: 'empty' }] });
  });
});

describe('the progress', () => {
  it('of a month that does not come alarms at its day, is told of once, and the next month is owed', async () => {
    const project = await running();
    expect(await waiting(project.id)).toMatchObject({ action: 'report_progress', ownerId: owner.id, dueAt: new Date('2026-12-05T10:00:00Z') });
    office.clock.set('2026-12-05T17:59:59+08:00');
    await office.app.scanner.scanOnce();
    expect((await get(project.id)).version).toBe(project.version);
    office.clock.set('2026-12-05T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    const missed = await get(project.id);
    expect(missed.progress.map(({ month, state }) => [month, state])).toEqual([['2026-12', 'PLEDGE_PROGRESS_STATE_OWED'], ['2026-11', 'PLEDGE_PROGRESS_STATE_MISSED']]);
    expect((await sentEvents(office, project.id)).slice(-1)).toMatchObject([{ type: 'PledgeProgressMissed', version: project.version + 1, payload: { month: '2026-11' } }]);
    expect(await waiting(project.id)).toMatchObject({ dueAt: new Date('2026-12-05T10:00:00Z'), urgency: 'URGENCY_RED', version: missed.version });
    office.clock.advance(3_600_000);
    const late = given(await report(missed, '2026-11'));
    expect(late.progress[1]).toMatchObject({ month: '2026-11', late: true });
    expect(await waiting(project.id)).toMatchObject({ dueAt: new Date('2027-01-05T10:00:00Z') });
  });

  it('of every month is accounted for after an outage, each month once', async () => {
    const project = await running('2027-12-31');
    office.clock.set('2027-03-10T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    const { progress } = await get(project.id);
    expect(progress.map(({ month, state }) => `${month} ${state.replace('PLEDGE_PROGRESS_STATE_', '')}`)).toEqual(['2027-03 OWED', '2027-02 MISSED', '2027-01 MISSED', '2026-12 MISSED', '2026-11 MISSED']);
  });

  it('is reported once a month, of a month that is owed', async () => {
    const project = given(await report(await running(), '2026-11'));
    await expect(report(project, '2026-11')).rejects.toMatchObject({ reason: 'PLEDGE_MONTH_REPORTED' });
    await expect(report(project, '2026-10')).rejects.toMatchObject({ reason: 'PLEDGE_MONTH_NOT_OWED' });
    await expect(report(project, '2026-12')).rejects.toMatchObject({ violations: [{ field: 'month', code: 'in_future' }] });
    for (const wrong of [{ percent: 101 }, { spentFen: -1 }, { noteZh: '' }]) await expect(report(project, '2026-11', wrong)).rejects.toMatchObject({ violations: [{ field: expect.any(String) as string }] });
    await expect(report(project, '2026-13')).rejects.toMatchObject({ violations: [{ field: 'month', code: 'malformed' }] });
  });
});

describe('the promised day', () => {
  it('that passes undone makes the project overdue, until a later day is given', async () => {
    const project = await pledged('2026-12-01');
    office.clock.set('2026-12-01T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    const overdue = await get(project.id);
    expect(overdue).toMatchObject({ overdue: true, state: PLEDGE_STATE_PLEDGED });
    expect((await history(office, project.id)).at(-1)).toBe(`PledgeProjectOverdue ${overdue.version}`);
    const later = given(await office.pledges.delayPledgeProject({ ...ref(overdue), ...why, dueDay: '2027-01-31' }, { caller }));
    expect(later).toMatchObject({ overdue: false, state: PLEDGE_STATE_PLEDGED });
    office.clock.set('2027-01-31T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect((await get(project.id)).overdue).toBe(true);
  });

  it('alarms no more once the work is done', async () => {
    const done = await completed();
    office.clock.set('2027-04-30T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await get(done.id)).toMatchObject({ version: done.version, overdue: false });
  });
});

describe('who sees and does what', () => {
  it('is theirs whose unit it is, or whose unit carries it out; to others it is not there', async () => {
    const project = await running();
    const gets = (by: ReturnType<typeof at>) => office.pledges.getPledgeProject({ pledgeProjectId: project.id }, { caller: by });
    const listed = async (by: ReturnType<typeof at>) => (await office.pledges.listPledgeProjects({ year: 2027, pageSize: 200 }, { caller: by })).projects.map(({ id }) => id);
    for (const unit of [community, works]) {
      expect(given(await gets(at(unit.path))).id).toBe(project.id);
      expect(await listed(at(unit.path))).toContain(project.id);
    }
    await expect(gets(at(elsewhere.path))).rejects.toMatchObject({ kind: 'not_found', reason: 'PLEDGE_PROJECT_NOT_FOUND' });
    expect(await listed(at(elsewhere.path))).toEqual([]);
    await expect(gets({ ...at(community.path), tenantId: 'baihe' })).rejects.toMatchObject({ reason: 'PLEDGE_PROJECT_NOT_FOUND' });
    await expect(office.pledges.dropPledgeProject({ ...ref(project), ...why }, { caller: at(works.path) })).rejects.toMatchObject({ reason: 'PLEDGE_PROJECT_NOT_FOUND' });
    given(await office.pledges.reportPledgeProgress({ ...ref(project), month: '2026-11', percent: 1, spentFen: 0, noteZh: '进场' }, { caller: at(works.path) }));
    await expect(office.pledges.collectPledgeProject({ unitId: community.id, code: fresh('p'), year: 2027, titleZh: '长椅', source }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });

  it('is listed page by page, the newest year first', async () => {
    const mine = await Promise.all([2030, 2031, 2030].map((year) => collect({ year, unitId: elsewhere.id })));
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await office.pledges.listPledgeProjects({ pageSize: 1, pageToken }, { caller: at(elsewhere.path) });
      seen.push(...page.projects.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual([mine[1]?.id, ...[mine[0], mine[2]].sort((a, b) => ((a?.code ?? '') < (b?.code ?? '') ? -1 : 1)).map((one) => one?.id)]);
    const { projects } = await office.pledges.listPledgeProjects({ state: PLEDGE_STATE_SELECTED }, { caller: at(elsewhere.path) });
    expect(projects).toEqual([]);
  });
});

describe('anybody', () => {
  it('reads what was promised, how it goes and why it changed; not what was not promised', async () => {
    const wish = await collect({ year: 2029 });
    const project = await running();
    await report(project, '2026-11');
    const one = await office.pledges.getPublicPledgeProject({ pledgeProjectId: project.id }, { caller: gateway });
    expect(one.project).toMatchObject({ unitNameZh: community.nameZh, ownerUnitNameZh: works.nameZh, postTitleZh: '干事', dueDay: '2027-03-31', firstDueDay: '2027-03-31', budgetFen: 12_000_000, examiners: 0 });
    expect(one.project?.progress.map(({ month }) => month)).toEqual(['2026-12', '2026-11']);
    const { projects } = await office.pledges.listPublicPledgeProjects({ year: 2027 }, { caller: gateway });
    expect(projects.find(({ id }) => id === project.id)?.progress).toMatchObject([{ month: '2026-11', noteZh: '基础完成' }]);
    await expect(office.pledges.getPublicPledgeProject({ pledgeProjectId: wish.id }, { caller: gateway })).rejects.toMatchObject({ reason: 'PLEDGE_PROJECT_NOT_FOUND' });
    expect((await office.pledges.listPublicPledgeProjects({ year: 2029 }, { caller: gateway })).projects).toEqual([]);
    expect(wish.state).toBe(PLEDGE_STATE_COLLECTED);
  });

  it('reads a year page by page, of one community or of all', async () => {
    const promised = [await running(), await running(), await running()].map(({ code }) => code).sort();
    async function read(unitCode: string): Promise<string[]> {
      const codes: string[] = [];
      for (let pageToken: string | undefined; pageToken !== ''; ) {
        const page: organization.ListPublicPledgeProjectsResponse = await office.pledges.listPublicPledgeProjects({ year: 2027, unitCode, pageSize: 2, pageToken: pageToken ?? '' }, { caller: gateway });
        expect(page.projects.length).toBeLessThanOrEqual(2);
        codes.push(...page.projects.map(({ code }) => code));
        pageToken = page.nextPageToken;
      }
      return codes;
    }
    const all = await read('');
    expect(all).toEqual([...new Set(all)].sort());
    expect(all).toEqual(expect.arrayContaining(promised));
    expect(await read(community.code)).toEqual(all);
    expect(await read(elsewhere.code)).toEqual([]);
    await expect(read('nowhere')).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });

  it('reads of a check by few that there was one, and so do events and threads', async () => {
    const [few, many] = [await completed(), await completed()];
    await check(few, { examiners: 4, scoreCounts: [0, 0, 0, 0, 4] });
    await check(many);
    const read = async ({ id }: Project) => (await office.pledges.getPublicPledgeProject({ pledgeProjectId: id }, { caller: gateway })).project;
    expect(await read(few)).toMatchObject({ examiners: 0, averageScore: 0 });
    expect(await read(many)).toMatchObject({ examiners: 6, averageScore: 433 });
    const told = async ({ id }: Project) => ((await sentEvents(office, id)).at(-1)?.payload ?? {}) as { check?: object };
    expect(await told(few)).toEqual({ project: expect.objectContaining({ pledgeProjectId: few.id }), checkedOn: '2026-11-24' });
    expect((await told(many)).check).toMatchObject({ examiners: 6, scoreCounts: [0, 0, 1, 2, 3] });
    const facts = async ({ id }: Project) => (await office.threads.listEntries({ threadId: id }, { caller })).entries.at(-1)?.facts;
    expect([await facts(few), await facts(many)]).toEqual([{ checked_on: '2026-11-24' }, { checked_on: '2026-11-24', examiners: '6', scores: '0,0,1,2,3' }]);
  });

  it('reads nothing of an office that is suspended', async () => {
    const project = await pledged();
    await office.knex('tenants').where({ tenant_id: 'xingsheng' }).update({ suspended: true });
    try {
      await expect(office.pledges.getPublicPledgeProject({ pledgeProjectId: project.id }, { caller: gateway })).rejects.toMatchObject({ kind: 'not_found' });
    } finally {
      await office.knex('tenants').where({ tenant_id: 'xingsheng' }).update({ suspended: false });
    }
  });
});

describe('whoever carries a project out', () => {
  it('goes on at the successor of their unit, in the post that went along', async () => {
    const before = await makeUnit(office, rootId, { kind: UNIT_KIND_DEPARTMENT });
    const after = await makeUnit(office, rootId, { kind: UNIT_KIND_DEPARTMENT });
    const worker = await makeStaff(office, before.id);
    const carried = { ...promise(), ownerUnitId: before.id, postId: worker.posts[0]?.id ?? '' };
    const project = given(await office.pledges.startPledgeProject(ref(given(await office.pledges.promisePledgeProject({ ...ref(await selected()), promise: carried }, { caller }))), { caller }));
    await office.units.closeUnit({ unitId: before.id, version: 1, successorId: after.id }, { caller: everything() });
    const { staff } = await office.staff.getStaff({ staffId: worker.id }, { caller: everything() });
    const post = staff?.posts.find(({ validTo }) => validTo === '');
    expect(await get(project.id)).toMatchObject({ version: project.version, promise: { ...carried, ownerUnitId: after.id, postId: post?.id } });
    const there = at(after.path);
    expect((await office.pledges.listPledgeProjects({ pageSize: 200 }, { caller: there })).projects.map(({ id }) => id)).toEqual([project.id]);
    await office.pledges.reportPledgeProgress({ ...ref(project), month: '2026-11', percent: 10, spentFen: 0, noteZh: '开工' }, { caller: there });
  });

  it('does not leave before it is another’s', async () => {
    const worker = await makeStaff(office, works.id);
    const project = given(await office.pledges.promisePledgeProject({ ...ref(await selected()), promise: { ...promise(), postId: worker.posts[0]?.id ?? '' } }, { caller }));
    const leave = () => office.staff.deactivateStaff({ staffId: worker.id, version: worker.version }, { caller: everything() });
    await expect(leave()).rejects.toMatchObject({ reason: 'STAFF_HAS_WORK', details: { pledges: '1' } });
    await office.pledges.changePledgeProject({ ...ref(project), ...why, postId: owner.posts[0]?.id ?? '' }, { caller });
    await leave();
  });
});
