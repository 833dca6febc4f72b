import { failedPrecondition, invalidArgument } from '@linli/errors';

const quoted = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,400})"$/;
const bare = /^[A-Za-z0-9._~:+/=-]{1,255}$/;
const entityTag = /^"v([1-9]\d{0,8})"$/;
const longestKey = 255;

/**
 * The key of an Idempotency-Key header: a structured-field string, as the draft has it, or the same key without quotes.
 * @throws invalid_argument IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_INVALID.
 */
export function readIdempotencyKey(header: string | undefined): string {
  if (header === undefined) throw invalidArgument('IDEMPOTENCY_KEY_REQUIRED', 'the route needs an Idempotency-Key');
  const text = header.trim();
  const key = bare.test(text) ? text : quoted.exec(text)?.[1]?.replace(/\\(["\\])/g, '$1');
  if (key === undefined || key.length > longestKey || key.trim() === '') {
    throw invalidArgument('IDEMPOTENCY_KEY_INVALID', 'the Idempotency-Key is no string of a structured field');
  }
  return key;
}

/**
 * The version in an If-Match header: one strong tag as we give them, `"v42"`.
 * @throws failed_precondition IF_MATCH_REQUIRED, invalid_argument IF_MATCH_INVALID.
 */
export function readIfMatch(header: string | undefined): number {
  if (header === undefined) throw failedPrecondition('IF_MATCH_REQUIRED', 'a change names the version it was made for');
  const version = entityTag.exec(header.trim())?.[1];
  if (version === undefined) throw invalidArgument('IF_MATCH_INVALID', 'If-Match is one entity tag such as "v3"');
  return Number(version);
}

export function entityTagOf(version: number): string {
  return `"v${version}"`;
}
