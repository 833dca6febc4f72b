import { internal } from '@linli/errors';

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one text of a JSON value (RFC 8785): no white space, keys by UTF-16 code units, numbers and strings as ECMAScript writes them.
 * @throws AppError internal CANONICAL_JSON_IMPOSSIBLE: a number that is not finite, or half of a surrogate pair.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string' && !value.isWellFormed()) throw impossible();
  if (typeof value === 'number' && !Number.isFinite(value)) throw impossible();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  // The default order of sort() is by UTF-16 code units, as the standard asks.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`).join(',')}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function impossible() {
  return internal('CANONICAL_JSON_IMPOSSIBLE', 'a value has no canonical JSON');
}
