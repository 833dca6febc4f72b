import type { Caller } from '@linli/auth';
import type { Database } from '@linli/db';
import { isAppError, unauthenticated } from '@linli/errors';
import { languageOf } from '@linli/http';
import type { Request } from 'express';
import { readCookie, type Cookies } from '../sessions/cookies';
import { assertOurForm, isUnsafe } from '../sessions/same-origin';
import type { SessionKeys } from '../sessions/sealed';
import { endSession, findSession, type Session, type SessionLimits } from '../sessions/store';
import type { Account, Accounts } from './accounts';
import type { Identity } from './identity';
import type { Issuer, Proof } from './issuer';

/** Somebody who was let in. */
export interface Admitted {
  readonly caller: Caller;
  readonly account: Account;
  readonly identity: Identity;
  /** Absent for a bearer token. */
  readonly session?: Session;
  /** When the session or the token ends, milliseconds since 1970. */
  readonly until: number;
  /** Looks again whether they may still be here, and as what; it does not count as use of the session. @throws unauthenticated. */
  again(): Promise<Admitted>;
}

export interface Door {
  readonly db: Database;
  readonly issuer: Issuer;
  readonly accounts: Accounts;
  readonly cookies: Cookies;
  readonly keys: SessionKeys;
  readonly limits: SessionLimits;
  readonly now: () => Date;
  /** Of our own pages: `https://linli.example`. */
  readonly origin: () => string;
}

type Language = Caller['language'];

/**
 * Who sends this request: by its bearer token, else by its session cookie, which a change must accompany with the CSRF token.
 * @throws unauthenticated SIGN_IN_REQUIRED, SESSION_ENDED, ACCOUNT_NOT_ACTIVE and what a bad token is refused with;
 * permission_denied CSRF_TOKEN_INVALID, CROSS_SITE_REQUEST.
 */
export async function authenticate(door: Door, request: Request): Promise<Admitted> {
  const language = languageOf(request);
  const authorizations = request.headersDistinct.authorization;
  if (authorizations !== undefined) return admitToken(door, await door.issuer.verify(tokenOf(authorizations)), language);
  const cookie = readCookie(request, door.cookies.session);
  if (cookie === undefined) throw unauthenticated('SIGN_IN_REQUIRED', 'the request carries neither a token nor a session');
  const admitted = await admitCookie(door, cookie, { language, touch: true });
  if (isUnsafe(request.method)) {
    assertOurForm(request, { origin: door.origin(), keys: door.keys, idHash: admitted.session.idHash });
  }
  return admitted;
}

/** The session behind a cookie, without asking for more; for pages. */
export async function admitCookie(
  door: Door,
  cookie: string,
  { language, touch }: { language: Language; touch: boolean },
): Promise<Admitted & { session: Session }> {
  const session = await findSession(door.db, cookie, { now: door.now(), limits: door.limits, touch });
  if (session === undefined) throw unauthenticated('SESSION_ENDED', 'the session has ended');
  const { identity } = session;
  const account = await door.accounts.find(identity).catch(async (error: unknown) => {
    if (isAppError(error) && error.kind === 'unauthenticated') await endSession(door.db, session);
    throw error;
  });
  const caller = callerOf(identity, account, language);
  return {
    caller: { ...caller, sessionId: session.idHash.slice(0, 16) },
    account,
    identity,
    session,
    until: session.expiresAt.getTime(),
    again: () => admitCookie(door, cookie, { language, touch: false }),
  };
}

async function admitToken(door: Door, proof: Proof, language: Language): Promise<Admitted> {
  const { identity, until } = proof;
  if (until <= door.now().getTime()) throw unauthenticated('TOKEN_EXPIRED', 'the access token has expired');
  const account = await door.accounts.find(identity);
  return { caller: callerOf(identity, account, language), account, identity, until, again: () => admitToken(door, proof, language) };
}

function callerOf({ tenantId, kind }: Identity, { subject, grants }: Account, language: Language): Caller {
  return { tenantId, subject, kind, grants, language };
}

function tokenOf([authorization = '', ...others]: readonly string[]): string {
  // Node takes the first of several, a proxy may take the last: whom did each let in?
  if (others.length > 0) throw unauthenticated('TOKEN_INVALID', 'there are several Authorization headers');
  const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw unauthenticated('TOKEN_INVALID', 'the Authorization header holds no bearer token');
  return token;
}
