import { permissionDenied } from '@linli/errors';
import type { Request } from 'express';
import type { SessionKeys } from './sealed';

interface Ours {
  /** Of our own pages. */
  readonly origin: string;
  readonly keys: SessionKeys;
  /** The session that the request's cookie stands for. */
  readonly idHash: string;
}

/**
 * That a page of ours sent this change: the browser says so, and it holds the session's CSRF token, in the header
 * X-CSRF-Token or the form's field `csrf`. @throws permission_denied CROSS_SITE_REQUEST, CSRF_TOKEN_INVALID.
 */
export function assertOurForm(request: Request, { origin, keys, idHash }: Ours): void {
  const site = request.get('sec-fetch-site') ?? 'same-origin';
  if (site !== 'same-origin' || (request.get('origin') ?? origin) !== origin) {
    throw permissionDenied('CROSS_SITE_REQUEST', 'a page of another site sent this');
  }
  const token = request.get('x-csrf-token') ?? fieldOf(request.body, 'csrf');
  if (!keys.isCsrfTokenOf(idHash, token)) throw permissionDenied('CSRF_TOKEN_INVALID', 'a change by a session needs its CSRF token');
}

function fieldOf(body: unknown, name: string): string {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : '';
}

export function isUnsafe(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}
