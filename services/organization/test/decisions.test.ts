import { organization } from '@linli/contracts';
import { eventually, testCaller } from '@linli/testing';
import * as limit from '../migrations/20261129184000_count_votes_in_time';
import { history, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY } = organization.UnitKind;
const { DECISION_STATE_NOTICED, DECISION_STATE_CLOSED, DECISION_STATE_WITHDRAWN } = organization.DecisionState;
const { DECISION_WITHDRAW_REASON_UNSPECIFIED, DECISION_WITHDRAW_REASON_ROLL_WRONG } = organization.DecisionWithdrawReason;
const { DECISION_RESULT_ADOPTED, DECISION_RESULT_NOT_ADOPTED, DECISION_RESULT_NO_QUORUM, DECISION_RESULT_UNSPECIFIED } = organization.DecisionResult;
const { CHOICE_IN_FAVOUR, CHOICE_AGAINST, CHOICE_ABSTAIN, CHOICE_UNSPECIFIED } = organization.Choice;
const { DECISION_STEP_BRANCH_PROPOSED, DECISION_STEP_COMMITTEES_CONSULTED, DECISION_STEP_MEMBERS_DELIBERATED } = organization.DecisionStep;
const basis = organization.VoterBasis.VOTER_BASIS_REPRESENTATIVES;
const subject = organization.DecisionSubject.DECISION_SUBJECT_MATTER;

const all = ['read', 'prepare', 'call'].map((word) => `organization.decision.${word}`);
const caller = testCaller({ permissions: [...all, 'work.queue.read', 'thread.read'] });
const at = (unitPath: string) => testCaller({ grants: [{ permissions: all, scope: 'subtree', unitPath }] });
const idOf = (index: number) => `01900000-0000-7000-8000-${String(index).padStart(12, '0')}`;
const voter = (index: number) => testCaller({ kind: 'resident', subject: idOf(index), grants: [{ permissions: ['organization.decision.vote', 'organization.decision.read'], scope: 'self', unitPath: '' }] });

let office: Office;
let community: organization.Unit;
let elsewhere: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  elsewhere = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

type Decision = organization.Decision;
const given = ({ decision }: { decision: Decision | undefined }): Decision => {
  if (decision === undefined) throw new Error('no decision came back');
  return decision;
};
const ref = ({ id, version }: Decision) => ({ decisionId: id, version });
const draft = async (facts: object = {}) => given(await office.decisions.draftDecision({ unitId: community.id, subject, titleZh: '加装路灯', textZh: '三处加装路灯', basis, ...facts }, { caller }));
const step = async (decision: Decision, which: organization.DecisionStep, heldOn = '2026-11-20') => given(await office.decisions.recordDecisionStep({ ...ref(decision), step: which, heldOn }, { caller }));
const addVoters = async (decision: Decision, count: number) => given(await office.decisions.addDecisionVoters({ ...ref(decision), voterIds: Array.from({ length: count }, (_, index) => idOf(index)) }, { caller }));
const times = { opensAt: new Date('2026-11-25T00:00:00Z'), closesAt: new Date('2026-11-26T00:00:00Z') };

async function prepared(voters = 6, facts: object = {}): Promise<Decision> {
  let decision = await draft(facts);
  for (const one of [DECISION_STEP_BRANCH_PROPOSED, DECISION_STEP_COMMITTEES_CONSULTED, DECISION_STEP_MEMBERS_DELIBERATED]) decision = await step(decision, one);
  return voters === 0 ? decision : addVoters(decision, voters);
}
const notice = async (decision: Decision, entitled = 10) => given(await office.decisions.giveDecisionNotice({ ...ref(decision), entitled, ...times }, { caller }));
const open = async (voters = 6, entitled = 10) => {
  const decision = await notice(await prepared(voters), entitled);
  office.clock.set('2026-11-25T12:00:00Z');
  return decision;
};
const vote = (decision: Decision, index: number, choice = CHOICE_IN_FAVOUR) => office.decisions.castVote({ decisionId: decision.id, choice }, { caller: voter(index) });
const close = async (decision: Decision, papers?: object) => {
  office.clock.set('2026-11-26T00:00:00Z');
  return given(await office.decisions.closeDecision({ ...ref(decision), ...(papers && { papers }) }, { caller }));
};
const waitsFor = async ({ id }: Decision) => (await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.find(({ subjectId }) => subjectId === id);
const clocksOf = ({ id }: Decision) => office.knex('clocks').where({ subject_id: id }).orderBy('id').select<object[]>('kind', 'state');
const withdraw = (decision: Decision, reason = DECISION_WITHDRAW_REASON_ROLL_WRONG, by = caller) => office.decisions.withdrawDecision({ ...ref(decision), reason }, { caller: by });
const stored = async ({ id }: Decision) => ({ ...(await office.knex('decisions').where({ id }).first<object>('present', 'in_favour', 'against', 'abstained', 'papers')) });
const get = async (id: string, by = caller) => given(await office.decisions.getDecision({ decisionId: id }, { caller: by }));

describe('a decision', () => {
  it('is prepared in four steps, voted on and counted, told step by step', async () => {
    const decision = await open();
    expect(decision).toMatchObject({ state: DECISION_STATE_NOTICED, entitled: 10, registered: 6, quorumId: 'residents_meeting.representatives', quorumVersion: 1, quorumAwaitsRevision: true, result: DECISION_RESULT_UNSPECIFIED });
    for (const [index, choice] of [CHOICE_IN_FAVOUR, CHOICE_IN_FAVOUR, CHOICE_AGAINST, CHOICE_ABSTAIN].entries()) await vote(decision, index, choice);
    expect(await get(decision.id)).toMatchObject({ version: decision.version, result: DECISION_RESULT_UNSPECIFIED, count: undefined });
    const closed = await close(decision, { inFavour: 2, against: 0, abstained: 0 });
    expect(closed).toMatchObject({ state: DECISION_STATE_CLOSED, result: DECISION_RESULT_ADOPTED, count: undefined });
    expect(await stored(closed)).toEqual({ present: 6, in_favour: 4, against: 1, abstained: 1, papers: 2 });
    expect(await history(office, decision.id)).toEqual(
      ['DecisionDrafted', 'DecisionStepRecorded', 'DecisionStepRecorded', 'DecisionStepRecorded', 'DecisionVotersAdded', 'DecisionNoticed', 'DecisionClosed'].map((name, index) => `${name} ${index + 1}`),
    );
    expect(JSON.stringify(await sentEvents(office, decision.id))).not.toMatch(/[一-鿿]|000000000000"/);
    const { entries } = await office.threads.listEntries({ threadId: decision.id }, { caller });
    expect(entries.map(({ code }) => code)).toEqual(['drafted', 'step_recorded', 'step_recorded', 'step_recorded', 'voters_added', 'noticed', 'closed']);
  });

  it.each([
    { when: 'exactly half took part', inFavour: 5, against: 0, result: DECISION_RESULT_NO_QUORUM },
    { when: 'exactly half of those who took part agreed', inFavour: 3, against: 3, result: DECISION_RESULT_NOT_ADOPTED },
    { when: 'more than half of more than half agreed', inFavour: 4, against: 2, result: DECISION_RESULT_ADOPTED },
  ])('comes to its result when $when', async ({ inFavour, against, result }) => {
    expect((await close(await open(0), { inFavour, against, abstained: 0 })).result).toBe(result);
  });

  it('takes its steps in their order, and is not noticed before the last', async () => {
    const decision = await draft();
    await expect(step(decision, DECISION_STEP_MEMBERS_DELIBERATED)).rejects.toMatchObject({ reason: 'DECISION_STEP_OUT_OF_ORDER', details: { step: 'members_deliberated', expected: 'branch_proposed' } });
    const one = await step(decision, DECISION_STEP_BRANCH_PROPOSED);
    await expect(step(one, DECISION_STEP_COMMITTEES_CONSULTED, '2026-11-19')).rejects.toMatchObject({ reason: 'DECISION_STEP_OUT_OF_ORDER' });
    await expect(step(one, DECISION_STEP_COMMITTEES_CONSULTED, '2026-11-25')).rejects.toMatchObject({ violations: [{ field: 'held_on', code: 'in_future' }] });
    await expect(notice(one)).rejects.toMatchObject({ reason: 'DECISION_STEPS_MISSING', details: { expected: 'committees_consulted' } });
  });

  it('is called by enough voters, where voters call it, and its roll is no longer than those entitled', async () => {
    await expect(notice(await prepared(0, { callers: 3 }))).rejects.toMatchObject({ reason: 'DECISION_CALLERS_TOO_FEW' });
    await notice(await prepared(0, { callers: 4 }));
    await expect(notice(await prepared(6), 5)).rejects.toMatchObject({ reason: 'DECISION_ROLL_TOO_LONG' });
  });

  it('changes no more once notice is given', async () => {
    const decision = await notice(await prepared());
    await expect(addVoters(decision, 7)).rejects.toMatchObject({ reason: 'DECISION_STATE_FORBIDS', details: { state: 'noticed', action: 'add_voters' } });
    await expect(notice(decision)).rejects.toMatchObject({ reason: 'DECISION_STATE_FORBIDS' });
  });

  it('may be withdrawn as a draft, whatever steps it took; nothing waits any more and nothing of it changes', async () => {
    for (const decision of [await draft(), await step(await draft(), DECISION_STEP_BRANCH_PROPOSED), await prepared()]) {
      expect((await waitsFor(decision))?.action).toBe('give_notice');
      const withdrawn = given(await withdraw(decision));
      expect(withdrawn).toMatchObject({ state: DECISION_STATE_WITHDRAWN, withdrawReason: DECISION_WITHDRAW_REASON_ROLL_WRONG, entitled: 0, opensAt: undefined, version: decision.version + 1 });
      expect((await sentEvents(office, decision.id)).at(-1)).toMatchObject({ type: 'DecisionWithdrawn', version: withdrawn.version });
      expect([await waitsFor(decision), await clocksOf(decision)]).toEqual([undefined, []]);
      for (const change of [() => addVoters(withdrawn, 3), () => notice(withdrawn), () => withdraw(withdrawn)]) await expect(change()).rejects.toMatchObject({ reason: 'DECISION_STATE_FORBIDS' });
    }
  });

  it('may be withdrawn after its notice until the vote opens, for a reason that is told', async () => {
    const decision = await notice(await prepared());
    await expect(withdraw(decision, DECISION_WITHDRAW_REASON_UNSPECIFIED)).rejects.toMatchObject({ violations: [{ field: 'reason', code: 'required' }] });
    await expect(withdraw(decision, DECISION_WITHDRAW_REASON_ROLL_WRONG, at(elsewhere.path))).rejects.toMatchObject({ kind: 'not_found', reason: 'DECISION_NOT_FOUND' });
    const opened = await notice(await prepared());
    office.clock.set('2026-11-24T23:59:59Z');
    const results = await Promise.allSettled([withdraw(decision), withdraw(decision)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const withdrawn = await get(decision.id);
    expect(withdrawn).toMatchObject({ state: DECISION_STATE_WITHDRAWN, withdrawReason: DECISION_WITHDRAW_REASON_ROLL_WRONG, result: DECISION_RESULT_UNSPECIFIED, entitled: 10 });
    expect((await sentEvents(office, decision.id)).at(-1)).toMatchObject({ type: 'DecisionWithdrawn', payload: { reason: DECISION_WITHDRAW_REASON_ROLL_WRONG } });
    expect([await waitsFor(decision), await clocksOf(decision)]).toEqual([undefined, [{ kind: 'organization.decision_count', state: 'cancelled' }]]);
    expect(await office.knex('decision_tallies').where({ decision_id: decision.id })).toEqual([]);
    office.clock.set('2026-11-25T00:00:00Z');
    await expect(vote(withdrawn, 0)).rejects.toMatchObject({ reason: 'VOTE_CLOSED' });
    await expect(close(withdrawn)).rejects.toMatchObject({ reason: 'DECISION_STATE_FORBIDS', details: { state: 'withdrawn', action: 'close' } });
    office.clock.set('2026-11-25T00:00:00Z');
    await expect(withdraw(opened)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'VOTE_OPEN_ALREADY' });
    await vote(opened, 0);
  });

  it.each([
    ['entitled', { entitled: 0 }],
    ['opens_at', { opensAt: undefined }],
    ['opens_at', { opensAt: new Date('2026-11-20T00:00:00Z') }],
    ['closes_at', { closesAt: times.opensAt }],
  ])('is not noticed with a wrong %s', async (field, wrong) => {
    await expect(office.decisions.giveDecisionNotice({ ...ref(await prepared()), entitled: 10, ...times, ...wrong }, { caller })).rejects.toMatchObject({ violations: [{ field }] });
  });

  it('closes within the time of the rule, counted from the day of its notice', async () => {
    const decision = await prepared();
    const closing = (closesAt: string) => office.decisions.giveDecisionNotice({ ...ref(decision), entitled: 10, opensAt: times.opensAt, closesAt: new Date(closesAt) }, { caller });
    for (const late of ['2099-01-01T00:00:00+08:00', '2027-01-24T00:00:01+08:00']) {
      await expect(closing(late)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field: 'closes_at', code: 'too_late' }] });
    }
    expect(given(await closing('2027-01-24T00:00:00+08:00'))).toMatchObject({ state: DECISION_STATE_NOTICED, closesAt: new Date('2027-01-24T00:00:00+08:00') });
  });

  it('is held for life to the quorum of the day of its notice', async () => {
    const decision = await open(0);
    const rules = office.knex('quorum_rule_sets').where({ id: 'residents_meeting.representatives', version: 1 });
    const stricter = { ...(await rules.clone().first<Record<string, unknown>>()), version: 2, effective_from: '2026-11-25', attendance_numerator: 2, attendance_denominator: 3, awaits_revision: false };
    await rules.clone().update({ effective_to: '2026-11-25' });
    await office.knex('quorum_rule_sets').insert(stricter);
    try {
      // Six of ten are more than half, and not more than two thirds.
      expect(await close(decision, { inFavour: 6, against: 0, abstained: 0 })).toMatchObject({ result: DECISION_RESULT_ADOPTED, quorumVersion: 1 });
      office.clock.set('2026-11-25T01:00:00+08:00');
      const later = given(await office.decisions.giveDecisionNotice({ ...ref(await prepared(0)), entitled: 10, opensAt: new Date('2026-11-25T02:00:00Z'), closesAt: times.closesAt }, { caller }));
      expect(later).toMatchObject({ quorumVersion: 2, quorumAwaitsRevision: false });
      expect((await close(later, { inFavour: 6, against: 0, abstained: 0 })).result).toBe(DECISION_RESULT_NO_QUORUM);
    } finally {
      await office.knex('decisions').where({ quorum_version: 2 }).update({ quorum_version: 1 });
      await office.knex('quorum_rule_sets').where({ version: 2 }).delete();
      await rules.clone().update({ effective_to: null });
    }
  });

  it('is made once for a repeated request', async () => {
    const request = { requestId: 'draft-1', unitId: community.id, subject, titleZh: '停车', textZh: '划线', basis };
    const [one, two] = await Promise.all([1, 2].map(() => office.decisions.draftDecision(request, { caller })));
    expect(one).toEqual(two);
    await expect(office.decisions.draftDecision({ ...request, titleZh: '改' }, { caller })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('is of a topic that is there', async () => {
    await expect(draft({ topicId: idOf(99) })).rejects.toMatchObject({ reason: 'TOPIC_NOT_FOUND' });
  });
});

describe('a vote', () => {
  it('is cast between opening and closing, once, by who is on the roll', async () => {
    const decision = await notice(await prepared());
    await expect(vote(decision, 0)).rejects.toMatchObject({ reason: 'VOTE_NOT_OPEN' });
    office.clock.set('2026-11-25T00:00:00Z');
    await vote(decision, 0);
    await expect(vote(decision, 0, CHOICE_AGAINST)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'VOTE_CAST_ALREADY' });
    await expect(vote(decision, 6)).rejects.toMatchObject({ kind: 'not_found', reason: 'DECISION_NOT_FOUND' });
    await expect(vote(decision, 1, CHOICE_UNSPECIFIED)).rejects.toMatchObject({ violations: [{ field: 'choice' }] });
    office.clock.set('2026-11-26T00:00:00Z');
    await expect(vote(decision, 1)).rejects.toMatchObject({ reason: 'VOTE_CLOSED' });
    expect(await stored(await close(decision))).toEqual({ present: 1, in_favour: 1, against: 0, abstained: 0, papers: 0 });
    await expect(vote(decision, 1)).rejects.toMatchObject({ reason: 'VOTE_CLOSED' });
  });

  it('of one voter from ten places at once counts once', async () => {
    const decision = await open();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => vote(decision, 0)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await stored(await close(decision))).toMatchObject({ present: 1 });
  });

  it('that races the count is counted or refused, and never neither or both', async () => {
    for (let round = 0; round < 5; round += 1) {
      const decision = await open(6);
      const votes = Array.from({ length: 6 }, (_, index) => vote(decision, index).then(() => 'counted', (error: { reason: string }) => error.reason));
      await Promise.race(votes);
      office.clock.set('2026-11-26T00:00:00Z');
      const closing = office.decisions.closeDecision(ref(decision), { caller });
      const outcomes = await Promise.all(votes);
      const closed = given(await closing);
      expect(outcomes.filter((one) => one !== 'counted' && one !== 'VOTE_CLOSED')).toEqual([]);
      expect(await stored(closed)).toMatchObject({ present: outcomes.filter((one) => one === 'counted').length });
      office.clock.set('2026-11-24T09:00:00+08:00');
    }
  });

  it('cannot be joined to its voter by anything that is kept', async () => {
    const decision = await open();
    const choices = [CHOICE_AGAINST, CHOICE_IN_FAVOUR, CHOICE_ABSTAIN, CHOICE_IN_FAVOUR];
    for (const [index, choice] of choices.entries()) await office.decisions.castVote({ decisionId: decision.id, choice }, { caller: voter(index) });
    // Every table that names a voter, and what it holds beside them.
    const columns = await office.knex('information_schema.columns').where({ table_schema: 'public' }).whereIn('table_name', ['decision_voters', 'decision_tallies']).orderBy(['table_name', 'ordinal_position']).select<{ table_name: string; column_name: string }[]>('table_name', 'column_name');
    const columnsOf = (table: string) => columns.filter(({ table_name }) => table_name === table).map(({ column_name }) => column_name);
    expect(columnsOf('decision_voters')).toEqual(['tenant_id', 'decision_id', 'voter_id', 'voted']);
    expect(columnsOf('decision_tallies')).toEqual(['tenant_id', 'decision_id', 'in_favour', 'against', 'abstain']);
    expect(await office.knex('decision_tallies').where({ decision_id: decision.id })).toEqual([expect.objectContaining({ in_favour: 2, against: 1, abstain: 1 })]);
    // Nothing else speaks of a choice: not the trail, not the outbox, not the stored answers, not the thread.
    const trail = await office.knex('audit_entries').where({ object_id: decision.id, action: 'decision.vote' });
    expect(trail).toHaveLength(4);
    const answers = await office.knex('answered_requests').where('principal', 'like', 'resident:%');
    const events = await sentEvents(office, decision.id);
    const entries = await office.knex('thread_entries').where({ subject_id: decision.id });
    expect(answers).toEqual([]);
    expect(JSON.stringify([trail, events, entries])).not.toMatch(/in_favour|IN_FAVOUR|against|AGAINST|abstain/i);
    expect(events.filter(({ type }) => /vote/i.test(type) && type !== 'DecisionVotersAdded')).toEqual([]);
    await close(decision);
    expect(await office.knex('decision_tallies').where({ decision_id: decision.id })).toEqual([]);
  });
});

describe('a paper in the hall', () => {
  const issue = (decision: Decision, index: number, by = caller) => office.decisions.issueBallotPaper({ decisionId: decision.id, voterId: idOf(index) }, { caller: by });

  it('is instead of a vote by sign-in, and the other way round', async () => {
    const decision = await open();
    await issue(decision, 0);
    await expect(vote(decision, 0)).rejects.toMatchObject({ reason: 'VOTE_CAST_ALREADY' });
    await expect(issue(decision, 0)).rejects.toMatchObject({ reason: 'VOTER_HAS_VOTED' });
    await vote(decision, 1);
    await expect(issue(decision, 1)).rejects.toMatchObject({ reason: 'VOTER_HAS_VOTED' });
    // The paper itself is counted when it comes out of the box.
    expect(await stored(await close(decision, { inFavour: 1, against: 0, abstained: 0 }))).toMatchObject({ present: 2, in_favour: 2 });
  });

  it('and a vote at the same time are one vote', async () => {
    const decision = await open();
    const results = await Promise.allSettled([issue(decision, 2), vote(decision, 2)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is issued while the vote is open, to who is on the roll, by who may call it; the trail says by whom, not to whom', async () => {
    const early = await notice(await prepared(6));
    await expect(issue(early, 0)).rejects.toMatchObject({ reason: 'VOTE_NOT_OPEN' });
    const decision = await open();
    await expect(issue(decision, 40)).rejects.toMatchObject({ kind: 'not_found', reason: 'VOTER_NOT_FOUND' });
    await expect(issue(decision, 0, at(elsewhere.path))).rejects.toMatchObject({ reason: 'DECISION_NOT_FOUND' });
    await issue(decision, 0);
    const trail = await office.knex('audit_entries').where({ object_id: decision.id, action: 'decision.issue_paper' });
    expect(trail).toEqual([expect.objectContaining({ actor: caller.subject })]);
    expect(JSON.stringify(trail)).not.toContain(idOf(0));
  });
});

describe('closing', () => {
  it('waits for the end of the time', async () => {
    const decision = await open();
    await expect(office.decisions.closeDecision(ref(decision), { caller })).rejects.toMatchObject({ reason: 'VOTE_STILL_OPEN' });
  });

  it('takes no paper for somebody on the roll who took none', async () => {
    const decision = await open(6);
    await vote(decision, 0);
    await office.decisions.issueBallotPaper({ decisionId: decision.id, voterId: idOf(1) }, { caller });
    // Four who are not on the roll, and one who took a paper: four who are on it did neither.
    await expect(close(decision, { inFavour: 6, against: 0, abstained: 0 })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'BALLOTS_EXCEED_VOTERS', details: { papers: '6', most: '5' } });
    // What is refused leaves the sums where they were.
    expect(await close(decision, { inFavour: 5, against: 0, abstained: 0 })).toMatchObject({ result: DECISION_RESULT_ADOPTED });
    expect(await stored(decision)).toMatchObject({ present: 6, papers: 5 });
  });

  it('counts no more ballots than there are voters', async () => {
    const decision = await open(0);
    await expect(close(decision, { inFavour: 11, against: 0, abstained: 0 })).rejects.toMatchObject({ reason: 'BALLOTS_EXCEED_VOTERS' });
    await expect(close(decision, { inFavour: -1, against: 0, abstained: 0 })).rejects.toMatchObject({ violations: [{ field: 'papers.in_favour', code: 'negative' }] });
  });

  it('is owed within a time of the end, and told of when nobody has done it', async () => {
    const decision = await open(6);
    expect(decision.countDueAt).toEqual(new Date('2026-12-01T10:00:00Z'));
    expect(await waitsFor(decision)).toMatchObject({ action: 'close', dueAt: decision.countDueAt, version: decision.version });
    office.clock.set('2026-12-01T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    const overdue = await get(decision.id);
    expect(overdue).toMatchObject({ state: DECISION_STATE_NOTICED, version: decision.version + 1 });
    expect((await sentEvents(office, decision.id)).at(-1)).toMatchObject({ type: 'DecisionCountOverdue', version: overdue.version, payload: { dueAt: '2026-12-01T10:00:00.000Z' } });
    office.clock.advance(60_000);
    expect(await waitsFor(decision)).toMatchObject({ action: 'close', urgency: 'URGENCY_RED', version: overdue.version });
    expect((await office.work.countWork({ unitId: community.id }, { caller })).overdue).toBeGreaterThan(0);
    await office.decisions.closeDecision(ref(overdue), { caller });
    expect(await clocksOf(decision)).toEqual([{ kind: 'organization.decision_count', state: 'satisfied' }, { kind: 'organization.decision_publication', state: 'running' }]);
    expect((await history(office, decision.id)).slice(-2)).toEqual([`DecisionCountOverdue ${overdue.version}`, `DecisionClosed ${overdue.version + 1}`]);
  });

  it.each([
    { online: 1, papers: 7, told: false },
    { online: 6, papers: 4, told: false },
    { online: 6, papers: 0, told: true },
    { online: 0, papers: 8, told: true },
    { online: 5, papers: 5, told: true },
  ])('tells how $online by sign-in and $papers on paper were split: $told', async ({ online, papers, told }) => {
    const decision = await open(6, 15);
    for (let index = 0; index < online; index += 1) await vote(decision, index, CHOICE_AGAINST);
    const closed = await close(decision, { inFavour: papers, against: 0, abstained: 0 });
    const present = online + papers;
    const split = told ? { present, inFavour: papers, against: online, abstained: 0 } : undefined;
    expect(closed.result).not.toBe(DECISION_RESULT_UNSPECIFIED);
    expect(await stored(closed)).toEqual({ present, in_favour: papers, against: online, abstained: 0, papers });
    const { decisions } = await office.decisions.listDecisions({ pageSize: 200 }, { caller: voter(0) });
    expect([closed, await get(decision.id), await get(decision.id, voter(0)), ...decisions.filter(({ id }) => id === decision.id)].map(({ count }) => count)).toEqual([split, split, split, split]);
    const event = (await sentEvents(office, decision.id)).at(-1);
    expect(event?.type).toBe('DecisionClosed');
    expect(organization.DecisionClosed.fromJSON(event?.payload).count).toEqual(split);
    const { entries } = await office.threads.listEntries({ threadId: decision.id }, { caller });
    expect(entries.at(-1)).toMatchObject({ code: 'closed' });
    expect(entries.at(-1)?.facts['present']).toBe(told ? String(present) : undefined);
    expect(entries.at(-1)?.facts['in_favour']).toBe(told ? String(papers) : undefined);
  });

  it('of two at once is one', async () => {
    const decision = await open();
    office.clock.set('2026-11-26T00:00:00Z');
    const results = await Promise.allSettled([1, 2].map(() => office.decisions.closeDecision(ref(decision), { caller })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
  });

  it('starts the time for publishing, which is told of once when it passes', async () => {
    const closed = await close(await open(0), { inFavour: 6, against: 0, abstained: 0 });
    expect(closed.publicationDueAt).toEqual(new Date('2026-12-03T10:00:00Z'));
    office.clock.set('2026-12-03T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    expect((await history(office, closed.id)).filter((line) => line.startsWith('DecisionPublicationOverdue'))).toEqual([`DecisionPublicationOverdue ${closed.version + 1}`]);
  });
});

describe('who sees a decision', () => {
  it('is staff of its unit, and who may vote on it', async () => {
    const decision = await open();
    expect((await get(decision.id, voter(0))).id).toBe(decision.id);
    expect((await office.decisions.listDecisions({ pageSize: 200 }, { caller: voter(0) })).decisions.map(({ id }) => id)).toContain(decision.id);
    for (const by of [voter(50), at(elsewhere.path), { ...caller, tenantId: 'baihe' }]) {
      await expect(get(decision.id, by)).rejects.toMatchObject({ kind: 'not_found', reason: 'DECISION_NOT_FOUND' });
      expect((await office.decisions.listDecisions({}, { caller: by })).decisions).toEqual([]);
    }
    await expect(office.decisions.closeDecision(ref(decision), { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'DECISION_NOT_FOUND' });
    await expect(office.decisions.draftDecision({ unitId: community.id, subject, titleZh: '甲', textZh: '乙', basis }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });

  it('reads it page by page, the newest first, by its state', async () => {
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await office.decisions.listDecisions({ pageSize: 3, pageToken, state: DECISION_STATE_CLOSED }, { caller });
      seen.push(...page.decisions.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });
});

it('what is owed follows the days of the office’s own, also what is owed again', async () => {
  const by = testCaller({ permissions: ['publication.publish', 'publication.withdraw', 'calendar.write'].map((word) => `organization.${word}`) });
  const first = await close(await open(0), { inFavour: 6, against: 0, abstained: 0 });
  office.clock.set('2026-11-24T09:00:00+08:00');
  const again = await close(await open(0), { inFavour: 6, against: 0, abstained: 0 });
  const told = { unitId: community.id, kind: organization.PublicationKind.PUBLICATION_KIND_DECISION, decisionId: again.id, titleZh: '决议', textZh: '通过', toDay: '2026-12-30' };
  const { publication } = await office.publications.publish(told, { caller: by });
  const reason = organization.PublicationWithdrawReason.PUBLICATION_WITHDRAW_REASON_WRONG_CONTENT;
  await office.publications.withdrawPublication({ publicationId: publication?.id ?? '', version: 1, reason }, { caller: by });
  const due = async () => [(await get(first.id)).publicationDueAt, (await get(again.id)).republishDueAt];
  const planned = new Date('2026-12-03T10:00:00Z');
  expect(await due()).toEqual([planned, planned]);
  const day = { day: '2026-12-03', kind: organization.CalendarDayKind.CALENDAR_DAY_KIND_REST, nameZh: '那达慕', citation: '市政府通知' };
  await office.calendar.setCalendarOverride(day, { caller: by });
  const moved = new Date('2026-12-04T10:00:00Z');
  await eventually(async () => {
    await office.app.scanner.followOnce();
    expect(await due()).toEqual([moved, moved]);
  });
  expect(await office.knex('work_items').whereIn('subject_id', [first.id, again.id]).orderBy('action').select('action', 'due_at')).toEqual(['publish', 'republish'].map((action) => ({ action, due_at: moved })));
  for (const { id } of [first, again]) expect((await sentEvents(office, id)).at(-1)).toMatchObject({ type: 'DecisionPublicationDueMoved', payload: { dueAt: '2026-12-04T10:00:00.000Z' } });
});

// Last: what others were owed goes with it.
it('a vote that was noticed before its count had a limit is given one', async () => {
  const decision = await notice(await prepared());
  const columns = ['kind', 'subject_type', 'rule_set_id', 'rule_set_version', 'citation', 'amount', 'unit', 'roll', 'started_at', 'due_at', 'next_alarm_at', 'alarms', 'provisional', 'state', 'version'];
  const clocks = () => office.knex('clocks').where({ subject_id: decision.id }).select<object[]>(columns);
  const [before, waiting] = [await clocks(), await waitsFor(decision)];
  await office.knex.transaction(async (trx) => {
    await limit.down(trx);
    await trx('work_items').where({ subject_id: decision.id }).update({ due_at: times.closesAt });
    await limit.up(trx);
  });
  expect(before).toHaveLength(1);
  expect(await clocks()).toEqual(before);
  expect(await waitsFor(decision)).toEqual(waiting);
});
