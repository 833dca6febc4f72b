import { invalidArgument } from '@linli/errors';
import type { NextFunction, Request, Response } from 'express';

const oneYear = 31_536_000;

/** The strictest set, for JSON; a route that answers a page replaces Content-Security-Policy by what its page needs. */
export function securityHeaders(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=()');
  response.setHeader('Cache-Control', 'no-store');
  if (request.secure) response.setHeader('Strict-Transport-Security', `max-age=${oneYear}; includeSubDomains`);
  next();
}

/** @throws invalid_argument URL_MALFORMED for a URL that is no UTF-8 or holds a NUL, which no column could keep. */
export function assertDecodable(request: Request, _response: Response, next: NextFunction): void {
  if (!isDecodable(request.originalUrl)) throw invalidArgument('URL_MALFORMED', 'the URL cannot be decoded');
  next();
}

function isDecodable(url: string): boolean {
  try {
    return !decodeURIComponent(url).includes('\0');
  } catch {
    return false;
  }
}
