import { caseStates } from '../src/cases/case';
import { actionRules, nextActions, partiesOf, refusalNow, refusalOfCaller, refusalOfChannel, refusalOfFiling } from '../src/cases/rules';
import { actions, refusalOfState, type Action } from '../src/cases/state-machine';
import { inState, notice, now, paper, said, someCase, task } from './case-builder';
import { callers, path, resident, staff, staffId } from './support';

const later = (ms: number): Date => new Date(now.getTime() + ms);

function reasonNow(action: Action, found = someCase(), caller = callers.all): string | undefined {
  return refusalNow(action, { found, caller, now })?.reason;
}

describe('who', () => {
  const cases = actions.map((action) => ({ action }));

  it.each(cases)('$action: a stranger, and staff of another unit, never', ({ action }) => {
    expect(refusalOfCaller(someCase(), action, callers.li)?.kind).toBe('permission_denied');
    expect(refusalOfCaller(someCase(), action, staff(staffId.farClerk, [actionRules[action].permission], path.otherCommunity))?.kind).toBe('permission_denied');
    expect(refusalOfCaller(someCase(), action, resident(callers.wang.subject, 'xingsheng'))).toEqual(
      actionRules[action].by.includes('resident') ? undefined : expect.objectContaining({ kind: 'permission_denied' }),
    );
  });

  it.each([
    ['withdraw', 'WITHDRAW_RESIDENT_ONLY'],
    ['rate', 'RATING_RESIDENT_ONLY'],
    ['reopen', 'REOPEN_RESIDENT_ONLY'],
  ] as const)('%s is the resident’s alone, whatever the permissions', (action, reason) => {
    expect(refusalOfCaller(someCase(), action, callers.all)?.reason).toBe(reason);
    expect(refusalOfCaller(someCase(), action, callers.wang)).toBeUndefined();
  });

  it('knows the agent, their partner and a holder of a paper wherever the case lies', () => {
    const far = { ...callers.agent, grants: [{ permissions: ['requests.case.process'], scope: 'unit', unitPath: path.otherCommunity } as const] };
    expect(partiesOf(someCase(), far, 'requests.case.process')).toEqual(['agent']);
    expect(partiesOf(someCase(), { ...far, subject: staffId.otherAgent }, 'requests.case.process')).toEqual([]);
    expect(partiesOf(someCase({ heldPapers: [paper({ heldBy: staffId.otherAgent })] }), { ...far, subject: staffId.otherAgent }, 'requests.case.process')).toEqual(['holder']);
  });

  it('leaves running the errand to its agent and its department, and a draft to those who may file it', () => {
    for (const action of ['start_processing', 'add_task', 'request_decision'] as const) {
      expect(refusalOfCaller(someCase(), action, callers.otherAgent)?.reason).toBe('UNIT_OUT_OF_SCOPE');
      expect(refusalOfCaller(someCase(), action, callers.partner)).toBeUndefined();
      expect(refusalOfCaller(someCase(), action, callers.handler)).toBeUndefined();
    }
    const online = inState('draft', { channel: 'online', mandateId: undefined, agentId: undefined, backupId: undefined, ownerId: undefined });
    expect(nextActions(online, callers.wang, now)).toEqual(['update_draft', 'submit', 'withdraw']);
    expect(nextActions(online, callers.clerk, now)).toEqual([]);
    expect(reasonNow('submit', online, callers.clerk)).toBe('MANDATE_REQUIRED');
  });

  it('gives the decision to the department, never to the unit of the case', () => {
    expect(refusalOfCaller(someCase(), 'decide', callers.handler)).toBeUndefined();
    expect(refusalOfCaller(someCase(), 'decide', staff(staffId.clerk, ['requests.case.decide'], path.community))?.reason).toBe('UNIT_OUT_OF_SCOPE');
    expect(refusalOfCaller(someCase({ handlerUnitPath: path.housing }), 'decide', callers.handler)?.reason).toBe('UNIT_OUT_OF_SCOPE');
  });
});

describe('filing', () => {
  const filed = { ...someCase({ mandateId: undefined, agentId: undefined, backupId: undefined, ownerId: undefined }), channel: 'window' as const };
  const proxied = someCase();

  it('needs a mandate of everybody but the resident and the window', () => {
    expect(refusalOfFiling({ ...filed, channel: 'online' }, callers.wang)).toBeUndefined();
    expect(refusalOfFiling(filed, callers.clerk)).toBeUndefined();
    expect(refusalOfFiling({ ...filed, channel: 'phone' }, callers.clerk)).toBeUndefined();
    expect(refusalOfFiling({ ...filed, channel: 'home_visit' }, callers.clerk)?.reason).toBe('MANDATE_REQUIRED');
    expect(refusalOfFiling(filed, callers.agent)?.reason).toBe('MANDATE_REQUIRED');
  });

  it('lets the agent, the partner and the window file under a mandate, no other agent', () => {
    expect(refusalOfFiling(proxied, callers.agent)).toBeUndefined();
    expect(refusalOfFiling(proxied, callers.partner)).toBeUndefined();
    expect(refusalOfFiling(proxied, callers.clerk)).toBeUndefined();
    expect(refusalOfFiling(proxied, callers.otherAgent)?.reason).toBe('MANDATE_OF_OTHER_AGENT');
  });

  it('hides residents of other units', () => {
    expect(refusalOfFiling(filed, callers.farClerk)?.reason).toBe('PERSON_NOT_FOUND');
    expect(refusalOfFiling(filed, callers.li)?.reason).toBe('PERSON_NOT_FOUND');
  });

  it('keeps the channels of residents and staff apart', () => {
    expect(refusalOfChannel('online', callers.wang)).toBeUndefined();
    expect(refusalOfChannel('window', callers.wang)?.reason).toBe('CHANNEL_NOT_OF_CALLER');
    expect(refusalOfChannel('online', callers.clerk)?.reason).toBe('CHANNEL_NOT_OF_CALLER');
  });
});

describe('invariants', () => {
  it('gives the notice once, then only with a supervisor', () => {
    const noticed = inState('needs_material', { notices: [notice()] });
    expect(reasonNow('request_material', inState('submitted'), callers.clerk)).toBeUndefined();
    expect(reasonNow('request_material', noticed, callers.clerk)).toBe('NOTICE_ALREADY_GIVEN');
    expect(reasonNow('request_material', noticed, callers.coordinator)).toBeUndefined();
  });

  it.each(['request_material', 'decline'] as const)('%s comes too late once the notice’s time is over', (action) => {
    expect(reasonNow(action, inState('submitted', { noticeDueAt: now }))).toBeUndefined();
    expect(reasonNow(action, inState('submitted', { noticeDueAt: later(-1) }))).toBe('NOTICE_TOO_LATE');
    expect(reasonNow('accept', inState('submitted', { noticeDueAt: later(-1) }))).toBeUndefined();
  });

  it('accepts only when what was asked for is there', () => {
    expect(reasonNow('accept', inState('needs_material', { notices: [notice()] }))).toBe('MATERIAL_OUTSTANDING');
    const supplied = inState('needs_material', { notices: [notice({ suppliedCodes: ['photo'], suppliedAt: now })] });
    expect(reasonNow('accept', supplied)).toBeUndefined();
    expect(reasonNow('supply_material', supplied)).toBe('MATERIAL_SUPPLIED');
  });

  it('extends once, and before the due time', () => {
    expect(reasonNow('extend', inState('processing', { dueAt: now }))).toBeUndefined();
    expect(reasonNow('extend', inState('processing', { dueAt: later(-1) }))).toBe('EXTENSION_TOO_LATE');
    expect(reasonNow('extend', inState('processing', { dueAt: later(1), extended: true }))).toBe('EXTENDED_ALREADY');
  });

  it('asks for the decision of a joint case only with one lead and all tasks done', () => {
    const joint = { caseType: 'joint' } as const;
    const done = { doneAt: now, doneBy: staffId.handler };
    expect(reasonNow('add_task', inState('processing'))).toBe('CASE_NOT_JOINT');
    expect(reasonNow('complete_task', inState('processing', joint))).toBe('TASKS_DONE');
    expect(reasonNow('request_decision', inState('processing', { ...joint, tasks: [task(done)] }))).toBe('LEAD_MISSING');
    expect(reasonNow('request_decision', inState('processing', { ...joint, tasks: [task({ ...done, lead: true }), task()] }))).toBe('TASKS_OPEN');
    expect(reasonNow('request_decision', inState('processing', { ...joint, tasks: [task({ ...done, lead: true }), task(done)] }))).toBeUndefined();
  });

  it('decides in the visit of its acceptance only what is for immediate handling', () => {
    expect(reasonNow('decide', inState('accepted', { caseType: 'immediate' }), callers.handler)).toBeUndefined();
    for (const caseType of ['promise', 'joint', 'escalate'] as const) expect(reasonNow('decide', inState('accepted', { caseType }), callers.handler)).toBe('CASE_STATE_FORBIDS');
  });

  it.each([
    ['decide', 'awaiting_decision', 'AGENT_MAY_NOT_DECIDE'],
    ['call_back', 'delivered', 'CALLBACK_BY_AGENT'],
  ] as const)('%s is not for the agent, the partner or who stands in', (action, state, reason) => {
    const found = inState(state, { ownerId: staffId.coordinator });
    for (const subject of [staffId.agent, staffId.partner, staffId.coordinator]) expect(reasonNow(action, found, { ...callers.all, subject })).toBe(reason);
    expect(reasonNow(action, found)).toBeUndefined();
  });

  it('delivers only when every paper is with who goes, or their partner', () => {
    const held = (heldBy: string) => inState('decided', { heldPapers: [paper({ heldBy })] });
    expect(reasonNow('deliver', held(staffId.agent), callers.partner)).toBeUndefined();
    expect(reasonNow('deliver', held(staffId.otherAgent), callers.agent)).toBe('PAPERS_NOT_RETURNED');
    expect(reasonNow('deliver', held(staffId.otherAgent), callers.otherAgent)).toBeUndefined();
    expect(reasonNow('deliver', inState('decided', { heldPapers: [paper({ heldBy: staffId.otherAgent, returnedAt: now })] }))).toBeUndefined();
  });

  it('takes papers under a mandate only, and returns what is held', () => {
    expect(reasonNow('receive_paper', inState('accepted', { mandateId: undefined }))).toBe('PAPERS_NEED_MANDATE');
    expect(reasonNow('return_paper', inState('withdrawn'))).toBe('NO_PAPERS_HELD');
    expect(reasonNow('return_paper', inState('withdrawn', { heldPapers: [paper()] }))).toBeUndefined();
  });

  it('reopens within the time, unless the resident’s last word of this round was that it is solved', () => {
    const closed = (facts: Parameters<typeof inState>[1] = {}) => inState('closed', { reopenUntil: now, ...facts });
    expect(reasonNow('reopen', closed({ reopenUntil: later(-1) }))).toBe('REOPEN_TOO_LATE');
    expect(reasonNow('rate', closed({ reopenUntil: later(-1) }))).toBe('RATING_TOO_LATE');
    expect(reasonNow('reopen', closed())).toBeUndefined();
    expect(reasonNow('reopen', closed({ answers: [said()] }))).toBe('REOPEN_NOT_ALLOWED');
    expect(reasonNow('reopen', closed({ answers: [said({ rating: 3 })] }))).toBe('REOPEN_NOT_ALLOWED');
    expect(reasonNow('reopen', closed({ answers: [said({ rating: 2 })] }))).toBeUndefined();
    expect(reasonNow('reopen', closed({ answers: [said({ solved: false, rating: 0 })] }))).toBeUndefined();
    expect(reasonNow('reopen', closed({ answers: [said({ rating: 1 }), said({ rating: 5, source: 'resident' })] }))).toBe('REOPEN_NOT_ALLOWED');
    expect(reasonNow('reopen', closed({ reopenedCount: 1, answers: [said({ round: 0 })] }))).toBeUndefined();
    expect(reasonNow('reopen', closed({ answers: [said({ reached: false, solved: false, rating: 0 })] }))).toBeUndefined();
  });
});

describe('next actions', () => {
  it('are exactly what would not be refused, in every state and for everybody', () => {
    for (const state of caseStates) {
      for (const caller of Object.values(callers)) {
        const found = inState(state, { heldPapers: [paper()], reopenUntil: later(1) });
        const allowed = actions.filter(
          (action) => refusalOfCaller(found, action, caller) === undefined && refusalNow(action, { found, caller, now }) === undefined,
        );
        expect(nextActions(found, caller, now)).toEqual(allowed);
        for (const action of allowed) expect(refusalOfState(state, action)).toBeUndefined();
      }
    }
  });

  it('offer a clerk the intake, the agent the errand, the department the decision, the resident their rights', () => {
    expect(nextActions(inState('submitted'), callers.clerk, now)).toEqual(['request_material', 'accept', 'decline']);
    expect(nextActions(inState('accepted'), callers.agent, now)).toEqual(['start_processing', 'receive_paper']);
    expect(nextActions(inState('awaiting_decision'), callers.handler, now)).toEqual(['decide']);
    expect(nextActions(inState('delivered'), callers.coordinator, now)).toEqual(['call_back']);
    expect(nextActions(inState('processing'), callers.wang, now)).toEqual(['withdraw']);
    expect(nextActions(inState('closed', { reopenUntil: now }), callers.wang, now)).toEqual(['rate', 'reopen']);
    expect(nextActions(inState('submitted'), callers.machine, now)).toEqual([]);
  });
});
