import { advance, assertCorrects, closingBy, complaintActions, nextActions, nextDuty, outcomeOf, toldCounts, transitions } from './rules';
import { complaintOutcomes, complaintStates, type ComplaintStep } from './worker-complaint';

const none = { version: 2, action: 'tell_worker', authority: undefined, receivedNumber: '', result: undefined, outcome: undefined, onDay: '2026-11-24', byId: 'a' } as const;
const told = (result: ComplaintStep['result']): ComplaintStep => ({ ...none, result });
const ended = (outcome: ComplaintStep['outcome']): ComplaintStep => ({ ...none, action: 'close', outcome });

describe('a complaint', () => {
  it.each(complaintStates.flatMap((state) => complaintActions.map((action) => [state, action] as const)))('%s: %s', (state, action) => {
    const target = transitions[state][action];
    if (target === undefined) expect(() => advance(state, action)).toThrow(expect.objectContaining({ reason: 'WORKER_COMPLAINT_STATE_FORBIDS', details: { state, action } }));
    else expect(advance(state, action)).toBe(target);
    expect(nextActions({ state }).includes(action)).toBe(target !== undefined);
  });

  it('ends once the worker was told, or when the worker takes it back', () => {
    expect(complaintOutcomes.map(closingBy)).toEqual(['close', 'close', 'withdraw']);
    expect(complaintStates.filter((state) => transitions[state].close !== undefined)).toEqual(['worker_told']);
    expect(complaintStates.filter((state) => transitions[state].withdraw !== undefined)).toEqual(['received', 'passed_on', 'worker_told']);
  });

  it('is told to the worker only after somebody passed it on', () => {
    expect(transitions.received.tell_worker).toBeUndefined();
  });

  it('asks of its owner what is owed next', () => {
    expect(nextDuty({ state: 'received', steps: [] })).toBe('pass_on');
    expect(nextDuty({ state: 'passed_on', steps: [told('not_competent')] })).toBe('tell_worker');
    const after = (result: ComplaintStep['result']) => nextDuty({ state: 'worker_told', steps: [told('unanswered'), told(result)] });
    expect([after('handled'), after('no_violation'), after('not_competent'), after('unanswered')]).toEqual(['close', 'close', 'pass_on', 'tell_worker']);
  });

  it('has ended as the last entry says, and is corrected only to something else', () => {
    expect(outcomeOf({ steps: [told('handled')] })).toBeUndefined();
    const corrected = { steps: [ended('solved'), ended('referred_higher')] };
    expect(outcomeOf(corrected)).toBe('referred_higher');
    expect(() => assertCorrects(corrected, 'referred_higher')).toThrow(expect.objectContaining({ reason: 'WORKER_COMPLAINT_OUTCOME_SAME' }));
    expect(() => assertCorrects(corrected, 'solved')).not.toThrow();
  });
});

describe('counts', () => {
  const site = (siteId: string, solved: number, referredHigher = 0) => ({ siteId, solved, referredHigher });

  it('tell no figure below five', () => {
    expect(toldCounts([site('a', 4, 5), site('b', 0), site('c', 4)])).toEqual({
      total: { siteId: '', solved: 8, referredHigher: 5 },
      sites: [{ siteId: 'a', solved: undefined, referredHigher: 5 }],
    });
    expect(toldCounts([site('a', 4)]).total).toEqual({ siteId: '', solved: undefined, referredHigher: undefined });
    expect(toldCounts([])).toEqual({ total: { siteId: '', solved: undefined, referredHigher: undefined }, sites: [] });
  });

  it('tell no sum from which a figure below five could be worked out', () => {
    expect(toldCounts([site('a', 9), site('b', 3)])).toEqual({
      total: { siteId: '', solved: undefined, referredHigher: undefined },
      sites: [{ siteId: 'a', solved: 9, referredHigher: undefined }],
    });
    expect(toldCounts([site('a', 9), site('b', 3), site('c', 3)]).total.solved).toBe(15);
    expect(toldCounts([site('a', 9), site('b', 5)]).total.solved).toBe(14);
  });
});
