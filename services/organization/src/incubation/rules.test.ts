import { incubationStates, type IncubatedOrg, type IncubationState } from './incubated-org';
import { admit, end, evaluate, graduate, start } from './rules';

const org: IncubatedOrg = {
  id: 'o', unitId: 'u', unitPath: '/u/', nameZh: '蒙医药研究学会', nameMn: '', state: 'applied', appliedOn: '2026-01-01', term: { from: '2026-02-01', to: '2026-12-31' },
  evaluationDueAt: undefined, evaluationOverdue: true, result: 'passed', evaluationZh: '', receivedOn: '2026-02-01', returnedOn: undefined, leaveReason: '', version: 1,
};
const inState = (state: IncubationState): IncubatedOrg => ({ ...org, state });
const reasonOf = (step: () => unknown): string | undefined => {
  try {
    step();
    return undefined;
  } catch (error) {
    return (error as { reason?: string }).reason;
  }
};
const term = { from: '2026-02-01', to: '2026-12-31' };

describe('incubation', () => {
  it.each([
    ['admit', (state: IncubationState) => admit(inState(state), term, 730), ['applied']],
    ['start', (state: IncubationState) => start(inState(state), '2026-02-01'), ['admitted']],
    ['evaluate', (state: IncubationState) => evaluate(inState(state), 'passed', ''), ['incubating']],
    ['graduate', (state: IncubationState) => graduate(inState(state), '2026-12-31'), ['evaluated']],
    ['end', (state: IncubationState) => end(inState(state), 'withdrew', '2026-12-31'), ['applied', 'admitted', 'incubating', 'evaluated']],
  ])('takes the step %s in just these states', (_action, step, states) => {
    expect(incubationStates.filter((state) => reasonOf(() => step(state)) === undefined)).toEqual(states);
    expect(new Set(incubationStates.filter((state) => !states.includes(state)).map((state) => reasonOf(() => step(state))))).toEqual(new Set(['INCUBATION_STATE_FORBIDS']));
  });

  it('has a term of days in order, no longer than the rule', () => {
    expect(reasonOf(() => admit(org, { from: '2026-02-02', to: '2026-02-01' }, 730))).toBe('TERM_REVERSED');
    expect(reasonOf(() => admit(org, { from: '2025-12-31', to: '2026-02-01' }, 730))).toBe('TERM_REVERSED');
    expect(reasonOf(() => admit(org, { from: '2026-02-01', to: '2026-02-10' }, 9))).toBe('TERM_TOO_LONG');
    expect(admit(org, { from: '2026-02-01', to: '2026-02-10' }, 10)).toMatchObject({ state: 'admitted', version: 2 });
    expect(reasonOf(() => start(inState('admitted'), '2027-01-01'))).toBe('TERM_OVER');
  });

  it('ends well only for who passed, and with what was handed over back', () => {
    expect(reasonOf(() => graduate({ ...inState('evaluated'), result: 'failed' }, '2026-12-31'))).toBe('EVALUATION_NOT_PASSED');
    expect(reasonOf(() => graduate(inState('evaluated'), '2026-01-31'))).toBe('RETURN_BEFORE_HANDOVER');
    expect(reasonOf(() => end(inState('incubating'), 'withdrew', undefined))).toBe('RETURN_MISSING');
    expect(end({ ...inState('admitted'), receivedOn: undefined }, 'withdrew', undefined)).toMatchObject({ state: 'left', leaveReason: 'withdrew', evaluationOverdue: false });
  });
});
