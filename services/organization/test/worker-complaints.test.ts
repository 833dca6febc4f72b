import { randomUUID } from 'node:crypto';
import { organization } from '@linli/contracts';
import { eventually } from '@linli/testing';
import { at, leaderOf, openSite, scan, startSiteOffice, type Caller, type SiteOffice } from './site-support';
import { everything, fresh, history, makeStaff, placesOf, sentEvents } from './support';

const { WORKER_COMPLAINT_KIND_UNSPECIFIED, WORKER_COMPLAINT_KIND_WAGE_UNPAID, WORKER_COMPLAINT_KIND_WAGE_LATE, WORKER_COMPLAINT_KIND_DORMITORY } = organization.WorkerComplaintKind;
const { WORKER_COMPLAINT_CHANNEL_UNSPECIFIED, WORKER_COMPLAINT_CHANNEL_WALK_IN } = organization.WorkerComplaintChannel;
const { WORKER_COMPLAINT_STATE_RECEIVED, WORKER_COMPLAINT_STATE_PASSED_ON, WORKER_COMPLAINT_STATE_WORKER_TOLD, WORKER_COMPLAINT_STATE_CLOSED } = organization.WorkerComplaintState;
const { WORKER_COMPLAINT_RESULT_UNSPECIFIED, WORKER_COMPLAINT_RESULT_HANDLED, WORKER_COMPLAINT_RESULT_NOT_COMPETENT, WORKER_COMPLAINT_RESULT_UNANSWERED } = organization.WorkerComplaintResult;
const { WORKER_COMPLAINT_OUTCOME_UNSPECIFIED, WORKER_COMPLAINT_OUTCOME_SOLVED, WORKER_COMPLAINT_OUTCOME_REFERRED_HIGHER, WORKER_COMPLAINT_OUTCOME_WITHDRAWN } = organization.WorkerComplaintOutcome;
const { WORKER_REVEAL_PURPOSE_UNSPECIFIED, WORKER_REVEAL_PURPOSE_CONTACT, WORKER_REVEAL_PURPOSE_PASS_ON } = organization.WorkerRevealPurpose;
const { SITE_AUTHORITY_UNSPECIFIED, SITE_AUTHORITY_LABOUR_INSPECTION, SITE_AUTHORITY_HOUSING_CONSTRUCTION } = organization.SiteAuthority;

let all: SiteOffice;
let site: organization.Site;
/** The head of the office, who works there. */
let boss: Caller;

beforeAll(async () => {
  all = await startSiteOffice();
  boss = { ...all.director, subject: (await makeStaff(all.office, all.here.id)).id };
}, 30_000);
beforeEach(async () => {
  all.office.clock.set('2026-11-24T09:00:00+08:00');
  site = await openSite(all);
});
afterAll(() => all.office.stop());

function present({ complaint }: { complaint: organization.WorkerComplaint | undefined }): organization.WorkerComplaint {
  if (complaint === undefined) throw new Error('no complaint came back');
  return complaint;
}

async function receive(facts: object = {}, caller = all.leader): Promise<organization.WorkerComplaint> {
  const request = { siteId: site.id, workerId: randomUUID(), kind: WORKER_COMPLAINT_KIND_WAGE_UNPAID, channel: WORKER_COMPLAINT_CHANNEL_WALK_IN, ...facts };
  return present(await all.office.complaints.receiveWorkerComplaint(request, { caller }));
}

const refOf = ({ id, version }: organization.WorkerComplaint) => ({ complaintId: id, version });

async function passOn(of: organization.WorkerComplaint, facts: object = {}, caller = all.leader): Promise<organization.WorkerComplaint> {
  return present(await all.office.complaints.passOnWorkerComplaint({ ...refOf(of), authority: SITE_AUTHORITY_LABOUR_INSPECTION, ...facts }, { caller }));
}

async function tell(of: organization.WorkerComplaint, result: organization.WorkerComplaintResult = WORKER_COMPLAINT_RESULT_HANDLED, caller = all.leader): Promise<organization.WorkerComplaint> {
  return present(await all.office.complaints.tellWorker({ ...refOf(of), result }, { caller }));
}

async function close(of: organization.WorkerComplaint, outcome: organization.WorkerComplaintOutcome = WORKER_COMPLAINT_OUTCOME_SOLVED, caller = all.leader): Promise<organization.WorkerComplaint> {
  return present(await all.office.complaints.closeWorkerComplaint({ ...refOf(of), outcome }, { caller }));
}

async function correct(of: organization.WorkerComplaint, outcome: organization.WorkerComplaintOutcome = WORKER_COMPLAINT_OUTCOME_REFERRED_HIGHER, caller = all.leader): Promise<organization.WorkerComplaint> {
  return present(await all.office.complaints.correctWorkerComplaint({ ...refOf(of), outcome }, { caller }));
}

const reveal = (complaintId: string, caller = boss, purpose: organization.WorkerRevealPurpose = WORKER_REVEAL_PURPOSE_CONTACT) => all.office.complaints.revealWorkerComplaint({ complaintId, purpose }, { caller });
const read = async (complaintId: string, caller = boss) => present(await all.office.complaints.getWorkerComplaint({ complaintId }, { caller }));
const list = async (caller: Caller, filter: object = {}) => (await all.office.complaints.listWorkerComplaints({ pageSize: 200, ...filter }, { caller })).complaints;
const sees = async (caller: Caller, id: string) => (await list(caller)).some((complaint) => complaint.id === id);
const workOn = async (id: string, caller = all.leader) => (await all.office.work.listWork({ pageSize: 200 }, { caller })).items.find(({ subjectId }) => subjectId === id);
const threadOf = async (threadId: string) => (await all.office.threads.listEntries({ threadId, pageSize: 200 }, { caller: all.director })).entries;

describe('a complaint of a worker', () => {
  it('is seen to by whoever stands in for its owner, while they do', async () => {
    const received = await receive();
    const { id } = received;
    const [standIn, staffId] = [all.other, all.leader.subject];
    const refused = async () => {
      expect([await sees(standIn, id), await workOn(id, standIn)]).toEqual([false, undefined]);
      for (const trying of [() => read(id, standIn), () => reveal(id, standIn), () => passOn(received, {}, standIn)]) {
        await expect(trying()).rejects.toMatchObject({ kind: 'not_found', reason: 'WORKER_COMPLAINT_NOT_FOUND' });
      }
    };
    await refused();
    const { version = 0 } = (await all.office.staff.getStaff({ staffId }, { caller: everything() })).staff ?? {};
    await all.office.staff.startAbsence({ staffId, version, from: new Date('2026-11-24T10:00:00+08:00'), until: new Date('2026-11-24T12:00:00+08:00'), standInId: standIn.subject }, { caller: everything() });
    await refused();
    all.office.clock.set('2026-11-24T10:00:00+08:00');
    expect(await workOn(id, standIn)).toMatchObject({ action: 'pass_on', ownerId: staffId });
    expect([await sees(standIn, id), (await reveal(id, standIn)).workerId]).toEqual([true, expect.any(String)]);
    const passed = await passOn(received, {}, standIn);
    expect(passed).toMatchObject({ ownerId: staffId, steps: [{ byId: standIn.subject }] });
    all.office.clock.set('2026-11-24T12:00:00+08:00');
    await expect(tell(passed, WORKER_COMPLAINT_RESULT_HANDLED, standIn)).rejects.toMatchObject({ reason: 'WORKER_COMPLAINT_NOT_FOUND' });
    await tell(passed);
  });

  it('is passed on, the worker is told, and whoever received it closes it', async () => {
    const received = await receive();
    expect(received).toMatchObject({
      ...{ state: WORKER_COMPLAINT_STATE_RECEIVED, outcome: WORKER_COMPLAINT_OUTCOME_UNSPECIFIED, ownerId: all.leader.subject, receivedOn: '2026-11-24' },
      ...{ dueAt: new Date('2026-11-26T10:00:00Z'), nextActions: ['pass_on', 'withdraw'], steps: [], version: 1 },
    });
    expect(await workOn(received.id)).toMatchObject({ kind: 'organization.worker_complaint', action: 'pass_on', titleZh: site.nameZh, number: '', dueAt: received.dueAt, threadId: received.id });
    const passed = await passOn(received, { receivedNumber: '乌劳监〔2026〕12号' });
    expect(passed).toMatchObject({ state: WORKER_COMPLAINT_STATE_PASSED_ON, dueAt: new Date('2026-12-08T10:00:00Z') });
    expect(passed.steps).toMatchObject([{ version: 2, action: 'pass_on', authority: SITE_AUTHORITY_LABOUR_INSPECTION, receivedNumber: '乌劳监〔2026〕12号', onDay: '2026-11-24', byId: all.leader.subject }]);
    expect(await workOn(received.id)).toMatchObject({ action: 'tell_worker', dueAt: passed.dueAt, version: 2 });
    const told = await tell(passed);
    expect(told).toMatchObject({ state: WORKER_COMPLAINT_STATE_WORKER_TOLD, dueAt: undefined, nextActions: ['pass_on', 'tell_worker', 'close', 'withdraw'] });
    expect(await workOn(received.id)).toMatchObject({ action: 'close', dueAt: undefined });
    const closed = await close(told);
    expect(closed).toMatchObject({ state: WORKER_COMPLAINT_STATE_CLOSED, outcome: WORKER_COMPLAINT_OUTCOME_SOLVED, closedAt: all.office.clock.now(), nextActions: ['correct'], version: 4 });
    expect(await workOn(received.id)).toBeUndefined();
    expect(await read(received.id)).toEqual(closed);
    expect(await history(all.office, received.id)).toEqual(['WorkerComplaintReceived 1', 'WorkerComplaintPassedOn 2', 'WorkerTold 3', 'WorkerComplaintClosed 4']);
    expect((await threadOf(received.id)).map(({ code }) => code)).toEqual(['received', 'passed_on', 'worker_told', 'closed']);
    expect((await threadOf(site.id)).filter(({ subjectKind }) => subjectKind === 'organization.worker_complaint')).toEqual([]);
  });

  it('says in its events codes, the site and days, and nothing else', async () => {
    const closed = await close(await tell(await passOn(await receive(), { receivedNumber: 'LJ-12' })));
    const told = { complaintId: closed.id, siteId: site.id, onDay: '2026-11-24' };
    expect((await sentEvents(all.office, closed.id)).map(({ payload }) => payload)).toEqual([
      { complaintId: closed.id, siteId: site.id, kind: WORKER_COMPLAINT_KIND_WAGE_UNPAID, channel: WORKER_COMPLAINT_CHANNEL_WALK_IN, receivedOn: '2026-11-24' },
      { ...told, authority: SITE_AUTHORITY_LABOUR_INSPECTION },
      { ...told, result: WORKER_COMPLAINT_RESULT_HANDLED },
      { ...told, outcome: WORKER_COMPLAINT_OUTCOME_SOLVED },
    ]);
  });

  it('stays with whoever received it, also when the site has another leader', async () => {
    const received = await receive();
    await all.office.sites.assignSiteLeader({ siteId: site.id, version: 1, leaderId: all.other.subject }, { caller: all.director });
    expect(await workOn(received.id)).toMatchObject({ action: 'pass_on' });
    expect(await workOn(received.id, all.other)).toBeUndefined();
    for (const caller of [all.leader, all.other]) {
      expect(await sees(caller, received.id)).toBe(true);
      expect(await read(received.id, caller)).toEqual(received);
    }
    await expect(passOn(received, {}, all.other)).rejects.toMatchObject({ reason: 'WORKER_COMPLAINT_NOT_FOUND' });
    await expect(reveal(received.id, all.other)).rejects.toMatchObject({ reason: 'WORKER_COMPLAINT_NOT_FOUND' });
    const passed = await passOn(received, {}, boss);
    expect(passed).toMatchObject({ ownerId: all.leader.subject, steps: [{ byId: boss.subject }] });
    expect((await tell(passed)).ownerId).toBe(all.leader.subject);
  });

  it('goes to another authority when the first is not competent, and gets its number later', async () => {
    const passed = await passOn(await receive());
    const numbered = await passOn(passed, { receivedNumber: 'LJ-12' });
    expect(numbered).toMatchObject({ state: WORKER_COMPLAINT_STATE_PASSED_ON, dueAt: passed.dueAt });
    const told = await tell(numbered, WORKER_COMPLAINT_RESULT_NOT_COMPETENT);
    expect(await workOn(told.id)).toMatchObject({ action: 'pass_on', dueAt: undefined });
    all.office.clock.set('2026-12-01T09:00:00+08:00');
    const again = await passOn(told, { authority: SITE_AUTHORITY_HOUSING_CONSTRUCTION });
    expect(again).toMatchObject({ state: WORKER_COMPLAINT_STATE_PASSED_ON, dueAt: new Date('2026-12-15T10:00:00Z') });
    expect(again.steps.map(({ authority, receivedNumber }) => [authority, receivedNumber])).toEqual([
      [SITE_AUTHORITY_LABOUR_INSPECTION, ''],
      [SITE_AUTHORITY_LABOUR_INSPECTION, 'LJ-12'],
      [SITE_AUTHORITY_UNSPECIFIED, ''],
      [SITE_AUTHORITY_HOUSING_CONSTRUCTION, ''],
    ]);
  });

  it('may be withdrawn at any time, and closed otherwise only once the worker was told', async () => {
    const received = await receive();
    await expect(close(received)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'WORKER_COMPLAINT_STATE_FORBIDS', details: { state: 'received', action: 'close' } });
    await expect(tell(received)).rejects.toMatchObject({ reason: 'WORKER_COMPLAINT_STATE_FORBIDS', details: { state: 'received', action: 'tell_worker' } });
    await expect(correct(received)).rejects.toMatchObject({ reason: 'WORKER_COMPLAINT_STATE_FORBIDS', details: { state: 'received', action: 'correct' } });
    const withdrawn = await close(received, WORKER_COMPLAINT_OUTCOME_WITHDRAWN);
    expect(withdrawn).toMatchObject({ state: WORKER_COMPLAINT_STATE_CLOSED, outcome: WORKER_COMPLAINT_OUTCOME_WITHDRAWN, dueAt: undefined });
    await expect(passOn(withdrawn)).rejects.toMatchObject({ reason: 'WORKER_COMPLAINT_STATE_FORBIDS', details: { state: 'closed', action: 'pass_on' } });
    await expect(close(withdrawn, WORKER_COMPLAINT_OUTCOME_WITHDRAWN)).rejects.toMatchObject({ reason: 'WORKER_COMPLAINT_STATE_FORBIDS', details: { action: 'withdraw' } });
    all.office.clock.set('2026-12-24T09:00:00+08:00');
    await scan(all.office);
    expect((await read(withdrawn.id)).version).toBe(withdrawn.version);
  });

  it('is corrected by another entry, and none is ever rewritten', async () => {
    const closed = await close(await tell(await passOn(await receive())));
    await expect(correct(closed, WORKER_COMPLAINT_OUTCOME_SOLVED)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'WORKER_COMPLAINT_OUTCOME_SAME' });
    all.office.clock.set('2026-12-01T09:00:00+08:00');
    const corrected = await correct(closed);
    expect(corrected).toMatchObject({ state: WORKER_COMPLAINT_STATE_CLOSED, outcome: WORKER_COMPLAINT_OUTCOME_REFERRED_HIGHER, closedAt: closed.closedAt, version: 5 });
    expect(corrected.steps.slice(-2)).toMatchObject([
      { action: 'close', outcome: WORKER_COMPLAINT_OUTCOME_SOLVED, onDay: '2026-11-24' },
      { action: 'correct', outcome: WORKER_COMPLAINT_OUTCOME_REFERRED_HIGHER, onDay: '2026-12-01' },
    ]);
    expect((await sentEvents(all.office, closed.id)).at(-1)).toMatchObject({ type: 'WorkerComplaintCorrected', payload: { outcome: WORKER_COMPLAINT_OUTCOME_REFERRED_HIGHER, onDay: '2026-12-01' } });
    const { db } = all.office.app.deps;
    await expect(db.withTenant(all.director, async (tx) => tx('worker_complaint_steps').update({ outcome: 'solved' }))).rejects.toMatchObject({ kind: 'internal' });
    await expect(db.withTenant(all.director, async (tx) => tx('worker_complaint_steps').delete())).rejects.toMatchObject({ kind: 'internal' });
  });

  it('is handed over to somebody else at work by those who hold the site’s unit', async () => {
    const received = await receive();
    const handOver = (ownerId: string, { version = 1, by = all.director } = {}) => all.office.complaints.reassignWorkerComplaint({ complaintId: received.id, version, ownerId }, { caller: by });
    for (const by of [all.leader, all.other, at(all.there.path), { ...boss, tenantId: 'baihe' }]) {
      await expect(handOver(all.other.subject, { by })).rejects.toMatchObject({ kind: 'not_found', reason: 'WORKER_COMPLAINT_NOT_FOUND' });
    }
    await expect(handOver('x')).rejects.toMatchObject({ violations: [{ field: 'owner_id' }] });
    await expect(handOver(randomUUID())).rejects.toMatchObject({ kind: 'not_found', reason: 'STAFF_NOT_FOUND' });
    const gone = await makeStaff(all.office);
    await all.office.staff.deactivateStaff({ staffId: gone.id, version: 1 }, { caller: everything() });
    await expect(handOver(gone.id)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'STAFF_INACTIVE' });
    await expect(handOver(all.leader.subject)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'WORKER_COMPLAINT_OWNER_SAME' });

    const results = await Promise.allSettled([handOver(all.other.subject), handOver(all.other.subject)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
    const handed = await read(received.id);
    expect(handed).toMatchObject({ ownerId: all.other.subject, state: received.state, dueAt: received.dueAt, steps: [], version: 2 });
    expect(await workOn(received.id)).toBeUndefined();
    expect(await workOn(received.id, all.other)).toMatchObject({ action: 'pass_on', dueAt: received.dueAt, version: 2 });
    expect((await sentEvents(all.office, received.id)).at(-1)).toMatchObject({ type: 'WorkerComplaintReassigned', version: 2, payload: { complaintId: received.id, siteId: site.id } });
    expect((await threadOf(received.id)).at(-1)).toMatchObject({ code: 'reassigned', facts: { from: all.leader.subject, to: all.other.subject } });
    await expect(reveal(received.id, all.leader)).rejects.toMatchObject({ reason: 'WORKER_COMPLAINT_NOT_FOUND' });
    await reveal(received.id, all.other);

    const closed = await close(handed, WORKER_COMPLAINT_OUTCOME_WITHDRAWN, all.other);
    await expect(handOver(all.leader.subject, { version: closed.version })).rejects.toMatchObject({ reason: 'WORKER_COMPLAINT_STATE_FORBIDS', details: { state: 'closed', action: 'reassign' } });
  });

  it('keeps its owner here, as the site keeps its leader, until both are handed over', async () => {
    const leaving = await makeStaff(all.office, all.here.id);
    const led = await openSite(all, { leaderId: leaving.id });
    const { id: complaintId } = await receive({ siteId: led.id }, leaderOf(leaving.id));
    const leave = () => all.office.staff.deactivateStaff({ staffId: leaving.id, version: 2 }, { caller: everything() });
    const inHand = (sites: string, complaints: string) => ({ kind: 'failed_precondition', reason: 'STAFF_HAS_WORK', details: { sites, resolutions: '0', complaints, instructorships: '0' } });
    await expect(leave()).rejects.toMatchObject(inHand('1', '1'));
    await all.office.sites.assignSiteLeader({ siteId: led.id, version: 1, leaderId: all.other.subject }, { caller: all.director });
    await expect(leave()).rejects.toMatchObject(inHand('0', '1'));
    await all.office.complaints.reassignWorkerComplaint({ complaintId, version: 1, ownerId: all.other.subject }, { caller: all.director });
    expect((await leave()).staff).toMatchObject({ active: false });
  });

  it('changes once for two at a time', async () => {
    const received = await receive();
    for (const race of [() => [passOn(received), passOn(received)], () => [close(received, WORKER_COMPLAINT_OUTCOME_WITHDRAWN), passOn(received)]]) {
      const results = await Promise.allSettled(race());
      const refused = results.filter(({ status }) => status === 'rejected');
      expect(refused.length).toBeGreaterThanOrEqual(1);
      for (const one of refused) expect(one).toMatchObject({ reason: { kind: 'aborted', reason: 'VERSION_STALE' } });
    }
    expect((await read(received.id)).version).toBe(2);
  });

  it('is received once for a repeated request, of one worker', async () => {
    const facts = { requestId: fresh('r'), workerId: randomUUID() };
    const [one, two] = await Promise.all([receive(facts), receive(facts)]);
    expect(one).toEqual(two);
    for (const other of [{ workerId: randomUUID() }, { kind: WORKER_COMPLAINT_KIND_DORMITORY }]) {
      await expect(receive({ ...facts, ...other })).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'IDEMPOTENCY_KEY_REUSED' });
    }
  });

  it.each([
    ['site_id', { siteId: 'x' }],
    ['worker_id', { workerId: '' }],
    ['worker_id', { workerId: '张三' }],
    ['kind', { kind: WORKER_COMPLAINT_KIND_UNSPECIFIED }],
    ['channel', { channel: WORKER_COMPLAINT_CHANNEL_UNSPECIFIED }],
    ['received_on', { receivedOn: '2026-02-30' }],
    ['received_on', { receivedOn: '2026-11-25' }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(receive(wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('takes codes and a number, never a sentence', async () => {
    const received = await receive();
    for (const receivedNumber of ['王先生 欠薪', '王大力被拖欠工资三万元电话13800000000', 'LJ-13800000000', '1'.repeat(41)]) await expect(passOn(received, { receivedNumber })).rejects.toMatchObject({ violations: [{ field: 'received_number' }] });
    await expect(passOn(received, { authority: SITE_AUTHORITY_UNSPECIFIED })).rejects.toMatchObject({ violations: [{ field: 'authority', code: 'required' }] });
    await expect(passOn({ ...received, version: 0 })).rejects.toMatchObject({ violations: [{ field: 'version', code: 'required' }] });
    await expect(tell(received, WORKER_COMPLAINT_RESULT_UNSPECIFIED)).rejects.toMatchObject({ violations: [{ field: 'result', code: 'required' }] });
    for (const step of [close, correct]) await expect(step(received, WORKER_COMPLAINT_OUTCOME_UNSPECIFIED)).rejects.toMatchObject({ violations: [{ field: 'outcome', code: 'required' }] });
  });

  it('is of an open site that one leads or that lies in one’s units, and keeps it open', async () => {
    const received = await receive();
    for (const outside of [all.other, at(all.there.path), { ...boss, tenantId: 'baihe' }]) {
      await expect(receive({}, outside)).rejects.toMatchObject({ kind: 'not_found', reason: 'SITE_NOT_FOUND' });
      await expect(passOn(received, {}, outside)).rejects.toMatchObject({ kind: 'not_found', reason: 'WORKER_COMPLAINT_NOT_FOUND' });
      await expect(list(outside, { siteId: site.id })).rejects.toMatchObject({ reason: 'SITE_NOT_FOUND' });
      expect(await sees(outside, received.id)).toBe(false);
      await expect(read(received.id, outside)).rejects.toMatchObject({ kind: 'not_found', reason: 'WORKER_COMPLAINT_NOT_FOUND' });
    }
    for (const inside of [all.leader, at(all.here.path)]) expect(await sees(inside, received.id)).toBe(true);
    await expect(all.office.sites.closeSite({ siteId: site.id, version: 1 }, { caller: all.director })).rejects.toMatchObject({ reason: 'SITE_HAS_COMPLAINTS', details: { open: '1' } });
    await close(received, WORKER_COMPLAINT_OUTCOME_WITHDRAWN);
    await all.office.sites.closeSite({ siteId: site.id, version: 1 }, { caller: all.director });
    await expect(receive()).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'SITE_CLOSED' });
    await expect(receive({ siteId: randomUUID() })).rejects.toMatchObject({ reason: 'SITE_NOT_FOUND' });
  });

  it('is listed by site and state, page by page', async () => {
    const one = await receive();
    // Ids are in the order of time, and of one instant in none.
    all.office.clock.set(new Date(all.office.clock.now().getTime() + 1_000).toISOString());
    const two = await passOn(await receive());
    const idsOf = async (filter: object) => (await list(all.leader, { siteId: site.id, ...filter })).map(({ id }) => id);
    expect(await idsOf({})).toEqual([one.id, two.id]);
    expect(await idsOf({ state: WORKER_COMPLAINT_STATE_PASSED_ON })).toEqual([two.id]);
    const first = await all.office.complaints.listWorkerComplaints({ siteId: site.id, pageSize: 1 }, { caller: all.leader });
    expect(await idsOf({ pageToken: first.nextPageToken })).toEqual([two.id]);
    await expect(list(all.leader, { pageToken: first.nextPageToken })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });
});

describe('who complained', () => {
  it('stands in one column, and in no answer but the one that reveals it', async () => {
    const workerId = randomUUID();
    const answers: unknown[] = [await receive({ requestId: fresh('r'), workerId, receivedOn: '2026-11-16' })];
    await scan(all.office);
    const { id } = answers[0] as organization.WorkerComplaint;
    answers.push(await passOn(await read(id)));
    answers.push(await tell(await read(id)));
    answers.push(await close(await read(id)));
    answers.push(await correct(await read(id)), await read(id), await read(id, all.leader), await list(boss), await workOn(id, boss), await threadOf(id), await all.office.complaints.countWorkerComplaints({}, { caller: boss }));
    expect(JSON.stringify(answers)).not.toContain(workerId);
    expect(await placesOf(all.office, workerId)).toEqual(['worker_complaints']);
    expect((await reveal(id)).workerId).toBe(workerId);
  });

  it('is seen by whoever received it and by the head of the office, and each look is on record with its purpose', async () => {
    const workerId = randomUUID();
    const { id } = await receive({ workerId });
    expect((await reveal(id, all.leader)).workerId).toBe(workerId);
    expect((await reveal(id, boss, WORKER_REVEAL_PURPOSE_PASS_ON)).workerId).toBe(workerId);
    for (const caller of [all.other, at(all.there.path)]) await expect(reveal(id, caller)).rejects.toMatchObject({ kind: 'not_found', reason: 'WORKER_COMPLAINT_NOT_FOUND' });
    await expect(reveal(id, { ...boss, tenantId: 'baihe' })).rejects.toMatchObject({ reason: 'WORKER_COMPLAINT_NOT_FOUND' });
    await expect(reveal(id, { ...all.leader, grants: [{ permissions: ['organization.worker_complaint.read'], scope: 'tenant', unitPath: '' }] })).rejects.toMatchObject({ reason: 'PERMISSION_MISSING' });
    const trail = await all.office.knex('audit_entries').where({ object_id: id, action: 'worker_complaint.reveal' }).orderBy('id').select('tenant_id', 'actor', 'purpose', 'outcome');
    expect(trail).toEqual([
      { tenant_id: 'xingsheng', actor: all.leader.subject, purpose: 'contact', outcome: 'success' },
      { tenant_id: 'xingsheng', actor: boss.subject, purpose: 'pass_on', outcome: 'success' },
      { tenant_id: 'xingsheng', actor: all.other.subject, purpose: 'contact', outcome: 'denied' },
      { tenant_id: 'xingsheng', actor: at(all.there.path).subject, purpose: 'contact', outcome: 'denied' },
      { tenant_id: 'baihe', actor: boss.subject, purpose: 'contact', outcome: 'denied' },
    ]);
  });

  it('is shown for a purpose only, and a plain read leaves no trace', async () => {
    const { id } = await receive();
    await expect(reveal(id, boss, WORKER_REVEAL_PURPOSE_UNSPECIFIED)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field: 'purpose', code: 'required' }] });
    await read(id);
    expect(await all.office.knex('audit_entries').where({ object_id: id }).pluck<string[]>('action')).toEqual(['worker_complaint.received']);
  });

  it('is not shown when the trail cannot be written', async () => {
    const { id } = await receive();
    await all.office.knex.raw(`alter table audit_entries add constraint closed check (action <> 'worker_complaint.reveal') not valid`);
    try {
      await expect(reveal(id)).rejects.toMatchObject({ kind: 'internal' });
    } finally {
      await all.office.knex.raw('alter table audit_entries drop constraint closed');
    }
  });

  it('is forgotten when its time after the closing is over, and the codes stay', async () => {
    const facts = { requestId: fresh('r'), workerId: randomUUID() };
    const closed = await close(await receive(facts), WORKER_COMPLAINT_OUTCOME_WITHDRAWN);
    all.office.clock.set('2027-05-23T17:59:59+08:00');
    await scan(all.office);
    expect((await reveal(closed.id)).workerId).toBe(facts.workerId);
    all.office.clock.set('2027-05-23T18:00:00+08:00');
    await scan(all.office);
    expect(await reveal(closed.id)).toEqual({ workerId: '' });
    expect(await read(closed.id)).toMatchObject({ workerErased: true, outcome: WORKER_COMPLAINT_OUTCOME_WITHDRAWN, version: 3 });
    expect(await placesOf(all.office, facts.workerId)).toEqual([]);
    expect(await history(all.office, closed.id)).toEqual(['WorkerComplaintReceived 1', 'WorkerComplaintClosed 2', 'WorkerErased 3']);
    expect((await receive(facts)).id).toBe(closed.id);
    expect(await all.office.knex('clocks').where({ subject_id: closed.id, kind: 'organization.worker_complaint_erasure' }).select('state')).toEqual([{ state: 'satisfied' }]);
    expect((await correct(await read(closed.id), WORKER_COMPLAINT_OUTCOME_SOLVED)).workerErased).toBe(true);
  }, 60_000);
});

describe('the time for a complaint', () => {
  it('to be passed on, and for the worker to be told, is told of once when it is over', async () => {
    const received = await receive();
    all.office.clock.set('2026-11-26T18:00:01+08:00');
    await scan(all.office);
    await scan(all.office);
    const late = await read(received.id);
    expect(late).toMatchObject({ overdueSince: received.dueAt, version: 2 });
    const [event] = (await sentEvents(all.office, received.id)).slice(-1);
    expect(event).toMatchObject({ type: 'WorkerComplaintOverdue', payload: { complaintId: received.id, siteId: site.id, state: WORKER_COMPLAINT_STATE_RECEIVED, dueOn: '2026-11-26' } });
    expect(await workOn(received.id)).toMatchObject({ action: 'pass_on', dueAt: received.dueAt, version: 2 });
    const passed = await passOn(late);
    expect(passed).toMatchObject({ overdueSince: undefined, dueAt: new Date('2026-12-10T10:00:00Z') });
    all.office.clock.set('2026-12-10T18:00:01+08:00');
    await scan(all.office);
    expect((await sentEvents(all.office, received.id)).at(-1)).toMatchObject({ type: 'WorkerComplaintOverdue', payload: { state: WORKER_COMPLAINT_STATE_PASSED_ON, dueOn: '2026-12-10' } });
    expect(await tell(await read(received.id))).toMatchObject({ overdueSince: undefined, dueAt: undefined });
  });

  it('counts from the day on which it was received', async () => {
    expect((await receive({ receivedOn: '2026-11-20' })).dueAt).toEqual(new Date('2026-11-24T10:00:00Z'));
    const late = await receive({ receivedOn: '2026-11-16' });
    await scan(all.office);
    expect(await read(late.id)).toMatchObject({ overdueSince: new Date('2026-11-18T10:00:00Z'), version: 2 });
    await expect(receive({ receivedOn: '2019-12-31' })).rejects.toMatchObject({ kind: 'not_found', reason: 'RULE_SET_NOT_IN_FORCE' });
  });

  it('begins anew for a worker who was told that there is no answer yet', async () => {
    const passed = await passOn(await receive());
    all.office.clock.set('2026-12-01T09:00:00+08:00');
    const told = await tell(passed, WORKER_COMPLAINT_RESULT_UNANSWERED);
    expect(told).toMatchObject({ state: WORKER_COMPLAINT_STATE_WORKER_TOLD, dueAt: new Date('2026-12-15T10:00:00Z') });
    expect(await workOn(told.id)).toMatchObject({ action: 'tell_worker', dueAt: told.dueAt });
    const elsewhere = await passOn(told, { authority: SITE_AUTHORITY_HOUSING_CONSTRUCTION });
    expect(elsewhere.dueAt).toEqual(told.dueAt);
    const closed = await close(await tell(elsewhere, WORKER_COMPLAINT_RESULT_UNANSWERED));
    expect(closed).toMatchObject({ dueAt: undefined, version: 6 });
    all.office.clock.set('2027-01-20T09:00:00+08:00');
    await scan(all.office);
    expect((await read(closed.id)).version).toBe(6);
  });

  it('moves with the office’s own days, and says so', async () => {
    all.office.clock.set('2026-12-21T09:00:00+08:00');
    const received = await receive();
    expect(received.dueAt).toEqual(new Date('2026-12-23T10:00:00Z'));
    const rest = { day: '2026-12-22', kind: organization.CalendarDayKind.CALENDAR_DAY_KIND_REST, nameZh: '那达慕', citation: '市政府通知' };
    await all.office.calendar.setCalendarOverride(rest, { caller: everything() });
    await all.office.app.scanner.followOnce();
    await eventually(async () => expect((await list(boss)).find(({ id }) => id === received.id)).toMatchObject({ dueAt: new Date('2026-12-24T10:00:00Z'), version: 2 }));
    expect((await sentEvents(all.office, received.id)).at(-1)).toMatchObject({ type: 'WorkerComplaintDueMoved', payload: { complaintId: received.id, siteId: site.id, dueOn: '2026-12-24' } });
  });
});

describe('complaints about wages are counted', () => {
  // A month in which no other test closes any.
  beforeEach(() => all.office.clock.set('2026-10-20T09:00:00+08:00'));

  interface Ending {
    readonly kind?: organization.WorkerComplaintKind;
    readonly outcome?: organization.WorkerComplaintOutcome;
  }
  async function ended(siteId: string, times: number, { kind = WORKER_COMPLAINT_KIND_WAGE_LATE, outcome = WORKER_COMPLAINT_OUTCOME_SOLVED }: Ending = {}): Promise<organization.WorkerComplaint[]> {
    const closed = [];
    for (let time = 0; time < times; time += 1) closed.push(await close(await tell(await passOn(await receive({ siteId, kind }))), outcome));
    return closed;
  }
  const count = (request: object = {}, caller = boss) => all.office.complaints.countWorkerComplaints({ month: '2026-10', ...request }, { caller });

  it('by how they ended, where there are five', async () => {
    const second = await openSite(all);
    const [one] = await ended(site.id, 5);
    await ended(site.id, 1, { outcome: WORKER_COMPLAINT_OUTCOME_REFERRED_HIGHER });
    await ended(second.id, 3);
    await ended(second.id, 6, { kind: WORKER_COMPLAINT_KIND_DORMITORY });
    expect(await count()).toEqual({ month: '2026-10', total: { siteId: '', solved: undefined, referredHigher: undefined }, sites: [{ siteId: site.id, solved: 5, referredHigher: undefined }] });
    await ended(second.id, 2);
    expect((await count()).total).toEqual({ siteId: '', solved: 10, referredHigher: undefined });
    expect((await count({}, all.leader)).sites.map(({ siteId }) => siteId).sort()).toEqual([site.id, second.id].sort());
    expect(await count({ siteId: second.id })).toMatchObject({ total: { solved: 5 }, sites: [{ siteId: second.id, solved: 5 }] });
    if (one === undefined) throw new Error('none was closed');
    await correct(one);
    expect(await count()).toMatchObject({ total: { solved: undefined }, sites: [{ siteId: second.id, solved: 5 }] });
  }, 30_000);

  it('of the month and the sites that one may see', async () => {
    await ended(site.id, 5);
    expect((await count({ siteId: site.id })).sites).toHaveLength(1);
    for (const month of ['2026-09', '2026-11']) expect((await count({ month, siteId: site.id })).sites).toEqual([]);
    expect((await count({ month: '', siteId: site.id })).month).toBe('2026-10');
    expect((await count({}, all.other)).sites).toEqual([]);
    await expect(count({ siteId: site.id }, all.other)).rejects.toMatchObject({ reason: 'SITE_NOT_FOUND' });
    await expect(count({ month: '2026-13' })).rejects.toMatchObject({ violations: [{ field: 'month', code: 'malformed' }] });
  });
});
