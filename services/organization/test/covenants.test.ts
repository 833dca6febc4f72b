import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { everything, fresh, history, makeTenant, makeUnit, placesOf, sentEvents, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY } = organization.UnitKind;
const { DECISION_SUBJECT_COVENANT, DECISION_SUBJECT_FUND_RAISE, DECISION_SUBJECT_MATTER } = organization.DecisionSubject;
const { FUND_ENTRY_KIND_INCOME, FUND_ENTRY_KIND_EXPENSE, FUND_ENTRY_KIND_RETURNED, FUND_ENTRY_KIND_UNSPECIFIED } = organization.FundEntryKind;
const { FUND_STATE_CLOSED, FUND_STATE_OPEN } = organization.FundState;
const steps = Object.values(organization.DecisionStep).filter((step) => /BRANCH|COMMITTEES|MEMBERS/.test(step));

const all = ['decision.prepare', 'decision.call', 'decision.read', 'covenant.read', 'covenant.adopt', 'covenant.file', 'fund.read', 'fund.keep'].map((word) => `organization.${word}`);
const caller = testCaller({ permissions: [...all, 'work.queue.read', 'thread.read'] });
const at = (unitPath: string) => testCaller({ grants: [{ permissions: all, scope: 'subtree', unitPath }] });
const gateway = { ...testCaller({ permissions: ['organization.public.read'] }), kind: 'system' as const, subject: 'system:gateway' };
const nobody = '01900000-0000-7000-8000-00000000abcd';

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

/** A decision of ten households that is counted. */
async function decided(subject: organization.DecisionSubject, inFavour = 7, unitId = community.id): Promise<string> {
  const ref = (decision: organization.Decision | undefined) => ({ decisionId: decision?.id ?? '', version: decision?.version ?? 0 });
  const made = { unitId, subject, titleZh: '表决', textZh: '内容', basis: organization.VoterBasis.VOTER_BASIS_HOUSEHOLDS };
  let { decision } = await office.decisions.draftDecision(made, { caller });
  for (const step of steps) ({ decision } = await office.decisions.recordDecisionStep({ ...ref(decision), step, heldOn: '2026-11-20' }, { caller }));
  const begins = office.clock.now().getTime();
  ({ decision } = await office.decisions.giveDecisionNotice({ ...ref(decision), entitled: 10, opensAt: new Date(begins), closesAt: new Date(begins + 1_000) }, { caller }));
  office.clock.advance(1_000);
  ({ decision } = await office.decisions.closeDecision({ ...ref(decision), papers: { inFavour, against: 0, abstained: 0 } }, { caller }));
  return decision?.id ?? '';
}

const adopt = async (facts: object = {}, by?: string) => {
  const decisionId = by ?? (await decided(DECISION_SUBJECT_COVENANT));
  const { covenant } = await office.covenants.adoptCovenant({ unitId: community.id, textZh: '邻里互助，爱护公物', effectiveFrom: '2026-12-01', ...facts, decisionId }, { caller });
  if (covenant === undefined) throw new Error('no covenant came back');
  return covenant;
};

describe('a covenant', () => {
  it('is adopted by a decision, numbered within its unit, and filed with the sub-district', async () => {
    const first = await adopt();
    const second = await adopt();
    expect(second.number).toBe(first.number + 1);
    expect(first).toMatchObject({ filedOn: '', filingDueAt: new Date('2026-12-08T10:00:00Z'), overdue: false });
    const waiting = async () => (await office.work.listWork({ unitId: community.id, pageSize: 200 }, { caller })).items.find(({ subjectId }) => subjectId === first.id);
    expect(await waiting()).toMatchObject({ action: 'file', dueAt: first.filingDueAt });
    const { covenant } = await office.covenants.fileCovenant({ covenantId: first.id, version: 1 }, { caller });
    expect(covenant).toMatchObject({ filedOn: '2026-11-24', version: 2 });
    expect(await history(office, first.id)).toEqual(['CovenantAdopted 1', 'CovenantFiled 2']);
    expect(await waiting()).toBeUndefined();
    await expect(office.covenants.fileCovenant({ covenantId: first.id, version: 2 }, { caller })).rejects.toMatchObject({ reason: 'COVENANT_FILED_ALREADY' });
    expect(JSON.stringify(await sentEvents(office, first.id))).not.toMatch(/[一-鿿]/);
    const { entries } = await office.threads.listEntries({ threadId: first.decisionId }, { caller });
    expect(entries.map(({ code }) => code).slice(-2)).toEqual(['covenant_adopted', 'covenant_filed']);
  });

  it('stands on no decision that was not adopted, is about something else, or is another unit’s', async () => {
    const make = (decisionId: string, unitId = community.id) => office.covenants.adoptCovenant({ unitId, decisionId, textZh: '公约', effectiveFrom: '2026-12-01' }, { caller });
    await expect(make(await decided(DECISION_SUBJECT_COVENANT, 5))).rejects.toMatchObject({ reason: 'DECISION_NOT_ADOPTED' });
    await expect(make(await decided(DECISION_SUBJECT_MATTER))).rejects.toMatchObject({ reason: 'DECISION_NOT_ADOPTED', details: { subject: 'covenant' } });
    await expect(make(await decided(DECISION_SUBJECT_COVENANT), elsewhere.id)).rejects.toMatchObject({ reason: 'DECISION_NOT_FOUND' });
    await expect(make(nobody)).rejects.toMatchObject({ reason: 'DECISION_NOT_FOUND' });
  });

  it('of one decision is one, also when two adopt it at once', async () => {
    const decisionId = await decided(DECISION_SUBJECT_COVENANT);
    const results = await Promise.allSettled([1, 2].map(() => adopt({}, decisionId)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { kind: 'already_exists', reason: expect.stringMatching(/^COVENANT_ADOPTED_(ALREADY|MEANWHILE)$/) as string } });
  });

  it('is adopted once for a repeated request', async () => {
    const request = { requestId: fresh('r'), unitId: community.id, decisionId: await decided(DECISION_SUBJECT_COVENANT), textZh: '公约', effectiveFrom: '2026-12-01' };
    const [one, two] = await Promise.all([1, 2].map(() => office.covenants.adoptCovenant(request, { caller })));
    expect(one).toEqual(two);
  });

  it.each([
    ['effective_from', { effectiveFrom: '' }],
    ['effective_from', { effectiveFrom: '2026-11-23' }],
    ['text_zh', { textZh: '' }],
  ])('is refused with a wrong %s', async (field, wrong) => {
    await expect(adopt(wrong)).rejects.toMatchObject({ violations: [{ field }] });
  });

  it('that is not filed in time is told of once', async () => {
    const covenant = await adopt();
    office.clock.set('2026-12-08T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    expect(await history(office, covenant.id)).toEqual(['CovenantAdopted 1', 'CovenantFilingOverdue 2']);
    office.clock.advance(60_000);
    await office.covenants.fileCovenant({ covenantId: covenant.id, version: 2 }, { caller });
    expect((await sentEvents(office, covenant.id)).at(-1)).toMatchObject({ type: 'CovenantFiled', payload: { late: true } });
  });

  it('is read by anybody once it has begun, the newest of its unit', async () => {
    const old = await adopt();
    const next = await adopt({ effectiveFrom: '2027-01-01' });
    const read = async () => (await office.covenants.listPublicCovenants({}, { caller: gateway })).covenants.map(({ number }) => number);
    expect(await read()).toEqual([]);
    office.clock.set('2026-12-01T09:00:00+08:00');
    expect(await read()).toEqual([old.number]);
    office.clock.set('2027-01-01T09:00:00+08:00');
    expect(await read()).toEqual([next.number]);
  });

  it('is read page by page, each of another unit, for they come with their texts', async () => {
    const third = await makeUnit(office, community.parentId, { kind: UNIT_KIND_COMMUNITY });
    await adopt();
    await adopt({ unitId: third.id, textZh: '楼道不堆物' }, await decided(DECISION_SUBJECT_COVENANT, 7, third.id));
    office.clock.set('2028-01-01T09:00:00+08:00');
    const first = await office.covenants.listPublicCovenants({ pageSize: 1 }, { caller: gateway });
    const rest = await office.covenants.listPublicCovenants({ pageSize: 1, pageToken: first.nextPageToken }, { caller: gateway });
    expect([...first.covenants, ...rest.covenants].map(({ unitNameZh }) => unitNameZh).sort()).toEqual([community.nameZh, third.nameZh].sort());
    expect(rest.nextPageToken).toBe('');
    expect((await office.covenants.listPublicCovenants({ unitCode: third.code }, { caller: gateway })).covenants).toMatchObject([{ unitNameZh: third.nameZh, textZh: '楼道不堆物' }]);
    const elsewhere = { unitCode: third.code, pageSize: 1, pageToken: first.nextPageToken };
    await expect(office.covenants.listPublicCovenants(elsewhere, { caller: gateway })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
    await expect(office.covenants.listPublicCovenants({ unitCode: 'nowhere' }, { caller: gateway })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });

  it('is seen by staff of its unit, page by page, its text by itself', async () => {
    const mine = await adopt();
    expect((await office.covenants.getCovenant({ covenantId: mine.id }, { caller: at(community.path) })).covenant?.id).toBe(mine.id);
    await expect(office.covenants.getCovenant({ covenantId: mine.id }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ kind: 'not_found', reason: 'COVENANT_NOT_FOUND' });
    await expect(office.covenants.fileCovenant({ covenantId: mine.id, version: 1 }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'COVENANT_NOT_FOUND' });
    await expect(office.covenants.adoptCovenant({ unitId: community.id, decisionId: mine.decisionId, textZh: '公约', effectiveFrom: '2026-12-01' }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    const page = await office.covenants.listCovenants({ unitId: community.id, pageSize: 1 }, { caller });
    const rest = await office.covenants.listCovenants({ unitId: community.id, pageSize: 1, pageToken: page.nextPageToken }, { caller });
    expect((page.covenants[0]?.id ?? '') > (rest.covenants[0]?.id ?? '0')).toBe(true);
    expect([page.covenants[0]?.textZh, (await office.covenants.getCovenant({ covenantId: mine.id }, { caller })).covenant?.textZh]).toEqual(['', '邻里互助，爱护公物']);
    expect((await office.covenants.listCovenants({}, { caller: at(elsewhere.path) })).covenants).toEqual([]);
  });
});

describe('the covenant of a community that ends', () => {
  const inForce = async () => (await office.covenants.listPublicCovenants({ pageSize: 100 }, { caller: gateway })).covenants.map(({ unitNameZh }) => unitNameZh);
  const filings = async (id: string) => [
    await office.knex('work_items').where({ subject_id: id }).pluck<string[]>('action'),
    await office.knex('clocks').where({ subject_id: id }).pluck<string[]>('state'),
  ];

  it('in another one is in force no more, and its filing is owed by nobody', async () => {
    const ending = await makeUnit(office, community.parentId, { kind: UNIT_KIND_COMMUNITY });
    const covenant = await adopt({ unitId: ending.id, effectiveFrom: '2026-11-24' }, await decided(DECISION_SUBJECT_COVENANT, 7, ending.id));
    expect(await inForce()).toContain(ending.nameZh);
    expect(await filings(covenant.id)).toEqual([['file'], ['running']]);
    await office.units.closeUnit({ unitId: ending.id, version: 1, successorId: elsewhere.id }, { caller: everything() });
    expect(await inForce()).not.toContain(ending.nameZh);
    expect(await filings(covenant.id)).toEqual([[], ['cancelled']]);
    await expect(office.covenants.fileCovenant({ covenantId: covenant.id, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'UNIT_CLOSED' });
    office.clock.set('2027-02-01T09:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await history(office, covenant.id)).toEqual(['CovenantAdopted 1']);
    expect((await office.covenants.getCovenant({ covenantId: covenant.id }, { caller })).covenant).toMatchObject({ unitId: ending.id, overdue: false });
  });

  it('by a plan is in force to the day before', async () => {
    const { unit: district } = await office.units.getUnit({ unitId: community.parentId }, { caller: everything() });
    const [ending, going] = [await makeUnit(office, district?.id ?? '', { kind: UNIT_KIND_COMMUNITY }), await makeUnit(office, district?.id ?? '', { kind: UNIT_KIND_COMMUNITY })];
    for (const { id } of [ending, going]) await adopt({ unitId: id, effectiveFrom: '2026-11-24' }, await decided(DECISION_SUBJECT_COVENANT, 7, id));
    const operation: organization.RegradingOperation['operation'] = { $case: 'merge', value: { unitIds: [ending.id], into: { target: { $case: 'unitId', value: going.id } } } };
    await office.regradings.planRegrading({ titleZh: '社区合并', effectiveOn: '2026-12-10', operations: [{ operation }] }, { caller: everything() });
    office.clock.set('2026-12-09T23:59:59+08:00');
    expect(await inForce()).toEqual(expect.arrayContaining([ending.nameZh, going.nameZh]));
    office.clock.set('2026-12-10T00:00:00+08:00');
    expect(await inForce()).toContain(going.nameZh);
    expect(await inForce()).not.toContain(ending.nameZh);
  });
});

type Fund = organization.FundRaise;
const given = ({ fundRaise }: { fundRaise: Fund | undefined }): Fund => {
  if (fundRaise === undefined) throw new Error('no fund raise came back');
  return fundRaise;
};
const ref = ({ id, version }: Fund) => ({ fundRaiseId: id, version });
const open = async (facts: object = {}, by?: string) => {
  const decisionId = by ?? (await decided(DECISION_SUBJECT_FUND_RAISE));
  return given(await office.funds.openFundRaise({ unitId: community.id, titleZh: '楼道灯', ...facts, decisionId }, { caller }));
};
const income = { kind: FUND_ENTRY_KIND_INCOME, amountFen: 5_000, givers: 3 };
const expense = { kind: FUND_ENTRY_KIND_EXPENSE, amountFen: 4_000, purposeZh: '购灯二十盏' };
const book = async (fund: Fund, entry: object, by = caller) => given(await office.funds.recordFundEntry({ ...ref(fund), ...entry }, { caller: by }));

describe('a fund raise', () => {
  it('is opened by a decision, and keeps accounts that anybody reads, without a name', async () => {
    const fund = await book(await book(await open(), income), expense);
    expect(fund).toMatchObject({ raisedFen: 5_000, spentFen: 4_000, balanceFen: 1_000, entries: [{ number: 2, purposeZh: '购灯二十盏', givers: 0 }, { number: 1, givers: 3, purposeZh: '' }] });
    await expect(office.funds.closeFundRaise(ref(fund), { caller })).rejects.toMatchObject({ reason: 'FUND_BALANCE_LEFT', details: { balance: '1000' } });
    const empty = await book(fund, { kind: FUND_ENTRY_KIND_RETURNED, amountFen: 1_000, purposeZh: '按户退还' });
    const closed = given(await office.funds.closeFundRaise(ref(empty), { caller }));
    expect(closed).toMatchObject({ state: FUND_STATE_CLOSED, balanceFen: 0 });
    await expect(book(closed, income)).rejects.toMatchObject({ reason: 'FUND_RAISE_CLOSED' });
    expect(await history(office, fund.id)).toEqual(['FundRaiseOpened 1', 'FundEntryRecorded 2', 'FundEntryRecorded 3', 'FundEntryRecorded 4', 'FundRaiseClosed 5']);
    expect(JSON.stringify(await sentEvents(office, fund.id))).not.toMatch(/[一-鿿]/);
    const { fundRaise } = await office.funds.getPublicFundRaise({ fundRaiseId: fund.id }, { caller: gateway });
    expect(fundRaise).toMatchObject({ unitNameZh: community.nameZh, raisedFen: 5_000, balanceFen: 0 });
    expect(fundRaise?.entries.map(({ amountFen, givers }) => [amountFen, givers])).toEqual([[1_000, undefined], [4_000, undefined], [5_000, undefined]]);
    expect((await office.funds.listPublicFundRaises({}, { caller: gateway })).fundRaises[0]).toMatchObject({ id: fund.id, entries: [] });
    await expect(office.funds.getPublicFundRaise({ fundRaiseId: nobody }, { caller: gateway })).rejects.toMatchObject({ reason: 'FUND_RAISE_NOT_FOUND' });
  });

  it('loses the purpose of an entry that names a person, and keeps its day and sum', async () => {
    const named = '付王大力工钱';
    const fund = await book(await book(await open(), income), { ...expense, purposeZh: named });
    expect(await placesOf(office, named)).toEqual(['fund_entries']);
    const gone = given(await office.funds.withdrawFundWords({ ...ref(fund), number: 2 }, { caller }));
    expect(gone).toMatchObject({ spentFen: 4_000, version: fund.version + 1, entries: [{ number: 2, amountFen: 4_000, purposeZh: '', wordsWithdrawn: true }, { number: 1, wordsWithdrawn: false }] });
    expect(await placesOf(office, named)).toEqual([]);
    const { fundRaise } = await office.funds.getPublicFundRaise({ fundRaiseId: fund.id }, { caller: gateway });
    expect(fundRaise?.entries[0]).toMatchObject({ amountFen: 4_000, purposeZh: '', wordsWithdrawn: true });
    expect((await sentEvents(office, fund.id)).at(-1)).toMatchObject({ type: 'FundWordsWithdrawn', payload: { number: 2 } });
    await expect(office.funds.withdrawFundWords({ ...ref(gone), number: 2 }, { caller })).rejects.toMatchObject({ reason: 'WORDS_WITHDRAWN' });
    for (const number of [0, 1, 3]) await expect(office.funds.withdrawFundWords({ ...ref(gone), number }, { caller })).rejects.toMatchObject({ violations: [{ field: 'number' }] });
    await expect(office.funds.withdrawFundWords({ ...ref(gone), number: 2 }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'FUND_RAISE_NOT_FOUND' });
    await expect(office.knex('fund_entries').where({ fund_raise_id: fund.id, number: 2 }).update({ purpose_zh: '别的话', words_withdrawn: false })).rejects.toMatchObject({ code: '23514' });
  });

  it('tells everybody from how many an income came, from five on', async () => {
    const fund = await book(await book(await open(), { ...income, givers: 5 }), { ...income, givers: 4 });
    expect(fund.entries.map(({ givers }) => givers)).toEqual([4, 5]);
    const { fundRaise } = await office.funds.getPublicFundRaise({ fundRaiseId: fund.id }, { caller: gateway });
    expect(fundRaise?.entries.map(({ givers }) => givers)).toEqual([undefined, 5]);
  });

  it('shows its accounts page by page, and the last entries with each change', async () => {
    let fund = await open();
    for (let number = 1; number <= 21; number += 1) fund = await book(fund, income);
    const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);
    expect(fund.entries.map(({ number }) => number)).toEqual(down(21, 2));
    const asked = { fundRaiseId: fund.id, pageSize: 15 };
    const numbersOf = ({ fundRaise }: { fundRaise: { entries: organization.FundEntry[] } | undefined }) => fundRaise?.entries.map(({ number }) => number);
    for (const read of [
      (pageToken: string) => office.funds.getFundRaise({ ...asked, pageToken }, { caller }),
      (pageToken: string) => office.funds.getPublicFundRaise({ ...asked, pageToken }, { caller: gateway }),
    ]) {
      const first = await read('');
      expect(numbersOf(first)).toEqual(down(21, 7));
      const rest = await read(first.nextPageToken);
      expect([numbersOf(rest), rest.nextPageToken]).toEqual([down(6, 1), '']);
    }
    const { nextPageToken } = await office.funds.getFundRaise(asked, { caller });
    await expect(office.funds.getFundRaise({ fundRaiseId: (await open()).id, pageToken: nextPageToken }, { caller })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });

  it('spends no more than is there, also when two spend it at once', async () => {
    const fund = await book(await open(), income);
    await expect(book(fund, { ...expense, amountFen: 5_001 })).rejects.toMatchObject({ reason: 'FUND_BALANCE_SHORT', details: { balance: '5000' } });
    const results = await Promise.allSettled([1, 2].map(() => book(fund, expense)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
  });

  it.each([
    ['kind', { ...income, kind: FUND_ENTRY_KIND_UNSPECIFIED }],
    ['amount_fen', { ...income, amountFen: 0 }],
    ['amount_fen', { ...income, amountFen: 2_000_000_000_000 }],
    ['givers', { ...income, givers: 0 }],
    ['givers', { ...expense, givers: 1 }],
    ['purpose_zh', { ...income, purposeZh: '张三捐款' }],
    ['purpose_zh', { ...expense, purposeZh: '' }],
    ['on_day', { ...income, onDay: '2026-11-25' }],
  ])('takes no entry with a wrong %s', async (field, wrong) => {
    await expect(book(await open(), wrong)).rejects.toMatchObject({ violations: [{ field }] });
  });

  it('stands on one adopted decision of its kind, once', async () => {
    await expect(open({}, await decided(DECISION_SUBJECT_FUND_RAISE, 5))).rejects.toMatchObject({ reason: 'DECISION_NOT_ADOPTED' });
    const fund = await open();
    await expect(open({}, fund.decisionId)).rejects.toMatchObject({ kind: 'already_exists', reason: 'FUND_RAISE_EXISTS' });
    const requestId = fresh('r');
    const decisionId = await decided(DECISION_SUBJECT_FUND_RAISE);
    const [one, two] = await Promise.all([open({ requestId }, decisionId), open({ requestId }, decisionId)]);
    expect(one).toEqual(two);
  });

  it('is seen and kept by staff of its unit, page by page', async () => {
    const fund = await open();
    await expect(office.funds.getFundRaise({ fundRaiseId: fund.id }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ kind: 'not_found', reason: 'FUND_RAISE_NOT_FOUND' });
    await expect(book(fund, income, at(elsewhere.path))).rejects.toMatchObject({ reason: 'FUND_RAISE_NOT_FOUND' });
    await expect(office.funds.openFundRaise({ unitId: community.id, decisionId: fund.decisionId, titleZh: '灯' }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    expect(given(await office.funds.getFundRaise({ fundRaiseId: fund.id }, { caller: at(community.path) })).id).toBe(fund.id);
    expect((await office.funds.listFundRaises({}, { caller: at(elsewhere.path) })).fundRaises).toEqual([]);
    const page = await office.funds.listFundRaises({ pageSize: 1, state: FUND_STATE_OPEN }, { caller });
    const rest = await office.funds.listFundRaises({ pageSize: 1, state: FUND_STATE_OPEN, pageToken: page.nextPageToken }, { caller });
    expect((page.fundRaises[0]?.id ?? '') > (rest.fundRaises[0]?.id ?? '0')).toBe(true);
  });
});

it('a covenant of a day is the last of its unit that had begun by then', async () => {
  const { id: unitId } = await makeUnit(office, community.parentId, { kind: UNIT_KIND_COMMUNITY });
  const begin = async (effectiveFrom: string) => adopt({ unitId, effectiveFrom }, await decided(DECISION_SUBJECT_COVENANT, 7, unitId));
  const [first, second] = [await begin('2026-12-01'), await begin('2026-12-10')];
  for (const asked of [unitId, '']) {
    const inForce = async (asOf: string) => (await office.covenants.listCovenants({ unitId: asked, asOf, pageSize: 200 }, { caller })).covenants.filter((one) => one.unitId === unitId).map(({ id }) => id);
    expect([await inForce('2026-11-30'), await inForce('2026-12-01'), await inForce('2026-12-09'), await inForce('2026-12-10')]).toEqual([[], [first.id], [first.id], [second.id]]);
  }
});
