import { findingStates, type Finding } from './finding';
import { advance, assertCalled, findingActions, nextActions, transitions } from './rules';

const sent = { id: 'r', authority: 'labour_inspection', receivedNumber: '1', sentAt: new Date(), replyDueAt: undefined, reply: undefined, answeredAt: undefined, reminders: 0 } as const;
const answered = { ...sent, reply: 'not_competent', answeredAt: new Date() } as const;
const serious = (state: Finding['state'], referrals: Finding['referrals'] = []) => ({ state, severity: 'serious' as const, overdueSince: undefined, referrals });

describe('a finding', () => {
  it.each(findingStates.flatMap((state) => findingActions.map((action) => [state, action] as const)))('%s: %s', (state, action) => {
    const target = transitions[state][action];
    if (target === undefined) expect(() => advance(serious(state), action)).toThrow(expect.objectContaining({ reason: 'FINDING_STATE_FORBIDS', details: { state, action } }));
    else expect(advance(serious(state, action === 'record_reply' ? [sent] : []), action)).toBe(target);
  });

  it('is rechecked only after the site was told, and closed only after a recheck', () => {
    expect(nextActions(serious('found'))).toEqual(['tell_site', 'refer']);
    const closing = findingStates.filter((state) => transitions[state].close !== undefined);
    expect(closing).toEqual(['rechecked']);
    expect(nextActions(serious('closed'))).toEqual([]);
  });

  it('is referred when it is serious or overdue', () => {
    const minor = { state: 'rectifying' as const, severity: 'minor' as const, overdueSince: undefined, referrals: [] };
    expect(() => advance(minor, 'refer')).toThrow(expect.objectContaining({ reason: 'FINDING_NOT_REFERABLE' }));
    expect(nextActions(minor)).not.toContain('refer');
    expect(advance({ ...minor, overdueSince: new Date() }, 'refer')).toBe('referred');
    expect(advance({ ...minor, severity: 'danger_to_life' }, 'refer')).toBe('referred');
  });

  it('is with one authority at a time, which answers once', () => {
    expect(() => advance(serious('referred', [sent]), 'refer')).toThrow(expect.objectContaining({ reason: 'REFERRAL_UNANSWERED' }));
    expect(() => advance(serious('referred', [answered]), 'record_reply')).toThrow(expect.objectContaining({ reason: 'REFERRAL_ANSWERED' }));
    expect(nextActions(serious('referred', [answered, sent]))).toEqual(['recheck_passed', 'recheck_failed', 'record_reply']);
    expect(nextActions(serious('referred', [answered]))).toEqual(['recheck_passed', 'recheck_failed', 'refer']);
  });

  it('that endangers life begins with a call', () => {
    expect(() => assertCalled('danger_to_life', undefined)).toThrow(expect.objectContaining({ reason: 'CALL_AT_ONCE' }));
    expect(() => assertCalled('danger_to_life', { line: 'ambulance', calledAt: new Date() })).not.toThrow();
    expect(() => assertCalled('serious', undefined)).not.toThrow();
  });
});
