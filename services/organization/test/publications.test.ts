import { organization } from '@linli/contracts';
import { eventually, testCaller } from '@linli/testing';
import { fresh, history, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY } = organization.UnitKind;
const { PUBLICATION_KIND_DECISION, PUBLICATION_KIND_OUTCOME, PUBLICATION_KIND_ACCOUNTS, PUBLICATION_KIND_RELIEF, PUBLICATION_KIND_UNSPECIFIED } = organization.PublicationKind;
const { PUBLICATION_WITHDRAW_REASON_PERSONAL_DATA, PUBLICATION_WITHDRAW_REASON_WRONG_CONTENT, PUBLICATION_WITHDRAW_REASON_REPLACED, PUBLICATION_WITHDRAW_REASON_UNSPECIFIED } = organization.PublicationWithdrawReason;
const { DECISION_STATE_PUBLISHED, DECISION_STATE_REPORTED } = organization.DecisionState;
const steps = Object.values(organization.DecisionStep).filter((step) => /BRANCH|COMMITTEES|MEMBERS/.test(step));

const all = ['publication.publish', 'publication.withdraw', 'publication.object', 'publication.answer', 'publication.read', 'publication.objections', 'decision.prepare', 'decision.call', 'decision.read'].map((word) => `organization.${word}`);
const caller = testCaller({ permissions: [...all, 'work.queue.read', 'thread.read'] });
const at = (unitPath: string) => testCaller({ grants: [{ permissions: all, scope: 'subtree', unitPath }] });
const gateway = { ...testCaller({ permissions: ['organization.public.read'] }), kind: 'system' as const, subject: 'system:gateway' };
const resident = (subject: string) => testCaller({ kind: 'resident', subject, grants: [{ permissions: ['organization.publication.object', 'organization.publication.objections'], scope: 'self', unitPath: '' }] });
const one = resident('01900000-0000-7000-8000-0000000000b1');
const other = resident('01900000-0000-7000-8000-0000000000b2');

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

const publish = async (facts: object = {}) => {
  const asked = { unitId: community.id, kind: PUBLICATION_KIND_ACCOUNTS, titleZh: '三季度收支', textZh: '收入与支出明细', toDay: '2026-12-01', ...facts };
  const { publication } = await office.publications.publish(asked, { caller });
  if (publication === undefined) throw new Error('no publication came back');
  return publication;
};
const withdraw = async ({ id, version }: organization.Publication, reason = PUBLICATION_WITHDRAW_REASON_WRONG_CONTENT, by = caller) => {
  const { publication } = await office.publications.withdrawPublication({ publicationId: id, version, reason }, { caller: by });
  if (publication === undefined) throw new Error('no publication came back');
  return publication;
};
const readInPublic = async (publicationId: string) => (await office.publications.getPublicPublication({ publicationId }, { caller: gateway })).publication;
const listedInPublic = async () => (await office.publications.listPublicPublications({}, { caller: gateway })).publications.map(({ id }) => id);
const object = async (publicationId: string, by = one) => {
  const { objection } = await office.publications.raiseObjection({ publicationId, textZh: '第三项金额不对' }, { caller: by });
  if (objection === undefined) throw new Error('no objection came back');
  return objection;
};

async function closedDecision(entitled = 10, papers = { inFavour: 7, against: 1, abstained: 0 }): Promise<organization.Decision> {
  const ref = (decision: organization.Decision | undefined) => ({ decisionId: decision?.id ?? '', version: decision?.version ?? 0 });
  const made = { unitId: community.id, subject: organization.DecisionSubject.DECISION_SUBJECT_MATTER, titleZh: '加装路灯', textZh: '三处', basis: organization.VoterBasis.VOTER_BASIS_HOUSEHOLDS };
  let { decision } = await office.decisions.draftDecision(made, { caller });
  for (const step of steps) ({ decision } = await office.decisions.recordDecisionStep({ ...ref(decision), step, heldOn: '2026-11-20' }, { caller }));
  ({ decision } = await office.decisions.giveDecisionNotice({ ...ref(decision), entitled, opensAt: new Date('2026-11-24T02:00:00Z'), closesAt: new Date('2026-11-24T03:00:00Z') }, { caller }));
  office.clock.set('2026-11-24T11:00:00+08:00');
  ({ decision } = await office.decisions.closeDecision({ ...ref(decision), papers }, { caller }));
  if (decision === undefined) throw new Error('no decision came back');
  return decision;
}

describe('a publication', () => {
  it('tells of a decision, then of what came of it, and the decision goes on with each', async () => {
    const decision = await closedDecision();
    const outcome = { kind: PUBLICATION_KIND_OUTCOME, decisionId: decision.id };
    await expect(publish(outcome)).rejects.toMatchObject({ reason: 'DECISION_STATE_FORBIDS', details: { state: 'closed', action: 'publish_outcome' } });
    const published = await publish({ kind: PUBLICATION_KIND_DECISION, decisionId: decision.id });
    const state = async () => (await office.decisions.getDecision({ decisionId: decision.id }, { caller })).decision?.state;
    expect(await state()).toBe(DECISION_STATE_PUBLISHED);
    expect(await history(office, published.id)).toEqual(['PublicationMade 1']);
    expect((await sentEvents(office, decision.id)).at(-1)).toMatchObject({ type: 'DecisionPublished', payload: { publicationId: published.id } });
    await expect(publish({ kind: PUBLICATION_KIND_DECISION, decisionId: decision.id })).rejects.toMatchObject({ reason: 'DECISION_STATE_FORBIDS' });
    await publish(outcome);
    expect(await state()).toBe(DECISION_STATE_REPORTED);
    const { publication } = await office.publications.getPublicPublication({ publicationId: published.id }, { caller: gateway });
    expect(publication?.vote).toMatchObject({ titleZh: '加装路灯', result: 'DECISION_RESULT_ADOPTED', entitled: 10, count: { present: 8, inFavour: 7, against: 1, abstained: 0 }, quorumCitation: expect.stringContaining('居民委员会组织法') as string });
  });

  it('tells of a vote of fewer than five the result alone, in public and on public topics', async () => {
    const decision = await closedDecision(4, { inFavour: 3, against: 1, abstained: 0 });
    expect(decision.count).toBeUndefined();
    const { id: publicationId } = await publish({ kind: PUBLICATION_KIND_DECISION, decisionId: decision.id });
    const { publication } = await office.publications.getPublicPublication({ publicationId }, { caller: gateway });
    expect(publication?.vote).toMatchObject({ result: 'DECISION_RESULT_ADOPTED', entitled: undefined, count: undefined });
    const told = new Map((await sentEvents(office, decision.id)).map(({ type, payload }) => [type, payload]));
    expect(told.get('DecisionClosed')).toMatchObject({ result: 'DECISION_RESULT_ADOPTED' });
    expect([told.get('DecisionClosed')?.['count'], told.get('DecisionNoticed')?.['entitled']]).toEqual([undefined, undefined]);
  });

  it('of what was not adopted leaves nothing to wait for', async () => {
    const waiting = async (id: string) => (await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.filter(({ subjectId }) => subjectId === id).map(({ action }) => action);
    for (const { papers, next } of [
      { papers: { inFavour: 7, against: 1, abstained: 0 }, next: ['publish_outcome'] },
      { papers: { inFavour: 2, against: 6, abstained: 0 }, next: [] },
      { papers: { inFavour: 2, against: 0, abstained: 0 }, next: [] },
    ]) {
      office.clock.set('2026-11-24T09:00:00+08:00');
      const { id } = await closedDecision(10, papers);
      expect(await waiting(id)).toEqual(['publish']);
      await publish({ kind: PUBLICATION_KIND_DECISION, decisionId: id });
      expect(await waiting(id)).toEqual(next);
    }
  });

  it('of a decision comes in time or is said to be late, and its clock alarms no more', async () => {
    const decision = await closedDecision();
    office.clock.set('2026-12-01T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    office.clock.advance(60_000);
    await publish({ kind: PUBLICATION_KIND_DECISION, decisionId: decision.id, toDay: '2026-12-20' });
    expect((await sentEvents(office, decision.id)).slice(-2)).toMatchObject([{ type: 'DecisionPublicationOverdue' }, { type: 'DecisionPublished', payload: { late: true } }]);
  });

  it('of two of one decision at once is one', async () => {
    const decision = await closedDecision();
    const results = await Promise.allSettled([1, 2].map(() => publish({ kind: PUBLICATION_KIND_DECISION, decisionId: decision.id })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'DECISION_STATE_FORBIDS' } });
  });

  it.each([
    ['to_day', { toDay: '' }],
    ['to_day', { toDay: '2026-11-30' }],
    ['from_day', { fromDay: '2026-11-23' }],
    ['decision_id', { kind: PUBLICATION_KIND_DECISION }],
    ['decision_id', { decisionId: '01900000-0000-7000-8000-00000000abcd' }],
    ['kind', { kind: PUBLICATION_KIND_UNSPECIFIED }],
    ['text_zh', { textZh: '' }],
  ])('is refused with a wrong %s', async (field, wrong) => {
    await expect(publish(wrong)).rejects.toMatchObject({ violations: [{ field }] });
  });

  it('of a decision or its outcome begins on the day it is made, for it ends a time limit', async () => {
    const decision = await closedDecision();
    const ofDecision = { kind: PUBLICATION_KIND_DECISION, decisionId: decision.id };
    const tooLate = { kind: 'invalid_argument', violations: [{ field: 'from_day', code: 'too_late' }] };
    await expect(publish({ ...ofDecision, fromDay: '2026-11-25', toDay: '2026-12-30' })).rejects.toMatchObject(tooLate);
    const clock = office.knex('clocks').where({ subject_id: decision.id, kind: 'organization.decision_publication' });
    expect(await clock.clone().pluck('state')).toEqual(['running']);
    const published = await publish({ ...ofDecision, fromDay: '2026-11-24' });
    expect(await clock.clone().pluck('state')).toEqual(['satisfied']);
    expect((await readInPublic(published.id))?.id).toBe(published.id);
    await expect(publish({ ...ofDecision, kind: PUBLICATION_KIND_OUTCOME, fromDay: '2026-11-25', toDay: '2026-12-30' })).rejects.toMatchObject(tooLate);
  });

  it('of anything else begins within the time of the rule', async () => {
    expect((await publish({ fromDay: '2026-12-24', toDay: '2026-12-31' })).fromDay).toBe('2026-12-24');
    await expect(publish({ fromDay: '2026-12-25', toDay: '2027-01-31' })).rejects.toMatchObject({ violations: [{ field: 'from_day', code: 'too_late' }] });
  });

  it('is made once for a repeated request, and of a unit of the caller’s', async () => {
    const requestId = fresh('r');
    const [first, again] = await Promise.all([1, 2].map(() => publish({ requestId })));
    expect(first).toEqual(again);
    await expect(publish({ requestId, titleZh: '改' })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
    await expect(office.publications.publish({ unitId: community.id, kind: PUBLICATION_KIND_ACCOUNTS, titleZh: '甲', textZh: '乙', toDay: '2026-12-31' }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    await expect(publish({ kind: PUBLICATION_KIND_DECISION, decisionId: '01900000-0000-7000-8000-00000000abcd' })).rejects.toMatchObject({ reason: 'DECISION_NOT_FOUND' });
  });

  it('is read by anybody and listed from its first day until its last', async () => {
    const soon = await publish({ kind: PUBLICATION_KIND_RELIEF, fromDay: '2026-11-26', toDay: '2026-12-03' });
    const listed = async () => (await office.publications.listPublicPublications({}, { caller: gateway })).publications.map(({ id }) => id);
    const read = () => office.publications.getPublicPublication({ publicationId: soon.id }, { caller: gateway });
    expect(await listed()).not.toContain(soon.id);
    await expect(read()).rejects.toMatchObject({ reason: 'PUBLICATION_NOT_FOUND' });
    office.clock.set('2026-12-02T23:00:00+08:00');
    expect(await listed()).toContain(soon.id);
    expect((await read()).publication).toMatchObject({ titleZh: '三季度收支', vote: undefined });
    office.clock.set('2026-12-03T00:00:00+08:00');
    expect(await listed()).not.toContain(soon.id);
    await expect(read()).rejects.toMatchObject({ kind: 'not_found', reason: 'PUBLICATION_NOT_FOUND' });
    expect((await office.publications.getPublication({ publicationId: soon.id }, { caller })).publication?.id).toBe(soon.id);
  });

  it('of what was decided, what came of it or money stays to be read, by its link alone', async () => {
    const decision = await closedDecision();
    const kept = [await publish(), await publish({ kind: PUBLICATION_KIND_DECISION, decisionId: decision.id }), await publish({ kind: PUBLICATION_KIND_OUTCOME, decisionId: decision.id })];
    office.clock.set('2027-12-01T00:00:00+08:00');
    const listed = (await office.publications.listPublicPublications({}, { caller: gateway })).publications.map(({ id }) => id);
    for (const { id } of kept) {
      expect((await office.publications.getPublicPublication({ publicationId: id }, { caller: gateway })).publication?.id).toBe(id);
      expect(listed).not.toContain(id);
    }
  });

  it('is seen by staff of its unit, page by page', async () => {
    const mine = await publish();
    await expect(office.publications.getPublication({ publicationId: mine.id }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'PUBLICATION_NOT_FOUND' });
    expect((await office.publications.listPublications({}, { caller: at(elsewhere.path) })).publications).toEqual([]);
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await office.publications.listPublications({ pageSize: 2, pageToken, kind: PUBLICATION_KIND_ACCOUNTS }, { caller });
      seen.push(...page.publications.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toContain(mine.id);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });
});

describe('a publication that is withdrawn', () => {
  it('is read by nobody in public from then on, whatever its kind and day, and by staff with its reason', async () => {
    const decision = await closedDecision();
    const soon = await publish({ kind: PUBLICATION_KIND_RELIEF, fromDay: '2026-11-26', toDay: '2026-12-03' });
    const [relief, accounts, told] = [await publish({ kind: PUBLICATION_KIND_RELIEF }), await publish(), await publish({ kind: PUBLICATION_KIND_DECISION, decisionId: decision.id })];
    for (const publication of [relief, accounts, told]) {
      expect((await readInPublic(publication.id))?.id).toBe(publication.id);
      const withdrawn = await withdraw(publication);
      expect(withdrawn).toEqual({ ...publication, withdrawnAt: office.clock.now(), withdrawReason: PUBLICATION_WITHDRAW_REASON_WRONG_CONTENT, version: 2 });
      expect((await office.publications.getPublication({ publicationId: publication.id }, { caller })).publication).toEqual(withdrawn);
      await expect(readInPublic(publication.id)).rejects.toMatchObject({ kind: 'not_found', reason: 'PUBLICATION_NOT_FOUND' });
      expect(await listedInPublic()).not.toContain(publication.id);
    }
    await withdraw(soon);
    office.clock.set('2026-11-27T09:00:00+08:00');
    expect(await listedInPublic()).not.toContain(soon.id);
    expect(await history(office, accounts.id)).toEqual(['PublicationMade 1', 'PublicationWithdrawn 2']);
    expect((await sentEvents(office, accounts.id)).at(-1)?.payload).toEqual({ publicationId: accounts.id, unitId: community.id, reason: PUBLICATION_WITHDRAW_REASON_WRONG_CONTENT });
    const { entries } = await office.threads.listEntries({ threadId: accounts.id }, { caller });
    expect(entries.map(({ code, facts }) => [code, facts['reason']])).toEqual([['published', undefined], ['withdrawn', 'wrong_content']]);
    expect(await office.knex('audit_entries').where({ object_id: accounts.id }).orderBy('id').pluck('action')).toEqual(['publication.publish', 'publication.withdraw']);
  });

  it('for naming a person has no words left, here or in a stored answer', async () => {
    const requestId = fresh('r');
    const publication = await publish({ requestId, titleZh: '救助公示王小明', textZh: '三栋王小明' });
    const withdrawn = await withdraw(publication, PUBLICATION_WITHDRAW_REASON_PERSONAL_DATA);
    expect(withdrawn).toMatchObject({ titleZh: '', textZh: '', textErased: true, withdrawReason: PUBLICATION_WITHDRAW_REASON_PERSONAL_DATA });
    const listed = (await office.publications.listPublications({ pageSize: 200 }, { caller })).publications.find(({ id }) => id === publication.id);
    expect(listed).toEqual(withdrawn);
    const again = await office.publications.publish({ requestId, unitId: community.id, kind: PUBLICATION_KIND_ACCOUNTS, titleZh: '救助公示王小明', textZh: '三栋王小明', toDay: '2026-12-01' }, { caller });
    expect(again.publication).toEqual(withdrawn);
    const tables = await office.knex('information_schema.columns').where({ table_schema: 'public', column_name: 'tenant_id' }).distinct().pluck<string[]>('table_name');
    expect(tables).toContain('answered_requests');
    for (const table of tables) expect([table, JSON.stringify(await office.knex(table).select())]).toEqual([table, expect.not.stringContaining('王小明')]);
  });

  it('is so for good, and what was published is not rewritten', async () => {
    const standing = await publish();
    const withdrawn = await withdraw(await publish());
    const row = ({ id }: organization.Publication) => office.knex('publications').where({ id });
    await expect(row(standing).update({ text_zh: '另一说法' })).rejects.toMatchObject({ code: '23514' });
    await expect(row(withdrawn).update({ withdrawn_at: null, withdraw_reason: null })).rejects.toMatchObject({ code: '23514' });
    await expect(row(standing).update({ title_zh: '', text_zh: '' })).rejects.toMatchObject({ constraint: 'publications_words_check' });
    await expect(withdraw(withdrawn, PUBLICATION_WITHDRAW_REASON_PERSONAL_DATA)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'PUBLICATION_WITHDRAWN' });
  });

  it('names its reason and its version, and is of a unit of the caller’s', async () => {
    const publication = await publish();
    await expect(withdraw(publication, PUBLICATION_WITHDRAW_REASON_UNSPECIFIED)).rejects.toMatchObject({ violations: [{ field: 'reason', code: 'required' }] });
    await expect(withdraw({ ...publication, version: 0 })).rejects.toMatchObject({ violations: [{ field: 'version', code: 'required' }] });
    await expect(withdraw(publication, PUBLICATION_WITHDRAW_REASON_REPLACED, at(elsewhere.path))).rejects.toMatchObject({ kind: 'not_found', reason: 'PUBLICATION_NOT_FOUND' });
    await expect(withdraw({ ...publication, id: '01900000-0000-7000-8000-00000000abcd' })).rejects.toMatchObject({ kind: 'not_found', reason: 'PUBLICATION_NOT_FOUND' });
    expect((await withdraw(publication, PUBLICATION_WITHDRAW_REASON_REPLACED, at(community.path))).version).toBe(2);
  });

  it('by two at once is withdrawn once', async () => {
    const publication = await publish();
    const results = await Promise.allSettled([1, 2].map(() => withdraw(publication)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { kind: 'aborted', reason: 'VERSION_STALE' } });
    expect(await history(office, publication.id)).toEqual(['PublicationMade 1', 'PublicationWithdrawn 2']);
  });

  it('takes no objection any more, and those raised are answered', async () => {
    const publication = await publish();
    const objection = await object(publication.id);
    const withdrawn = await withdraw(publication, PUBLICATION_WITHDRAW_REASON_PERSONAL_DATA);
    expect([withdrawn.objections, withdrawn.answered]).toEqual([1, 0]);
    await expect(object(publication.id)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'PUBLICATION_WITHDRAWN', details: { withdrawnAt: office.clock.now().toISOString() } });
    // Whoever answers needs the matter, not whose it is.
    const read = async (by: typeof caller) => (await office.publications.listObjections({ publicationId: publication.id }, { caller: by })).objections;
    expect(await read(one)).toEqual([objection]);
    expect(await read(caller)).toEqual([{ ...objection, raisedBy: '' }]);
    const answered = await office.publications.answerObjection({ objectionId: objection.id, version: 1, answerZh: '已撤回' }, { caller });
    expect(answered.objection?.state).toBe('OBJECTION_STATE_ANSWERED');
    expect((await office.publications.getPublication({ publicationId: publication.id }, { caller })).publication).toMatchObject({ objections: 1, answered: 1, version: 2 });
  });

  it('while objections are raised takes those that came before it, and none after', async () => {
    for (let round = 0; round < 5; round += 1) {
      const publication = await publish();
      const raised = Array.from({ length: 6 }, () => object(publication.id).then(() => 'raised', (error: { reason: string }) => error.reason));
      await Promise.race(raised);
      const { objections } = await withdraw(publication);
      const outcomes = await Promise.all(raised);
      expect(outcomes.filter((one) => one !== 'raised' && one !== 'PUBLICATION_WITHDRAWN')).toEqual([]);
      expect(objections).toBe(outcomes.filter((one) => one === 'raised').length);
    }
  });

  it('makes an objection wait for it', async () => {
    const publication = await publish();
    const held = await office.knex.transaction();
    await held('publications').where({ id: publication.id }).update({ withdrawn_at: office.clock.now(), withdraw_reason: 'unlawful', version: 2 });
    const asked = object(publication.id);
    const settled = jest.fn();
    void asked.then(settled, settled);
    await eventually(async () => expect(await office.knex('pg_stat_activity').where({ wait_event_type: 'Lock' }).whereRaw('datname = current_database()')).not.toEqual([]));
    expect(settled).not.toHaveBeenCalled();
    await held.commit();
    await expect(asked).rejects.toMatchObject({ reason: 'PUBLICATION_WITHDRAWN' });
  });

  it('told of a decision or its outcome, which are then published again: once, and no further than they were', async () => {
    const decision = await closedDecision();
    const [ofDecision, ofOutcome] = [{ kind: PUBLICATION_KIND_DECISION, decisionId: decision.id }, { kind: PUBLICATION_KIND_OUTCOME, decisionId: decision.id }];
    const seen = async () => (await office.decisions.getDecision({ decisionId: decision.id }, { caller })).decision;
    const first = await publish(ofDecision);
    await withdraw(first);
    expect((await seen())?.state).toBe(DECISION_STATE_PUBLISHED);
    // Long after the limit: it was owed again.
    office.clock.set('2026-12-20T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    const results = await Promise.allSettled([1, 2].map(() => publish({ ...ofDecision, toDay: '2026-12-30' })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'DECISION_STATE_FORBIDS', details: { state: 'published', action: 'publish' } } });
    expect((await sentEvents(office, decision.id)).slice(-4)).toMatchObject([
      { type: 'DecisionPublished', payload: { publicationId: first.id } },
      { type: 'DecisionPublicationOwed', payload: { publicationId: first.id } },
      { type: 'DecisionPublicationOverdue' },
      { type: 'DecisionPublished', payload: { late: true } },
    ]);
    expect((await seen())?.state).toBe(DECISION_STATE_PUBLISHED);

    const outcome = await publish({ ...ofOutcome, toDay: '2026-12-30' });
    await expect(publish({ ...ofOutcome, toDay: '2026-12-30' })).rejects.toMatchObject({ reason: 'DECISION_STATE_FORBIDS', details: { state: 'reported', action: 'publish_outcome' } });
    await withdraw(outcome);
    const again = await publish({ ...ofOutcome, toDay: '2026-12-30' });
    expect(await seen()).toMatchObject({ state: DECISION_STATE_REPORTED, version: decision.version + 7 });
    const { publications } = await office.publications.listPublications({ pageSize: 200 }, { caller });
    const second = publications.find(({ decisionId, kind, withdrawnAt }) => decisionId === decision.id && kind === PUBLICATION_KIND_DECISION && withdrawnAt === undefined);
    await withdraw(second ?? first);
    const third = await publish({ ...ofDecision, toDay: '2026-12-30' });
    expect(await seen()).toMatchObject({ state: DECISION_STATE_REPORTED, version: decision.version + 9 });
    expect(await listedInPublic()).toEqual(expect.arrayContaining([again.id, third.id]));
    expect((await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.map(({ subjectId }) => subjectId)).not.toContain(decision.id);
  });
});

describe('what told of a decision and is withdrawn', () => {
  const { PUBLICATION_WITHDRAW_REASON_UNLAWFUL } = organization.PublicationWithdrawReason;
  const waitsFor = async ({ id }: organization.Decision) => (await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.find(({ subjectId }) => subjectId === id);
  const openClocks = async ({ id }: organization.Decision) => office.knex('clocks').where({ subject_id: id, ended_at: null }).orderBy('kind').pluck<string[]>('kind');
  const told = ({ id }: organization.Decision) => ({ ofDecision: { kind: PUBLICATION_KIND_DECISION, decisionId: id, toDay: '2026-12-30' }, ofOutcome: { kind: PUBLICATION_KIND_OUTCOME, decisionId: id, toDay: '2026-12-30' } });
  const seen = async ({ id }: organization.Decision) => (await office.decisions.getDecision({ decisionId: id }, { caller })).decision;

  it('is owed again within the time of the first, before what came of it', async () => {
    const decision = await closedDecision();
    const { ofDecision } = told(decision);
    const first = await publish(ofDecision);
    expect((await waitsFor(decision))?.action).toBe('publish_outcome');
    await withdraw(first);
    const dueAt = new Date('2026-12-01T10:00:00Z');
    expect(await waitsFor(decision)).toMatchObject({ action: 'republish', dueAt, version: decision.version + 2 });
    expect(await seen(decision)).toMatchObject({ state: DECISION_STATE_PUBLISHED, republishDueAt: dueAt, version: decision.version + 2 });
    expect((await sentEvents(office, decision.id)).at(-1)).toMatchObject({ type: 'DecisionPublicationOwed', payload: { publicationId: first.id, dueAt: '2026-12-01T10:00:00.000Z' } });
    await publish(ofDecision);
    expect((await sentEvents(office, decision.id)).at(-1)?.payload).not.toHaveProperty('late');
    expect([(await waitsFor(decision))?.action, await openClocks(decision), (await seen(decision))?.republishDueAt]).toEqual(['publish_outcome', [], undefined]);
  });

  it('is told of once when it is late, the outcome as the decision, both at one time', async () => {
    const decision = await closedDecision();
    const { ofDecision, ofOutcome } = told(decision);
    const published = [await publish(ofDecision), await publish(ofOutcome)];
    expect(await waitsFor(decision)).toBeUndefined();
    for (const one of published.toReversed()) await withdraw(one);
    expect((await waitsFor(decision))?.action).toBe('republish');
    expect(await openClocks(decision)).toEqual(['organization.decision_republication', 'organization.outcome_republication']);
    office.clock.set('2026-12-01T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    const overdue = (await sentEvents(office, decision.id)).filter(({ type }) => type === 'DecisionPublicationOverdue');
    expect(overdue.map(({ payload }) => payload['outcome'] ?? false).sort()).toEqual([false, true]);
    office.clock.advance(60_000);
    await publish(ofDecision);
    expect(await waitsFor(decision)).toMatchObject({ action: 'republish_outcome', urgency: 'URGENCY_RED' });
    await publish(ofOutcome);
    expect((await sentEvents(office, decision.id)).slice(-2)).toMatchObject([{ type: 'DecisionPublished', payload: { late: true } }, { type: 'DecisionReported', payload: { late: true } }]);
    expect([await waitsFor(decision), await openClocks(decision)]).toEqual([undefined, []]);
    expect((await seen(decision))?.state).toBe(DECISION_STATE_REPORTED);
  });

  it('as unlawful owes nothing, and may be published again', async () => {
    const decision = await closedDecision();
    const { ofDecision, ofOutcome } = told(decision);
    const first = await publish(ofDecision);
    const outcome = await publish(ofOutcome);
    for (const one of [first, outcome]) await withdraw(one, PUBLICATION_WITHDRAW_REASON_UNLAWFUL);
    expect([await waitsFor(decision), await openClocks(decision), (await seen(decision))?.version]).toEqual([undefined, [], decision.version + 2]);
    await publish(ofDecision);
    expect((await sentEvents(office, decision.id)).at(-1)?.payload).not.toHaveProperty('late');
  });

  it('while it is published again waits for that, or that for it', async () => {
    for (let round = 0; round < 3; round += 1) {
      const decision = await closedDecision();
      const { ofDecision } = told(decision);
      const first = await publish(ofDecision);
      const [taken, again] = await Promise.allSettled([withdraw(first), publish(ofDecision)]);
      expect(taken.status).toBe('fulfilled');
      expect(await openClocks(decision)).toEqual(again.status === 'fulfilled' ? [] : ['organization.decision_republication']);
      if (again.status === 'rejected') expect(again.reason).toMatchObject({ reason: 'DECISION_STATE_FORBIDS' });
      office.clock.set('2026-11-24T09:00:00+08:00');
    }
  });
});

describe('an objection', () => {
  it('is raised while it is published, counted and answered by a limit', async () => {
    const publication = await publish();
    const objection = await object(publication.id);
    expect(objection).toMatchObject({ raisedBy: one.subject, state: 'OBJECTION_STATE_RAISED', dueAt: new Date('2026-12-08T10:00:00Z') });
    const waiting = (await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.find(({ subjectId }) => subjectId === objection.id);
    expect(waiting).toMatchObject({ action: 'answer', dueAt: objection.dueAt });
    const answered = await office.publications.answerObjection({ objectionId: objection.id, version: 1, answerZh: '已更正' }, { caller });
    expect(answered.objection).toMatchObject({ state: 'OBJECTION_STATE_ANSWERED', version: 2 });
    await expect(office.publications.answerObjection({ objectionId: objection.id, version: 2, answerZh: '再答' }, { caller })).rejects.toMatchObject({ reason: 'OBJECTION_ANSWERED' });
    expect((await office.publications.getPublication({ publicationId: publication.id }, { caller })).publication).toMatchObject({ objections: 1, answered: 1 });
    // Nor of which publication it is: whoever counts them would know a figure that is not told.
    expect(JSON.stringify(await sentEvents(office, objection.id))).not.toMatch(new RegExp(`[一-鿿]|0000000000b1|${publication.id}`));
    office.clock.set('2026-12-31T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await history(office, objection.id)).toEqual(['ObjectionRaised 1', 'ObjectionAnswered 2']);
  });

  it('is counted in public once there are five, without telling of fewer', async () => {
    const { id: publicationId } = await publish();
    const counts = async () => {
      const { publication } = await office.publications.getPublicPublication({ publicationId }, { caller: gateway });
      return [publication?.objections, publication?.answered];
    };
    const answer = (objection: organization.Objection) => office.publications.answerObjection({ objectionId: objection.id, version: 1, answerZh: '已更正' }, { caller });
    const raised = [];
    for (let count = 0; count < 4; count += 1) raised.push(await object(publicationId));
    expect(await counts()).toEqual([undefined, undefined]);
    for (let count = 0; count < 2; count += 1) raised.push(await object(publicationId));
    expect(await counts()).toEqual([6, undefined]);
    for (const objection of raised.slice(1)) await answer(objection);
    expect(await counts()).toEqual([6, undefined]);
    for (const objection of raised.slice(0, 1)) await answer(objection);
    expect(await counts()).toEqual([6, 6]);
  });

  it('does not say in its thread who raised it, as it says who answered', async () => {
    const objection = await object((await publish()).id);
    await office.publications.answerObjection({ objectionId: objection.id, version: 1, answerZh: '已更正' }, { caller });
    const { entries } = await office.threads.listEntries({ threadId: objection.id }, { caller });
    expect(entries.map(({ actorKind, actorId }) => [actorKind, actorId])).toEqual([['resident', ''], ['staff', caller.subject]]);
  });

  it('comes neither before nor after', async () => {
    const soon = await publish({ fromDay: '2026-11-26', toDay: '2026-12-03' });
    await expect(object(soon.id)).rejects.toMatchObject({ reason: 'OBJECTION_OUT_OF_TIME', details: { from: '2026-11-26', to: '2026-12-03' } });
    office.clock.set('2026-12-02T23:59:59+08:00');
    await object(soon.id);
    office.clock.set('2026-12-03T00:00:00+08:00');
    await expect(object(soon.id)).rejects.toMatchObject({ reason: 'OBJECTION_OUT_OF_TIME' });
    await expect(object('01900000-0000-7000-8000-00000000abcd')).rejects.toMatchObject({ reason: 'PUBLICATION_NOT_FOUND' });
  });

  it('that is not answered is told of once', async () => {
    const objection = await object((await publish()).id);
    office.clock.set('2026-12-08T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    expect(await history(office, objection.id)).toEqual(['ObjectionRaised 1', 'ObjectionOverdue 2']);
    const results = await Promise.allSettled([1, 2].map(() => office.publications.answerObjection({ objectionId: objection.id, version: 2, answerZh: '已更正' }, { caller })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
  });

  it('is kept once for a repeated request, and its words in no stored answer', async () => {
    const { id: publicationId } = await publish();
    const requestId = fresh('r');
    const [first, again] = await Promise.all([1, 2].map(() => office.publications.raiseObjection({ requestId, publicationId, textZh: '金额不对' }, { caller: one })));
    expect(first).toEqual(again);
    expect(await office.knex('answered_requests').where({ request_id: requestId }).select('answer')).toEqual([{ answer: { id: first?.objection?.id } }]);
  });

  it('is seen by who raised it and by staff of the unit', async () => {
    const { id: publicationId } = await publish();
    const objection = await object(publicationId);
    const read = async (by: typeof caller) => (await office.publications.getObjection({ objectionId: objection.id }, { caller: by })).objection?.id;
    expect([await read(one), await read(at(community.path))]).toEqual([objection.id, objection.id]);
    for (const by of [other, at(elsewhere.path)]) {
      await expect(read(by)).rejects.toMatchObject({ kind: 'not_found', reason: 'OBJECTION_NOT_FOUND' });
      expect((await office.publications.listObjections({ publicationId }, { caller: by })).objections).toEqual([]);
    }
    await expect(office.publications.answerObjection({ objectionId: objection.id, version: 1, answerZh: '答' }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'OBJECTION_NOT_FOUND' });
    await object(publicationId);
    const page = await office.publications.listObjections({ publicationId, pageSize: 1 }, { caller: one });
    const rest = await office.publications.listObjections({ publicationId, pageSize: 1, pageToken: page.nextPageToken }, { caller: one });
    expect([...page.objections, ...rest.objections].map(({ id }) => id).sort()).toContain(objection.id);
    expect(rest.nextPageToken).toBe('');
  });
});
