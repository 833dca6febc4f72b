import { resettlementStates } from './resettlement';
import { assertInTransition, assertLeadsTo, isOwed, nextStates } from './rules';

describe('a resettlement', () => {
  it.each(resettlementStates.flatMap((state) => resettlementStates.map((target) => [state, target] as const)))('%s to %s', (state, target) => {
    const going = () => assertLeadsTo(state, target);
    if (nextStates[state].includes(target)) expect(going).not.toThrow();
    else expect(going).toThrow(expect.objectContaining({ reason: 'RESETTLEMENT_STATE_FORBIDS', details: { state, target } }));
  });

  it('comes to its end from every state, and never back', () => {
    for (const state of resettlementStates) {
      const targets = nextStates[state];
      expect(targets.length > 0).toBe(state !== 'closed');
      for (const target of targets) expect(resettlementStates.indexOf(target)).toBeGreaterThan(resettlementStates.indexOf(state));
    }
  });

  it('is owed until the home is handed over, and pays a fee only to who lives elsewhere', () => {
    expect(resettlementStates.filter(isOwed)).toEqual(['signed', 'transition', 'allotted']);
    const paid = resettlementStates.filter((state) => {
      try {
        assertInTransition(state);
        return true;
      } catch {
        return false;
      }
    });
    expect(paid).toEqual(['transition', 'allotted']);
  });
});
