import fc from 'fast-check';
import { isAppError } from '@linli/errors';
import { parseJson } from '../src';

function reasonOf(bytes: Uint8Array | string): string {
  try {
    parseJson(Buffer.from(bytes));
    return 'taken';
  } catch (error) {
    return isAppError(error) && error.kind === 'invalid_argument' ? error.reason : 'not an AppError';
  }
}

const reasons = new Set(['taken', 'BODY_NOT_UTF8', 'BODY_NOT_JSON', 'BODY_TOO_DEEP', 'BODY_FORBIDDEN_KEY', 'BODY_KEY_TWICE', 'BODY_FORBIDDEN_CHARACTER']);

describe('parseJson', () => {
  it('reads back every JSON value of storable text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        fc.pre(!text.includes('\\u0000') && !text.includes('__proto__'));
        expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses any bytes it cannot read with a reason of its own, and never otherwise', () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    // Bytes of which many are signs of JSON come further than any others.
    const nearly = fc.string({ unit: fc.constantFrom(...'{}[]:,"\\u0012aé𠮷.-eE+ \n'), maxLength: 40 }).map((text) => new TextEncoder().encode(text));
    fc.assert(
      fc.property(fc.oneof(bytes, nearly), (sent) => {
        expect(reasons).toContain(reasonOf(sent));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never gives an object whose prototype came from the body', () => {
    expect(reasonOf('[{"__proto__":null}]')).toBe('BODY_FORBIDDEN_KEY');
    expect(reasonOf('{"\\u005f_proto__":{"admin":true}}')).toBe('BODY_FORBIDDEN_KEY');
    expect(Object.getPrototypeOf(parseJson(Buffer.from('{"constructor":{"prototype":{"admin":true}}}')))).toBe(Object.prototype);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each(['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[{"b":{"a":[],"x":"{","a":[]}}]', '{"a\\"":1,"a\\"":1}', '{"":0,"":0}'])('refuses the key twice in %s', (text) => {
    expect(reasonOf(text)).toBe('BODY_KEY_TWICE');
  });

  it.each(['{"a":1,"b":{"a":1}}', '[{"a":1},{"a":1}]', '{"a":"a","b":"a"}', '{"a":["a","a"]}', '{"a":":","b":"{\\"a\\":1"}'])('takes %s', (text) => {
    expect(reasonOf(text)).toBe('taken');
  });

  it('finds a key twice wherever it is, and only then', () => {
    const key = fc.constantFrom('a', 'b', '"', '\\', ':', '{');
    const pairs = fc.array(fc.tuple(key, fc.jsonValue({ maxDepth: 2, noUnicodeString: true })), { maxLength: 4 });
    fc.assert(
      fc.property(pairs, (members) => {
        const text = `[{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}]`;
        fc.pre(!/__proto__|\\u0000/.test(text));
        const twice = new Set(members.map(([name]) => name)).size < members.length;
        expect(reasonOf(text)).toBe(twice ? 'BODY_KEY_TWICE' : 'taken');
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), 'BODY_NOT_JSON'],
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'BODY_NOT_UTF8'],
    ['half a character in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'BODY_NOT_UTF8'],
    ['beyond Unicode', Buffer.from([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]), 'BODY_NOT_UTF8'],
    ['UTF-16', Buffer.from('{}', 'utf16le'), 'BODY_NOT_JSON'],
    ['half a character as an escape', '"\\udc00\\ud800"', 'BODY_FORBIDDEN_CHARACTER'],
    ['NaN', '{"a":NaN}', 'BODY_NOT_JSON'],
    ['a comment', '{}//', 'BODY_NOT_JSON'],
    ['a trailing comma', '[1,]', 'BODY_NOT_JSON'],
    ['32 levels', `${'['.repeat(32)}${']'.repeat(32)}`, 'taken'],
    ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`, 'BODY_TOO_DEEP'],
    ['10,000 levels', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 'BODY_TOO_DEEP'],
  ])('answers %s', (_what, sent, reason) => {
    expect(reasonOf(sent)).toBe(reason);
  });

  it('takes time in proportion to the bytes', () => {
    const began = performance.now();
    for (const text of [`"${'\\\\'.repeat(130_000)}"`, `{${Array.from({ length: 20_000 }, (_, index) => `"${index}":0`).join(',')}}`, '['.repeat(260_000), `"${'"'.repeat(1)}${' '.repeat(260_000)}`]) {
      reasonOf(text);
    }
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
