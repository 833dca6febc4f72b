import { averageScore, endOfMonth, monthAfter, targetOf, transitions } from './rules';
import { pledgeStates } from './pledge-project';

describe('the states', () => {
  it('allow exactly what the method says', () => {
    const table = Object.fromEntries(Object.entries(transitions).map(([state, targets]) => [state, Object.keys(targets).sort().join(' ')]));
    expect(table).toEqual({
      collected: 'drop screen',
      screened: 'drop select',
      selected: 'drop promise',
      pledged: 'change delay drop fall_overdue start',
      running: 'change complete delay drop fall_overdue miss_progress report_progress',
      delayed: 'change complete delay drop fall_overdue miss_progress report_progress',
      completed: 'delay record_check',
      resident_checked: 'close delay',
      closed: '',
      dropped: '',
    });
  });

  it('refuse everything else, saying the state and the action', () => {
    expect(() => targetOf('running', 'record_check')).toThrow(expect.objectContaining({ reason: 'PLEDGE_STATE_FORBIDS', details: { state: 'running', action: 'record_check' } }));
    expect(() => targetOf('completed', 'close')).toThrow(expect.objectContaining({ reason: 'PLEDGE_STATE_FORBIDS' }));
  });

  it('lead from every one to an end', () => {
    const ends = new Set(['closed', 'dropped']);
    for (const start of pledgeStates) {
      const seen = new Set<string>([start]);
      for (const state of seen) for (const target of Object.values(transitions[state as typeof start])) seen.add(target);
      expect([start, [...seen].some((state) => ends.has(state))]).toEqual([start, true]);
    }
  });
});

describe('months', () => {
  it('follow each other over the year’s end, and end at midnight in Shanghai', () => {
    expect([monthAfter('2026-11'), monthAfter('2026-12')]).toEqual(['2026-12', '2027-01']);
    expect(endOfMonth('2026-02').toISOString()).toBe('2026-02-28T15:59:59.999Z');
    expect(endOfMonth('2028-02').toISOString()).toBe('2028-02-29T15:59:59.999Z');
  });
});

describe('the average score', () => {
  it('is in hundredths, and kept back where it could be somebody’s', () => {
    expect(averageScore({ examiners: 6, scoreCounts: [0, 0, 1, 2, 3] })).toBe(433);
    expect(averageScore({ examiners: 4, scoreCounts: [0, 0, 0, 0, 4] })).toBeUndefined();
    expect(averageScore(undefined)).toBeUndefined();
  });
});
