import { caseStates, type CaseState } from './case';
import { actions, refusalOfState, systemActions, targetOf, type Action, type SystemAction } from './state-machine';

/**
 * The law of the state machine, written a second time and another way: one line an action, one column a state, in the
 * cell the letters of the state it leads to; `.` refuses. Columns and letters in the order of `caseStates`:
 * dr draft · su submitted · nm needs_material · de declined · ac accepted · pr processing · pa paused ·
 * aw awaiting_decision · dd decided · dv delivered · cl closed · re reopened · wi withdrawn.
 */
const letters = ['dr', 'su', 'nm', 'de', 'ac', 'pr', 'pa', 'aw', 'dd', 'dv', 'cl', 're', 'wi'];
const law = `
  action               dr su nm de ac pr pa aw dd dv cl re wi
  update_draft         dr .  .  .  .  .  .  .  .  .  .  .  .
  submit               su .  .  .  .  .  .  .  .  .  .  .  .
  request_material     .  nm nm .  .  .  .  .  .  .  .  .  .
  supply_material      .  .  nm .  .  .  .  .  .  .  .  .  .
  accept               .  ac ac .  .  .  .  .  .  .  .  .  .
  decline              .  de .  .  .  .  .  .  .  .  .  .  .
  start_processing     .  .  .  .  pr .  .  .  .  .  .  pr .
  pause                .  .  .  .  .  pa .  .  .  .  .  .  .
  resume               .  .  .  .  .  .  pr .  .  .  .  .  .
  extend               .  .  .  .  ac pr .  aw .  .  .  re .
  add_task             .  .  .  .  ac pr .  .  .  .  .  re .
  complete_task        .  .  .  .  ac pr .  .  .  .  .  re .
  request_decision     .  .  .  .  .  aw .  .  .  .  .  .  .
  decide               .  .  .  .  dd .  .  dd .  .  .  .  .
  deliver              .  .  .  .  .  .  .  .  dv .  .  .  .
  receive_paper        dr su nm .  ac pr pa .  .  .  .  re .
  return_paper         dr su nm de ac pr pa aw dd .  .  re wi
  call_back            .  .  .  .  .  .  .  .  .  dv .  .  .
  rate                 .  .  .  .  .  .  .  .  .  dv cl .  .
  reopen               .  .  .  .  .  .  .  .  .  .  re .  .
  withdraw             wi wi wi .  wi wi wi wi wi wi .  wi .
  reassign             .  .  .  .  ac pr pa aw dd .  .  re .
  accept_automatically .  ac ac .  .  .  .  .  .  .  .  .  .
  raise_alarm          .  .  .  .  ac pr pa aw dd .  .  re .
  move_due             .  su nm .  ac pr pa aw dd dv cl re .
  change_owner         dr su nm .  ac pr pa aw dd dv .  re .
  close                .  .  .  .  .  .  .  .  .  cl .  .  .`;

const lines = law.trim().split('\n').slice(1).map((line) => line.trim().split(/\s+/));
const cells = lines.flatMap(([action = '', ...targets]) => caseStates.map((state, column) => ({ action, state, letter: targets[column] ?? '' })));

function stateOf(letter: string): CaseState | undefined {
  return caseStates[letters.indexOf(letter)];
}

describe('the state machine', () => {
  it('knows exactly the actions of the law', () => {
    expect(lines.map(([action]) => action).sort()).toEqual([...actions, ...systemActions].sort());
    expect(cells).toHaveLength(27 * 13);
  });

  it.each(cells)('$action in $state', ({ action, state, letter }) => {
    const name = action as Action | SystemAction;
    const refusal = refusalOfState(state, name);
    if (letter === '.') {
      expect(refusal).toMatchObject({ kind: 'failed_precondition', reason: 'CASE_STATE_FORBIDS', details: { state, action } });
      expect(() => targetOf(state, name)).toThrow(expect.objectContaining({ reason: 'CASE_STATE_FORBIDS' }));
    } else {
      expect(refusal).toBeUndefined();
      expect(targetOf(state, name)).toBe(stateOf(letter));
    }
  });

  it('leads every open state to an end, and no end anywhere but by the resident', () => {
    const ends = caseStates.filter((state) => [...actions, ...systemActions].every((action) => [undefined, state].includes(safeTarget(state, action))));
    expect(ends).toEqual(['declined', 'withdrawn']);
    for (const state of caseStates) expect(reachable(state).some((end) => ['declined', 'withdrawn', 'closed'].includes(end))).toBe(true);
  });
});

function safeTarget(state: CaseState, action: Action | SystemAction): CaseState | undefined {
  return refusalOfState(state, action) === undefined ? targetOf(state, action) : undefined;
}

function reachable(from: CaseState): CaseState[] {
  const seen = new Set<CaseState>([from]);
  for (const state of seen) {
    for (const action of [...actions, ...systemActions]) {
      const target = safeTarget(state, action);
      if (target !== undefined) seen.add(target);
    }
  }
  return [...seen];
}
