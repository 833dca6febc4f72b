import { unauthenticated, type AppError } from '@linli/errors';
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import { createExpiringCache } from './expiring-cache';
import { acceptedAlgorithms, createIssuerKeys, type IssuerKeys } from './issuer-keys';

/** The claims of a verified access token, under their own names. A person is `iss` and `sub` together. */
export type AccessClaims = Readonly<{
  iss: string;
  sub: string;
  client_id: string;
  jti: string;
  /** Seconds since 1970. */
  iat: number;
  exp: number;
  linli_tenant: string;
  linli_kind: 'staff' | 'resident' | 'client';
}>;

export interface AccessTokenVerifier {
  /**
   * @throws unauthenticated TOKEN_MISSING, TOKEN_EXPIRED (of a token that is good otherwise), TOKEN_INVALID: what is wrong
   * with it is in the message, for our log, and not in the reason, for whoever is trying; unavailable ISSUER_UNAVAILABLE.
   */
  verify(token: string | undefined): Promise<AccessClaims>;
  /** Reads every issuer's keys, for start and readiness. @throws unavailable ISSUER_UNAVAILABLE */
  warm(): Promise<void>;
}

export interface AccessTokenOptions {
  readonly issuers: readonly { readonly issuer: string; readonly jwksUri: string }[];
  /** This API, which must be among the token's audiences. */
  readonly audience: string;
  readonly now?: () => Date;
  /** Told when an issuer's keys cannot be refreshed, for a log line and an alert. */
  readonly onKeysFailure?: (issuer: string, error: unknown) => void;
}

const longestToken = 8_192;
const toleranceSeconds = 30;
// A signature that was good a moment ago is not worked out again. The issuer's keys are read anew every ten minutes anyway.
const rememberedMs = 60_000;
const mostRemembered = 2_000;
const kinds = ['staff', 'resident', 'client'] as const;

/** Access tokens by RFC 9068 and RFC 8725: the issuer, its keys, the algorithms and the audience are ours to name, never the token's. */
export function createAccessTokenVerifier(options: AccessTokenOptions): AccessTokenVerifier {
  const now = options.now ?? (() => new Date());
  const keysOf = new Map(
    options.issuers.map(({ issuer, jwksUri }): [string, IssuerKeys] => [
      issuer,
      createIssuerKeys({ jwksUri, now, onFailure: (error) => options.onKeysFailure?.(issuer, error) }),
    ]),
  );

  const verified = createExpiringCache<AccessClaims>(mostRemembered);

  return {
    async verify(token) {
      const at = now().getTime();
      const known = token === undefined ? undefined : verified.get(token, at);
      if (known !== undefined) return known;
      const issuer = issuerOf(token);
      const keys = keysOf.get(issuer);
      if (keys === undefined) throw invalid('its issuer is none of ours');
      try {
        const { payload } = await jwtVerify(token ?? '', (header) => findKey(keys, header), {
          typ: 'at+jwt',
          algorithms: acceptedAlgorithms,
          issuer,
          audience: options.audience,
          requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
          clockTolerance: toleranceSeconds,
          currentDate: now(),
        });
        const claims = claimsOf(payload, now());
        verified.set(token ?? '', claims, Math.min(at + rememberedMs, (claims.exp + toleranceSeconds) * 1_000));
        return claims;
      } catch (error) {
        throw error instanceof errors.JOSEError ? refusalOf(error) : error;
      }
    },
    async warm() {
      await Promise.all([...keysOf.values()].map((keys) => keys.ensure()));
    },
  };
}

function issuerOf(token: string | undefined): string {
  if (token === undefined || token === '') throw unauthenticated('TOKEN_MISSING', 'the request carries no access token');
  if (token.length > longestToken) throw invalid('it is too long');
  try {
    return decodeJwt(token).iss ?? '';
  } catch (error) {
    throw invalid('it is no JWT', error);
  }
}

// Only `kid` and `alg` of the header count, and both only choose among what is configured: `jwk`, `jku`, `x5u` and `x5c` are never looked at.
async function findKey(keys: IssuerKeys, header: { kid?: string; alg?: string }) {
  const key = await keys.find(header.kid ?? '', header.alg ?? '');
  if (key === undefined) throw invalid('its issuer publishes no such key for its algorithm');
  return key;
}

function claimsOf(payload: JWTPayload, now: Date): AccessClaims {
  const { exp, iat } = payload;
  const kind = kinds.find((known) => known === payload['linli_kind']);
  // JSON has numbers too large for one of ours: 1e999 would be a token without end.
  if (exp === undefined || !Number.isFinite(exp)) throw missing('exp');
  if (iat === undefined || !Number.isFinite(iat)) throw missing('iat');
  if (kind === undefined) throw missing('linli_kind');
  if (iat > now.getTime() / 1000 + toleranceSeconds) throw invalid('it was issued in the future');
  return {
    iss: textClaim(payload, 'iss'),
    sub: textClaim(payload, 'sub'),
    client_id: textClaim(payload, 'client_id'),
    jti: textClaim(payload, 'jti'),
    iat,
    exp,
    linli_tenant: textClaim(payload, 'linli_tenant'),
    linli_kind: kind,
  };
}

function textClaim(payload: JWTPayload, claim: string): string {
  const value = payload[claim];
  if (typeof value !== 'string' || value === '') throw missing(claim);
  return value;
}

function refusalOf(error: errors.JOSEError): AppError {
  if (error instanceof errors.JWTExpired) return unauthenticated('TOKEN_EXPIRED', 'the access token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefusal(error);
  if (error instanceof errors.JOSEAlgNotAllowed) return invalid('its algorithm is not allowed');
  if (error instanceof errors.JWSSignatureVerificationFailed) return invalid('its signature does not fit');
  return invalid(error.code, error);
}

function claimRefusal({ claim, reason }: errors.JWTClaimValidationFailed): AppError {
  if (claim === 'typ') return invalid('its type is not that of an access token');
  if (claim === 'aud') return invalid('it is for another API');
  if (reason === 'missing') return missing(claim);
  if (claim === 'nbf' && reason === 'check_failed') return invalid('it is not valid yet');
  return invalid(`its claim ${claim} has the wrong form`);
}

function missing(claim: string): AppError {
  return invalid(`its claim ${claim} is missing`);
}

function invalid(why: string, cause?: unknown): AppError {
  return unauthenticated('TOKEN_INVALID', `the access token is refused: ${why}`, { cause });
}
