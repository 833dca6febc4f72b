import fc from 'fast-check';
import { isAppError } from '@linli/errors';
import { compactLimit, readUuid, readUuids, requireText } from './index';

const anything = fc.string({ unit: 'binary', maxLength: 40 });

/** What a reader gives, or the one code of its FIELD_INVALID; anything else that is thrown fails the test. */
function outcome<T>(read: () => T): { readonly value: T } | { readonly code: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (!isAppError(error) || error.reason !== 'FIELD_INVALID') throw error;
    expect(error.violations).toHaveLength(1);
    return { code: error.violations[0]?.code ?? '' };
  }
}

describe('the readers of fields', () => {
  it('give text that is stored and shown as it was meant, or say what is wrong', () => {
    fc.assert(
      fc.property(anything, fc.boolean(), (raw, optional) => {
        const read = outcome(() => requireText(raw, 'note', { max: 20, optional }));
        if ('code' in read) expect(['required', 'too_long', 'malformed']).toContain(read.code);
        else {
          expect(read.value).toBe(read.value.trim().normalize('NFC'));
          expect(read.value.isWellFormed()).toBe(true);
          expect([...read.value].length).toBeLessThanOrEqual(20);
          expect(read.value).not.toMatch(/[\0-\x08\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/);
          expect(requireText(read.value, 'note', { max: 20, optional })).toBe(read.value);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['an order of reading turned around', '王\u202e明'],
    ['an isolate', '王\u2067明'],
    ['zero width', '王\u200b小明'],
    ['a byte order mark', '\ufeff王'.concat('\ufeff明')],
    ['a filler that looks like nothing', '\u3164'],
    ['a C1 control', 'a\u0085b'],
    ['an escape to a terminal', '\u001b[31m'],
    ['a line separator', 'a\u2028b'],
    ['a tag', 'a\u{e0041}'],
    ['no character', 'a\uffff'],
    ['half a character', 'a\udfff'],
    ['a flood of marks', `a${'\u0336'.repeat(50)}`],
  ])('refuse %s', (_what, text) => {
    expect(outcome(() => requireText(text, 'note', { max: 200 }))).toEqual({ code: 'malformed' });
  });

  it.each(['𠮷野家', '斯琴·图雅', 'ᠬᠣᠲᠠ\u180eᠠ', 'ᠮᠣᠩᠭᠣᠯ\u202fᠤᠨ', 'Việt', '第一行\n第二行\t', '👨‍👩‍👧', 'a\u0301\u0302b'])('take %j', (text) => {
    expect(outcome(() => requireText(text, 'note', { max: 200 }))).toHaveProperty('value');
  });

  it('give an id as it was written, or say what is wrong', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), anything, fc.uuid().map((id) => id.toUpperCase()), fc.uuid().map((id) => `${id}\n`)), (raw) => {
        const read = outcome(() => readUuid(raw, 'id'));
        if ('value' in read) expect([read.value, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(raw)]).toEqual([raw, true]);
      }),
    );
  });

  it('give each id once, and never more than the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('01920000-0000-7000-8000-000000000001', '01920000-0000-7000-8000-000000000002', 'x'), { maxLength: 6 }), (raw) => {
        const read = outcome(() => readUuids(raw, 'ids', 4));
        if ('value' in read) expect(read.value).toEqual([...new Set(raw)]);
        else expect(raw.length > 4 || raw.includes('x')).toBe(true);
      }),
    );
  });

  it('give a page size from 1 to the most', () => {
    fc.assert(
      fc.property(fc.integer(), (size) => {
        const read = outcome(() => compactLimit(size));
        if ('value' in read) expect([read.value >= 1, read.value <= 200]).toEqual([true, true]);
        else expect(size).toBeLessThan(0);
      }),
    );
  });

  it('take time in proportion to the text', () => {
    const began = performance.now();
    for (const text of ['a'.repeat(1_000_000), '\u0301'.repeat(1_000_000), ' '.repeat(1_000_000), '𠮷'.repeat(500_000), '\u1100\u1161'.repeat(300_000)]) {
      outcome(() => requireText(text, 'note', { max: 20 }));
    }
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
