import { invalidArgument, unauthenticated } from '@linli/errors';
import type { HttpApp } from '@linli/http';
import type { Request, Response } from 'express';
import * as oidc from 'openid-client';
import { z } from 'zod';
import type { Door } from '../identity/authenticate';
import type { RateLimits } from '../limits/rate-limits';
import { readCookie } from './cookies';
import { assertSameOrigin } from './same-origin';
import { endSession, findSession, openSession } from './store';

const attemptMs = 10 * 60_000;
const attempt = z.strictObject({ verifier: z.string(), state: z.string(), nonce: z.string(), returnTo: z.string() });

/**
 * Signing in and out for browsers: code with PKCE at the office's identity provider (RFC 6749, 7636). What one attempt
 * needs stays in a sealed cookie; no token is kept, only who the person is.
 */
export function serveSignIn(http: HttpApp, { door, limits }: { door: Door; limits: RateLimits }): void {
  const before = [
    async (request: Request, response: Response, next: () => void) => {
      await limits.signIn({ request, response });
      next();
    },
  ];
  http.route({ method: 'get', path: '/auth/sign-in', before, handle: (request, response) => beginSignIn(door, request, response) });
  http.route({ method: 'get', path: '/auth/callback', before, handle: (request, response) => finishSignIn(door, request, response) });
  http.route({ method: 'post', path: '/auth/sign-out', body: 'none', handle: (request, response) => signOut(door, request, response) });
}

/** @throws unavailable ISSUER_UNAVAILABLE; invalid_argument RETURN_PATH_INVALID. */
async function beginSignIn(door: Door, request: Request, response: Response): Promise<void> {
  const returnTo = readReturnPath(request.query['returnTo']);
  const client = await door.issuer.client();
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: callbackUrl(door),
    scope: 'openid',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  const until = new Date(door.now().getTime() + attemptMs);
  door.cookies.set(response, door.cookies.signIn, door.keys.seal({ verifier, state, nonce, returnTo }, until));
  response.setHeader('Cache-Control', 'no-store');
  response.redirect(303, url.href);
}

/** @throws unauthenticated SIGN_IN_EXPIRED, SIGN_IN_REFUSED, ACCOUNT_NOT_ACTIVE. */
async function finishSignIn(door: Door, request: Request, response: Response): Promise<void> {
  const begun = attempt.safeParse(door.keys.open(readCookie(request, door.cookies.signIn) ?? '', door.now()));
  door.cookies.clear(response, door.cookies.signIn);
  if (!begun.success) throw unauthenticated('SIGN_IN_EXPIRED', 'this sign-in was not begun here, or too long ago');
  const client = await door.issuer.client();
  const arrived = new URL(callbackUrl(door));
  arrived.search = new URL(request.originalUrl, arrived).search;
  const tokens = await oidc
    .authorizationCodeGrant(client, arrived, {
      pkceCodeVerifier: begun.data.verifier,
      expectedState: begun.data.state,
      expectedNonce: begun.data.nonce,
      idTokenExpected: true,
    })
    .catch((error: unknown) => {
      throw unauthenticated('SIGN_IN_REFUSED', 'the identity provider did not sign the person in', { cause: error });
    });
  const { identity } = await door.issuer.verify(tokens.access_token);
  // Whom the office does not know gets no session.
  await door.accounts.find(identity);
  await endFormer(door, request);
  const value = await openSession(door.db, identity, { now: door.now(), absoluteMs: door.limits.absoluteMs });
  door.cookies.set(response, door.cookies.session, value);
  response.setHeader('Cache-Control', 'no-store');
  response.redirect(303, begun.data.returnTo);
}

/** @throws permission_denied CROSS_SITE_REQUEST. */
async function signOut(door: Door, request: Request, response: Response): Promise<void> {
  assertSameOrigin(request, door.origin());
  await endFormer(door, request);
  door.cookies.clear(response, door.cookies.session);
  response.redirect(303, '/');
}

/** A session that the browser still holds ends with the next sign-in: ids are never taken over. */
async function endFormer(door: Door, request: Request): Promise<void> {
  const cookie = readCookie(request, door.cookies.session);
  if (cookie === undefined) return;
  const former = await findSession(door.db, cookie, { now: door.now(), limits: door.limits, touch: false });
  if (former !== undefined) await endSession(door.db, former);
}

function callbackUrl(door: Door): string {
  return new URL('/auth/callback', door.origin()).href;
}

/** A path of ours; anything that a browser could read as another host is refused. */
function readReturnPath(value: unknown): string {
  if (value === undefined) return '/';
  if (typeof value === 'string' && value.length <= 500 && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(value)) return value;
  throw invalidArgument('RETURN_PATH_INVALID', 'returnTo is a path of this site');
}
