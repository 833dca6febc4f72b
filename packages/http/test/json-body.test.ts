import fc from 'fast-check';
import { isAppError } from '@linli/errors';
import { parseJson } from '../src';

describe('parseJson', () => {
  it('reads back every JSON value of storable text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(!text.includes('\\u0000') && !text.includes('__proto__') && !text.includes('\0'));
        expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses any bytes it cannot read as invalid_argument, and never otherwise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          parseJson(bytes);
        } catch (error) {
          expect(isAppError(error) && error.kind).toBe('invalid_argument');
        }
      }),
    );
  });

  it('never gives an object whose prototype came from the body', () => {
    expect(() => parseJson(Buffer.from('[{"__proto__":null}]'))).toThrow('never allowed');
  });
});
