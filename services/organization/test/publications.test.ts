import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { fresh, history, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY } = organization.UnitKind;
const { PUBLICATION_KIND_DECISION, PUBLICATION_KIND_OUTCOME, PUBLICATION_KIND_ACCOUNTS, PUBLICATION_KIND_RELIEF, PUBLICATION_KIND_UNSPECIFIED } = organization.PublicationKind;
const { DECISION_STATE_PUBLISHED, DECISION_STATE_REPORTED } = organization.DecisionState;
const steps = Object.values(organization.DecisionStep).filter((step) => /BRANCH|COMMITTEES|MEMBERS/.test(step));

const all = ['publication.publish', 'publication.object', 'publication.answer', 'publication.read', 'publication.objections', 'decision.prepare', 'decision.call', 'decision.read'].map((word) => `organization.${word}`);
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
    expect(decision.count).toEqual({ present: 4, inFavour: 3, against: 1, abstained: 0 });
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
    expect(JSON.stringify(await sentEvents(office, objection.id))).not.toMatch(/[一-鿿]|0000000000b1/);
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
