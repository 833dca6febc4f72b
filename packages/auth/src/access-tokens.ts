import { unauthenticated as refuse, type AppError } from '@linli/errors';
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
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
   * @throws unauthenticated TOKEN_MISSING, TOKEN_MALFORMED, TOKEN_EXPIRED, TOKEN_NOT_YET_VALID, TOKEN_WRONG_AUDIENCE,
   * TOKEN_WRONG_ISSUER, TOKEN_WRONG_TYPE, TOKEN_WRONG_ALGORITHM, TOKEN_KEY_UNKNOWN, TOKEN_SIGNATURE_INVALID,
   * TOKEN_CLAIM_MISSING (`claim`); unavailable ISSUER_UNAVAILABLE.
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

  return {
    async verify(token) {
      const issuer = issuerOf(token);
      const keys = keysOf.get(issuer);
      if (keys === undefined) throw refuse('TOKEN_WRONG_ISSUER', 'the issuer is none of ours');
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
        return claimsOf(payload, now());
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
  if (token === undefined || token === '') throw refuse('TOKEN_MISSING', 'the request carries no access token');
  if (token.length > longestToken) throw refuse('TOKEN_MALFORMED', 'the token is too long');
  try {
    return decodeJwt(token).iss ?? '';
  } catch (error) {
    throw refuse('TOKEN_MALFORMED', 'the token is no JWT', { cause: error });
  }
}

// Only `kid` and `alg` of the header count, and both only choose among what is configured: `jwk`, `jku`, `x5u` and `x5c` are never looked at.
async function findKey(keys: IssuerKeys, header: { kid?: string; alg?: string }) {
  const key = await keys.find(header.kid ?? '', header.alg ?? '');
  if (key === undefined) throw refuse('TOKEN_KEY_UNKNOWN', 'the issuer publishes no such key for this algorithm');
  return key;
}

function claimsOf(payload: JWTPayload, now: Date): AccessClaims {
  const { exp, iat } = payload;
  const kind = kinds.find((known) => known === payload['linli_kind']);
  if (exp === undefined) throw missing('exp');
  if (iat === undefined) throw missing('iat');
  if (kind === undefined) throw missing('linli_kind');
  if (iat > now.getTime() / 1000 + toleranceSeconds) throw refuse('TOKEN_NOT_YET_VALID', 'the token was issued in the future');
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
  if (error instanceof errors.JWTExpired) return refuse('TOKEN_EXPIRED', 'the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefusal(error);
  if (error instanceof errors.JOSEAlgNotAllowed) return refuse('TOKEN_WRONG_ALGORITHM', 'the algorithm is not allowed');
  if (error instanceof errors.JWSSignatureVerificationFailed) return refuse('TOKEN_SIGNATURE_INVALID', 'the signature does not fit');
  return refuse('TOKEN_MALFORMED', `the token is refused: ${error.code}`, { cause: error });
}

function claimRefusal({ claim, reason }: errors.JWTClaimValidationFailed): AppError {
  if (claim === 'typ') return refuse('TOKEN_WRONG_TYPE', 'the token is no access token');
  if (claim === 'aud') return refuse('TOKEN_WRONG_AUDIENCE', 'the token is for another API');
  if (reason === 'missing') return missing(claim);
  if (claim === 'nbf' && reason === 'check_failed') return refuse('TOKEN_NOT_YET_VALID', 'the token is not valid yet');
  return refuse('TOKEN_MALFORMED', 'a claim has the wrong form', { details: { claim } });
}

function missing(claim: string): AppError {
  return refuse('TOKEN_CLAIM_MISSING', 'the token lacks a claim', { details: { claim } });
}
