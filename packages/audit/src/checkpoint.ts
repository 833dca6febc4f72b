import type { Secret } from '@linli/config';
import { internal } from '@linli/errors';
import { CompactSign, compactVerify, createLocalJWKSet, importJWK, type CompactVerifyGetKey, type JSONWebKeySet, type JWK } from 'jose';
import { canonicalJson } from './canonical-json';

/** What a checkpoint vouches for: at this place the tenant's chain had this hash. */
export interface Checkpoint {
  readonly tenantId: string;
  readonly seq: number;
  /** Hexadecimal. */
  readonly hash: string;
  /** The checkpoint before; 0 when this is the first. */
  readonly previousSeq: number;
  readonly signedAt: string;
}

export type CheckpointKeys = CompactVerifyGetKey;

const algorithms = { Ed25519: 'EdDSA', 'P-256': 'ES256' } as const;

/** A signer with a private JWK (Ed25519 or P-256, with a `kid`): gives a compact JWS, so that anyone can check it with a tool of their own. */
export async function checkpointSigner(secret: Secret): Promise<(checkpoint: Checkpoint) => Promise<string>> {
  const { kid, crv } = parseKey<JWK>(secret.reveal());
  const alg = crv === 'Ed25519' || crv === 'P-256' ? algorithms[crv] : undefined;
  if (kid === undefined || alg === undefined) throw keyInvalid();
  // The cause could repeat the key.
  const key = await importJWK(parseKey<JWK>(secret.reveal()), alg).catch(() => {
    throw keyInvalid();
  });
  return (checkpoint) => new CompactSign(Buffer.from(canonicalJson({ ...checkpoint }))).setProtectedHeader({ alg, kid }).sign(key);
}

/** The public keys of a JWKS text. @throws AppError internal CHECKPOINT_KEY_INVALID. */
export function checkpointKeysOf(jwks: string): CheckpointKeys {
  try {
    return createLocalJWKSet(parseKey<JSONWebKeySet>(jwks));
  } catch {
    throw keyInvalid();
  }
}

/** The checkpoint a JWS carries, or undefined when it is malformed or, where keys are given, not signed by one of them. */
export async function readCheckpoint(jws: string, keys: CheckpointKeys | undefined): Promise<Checkpoint | undefined> {
  try {
    // Base64 has several spellings of the same bytes; ours is one.
    if (jws.split('.').some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part)) return undefined;
    const trusted = keys && (await compactVerify(jws, keys, { algorithms: Object.values(algorithms) }));
    const payload = trusted?.payload ?? Buffer.from(jws.split('.')[1] ?? '', 'base64url');
    const content: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return isCheckpoint(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function isCheckpoint(value: unknown): value is Checkpoint {
  const { tenantId, seq, hash, previousSeq, signedAt } = Object(value) as Partial<Checkpoint>;
  return [tenantId, hash, signedAt].every((text) => typeof text === 'string') && [seq, previousSeq].every(Number.isSafeInteger);
}

function parseKey<K>(text: string): K {
  try {
    return JSON.parse(text) as K;
  } catch {
    throw keyInvalid();
  }
}

function keyInvalid() {
  return internal('CHECKPOINT_KEY_INVALID', 'a checkpoint key is an Ed25519 or P-256 JWK with a kid');
}
