import { failedPrecondition, invalidArgument } from '@linli/errors';

/** A string of a structured field (RFC 9651) that is not blank, or the same key without quotes; at most 255 characters. */
export const idempotencyKey = /^("(?! *")([ !#-\[\]-~]|\\["\\]){1,255}"|[A-Za-z0-9._~:+/=-]{1,255})$/;
export const entityTag = /^"v[1-9][0-9]{0,8}"$/;

/**
 * The key of an Idempotency-Key header: a structured-field string, as the draft has it, or the same key without quotes.
 * @throws invalid_argument IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_INVALID.
 */
export function readIdempotencyKey(header: string | undefined): string {
  if (header === undefined) throw invalidArgument('IDEMPOTENCY_KEY_REQUIRED', 'the route needs an Idempotency-Key');
  const text = header.trim();
  if (!idempotencyKey.test(text)) throw invalidArgument('IDEMPOTENCY_KEY_INVALID', 'the Idempotency-Key is no string of a structured field');
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text;
}

/**
 * The version in an If-Match header: one strong tag as we give them, `"v42"`.
 * @throws failed_precondition IF_MATCH_REQUIRED, invalid_argument IF_MATCH_INVALID.
 */
export function readIfMatch(header: string | undefined): number {
  if (header === undefined) throw failedPrecondition('IF_MATCH_REQUIRED', 'a change names the version it was made for');
  const tag = header.trim();
  if (!entityTag.test(tag)) throw invalidArgument('IF_MATCH_INVALID', 'If-Match is one entity tag such as "v3"');
  return Number(tag.slice(2, -1));
}

export function entityTagOf(version: number): string {
  return `"v${version}"`;
}
