import { Secret } from '@linli/config';
import fc from 'fast-check';
import { nationalPhone, normalisePhone } from './phone';

const normalise = (raw: string) => normalisePhone(new Secret(raw)).reveal();
const shown = (raw: string) => nationalPhone(normalisePhone(new Secret(raw))).reveal();

describe('a phone', () => {
  it.each([
    ['13812345678', '+8613812345678', '13812345678'],
    ['138 1234-5678', '+8613812345678', '13812345678'],
    ['+86 138 1234 5678', '+8613812345678', '13812345678'],
    ['0086 13812345678', '+8613812345678', '13812345678'],
    ['１３８１２３４５６７８', '+8613812345678', '13812345678'],
    ['(0477) 8123456', '+864778123456', '0477-8123456'],
    ['0477-81234567', '+8647781234567', '0477-81234567'],
    ['+86 477 8123456', '+864778123456', '0477-8123456'],
    ['010-65551234', '+861065551234', '010-65551234'],
    ['+86(0)10 6555 1234', '+861065551234', '010-65551234'],
    ['+86-10-65551234', '+861065551234', '010-65551234'],
  ])('%s is kept as %s and shown as %s', (raw, kept, national) => {
    expect(normalise(raw)).toBe(kept);
    expect(shown(raw)).toBe(national);
  });

  it.each(['', '12812345678', '1381234567', '138123456789', '8123456', '+852 5123 4567', '010-1555123', '138-1234-567a', '400-810-0000', '++8613812345678'])(
    '%s is refused',
    (raw) => {
      expect(() => normalise(raw)).toThrow(expect.objectContaining({ reason: 'FIELD_INVALID', violations: [{ field: 'phone', code: 'malformed' }] }));
    },
  );

  it('is the same however often it is put right', () => {
    const mobile = fc.tuple(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 0, max: 999_999_999 })).map(([second, rest]) => `1${second}${String(rest).padStart(9, '0')}`);
    fc.assert(fc.property(mobile, (raw) => expect(normalise(shown(raw))).toBe(normalise(raw))));
  });
});
