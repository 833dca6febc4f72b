import type { Caller } from '@linli/auth';
import { requests } from '@linli/contracts';
import { isAppError } from '@linli/errors';
import fc from 'fast-check';
import { caseStates, type CaseState } from '../src/cases/case';
import { actions, transitions, type Action } from '../src/cases/state-machine';
import { errandIn, eventsOf, steps, type Errand } from './errand';
import { callers, present, staffId, startOffice, unit, type Office } from './support';

const { CaseResult, CaseState: Wire, LimitUnit } = requests;

/** Who tries; the sixth of them may do everything that permissions alone decide. */
const people: readonly Caller[] = [callers.clerk, callers.agent, callers.partner, callers.handler, callers.coordinator, callers.all, callers.wang];

type Move = { kind: 'act'; action: Action; who: number } | { kind: 'go'; pick: number } | { kind: 'wait'; hours: number };

const ends: readonly Action[] = ['withdraw', 'decline'];

const move: fc.Arbitrary<Move> = fc.oneof(
  // Something that is offered to somebody, so that walks go deep; ends come by chance below.
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('go' as const), pick: fc.nat() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('act' as const), action: fc.constantFrom(...actions), who: fc.nat({ max: people.length - 1 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 400 }) }) },
);

/** Any order of steps by anybody, with time passing and alarms going off: what next_actions offers is what happens, and nothing else. */
describe('random walks through the state machine', () => {
  let office: Office;
  beforeAll(async () => {
    office = await startOffice();
  });
  afterAll(() => office.stop());

  it.each([
    ['a proxied case', 'submitted', { proxied: true }],
    ['a joint case at the window', 'submitted', { proxied: false, itemCode: 'shop-licence' }],
    ['a draft', 'draft', { proxied: true }],
  ] as const)(
    'never break an invariant: %s',
    async (_name, from, facts) => {
      const seen = new Set<CaseState>();
      await fc.assert(
        fc.asyncProperty(fc.array(move, { minLength: 15, maxLength: 40 }), async (moves) => {
          office.clock.set('2026-03-02T09:00:00+08:00');
          const errand = await errandIn(office, from, facts);
          for (const next of moves) {
            if (next.kind === 'wait') await wait(errand, next.hours);
            else if (next.kind === 'go') await go(errand, next.pick);
            else await attempt(errand, next.action, present(people[next.who]));
            seen.add(stateOf(errand.current));
          }
          await checkRecord(errand);
        }),
        { numRuns: 12 },
      );
      // The walks went somewhere.
      expect(seen.size).toBeGreaterThan(4);
    },
    180_000,
  );

  async function read(errand: Errand, caller: Caller): Promise<requests.Case> {
    return present((await office.cases.getCase({ caseId: errand.current.id }, { caller })).case);
  }

  async function wait(errand: Errand, hours: number): Promise<void> {
    office.clock.advance(hours * 3_600_000);
    let raised: number;
    do raised = (await office.app.scanner.scanOnce()) + (await office.app.timers.sweepOnce());
    while (raised > 0);
    errand.current = await read(errand, callers.director);
    await checkClocks(errand);
  }

  async function go(errand: Errand, pick: number): Promise<void> {
    const offers: { caller: Caller; action: Action }[] = [];
    for (const caller of people) {
      const own = await read(errand, caller).catch(() => undefined);
      for (const action of actions) if (own?.nextActions.includes(action) && !ends.includes(action)) offers.push({ caller, action });
    }
    const offer = offers[pick % offers.length];
    if (offer !== undefined) await attempt(errand, offer.action, offer.caller);
  }

  async function attempt(errand: Errand, action: Action, caller: Caller): Promise<void> {
    // The background scanner may just have raised an alarm.
    const seen = await read(errand, callers.director);
    errand.current = seen;
    const before = stateOf(seen);
    // Who is not concerned yet, such as the department before the acceptance, is offered nothing and sees nothing.
    const own = await read(errand, caller).catch((error: unknown) => {
      expect(error).toMatchObject({ reason: 'CASE_NOT_FOUND' });
      return undefined;
    });
    const offered = own?.nextActions.includes(action) ?? false;
    const call = perform(errand, action, caller);
    if (call === undefined) return;
    try {
      const after = await errand.take(call);
      expect({ action, before, offered }).toEqual({ action, before, offered: true });
      const target = transitions[before][action];
      const closes = action === 'rate' || action === 'call_back';
      expect(closes ? [target, 'closed'] : [target]).toContain(stateOf(after));
      expect(after.version).toBe(seen.version + (stateOf(after) === 'closed' && before !== 'closed' ? 2 : 1));
      await checkClocks(errand);
    } catch (error) {
      if (!isAppError(error)) throw error;
      const inTheWay = error.reason === 'VERSION_STALE' || error.reason === 'ROW_BUSY';
      if (!inTheWay) expect({ action, before, offered, reason: error.reason }).toMatchObject({ offered: false });
      expect(error.kind).not.toBe('internal');
    }
  }

  /** The step with an input that is right for it; undefined where there is none. */
  function perform(errand: Errand, action: Action, caller: Caller): Promise<{ case?: requests.Case | undefined }> | undefined {
    const { cases } = office;
    const { current } = errand;
    const ref = errand.ref();
    const unheld = ['id-card', 'photo', 'bank-card'].find((code) => !current.heldPapers.some((paper) => paper.materialCode === code && paper.returnedAt === undefined));
    const outstanding = current.notices.find(({ suppliedAt }) => suppliedAt === undefined)?.materialCodes ?? ['photo'];
    const options = { caller };
    switch (action) {
      case 'update_draft':
        return cases.updateDraft({ ...ref, subject: '改', mandateId: undefined, channel: undefined }, options);
      case 'submit':
        return cases.submitCase(ref, options);
      case 'request_material':
        return cases.requestMaterial({ ...ref, materialCodes: ['photo'], explanation: '', supervisorReason: '确有必要' }, options);
      case 'supply_material':
        return cases.supplyMaterial({ ...ref, materialCodes: outstanding }, options);
      case 'accept':
        return steps.accept(office, ref, caller);
      case 'decline':
        return steps.decline(office, ref, caller);
      case 'start_processing':
        return steps.start(office, ref, caller);
      case 'pause':
        return steps.pause(office, ref, caller);
      case 'resume':
        return cases.resumeCase(ref, options);
      case 'extend':
        return cases.extendCase({ ...ref, by: { amount: 1, unit: LimitUnit.LIMIT_UNIT_WORKING_DAYS }, reason: '核查' }, options);
      case 'add_task':
        return cases.addTask({ ...ref, unitId: unit.housing, lead: !current.tasks.some(({ lead }) => lead), titleZh: '核查' }, options);
      case 'complete_task':
        return cases.completeTask({ ...ref, taskId: current.tasks.find(({ doneAt }) => doneAt === undefined)?.id ?? unit.root }, options);
      case 'request_decision':
        return steps.requestDecision(office, ref, caller);
      case 'decide':
        return cases.decideCase({ ...ref, result: CaseResult.CASE_RESULT_REFUSED, explanation: '不符合条件' }, options);
      case 'deliver':
        return steps.deliver(office, ref, caller);
      case 'receive_paper':
        return unheld === undefined ? undefined : cases.receivePaper({ ...ref, materialCode: unheld }, options);
      case 'return_paper':
        return cases.returnPaper({ ...ref, paperId: current.heldPapers.find(({ returnedAt }) => returnedAt === undefined)?.id ?? unit.root }, options);
      case 'call_back':
        return cases.recordCallback({ ...ref, reached: current.version % 2 === 0, rating: 0, solved: false, comment: '' }, options);
      case 'rate':
        return cases.rateCase({ ...ref, rating: 1 + (current.version % 5), solved: current.version % 2 === 0, comment: '' }, options);
      case 'reopen':
        return cases.reopenCase({ ...ref, reason: '没有解决' }, options);
      case 'withdraw':
        return steps.withdraw(office, ref, caller);
      case 'reassign':
        return current.proxied ? undefined : cases.reassignCase({ ...ref, agentId: staffId.otherAgent, reasonCode: 'workload' }, options);
    }
  }

  /** Every state has exactly its clock. */
  async function checkClocks(errand: Errand): Promise<void> {
    const found = await read(errand, callers.director);
    const state = stateOf(found);
    const open = (await office.knex('clocks').where({ subject_id: found.id }).whereNull('ended_at').orderBy('kind')) as { kind: string }[];
    const missing = found.notices.some(({ suppliedAt }) => suppliedAt === undefined);
    const expected: Record<CaseState, string[]> = {
      draft: [],
      submitted: ['requests.notice'],
      needs_material: missing ? [] : ['requests.notice'],
      declined: [],
      accepted: ['requests.handle'],
      processing: ['requests.handle'],
      paused: ['requests.handle'],
      awaiting_decision: ['requests.handle'],
      decided: ['requests.deliver'],
      delivered: ['requests.close'],
      closed: open.length > 0 ? ['requests.reopen'] : [],
      reopened: ['requests.handle'],
      withdrawn: [],
    };
    expect({ state, clocks: open.map(({ kind }) => kind) }).toEqual({ state, clocks: expected[state] });
    const takenOn = found.acceptedAt !== undefined && state !== 'closed' && state !== 'withdrawn';
    if (takenOn) expect(found.ownerId).not.toBe('');
    expect(found.notices.filter(({ isOnce }) => isOnce).length).toBeLessThanOrEqual(1);
  }

  /** One version, one event, one entry; what was decided and called was not by those on the case. */
  async function checkRecord(errand: Errand): Promise<void> {
    const found = await read(errand, callers.director);
    const upTo = Array.from({ length: found.version }, (_, index) => index + 1);
    const events = await eventsOf(office, found.id);
    expect(events.map(({ version }) => version)).toEqual(upTo);
    const entries = (await office.knex('case_entries').where({ case_id: found.id }).orderBy('version')) as { version: number; code: string; actor_id: string; at: Date }[];
    expect(entries.map(({ version }) => version)).toEqual(upTo);
    expect(entries.map(({ at }) => at.getTime())).toEqual(entries.map(({ at }) => at.getTime()).sort((a, b) => a - b));
    const theirs: string[] = [staffId.agent, staffId.partner];
    for (const { code, actor_id: actor } of entries) {
      if (code === 'decided' || code === 'called_back') expect(theirs).not.toContain(actor);
      if (code === 'rated' || code === 'reopened' || code === 'withdrawn') expect(actor).toBe(callers.wang.subject);
    }
    expect(events.filter(({ type }) => type === 'CaseClosed').length).toBe(entries.filter(({ code }) => code === 'closed').length);
  }

  function stateOf(found: requests.Case): CaseState {
    return present(caseStates.find((state) => Wire[`CASE_STATE_${state.toUpperCase()}` as keyof typeof Wire] === found.state));
  }
});
