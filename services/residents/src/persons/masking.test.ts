import { Secret } from '@linli/config';
import fc from 'fast-check';
import { maskIdentityNumber, maskName, maskPhone } from './masking';
import { normaliseName } from './name';

const mask = (name: string) => maskName(new Secret(name));

describe('a masked name', () => {
  it.each([
    ['王', '*'],
    ['王明', '王*'],
    ['王小明', '王*明'],
    ['欧阳小明', '欧**明'],
    ['巴特尔·苏和', '巴**·*和'],
    ['阿拉坦其其格', '阿****格'],
    ['呼和巴日斯·阿拉坦其其格', '呼****格'],
    ['𠮷田', '𠮷*'],
    ['ᠪᠠᠲᠤ', 'ᠪ**ᠤ'],
  ])('%s is shown as %s', (name, shown) => {
    expect(mask(name)).toBe(shown);
  });

  it('shows at most the first and the last character of whatever name', () => {
    const character = fc.constantFrom(...'王李张欧阳巴特尔苏和娜仁图雅乌日其格𠮷ᠪᠠᠲᠤ');
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 30 }), (characters) => {
        const name = characters.join('');
        const masked = mask(name);
        expect(masked).not.toBe(name);
        expect(masked).toContain('*');
        expect([...masked.replace(/[*]/g, '')].length).toBeLessThanOrEqual(2);
        if (characters.length > 6) expect(masked).toHaveLength([characters[0], characters.at(-1), '****'].join('').length);
      }),
    );
  });
});

describe('a name', () => {
  it.each([
    ['  王小明 ', '王小明'],
    ['巴特尔•苏和', '巴特尔·苏和'],
    ['巴特尔・苏和', '巴特尔·苏和'],
    ['Anna  O’Neill-Smith', 'Anna O’Neill-Smith'],
    ['李〇〇', '李〇〇'],
    ['ᠪᠠᠲᠤ ᠪᠠᠶᠠᠷ', 'ᠪᠠᠲᠤ ᠪᠠᠶᠠᠷ'],
  ])('%s is kept as %s', (raw, kept) => {
    expect(normaliseName(new Secret(raw)).reveal()).toBe(kept);
  });

  it.each([
    ['', 'required'],
    ['   ', 'required'],
    ['13812345678', 'malformed'],
    ['王小明 13812345678', 'malformed'],
    ['王<b>明', 'malformed'],
    ['王\u0000明', 'malformed'],
    ['王'.repeat(51), 'too_long'],
  ])('%j is refused: %s', (raw, code) => {
    expect(() => normaliseName(new Secret(raw))).toThrow(expect.objectContaining({ violations: [{ field: 'name', code }] }));
  });
});

describe('masked numbers', () => {
  it('show of a phone its beginning and its end', () => {
    expect(maskPhone(new Secret('13812345678'))).toBe('138****5678');
    expect(maskPhone(new Secret('0477-8123456'))).toBe('0477****456');
    expect(maskPhone(new Secret('010-65551234'))).toBe('010****234');
  });

  it('show of an identity number the first three and the last four', () => {
    expect(maskIdentityNumber(new Secret('11010519491231002X'))).toBe('110***********002X');
    const number = fc.integer({ min: 0, max: 10 ** 9 }).map((n) => `110105194912${String(n).padStart(6, '0').slice(-6)}`);
    fc.assert(fc.property(number, (text) => expect(maskIdentityNumber(new Secret(text))).toBe(`${text.slice(0, 3)}***********${text.slice(14)}`)));
  });
});
