import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@linli/config';
import { invalidArgument } from '@linli/errors';

export type PageContext = Readonly<Record<string, string | number | boolean | null | undefined>>;
export type PagePosition = readonly (string | number | null)[];

export interface PageTokens {
  /** Makes the opaque token for "after `position`". `context` is what the list was asked with: tenant, caller, filters, order. */
  sign(position: PagePosition, context: PageContext): string;
  /** Undefined for an empty token (first page). @throws invalid_argument PAGE_TOKEN_INVALID for a forged, expired or foreign one. */
  read(token: string, context: PageContext): PagePosition | undefined;
  /** Of rows asked for with one more than fit: those that fit, and the token behind the last of them; '' when no more came. */
  cut<T>(found: readonly T[], page: { readonly limit: number; readonly context: PageContext; readonly at: (last: T) => PagePosition }): { shown: T[]; nextPageToken: string };
}

const daySeconds = 24 * 3600;

/**
 * Opaque, signed page tokens (AIP-158): bound to the filters they were made for, valid a day and until the midnight (UTC) behind
 * it: within one day a page is told in the same words, and keeps its ETag.
 */
export function pageToken(secret: Secret, now: () => Date = () => new Date()): PageTokens {
  function mac(body: string, context: PageContext): Buffer {
    const sorted = Object.entries(context).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
    return createHmac('sha256', secret.reveal()).update(`${body}\n${JSON.stringify(sorted)}`).digest();
  }
  function sign(position: PagePosition, context: PageContext): string {
    const expires = (Math.ceil(now().getTime() / 1000 / daySeconds) + 1) * daySeconds;
    const body = Buffer.from(JSON.stringify([expires, ...position])).toString('base64url');
    return `${body}.${mac(body, context).toString('base64url')}`;
  }
  return {
    sign,
    cut(found, { limit, context, at }) {
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      return { shown, nextPageToken: last === undefined ? '' : sign(at(last), context) };
    },
    read(token, context) {
      if (token === '') return undefined;
      const [body = '', signature = ''] = token.length > 2_000 ? [] : token.split('.');
      const given = Buffer.from(signature, 'base64url');
      const expected = mac(body, context);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw badToken();
      const [expires, ...position] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [number, ...PagePosition];
      if (expires < now().getTime() / 1000) throw badToken();
      return position;
    },
  };
}

function badToken(): Error {
  return invalidArgument('PAGE_TOKEN_INVALID', 'the page token does not belong to this list', {
    violations: [{ field: 'page_token', code: 'invalid' }],
  });
}
