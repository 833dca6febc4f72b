import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { internal, unauthenticated, type AppError } from '@linli/errors';
import type { Secret } from '@linli/config';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Caller } from './caller';
import { callerOfClaims, claimsOfCaller } from './caller-claims';
import { createExpiringCache } from './expiring-cache';

const tokenType = 'linli-internal+jwt';
const lifetimeSeconds = 60;
const reuseWhileMs = 30_000;
const toleranceSeconds = 5;
const longestToken = 32_768;
const cached = 1000;

/** Short-lived tokens that carry a caller from one process of ours to another. */
export interface InternalTokens {
  /** A token for one audience (a service's name); minted ones are used again while more than 30 s are left. */
  mint(caller: Caller, audience: string): Promise<string>;
  /** @throws unauthenticated CALLER_TOKEN_MISSING, CALLER_TOKEN_EXPIRED, CALLER_TOKEN_INVALID. */
  verify(token: string | undefined, audience: string): Promise<Caller>;
}

export interface InternalTokenOptions {
  /** Our own name, which is also our key's id. */
  readonly issuer: string;
  /** PEM or JWK, P-256; a process that only verifies has none. */
  readonly privateKey?: Secret;
  /** JWKS text of public keys; each `kid` names the issuer, and two keys of one name are both good, for rotation. */
  readonly trustedKeys: string;
  readonly now?: () => Date;
}

/**
 * ES256 tokens of at most 60 s. Only the gateway, which verified a user's token, may carry a user; everyone else
 * may speak as a system job only.
 */
export function createInternalTokens(options: InternalTokenOptions): InternalTokens {
  const now = options.now ?? (() => new Date());
  const privateKey = options.privateKey === undefined ? undefined : readPrivateKey(options.privateKey);
  const trusted = readTrustedKeys(options.trustedKeys);
  const minted = createExpiringCache<string>(cached);
  const verified = createExpiringCache<Caller>(cached);

  return {
    async mint(caller, audience) {
      if (privateKey === undefined) throw internal('INTERNAL_KEY_MISSING', 'this process has no key to mint internal tokens');
      const claims = claimsOfCaller(caller);
      const key = `${audience} ${JSON.stringify(claims)}`;
      const reusable = minted.get(key, now().getTime());
      if (reusable !== undefined) return reusable;
      const issuedAt = Math.floor(now().getTime() / 1000);
      const token = await new SignJWT({ ...claims, iss: options.issuer, aud: audience, iat: issuedAt, exp: issuedAt + lifetimeSeconds })
        .setProtectedHeader({ alg: 'ES256', typ: tokenType, kid: options.issuer })
        .sign(privateKey);
      minted.set(key, token, (issuedAt + lifetimeSeconds) * 1000 - reuseWhileMs);
      return token;
    },

    async verify(token, audience) {
      if (token === undefined || token === '') throw unauthenticated('CALLER_TOKEN_MISSING', 'the call carries no internal token');
      const key = `${audience} ${token}`;
      const known = verified.get(key, now().getTime());
      if (known !== undefined) return known;
      const { caller, expiresAt } = await verifyToken(token, { audience, trusted, now: now() });
      verified.set(key, caller, expiresAt);
      return caller;
    },
  };
}

interface Expected {
  readonly audience: string;
  readonly trusted: ReadonlyMap<string, readonly KeyObject[]>;
  readonly now: Date;
}

async function verifyToken(token: string, expected: Expected): Promise<{ caller: Caller; expiresAt: number }> {
  const issuer = issuerOf(token);
  const { exp = 0, iat = 0, ...payload } = await verifySignature(token, issuer, expected);
  if (exp - iat > lifetimeSeconds) throw invalid('it lives too long');
  const caller = callerOfClaims(payload);
  if (caller === undefined) throw invalid('its claims are no caller');
  if (caller.kind !== 'system' && issuer !== 'gateway') throw invalid('only the gateway carries users');
  return { caller, expiresAt: exp * 1000 };
}

async function verifySignature(token: string, issuer: string, expected: Expected): Promise<JWTPayload> {
  let failure = invalid('the key is not a trusted one');
  for (const key of expected.trusted.get(issuer) ?? []) {
    try {
      const { payload } = await jwtVerify(token, key, {
        typ: tokenType,
        algorithms: ['ES256'],
        issuer,
        audience: expected.audience,
        requiredClaims: ['exp', 'iat', 'sub'],
        maxTokenAge: lifetimeSeconds,
        clockTolerance: toleranceSeconds,
        currentDate: expected.now,
      });
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      failure = refusal(error);
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
    }
  }
  throw failure;
}

function issuerOf(token: string): string {
  if (token.length > longestToken) throw invalid('it is too long');
  try {
    return decodeProtectedHeader(token).kid ?? '';
  } catch (error) {
    throw invalid('its header is unreadable', error);
  }
}

function refusal(error: errors.JOSEError): AppError {
  if (error instanceof errors.JWTExpired) return unauthenticated('CALLER_TOKEN_EXPIRED', 'the internal token has expired');
  return invalid(error.code, error);
}

function invalid(why: string, cause?: unknown): AppError {
  return unauthenticated('CALLER_TOKEN_INVALID', `the internal token is refused: ${why}`, { cause });
}

function readPrivateKey(secret: Secret): KeyObject {
  const text = secret.reveal().trim();
  try {
    return text.startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' })
      : createPrivateKey(text);
  } catch {
    // No cause: what a parser says may quote the key.
    throw internal('INTERNAL_KEY_MALFORMED', 'the internal private key is neither PEM nor a JWK');
  }
}

function readTrustedKeys(text: string): ReadonlyMap<string, readonly KeyObject[]> {
  const trusted = new Map<string, KeyObject[]>();
  for (const jwk of parseKeys(text)) {
    if (typeof jwk['kid'] !== 'string' || jwk.crv !== 'P-256' || 'd' in jwk) {
      throw internal('TRUSTED_KEYS_MALFORMED', 'a trusted key must be a public P-256 key with a kid');
    }
    trusted.set(jwk['kid'], [...(trusted.get(jwk['kid']) ?? []), createPublicKey({ key: jwk, format: 'jwk' })]);
  }
  return trusted;
}

function parseKeys(text: string): JsonWebKey[] {
  try {
    const { keys } = JSON.parse(text) as { keys?: JsonWebKey[] };
    if (Array.isArray(keys)) return keys;
  } catch {
    // Said below.
  }
  throw internal('TRUSTED_KEYS_MALFORMED', 'the trusted keys are not a JWKS');
}
