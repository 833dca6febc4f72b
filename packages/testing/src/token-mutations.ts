import { sign } from 'node:crypto';
import type { TestIssuer, TokenWish } from './issuer';
import { makeKeyPair, signByHmac, signWith, tokenOfParts, type KeyPair } from './jws';

/** A token that differs from a good one in one thing. */
export interface TokenMutation {
  readonly name: string;
  readonly make: (kit: TokenKit) => string;
  /** The verifier's own words on it, for its log; undefined for a token that is good all the same. */
  readonly why?: RegExp;
  /** TOKEN_INVALID unless said. */
  readonly code?: 'TOKEN_EXPIRED' | 'TOKEN_MISSING';
}

export interface TokenKit {
  readonly issuer: TestIssuer;
  /** Somebody else's provider, whom nobody should ask for keys. */
  readonly stranger: TestIssuer;
  readonly rsa: KeyPair;
  readonly ed: KeyPair;
}

/** Adds an RSA and an Ed25519 key to what the issuer publishes, as `ps` and `ed`. */
export function tokenKit(issuer: TestIssuer, stranger: TestIssuer): TokenKit {
  const [rsa, ed] = [makeKeyPair('PS256'), makeKeyPair('EdDSA')];
  issuer.jwks.push({ ...rsa.jwk, kid: 'ps' }, { ...ed.jwk, kid: 'ed' });
  return { issuer, stranger, rsa, ed };
}

type Row = readonly [name: string, wish: TokenWish | ((kit: TokenKit) => TokenWish)];

const now = () => Math.floor(Date.now() / 1000);

function rows(why: RegExp | undefined, list: readonly Row[], code?: TokenMutation['code']): TokenMutation[] {
  return list.map(([name, wish]) => ({
    name,
    make: (kit) => kit.issuer.forge(typeof wish === 'function' ? wish(kit) : wish),
    ...(why === undefined ? {} : { why }),
    ...(code === undefined ? {} : { code }),
  }));
}

function raw(why: RegExp, list: readonly (readonly [name: string, make: (kit: TokenKit) => string])[]): TokenMutation[] {
  return list.map(([name, make]) => ({ name, make, why }));
}

const good = rows(undefined, [
  ['nothing changed', {}],
  ['PS256', ({ rsa }) => ({ header: { alg: 'PS256', kid: 'ps' }, sign: signWith(rsa) })],
  ['EdDSA', ({ ed }) => ({ header: { alg: 'EdDSA', kid: 'ed' }, sign: signWith(ed) })],
  ['the long form of the type', { header: { typ: 'application/at+jwt' } }],
  // Media types know no case (RFC 2045 §5.1).
  ['the type in capitals', { header: { typ: 'AT+JWT' } }],
  ['several audiences', ({ issuer }) => ({ claims: { aud: ['other', audienceOf(issuer)] } })],
  ['claims that nobody knows', { claims: { roles: ['root'], permissions: ['*'], linli_grants: [] } }],
]);

const algorithms: readonly TokenMutation[] = [
  ...rows(/algorithm is not allowed/, [
    ['alg none, unsigned', { header: { alg: 'none' }, sign: () => Buffer.alloc(0) }],
    ['alg none, signed all the same', { header: { alg: 'none' } }],
    ['alg NONE', { header: { alg: 'NONE' }, sign: () => Buffer.alloc(0) }],
    ['HS256 with the public key in PEM', ({ issuer }) => ({ header: { alg: 'HS256' }, sign: signByHmac('sha256', pem(issuer.key)) })],
    ['HS256 with the public key in PEM, trimmed', ({ issuer }) => ({ header: { alg: 'HS256' }, sign: signByHmac('sha256', pem(issuer.key).trim()) })],
    ['HS384 with the public key in PEM', ({ issuer }) => ({ header: { alg: 'HS384' }, sign: signByHmac('sha384', pem(issuer.key)) })],
    ['HS512 with the public key in PEM', ({ issuer }) => ({ header: { alg: 'HS512' }, sign: signByHmac('sha512', pem(issuer.key)) })],
    ['HS256 with the public key in DER', ({ issuer }) => ({ header: { alg: 'HS256' }, sign: signByHmac('sha256', issuer.key.publicKey.export({ format: 'der', type: 'spki' })) })],
    ['HS256 with the public key as JWK', ({ issuer }) => ({ header: { alg: 'HS256' }, sign: signByHmac('sha256', JSON.stringify(issuer.jwks[0])) })],
    ['HS256 with the RSA key in PEM', ({ rsa }) => ({ header: { alg: 'HS256', kid: 'ps' }, sign: signByHmac('sha256', rsa.publicKey.export({ format: 'pem', type: 'pkcs1' })) })],
    ['HS256 with an empty secret', { header: { alg: 'HS256' }, sign: signByHmac('sha256', '') }],
    ['RS256 with a published key', ({ rsa }) => ({ header: { alg: 'RS256', kid: 'ps' }, sign: signWith({ ...rsa, algorithm: 'RS256' }) })],
    ['ES384', { header: { alg: 'ES384' }, sign: signWith(makeKeyPair('ES384')) }],
    ['ES256K', { header: { alg: 'ES256K' }, sign: signWith(makeKeyPair('ES256K')) }],
    ['a made-up algorithm', { header: { alg: 'ES256 ' } }],
    ['two headers of one name, the last of them none', ({ issuer }) => ({ header: `{"alg":"ES256","typ":"at+jwt","kid":"${String(issuer.jwks[0]?.['kid'])}","alg":"none"}` })],
  ]),
  ...rows(/ERR_JWS_INVALID/, [
    ['no alg', { header: { alg: undefined } }],
    ['an alg that is a number', { header: { alg: 256 } }],
    ['a list of algs', { header: { alg: ['ES256'] } }],
  ]),
];

const signatures: readonly TokenMutation[] = [
  ...rows(/signature/, [
    ["a stranger's key", ({ stranger }) => ({ sign: signWith(stranger.key) })],
    ["a stranger's key in the header", ({ stranger }) => ({ header: { jwk: stranger.key.jwk }, sign: signWith(stranger.key) })],
    ["a stranger's keys by jku", ({ stranger }) => ({ header: { jku: `${stranger.url}/jwks` }, sign: signWith(stranger.key) })],
    ["a stranger's certificate by x5u", ({ stranger }) => ({ header: { x5u: `${stranger.url}/jwks` }, sign: signWith(stranger.key) })],
    ["a stranger's certificate in x5c", ({ stranger }) => ({ header: { x5c: [spki(stranger.key)] }, sign: signWith(stranger.key) })],
    ['a signature of zeros', { sign: () => Buffer.alloc(64) }],
    ['a signature in DER', ({ issuer }) => ({ sign: (input) => sign('sha256', input, issuer.key.privateKey) })],
    ['an empty signature', { sign: () => Buffer.alloc(0) }],
    ['half a signature', ({ issuer }) => ({ sign: (input) => signWith(issuer.key)(input).subarray(0, 32) })],
    ['a signature of something else', ({ issuer }) => ({ sign: () => signWith(issuer.key)(Buffer.from('e30.e30')) })],
  ]),
  ...raw(/signature/, [
    ['the payload of another token', ({ issuer }) => swap(issuer.forge(), issuer.forge({ claims: { sub: 'root' } }), 1)],
    ['the header of another token', ({ issuer }) => swap(issuer.forge(), issuer.forge({ header: { x: 1 } }), 0)],
  ]),
];

const keys = rows(/key/, [
  ['no kid', { header: { kid: undefined } }],
  ['an unknown kid', { header: { kid: 'nobody' } }],
  ['an empty kid', { header: { kid: '' } }],
  ['a kid that is a path', { header: { kid: '../../../../dev/null' }, sign: signByHmac('sha256', '') }],
  ['a kid that is a URL', ({ stranger }) => ({ header: { kid: `${stranger.url}/jwks` }, sign: signWith(stranger.key) })],
  ['a kid that is SQL', { header: { kid: "x' union select 'key' --" } }],
  ['a kid of the prototype', { header: `{"alg":"ES256","typ":"at+jwt","kid":"__proto__"}` }],
  ['a kid that is a method', { header: { kid: 'constructor' } }],
  ['a kid with NUL', { header: { kid: 'test-key\0' } }],
  ['a kid that is a number', { header: { kid: 0 } }],
  ['a list of kids', { header: { kid: ['test-key'] } }],
  ['the key of another algorithm', ({ ed }) => ({ header: { kid: 'ed' }, sign: signWith(ed) })],
]);

const headers: readonly TokenMutation[] = [
  ...rows(/type|typ/, [
    ['the type of an ID token', { header: { typ: 'JWT' } }],
    ['an ID token', { header: { typ: 'JWT' }, claims: { aud: 'linli-gateway', nonce: 'n' } }],
    ['no type', { header: { typ: undefined } }],
    ['the type of an internal token', { header: { typ: 'linli-internal+jwt' } }],
    ['a type that begins well', { header: { typ: 'at+jwt;v=1' } }],
    ['a list of types', { header: { typ: ['at+jwt'] } }],
  ]),
  ...rows(/ERR_JWS_INVALID|ERR_JOSE_NOT_SUPPORTED/, [
    ['an unknown critical header', { header: { crit: ['exp-policy'], 'exp-policy': 1 } }],
    ['a critical header that is not there', { header: { crit: ['exp'] } }],
    ['an empty list of critical headers', { header: { crit: [] } }],
    ['critical headers that are no list', { header: { crit: 'exp' } }],
  ]),
  ...rows(/refused/, [['a payload that is said not to be encoded', { header: { crit: ['b64'], b64: false } }]]),
];

const issuers = rows(/issuer/, [
  ['another issuer', ({ stranger }) => ({ claims: { iss: stranger.url } })],
  ["another issuer and its key", ({ stranger }) => ({ claims: { iss: stranger.url }, sign: signWith(stranger.key) })],
  ['the issuer with a slash', ({ issuer }) => ({ claims: { iss: `${issuer.url}/` } })],
  ['an issuer that begins like ours', ({ issuer }) => ({ claims: { iss: `${issuer.url}.evil.example` } })],
  ['a part of the issuer', ({ issuer }) => ({ claims: { iss: issuer.url.slice(0, -1) } })],
  ['the issuer in capitals', ({ issuer }) => ({ claims: { iss: issuer.url.toUpperCase() } })],
  ['a list with the issuer', ({ issuer }) => ({ claims: { iss: [issuer.url] } })],
  ['no issuer', { claims: { iss: undefined } }],
  ['an empty issuer', { claims: { iss: '' } }],
  ['an issuer that is null', { claims: { iss: null } }],
]);

const audiences = rows(/API|claim/, [
  ['no audience', { claims: { aud: undefined } }],
  ['another audience', { claims: { aud: 'another-api' } }],
  ['other audiences', { claims: { aud: ['another-api', 'linli-gateway'] } }],
  ['no audience in the list', { claims: { aud: [] } }],
  ['an audience that begins like ours', ({ issuer }) => ({ claims: { aud: `${audienceOf(issuer)}/v2` } })],
  ['a part of the audience', ({ issuer }) => ({ claims: { aud: audienceOf(issuer).slice(0, -1) } })],
  ['an audience in a list in a list', ({ issuer }) => ({ claims: { aud: [[audienceOf(issuer)]] } })],
  ['an audience that is an object', { claims: { aud: {} } }],
  ['two audiences, the last of them another', ({ issuer }) => ({ claims: doubled(issuer, 'aud', 'another-api') })],
]);

const times: readonly TokenMutation[] = [
  ...rows(/expired/, [
    ['an end a minute ago', () => ({ claims: { exp: now() - 60 } })],
    ['an end in 1970', { claims: { exp: 0 } }],
    ['two ends, the last of them over', ({ issuer }) => ({ claims: doubled(issuer, 'exp', now() - 60) })],
  ], 'TOKEN_EXPIRED'),
  ...rows(/not valid yet|future/, [
    ['not before in a minute', () => ({ claims: { nbf: now() + 60 } })],
    ['an issue in the future', () => ({ claims: { iat: now() + 60 } })],
  ]),
  ...rows(/claim/, [
    ['no end', { claims: { exp: undefined } }],
    ['a word as end', { claims: { exp: 'tomorrow' } }],
    ['an end in text', () => ({ claims: { exp: String(now() + 300) } })],
    ['an end that is null', { claims: { exp: null } }],
    ['an end without end', ({ issuer }) => ({ claims: goodClaims(issuer).replace(/"exp":\d+/, '"exp":1e999') })],
    ['not before in text', { claims: { nbf: '0' } }],
    ['no issue', { claims: { iat: undefined } }],
    ['an issue in text', () => ({ claims: { iat: String(now()) } })],
  ]),
];

const claims = rows(/claim/, [
  ...['sub', 'client_id', 'jti', 'linli_tenant'].flatMap((claim): Row[] => [
    [`no ${claim}`, { claims: { [claim]: undefined } }],
    [`an empty ${claim}`, { claims: { [claim]: '' } }],
    [`a ${claim} that is null`, { claims: { [claim]: null } }],
    [`a ${claim} that is a number`, { claims: { [claim]: 7 } }],
    [`a list of ${claim}`, { claims: { [claim]: ['ann'] } }],
    [`a ${claim} that is an object`, { claims: { [claim]: { toString: 'ann' } } }],
  ]),
  ['no kind', { claims: { linli_kind: undefined } }],
  ['the kind of our own jobs', { claims: { linli_kind: 'system' } }],
  ['a kind in capitals', { claims: { linli_kind: 'STAFF' } }],
  ['a list of kinds', { claims: { linli_kind: ['staff'] } }],
  ['two kinds, the last of them our own jobs', ({ issuer }) => ({ claims: doubled(issuer, 'linli_kind', 'system') })],
  ['a kind by the prototype', ({ issuer }) => ({ claims: goodClaims(issuer).replace('"linli_kind":"staff"', '"__proto__":{"linli_kind":"staff"}') })],
]);

const shapes = raw(/no JWT|refused/, [
  ['a word', () => 'abc'],
  ['two parts', ({ issuer }) => issuer.forge().split('.').slice(0, 2).join('.')],
  ['four parts', ({ issuer }) => `${issuer.forge()}.e30`],
  ['five parts', ({ issuer }) => `${issuer.forge()}.e30.e30`],
  ['dots only', () => '..'],
  ['no header', ({ issuer }) => issuer.forge().replace(/^[^.]+/, '')],
  ['no payload', ({ issuer }) => issuer.forge().replace(/\.[^.]+\./, '..')],
  ['a header that is no base64', ({ issuer }) => issuer.forge().replace(/^.../, '~~~')],
  ['a payload that is no base64', ({ issuer }) => issuer.forge().replace(/\..../, '.~~~')],
  ['a header that is no JSON', ({ issuer }) => issuer.forge({ header: '{"alg":"ES256"' })],
  ['a header that is a list', ({ issuer }) => issuer.forge({ header: '["ES256"]' })],
  ['a header that is null', ({ issuer }) => issuer.forge({ header: 'null' })],
  ['a payload that is no JSON', ({ issuer }) => issuer.forge({ claims: '{"sub":' })],
  ['a payload that is a list', ({ issuer }) => issuer.forge({ claims: '[]' })],
  ['a payload that is text', ({ issuer }) => issuer.forge({ claims: '"ann"' })],
  ['a payload that is null', ({ issuer }) => issuer.forge({ claims: 'null' })],
  ['a payload that is no UTF-8', ({ issuer }) => tokenOfParts('{"alg":"ES256","typ":"at+jwt","kid":"test-key"}', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22]), signWith(issuer.key))],
  ['a payload 2,000 deep', ({ issuer }) => issuer.forge({ claims: '['.repeat(2_000) })],
]);

const sizes = raw(/too long/, [
  ['a header of 9 KB', ({ issuer }) => issuer.forge({ header: { kid: 'k'.repeat(9_000) } })],
  ['claims of 9 KB', ({ issuer }) => issuer.forge({ claims: { padding: 'p'.repeat(9_000) } })],
]);

/** The rules of RFC 9068 and RFC 8725 broken one at a time, after the good ones that show that the rest is what refuses. */
export const tokenMutations: readonly TokenMutation[] = [
  ...good, ...algorithms, ...signatures, ...keys, ...headers, ...issuers, ...audiences, ...times, ...claims, ...shapes, ...sizes,
];

function pem({ publicKey }: KeyPair): string {
  return publicKey.export({ format: 'pem', type: 'spki' }).toString();
}

function spki({ publicKey }: KeyPair): string {
  return publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
}

function goodClaims(issuer: TestIssuer): string {
  return Buffer.from(issuer.forge().split('.')[1] ?? '', 'base64url').toString();
}

function audienceOf(issuer: TestIssuer): string {
  return (JSON.parse(goodClaims(issuer)) as { aud: string }).aud;
}

/** Good claims with one more of a name at their end. */
function doubled(issuer: TestIssuer, name: string, value: unknown): string {
  return goodClaims(issuer).replace(/\}$/, `,${JSON.stringify(name)}:${JSON.stringify(value)}}`);
}

function swap(token: string, other: string, part: number): string {
  const parts = token.split('.');
  parts[part] = other.split('.')[part] ?? '';
  return parts.join('.');
}
