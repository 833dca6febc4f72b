import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { unavailable } from '@linli/errors';

const freshMs = 10 * 60_000;
const staleMs = 60 * 60_000;
const coolDownMs = 30_000;
const retryMs = 1_000;
const fetchLimitMs = 5_000;

/** The key forms of the algorithms we accept; a key never serves an algorithm of another form. */
const formOfAlgorithm: Readonly<Record<string, (jwk: JsonWebKey) => boolean>> = {
  ES256: (jwk) => jwk.kty === 'EC' && jwk.crv === 'P-256',
  PS256: (jwk) => jwk.kty === 'RSA',
  EdDSA: (jwk) => jwk.kty === 'OKP' && jwk.crv === 'Ed25519',
};

export const acceptedAlgorithms = Object.keys(formOfAlgorithm);

/** The published keys of one issuer. */
export interface IssuerKeys {
  /**
   * The key of this id for this algorithm, or undefined. Keys are fresh for 10 minutes and then read anew, so that one
   * that was taken away is good no longer; while the issuer does not answer they serve for at most an hour. An unknown
   * id asks again, at most every 30 s, so that a rotated key works at once and invented ids cost the issuer nothing.
   * @throws unavailable ISSUER_UNAVAILABLE
   */
  find(keyId: string, algorithm: string): Promise<KeyObject | undefined>;
  /** That there are keys to serve. @throws unavailable ISSUER_UNAVAILABLE */
  ensure(): Promise<void>;
}

export interface IssuerKeysOptions {
  readonly jwksUri: string;
  readonly now: () => Date;
  /** Told of every failed refresh, also when older keys still serve. */
  readonly onFailure: (error: unknown) => void;
}

type Keys = ReadonlyMap<string, { readonly jwk: JsonWebKey; readonly key: KeyObject }>;

/** Fetches nothing until it is asked; concurrent questions share one fetch. */
export function createIssuerKeys({ jwksUri, now, onFailure }: IssuerKeysOptions): IssuerKeys {
  let keys: Keys = new Map();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failing = false;
  let underway: Promise<void> | undefined;

  async function fetchOnce(): Promise<void> {
    triedAt = now().getTime();
    try {
      keys = await fetchKeys(jwksUri);
      fetchedAt = now().getTime();
      failing = false;
    } catch (error) {
      failing = true;
      onFailure(error);
    } finally {
      underway = undefined;
    }
  }

  const age = () => now().getTime() - fetchedAt;

  function refresh(): Promise<void> {
    // Without keys nothing works, so then we ask again soon.
    const pause = age() > staleMs ? retryMs : coolDownMs;
    if (underway === undefined && now().getTime() - triedAt < pause) return Promise.resolve();
    return (underway ??= fetchOnce());
  }

  async function ensure(): Promise<void> {
    if (age() > freshMs) {
      const refreshed = refresh();
      // Of an issuer that is known to be away nobody waits to hear it again, as long as there are keys.
      if (!failing || age() > staleMs) await refreshed;
    }
    if (age() > staleMs) throw unavailable('ISSUER_UNAVAILABLE', "the issuer's keys cannot be read");
  }

  function lookUp(keyId: string, algorithm: string): KeyObject | undefined {
    const found = keys.get(keyId);
    if (found === undefined || !formOfAlgorithm[algorithm]?.(found.jwk)) return undefined;
    return found.jwk['alg'] === undefined || found.jwk['alg'] === algorithm ? found.key : undefined;
  }

  return {
    ensure,
    async find(keyId, algorithm) {
      await ensure();
      if (!keys.has(keyId)) await refresh();
      return lookUp(keyId, algorithm);
    },
  };
}

async function fetchKeys(jwksUri: string): Promise<Keys> {
  const response = await fetch(jwksUri, {
    signal: AbortSignal.timeout(fetchLimitMs),
    redirect: 'error',
    headers: { accept: 'application/jwk-set+json, application/json' },
  });
  if (!response.ok) throw unavailable('ISSUER_UNAVAILABLE', `the issuer answered ${response.status}`);
  const { keys } = (await response.json()) as { keys?: unknown };
  if (!Array.isArray(keys)) throw unavailable('ISSUER_UNAVAILABLE', 'the issuer answered no key set');
  return new Map((keys as JsonWebKey[]).flatMap(readKey));
}

// Keys that we could never use (other uses, other forms, without id) are left out, not an error: an issuer may publish them.
function readKey(jwk: JsonWebKey): [string, { readonly jwk: JsonWebKey; readonly key: KeyObject }][] {
  const { kid, use } = jwk;
  if (typeof kid !== 'string' || (use !== undefined && use !== 'sig')) return [];
  if (!Object.values(formOfAlgorithm).some((fits) => fits(jwk))) return [];
  try {
    return [[kid, { jwk, key: createPublicKey({ key: jwk, format: 'jwk' }) }]];
  } catch {
    return [];
  }
}
