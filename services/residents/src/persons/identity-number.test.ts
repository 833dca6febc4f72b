import { Secret } from '@linli/config';
import fc from 'fast-check';
import { checkCharacter, normaliseIdentityNumber } from './identity-number';

const today = '2026-11-24';
const normalise = (raw: string) => normaliseIdentityNumber(new Secret(raw), today).reveal();
const codeOf = (raw: string) => {
  try {
    return normalise(raw);
  } catch (error) {
    return (error as { violations: { code: string }[] }).violations[0]?.code;
  }
};

const day = fc.date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2026-11-24T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''));
const stem = fc
  .tuple(fc.constantFrom('11', '15', '31', '54', '65', '82'), fc.integer({ min: 0, max: 9999 }), day, fc.integer({ min: 0, max: 999 }))
  .map(([province, area, birth, order]) => `${province}${String(area).padStart(4, '0')}${birth}${String(order).padStart(3, '0')}`);

describe('an identity number', () => {
  it('carries the check character of GB 11643-1999', () => {
    expect(checkCharacter('11010519491231002')).toBe('X');
    expect(checkCharacter('44052418800101001')).toBe('4');
    expect(normalise('11010519491231002X')).toBe('11010519491231002X');
  });

  it('is put right: full width, spaces, small x', () => {
    expect(normalise(' １１０１０５ 19491231 002x ')).toBe('11010519491231002X');
  });

  it('of fifteen digits becomes the same as its eighteen', () => {
    expect(normalise('110105491231002')).toBe('11010519491231002X');
  });

  it.each([
    ['letters', '1101051949123100AX', 'malformed'],
    ['seventeen characters', '11010519491231002', 'malformed'],
    ['X in the middle', '1101051949X2310021', 'malformed'],
    ['a wrong check character', '110105194912310021', 'check_character_wrong'],
    ['a province that is none', `99010519491231002${checkCharacter('99010519491231002')}`, 'region_unknown'],
    ['the 30th of February', `11010519490230002${checkCharacter('11010519490230002')}`, 'birth_date_invalid'],
    ['somebody not born yet', `11010520261125002${checkCharacter('11010520261125002')}`, 'birth_date_invalid'],
    ['somebody of the century before last', `11010518991231002${checkCharacter('11010518991231002')}`, 'birth_date_invalid'],
  ])('is refused with %s', (_what, raw, code) => {
    expect(codeOf(raw)).toBe(code);
  });

  it('is taken with its own check character and no other', () => {
    fc.assert(
      fc.property(stem, fc.integer({ min: 1, max: 10 }), (digits, step) => {
        const right = checkCharacter(digits);
        const characters = '0123456789X';
        const wrong = characters[(characters.indexOf(right) + step) % 11];
        expect(normalise(`${digits}${right}`)).toBe(`${digits}${right}`);
        expect(codeOf(`${digits}${wrong}`)).toBe('check_character_wrong');
      }),
    );
  });

  it('shows every single wrong digit and every swap of neighbours', () => {
    fc.assert(
      fc.property(stem, fc.nat(16), fc.integer({ min: 1, max: 9 }), (digits, at, step) => {
        const changed = `${digits.slice(0, at)}${(Number(digits[at]) + step) % 10}${digits.slice(at + 1)}`;
        expect(checkCharacter(changed)).not.toBe(checkCharacter(digits));
        const [left = '', right = ''] = [digits[at], digits[at + 1]];
        const swapped = `${digits.slice(0, at)}${right}${left}${digits.slice(at + 2)}`;
        if (swapped !== digits && swapped.length === 17) expect(checkCharacter(swapped)).not.toBe(checkCharacter(digits));
      }),
    );
  });

  it('never appears in what a refusal says', () => {
    fc.assert(
      // With a digit in it, so that it cannot by chance be a word of the refusal itself.
      fc.property(fc.tuple(fc.string({ minLength: 4, maxLength: 20 }), fc.integer({ min: 1000, max: 999_999 }), fc.string({ maxLength: 10 })), ([before, digits, after]) => {
        const raw = `${before}${digits}${after}`;
        try {
          normalise(raw);
        } catch (error) {
          expect(JSON.stringify(error) + String(error)).not.toContain(raw);
        }
      }),
    );
  });
});
