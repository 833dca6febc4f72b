import { permissionDenied } from '@linli/errors';
import type { Request } from 'express';

/**
 * That a browser sends this request from a page of ours. For requests that a cookie authenticates.
 * @throws permission_denied CROSS_SITE_REQUEST.
 */
export function assertSameOrigin(request: Request, publicOrigin: string): void {
  const site = request.get('sec-fetch-site');
  const origin = request.get('origin');
  if ((site === undefined || site === 'same-origin') && (origin === undefined || origin === publicOrigin)) return;
  throw permissionDenied('CROSS_SITE_REQUEST', 'a page of another site sent this');
}

export function isUnsafe(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}
