import { randomUUID } from 'node:crypto';
import { addRuleSet } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { openSystemDatabase, pruneAnswers } from '@linli/db';
import { eventually, silentLogger, testCaller } from '@linli/testing';
import { kept } from '../src/retention/kept';
import { at, makeActivity, makeVenue, runner } from './communities-support';
import { joinUnits, partyAffairs } from './party';
import { openSite, startSiteOffice, type SiteOffice } from './site-support';
import { history, makeTenant, placesOf, sentEvents, type Office } from './support';

const { DECISION_STEP_BRANCH_PROPOSED, DECISION_STEP_COMMITTEES_CONSULTED, DECISION_STEP_MEMBERS_DELIBERATED } = organization.DecisionStep;
const { RESETTLEMENT_STATE_ALLOTTED, RESETTLEMENT_STATE_HANDED_OVER, RESETTLEMENT_STATE_CLOSED } = organization.ResettlementState;

const permissions = [
  ...['raise', 'read', 'screen', 'deliberations'].map((word) => `organization.topic.${word}`),
  ...['read', 'prepare', 'call'].map((word) => `organization.decision.${word}`),
  ...['publish', 'answer', 'objections', 'object', 'read'].map((word) => `organization.publication.${word}`),
  'thread.read',
];
const caller = testCaller({ permissions });
const community = runner();
const may = ['topic.raise', 'topic.read', 'publication.object', 'publication.objections', 'booking.create', 'booking.cancel', 'booking.read', 'job.apply', 'job.applications', 'decision.vote', 'decision.read'].map((word) => `organization.${word}`);
let residents = 0;
const someone = () => {
  residents += 1;
  return testCaller({ kind: 'resident', subject: `0191e000-0000-7000-8000-${String(residents).padStart(12, '0')}`, grants: [{ permissions: may, scope: 'self', unitPath: '' }] });
};

let all: SiteOffice;
let office: Office;
beforeAll(async () => {
  all = await startSiteOffice();
  ({ office } = all);
}, 30_000);
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

function given<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('nothing came back');
  return found;
}

/** To the last moment of that day it stands; then one sweep takes it, and another finds nothing. */
async function goesAfter(lastDay: string, seen: () => Promise<{ readonly version: number } | undefined>): Promise<void> {
  const before = given(await seen());
  office.clock.set(`${lastDay}T23:59:59+08:00`);
  await office.app.retention.sweepOnce();
  expect(await seen()).toEqual(before);
  office.clock.set(new Date(Date.parse(`${lastDay}T00:00:00+08:00`) + 86_400_000).toISOString());
  await office.app.retention.sweepOnce();
  await office.app.retention.sweepOnce();
}

/** What nobody does is told of as late first, by the scanner that runs beside; that is over before the sweep. */
async function lateAlready<T extends { readonly version: number }>(seen: () => Promise<T | undefined>): Promise<T> {
  office.clock.set('2027-01-04T09:00:00+08:00');
  await eventually(async () => expect(given(await seen()).version).toBe(2));
  return given(await seen());
}

async function answeredTopic(by = someone(), textZh = '三号楼门口晚上太黑') {
  const raised = given((await office.topics.raiseTopic({ unitId: all.here.id, textZh }, { caller: by })).topic);
  const accepted = given((await office.topics.acceptTopic({ topicId: raised.id, version: 1, titleZh: '楼门口照明' }, { caller })).topic);
  return given((await office.topics.answerTopic({ topicId: raised.id, version: accepted.version, answerZh: '十二月底前装好' }, { caller })).topic);
}
const topicOf = async (id: string) => given((await office.topics.getTopic({ topicId: id }, { caller })).topic);

async function answeredObjection(by = someone()) {
  const asked = { unitId: all.here.id, kind: organization.PublicationKind.PUBLICATION_KIND_ACCOUNTS, titleZh: '三季度收支', textZh: '明细', toDay: '2026-12-02' };
  const { id: publicationId } = given((await office.publications.publish(asked, { caller })).publication);
  const { id } = given((await office.publications.raiseObjection({ publicationId, textZh: '我家的路灯没有装' }, { caller: by })).objection);
  return given((await office.publications.answerObjection({ objectionId: id, version: 1, answerZh: '您家门口的月底装好' }, { caller })).objection);
}

async function drafted() {
  const facts = { subject: organization.DecisionSubject.DECISION_SUBJECT_MATTER, basis: organization.VoterBasis.VOTER_BASIS_REPRESENTATIVES, titleZh: '加装路灯', textZh: '三处' };
  const { id, version } = given((await office.decisions.draftDecision({ unitId: all.here.id, ...facts }, { caller })).decision);
  return { decisionId: id, version };
}

const waiting = (id: string) => office.knex('work_items').where({ subject_id: id }).select<object[]>('action', 'version');

/** Noticed, its vote from 25 to 26 November. */
async function noticed(voterIds: readonly string[]) {
  let decision = given((await office.decisions.getDecision(await drafted(), { caller })).decision);
  const ref = () => ({ decisionId: decision.id, version: decision.version });
  for (const step of [DECISION_STEP_BRANCH_PROPOSED, DECISION_STEP_COMMITTEES_CONSULTED, DECISION_STEP_MEMBERS_DELIBERATED]) {
    decision = given((await office.decisions.recordDecisionStep({ ...ref(), step, heldOn: '2026-11-20' }, { caller })).decision);
  }
  decision = given((await office.decisions.addDecisionVoters({ ...ref(), voterIds: [...voterIds] }, { caller })).decision);
  const times = { opensAt: new Date('2026-11-25T00:00:00Z'), closesAt: new Date('2026-11-26T00:00:00Z') };
  return given((await office.decisions.giveDecisionNotice({ ...ref(), entitled: 10, ...times }, { caller })).decision);
}

async function bookVenue(by = someone()) {
  const { id: venueId } = await makeVenue(office, all.here.id);
  return given((await office.bookings.createBooking({ venueId, startsAt: at('11-25T10:00'), endsAt: at('11-25T12:00'), people: 2 }, { caller: by })).booking);
}
const bookingOf = async (id: string) => given((await office.bookings.getBooking({ bookingId: id }, { caller: community })).booking);

const posted = async () => {
  const offer = { titleZh: '手工艺制作', employerZh: '手工艺协会', placeZh: '滨河社区', wanted: 3, contactPhone: '0477-8500000', openUntil: '2026-12-31' };
  return given((await office.jobs.postJob({ unitId: all.here.id, ...offer }, { caller: community })).job);
};
const apply = async (jobId: string, by = someone()) => given((await office.jobs.applyForJob({ jobId, requestId: randomUUID() }, { caller: by })).application);

async function received(workerId: string) {
  const { id: siteId } = await openSite(all);
  const facts = { kind: organization.WorkerComplaintKind.WORKER_COMPLAINT_KIND_WAGE_UNPAID, channel: organization.WorkerComplaintChannel.WORKER_COMPLAINT_CHANNEL_WALK_IN };
  return given((await office.complaints.receiveWorkerComplaint({ siteId, workerId, ...facts }, { caller: all.leader })).complaint);
}
const complaintOf = async (complaintId: string) => given((await office.complaints.getWorkerComplaint({ complaintId }, { caller: all.leader })).complaint);

const closedResettlement = (householdId?: string) => resettlementAt([RESETTLEMENT_STATE_ALLOTTED, RESETTLEMENT_STATE_HANDED_OVER, RESETTLEMENT_STATE_CLOSED], householdId);
async function resettlementAt(states: readonly organization.ResettlementState[], householdId: string = randomUUID()) {
  const site = await openSite(all);
  let home = given((await office.resettlements.createResettlement({ siteId: site.id, householdId, agreementNumber: `HQ-${householdId.slice(0, 8)}`, promisedOn: '2026-12-31' }, { caller: all.leader })).resettlement);
  for (const state of states) {
    home = given((await office.resettlements.advanceResettlement({ resettlementId: home.id, version: home.version, state }, { caller: all.leader })).resettlement);
  }
  return home;
}

describe('what residents said and did goes when it has been kept for its time', () => {
  it('of a topic: its words and who raised it, 180 days after the answer; what is public stays', async () => {
    const by = someone();
    const topic = await answeredTopic(by);
    await goesAfter('2027-05-23', () => topicOf(topic.id));
    expect(await topicOf(topic.id)).toEqual({ ...topic, textZh: '', residentId: '', textErased: true, version: topic.version + 1 });
    expect((await office.topics.listTopics({}, { caller: by })).topics).toEqual([]);
    expect((await sentEvents(office, topic.id)).at(-1)).toEqual({ type: 'TopicTextErased', id: topic.id, version: 4, payload: { topicId: topic.id } });
    const { entries } = await office.threads.listEntries({ threadId: topic.id }, { caller });
    expect(entries.at(-1)).toMatchObject({ code: 'text_erased', actorKind: 'system' });
  });

  it('of a topic that nobody answered: after three years; its answer is owed still', async () => {
    const by = someone();
    const { id } = given((await office.topics.raiseTopic({ unitId: all.here.id, textZh: '还没有答复' }, { caller: by })).topic);
    const topic = await lateAlready(() => topicOf(id));
    await goesAfter('2029-11-23', () => topicOf(topic.id));
    expect(await topicOf(topic.id)).toEqual({ ...topic, textZh: '', residentId: '', textErased: true, version: 3 });
    expect(await history(office, topic.id)).toEqual(['TopicCollected 1', 'TopicAnswerOverdue 2', 'TopicTextErased 3']);
    expect(await placesOf(office, by.subject)).toEqual(['audit_entries']);
    expect(await office.knex('work_items').where({ subject_id: topic.id }).select('version')).toEqual([{ version: 3 }]);
    const accepted = given((await office.topics.acceptTopic({ topicId: topic.id, version: 3, titleZh: '楼门口照明' }, { caller })).topic);
    expect((await office.topics.answerTopic({ topicId: topic.id, version: accepted.version, answerZh: '已装好' }, { caller })).topic).toMatchObject({ answerZh: '已装好', textErased: true });
  });

  it('of an objection: who raised it, its words and the answer that repeats them, 180 days after the answer', async () => {
    const objection = await answeredObjection();
    const seen = async () => (await office.publications.getObjection({ objectionId: objection.id }, { caller })).objection;
    await goesAfter('2027-05-23', seen);
    expect(await seen()).toEqual({ ...objection, raisedBy: '', textZh: '', answerZh: '', erased: true, version: objection.version + 1 });
    expect((await history(office, objection.id)).at(-1)).toBe('ObjectionErased 3');
    const counted = (await office.publications.getPublication({ publicationId: objection.publicationId }, { caller })).publication;
    expect(counted).toMatchObject({ objections: 1, answered: 1 });
  });

  it('of an objection that nobody answered: after three years; its answer is owed still', async () => {
    const asked = { unitId: all.here.id, kind: organization.PublicationKind.PUBLICATION_KIND_ACCOUNTS, titleZh: '四季度收支', textZh: '明细', toDay: '2026-12-02' };
    const { id: publicationId } = given((await office.publications.publish(asked, { caller })).publication);
    const { id } = given((await office.publications.raiseObjection({ publicationId, textZh: '我家的路灯没有装' }, { caller: someone() })).objection);
    const seen = async () => (await office.publications.getObjection({ objectionId: id }, { caller })).objection;
    const objection = await lateAlready(seen);
    await goesAfter('2029-11-23', seen);
    expect(await seen()).toEqual({ ...objection, raisedBy: '', textZh: '', erased: true, version: 3 });
    expect(await history(office, id)).toEqual(['ObjectionRaised 1', 'ObjectionOverdue 2', 'ObjectionErased 3']);
    const answered = await office.publications.answerObjection({ objectionId: id, version: 3, answerZh: '没有及时答复，原文已经删除' }, { caller });
    expect(answered.objection).toMatchObject({ answerZh: '没有及时答复，原文已经删除', erased: true, version: 4 });
  });

  it('of a vote: its roll, 90 days after its end; the count stays', async () => {
    const voters = Array.from({ length: 6 }, someone);
    const decision = await noticed(voters.map(({ subject }) => subject));
    office.clock.set('2026-11-25T12:00:00Z');
    for (const voter of voters) await office.decisions.castVote({ decisionId: decision.id, choice: organization.Choice.CHOICE_IN_FAVOUR }, { caller: voter });
    office.clock.set('2026-11-26T00:00:00Z');
    await office.decisions.closeDecision({ decisionId: decision.id, version: decision.version }, { caller });
    const told = { unitId: all.here.id, kind: organization.PublicationKind.PUBLICATION_KIND_DECISION, decisionId: decision.id, titleZh: '加装路灯', textZh: '通过', toDay: '2026-12-03' };
    await office.publications.publish(told, { caller });
    const seen = async () => (await office.decisions.getDecision({ decisionId: decision.id }, { caller })).decision;
    const published = given(await seen());
    await goesAfter('2027-02-24', seen);
    expect(await seen()).toEqual({ ...published, rollErased: true, version: published.version + 1 });
    expect(published.count).toMatchObject({ present: 6, inFavour: 6 });
    expect(await office.knex('decision_voters').where({ decision_id: decision.id })).toEqual([]);
    expect((await history(office, decision.id)).at(-1)).toBe(`DecisionRollErased ${published.version + 1}`);
    expect(await waiting(decision.id)).toEqual([{ action: 'publish_outcome', version: published.version + 1 }]);
  });

  it('of a vote that was withdrawn: its roll too; of one that waits to be counted 365 days after its end', async () => {
    const [withdrawn, forgotten] = [await noticed([someone().subject]), await noticed([someone().subject])];
    await office.decisions.withdrawDecision({ decisionId: withdrawn.id, version: withdrawn.version, reason: organization.DecisionWithdrawReason.DECISION_WITHDRAW_REASON_ROLL_WRONG }, { caller });
    office.clock.set('2027-02-25T00:00:00+08:00');
    await office.app.retention.sweepOnce();
    expect(await office.knex('decision_voters').whereIn('decision_id', [withdrawn.id, forgotten.id])).toEqual([expect.objectContaining({ decision_id: forgotten.id })]);
    await eventually(async () => expect((await history(office, forgotten.id)).at(-1)).toBe(`DecisionCountOverdue ${forgotten.version + 1}`));
    await goesAfter('2027-11-26', async () => (await office.decisions.getDecision({ decisionId: forgotten.id }, { caller })).decision);
    expect(await office.knex('decision_voters').where({ decision_id: forgotten.id })).toEqual([]);
    // It can be counted still, from the sums and the papers in the hall.
    const { decision } = await office.decisions.closeDecision({ decisionId: forgotten.id, version: forgotten.version + 2, papers: { inFavour: 7, against: 0, abstained: 0 } }, { caller });
    expect(decision).toMatchObject({ registered: 1, rollErased: true, count: { present: 7 } });
  });

  it('of a draft that nobody went on with for 90 days: its roll; it can be given another one', async () => {
    const draft = await drafted();
    const withRoll = given((await office.decisions.addDecisionVoters({ ...draft, voterIds: [someone().subject] }, { caller })).decision);
    const seen = async () => (await office.decisions.getDecision(draft, { caller })).decision;
    await goesAfter('2027-02-22', seen);
    expect(await seen()).toEqual({ ...withRoll, registered: 0, version: withRoll.version + 1 });
    // Whoever takes it from the queue is not told that it has changed.
    expect(await waiting(draft.decisionId)).toEqual([{ action: 'give_notice', version: withRoll.version + 1 }]);
    expect(await office.knex('decision_voters').where({ decision_id: draft.decisionId })).toEqual([]);
    await expect(office.decisions.addDecisionVoters({ ...draft, version: 3, voterIds: [someone().subject] }, { caller })).resolves.toMatchObject({ decision: { registered: 1 } });
  });

  it('of a deliberation: what was said, 180 days after it was held; what came of it stays', async () => {
    const facts = { participants: [{ role: organization.ParticipantRole.PARTICIPANT_ROLE_RESIDENTS, count: 12 }], opinionsZh: '三楼的先生说太吵', result: organization.DeliberationResult.DELIBERATION_RESULT_AGREED, conclusionZh: '先装三处' };
    const deliberation = given((await office.topics.recordDeliberation({ unitId: all.here.id, heldOn: '2026-11-20', ...facts }, { caller })).deliberation);
    const seen = async () => (await office.topics.listDeliberations({ pageSize: 200 }, { caller })).deliberations.find(({ id }) => id === deliberation.id);
    await goesAfter('2027-05-19', seen);
    expect(await seen()).toEqual({ ...deliberation, opinionsZh: '', opinionsErased: true, version: 2 });
    expect(await history(office, deliberation.id)).toEqual(['DeliberationRecorded 1', 'DeliberationOpinionsErased 2']);
  });

  it('of a booking: whose it was, 30 days after its end; that the room was taken stays', async () => {
    const by = someone();
    const booking = await bookVenue(by);
    await goesAfter('2026-12-25', () => bookingOf(booking.id));
    expect(await bookingOf(booking.id)).toEqual({ ...booking, residentId: '', holderErased: true, version: 2 });
    expect((await office.bookings.listBookings({}, { caller: by })).bookings).toEqual([]);
    expect((await office.bookings.listBookings({ venueId: booking.venueId }, { caller: community })).bookings.map(({ id }) => id)).toEqual([booking.id]);
    expect(await history(office, booking.id)).toEqual(['BookingConfirmed 1', 'BookingHolderErased 2']);
  });

  it('of a sign-up: also how many children came and whose consent it was', async () => {
    const { id: activityId } = await makeActivity(office, all.here.id);
    const asked = { activityId, adults: 1, under14: 1, guardianConsents: true };
    const booking = given((await office.bookings.createSignUp(asked, { caller: someone() })).booking);
    await goesAfter('2026-12-31', () => bookingOf(booking.id));
    expect(await bookingOf(booking.id)).toEqual({ ...booking, residentId: '', signUp: undefined, holderErased: true, version: 2 });
    expect(await office.knex('sign_ups').where({ booking_id: booking.id })).toEqual([]);
  });

  it('not of a booking by an organisation', async () => {
    const { id: venueId } = await makeVenue(office, all.here.id);
    const asked = { venueId, startsAt: at('11-25T10:00'), endsAt: at('11-25T12:00'), people: 2, organisationName: '书画协会' };
    const booking = given((await office.bookings.createBooking(asked, { caller: community })).booking);
    office.clock.set('2028-11-24T09:00:00+08:00');
    await office.app.retention.sweepOnce();
    expect(await bookingOf(booking.id)).toEqual(booking);
  });

  it('of a job: each application, 90 days after the last day to apply', async () => {
    const job = await posted();
    const standing = await apply(job.id);
    const listed = async () => (await office.jobs.listJobApplications({ jobId: job.id }, { caller: community })).applications;
    await goesAfter('2027-03-31', async () => ({ version: (await listed()).length }));
    expect(await listed()).toEqual([]);
    expect(await sentEvents(office, standing.id)).toEqual([
      expect.objectContaining({ type: 'JobApplied', version: 1 }),
      { type: 'JobApplicationErased', id: standing.id, version: 2, payload: { applicationId: standing.id, jobId: job.id } },
    ]);
  });

  it('of a job that was taken down: 90 days after that', async () => {
    const job = await posted();
    const { id } = await apply(job.id);
    office.clock.set('2026-11-30T09:00:00+08:00');
    await office.jobs.takeDownJob({ jobId: job.id, version: 1 }, { caller: community });
    const listed = async () => (await office.jobs.listJobApplications({ jobId: job.id }, { caller: community })).applications;
    await goesAfter('2027-02-28', async () => ({ version: (await listed()).length }));
    expect(await listed()).toEqual([]);
    expect(await history(office, id)).toEqual(['JobApplied 1', 'JobApplicationErased 2']);
  });

  it('of a resettlement: the household and the agreement’s number, 365 days after it closed', async () => {
    const home = await closedResettlement();
    const seen = async () => (await office.resettlements.getResettlement({ resettlementId: home.id }, { caller: all.director })).resettlement;
    await goesAfter('2027-11-24', seen);
    expect(await seen()).toEqual({ ...home, householdId: '', agreementNumber: '', version: home.version + 1 });
    expect((await history(office, home.id)).at(-1)).toBe(`ResettlementHouseholdErased ${home.version + 1}`);
  });

  it('of a resettlement that nobody closed: three years after the promised day and the handover; it can be closed still', async () => {
    const home = await resettlementAt([RESETTLEMENT_STATE_ALLOTTED, RESETTLEMENT_STATE_HANDED_OVER]);
    const seen = async () => (await office.resettlements.getResettlement({ resettlementId: home.id }, { caller: all.director })).resettlement;
    await goesAfter('2029-12-30', seen);
    expect(await seen()).toEqual({ ...home, householdId: '', agreementNumber: '', version: home.version + 1 });
    expect((await history(office, home.id)).at(-1)).toBe(`ResettlementHouseholdErased ${home.version + 1}`);
    const closed = await office.resettlements.advanceResettlement({ resettlementId: home.id, version: home.version + 1, state: RESETTLEMENT_STATE_CLOSED }, { caller: all.leader });
    expect(closed.resettlement).toMatchObject({ state: RESETTLEMENT_STATE_CLOSED, householdId: '' });
  });

  it('of a complaint of a worker who was told: 180 days after it, also when nobody closed it', async () => {
    const workerId = randomUUID();
    let complaint = await received(workerId);
    const ref = () => ({ complaintId: complaint.id, version: complaint.version });
    complaint = given((await office.complaints.passOnWorkerComplaint({ ...ref(), authority: organization.SiteAuthority.SITE_AUTHORITY_LABOUR_INSPECTION }, { caller: all.leader })).complaint);
    complaint = given((await office.complaints.tellWorker({ ...ref(), result: organization.WorkerComplaintResult.WORKER_COMPLAINT_RESULT_HANDLED }, { caller: all.leader })).complaint);
    await goesAfter('2027-05-23', () => complaintOf(complaint.id));
    expect(await complaintOf(complaint.id)).toEqual({ ...complaint, workerErased: true, version: 4 });
    expect(await placesOf(office, workerId)).toEqual([]);
    expect((await history(office, complaint.id)).at(-1)).toBe('WorkerErased 4');
    complaint = given((await office.complaints.closeWorkerComplaint({ ...ref(), version: 4, outcome: organization.WorkerComplaintOutcome.WORKER_COMPLAINT_OUTCOME_SOLVED }, { caller: all.leader })).complaint);
    expect(complaint).toMatchObject({ workerErased: true, version: 5 });
  });

  it('of a complaint that nobody passed on: after three years', async () => {
    const workerId = randomUUID();
    const { id } = await received(workerId);
    const complaint = await lateAlready(() => complaintOf(id));
    await goesAfter('2029-11-23', () => complaintOf(id));
    expect(await complaintOf(id)).toEqual({ ...complaint, workerErased: true, version: 3 });
    expect(await placesOf(office, workerId)).toEqual([]);
  });

  it('of a member unit that left: whom to call there, 90 days later', async () => {
    const [joined] = await joinUnits(office, all.here.id, 1);
    const { id } = given(joined);
    await office.memberUnits.updateMemberUnit({ memberUnitId: id, version: 1, contactName: '李联络', contactPhone: '0477-8500001' }, { caller: partyAffairs() });
    await office.memberUnits.leaveMemberUnit({ memberUnitId: id, version: 2, leftOn: '2026-11-24' }, { caller: partyAffairs() });
    const seen = async () => (await office.memberUnits.getMemberUnit({ memberUnitId: id }, { caller: partyAffairs() })).memberUnit;
    // The last day in was the 23rd.
    await goesAfter('2027-02-21', seen);
    expect(await seen()).toMatchObject({ contactName: '', contactPhone: '', leftOn: '2026-11-24', version: 4 });
    expect((await history(office, id)).at(-1)).toBe('MemberUnitContactErased 4');
  });
});

describe('after some years', () => {
  it('a resident who used everything is named in the audit trail alone', async () => {
    const by = someone();
    await answeredTopic(by, '我是某某，住三号楼');
    await answeredObjection(by);
    await noticed([by.subject]);
    await bookVenue(by);
    await apply((await posted()).id, by);
    await closedResettlement(by.subject);
    await office.decisions.addDecisionVoters({ ...(await drafted()), voterIds: [by.subject] }, { caller });
    await office.bookings.createSignUp({ activityId: (await makeActivity(office, all.here.id)).id, adults: 1, under14: 1, guardianConsents: true }, { caller: by });
    const decision = await noticed([by.subject]);
    office.clock.set('2026-11-25T12:00:00Z');
    await office.decisions.castVote({ decisionId: decision.id, choice: organization.Choice.CHOICE_AGAINST }, { caller: by });
    expect(await placesOf(office, by.subject)).toEqual(expect.arrayContaining(['topics', 'objections', 'decision_voters', 'bookings', 'job_applications', 'resettlements', 'answered_requests', 'audit_entries']));
    office.clock.set('2029-11-24T09:00:00+08:00');
    await office.app.retention.sweepOnce();
    const system = openSystemDatabase({ url: office.database.relayUrl, name: 'retention-test', log: silentLogger() });
    await pruneAnswers(system, 0);
    await system.close();
    expect(await placesOf(office, by.subject)).toEqual(['audit_entries']);
    expect(await placesOf(office, '我是某某，住三号楼')).toEqual([]);
  });
});

describe('a sweep', () => {
  it('takes each row once, also beside another one', async () => {
    const topics = await Promise.all([1, 2, 3].map(() => answeredTopic()));
    office.clock.set('2027-06-01T09:00:00+08:00');
    await Promise.all([1, 2, 3].map(() => office.app.retention.sweepOnce()));
    for (const { id } of topics) expect(await history(office, id)).toEqual(['TopicCollected 1', 'TopicAccepted 2', 'TopicAnswered 3', 'TopicTextErased 4']);
  });

  it('takes more than fit one batch', async () => {
    const job = await posted();
    await office.knex.raw(
      `insert into job_applications (tenant_id, id, job_id, unit_path, resident_id, version)
       select 'xingsheng', gen_random_uuid(), :job, :path, 'r-' || n, 1 from generate_series(1, 450) n`,
      { job: job.id, path: job.unitPath },
    );
    office.clock.set('2027-04-01T09:00:00+08:00');
    await office.app.retention.sweepOnce();
    expect(await office.knex('job_applications').where({ job_id: job.id })).toEqual([]);
  });

  it('waits for nobody: a row that somebody holds goes with the next one', async () => {
    const topic = await answeredTopic();
    office.clock.set('2027-06-01T09:00:00+08:00');
    await office.knex.transaction(async (trx) => {
      await trx('topics').where({ id: topic.id }).forUpdate().first();
      await office.app.retention.sweepOnce();
      expect((await topicOf(topic.id)).textErased).toBe(false);
    });
    await office.app.retention.sweepOnce();
    expect((await topicOf(topic.id)).textErased).toBe(true);
  });

  it('goes on when one kind of row fails, and comes back to it', async () => {
    const [topic, booking] = [await answeredTopic(), await bookVenue()];
    office.clock.set('2027-06-01T09:00:00+08:00');
    await office.knex('clock_rule_sets').where({ id: 'organization.retention.topics' }).update({ effective_from: '2028-01-01' });
    await office.app.retention.sweepOnce();
    expect([(await topicOf(topic.id)).textErased, (await bookingOf(booking.id)).holderErased]).toEqual([false, true]);
    await office.knex('clock_rule_sets').where({ id: 'organization.retention.topics' }).update({ effective_from: '2021-11-01' });
    await office.app.retention.sweepOnce();
    expect((await topicOf(topic.id)).textErased).toBe(true);
  });

  it('reaches an office that is suspended', async () => {
    await makeTenant(office, 'zhuhe');
    await office.knex.raw(
      `insert into topics (tenant_id, id, unit_id, unit_path, text_zh, source, resident_id, state, title_zh, answer_zh, answer_due_at, overdue, answered_at, created_at, updated_at, version)
       select tenant_id, gen_random_uuid(), id, path, '原话', 'resident', 'r', 'answered', '题目', '答复', now(), false, timestamptz '2026-01-01', now(), now(), 3 from units where tenant_id = 'zhuhe'`,
    );
    await office.knex('tenants').where({ tenant_id: 'zhuhe' }).update({ suspended: true });
    await office.app.retention.sweepOnce();
    expect(await office.knex('topics').where({ tenant_id: 'zhuhe' }).select('text_zh', 'resident_id', 'version')).toEqual([{ text_zh: '', resident_id: null, version: 4 }]);
  });

  // Last: the rule set stays as it is made here.
  it('goes by the rule set of today, also for what was written under an older one', async () => {
    const topic = await answeredTopic();
    await addRuleSet(office.knex, { id: 'organization.retention.topics', version: 2, citation: '试验', limit: { unit: 'calendar_days', roll: 'none', amount: 10 }, effectiveFrom: '2026-12-01' });
    office.clock.set('2026-11-30T09:00:00+08:00');
    await office.app.retention.sweepOnce();
    expect((await topicOf(topic.id)).textErased).toBe(false);
    office.clock.set('2026-12-05T00:00:00+08:00');
    await office.app.retention.sweepOnce();
    expect((await topicOf(topic.id)).textErased).toBe(true);
  });
});

it('every column that holds who somebody is, is known here', async () => {
  const pattern = '(resident|person|household_id|worker|voter|raised_by|agreement|contact|opinions)';
  const columns = await office.knex('information_schema.columns').where({ table_schema: 'public' }).whereRaw('column_name ~ ?', [pattern]).orderBy(['table_name', 'column_name']).select<{ table_name: string; column_name: string }[]>('table_name', 'column_name');
  const swept = ['bookings.resident_id', 'decision_voters.voter_id', 'deliberations.opinions_erased', 'deliberations.opinions_zh', 'job_applications.resident_id', 'member_units.contact_name', 'member_units.contact_phone', 'objections.raised_by', 'resettlements.agreement_number', 'resettlements.household_id', 'topics.resident_id'];
  // By a clock: see `diary` and `worker-complaints`.
  const clocked = ['diary_entries.follow_up_person_id', 'worker_complaints.worker_id'];
  // Telephones that a branch and an employer publish.
  const published = ['branches.contact_phone', 'jobs.contact_phone'];
  expect(columns.map((column) => `${column.table_name}.${column.column_name}`)).toEqual([...swept, ...clocked, ...published].sort());
});

it('every kind of what is kept has its rule set, with a law and a number of days', async () => {
  const rows = await office.knex('clock_rule_sets').where('id', 'like', 'organization.retention.%').where({ version: 1 }).orderBy('id').select<{ id: string; unit: string; citation: string }[]>('id', 'unit', 'citation');
  expect(rows.map(({ id }) => id)).toEqual(kept.map(({ ruleSet }) => ruleSet).sort());
  for (const { unit, citation } of rows) expect([unit, citation]).toEqual(['calendar_days', expect.stringContaining('个人信息保护法')]);
});
