import { requests } from '@linli/contracts';
import { newId } from '@linli/db';
import { errandIn, eventsOf, lastEventOf, refused, steps } from './errand';
import { callers, present, signMandate, staffId, startOffice, type Office } from './support';

const { CaseState, DeliveryMethod } = requests;
const day = 86_400_000;

describe('delivery and what follows', () => {
  let office: Office;
  beforeAll(async () => {
    office = await startOffice();
  });
  afterAll(() => office.stop());
  beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));

  describe('papers', () => {
    it('pass from hand to hand on record, and all are back with the delivery', async () => {
      const errand = await errandIn(office, 'accepted', { entrustedMaterialCodes: ['id-card'] });
      const receive = (materialCode: string, caller = callers.agent) => office.cases.receivePaper({ ...errand.ref(), materialCode }, { caller });
      await refused(receive('id-card'), 'PAPER_HELD_ALREADY');
      await refused(receive('passport'), 'MATERIAL_UNKNOWN');
      await refused(receive('photo', callers.otherAgent), 'UNIT_OUT_OF_SCOPE');
      const received = await errand.take(receive('photo'));
      const photo = present(received.heldPapers.find(({ materialCode }) => materialCode === 'photo'));
      expect(await lastEventOf(office, received.id)).toMatchObject({ type: 'CasePaperReceived', payload: { materialCode: 'photo', paperId: photo.id } });
      const giveBack = (paperId: string) => office.cases.returnPaper({ ...errand.ref(), paperId }, { caller: callers.agent });
      await refused(giveBack(newId()), 'PAPER_NOT_FOUND');
      await errand.take(giveBack(photo.id));
      await refused(giveBack(photo.id), 'PAPER_RETURNED_ALREADY');
      for (const step of ['start', 'requestDecision', 'decide'] as const) await errand.take(steps[step](office, errand.ref()));
      const delivered = await errand.take(steps.deliver(office, errand.ref(), callers.partner));
      expect(delivered.heldPapers.every(({ returnedAt }) => returnedAt !== undefined)).toBe(true);
    });

    it('need a mandate', async () => {
      const errand = await errandIn(office, 'accepted', { proxied: false });
      const agentOfIt = { ...callers.agent, subject: staffId.clerk };
      await refused(office.cases.receivePaper({ ...errand.ref(), materialCode: 'photo' }, { caller: agentOfIt }), 'PAPERS_NEED_MANDATE');
    });

    it('in the hands of a former agent block the delivery until they are back', async () => {
      const errand = await errandIn(office, 'accepted', { entrustedMaterialCodes: ['id-card'] });
      await signMandate(office, { agentId: staffId.otherAgent });
      await errand.take(office.cases.reassignCase({ ...errand.ref(), agentId: staffId.otherAgent, reasonCode: 'workload' }, { caller: callers.coordinator }));
      for (const step of ['start', 'requestDecision', 'decide'] as const) await errand.take(steps[step](office, errand.ref()));
      await refused(steps.deliver(office, errand.ref(), callers.otherAgent), 'PAPERS_NOT_RETURNED', { papers: '1' });
      await errand.take(office.cases.returnPaper({ ...errand.ref(), paperId: present(errand.current.heldPapers[0]).id }, { caller: callers.agent }));
      expect((await errand.take(steps.deliver(office, errand.ref(), callers.otherAgent))).state).toBe(CaseState.CASE_STATE_DELIVERED);
    });

    it('come back after a withdrawal too', async () => {
      const errand = await errandIn(office, 'withdrawn', { entrustedMaterialCodes: ['id-card'] });
      const paperId = present(errand.current.heldPapers[0]).id;
      const back = await errand.take(office.cases.returnPaper({ ...errand.ref(), paperId }, { caller: callers.agent }));
      expect(back.state).toBe(CaseState.CASE_STATE_WITHDRAWN);
      await refused(office.cases.returnPaper({ ...errand.ref(), paperId }, { caller: callers.agent }), 'NO_PAPERS_HELD');
    });
  });

  it('needs a decision before it, a method and a signed receipt', async () => {
    const early = await errandIn(office, 'awaiting_decision');
    await refused(steps.deliver(office, early.ref()), 'CASE_STATE_FORBIDS', { state: 'awaiting_decision', action: 'deliver' });
    const errand = await errandIn(office, 'decided');
    const deliver = (method: requests.DeliveryMethod, signedReceipt: boolean) => office.cases.deliverCase({ ...errand.ref(), method, signedReceipt }, { caller: callers.agent });
    await refused(deliver(DeliveryMethod.DELIVERY_METHOD_HOME, false), 'RECEIPT_NOT_SIGNED');
    await expect(deliver(DeliveryMethod.DELIVERY_METHOD_UNSPECIFIED, true)).rejects.toMatchObject({ violations: [{ field: 'method' }] });
  });

  describe('the callback', () => {
    const call = (errand: { ref(): { caseId: string; version: number } }, facts: Partial<requests.RecordCallbackRequest>, caller = callers.coordinator) =>
      office.cases.recordCallback({ ...errand.ref(), reached: true, rating: 5, solved: true, comment: '', ...facts }, { caller });

    it('is not for the agent nor the partner', async () => {
      const errand = await errandIn(office, 'delivered');
      for (const subject of [staffId.agent, staffId.partner]) await refused(call(errand, {}, { ...callers.all, subject }), 'CALLBACK_BY_AGENT');
    });

    it('that reached nobody leaves the case open and rates nothing', async () => {
      const errand = await errandIn(office, 'delivered');
      await expect(call(errand, { reached: false, rating: 5, solved: false })).rejects.toMatchObject({ violations: [{ field: 'rating', code: 'not_reached' }] });
      await expect(call(errand, { reached: false, rating: 0, solved: true })).rejects.toMatchObject({ violations: [{ field: 'solved', code: 'not_reached' }] });
      const tried = await errand.take(call(errand, { reached: false, rating: 0, solved: false }));
      expect(tried).toMatchObject({ state: CaseState.CASE_STATE_DELIVERED, callbacks: [{ reached: false, by: staffId.coordinator }] });
      expect((await errand.take(call(errand, {}))).state).toBe(CaseState.CASE_STATE_CLOSED);
    });

    it.each([-1, 6])('refuses the rating %s', async (rating) => {
      const errand = await errandIn(office, 'delivered');
      await expect(call(errand, { rating })).rejects.toMatchObject({ kind: 'invalid_argument' });
    });

    it('closes with the resident’s answer; two events, two versions', async () => {
      const errand = await errandIn(office, 'closed');
      expect(errand.current).toMatchObject({ state: CaseState.CASE_STATE_CLOSED, closedAt: office.clock.now(), reopenUntil: new Date('2026-12-24T23:59:59.999+08:00') });
      expect((await eventsOf(office, errand.current.id)).slice(-2)).toMatchObject([
        { type: 'CaseCalledBack', version: 7, payload: { reached: true, rating: 5, solved: true } },
        { type: 'CaseClosed', version: 8, payload: { cause: 'called_back' } },
      ]);
    });
  });

  describe('the resident’s own rating', () => {
    it('closes a delivered case', async () => {
      const errand = await errandIn(office, 'delivered');
      const rate = (rating: number, caller = callers.wang) => office.cases.rateCase({ ...errand.ref(), rating, solved: true, comment: '' }, { caller });
      await refused(rate(5, callers.all), 'RATING_RESIDENT_ONLY');
      await expect(rate(0)).rejects.toMatchObject({ violations: [{ field: 'rating' }] });
      expect(await errand.take(rate(4))).toMatchObject({ state: CaseState.CASE_STATE_CLOSED, callbacks: [{ rating: 4, by: callers.wang.subject }] });
      expect(await lastEventOf(office, errand.current.id)).toMatchObject({ type: 'CaseClosed', payload: { cause: 'rated' } });
    });

    it('may be changed while the case may be reopened', async () => {
      const errand = await errandIn(office, 'closed');
      const rate = () => office.cases.rateCase({ ...errand.ref(), rating: 1, solved: false, comment: '没有收到' }, { caller: callers.wang });
      expect(await errand.take(rate())).toMatchObject({ state: CaseState.CASE_STATE_CLOSED, version: 9 });
      office.clock.advance(31 * day);
      await refused(rate(), 'RATING_TOO_LATE');
    });
  });

  describe('reopening', () => {
    const reopen = (errand: { ref(): { caseId: string; version: number } }, caller = callers.wang) => office.cases.reopenCase({ ...errand.ref(), reason: '津贴没有到账' }, { caller });

    it('is the resident’s, within thirty days, when it was not solved', async () => {
      const errand = await errandIn(office, 'closed');
      await refused(reopen(errand, callers.all), 'REOPEN_RESIDENT_ONLY');
      await refused(reopen(errand), 'REOPEN_NOT_ALLOWED');
      await errand.take(office.cases.rateCase({ ...errand.ref(), rating: 2, solved: true, comment: '' }, { caller: callers.wang }));
      office.clock.set('2026-12-24T23:59:59.999+08:00');
      const reopened = await errand.take(reopen(errand));
      expect(reopened).toMatchObject({ state: CaseState.CASE_STATE_REOPENED, reopenedCount: 1, ownerId: staffId.agent, closedAt: undefined, reopenUntil: undefined });
      expect(reopened.dueAt && reopened.dueAt > office.clock.now()).toBe(true);
      expect((await errand.take(steps.start(office, errand.ref()))).state).toBe(CaseState.CASE_STATE_PROCESSING);
    });

    it('comes too late after that', async () => {
      const errand = await errandIn(office, 'closed');
      const unsolved = await errand.take(office.cases.rateCase({ ...errand.ref(), rating: 1, solved: false, comment: '' }, { caller: callers.wang }));
      office.clock.set('2026-12-25T00:00:00+08:00');
      await refused(reopen(errand), 'REOPEN_TOO_LATE', { until: present(unsolved.reopenUntil).toISOString() });
    });

    it('finds another owner when the mandate has ended meanwhile', async () => {
      const errand = await errandIn(office, 'closed');
      await errand.take(office.cases.rateCase({ ...errand.ref(), rating: 1, solved: false, comment: '' }, { caller: callers.wang }));
      await office.mandates.revokeMandate({ mandateId: errand.current.mandateId, version: 1 }, { caller: callers.wang });
      const reopened = await errand.take(reopen(errand));
      expect(reopened).toMatchObject({ proxied: false, mandateId: '' });
      expect(reopened.ownerId).not.toBe('');
      expect(reopened.agentId).not.toBe(staffId.agent);
    });
  });

  describe('withdrawing', () => {
    it.each(['submitted', 'needs_material', 'accepted', 'processing', 'paused', 'awaiting_decision', 'decided', 'delivered'] as const)(
      'from %s: by the resident only, and every clock ends',
      async (state) => {
        const errand = await errandIn(office, state);
        await refused(steps.withdraw(office, errand.ref(), callers.all), 'WITHDRAW_RESIDENT_ONLY');
        expect((await errand.take(steps.withdraw(office, errand.ref()))).state).toBe(CaseState.CASE_STATE_WITHDRAWN);
        expect(await office.knex('clocks').where({ subject_id: errand.current.id }).whereNull('ended_at')).toEqual([]);
      },
    );

    it.each(['declined', 'closed'] as const)('not from %s', async (state) => {
      const errand = await errandIn(office, state);
      await refused(steps.withdraw(office, errand.ref()), 'CASE_STATE_FORBIDS', { state, action: 'withdraw' });
    });
  });

  describe('reassigning', () => {
    it('a proxied case goes only to an agent whom the resident mandated', async () => {
      const errand = await errandIn(office, 'accepted');
      const reassign = (agentId: string) => office.cases.reassignCase({ ...errand.ref(), agentId, reasonCode: 'workload' }, { caller: callers.coordinator });
      await refused(reassign(staffId.farClerk), 'AGENT_NOT_MANDATED');
      await refused(reassign(newId()), 'AGENT_UNKNOWN');
      await signMandate(office, { agentId: staffId.otherAgent });
      const reassigned = await errand.take(reassign(staffId.otherAgent));
      expect(reassigned).toMatchObject({ agentId: staffId.otherAgent, ownerId: staffId.otherAgent, backupId: '', proxied: true });
      expect(await lastEventOf(office, reassigned.id)).toMatchObject({ type: 'CaseReassigned', payload: { cause: 'reassigned' } });
    });

    it('an unproxied one to anybody of the office', async () => {
      const errand = await errandIn(office, 'accepted', { proxied: false });
      const request = { ...errand.ref(), agentId: staffId.agent, reasonCode: 'workload' };
      expect(await errand.take(office.cases.reassignCase(request, { caller: callers.coordinator }))).toMatchObject({ agentId: staffId.agent, ownerId: staffId.agent });
    });
  });

  it('a revoked mandate takes the agent off its open cases at once', async () => {
    const errand = await errandIn(office, 'processing', { entrustedMaterialCodes: ['photo'] });
    await office.mandates.revokeMandate({ mandateId: errand.current.mandateId, version: 1 }, { caller: callers.wang });
    const { case: found } = await office.cases.getCase({ caseId: errand.current.id }, { caller: callers.coordinator });
    expect(found).toMatchObject({ proxied: false, ownerId: staffId.coordinator, version: errand.current.version + 1 });
    expect(await lastEventOf(office, errand.current.id)).toMatchObject({ type: 'CaseReassigned', payload: { cause: 'mandate_revoked', case: { ownerId: staffId.coordinator } } });
    // The papers are still in the former agent's hands, who can give them back and nothing more.
    const { case: seen } = await office.cases.getCase({ caseId: errand.current.id }, { caller: { ...callers.agent, grants: callers.agent.grants.map((grant) => ({ ...grant, unitPath: '/x/' })) } });
    expect(seen?.nextActions).toEqual(['return_paper']);
  });
});
