import fc from 'fast-check';
import { Secret } from '@linli/config';
import { isAppError } from '@linli/errors';
import { pageToken, type PageContext, type PagePosition } from './page-token';

const now = () => new Date('2026-11-24T00:00:00Z');
const tokens = pageToken(new Secret('one key'), now);

const scalar = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.toWellFormed()), fc.integer(), fc.constant(null));
const position: fc.Arbitrary<PagePosition> = fc.array(scalar, { maxLength: 4 });
const context: fc.Arbitrary<PageContext> = fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(scalar, fc.boolean(), fc.constant(undefined)), { maxKeys: 4 });

function reasonOf(token: string, asked: PageContext, reader = tokens): string {
  try {
    reader.read(token, asked);
    return 'read';
  } catch (error) {
    return isAppError(error) && error.kind === 'invalid_argument' ? error.reason : `not an AppError: ${String(error)}`;
  }
}

describe('a page token', () => {
  it('gives back the position it was made of, for the list it was made for', () => {
    fc.assert(
      fc.property(position, context, (at, asked) => {
        expect(tokens.read(tokens.sign(at, asked), asked)).toEqual(at);
      }),
    );
  });

  it('leads through a list of any length once, whole pages first, and ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 10 }), (length, limit) => {
        const rows = Array.from({ length }, (_, index) => ({ id: index }));
        const seen: number[] = [];
        let pageToken = '';
        do {
          const after = Number(tokens.read(pageToken, {})?.[0] ?? -1);
          const page = tokens.cut(rows.filter(({ id }) => id > after).slice(0, limit + 1), { limit, context: {}, at: ({ id }) => [id] });
          expect(page.nextPageToken === '' || page.shown.length === limit).toBe(true);
          seen.push(...page.shown.map(({ id }) => id));
          pageToken = page.nextPageToken;
        } while (pageToken !== '');
        expect(seen).toEqual(rows.map(({ id }) => id));
      }),
    );
  });

  it('is refused by another list, under another key and after a day', () => {
    fc.assert(
      fc.property(position, context, context, (at, asked, other) => {
        const token = tokens.sign(at, asked);
        const same = JSON.stringify(Object.entries(asked).filter(([, value]) => value !== undefined).sort()) === JSON.stringify(Object.entries(other).filter(([, value]) => value !== undefined).sort());
        if (!same) expect(reasonOf(token, other)).toBe('PAGE_TOKEN_INVALID');
        expect(reasonOf(token, asked, pageToken(new Secret('another key'), now))).toBe('PAGE_TOKEN_INVALID');
        expect(reasonOf(token, asked, pageToken(new Secret('one key'), () => new Date('2026-11-25T00:00:01Z')))).toBe('PAGE_TOKEN_INVALID');
      }),
    );
  });

  it('is refused with its one reason when anything in it was changed', () => {
    const anySign = fc.constantFrom(...'ABab01-_.=~ \0é');
    fc.assert(
      fc.property(position, context, fc.tuple(fc.nat(), anySign), (at, asked, [where, sign]) => {
        const token = tokens.sign(at, asked);
        const index = where % token.length;
        const forged = token.slice(0, index) + sign + token.slice(index + 1);
        if (forged === token) return;
        // The last letter of the signature has bits that stand for nothing: the same bytes are the same signature.
        const reason = reasonOf(forged, asked);
        if (reason === 'read') expect(tokens.read(forged, asked)).toEqual(at);
        else expect(reason).toBe('PAGE_TOKEN_INVALID');
      }),
    );
  });

  it('is never anything else that somebody sends', () => {
    const sent = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.base64String({ minLength: 1, maxLength: 100 }).map((text) => `${text}.${text}`), fc.constantFrom('.', '..', 'e30.', '.e30', 'x'.repeat(1_000_000)));
    fc.assert(
      fc.property(sent, (token) => {
        expect(reasonOf(token, {})).toBe('PAGE_TOKEN_INVALID');
      }),
    );
  });
});
