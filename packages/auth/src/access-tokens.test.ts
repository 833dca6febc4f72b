import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT, type JWTHeaderParameters } from 'jose';
import { createAccessTokenVerifier } from './index';

const start = Date.parse('2026-03-02T08:00:00Z');
const iat = start / 1000;
const audience = 'https://api.linli.test';

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const es256: Pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger: Pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

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

const refused = (reason: string, why = /./) => expect.objectContaining({ kind: 'unauthenticated', reason, message: expect.stringMatching(why) }) as unknown;

describe('access tokens', () => {
  it('give their claims', async () => {
    const { verifier, token, url } = await setUp();
    expect(await verifier.verify(await token())).toEqual({
      iss: url, sub: 'ann', client_id: 'linli-gateway', jti: 'j1', iat, exp: iat + 300, linli_tenant: 'xingsheng', linli_kind: 'staff',
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['a machine', { linli_kind: 'client', sub: 'linli-gateway' }],
    ['an end 29 s ago', { exp: iat - 29 }],
    ['a start in 29 s', { iat: iat + 29, nbf: iat + 29 }],
  ])('may have %s', async (_what, claims) => {
    const { verifier, token } = await setUp();
    await expect(verifier.verify(await token({ claims }))).resolves.toMatchObject({ linli_tenant: 'xingsheng' });
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['an end 31 s ago', 'TOKEN_EXPIRED', { exp: iat - 31 }],
    ['a start in 31 s', 'TOKEN_INVALID', { iat: iat + 31 }],
    ['not before 31 s', 'TOKEN_INVALID', { nbf: iat + 31 }],
  ])('are refused with %s', async (...[, reason, claims]) => {
    const { verifier, token } = await setUp();
    await expect(verifier.verify(await token({ claims }))).rejects.toEqual(refused(reason));
  });

  it.each([['nothing', undefined], ['an empty token', '']])('are missing when there is %s', async (_what, text) => {
    const { verifier } = await setUp();
    await expect(verifier.verify(text)).rejects.toEqual(refused('TOKEN_MISSING'));
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

  it('are not needed again for a token that was good a moment ago, until it ends', async () => {
    const { issuer, verifier, token, clock } = await setUp();
    const good = await token();
    const claims = await verifier.verify(good);
    issuer.answer = () => ({ status: 500, body: '' });
    clock.at += 59_000;
    await expect(verifier.verify(good)).resolves.toBe(claims);
    clock.at = claims.exp * 1_000 + 31_000;
    await expect(verifier.verify(good)).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

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
    await expect(verifier.verify(await token())).rejects.toEqual(refused('TOKEN_INVALID', /publishes no such key/));
  });

  it('are read anew after ten minutes, before a token is taken by a key that was taken away', async () => {
    const { verifier, token, issuer, clock } = await setUp();
    await issuer.publish('next', stranger);
    const old = () => token({ claims: { iat: clock.at / 1000, exp: clock.at / 1000 + 60 } });
    const young = () => token({ header: { kid: 'next' }, key: stranger, claims: { iat: clock.at / 1000, exp: clock.at / 1000 + 60 } });
    for (const good of [await old(), await young()]) await verifier.verify(good);
    issuer.keys.splice(0, 1);
    clock.at += minutes(9);
    await expect(verifier.verify(await old())).resolves.toMatchObject({ sub: 'ann' });
    clock.at += minutes(2);
    await expect(verifier.verify(await old())).rejects.toEqual(refused('TOKEN_INVALID', /publishes no such key/));
    await expect(verifier.verify(await young())).resolves.toMatchObject({ sub: 'ann' });
  });

  it('are not asked for by everyone who invents a key id', async () => {
    const { verifier, token, issuer } = await setUp();
    const forged = await token({ header: { kid: 'none' } });
    for (let i = 0; i < 50; i += 1) await expect(verifier.verify(forged)).rejects.toEqual(refused('TOKEN_INVALID', /publishes no such key/));
    expect(issuer.asked).toBe(1);
  });

  it('serve for an hour while the issuer is down, and no longer', async () => {
    const { verifier, token, issuer, clock, failures } = await setUp();
    const later = (ms: number) => token({ claims: { iat: (start + ms) / 1000, exp: (start + ms) / 1000 + 60 } });
    await verifier.warm();
    issuer.answer = () => ({ status: 500, body: '' });
    clock.at = start + minutes(59);
    await expect(verifier.verify(await later(minutes(59)))).resolves.toMatchObject({ sub: 'ann' });
    expect(failures).toHaveLength(1);
    // Known to be away, it is asked again behind everybody's back, twice a minute.
    clock.at += 31_000;
    await expect(verifier.verify(await later(minutes(59)))).resolves.toMatchObject({ sub: 'ann' });
    while (failures.length === 1) await new Promise(setImmediate);
    clock.at = start + minutes(61);
    await expect(verifier.verify(await later(minutes(61)))).rejects.toMatchObject({ kind: 'unavailable', reason: 'ISSUER_UNAVAILABLE' });
    expect(failures).toHaveLength(3);
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
    await expect(verifier.verify(await token({ header: { kid: 'enc' } }))).rejects.toEqual(refused('TOKEN_INVALID', /publishes no such key/));
    await expect(verifier.verify(await token({ header: { kid: 'other' } }))).rejects.toEqual(refused('TOKEN_INVALID', /publishes no such key/));
  });
});
