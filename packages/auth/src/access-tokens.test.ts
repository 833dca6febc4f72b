import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, exportJWK, SignJWT, type JWTHeaderParameters } from 'jose';
import { createAccessTokenVerifier } from './index';

const start = Date.parse('2026-03-02T08:00:00Z');
const iat = start / 1000;
const audience = 'https://api.linli.test';

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const es256: Pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ps256: Pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const eddsa: Pair = generateKeyPairSync('ed25519');
const stranger: Pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384: Pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });

/** An issuer that publishes keys, counts how often it is asked, and can be down, slow or odd. */
class Issuer {
  keys: Record<string, unknown>[] = [];
  asked = 0;
  answer: (() => { status: number; body: string }) | undefined;
  readonly #server: Server = createServer((_request, response) => {
    this.asked += 1;
    const { status, body } = this.answer?.() ?? { status: 200, body: JSON.stringify({ keys: this.keys }) };
    response.writeHead(status, { 'content-type': 'application/json', location: 'http://127.0.0.1:9/' }).end(body);
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async publish(kid: string, { publicKey }: Pair, facts: Record<string, unknown> = {}): Promise<void> {
    this.keys.push({ ...(await exportJWK(publicKey)), kid, ...facts });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

interface Mutation {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly key?: Pair;
}

const running: Issuer[] = [];

afterEach(() => Promise.all(running.splice(0).map((issuer) => issuer.stop())));

async function setUp() {
  const issuer = new Issuer();
  running.push(issuer);
  const url = await issuer.start();
  await issuer.publish('es', es256, { alg: 'ES256', use: 'sig' });
  await issuer.publish('ps', ps256);
  await issuer.publish('ed', eddsa);
  const clock = { at: start };
  const failures: string[] = [];
  const verifier = createAccessTokenVerifier({
    issuers: [{ issuer: url, jwksUri: `${url}/jwks` }],
    audience,
    now: () => new Date(clock.at),
    onKeysFailure: (failed) => failures.push(failed),
  });

  async function token({ header, claims, key = es256 }: Mutation = {}): Promise<string> {
    const good = {
      iss: url, aud: [audience, 'other'], iat, exp: iat + 300, sub: 'ann', client_id: 'linli-gateway', jti: 'j1', linli_tenant: 'xingsheng', linli_kind: 'staff',
    };
    const parameters = { alg: 'ES256', typ: 'at+jwt', kid: 'es', ...header } as JWTHeaderParameters;
    return new SignJWT({ ...good, ...claims }).setProtectedHeader(parameters).sign(key.privateKey);
  }

  return { issuer, url, clock, failures, verifier, token };
}

const refused = (reason: string) => expect.objectContaining({ kind: 'unauthenticated', reason }) as unknown;

describe('access tokens', () => {
  it('give their claims', async () => {
    const { verifier, token, url } = await setUp();
    expect(await verifier.verify(await token())).toEqual({
      iss: url, sub: 'ann', client_id: 'linli-gateway', jti: 'j1', iat, exp: iat + 300, linli_tenant: 'xingsheng', linli_kind: 'staff',
    });
  });

  it.each<[string, Mutation]>([
    ['PS256', { header: { alg: 'PS256', kid: 'ps' }, key: ps256 }],
    ['EdDSA', { header: { alg: 'EdDSA', kid: 'ed' }, key: eddsa }],
    ['the long form of the type', { header: { typ: 'application/at+jwt' } }],
    ['one audience as text', { claims: { aud: audience } }],
    ['a machine', { claims: { linli_kind: 'client', sub: 'linli-gateway' } }],
    ['an end 29 s ago', { claims: { exp: iat - 29 } }],
    ['a start in 29 s', { claims: { iat: iat + 29, nbf: iat + 29 } }],
    ['a foreign key in the header, never looked at', { header: { jwk: { kty: 'oct', k: 'aGFjaw' }, jku: 'http://127.0.0.1:9/', x5u: 'http://127.0.0.1:9/' } }],
  ])('may have %s', async (_what, mutation) => {
    const { verifier, token } = await setUp();
    await expect(verifier.verify(await token(mutation))).resolves.toMatchObject({ linli_tenant: 'xingsheng' });
  });

  it.each<[string, string, Mutation]>([
    ['an end 31 s ago', 'TOKEN_EXPIRED', { claims: { exp: iat - 31 } }],
    ['a start in 31 s', 'TOKEN_NOT_YET_VALID', { claims: { iat: iat + 31 } }],
    ['not before 31 s', 'TOKEN_NOT_YET_VALID', { claims: { nbf: iat + 31 } }],
    ['another audience', 'TOKEN_WRONG_AUDIENCE', { claims: { aud: `${audience}/` } }],
    ['no audience', 'TOKEN_WRONG_AUDIENCE', { claims: { aud: undefined } }],
    ['an empty audience', 'TOKEN_WRONG_AUDIENCE', { claims: { aud: [] } }],
    ['another issuer', 'TOKEN_WRONG_ISSUER', { claims: { iss: 'https://evil.test' } }],
    ['no issuer', 'TOKEN_WRONG_ISSUER', { claims: { iss: undefined } }],
    ['the type of an ID token', 'TOKEN_WRONG_TYPE', { header: { typ: 'JWT' } }],
    ['no type', 'TOKEN_WRONG_TYPE', { header: { typ: undefined } }],
    ['no end', 'TOKEN_CLAIM_MISSING', { claims: { exp: undefined } }],
    ['no start', 'TOKEN_CLAIM_MISSING', { claims: { iat: undefined } }],
    ['no subject', 'TOKEN_CLAIM_MISSING', { claims: { sub: undefined } }],
    ['an empty subject', 'TOKEN_CLAIM_MISSING', { claims: { sub: '' } }],
    ['no client', 'TOKEN_CLAIM_MISSING', { claims: { client_id: undefined } }],
    ['no id', 'TOKEN_CLAIM_MISSING', { claims: { jti: undefined } }],
    ['no tenant', 'TOKEN_CLAIM_MISSING', { claims: { linli_tenant: undefined } }],
    ['a list of tenants', 'TOKEN_CLAIM_MISSING', { claims: { linli_tenant: ['xingsheng'] } }],
    ['no kind', 'TOKEN_CLAIM_MISSING', { claims: { linli_kind: undefined } }],
    ['the kind system', 'TOKEN_CLAIM_MISSING', { claims: { linli_kind: 'system' } }],
    ['a word as end', 'TOKEN_MALFORMED', { claims: { exp: 'tomorrow' } }],
    ['an unknown key id', 'TOKEN_KEY_UNKNOWN', { header: { kid: 'none' } }],
    ['no key id', 'TOKEN_KEY_UNKNOWN', { header: { kid: undefined } }],
    ['the key of another algorithm', 'TOKEN_KEY_UNKNOWN', { header: { kid: 'ed' } }],
    ["a stranger's signature", 'TOKEN_SIGNATURE_INVALID', { key: stranger }],
    ["a stranger's signature and key", 'TOKEN_SIGNATURE_INVALID', { key: stranger, header: { jwk: stranger.publicKey.export({ format: 'jwk' }) } }],
    ['RS256', 'TOKEN_WRONG_ALGORITHM', { header: { alg: 'RS256', kid: 'ps' }, key: ps256 }],
    ['ES384', 'TOKEN_WRONG_ALGORITHM', { header: { alg: 'ES384' }, key: p384 }],
  ])('are refused with %s', async (...[, reason, mutation]) => {
    const { verifier, token } = await setUp();
    await expect(verifier.verify(await token(mutation))).rejects.toEqual(refused(reason));
  });

  it.each([
    ['nothing', undefined, 'TOKEN_MISSING'],
    ['an empty token', '', 'TOKEN_MISSING'],
    ['an opaque token', 'abc', 'TOKEN_MALFORMED'],
    ['five parts', 'a.b.c.d.e', 'TOKEN_MALFORMED'],
    ['a payload that is no object', 'e30.W10.e30', 'TOKEN_MALFORMED'],
    ['a huge token', `${'a'.repeat(9000)}.b.c`, 'TOKEN_MALFORMED'],
  ])('are refused when there is %s', async (_what, text, reason) => {
    const { verifier } = await setUp();
    await expect(verifier.verify(text)).rejects.toEqual(refused(reason));
  });

  it('are refused unsigned, and signed by HMAC with the public key', async () => {
    const { verifier, token } = await setUp();
    const [, payload = ''] = (await token()).split('.');
    const head = (alg: string) => Buffer.from(JSON.stringify({ alg, typ: 'at+jwt', kid: 'es' })).toString('base64url');
    const secret = es256.publicKey.export({ format: 'pem', type: 'spki' });
    const mac = createHmac('sha256', secret).update(`${head('HS256')}.${payload}`).digest('base64url');
    await expect(verifier.verify(`${head('none')}.${payload}.`)).rejects.toEqual(refused('TOKEN_WRONG_ALGORITHM'));
    await expect(verifier.verify(`${head('HS256')}.${payload}.${mac}`)).rejects.toEqual(refused('TOKEN_WRONG_ALGORITHM'));
  });

  it('are refused with an unknown critical header', async () => {
    const { verifier, token } = await setUp();
    const payload = Buffer.from((await token()).split('.')[1] ?? '', 'base64url');
    const critical = await new CompactSign(payload)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'es', crit: ['exp-policy'], 'exp-policy': 1 })
      .sign(es256.privateKey, { crit: { 'exp-policy': true } });
    await expect(verifier.verify(critical)).rejects.toEqual(refused('TOKEN_MALFORMED'));
  });

  it('are refused with any one character changed', async () => {
    const { verifier, token } = await setUp();
    const good = await token();
    for (let at = 0; at < good.length - 1; at += 7) {
      const other = good[at] === 'A' ? 'B' : 'A';
      await expect(verifier.verify(good.slice(0, at) + other + good.slice(at + 1))).rejects.toMatchObject({ kind: 'unauthenticated' });
    }
  });
});

describe("an issuer's keys", () => {
  const minutes = (count: number) => count * 60_000;

  it('are fetched once for many at the same time', async () => {
    const { verifier, token, issuer } = await setUp();
    const good = await token();
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(good)));
    expect(issuer.asked).toBe(1);
  });

  it('are asked for again when a new key id appears, so a rotation needs no restart', async () => {
    const { verifier, token, issuer, clock } = await setUp();
    await verifier.verify(await token());
    issuer.keys = [];
    await issuer.publish('next', stranger);
    clock.at += 31_000;
    const rotated = await token({ header: { kid: 'next' }, key: stranger });
    await expect(verifier.verify(rotated)).resolves.toMatchObject({ sub: 'ann' });
    await expect(verifier.verify(await token())).rejects.toEqual(refused('TOKEN_KEY_UNKNOWN'));
  });

  it('are not asked for by everyone who invents a key id', async () => {
    const { verifier, token, issuer } = await setUp();
    const forged = await token({ header: { kid: 'none' } });
    for (let i = 0; i < 50; i += 1) await expect(verifier.verify(forged)).rejects.toEqual(refused('TOKEN_KEY_UNKNOWN'));
    expect(issuer.asked).toBe(1);
  });

  it('serve for an hour while the issuer is down, and no longer', async () => {
    const { verifier, token, issuer, clock, failures } = await setUp();
    const later = (ms: number) => token({ claims: { iat: (start + ms) / 1000, exp: (start + ms) / 1000 + 60 } });
    await verifier.warm();
    issuer.answer = () => ({ status: 500, body: '' });
    clock.at = start + minutes(59);
    await expect(verifier.verify(await later(minutes(59)))).resolves.toMatchObject({ sub: 'ann' });
    while (failures.length === 0) await new Promise(setImmediate);
    clock.at = start + minutes(61);
    await expect(verifier.verify(await later(minutes(61)))).rejects.toMatchObject({ kind: 'unavailable', reason: 'ISSUER_UNAVAILABLE' });
    expect(failures).toHaveLength(2);
    issuer.answer = undefined;
    clock.at += 2_000;
    await expect(verifier.verify(await later(minutes(61)))).resolves.toMatchObject({ sub: 'ann' });
  });

  it.each([
    ['an error', { status: 503, body: '' }],
    ['a redirect', { status: 302, body: '' }],
    ['no JSON', { status: 200, body: '<html>' }],
    ['no key set', { status: 200, body: '{"keys":{}}' }],
  ])('are unavailable when the issuer answers %s', async (_what, answer) => {
    const { verifier, issuer, failures, url } = await setUp();
    issuer.answer = () => answer;
    await expect(verifier.warm()).rejects.toMatchObject({ kind: 'unavailable', reason: 'ISSUER_UNAVAILABLE' });
    expect(failures).toEqual([url]);
  });

  it('leave out what cannot be used', async () => {
    const { verifier, token, issuer } = await setUp();
    issuer.keys.unshift({ kty: 'oct', k: 'aGFjaw', kid: 'es' }, { kid: 'ps', kty: 'EC', crv: 'P-256', x: '!', y: '!' }, {});
    await issuer.publish('enc', es256, { use: 'enc' });
    await issuer.publish('other', es256, { alg: 'ES512' });
    await expect(verifier.verify(await token())).resolves.toMatchObject({ sub: 'ann' });
    await expect(verifier.verify(await token({ header: { kid: 'enc' } }))).rejects.toEqual(refused('TOKEN_KEY_UNKNOWN'));
    await expect(verifier.verify(await token({ header: { kid: 'other' } }))).rejects.toEqual(refused('TOKEN_KEY_UNKNOWN'));
  });
});
