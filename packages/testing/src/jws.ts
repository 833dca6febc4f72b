import { constants, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

export interface KeyPair {
  readonly algorithm: Algorithm;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** The public key. */
  readonly jwk: Record<string, unknown>;
}

type Algorithm = 'ES256' | 'ES384' | 'ES256K' | 'PS256' | 'RS256' | 'EdDSA';

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const makers: Readonly<Record<Algorithm, () => { publicKey: KeyObject; privateKey: KeyObject }>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES256K: () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  PS256: rsa,
  RS256: rsa,
  EdDSA: () => generateKeyPairSync('ed25519'),
};

export function makeKeyPair(algorithm: Algorithm): KeyPair {
  const { publicKey, privateKey } = makers[algorithm]();
  return { algorithm, publicKey, privateKey, jwk: publicKey.export({ format: 'jwk' }) };
}

/** Signs as RFC 7518 §3 has it, without asking whether anybody should. */
export function signWith({ algorithm, privateKey }: Pick<KeyPair, 'algorithm' | 'privateKey'>): (input: Buffer) => Buffer {
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const raw = { dsaEncoding: 'ieee-p1363' } as const;
  return (input) => {
    if (algorithm === 'EdDSA') return sign(null, input, privateKey);
    if (algorithm === 'PS256') return sign('sha256', input, { key: privateKey, ...pss });
    return sign(algorithm === 'ES384' ? 'sha384' : 'sha256', input, { key: privateKey, ...raw });
  };
}

/** HMAC, with whatever is at hand as its secret. */
export function signByHmac(hash: 'sha256' | 'sha384' | 'sha512', secret: Buffer | string): (input: Buffer) => Buffer {
  return (input) => createHmac(hash, secret).update(input).digest();
}

/** A compact JWS (RFC 7515 §7.1) of any two texts or bytes. */
export function tokenOfParts(header: Buffer | string, payload: Buffer | string, signInput: (input: Buffer) => Buffer): string {
  const input = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${input}.${signInput(Buffer.from(input)).toString('base64url')}`;
}
