import { organization } from '@linli/contracts';
import { at, leaderOf, openSite, scan, startSiteOffice, type SiteOffice } from './site-support';
import { fresh, history, sentEvents } from './support';

const { SITE_CONCERN_SAFETY, SITE_CONCERN_WAGE } = organization.SiteConcern;
const { SITE_FINDING_SEVERITY_MINOR, SITE_FINDING_SEVERITY_SERIOUS, SITE_FINDING_SEVERITY_DANGER_TO_LIFE } = organization.SiteFindingSeverity;
const { SITE_FINDING_STATE_RECTIFYING, SITE_FINDING_STATE_REFERRED, SITE_FINDING_STATE_RECHECKED, SITE_FINDING_STATE_CLOSED } = organization.SiteFindingState;
const { SITE_REFERRAL_REPLY_UNSPECIFIED, SITE_REFERRAL_REPLY_NOT_COMPETENT, SITE_REFERRAL_REPLY_HANDLED } = organization.SiteReferralReply;
const { SITE_AUTHORITY_HOUSING_CONSTRUCTION } = organization.SiteAuthority;

let all: SiteOffice;
let site: organization.Site;

beforeAll(async () => {
  all = await startSiteOffice();
}, 30_000);
beforeEach(async () => {
  all.office.clock.set('2026-11-24T09:00:00+08:00');
  site = await openSite(all);
});
afterAll(() => all.office.stop());

async function raise(facts: object = {}, caller = all.leader): Promise<organization.SiteFinding> {
  const request = { siteId: site.id, concern: SITE_CONCERN_SAFETY, severity: SITE_FINDING_SEVERITY_MINOR, description: '临边无防护', ...facts };
  const { finding } = await all.office.findings.raiseSiteFinding(request, { caller });
  if (finding === undefined) throw new Error('no finding came back');
  return finding;
}

type Step = 'tellSite' | 'startRectification' | 'closeSiteFinding';

async function take(finding: organization.SiteFinding, step: Step, caller = all.leader): Promise<organization.SiteFinding> {
  return present(await all.office.findings[step]({ findingId: finding.id, version: finding.version }, { caller }));
}

async function recheck(finding: organization.SiteFinding, passed: boolean): Promise<organization.SiteFinding> {
  return present(await all.office.findings.recheckSiteFinding({ findingId: finding.id, version: finding.version, passed }, { caller: all.leader }));
}

async function refer(finding: organization.SiteFinding, receivedNumber = 'ZJ-2026-77'): Promise<organization.SiteFinding> {
  const request = { findingId: finding.id, version: finding.version, authority: SITE_AUTHORITY_HOUSING_CONSTRUCTION, receivedNumber };
  return present(await all.office.findings.referSiteFinding(request, { caller: all.leader }));
}

async function reply(finding: organization.SiteFinding, answer: organization.SiteReferralReply): Promise<organization.SiteFinding> {
  return present(await all.office.findings.recordReferralReply({ findingId: finding.id, version: finding.version, reply: answer }, { caller: all.leader }));
}

function present({ finding }: { finding: organization.SiteFinding | undefined }): organization.SiteFinding {
  if (finding === undefined) throw new Error('no finding came back');
  return finding;
}

const rectifying = async (facts: object = {}) => take(await take(await raise(facts), 'tellSite'), 'startRectification');
const get = async (id: string) => present(await all.office.findings.getSiteFinding({ findingId: id }, { caller: all.director }));

describe('a finding', () => {
  it('goes from found to closed, once for each step', async () => {
    const failed = await recheck(await rectifying(), false);
    expect(failed.state).toBe(SITE_FINDING_STATE_RECTIFYING);
    const good = await recheck(failed, true);
    expect(good).toMatchObject({ state: SITE_FINDING_STATE_RECHECKED, nextActions: ['close'] });
    const closed = await take(good, 'closeSiteFinding');
    expect(closed).toMatchObject({ state: SITE_FINDING_STATE_CLOSED, closedAt: all.office.clock.now(), nextActions: [], version: 6 });
    expect(await history(all.office, closed.id)).toEqual(['SiteFindingRaised 1', 'SiteFindingMoved 2', 'SiteFindingMoved 3', 'SiteFindingMoved 4', 'SiteFindingMoved 5', 'SiteFindingClosed 6']);
    const { items } = await all.office.work.listWork({ pageSize: 200 }, { caller: all.leader });
    expect(items.map(({ subjectId }) => subjectId)).not.toContain(closed.id);
    const { entries } = await all.office.threads.listEntries({ threadId: site.id }, { caller: all.director });
    expect(entries.filter(({ subjectId }) => subjectId === closed.id).map(({ code }) => code)).toEqual(['raise', 'tell_site', 'start_rectification', 'recheck_failed', 'recheck_passed', 'close']);
  });

  it('waits for the site’s leader with what is to be done next', async () => {
    const found = await raise({}, at(all.here.path, ['organization.finding.raise']));
    const waiting = async () => (await all.office.work.listWork({ pageSize: 200 }, { caller: all.leader })).items.find(({ subjectId }) => subjectId === found.id);
    expect(await waiting()).toMatchObject({ kind: 'organization.finding', action: 'tell_site', ownerId: all.leader.subject, dueAt: found.dueAt, version: 1 });
    await take(found, 'tellSite');
    expect(await waiting()).toMatchObject({ action: 'start_rectification', version: 2 });
  });

  it('is not rechecked before the site was told, nor closed twice', async () => {
    const found = await raise();
    await expect(recheck(found, true)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'FINDING_STATE_FORBIDS', details: { state: 'found', action: 'recheck_passed' } });
    await expect(take(found, 'closeSiteFinding')).rejects.toMatchObject({ reason: 'FINDING_STATE_FORBIDS' });
    const good = await recheck(await take(await take(found, 'tellSite'), 'startRectification'), true);
    const results = await Promise.allSettled([take(good, 'closeSiteFinding'), take(good, 'closeSiteFinding')]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
    await expect(take({ ...good, version: good.version + 1 }, 'closeSiteFinding')).rejects.toMatchObject({ reason: 'FINDING_STATE_FORBIDS' });
  });

  it('is raised once for a repeated request, and never on a closed site', async () => {
    const requestId = fresh('r');
    const [one, two] = await Promise.all([raise({ requestId }), raise({ requestId })]);
    expect(one).toEqual(two);
    const other = await openSite(all);
    await all.office.sites.closeSite({ siteId: other.id, version: 1 }, { caller: all.director });
    await expect(raise({ siteId: other.id })).rejects.toMatchObject({ reason: 'SITE_CLOSED' });
    await expect(all.office.sites.closeSite({ siteId: site.id, version: 1 }, { caller: all.director })).rejects.toMatchObject({ reason: 'SITE_HAS_FINDINGS', details: { open: '1' } });
  });

  it('that endangers life is refused until somebody has called', async () => {
    const danger = { severity: SITE_FINDING_SEVERITY_DANGER_TO_LIFE };
    await expect(raise(danger)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'CALL_AT_ONCE' });
    const line = organization.EmergencyLine.EMERGENCY_LINE_FIRE_RESCUE;
    await expect(raise({ ...danger, call: { line, calledAt: new Date('2026-11-24T02:00:00Z') } })).rejects.toMatchObject({ violations: [{ field: 'call.called_at', code: 'in_future' }] });
    await expect(raise({ ...danger, call: { line } })).rejects.toMatchObject({ violations: [{ field: 'call.called_at', code: 'required' }] });
    const calledAt = new Date('2026-11-24T00:55:00Z');
    expect(await raise({ ...danger, call: { line, calledAt } })).toMatchObject({ call: { line, calledAt }, dueAt: new Date('2026-11-25T01:00:00Z') });
  });

  it('about wages names a question and says nothing else', async () => {
    const wage = { concern: SITE_CONCERN_WAGE };
    await expect(raise({ ...wage, itemCode: 'pay-monthly' })).rejects.toMatchObject({ violations: [{ field: 'description', code: 'pay_data' }] });
    await expect(raise({ ...wage, description: '' })).rejects.toMatchObject({ violations: [{ field: 'item_code', code: 'required' }] });
    await expect(raise({ ...wage, description: '', itemCode: 'safety-staff' })).rejects.toMatchObject({ violations: [{ field: 'item_code', code: 'unlisted' }] });
    expect(await raise({ ...wage, description: '', itemCode: 'pay-monthly' })).toMatchObject({ itemCode: 'pay-monthly', description: '' });
    await expect(raise({ description: '' })).rejects.toMatchObject({ violations: [{ field: 'description', code: 'required' }] });
  });

  it('says in its events what it is by codes alone', async () => {
    const found = await raise();
    const [{ payload } = { payload: {} }] = await sentEvents(all.office, found.id);
    expect(payload).toMatchObject({ siteId: site.id, concern: SITE_CONCERN_SAFETY, severity: SITE_FINDING_SEVERITY_MINOR });
    expect(JSON.stringify(payload)).not.toContain('临边');
  });

  it('is shown where one may see the site, and to nobody else', async () => {
    const found = await raise();
    const sees = async (caller: typeof all.leader) => {
      const listed = (await all.office.findings.listSiteFindings({ pageSize: 200 }, { caller })).findings.some(({ id }) => id === found.id);
      return [listed, await all.office.findings.getSiteFinding({ findingId: found.id }, { caller }).then(() => true, (error: { reason: string }) => error.reason)];
    };
    for (const inside of [all.leader, at(all.here.path)]) expect(await sees(inside)).toEqual([true, true]);
    for (const outside of [all.other, at(all.there.path), { ...all.director, tenantId: 'baihe' }]) expect(await sees(outside)).toEqual([false, 'FINDING_NOT_FOUND']);
    await expect(take(found, 'tellSite', all.other)).rejects.toMatchObject({ reason: 'FINDING_NOT_FOUND' });
    await expect(raise({}, all.other)).rejects.toMatchObject({ reason: 'SITE_NOT_FOUND' });
    await expect(all.office.findings.listSiteFindings({ siteId: site.id }, { caller: all.other })).rejects.toMatchObject({ reason: 'SITE_NOT_FOUND' });
  });
});

describe('the time for a finding', () => {
  it('is that of its severity; when it is over, that is told once', async () => {
    const [minor, serious] = [await rectifying(), await rectifying({ severity: SITE_FINDING_SEVERITY_SERIOUS })];
    expect([minor.dueAt, serious.dueAt]).toEqual([new Date('2026-12-08T10:00:00Z'), new Date('2026-11-27T10:00:00Z')]);
    all.office.clock.set('2026-11-27T18:00:01+08:00');
    await scan(all.office);
    await scan(all.office);
    expect((await history(all.office, serious.id)).slice(-1)).toEqual(['SiteFindingOverdue 4']);
    expect(await get(serious.id)).toMatchObject({ overdueSince: serious.dueAt, version: 4 });
    expect((await get(minor.id)).overdueSince).toBeUndefined();
  });

  it('ends with a recheck that is passed', async () => {
    const good = await recheck(await rectifying(), true);
    all.office.clock.set('2027-01-20T09:00:00+08:00');
    await scan(all.office);
    expect(await get(good.id)).toMatchObject({ overdueSince: undefined, version: good.version });
  });
});

describe('a referral', () => {
  it('goes out with the number under which it was received, and not without', async () => {
    const serious = await rectifying({ severity: SITE_FINDING_SEVERITY_SERIOUS });
    await expect(refer(serious, ' ')).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field: 'received_number', code: 'required' }] });
    await expect(refer(serious, '工人王大力电话13800000000')).rejects.toMatchObject({ violations: [{ field: 'received_number', code: 'malformed' }] });
    const referred = await refer(serious);
    expect(referred).toMatchObject({ state: SITE_FINDING_STATE_REFERRED, referrals: [{ authority: SITE_AUTHORITY_HOUSING_CONSTRUCTION, receivedNumber: 'ZJ-2026-77', sentAt: all.office.clock.now() }] });
    const [sent] = (await sentEvents(all.office, referred.id)).slice(-1);
    expect(sent).toMatchObject({ type: 'SiteReferralSent', payload: { findingId: referred.id, authority: SITE_AUTHORITY_HOUSING_CONSTRUCTION } });
    expect(JSON.stringify(sent?.payload)).not.toContain('ZJ-2026-77');
  });

  it('is for what is serious or overdue', async () => {
    const minor = await rectifying();
    await expect(refer(minor)).rejects.toMatchObject({ reason: 'FINDING_NOT_REFERABLE' });
    all.office.clock.set('2026-12-09T09:00:00+08:00');
    await scan(all.office);
    expect((await refer(await get(minor.id))).state).toBe(SITE_FINDING_STATE_REFERRED);
  });

  it('is answered once, and goes to another authority when the first is not competent', async () => {
    const referred = await refer(await rectifying({ severity: SITE_FINDING_SEVERITY_SERIOUS }));
    expect(referred.referrals[0]).toMatchObject({ replyDueAt: new Date('2026-12-15T10:00:00Z'), reply: SITE_REFERRAL_REPLY_UNSPECIFIED, reminders: 0 });
    await expect(refer(referred)).rejects.toMatchObject({ reason: 'REFERRAL_UNANSWERED' });
    await expect(reply(referred, SITE_REFERRAL_REPLY_UNSPECIFIED)).rejects.toMatchObject({ violations: [{ field: 'reply', code: 'required' }] });
    const answered = await reply(referred, SITE_REFERRAL_REPLY_NOT_COMPETENT);
    expect(answered.referrals).toMatchObject([{ reply: SITE_REFERRAL_REPLY_NOT_COMPETENT, answeredAt: all.office.clock.now() }]);
    expect((await sentEvents(all.office, answered.id)).at(-1)).toMatchObject({ type: 'SiteReferralAnswered', payload: { authority: SITE_AUTHORITY_HOUSING_CONSTRUCTION, reply: SITE_REFERRAL_REPLY_NOT_COMPETENT } });
    await expect(reply(answered, SITE_REFERRAL_REPLY_HANDLED)).rejects.toMatchObject({ reason: 'REFERRAL_ANSWERED' });
    const again = await refer(answered, 'YJ-3');
    expect(again.referrals.map(({ receivedNumber }) => receivedNumber)).toEqual(['ZJ-2026-77', 'YJ-3']);
    const { referrals } = await all.office.sites.getSiteCoverage({ month: '2026-11' }, { caller: all.director });
    expect(referrals?.answered).toBeGreaterThanOrEqual(1);
    expect(referrals?.sent).toBeGreaterThan(referrals?.answered ?? 0);
  });

  it('that was answered leaves the finding to be rechecked in a time of its own, which is told when it is over', async () => {
    const waiting = async (id: string) => (await all.office.work.listWork({ pageSize: 200 }, { caller: all.leader })).items.find(({ subjectId }) => subjectId === id);
    const referred = await refer(await rectifying({ severity: SITE_FINDING_SEVERITY_SERIOUS }));
    expect(referred.dueAt).toBeUndefined();
    const answered = await reply(referred, SITE_REFERRAL_REPLY_NOT_COMPETENT);
    const dueAt = new Date('2026-12-08T10:00:00Z');
    expect(answered).toMatchObject({ state: SITE_FINDING_STATE_REFERRED, dueAt, overdueSince: undefined });
    expect(await waiting(answered.id)).toMatchObject({ action: 'recheck', dueAt });
    all.office.clock.set('2026-12-08T18:00:01+08:00');
    await scan(all.office);
    await scan(all.office);
    const late = await get(answered.id);
    expect(late).toMatchObject({ overdueSince: dueAt, version: answered.version + 1 });
    expect((await sentEvents(all.office, answered.id)).at(-1)).toMatchObject({ type: 'SiteFindingOverdue', payload: { findingId: answered.id } });
    const again = await refer(late, 'YJ-3');
    expect(again.dueAt).toBeUndefined();
    const good = await recheck(await reply(again, SITE_REFERRAL_REPLY_HANDLED), true);
    expect(good.dueAt).toBeUndefined();
    expect(await waiting(good.id)).toMatchObject({ action: 'close', dueAt: undefined });
    expect(await all.office.knex('clocks').where({ subject_id: good.id, state: 'running' })).toEqual([]);
  });

  it('of what is minor goes on to another authority too', async () => {
    const minor = await rectifying();
    all.office.clock.set('2026-12-09T09:00:00+08:00');
    await scan(all.office);
    const answered = await reply(await refer(await get(minor.id)), SITE_REFERRAL_REPLY_NOT_COMPETENT);
    expect(answered.overdueSince).toBeUndefined();
    expect((await refer(answered, 'YJ-4')).referrals).toHaveLength(2);
  });

  it('that is not answered in time is to be reminded of, again and again, until somebody has looked', async () => {
    const referred = await refer(await rectifying({ severity: SITE_FINDING_SEVERITY_SERIOUS }));
    const waiting = async () => (await all.office.work.listWork({ pageSize: 200 }, { caller: all.leader })).items.find(({ subjectId }) => subjectId === referred.id);
    expect(await waiting()).toMatchObject({ action: 'record_reply', dueAt: new Date('2026-12-15T10:00:00Z') });
    all.office.clock.set('2026-12-15T18:00:01+08:00');
    await scan(all.office);
    await scan(all.office);
    const reminded = await get(referred.id);
    expect(reminded).toMatchObject({ version: referred.version + 1, referrals: [{ reminders: 1 }] });
    expect((await sentEvents(all.office, referred.id)).at(-1)).toMatchObject({ type: 'SiteReferralUnanswered', payload: { authority: SITE_AUTHORITY_HOUSING_CONSTRUCTION, reminders: 1 } });
    expect(await waiting()).toMatchObject({ action: 'remind_authority', dueAt: new Date('2026-12-15T10:00:00Z'), version: reminded.version });
    all.office.clock.set('2027-01-07T09:00:00+08:00');
    await scan(all.office);
    expect((await get(referred.id)).referrals).toMatchObject([{ reminders: 2 }]);
    const good = await recheck(await get(referred.id), true);
    all.office.clock.set('2027-03-01T09:00:00+08:00');
    await scan(all.office);
    expect((await get(good.id)).version).toBe(good.version);
  });

  it('comes back to the site, whose time begins anew, when a recheck fails', async () => {
    const referred = await refer(await rectifying({ severity: SITE_FINDING_SEVERITY_SERIOUS }));
    all.office.clock.set('2026-12-08T09:00:00+08:00');
    await scan(all.office);
    expect((await get(referred.id)).version).toBe(referred.version);
    const back = await recheck(referred, false);
    expect(back).toMatchObject({ state: SITE_FINDING_STATE_RECTIFYING, dueAt: new Date('2026-12-11T10:00:00Z') });
    expect((await recheck(back, true)).state).toBe(SITE_FINDING_STATE_RECHECKED);
  });
});

it('open findings are counted by age, as they stood at the end of a month', async () => {
  const director = { ...all.director };
  const ages = async (month: string) => (await all.office.sites.getSiteCoverage({ month }, { caller: leaderOf(all.leader.subject) })).openFindings.find(({ concern }) => concern === SITE_CONCERN_WAGE);
  const before = await ages('2026-11');
  const wage = await raise({ concern: SITE_CONCERN_WAGE, description: '', itemCode: 'wage-account' }, director);
  expect((await ages('2026-11'))?.upTo7Days).toBe((before?.upTo7Days ?? 0) + 1);
  all.office.clock.set('2027-01-20T09:00:00+08:00');
  // What fell overdue meanwhile has its version before it is read.
  await scan(all.office);
  expect((await ages('2027-01'))?.longer).toBeGreaterThanOrEqual(1);
  const longer = (await ages('2027-01'))?.longer ?? 0;
  let finding = await get(wage.id);
  finding = await take(await take(finding, 'tellSite'), 'startRectification');
  await take(await recheck(finding, true), 'closeSiteFinding');
  expect((await ages('2027-01'))?.longer ?? 0).toBe(longer - 1);
  expect((await ages('2026-11'))?.upTo7Days).toBe((before?.upTo7Days ?? 0) + 1);
});
