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
    expect(table).toEqual({ drafted: 'add_voters give_notice record_step withdraw', noticed: 'close fall_overdue move_due withdraw', closed: 'fall_overdue move_due publish', published: 'fall_overdue move_due owe_again publish_outcome republish', reported: 'fall_overdue move_due owe_again republish republish_outcome', withdrawn: '' });
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
  const none = { inFavour: 0, against: 0, abstained: 0 };
  const inFavour = (ballots: number) => ({ ...none, inFavour: ballots });

  it('comes after the time, and adds what came out of both boxes', () => {
    const boxes = { cast: { inFavour: 1, against: 1, abstained: 0 }, papers: { inFavour: 3, against: 0, abstained: 1 }, registered: 2, voted: 2 };
    expect(() => countVote(notice, boxes, new Date(1_999))).toThrow(reason('VOTE_STILL_OPEN'));
    expect(countVote(notice, boxes, new Date(2_000))).toEqual({ result: 'adopted', count: { present: 6, inFavour: 4, against: 1, abstained: 1 }, papers: 4 });
  });

  it('takes as many papers as were not on the roll, or took one instead of it', () => {
    const papers = (ballots: number, roll: object) => () => countVote(notice, { cast: inFavour(2), papers: inFavour(ballots), registered: 6, voted: 2, ...roll }, new Date(2_000));
    // Four of ten are not on the roll; two of the six on it voted by sign-in, and four did neither.
    expect(papers(4, {})).not.toThrow();
    expect(papers(5, {})).toThrow(reason('BALLOTS_EXCEED_VOTERS', { papers: '5', most: '4' }));
    // Three more of the roll took a paper.
    expect(papers(7, { voted: 5 })).not.toThrow();
    expect(papers(8, { voted: 5 })).toThrow(reason('BALLOTS_EXCEED_VOTERS', { papers: '8', most: '7' }));
    // Who took one is not known any more: nobody has two votes still.
    expect(papers(8, { voted: undefined })).not.toThrow();
    expect(papers(9, { voted: undefined })).toThrow(reason('BALLOTS_EXCEED_VOTERS'));
  });

  it('never holds more ballots than people who may have cast one, and refuses none of them', () => {
    // What each of the entitled does: stays away, votes by sign-in, or puts a paper into the box.
    const doing = fc.constantFrom('away', 'online', 'paper');
    const hall = fc.record({ roll: fc.array(doing, { maxLength: 40 }), others: fc.array(fc.constantFrom('away', 'paper'), { maxLength: 40 }), slipped: fc.nat(5) });
    fc.assert(
      fc.property(hall, ({ roll, others, slipped }) => {
        const entitled = roll.length + others.length;
        fc.pre(entitled > 0);
        const of = (those: string[], what: string) => those.filter((one) => one === what).length;
        const honest = of(roll, 'paper') + of(others, 'paper');
        const boxes = { cast: inFavour(of(roll, 'online')), registered: roll.length, voted: roll.length - of(roll, 'away') };
        const counted = (papers: number) => countVote({ ...notice, entitled }, { ...boxes, papers: inFavour(papers) }, new Date(2_000)).count.present;
        expect(counted(honest)).toBe(of(roll, 'online') + honest);
        // Papers slipped in beyond those who stayed away without being on the roll are refused.
        const most = honest + of(others, 'away');
        if (honest + slipped <= most) expect(counted(honest + slipped)).toBeLessThanOrEqual(entitled - of(roll, 'away'));
        else expect(() => counted(honest + slipped)).toThrow(reason('BALLOTS_EXCEED_VOTERS', { papers: String(honest + slipped), most: String(most) }));
      }),
    );
  });

  it('adopts nothing that not more than half of more than half agreed to', () => {
    const counts = fc.record({ entitled: fc.integer({ min: 1, max: 5_000 }), inFavour: fc.nat(5_000), against: fc.nat(5_000), abstained: fc.nat(5_000) });
    fc.assert(
      fc.property(counts, ({ entitled, ...papers }) => {
        const present = papers.inFavour + papers.against + papers.abstained;
        fc.pre(present <= entitled);
        const { result } = countVote({ ...notice, entitled }, { cast: none, papers, registered: 0, voted: 0 }, new Date(2_000));
        expect(result === 'adopted').toBe(2 * present >= entitled + 1 && 2 * papers.inFavour >= present + 1);
        expect(result === 'no_quorum').toBe(2 * present <= entitled);
      }),
    );
  });
});
