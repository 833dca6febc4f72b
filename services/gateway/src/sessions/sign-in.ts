import { invalidArgument, unauthenticated } from '@linli/errors';
import type { HttpApp } from '@linli/http';
import express, { type Request, type Response } from 'express';
import * as oidc from 'openid-client';
import { z } from 'zod';
import type { Edge } from '../routing/serve';
import { answerWithPage } from '../pages/problem-page';
import { readCookie } from './cookies';
import { assertOurForm } from './same-origin';
import { endSession, findSession, openSession, type Session } from './store';

const attemptMs = 10 * 60_000;
const attempt = z.strictObject({ verifier: z.string(), state: z.string(), nonce: z.string(), returnTo: z.string() });

/**
 * Signing in and out for browsers: code with PKCE at the office's identity provider (RFC 6749, 7636). What one attempt
 * needs stays in a sealed cookie; no token is kept, only who the person is.
 */
export function serveSignIn(http: HttpApp, edge: Edge): void {
  const guards = [
    async (request: Request, response: Response, next: () => void) => {
      await edge.limits.signIn({ request, response });
      next();
    },
  ];
  const page = (handle: (request: Request, response: Response) => Promise<void>) => answerWithPage(edge.deps.log, handle);
  const form = express.urlencoded({ extended: false, limit: '2kb' });
  http.route({ method: 'get', path: '/auth/sign-in', guards, handle: page((request, response) => beginSignIn(edge, request, response)) });
  http.route({ method: 'get', path: '/auth/callback', guards, handle: page((request, response) => finishSignIn(edge, request, response)) });
  http.route({ method: 'post', path: '/auth/sign-out', body: 'none', before: [form], handle: page((request, response) => signOut(edge, request, response)) });
}

/** @throws unavailable ISSUER_UNAVAILABLE; invalid_argument RETURN_PATH_INVALID. */
async function beginSignIn({ door, deps }: Edge, request: Request, response: Response): Promise<void> {
  const returnTo = readReturnPath(request.query['returnTo']);
  const client = await door.issuer.client();
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: callbackUrl(door.origin()),
    scope: 'openid',
    resource: deps.config.apiAudience,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  const until = new Date(door.now().getTime() + attemptMs);
  door.cookies.set(response, door.cookies.signIn, door.keys.seal({ verifier, state, nonce, returnTo }, until));
  response.redirect(303, url.href);
}

/** @throws unauthenticated SIGN_IN_EXPIRED, SIGN_IN_REFUSED, ACCOUNT_NOT_ACTIVE. */
async function finishSignIn(edge: Edge, request: Request, response: Response): Promise<void> {
  const { door, deps } = edge;
  const begun = attempt.safeParse(door.keys.open(readCookie(request, door.cookies.signIn) ?? '', door.now()));
  door.cookies.clear(response, door.cookies.signIn);
  if (!begun.success) throw unauthenticated('SIGN_IN_EXPIRED', 'this sign-in was not begun here, or too long ago');
  const identity = await redeem(edge, request, begun.data);
  // Whom the office does not know gets no session.
  const account = await door.accounts.find(identity);
  await endFormer(edge, request);
  const value = await openSession(door.db, identity, { now: door.now(), absoluteMs: door.limits.absoluteMs });
  door.cookies.set(response, door.cookies.session, value);
  deps.log.info({ tenant_id: identity.tenantId, kind: identity.kind, subject: account.subject }, 'signed in');
  response.redirect(303, begun.data.returnTo);
}

/** Takes the code to the issuer and gives whom its access token, verified like any other, speaks for. */
async function redeem({ door, deps }: Edge, request: Request, begun: z.output<typeof attempt>) {
  const client = await door.issuer.client();
  const arrived = new URL(callbackUrl(door.origin()));
  arrived.search = new URL(request.originalUrl, arrived).search;
  const checks = { pkceCodeVerifier: begun.verifier, expectedState: begun.state, expectedNonce: begun.nonce, idTokenExpected: true };
  const tokens = await oidc.authorizationCodeGrant(client, arrived, checks, { resource: deps.config.apiAudience }).catch((error: unknown) => {
    throw unauthenticated('SIGN_IN_REFUSED', 'the identity provider did not sign the person in', { cause: error });
  });
  const { identity } = await door.issuer.verify(tokens.access_token);
  if (tokens.claims()?.sub !== identity.subject) throw unauthenticated('SIGN_IN_REFUSED', 'the two tokens speak of two people');
  return identity;
}

/** @throws permission_denied CROSS_SITE_REQUEST, CSRF_TOKEN_INVALID. */
async function signOut(edge: Edge, request: Request, response: Response): Promise<void> {
  const { door, deps } = edge;
  const session = await formerOf(edge, request);
  if (session !== undefined) {
    assertOurForm(request, { origin: door.origin(), keys: door.keys, idHash: session.idHash });
    await endSession(door.db, session);
    deps.log.info({ tenant_id: session.identity.tenantId, kind: session.identity.kind }, 'signed out');
  }
  door.cookies.clear(response, door.cookies.session);
  response.redirect(303, '/');
}

/** A session that the browser still holds ends with the next sign-in: ids are never taken over. */
async function endFormer(edge: Edge, request: Request): Promise<void> {
  const former = await formerOf(edge, request);
  if (former !== undefined) await endSession(edge.door.db, former);
}

async function formerOf({ door }: Edge, request: Request): Promise<Session | undefined> {
  const cookie = readCookie(request, door.cookies.session);
  if (cookie === undefined) return undefined;
  return findSession(door.db, cookie, { now: door.now(), limits: door.limits, touch: false });
}

function callbackUrl(origin: string): string {
  return new URL('/auth/callback', origin).href;
}

/** A path of ours; anything that a browser could read as another host is refused. */
function readReturnPath(value: unknown): string {
  if (value === undefined) return '/';
  if (typeof value === 'string' && value.length <= 500 && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(value)) return value;
  throw invalidArgument('RETURN_PATH_INVALID', 'returnTo is a path of this site');
}
