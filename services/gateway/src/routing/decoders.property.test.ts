import fc from 'fast-check';
import { Secret } from '@linli/config';
import { isAppError } from '@linli/errors';
import { readCookie } from '../sessions/cookies';
import { createSessionKeys } from '../sessions/sealed';
import { entityTagOf, readIdempotencyKey, readIfMatch } from './preconditions';
import { routeTable } from './table';
import { readPart } from './validate';

const header = fc.string({ unit: 'binary', maxLength: 40 });

/** What was read, or the reason it was refused for; anything but an AppError fails the test. */
function outcome<T>(read: () => T): { readonly value: T } | { readonly reason: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { reason: error.reason };
  }
}

describe('an Idempotency-Key', () => {
  it('is the key that was meant, quoted or bare', () => {
    const key = fc.stringMatching(/^[ -~]{1,255}$/).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(key, (meant) => {
        const quoted = `"${meant.replace(/["\\]/g, '\\$&')}"`;
        expect(readIdempotencyKey(quoted)).toBe(meant);
        if (/^[A-Za-z0-9._~:+/=-]+$/.test(meant)) expect(readIdempotencyKey(` ${meant} `)).toBe(meant);
      }),
    );
  });

  it('is 1 to 255 visible signs, or refused', () => {
    fc.assert(
      fc.property(fc.oneof(header, header.map((text) => `"${text}"`), fc.constantFrom('"  "', '""', '"', '"a\\b"', '"a"b"'), fc.stringMatching(/^"([ -~]|\\["\\]){250,300}"$/)), (sent) => {
        const read = outcome(() => readIdempotencyKey(sent));
        if ('value' in read) expect(read.value).toMatch(/^(?=.*\S)[ -~]{1,255}$/);
        else expect(read.reason).toBe('IDEMPOTENCY_KEY_INVALID');
      }),
      { numRuns: 500 },
    );
  });
});

describe('an If-Match', () => {
  it('is the version we gave, or refused', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 999_999_999 }), (version) => expect(readIfMatch(entityTagOf(version))).toBe(version)));
    fc.assert(
      fc.property(fc.oneof(header, fc.constantFrom('*', '"v0"', '"v01"', 'W/"v1"', '"v1", "v2"', '"v1e3"', '"v9999999999"', 'v1', '"v１"')), (sent) => {
        const read = outcome(() => readIfMatch(sent));
        if ('value' in read) expect(entityTagOf(read.value)).toBe(sent.trim());
        else expect(read.reason).toBe('IF_MATCH_INVALID');
      }),
    );
  });
});

describe('a cookie', () => {
  const keys = createSessionKeys(new Secret('a key of tests'));
  const now = new Date('2026-11-24T00:00:00Z');

  it('gives back what was sealed, until its time', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), fc.integer({ min: 1, max: 600_000 }), (value, ms) => {
        const sealed = keys.seal(value, new Date(now.getTime() + ms));
        const written: unknown = JSON.parse(JSON.stringify(value));
        if (sealed.length <= 4_000) expect(keys.open(sealed, now)).toEqual(written);
        expect(keys.open(sealed, new Date(now.getTime() + ms))).toBeUndefined();
      }),
    );
  });

  it('is nothing when it was changed, or made by another', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), header, (where, change, text) => {
        const bytes = Buffer.from(keys.seal({ nonce: 'n' }, new Date(now.getTime() + 1_000)), 'base64url');
        const at = where % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expect([keys.open(bytes.toString('base64url'), now), keys.open(text, now)]).toEqual([undefined, undefined]);
      }),
    );
    expect(keys.open(createSessionKeys(new Secret('another')).seal({}, new Date(now.getTime() + 1_000)), now)).toBeUndefined();
  });

  it('is read once or not at all from any header', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(header, fc.constantFrom('linli-session=a', ' linli-session=b', 'xlinli-session=c', 'linli-session'))), (parts) => {
        const cookie = parts.join(';');
        const value = readCookie({ headers: { cookie } } as never, 'linli-session');
        expect([undefined, 'a', 'b'].includes(value) || cookie.includes(`linli-session=${value}`)).toBe(true);
      }),
    );
    expect(readCookie({ headers: { cookie: 'linli-session=a; linli-session=a' } } as never, 'linli-session')).toBeUndefined();
  });
});

const parts = routeTable.flatMap((route) => [
  ...(route.body === undefined ? [] : [[`${route.name} body`, route.body] as const]),
  [`${route.name} query`, route.query] as const,
  [`${route.name} params`, route.params] as const,
]);

it.each(parts)('%s takes any JSON into what it promises, or refuses it by name', (_name, schema) => {
  const known = 'shape' in schema ? Object.keys(schema.shape as object) : [];
  const key = fc.constantFrom(...known, '__proto__', 'constructor', 'a.b[0]');
  const sent = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.array(fc.tuple(key, fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 }).map((members) => JSON.parse(`{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`) as unknown));
  fc.assert(
    fc.property(sent, (value) => {
      const before = JSON.stringify(value);
      try {
        expect(Object.getPrototypeOf(readPart(schema, value))).toBe(Object.prototype);
      } catch (error) {
        if (!isAppError(error) || error.reason !== 'FIELD_INVALID') throw error;
        expect(error.violations.length).toBeGreaterThan(0);
        expect(error.violations.length).toBeLessThanOrEqual(20);
        for (const { field, code } of error.violations) expect([field.length <= 100 && field.isWellFormed(), /^[a-z_]+$/.test(code)]).toEqual([true, true]);
      }
      expect(JSON.stringify(value)).toBe(before);
    }),
    { numRuns: 40 },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});
