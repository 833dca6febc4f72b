import { requests } from '@linli/contracts';
import { newId } from '@linli/db';
import { errandIn, lastEventOf, refused, steps } from './errand';
import { callers, staffId, startOffice, unit, type Office } from './support';

const { CaseState } = requests;

describe('the intake', () => {
  let office: Office;
  beforeAll(async () => {
    office = await startOffice();
  });
  afterAll(() => office.stop());

  describe('the one notice', () => {
    it('names everything missing, stops the notice’s clock and waits for the resident', async () => {
      const errand = await errandIn(office, 'submitted', { proxied: false });
      const noticed = await errand.take(
        office.cases.requestMaterial({ ...errand.ref(), materialCodes: ['photo', 'bank-card'], explanation: '请补齐', supervisorReason: '忽略' }, { caller: callers.clerk }),
      );
      expect(noticed).toMatchObject({ state: CaseState.CASE_STATE_NEEDS_MATERIAL, notices: [{ materialCodes: ['photo', 'bank-card'], isOnce: true, supervisorReason: '' }] });
      expect(await lastEventOf(office, noticed.id)).toMatchObject({ type: 'CaseMaterialRequested', payload: { materialCodes: ['photo', 'bank-card'], isOnce: true } });
      const open = await office.knex('clocks').where({ subject_id: noticed.id }).whereNull('ended_at');
      expect(open).toEqual([]);
    });

    it('is given once; a later demand needs a supervisor and their reason, which the resident does not read', async () => {
      const errand = await errandIn(office, 'needs_material', { proxied: false });
      const demand = { ...errand.ref(), materialCodes: ['bank-card'], explanation: '', supervisorReason: '' };
      await refused(office.cases.requestMaterial({ ...demand, supervisorReason: '漏了' }, { caller: callers.clerk }), 'NOTICE_ALREADY_GIVEN');
      await expect(office.cases.requestMaterial(demand, { caller: callers.coordinator })).rejects.toMatchObject({ violations: [{ field: 'supervisor_reason' }] });
      const again = await errand.take(office.cases.requestMaterial({ ...demand, supervisorReason: '卡号变更' }, { caller: callers.coordinator }));
      expect(again.notices.map(({ isOnce, supervisorReason }) => [isOnce, supervisorReason])).toEqual([
        [true, ''],
        [false, '卡号变更'],
      ]);
      const { case: own } = await office.cases.getCase({ caseId: again.id }, { caller: callers.wang });
      expect(own?.notices.map(({ supervisorReason }) => supervisorReason)).toEqual(['', '']);
    });

    it('asks only for what the item asks and no sharing provides', async () => {
      const errand = await errandIn(office, 'submitted');
      const ask = (materialCodes: string[]) => office.cases.requestMaterial({ ...errand.ref(), materialCodes, explanation: '', supervisorReason: '' }, { caller: callers.clerk });
      await expect(ask([])).rejects.toMatchObject({ violations: [{ field: 'material_codes', code: 'required' }] });
      await refused(ask(['passport']), 'MATERIAL_UNKNOWN');
      await refused(ask(['photo', 'register']), 'MATERIAL_SHARED', { material: 'register' });
    });

    it('lets a concurrent pair give it once', async () => {
      const errand = await errandIn(office, 'submitted');
      const results = await Promise.allSettled([1, 2].map(() => steps.requestMaterial(office, errand.ref())));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { kind: 'aborted', reason: 'VERSION_STALE', details: { current: '2' } } });
    });
  });

  describe('papers brought', () => {
    it('one by one; with the last the office has the notice’s time again', async () => {
      const errand = await errandIn(office, 'submitted');
      await errand.take(office.cases.requestMaterial({ ...errand.ref(), materialCodes: ['photo', 'id-card'], explanation: '', supervisorReason: '' }, { caller: callers.clerk }));
      const bring = (materialCodes: string[], caller = callers.agent) => office.cases.supplyMaterial({ ...errand.ref(), materialCodes }, { caller });
      await refused(bring(['bank-card']), 'MATERIAL_NOT_ASKED', { material: 'bank-card' });
      expect((await errand.take(bring(['photo']))).notices[0]?.suppliedAt).toBeUndefined();
      await refused(steps.accept(office, errand.ref()), 'MATERIAL_OUTSTANDING');
      await refused(bring(['photo']), 'MATERIAL_NOT_ASKED');
      const complete = await errand.take(bring(['id-card'], callers.wang));
      expect(complete).toMatchObject({ state: CaseState.CASE_STATE_NEEDS_MATERIAL, noticeDueAt: new Date('2026-12-01T18:00:00+08:00') });
      expect(complete.notices[0]?.suppliedAt).toEqual(office.clock.now());
      await refused(bring(['photo']), 'MATERIAL_SUPPLIED');
      expect((await errand.take(steps.accept(office, errand.ref()))).state).toBe(CaseState.CASE_STATE_ACCEPTED);
    });
  });

  describe('accepting', () => {
    it('gives the due dates, the department and an owner on duty', async () => {
      const errand = await errandIn(office, 'accepted');
      expect(errand.current).toMatchObject({
        agentId: staffId.agent,
        backupId: staffId.partner,
        ownerId: staffId.agent,
        handlerUnitId: unit.civilAffairs,
        // 10 and 20 working days after 2026-11-24.
        dueAt: new Date('2026-12-08T18:00:00+08:00'),
        statutoryDueAt: new Date('2026-12-22T18:00:00+08:00'),
        dueProvisional: false,
        dueLight: requests.DueLight.DUE_LIGHT_GREEN,
      });
      expect(await lastEventOf(office, errand.current.id)).toMatchObject({ type: 'CaseAccepted', payload: { dueAt: '2026-12-08T10:00:00.000Z' } });
    });

    it('makes whoever accepts an unproxied case answer for it, or whom they name', async () => {
      const own = await errandIn(office, 'accepted', { proxied: false });
      expect(own.current).toMatchObject({ agentId: staffId.clerk, ownerId: staffId.clerk, proxied: false });
      const named = await errandIn(office, 'submitted', { proxied: false });
      const accepted = await named.take(
        office.cases.acceptCase({ ...named.ref(), agentId: staffId.otherAgent, handlerUnitId: unit.housing }, { caller: callers.clerk }),
      );
      expect(accepted).toMatchObject({ agentId: staffId.otherAgent, handlerUnitId: unit.housing });
    });

    it('refuses another agent than the mandate’s, unknown people and units', async () => {
      const errand = await errandIn(office, 'submitted');
      const accept = (facts: { agentId?: string; handlerUnitId?: string }) =>
        office.cases.acceptCase({ ...errand.ref(), agentId: '', handlerUnitId: '', ...facts }, { caller: callers.clerk });
      await refused(accept({ agentId: staffId.otherAgent }), 'AGENT_NOT_MANDATED');
      await refused(accept({ handlerUnitId: newId() }), 'UNIT_UNKNOWN');
      const window = await errandIn(office, 'submitted', { proxied: false });
      await refused(office.cases.acceptCase({ ...window.ref(), agentId: newId(), handlerUnitId: '' }, { caller: callers.clerk }), 'AGENT_UNKNOWN');
    });

    it('asks for the deciding unit where the item’s department is not in the directory', async () => {
      const [item] = (await office.items.listItems({ onDay: '', proxyAllowedOnly: false, pageSize: 1, pageToken: '' }, { caller: callers.admin })).items;
      await office.items.importItems({ items: [{ ...item, code: 'odd-errand', ownerDepartmentCode: 'weather' }] }, { caller: callers.admin });
      const errand = await errandIn(office, 'submitted', { itemCode: 'odd-errand', proxied: false });
      await refused(steps.accept(office, errand.ref()), 'HANDLER_UNIT_REQUIRED', { department: 'weather' });
    });
  });

  describe('declining', () => {
    it('says why by a listed code, and where to go', async () => {
      const errand = await errandIn(office, 'declined', { proxied: false });
      expect(errand.current).toMatchObject({
        state: CaseState.CASE_STATE_DECLINED,
        declineReasonCode: 'out_of_scope',
        declineRedirect: '区民政局办事大厅',
        nextActions: [],
      });
      expect(await lastEventOf(office, errand.current.id)).toMatchObject({ type: 'CaseDeclined', payload: { reasonCode: 'out_of_scope' } });
      expect(JSON.stringify(await lastEventOf(office, errand.current.id))).not.toContain('职权');
    });

    it('refuses an unlisted reason and a missing way out', async () => {
      const errand = await errandIn(office, 'submitted');
      const decline = (facts: Partial<requests.DeclineCaseRequest>) =>
        office.cases.declineCase({ ...errand.ref(), reasonCode: 'out_of_scope', explanation: '不属于职权', redirect: '区政务大厅', ...facts }, { caller: callers.clerk });
      await refused(decline({ reasonCode: 'too_busy' }), 'DECLINE_REASON_UNLISTED');
      await expect(decline({ redirect: '' })).rejects.toMatchObject({ violations: [{ field: 'redirect' }] });
      await expect(decline({ explanation: ' ' })).rejects.toMatchObject({ violations: [{ field: 'explanation' }] });
    });
  });
});
