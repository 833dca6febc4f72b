import { requests } from '@linli/contracts';
import { callers, filing, path, present, signMandate, staffId, startOffice, unit, type Office } from './support';

const { CaseState, CaseResult, Channel, DeliveryMethod } = requests;

describe('a proxied case from the door to the archive', () => {
  let office: Office;
  beforeAll(async () => {
    office = await startOffice();
  });
  afterAll(() => office.stop());

  it('goes through every step, one version and one event each', async () => {
    const { cases } = office;
    const mandateId = await signMandate(office);
    const created = await cases.createCase(
      filing({ mandateId, channel: Channel.CHANNEL_HOME_VISIT, entrustedMaterialCodes: ['id-card'] }),
      { caller: callers.agent },
    );
    let current = present(created.case);
    expect(current).toMatchObject({
      number: 'XS-20261124-00001',
      state: CaseState.CASE_STATE_SUBMITTED,
      proxied: true,
      agentId: staffId.agent,
      backupId: staffId.partner,
      ownerId: staffId.agent,
      unitPath: path.grid,
      version: 1,
    });
    const ref = () => ({ caseId: current.id, version: current.version });
    const step = async (answer: Promise<{ case: requests.Case | undefined }>) => {
      current = present((await answer).case);
      return current.state;
    };
    const { clerk, agent, handler, coordinator } = callers;
    expect(await step(cases.acceptCase({ ...ref(), agentId: '', handlerUnitId: '' }, { caller: clerk }))).toBe(CaseState.CASE_STATE_ACCEPTED);
    expect(current).toMatchObject({ handlerUnitId: unit.civilAffairs, acceptedAutomatically: false });
    expect(current.dueAt?.toISOString()).toBe('2026-12-08T10:00:00.000Z');
    expect(await step(cases.startProcessing(ref(), { caller: agent }))).toBe(CaseState.CASE_STATE_PROCESSING);
    expect(await step(cases.requestDecision(ref(), { caller: agent }))).toBe(CaseState.CASE_STATE_AWAITING_DECISION);
    expect(await step(cases.decideCase({ ...ref(), result: CaseResult.CASE_RESULT_GRANTED, explanation: '' }, { caller: handler }))).toBe(CaseState.CASE_STATE_DECIDED);
    expect(await step(cases.deliverCase({ ...ref(), method: DeliveryMethod.DELIVERY_METHOD_HOME, signedReceipt: true }, { caller: agent }))).toBe(
      CaseState.CASE_STATE_DELIVERED,
    );
    expect(current.heldPapers[0]?.returnedAt).toEqual(office.clock.now());
    expect(
      await step(cases.recordCallback({ ...ref(), reached: true, rating: 5, solved: true, comment: '谢谢' }, { caller: coordinator })),
    ).toBe(CaseState.CASE_STATE_CLOSED);
    expect(current.version).toBe(8);

    const events = await office.knex('outbox').where({ aggregate_id: current.id }).orderBy('id').select('event_type', 'aggregate_version');
    expect(events.map((event: { event_type: string }) => event.event_type.split('.').at(-1))).toEqual([
      'CaseSubmitted',
      'CaseAccepted',
      'CaseProcessingStarted',
      'CaseDecisionRequested',
      'CaseDecided',
      'CaseDelivered',
      'CaseCalledBack',
      'CaseClosed',
    ]);
    expect(events.map((event: { aggregate_version: string }) => Number(event.aggregate_version))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
