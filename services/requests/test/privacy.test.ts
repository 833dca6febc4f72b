import { requests } from '@linli/contracts';
import { captureLogger } from '@linli/testing';
import { errandIn, steps } from './errand';
import { callers, filing, present, startOffice, unit, type Office } from './support';

const { CaseResult, Channel, LimitUnit } = requests;

/** One text for each field in which people write. */
const written = {
  subject: '母亲瘫痪在床无法前来',
  notice: '照片里的老人戴着氧气面罩',
  supervisor: '窗口小刘上次忘了说',
  extension: '老人住院手术中',
  refusal: '其子名下有两套房产',
  comment: '邻居都说服务态度不好',
  reopen: '医保卡里的钱没有到账',
  decline: '此人户口在外旗县',
  redirect: '请到伊旗阿镇办理',
  task: '核实张家院内违建',
};

/** What people wrote is in the case and its timeline, and nowhere else. */
describe('free text', () => {
  const logs = captureLogger();
  let office: Office;
  let errors = '';
  beforeAll(async () => {
    office = await startOffice({ overrides: { log: logs.log } });
    errors = await journey();
  });
  afterAll(() => office.stop());

  async function journey(): Promise<string> {
    const { cases } = office;
    const errand = await errandIn(office, 'submitted', { subject: written.subject });
    await errand.take(cases.requestMaterial({ ...errand.ref(), materialCodes: ['photo'], explanation: written.notice, supervisorReason: '' }, { caller: callers.clerk }));
    await errand.take(
      cases.requestMaterial({ ...errand.ref(), materialCodes: ['bank-card'], explanation: '', supervisorReason: written.supervisor }, { caller: callers.coordinator }),
    );
    await errand.take(cases.supplyMaterial({ ...errand.ref(), materialCodes: ['photo', 'bank-card'] }, { caller: callers.wang }));
    await errand.take(steps.accept(office, errand.ref()));
    const by = { amount: 2, unit: LimitUnit.LIMIT_UNIT_WORKING_DAYS };
    await errand.take(cases.extendCase({ ...errand.ref(), by, reason: written.extension }, { caller: callers.coordinator }));
    await errand.take(steps.start(office, errand.ref()));
    await errand.take(steps.requestDecision(office, errand.ref()));
    await errand.take(cases.decideCase({ ...errand.ref(), result: CaseResult.CASE_RESULT_REFUSED, explanation: written.refusal }, { caller: callers.handler }));
    await errand.take(steps.deliver(office, errand.ref()));
    await errand.take(cases.recordCallback({ ...errand.ref(), reached: true, rating: 1, solved: false, comment: written.comment }, { caller: callers.coordinator }));
    await errand.take(cases.reopenCase({ ...errand.ref(), reason: written.reopen }, { caller: callers.wang }));
    const declined = await errandIn(office, 'submitted');
    const refusal = { ...declined.ref(), reasonCode: 'other_authority', explanation: written.decline, redirect: written.redirect };
    await declined.take(cases.declineCase(refusal, { caller: callers.clerk }));
    const joint = await errandIn(office, 'processing', { itemCode: 'shop-licence' });
    await joint.take(cases.addTask({ ...joint.ref(), unitId: unit.housing, lead: true, titleZh: written.task }, { caller: callers.handler }));

    const failures = await Promise.allSettled([
      cases.createCase(filing({ subject: `${written.subject} 11010519491231002X` }), { caller: callers.clerk }),
      cases.createCase(filing({ subject: written.subject.repeat(300) }), { caller: callers.clerk }),
      cases.createCase(filing({ subject: written.subject, channel: Channel.CHANNEL_ONLINE }), { caller: callers.clerk }),
      cases.createCase(filing({ itemCode: written.subject }), { caller: callers.clerk }),
      cases.reopenCase({ ...errand.ref(), reason: written.reopen }, { caller: callers.wang }),
      cases.declineCase(refusal, { caller: callers.clerk }),
      cases.reassignCase({ ...errand.ref(), agentId: callers.agent.subject, reasonCode: written.comment }, { caller: callers.coordinator }),
      cases.requestMaterial({ ...joint.ref(), materialCodes: [written.notice], explanation: written.notice, supervisorReason: '' }, { caller: callers.clerk }),
    ]);
    expect(failures.map(({ status }) => status)).toEqual(failures.map(() => 'rejected'));
    return failures.map((failure) => (failure.status === 'rejected' ? describeFailure(failure.reason) : '')).join('\n');
  }

  function describeFailure(error: unknown): string {
    return error instanceof Error ? `${String(error.stack)} ${JSON.stringify(error)} ${String(error.cause)}` : String(error);
  }

  function expectNothingWritten(text: string): void {
    for (const [field, secret] of Object.entries(written)) expect([field, text.includes(secret)]).toEqual([field, false]);
    expect(text).not.toContain('11010519491231002X');
  }

  it('is not in events', async () => {
    const rows = await office.knex('outbox').select<{ payload: Buffer }[]>('payload');
    expect(rows.length).toBeGreaterThan(15);
    expectNothingWritten(rows.map(({ payload }) => payload.toString()).join('\n'));
  });

  it('is not in logs or errors', () => {
    expect(logs.text().length).toBeGreaterThan(100);
    expectNothingWritten(logs.text());
    expectNothingWritten(errors);
  });

  it('is not in the audit trail, the stored answers or the clocks', async () => {
    for (const table of ['audit_entries', 'answered_requests', 'clocks']) {
      const rows = await office.knex(table).select<object[]>();
      expect(rows.length).toBeGreaterThan(0);
      expectNothingWritten(JSON.stringify(rows));
    }
  });

  it('is not shown to machines, nor in lists', async () => {
    const all = { number: '', state: requests.CaseState.CASE_STATE_UNSPECIFIED, unitId: '', agentId: '', residentId: '', dueBefore: undefined, order: requests.CaseOrder.CASE_ORDER_NEWEST, pageSize: 0, pageToken: '' };
    const { cases } = await office.cases.listCases(all, { caller: callers.director });
    expectNothingWritten(JSON.stringify(cases));
    for (const { id } of cases) {
      const { case: seen } = await office.cases.getCase({ caseId: id }, { caller: callers.machine });
      expectNothingWritten(JSON.stringify({ ...present(seen), tasks: [], declineRedirect: '' }));
    }
  });

  it('is read by staff only on record', async () => {
    const { cases } = await office.cases.listCases(
      { number: '', state: requests.CaseState.CASE_STATE_REOPENED, unitId: '', agentId: '', residentId: '', dueBefore: undefined, order: requests.CaseOrder.CASE_ORDER_NEWEST, pageSize: 1, pageToken: '' },
      { caller: callers.clerk },
    );
    const caseId = present(cases[0]).id;
    await office.cases.getCase({ caseId }, { caller: callers.clerk });
    await office.cases.getCase({ caseId }, { caller: callers.wang });
    const reads = (await office.knex('audit_entries').where({ action: 'case.read', object_id: caseId })) as { actor: string }[];
    expect(new Set(reads.map(({ actor }) => actor))).toEqual(new Set([callers.clerk.subject, callers.machine.subject]));
  });
});
