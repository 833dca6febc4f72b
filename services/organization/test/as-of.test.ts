import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { roleDefinitions } from '../src/grants/roles';
import { joinUnits } from './party';
import { siteFacts } from './site-support';
import { giveRole, makeStaff, makeTenant, makeUnit, startOffice, within, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const caller = testCaller({ permissions: [...new Set(roleDefinitions.flatMap(({ permissions }) => permissions))] });

let office: Office;
let root: organization.Unit;
let here: organization.Unit;
let there: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  now('2026-11-01');
  ({ root } = await makeTenant(office));
  here = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  there = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
});

afterAll(() => office.stop());

function now(day: string): void {
  office.clock.set(`${day}T09:00:00+08:00`);
}

/** What a list says of one of its things on each of the days: '' where it is not among them. */
async function over<T>(days: readonly string[], list: (asOf: string) => Promise<readonly T[]>, tell: (one: T) => string): Promise<Record<string, string>> {
  const told: Record<string, string> = {};
  for (const asOf of days) told[asOf] = (await list(asOf)).map(tell).join();
  return told;
}

describe('staff as of a day', () => {
  const staffUnder = (underUnitId: string, by: Caller = caller) => async (asOf: string) => (await office.staff.listStaff({ underUnitId, asOf, pageSize: 200 }, { caller: by })).staff;

  it('are those who hold a post on it, with the posts of that day, and nothing of now that has no history', async () => {
    const grid = await makeUnit(office, here.id, { kind: UNIT_KIND_GRID });
    now('2026-11-10');
    const { id: staffId, posts } = await makeStaff(office, grid.id);
    now('2026-11-20');
    const ended = await office.staff.endPost({ staffId, version: 2, postId: posts[0]?.id ?? '' }, { caller });
    const moved = await office.staff.assignPost({ staffId, version: ended.staff?.version ?? 0, unitId: there.id, titleZh: '主任' }, { caller });
    await office.staff.assignPost({ staffId, version: moved.staff?.version ?? 0, unitId: grid.id, titleZh: '网格员', validFrom: '2026-12-05' }, { caller });
    const absent = await office.staff.startAbsence({ staffId, version: 5 }, { caller });
    expect(absent.staff?.absences).toHaveLength(1);

    const titles = ({ posts: held }: organization.Staff) => held.map(({ titleZh }) => titleZh).sort().join('、');
    expect(await over(['2026-11-09', '2026-11-10', '2026-11-19', '2026-11-20', '2026-12-04', '2026-12-05'], staffUnder(grid.id), titles)).toEqual({
      ...{ '2026-11-09': '', '2026-11-10': '干事', '2026-11-19': '干事', '2026-11-20': '', '2026-12-04': '', '2026-12-05': '主任、网格员' },
    });
    expect(await over(['2026-11-19', '2026-11-20'], staffUnder(there.id), titles)).toEqual({ '2026-11-19': '', '2026-11-20': '主任' });
    expect((await staffUnder(grid.id)('2026-11-19'))[0]).toMatchObject({ id: staffId, absences: [], partnerId: '', workPhone: '' });
    expect((await staffUnder(grid.id)(''))[0]?.posts).toHaveLength(3);

    // Seen by where they work that day.
    expect(await over(['2026-11-09', '2026-11-19', '2026-11-20'], staffUnder('', within(grid.path)), titles)).toEqual({ '2026-11-09': '', '2026-11-19': '干事', '2026-11-20': '' });
    const self = testCaller({ subject: staffId, grants: [{ permissions: ['organization.staff.read'], scope: 'self', unitPath: '' }] });
    expect(await over(['2026-11-09', '2026-11-10'], staffUnder('', self), titles)).toEqual({ '2026-11-09': '', '2026-11-10': '干事' });
  });

  it('stand where their unit hung on that day', async () => {
    now('2026-11-20');
    const [from, to] = [await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY }), await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY })];
    const grid = await makeUnit(office, from.id, { kind: UNIT_KIND_GRID });
    await makeStaff(office, grid.id);
    const move = { $case: 'move', value: { unitId: grid.id, parent: { target: { $case: 'unitId', value: to.id } } } } as const;
    const { regrading } = await office.regradings.planRegrading({ titleZh: '调整', effectiveOn: '2026-12-10', operations: [{ operation: move }] }, { caller });
    now('2026-12-10');
    await office.app.scanner.scanOnce();
    const goesOn = regrading?.units.find(({ unitId }) => unitId === grid.id)?.successorId ?? '';
    const paths = ({ posts }: organization.Staff) => posts.map(({ unitPath }) => unitPath).join();
    expect(await over(['2026-12-09', '2026-12-10'], staffUnder(root.id, within(from.path)), paths).catch(({ reason }) => reason as unknown)).toBe('UNIT_NOT_FOUND');
    expect(await over(['2026-12-09', '2026-12-10'], staffUnder(from.id), paths)).toEqual({ '2026-12-09': grid.path, '2026-12-10': '' });
    expect(await over(['2026-12-09', '2026-12-10'], staffUnder(to.id), paths)).toEqual({ '2026-12-09': '', '2026-12-10': `${to.path}${goesOn}/` });
  });
});

it('roles as of a day are those held on it, if only for a part of it', async () => {
  now('2026-11-10');
  const { id: principalId } = await makeStaff(office);
  const grant = await giveRole(office, { principalId, role: 'handler', scope: organization.GrantScope.GRANT_SCOPE_SUBTREE, unitId: here.id }, caller);
  await giveRole(office, { principalId, role: 'party_affairs', scope: organization.GrantScope.GRANT_SCOPE_UNIT, unitId: here.id, endsAt: new Date('2026-11-25T00:00:00+08:00') }, caller);
  now('2026-11-20');
  await office.grants.revokeGrant({ grantId: grant.id, version: 1 }, { caller });
  const held = async (asOf: string) => (await office.grants.listGrants({ principalId, asOf }, { caller })).grants;
  const both = 'handler,party_affairs';
  const inOrder = async (asOf: string) => (await held(asOf)).map(({ role }) => role).sort();
  expect(await over(['2026-11-09', '2026-11-10', '2026-11-20', '2026-11-21', '2026-11-24', '2026-11-25', ''], inOrder, (role) => role)).toEqual({
    ...{ '2026-11-09': '', '2026-11-10': both, '2026-11-20': both, '2026-11-21': 'party_affairs', '2026-11-24': 'party_affairs', '2026-11-25': '', '': both },
  });
});

it('instructors as of a day are those appointed, with what they guided on it', async () => {
  now('2026-11-10');
  const staff = await makeStaff(office);
  const [one, two] = await joinUnits(office, here.id, 2);
  const { instructor } = await office.instructors.appointInstructor({ staffId: staff.id, unitId: here.id }, { caller });
  const instructorId = instructor?.id ?? '';
  const assigned = await office.instructors.assignInstructor({ instructorId, version: 1, memberUnitId: one?.id ?? '', validFrom: '2026-11-12' }, { caller });
  now('2026-11-15');
  await office.instructors.endInstructorAssignment({ instructorId, version: 2, assignmentId: assigned.instructor?.assignments[0]?.id ?? '' }, { caller });
  await office.instructors.assignInstructor({ instructorId, version: 3, memberUnitId: two?.id ?? '', validFrom: '2026-11-18' }, { caller });
  now('2026-11-20');
  await office.instructors.dismissInstructor({ instructorId, version: 4 }, { caller });
  const list = async (asOf: string) => (await office.instructors.listInstructors({ asOf, pageSize: 200 }, { caller })).instructors.filter(({ id }) => id === instructorId);
  const guided = ({ assignments }: organization.Instructor) => `guides ${assignments.map(({ memberUnitId }) => (memberUnitId === one?.id ? 'one' : 'two')).join()}`;
  expect(await over(['2026-11-09', '2026-11-11', '2026-11-12', '2026-11-15', '2026-11-18', '2026-11-19', '2026-11-20', ''], list, guided)).toEqual({
    ...{ '2026-11-09': '', '2026-11-11': 'guides ', '2026-11-12': 'guides one', '2026-11-15': 'guides ', '2026-11-18': 'guides two', '2026-11-19': 'guides two', '2026-11-20': '', '': '' },
  });
});

describe('construction sites as of a day', () => {
  it('are those open when it ended, with their leader and the last visit', async () => {
    now('2026-11-10');
    const [first, second] = [await makeStaff(office, here.id), await makeStaff(office, here.id)];
    const { site } = await office.sites.createSite({ ...siteFacts({ unitId: here.id, leaderId: first.id }), openedOn: '2026-11-05' }, { caller });
    const siteId = site?.id ?? '';
    const { items } = await office.sites.getSiteChecklist({}, { caller });
    const answers = items.map(({ code }) => ({ itemCode: code, answer: organization.SiteAnswer.SITE_ANSWER_YES }));
    await office.sites.recordSiteVisit({ siteId, visitedOn: '2026-11-10', answers }, { caller });
    now('2026-11-15');
    const version = async () => (await office.sites.getSite({ siteId }, { caller })).site?.version ?? 0;
    await office.sites.assignSiteLeader({ siteId, version: await version(), leaderId: second.id }, { caller });
    now('2026-11-20');
    await office.sites.recordSiteVisit({ siteId, visitedOn: '2026-11-19', answers }, { caller });
    await office.sites.closeSite({ siteId, version: await version() }, { caller });

    const list = (more: object) => async (asOf: string) => (await office.sites.listSites({ unitId: here.id, asOf, ...more }, { caller })).sites;
    const leaders = new Map([[first.id, 'first'], [second.id, 'second'], ['', 'nobody']]);
    const tell = ({ leaderId, leaderSince, lastVisitedOn, closedOn }: organization.Site) => [leaders.get(leaderId), leaderSince, lastVisitedOn, closedOn].join(' ');
    expect(await over(['2026-11-04', '2026-11-09', '2026-11-10', '2026-11-14', '2026-11-15', '2026-11-19', '2026-11-20', ''], list({}), tell)).toEqual({
      ...{ '2026-11-04': '', '2026-11-09': 'nobody   ', '2026-11-10': 'first 2026-11-10 2026-11-10 ', '2026-11-14': 'first 2026-11-10 2026-11-10 ' },
      ...{ '2026-11-15': 'second 2026-11-15 2026-11-10 ', '2026-11-19': 'second 2026-11-15 2026-11-19 ', '2026-11-20': '', '': '' },
    });
    expect(await over(['2026-11-04', '2026-11-20'], list({ includeClosed: true }), tell)).toEqual({ '2026-11-04': '', '2026-11-20': 'second 2026-11-15 2026-11-19 2026-11-20' });
    expect(await over(['2026-11-14', '2026-11-15'], list({ leaderId: first.id }), ({ id }) => id)).toEqual({ '2026-11-14': siteId, '2026-11-15': '' });
    expect((await list({})('2026-11-19'))[0]).toMatchObject({ visitDueOn: '', missedSince: '' });
  });
});

it('committees as of a day are those that stood on it', async () => {
  now('2026-11-10');
  const place = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  const { committee } = await office.committees.foundCommittee({ kind: organization.CommitteeKind.COMMITTEE_KIND_COMMUNITY_JOINT, unitId: place.id, nameZh: '联合党委', size: 3 }, { caller });
  now('2026-11-20');
  const ends = { $case: 'close', value: { unitId: place.id, successor: { target: { $case: 'unitId', value: there.id } } } } as const;
  await office.committees.foundCommittee({ kind: organization.CommitteeKind.COMMITTEE_KIND_COMMUNITY_JOINT, unitId: there.id, nameZh: '联合党委', size: 3 }, { caller });
  await office.regradings.planRegrading({ titleZh: '撤并', effectiveOn: '2026-11-20', operations: [{ operation: ends }] }, { caller });
  const list = async (asOf: string) => (await office.committees.listCommittees({ asOf, pageSize: 200 }, { caller })).committees.filter(({ id }) => id === committee?.id);
  const known = () => 'stands';
  expect(await over(['2026-11-09', '2026-11-10', '2026-11-19', '2026-11-20', ''], list, known)).toEqual({ '2026-11-09': '', '2026-11-10': 'stands', '2026-11-19': 'stands', '2026-11-20': '', '': 'stands' });
});

it('dual reports as of a day are those that lasted on it', async () => {
  now('2026-11-10');
  const [memberUnit] = await joinUnits(office, root.id, 1);
  const { dualReport } = await office.dualReports.fileDualReport({ memberUnitId: memberUnit?.id ?? '', unitId: here.id, headcount: 12 }, { caller });
  now('2026-11-20');
  await office.dualReports.endDualReport({ dualReportId: dualReport?.id ?? '', version: 1 }, { caller });
  const list = async (asOf: string) => (await office.dualReports.listDualReports({ asOf }, { caller })).dualReports;
  expect(await over(['2026-11-09', '2026-11-10', '2026-11-19', '2026-11-20', ''], list, ({ id }) => id)).toEqual({ '2026-11-09': '', '2026-11-10': dualReport?.id, '2026-11-19': dualReport?.id, '2026-11-20': '', '': '' });
});

it('resources as of a day are those offered on it, here and in the whole office', async () => {
  now('2026-11-10');
  const [memberUnit] = await joinUnits(office, here.id, 1);
  const { resource } = await office.jointProjects.offerResource({ memberUnitId: memberUnit?.id ?? '', categoryCode: 'elderly_meals', titleZh: '职工食堂', capacity: 1 }, { caller });
  now('2026-11-20');
  await office.jointProjects.withdrawResource({ resourceId: resource?.id ?? '', version: 1 }, { caller });
  const around = testCaller({ grants: [{ permissions: ['organization.joint_project.read', 'organization.need.read'], scope: 'subtree', unitPath: here.path }] });
  for (const by of [caller, around]) {
    const list = async (asOf: string) => (await office.jointProjects.listResources({ categoryCode: 'elderly_meals', asOf }, { caller: by })).resources;
    expect(await over(['2026-11-09', '2026-11-10', '2026-11-19', '2026-11-20', ''], list, ({ titleZh }) => titleZh)).toEqual({ '2026-11-09': '', '2026-11-10': '职工食堂', '2026-11-19': '职工食堂', '2026-11-20': '', '': '' });
  }
});

it('jobs as of a day are those open on it', async () => {
  now('2026-11-10');
  const offer = { unitId: here.id, titleZh: '绣工', employerZh: '协会', placeZh: '社区', dutiesZh: '刺绣', wanted: 1, contactPhone: '0477-8500000' };
  await office.jobs.postJob({ ...offer, openFrom: '2026-11-12', openUntil: '2026-11-18' }, { caller });
  const { job } = await office.jobs.postJob({ ...offer, titleZh: '保洁', openFrom: '2026-11-12', openUntil: '2026-12-30' }, { caller });
  now('2026-11-20');
  await office.jobs.takeDownJob({ jobId: job?.id ?? '', version: 1 }, { caller });
  const list = async (asOf: string) => (await office.jobs.listJobs({ underUnitId: here.id, asOf }, { caller })).jobs;
  const titles = async (days: readonly string[]) => over(days, async (asOf) => (await list(asOf)).map(({ titleZh }) => titleZh).sort(), (title) => title);
  expect(await titles(['2026-11-11', '2026-11-12', '2026-11-18', '2026-11-19', '2026-11-20', ''])).toEqual({
    ...{ '2026-11-11': '', '2026-11-12': '保洁,绣工', '2026-11-18': '保洁,绣工', '2026-11-19': '保洁', '2026-11-20': '', '': '保洁,绣工' },
  });
});

it('publications as of a day are those that were up when it ended', async () => {
  now('2026-11-10');
  const paper = { unitId: here.id, kind: organization.PublicationKind.PUBLICATION_KIND_ACCOUNTS, textZh: '明细' };
  await office.publications.publish({ ...paper, titleZh: '一季度', toDay: '2026-11-17' }, { caller });
  const { publication } = await office.publications.publish({ ...paper, titleZh: '二季度', fromDay: '2026-11-12', toDay: '2026-12-30' }, { caller });
  now('2026-11-20');
  await office.publications.withdrawPublication({ publicationId: publication?.id ?? '', version: 1, reason: organization.PublicationWithdrawReason.PUBLICATION_WITHDRAW_REASON_REPLACED }, { caller });
  const list = async (asOf: string) => (await office.publications.listPublications({ asOf }, { caller })).publications;
  const titles = async (days: readonly string[]) => over(days, async (asOf) => (await list(asOf)).map(({ titleZh }) => titleZh).sort(), (title) => title);
  expect(await titles(['2026-11-09', '2026-11-10', '2026-11-12', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20', ''])).toEqual({
    ...{ '2026-11-09': '', '2026-11-10': '一季度', '2026-11-12': '一季度,二季度', '2026-11-17': '一季度,二季度', '2026-11-18': '二季度', '2026-11-19': '二季度', '2026-11-20': '', '': '一季度,二季度' },
  });
});

describe('a list as of a day', () => {
  const lists: readonly [string, (asked: { asOf: string; pageSize: number; pageToken: string }) => Promise<unknown>][] = [
    ['staff', (asked) => office.staff.listStaff(asked, { caller })],
    ['roles given', (asked) => office.grants.listGrants(asked, { caller })],
    ['instructors', (asked) => office.instructors.listInstructors(asked, { caller })],
    ['sites', (asked) => office.sites.listSites(asked, { caller })],
    ['committees', (asked) => office.committees.listCommittees(asked, { caller })],
    ['dual reports', (asked) => office.dualReports.listDualReports(asked, { caller })],
    ['resources', (asked) => office.jointProjects.listResources(asked, { caller })],
    ['jobs', (asked) => office.jobs.listJobs(asked, { caller })],
    ['publications', (asked) => office.publications.listPublications(asked, { caller })],
    ['covenants', (asked) => office.covenants.listCovenants(asked, { caller })],
  ];

  it.each(lists)('%s: refuses what is no day', async (_name, list) => {
    await expect(list({ asOf: '2026-02-30', pageSize: 1, pageToken: '' })).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field: 'as_of', code: 'malformed' }] });
  });

  it('goes on with the pages of that day only', async () => {
    now('2026-11-25');
    for (let n = 0; n < 3; n += 1) await makeStaff(office, here.id);
    const page = (asOf: string, pageToken = '') => office.staff.listStaff({ underUnitId: here.id, asOf, pageSize: 2, pageToken }, { caller });
    const { staff, nextPageToken } = await page('2026-11-25');
    expect(staff).toHaveLength(2);
    expect((await page('2026-11-25', nextPageToken)).staff.length).toBeGreaterThan(0);
    await expect(page('2026-11-24', nextPageToken)).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });
});
