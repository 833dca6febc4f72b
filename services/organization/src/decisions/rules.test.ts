import fc from 'fast-check';
import type { Notice } from './decision';
import { assertMayNotice, assertNotOpened, assertOpenToVotes, countVote, takeStep, transitions } from './rules';

const half = { numerator: 1, denominator: 2 };
const quorum = { id: 'q', version: 1, citation: '法', counted: 'representatives', attendance: half, majority: half, callers: { numerator: 1, denominator: 3 }, awaitsRevision: true } as const;
const notice: Notice = { entitled: 10, quorum, opensAt: new Date(1_000), closesAt: new Date(2_000) };
const all = { branch_proposed: '2026-01-01', committees_consulted: '2026-01-02', members_deliberated: '2026-01-03' };
const reason = (code: string, details?: object) => expect.objectContaining({ reason: code, ...(details && { details }) }) as Error;

describe('a decision', () => {
  it('is prepared, voted on, then published twice, and again what was withdrawn', () => {
    const table = Object.fromEntries(Object.entries(transitions).map(([state, targets]) => [state, Object.keys(targets).sort().join(' ')]));
    expect(table).toEqual({ drafted: 'add_voters give_notice record_step', noticed: 'close fall_overdue move_due withdraw', closed: 'fall_overdue move_due publish', published: 'fall_overdue move_due owe_again publish_outcome republish', reported: 'fall_overdue move_due owe_again republish republish_outcome', withdrawn: '' });
  });

  it('takes its steps in their order, and none before the last one', () => {
    const one = takeStep({}, 'branch_proposed', '2026-01-05');
    expect(takeStep(one, 'committees_consulted', '2026-01-05')).toEqual({ branch_proposed: '2026-01-05', committees_consulted: '2026-01-05' });
    expect(() => takeStep(one, 'committees_consulted', '2026-01-04')).toThrow(reason('DECISION_STEP_OUT_OF_ORDER'));
    expect(() => takeStep(one, 'members_deliberated', '2026-01-06')).toThrow(reason('DECISION_STEP_OUT_OF_ORDER', { step: 'members_deliberated', expected: 'committees_consulted' }));
    expect(() => takeStep(one, 'branch_proposed', '2026-01-06')).toThrow(reason('DECISION_STEP_OUT_OF_ORDER'));
    expect(() => takeStep(all, 'members_deliberated', '2026-01-06')).toThrow(reason('DECISION_STEP_OUT_OF_ORDER', { step: 'members_deliberated', expected: 'give_notice' }));
  });

  it('is noticed when all steps are taken, enough voters called for it and the roll is no longer than those entitled', () => {
    assertMayNotice({ steps: all, callers: 0, registered: 10 }, 10, quorum);
    assertMayNotice({ steps: all, callers: 4, registered: 0 }, 12, quorum);
    expect(() => assertMayNotice({ steps: { branch_proposed: '2026-01-01' }, callers: 0, registered: 0 }, 10, quorum)).toThrow(reason('DECISION_STEPS_MISSING', { expected: 'committees_consulted' }));
    expect(() => assertMayNotice({ steps: all, callers: 3, registered: 0 }, 10, quorum)).toThrow(reason('DECISION_CALLERS_TOO_FEW'));
    expect(() => assertMayNotice({ steps: all, callers: 0, registered: 11 }, 10, quorum)).toThrow(reason('DECISION_ROLL_TOO_LONG'));
  });
});

describe('a vote', () => {
  it.each([
    [999, 'VOTE_NOT_OPEN'],
    [1_000, undefined],
    [1_999, undefined],
    [2_000, 'VOTE_CLOSED'],
  ])('at %i: %s', (at, refused) => {
    const asked = () => assertOpenToVotes({ state: 'noticed', notice }, new Date(at));
    if (refused === undefined) expect(asked()).toBe(notice);
    else expect(asked).toThrow(reason(refused));
  });

  it('can be called off until it opens', () => {
    expect(() => assertNotOpened(notice, new Date(999))).not.toThrow();
    expect(() => assertNotOpened(notice, new Date(1_000))).toThrow(reason('VOTE_OPEN_ALREADY'));
  });

  it('is over once it is closed, and has not begun without notice', () => {
    expect(() => assertOpenToVotes({ state: 'closed', notice }, new Date(1_500))).toThrow(reason('VOTE_CLOSED'));
    expect(() => assertOpenToVotes({ state: 'drafted', notice: undefined }, new Date(1_500))).toThrow(reason('VOTE_NOT_OPEN'));
  });
});

describe('the count', () => {
  it('comes after the time, and holds no more ballots than there are voters', () => {
    const count = { present: 6, inFavour: 4, against: 1, abstained: 1 };
    expect(() => countVote(notice, count, new Date(1_999))).toThrow(reason('VOTE_STILL_OPEN'));
    expect(() => countVote(notice, { present: 11, inFavour: 11, against: 0, abstained: 0 }, new Date(2_000))).toThrow(reason('BALLOTS_EXCEED_VOTERS'));
    expect(countVote(notice, count, new Date(2_000))).toEqual({ result: 'adopted', count });
  });

  it('adopts nothing that not more than half of more than half agreed to', () => {
    const counts = fc.record({ entitled: fc.integer({ min: 1, max: 5_000 }), inFavour: fc.nat(5_000), against: fc.nat(5_000), abstained: fc.nat(5_000) });
    fc.assert(
      fc.property(counts, ({ entitled, inFavour, against, abstained }) => {
        const present = inFavour + against + abstained;
        fc.pre(present <= entitled);
        const { result } = countVote({ ...notice, entitled }, { present, inFavour, against, abstained }, new Date(2_000));
        expect(result === 'adopted').toBe(2 * present >= entitled + 1 && 2 * inFavour >= present + 1);
        expect(result === 'no_quorum').toBe(2 * present <= entitled);
      }),
    );
  });
});
