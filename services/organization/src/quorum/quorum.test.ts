import fc from 'fast-check';
import { mayCall, resultOf } from './quorum';

const half = { numerator: 1, denominator: 2 };
const quorum = { attendance: half, majority: half };

describe('a count', () => {
  it.each([
    ['nobody is entitled', { entitled: 0, present: 0, inFavour: 0 }, 'no_quorum'],
    ['exactly half came', { entitled: 100, present: 50, inFavour: 50 }, 'no_quorum'],
    ['one more than half came, exactly half of them agree', { entitled: 102, present: 52, inFavour: 26 }, 'not_adopted'],
    ['one more than half came, one more than half agree', { entitled: 102, present: 52, inFavour: 27 }, 'adopted'],
    ['an odd number, more than half of which is the next whole one', { entitled: 101, present: 51, inFavour: 26 }, 'adopted'],
    ['all came and nobody agrees', { entitled: 7, present: 7, inFavour: 0 }, 'not_adopted'],
  ] as const)('when %s', (_when, count, result) => {
    expect(resultOf(count, quorum)).toBe(result);
  });

  const counts = fc.nat(2_000_000).chain((entitled) => fc.nat(entitled).chain((present) => fc.nat(present).map((inFavour) => ({ entitled, present, inFavour }))));
  const shares = fc.integer({ min: 1, max: 100 }).chain((denominator) => fc.nat(denominator - 1).map((numerator) => ({ numerator, denominator })));

  it('never takes exactly the share for more than the share, and one voice more for enough', () => {
    fc.assert(
      fc.property(shares, fc.integer({ min: 1, max: 10_000 }), (share, times) => {
        const whole = share.denominator * times;
        const part = share.numerator * times;
        const rules = { attendance: share, majority: { numerator: 0, denominator: 1 } };
        expect(resultOf({ entitled: whole, present: part, inFavour: part }, rules)).toBe('no_quorum');
        expect(resultOf({ entitled: whole, present: part + 1, inFavour: part + 1 }, rules)).toBe('adopted');
      }),
    );
  });

  it('agrees with fractions worked out exactly', () => {
    fc.assert(
      fc.property(counts, shares, shares, ({ entitled, present, inFavour }, attendance, majority) => {
        const more = (part: number, { numerator, denominator }: typeof half, whole: number) => BigInt(part) * BigInt(denominator) > BigInt(whole) * BigInt(numerator);
        const expected = !more(present, attendance, entitled) ? 'no_quorum' : more(inFavour, majority, present) ? 'adopted' : 'not_adopted';
        expect(resultOf({ entitled, present, inFavour }, { attendance, majority })).toBe(expected);
      }),
    );
  });

  it('is not turned from adopted by one more who comes and agrees', () => {
    fc.assert(
      fc.property(counts, ({ entitled, present, inFavour }) => {
        fc.pre(present < entitled && resultOf({ entitled, present, inFavour }, quorum) === 'adopted');
        expect(resultOf({ entitled, present: present + 1, inFavour: inFavour + 1 }, quorum)).toBe('adopted');
      }),
    );
  });
});

describe('a call', () => {
  it.each([
    [19, 100, false],
    [20, 100, true],
    [21, 101, true],
    [20, 101, false],
    [0, 0, false],
  ])('by %i of %i: %s', (callers, entitled, may) => {
    expect(mayCall(callers, entitled, { callers: { numerator: 1, denominator: 5 } })).toBe(may);
  });
});
