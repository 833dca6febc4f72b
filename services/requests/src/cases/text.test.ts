import fc from 'fast-check';
import { holdsIdentityNumber, readFreeText } from './text';

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** A made-up number with a right check character: region, birth date and sequence are generated. */
const identityNumber = fc
  .tuple(fc.integer({ min: 100000, max: 899999 }), fc.date({ min: new Date('1920-01-01'), max: new Date('2025-12-31'), noInvalidDate: true }), fc.integer({ min: 0, max: 999 }))
  .map(([region, birth, sequence]) => {
    const body = `${region}${birth.toISOString().slice(0, 10).replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
    const sum = weights.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
    return `${body}${'10X98765432'.charAt(sum % 11)}`;
  });

describe('identity numbers in free text', () => {
  it('are found whatever stands around or between the digits', () => {
    fc.assert(
      fc.property(identityNumber, fc.constantFrom('', ' ', '-', '  ', '·'), fc.constantFrom('', '身份证号', '编号：', 'x', '7'), (number, gap, before) => {
        const spaced = [number.slice(0, 6), number.slice(6, 14), number.slice(14)].join(gap);
        expect(holdsIdentityNumber(`${before}${spaced}，请办理`)).toBe(true);
        expect(holdsIdentityNumber(spaced.toLowerCase())).toBe(true);
      }),
    );
  });

  it('are found in full-width digits', () => {
    fc.assert(
      fc.property(identityNumber, (number) => {
        const wide = [...number].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join('');
        expect(holdsIdentityNumber(wide)).toBe(true);
      }),
    );
  });

  it('are not seen in numbers with a wrong check character, phones or case numbers', () => {
    fc.assert(
      fc.property(identityNumber, (number) => {
        const last = number.at(-1) === '1' ? '2' : '1';
        expect(holdsIdentityNumber(number.slice(0, 17) + last)).toBe(false);
      }),
    );
    expect(holdsIdentityNumber('请拨打13800000000，办件XS-20261124-00042')).toBe(false);
    expect(holdsIdentityNumber('')).toBe(false);
  });

  it('are refused with the field named, and not repeated', () => {
    const number = fc.sample(identityNumber, 1)[0] ?? '';
    expect(() => readFreeText(`我的号码 ${number}`, 'subject', { max: 100 })).toThrow(
      expect.objectContaining({ kind: 'invalid_argument', reason: 'TEXT_HOLDS_IDENTITY_NUMBER', details: { field: 'subject' } }),
    );
    expect(readFreeText('  为父亲办理 ', 'subject', { max: 100 })).toBe('为父亲办理');
  });
});
