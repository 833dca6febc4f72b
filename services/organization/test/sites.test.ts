import { organization } from '@linli/contracts';
import { allAnswers, at, leaderOf, openSite, readSite, scan, siteFacts, startSiteOffice, visit, type SiteOffice } from './site-support';
import { everything, fresh, history, makeStaff, makeTenant, sentEvents } from './support';

const { SITE_STAGE_FINISHING } = organization.SiteStage;
const { SITE_ANSWER_NO, SITE_ANSWER_YES, SITE_ANSWER_NOT_SEEN } = organization.SiteAnswer;

let all: SiteOffice;

beforeAll(async () => {
  all = await startSiteOffice();
}, 30_000);
beforeEach(() => all.office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => all.office.stop());

const workOf = async (caller: { subject: string }) => (await all.office.work.listWork({ pageSize: 200 }, { caller: leaderOf(caller.subject) })).items;

describe('a site', () => {
  it('is entered with its leader, who owes it a visit this month', async () => {
    const site = await openSite(all);
    expect(site).toMatchObject({ unitId: all.here.id, unitPath: all.here.path, leaderId: all.leader.subject, leaderSince: '2026-11-24', openedOn: '2026-03-01', visitDueOn: '2026-11-30', version: 1 });
    expect(await history(all.office, site.id)).toEqual(['SiteCreated 1']);
    const [mine] = (await workOf(all.leader)).filter(({ subjectId }) => subjectId === site.id);
    expect(mine).toMatchObject({ kind: 'organization.site', action: 'visit', number: site.permitNumber, ownerId: all.leader.subject, threadId: site.id, dueAt: new Date('2026-11-30T10:00:00Z') });
  });

  it('is entered once for a repeated request', async () => {
    const request = { requestId: fresh('r'), ...siteFacts({ unitId: all.here.id, leaderId: all.leader.subject }) };
    const [one, two] = await Promise.all([1, 2].map(() => all.office.sites.createSite(request, { caller: all.director })));
    expect(one).toEqual(two);
    const changed = all.office.sites.createSite({ ...request, nameZh: '别处' }, { caller: all.director });
    await expect(changed).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('has a permit that no other open site has, also for two who enter it at once', async () => {
    const permitNumber = fresh('sg');
    const results = await Promise.allSettled([openSite(all, { permitNumber }), openSite(all, { permitNumber })]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'SITE_PERMIT_TAKEN' } });
  });

  it.each([
    ['name_zh', { nameZh: ' ' }],
    ['owner_zh', { ownerZh: '' }],
    ['contractor_zh', { contractorZh: '长'.repeat(101) }],
    ['subcontractors_zh', { subcontractorsZh: ['甲', '甲'] }],
    ['permit_number', { permitNumber: '有 空格' }],
    ['stage', { stage: organization.SiteStage.SITE_STAGE_UNSPECIFIED }],
    ['unit_id', { unitId: 'x' }],
    ['leader_id', { leaderId: '' }],
    ['opened_on', { openedOn: '2026-11-25' }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(openSite(all, wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('needs a unit of the caller’s and a leader who works here', async () => {
    await expect(openSite(all, { leaderId: all.here.id })).rejects.toMatchObject({ kind: 'not_found', reason: 'SITE_LEADER_UNKNOWN' });
    const left = await makeStaff(all.office);
    await all.office.staff.deactivateStaff({ staffId: left.id, version: 1 }, { caller: everything() });
    await expect(openSite(all, { leaderId: left.id })).rejects.toMatchObject({ reason: 'STAFF_INACTIVE' });
    await expect(openSite({ ...all, director: at(all.there.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });

  it('changes what was given and nothing else, for its leader too', async () => {
    const site = await openSite(all);
    const edit = { siteId: site.id, version: 1, stage: SITE_STAGE_FINISHING, subcontractors: { namesZh: [] } };
    const { site: changed } = await all.office.sites.updateSite(edit, { caller: all.leader });
    expect(changed).toMatchObject({ stage: SITE_STAGE_FINISHING, subcontractorsZh: [], contractorZh: site.contractorZh, visitDueOn: '2026-11-30', version: 2 });
    await expect(all.office.sites.updateSite(edit, { caller: all.leader })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    await expect(all.office.sites.updateSite({ siteId: site.id, version: 2 }, { caller: all.leader })).rejects.toMatchObject({ kind: 'invalid_argument' });
    await expect(all.office.sites.updateSite({ ...edit, version: 2 }, { caller: all.other })).rejects.toMatchObject({ reason: 'SITE_NOT_FOUND' });
  });

  it('is visited, seen and spoken for by whoever stands in for its leader, while they do', async () => {
    const site = await openSite(all);
    const { office, other: standIn, leader } = all;
    const listed = async () => (await office.sites.listSites({ pageSize: 200 }, { caller: standIn })).sites.some(({ id }) => id === site.id);
    const finding = { siteId: site.id, concern: organization.SiteConcern.SITE_CONCERN_SAFETY, severity: organization.SiteFindingSeverity.SITE_FINDING_SEVERITY_MINOR, description: '临边无防护' };
    const refuse = async () => {
      expect(await listed()).toBe(false);
      for (const trying of [() => office.sites.getSite({ siteId: site.id }, { caller: standIn }), () => visit(all, site.id, { caller: standIn }), () => office.findings.raiseSiteFinding(finding, { caller: standIn })]) {
        await expect(trying()).rejects.toMatchObject({ kind: 'not_found', reason: 'SITE_NOT_FOUND' });
      }
    };
    await refuse();
    const ref = async () => ({ staffId: leader.subject, version: (await office.staff.getStaff({ staffId: leader.subject }, { caller: everything() })).staff?.version ?? 0 });
    await office.staff.startAbsence({ ...(await ref()), standInId: standIn.subject }, { caller: everything() });
    expect(await listed()).toBe(true);
    expect((await visit(all, site.id, { caller: standIn })).visitorId).toBe(standIn.subject);
    const raised = (await office.findings.raiseSiteFinding(finding, { caller: standIn })).finding;
    expect((await office.findings.tellSite({ findingId: raised?.id ?? '', version: 1 }, { caller: standIn })).finding?.version).toBe(2);
    await office.staff.endAbsence(await ref(), { caller: everything() });
    await refuse();
    await expect(office.findings.getSiteFinding({ findingId: raised?.id ?? '' }, { caller: standIn })).rejects.toMatchObject({ reason: 'FINDING_NOT_FOUND' });
  });

  it('shows itself where one may see sites, and to its leader', async () => {
    const site = await openSite(all);
    const sees = async (caller: typeof all.leader) => {
      const listed = (await all.office.sites.listSites({ pageSize: 200 }, { caller })).sites.some(({ id }) => id === site.id);
      const found = await all.office.sites.getSite({ siteId: site.id }, { caller }).then(() => true, (error: { reason: string }) => error.reason);
      return [listed, found];
    };
    expect(await sees(all.leader)).toEqual([true, true]);
    expect(await sees(at(all.here.path))).toEqual([true, true]);
    for (const outside of [all.other, at(all.there.path), { ...all.director, tenantId: 'baihe' }]) expect(await sees(outside)).toEqual([false, 'SITE_NOT_FOUND']);
    await expect(all.office.sites.listSites({ unitId: all.here.id }, { caller: at(all.there.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    const under = await all.office.sites.listSites({ unitId: all.there.id }, { caller: all.director });
    expect(under.sites).toEqual([]);
  });

  it('closes with no visit owed any more, and takes no further one', async () => {
    const site = await openSite(all);
    const { site: closed } = await all.office.sites.closeSite({ siteId: site.id, version: 1 }, { caller: all.director });
    expect(closed).toMatchObject({ closedOn: '2026-11-24', visitDueOn: '', version: 2 });
    expect((await workOf(all.leader)).map(({ subjectId }) => subjectId)).not.toContain(site.id);
    await expect(visit(all, site.id)).rejects.toMatchObject({ reason: 'SITE_CLOSED' });
    await expect(all.office.sites.closeSite({ siteId: site.id, version: 2 }, { caller: all.director })).rejects.toMatchObject({ reason: 'SITE_CLOSED' });
    const openOnly = await all.office.sites.listSites({ pageSize: 200 }, { caller: all.director });
    expect(openOnly.sites.map(({ id }) => id)).not.toContain(site.id);
    all.office.clock.set('2026-12-02T09:00:00+08:00');
    await scan(all.office);
    expect(await history(all.office, site.id)).toEqual(['SiteCreated 1', 'SiteClosed 2']);
  });
});

describe('a new leader', () => {
  it('takes over the visit that is owed and the findings that are open', async () => {
    const site = await openSite(all);
    const raised = await all.office.findings.raiseSiteFinding(
      { siteId: site.id, concern: organization.SiteConcern.SITE_CONCERN_SAFETY, severity: organization.SiteFindingSeverity.SITE_FINDING_SEVERITY_MINOR, description: '临边无防护' },
      { caller: all.leader },
    );
    const mine = [site.id, raised.finding?.id ?? ''].sort();
    const held = async (caller: typeof all.leader) => (await workOf(caller)).map(({ subjectId }) => subjectId).filter((id) => mine.includes(id)).sort();
    expect(await held(all.leader)).toEqual(mine);
    const assigning = { siteId: site.id, version: 1, leaderId: all.other.subject };
    const { site: assigned } = await all.office.sites.assignSiteLeader(assigning, { caller: all.director });
    expect(assigned).toMatchObject({ leaderId: all.other.subject, version: 2 });
    expect([await held(all.leader), await held(all.other)]).toEqual([[], mine]);
    await expect(visit(all, site.id)).rejects.toMatchObject({ reason: 'SITE_NOT_FOUND' });
    await visit(all, site.id, { caller: all.other });
    await expect(all.office.sites.assignSiteLeader({ ...assigning, version: 3 }, { caller: all.director })).rejects.toMatchObject({ reason: 'SITE_LEADER_SAME' });
    const times = await all.office.knex('site_leaders').where({ site_id: site.id }).orderBy('site_version').select<{ leader_id: string; until: Date | null }[]>('leader_id', 'until');
    expect(times.map(({ leader_id, until }) => [leader_id, until === null])).toEqual([[all.leader.subject, false], [all.other.subject, true]]);
  });
});

describe('a visit', () => {
  it('keeps its answers, counts for its month, and the next month’s is owed', async () => {
    const site = await openSite(all);
    const answers = (await allAnswers(all)).map((one, index) => ({ ...one, answer: [SITE_ANSWER_NO, SITE_ANSWER_NOT_SEEN][index] ?? SITE_ANSWER_YES }));
    const { visit: recorded } = await all.office.sites.recordSiteVisit({ siteId: site.id, answers }, { caller: all.leader });
    expect(recorded).toMatchObject({ siteId: site.id, visitedOn: '2026-11-24', visitorId: all.leader.subject, checklistVersion: 1, countsFor: '2026-11' });
    expect([...(recorded?.answers ?? [])].sort((a, b) => a.itemCode.localeCompare(b.itemCode))).toEqual([...answers].sort((a, b) => a.itemCode.localeCompare(b.itemCode)));
    expect(await readSite(all, site.id)).toMatchObject({ lastVisitedOn: '2026-11-24', visitDueOn: '2026-12-31', version: 2 });
    const [done] = (await sentEvents(all.office, site.id)).slice(-1);
    expect(done).toMatchObject({ type: 'SiteVisitDone', payload: { siteId: site.id, visitId: recorded?.id, visitedOn: '2026-11-24', countsFor: '2026-11' } });
    const { entries } = await all.office.threads.listEntries({ threadId: site.id }, { caller: all.director });
    expect(entries.map(({ code, facts }) => [code, facts['answered_no']])).toEqual([['created', undefined], ['visit_done', '1']]);
  });

  it('of two leaders at once: both stand, one fulfils the month', async () => {
    const site = await openSite(all);
    const both = await Promise.all([visit(all, site.id), visit(all, site.id, { caller: at(all.here.path) })]);
    expect(both.map(({ countsFor }) => countsFor).sort()).toEqual(['', '2026-11']);
    expect(await history(all.office, site.id)).toEqual(['SiteCreated 1', 'SiteVisitDone 2', 'SiteVisitDone 3']);
    const { visits } = await all.office.sites.listSiteVisits({ siteId: site.id }, { caller: all.leader });
    expect(visits).toHaveLength(2);
    const again = visit(all, site.id);
    await expect(again).rejects.toMatchObject({ kind: 'already_exists', reason: 'VISIT_RECORDED_ALREADY' });
  });

  it('is recorded once for a repeated request', async () => {
    const site = await openSite(all);
    const request = { requestId: fresh('r'), siteId: site.id, answers: await allAnswers(all) };
    const [one, two] = await Promise.all([1, 2].map(() => all.office.sites.recordSiteVisit(request, { caller: all.leader })));
    expect(one).toEqual(two);
    expect((await readSite(all, site.id)).version).toBe(2);
  });

  it.each([
    ['VISIT_IN_FUTURE', '2026-11-25'],
    ['VISIT_BEFORE_SITE', '2026-02-28'],
    ['VISIT_TOO_LATE', '2026-11-16'],
  ])('is refused with %s on %s', async (reason, visitedOn) => {
    const site = await openSite(all);
    await expect(visit(all, site.id, { visitedOn })).rejects.toMatchObject({ kind: 'failed_precondition', reason });
  });

  it('answers every item of the list, and each once', async () => {
    const site = await openSite(all);
    const answers = await allAnswers(all);
    const record = (given: organization.SiteVisitAnswer[]) => all.office.sites.recordSiteVisit({ siteId: site.id, answers: given }, { caller: all.leader });
    await expect(record(answers.slice(1))).rejects.toMatchObject({ reason: 'CHECKLIST_INCOMPLETE', details: { missing: answers[0]?.itemCode } });
    await expect(record([...answers, { itemCode: 'wage-total', answer: SITE_ANSWER_YES }])).rejects.toMatchObject({ reason: 'CHECKLIST_UNKNOWN_ITEM' });
    await expect(record([...answers, ...answers.slice(0, 1)])).rejects.toMatchObject({ violations: [{ code: 'duplicate' }] });
    await expect(record(answers.map((one) => ({ ...one, answer: organization.SiteAnswer.SITE_ANSWER_UNSPECIFIED })))).rejects.toMatchObject({ violations: [{ code: 'required' }] });
  });

  it('is asked by the checklist in force on a day, which names the law', async () => {
    const { version, items } = await all.office.sites.getSiteChecklist({}, { caller: all.leader });
    expect(version).toBe(1);
    const cited = items.map(({ citation }) => citation).join();
    for (const article of ['二十四', '二十六', '二十八', '三十一', '三十二', '三十四']) expect(cited).toContain(`第${article}条`);
    expect(items.map(({ concern }) => concern)).toEqual(expect.arrayContaining(Object.values(organization.SiteConcern).filter((concern) => /_(SAFETY|WAGE|RESETTLEMENT)$/.test(concern))));
    await expect(all.office.sites.getSiteChecklist({ onDay: '2019-01-01' }, { caller: all.leader })).rejects.toMatchObject({ reason: 'CHECKLIST_NOT_IN_FORCE' });
  });

  it('is listed the latest first, page by page', async () => {
    const site = await openSite(all);
    for (const visitedOn of ['2026-11-22', '2026-11-24', '2026-11-23']) await visit(all, site.id, { visitedOn });
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await all.office.sites.listSiteVisits({ siteId: site.id, pageSize: 1, pageToken }, { caller: all.leader });
      seen.push(...page.visits.map(({ visitedOn }) => visitedOn));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual(['2026-11-24', '2026-11-23', '2026-11-22']);
  });
});

describe('a month without a visit', () => {
  it('is told at its end, waits for the leader, and a visit recorded late still counts', async () => {
    const site = await openSite(all);
    all.office.clock.set('2026-11-30T23:59:00+08:00');
    await scan(all.office);
    expect((await readSite(all, site.id)).missedSince).toBe('');
    all.office.clock.set('2026-12-01T00:00:00+08:00');
    await scan(all.office);
    expect(await readSite(all, site.id)).toMatchObject({ missedSince: '2026-11-30', visitDueOn: '2026-12-31', version: 2 });
    const [missed] = (await sentEvents(all.office, site.id)).slice(-1);
    expect(missed).toMatchObject({ type: 'SiteVisitMissed', version: 2, payload: { siteId: site.id, month: '2026-11', leaderId: all.leader.subject } });
    expect((await workOf(all.leader)).find(({ subjectId }) => subjectId === site.id)).toMatchObject({ action: 'visit_missed', dueAt: new Date('2026-11-30T10:00:00Z'), version: 2 });
    all.office.clock.set('2026-12-02T09:00:00+08:00');
    expect(await visit(all, site.id, { visitedOn: '2026-11-30' })).toMatchObject({ countsFor: '2026-11' });
    expect(await readSite(all, site.id)).toMatchObject({ missedSince: '', visitDueOn: '2026-12-31' });
    expect((await workOf(all.leader)).find(({ subjectId }) => subjectId === site.id)).toMatchObject({ action: 'visit' });
  });

  it('is one of several when nobody looked for long', async () => {
    const site = await openSite(all);
    all.office.clock.set('2027-02-03T09:00:00+08:00');
    await scan(all.office);
    const missed = (await sentEvents(all.office, site.id)).filter(({ type }) => type === 'SiteVisitMissed').map(({ payload }) => payload['month']);
    expect(missed).toEqual(['2026-11', '2026-12', '2027-01']);
    expect(await readSite(all, site.id)).toMatchObject({ missedSince: '2026-11-30', visitDueOn: '2027-02-28' });
  });
});

describe('the coverage of a month', () => {
  it('counts 53 of 53, a 54th from the month in which it opens, and no site that closed unvisited', async () => {
    const own: SiteOffice = { ...all, director: { ...all.director, tenantId: 'baihe' } };
    const { root } = await makeTenant(all.office, 'baihe');
    const leaders = await Promise.all([1, 2].map(() => makeStaff(all.office, undefined, { tenantId: 'baihe' })));
    const enter = (index: number, facts: object = {}) => openSite(own, { unitId: root.id, leaderId: leaders[index % 2]?.id, ...facts });
    const visitAll = async (sites: readonly organization.Site[]) => {
      for (const site of sites) await visit(own, site.id, { caller: own.director });
    };
    const coverage = async (month: string) => (await all.office.sites.getSiteCoverage({ month }, { caller: own.director })).visits;
    const sites = await Promise.all(Array.from({ length: 53 }, (_, index) => enter(index)));
    await visitAll(sites);
    expect(await coverage('2026-11')).toEqual({ owed: 53, visited: 53, missed: 0 });
    const { leaders: byLeader } = await all.office.sites.getSiteCoverage({}, { caller: own.director });
    expect(byLeader.map(({ visits }) => [visits?.owed, visits?.visited]).sort()).toEqual([[26, 26], [27, 27]]);

    all.office.clock.set('2026-12-10T09:00:00+08:00');
    await visitAll(sites.slice(1));
    const late = await enter(0, { openedOn: '2026-12-10' });
    expect(await coverage('2026-12')).toEqual({ owed: 54, visited: 52, missed: 0 });
    expect(await coverage('2026-11')).toEqual({ owed: 53, visited: 53, missed: 0 });
    await all.office.sites.closeSite({ siteId: late.id, version: 1 }, { caller: own.director });
    expect(await coverage('2026-12')).toEqual({ owed: 53, visited: 52, missed: 0 });
    all.office.clock.set('2027-01-01T00:00:00+08:00');
    await scan(all.office);
    expect(await coverage('2026-12')).toEqual({ owed: 53, visited: 52, missed: 1 });
    await expect(coverage('2026-13')).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field: 'month' }] });
  }, 60_000);

  it('shows a leader their own', async () => {
    await openSite(all);
    const mine = await all.office.sites.getSiteCoverage({}, { caller: all.leader });
    expect(mine.leaders.map(({ leaderId }) => leaderId)).toEqual([all.leader.subject]);
    const none = await all.office.sites.getSiteCoverage({}, { caller: leaderOf(all.here.id) });
    expect(none).toMatchObject({ visits: { owed: 0, visited: 0, missed: 0 }, leaders: [], openFindings: [] });
  });
});
