import http from 'node:http';
import { createInternalTokens, systemCaller } from '@linli/auth';
import { Secret } from '@linli/config';
import { eventually, makeKeyPair, signWith, startTestIssuer, testCaller, testKeys, tokenKit, tokenMutations, type TestIssuer, type TokenKit } from '@linli/testing';
import { audience, startGateway, type Got, type TestGateway } from './support/gateway';

const ann = { tenant: 'xingsheng', kind: 'staff', subject: 'ann' } as const;
let gateway: TestGateway;
let stranger: TestIssuer;
let kit: TokenKit;

beforeAll(async () => {
  gateway = await startGateway();
  gateway.person(ann);
  stranger = await startTestIssuer(audience);
  kit = tokenKit(gateway.issuer, stranger);
});
beforeEach(() => gateway.peers.reset());
afterAll(async () => {
  await gateway.stop();
  await stranger.stop();
});

const me = (authorization: string): Promise<Got> => gateway.call(undefined, 'GET /v1/me', { headers: { authorization } });

/** What a refused request may learn: the code, a sentence of it, and nothing of what was wrong. */
function expectRefusal(got: Got, code: string): void {
  expect([got.status, got.body['code']]).toEqual([401, code]);
  expect(got.headers.get('content-type')).toContain('application/problem+json');
  expect(got.headers.get('www-authenticate')).toBe('Bearer');
  expect(Object.keys(got.body).sort()).toEqual(['code', 'detail', 'instance', 'status', 'title', 'traceId', 'type']);
  expect(gateway.peers.calls).toEqual([]);
}

describe('a bearer token', () => {
  it.each(tokenMutations.map((row) => [row.name, row] as const))('with %s', async (_name, { make, why, code = 'TOKEN_INVALID' }) => {
    const got = await me(`Bearer ${make(kit)}`);
    if (why === undefined) expect([got.status, got.body['subject']]).toEqual([200, 'id-of-ann']);
    else expectRefusal(got, code);
  });

  it('says the same of every fault, and the log says which it was', async () => {
    const told = new Set<string>();
    for (const claims of [{ aud: 'x' }, { iss: 'x' }, { sub: undefined }, { linli_tenant: '../x' }]) {
      const got = await me(`Bearer ${gateway.issuer.forge({ claims })}`);
      const { traceId, ...rest } = got.body;
      told.add(JSON.stringify(rest));
      await eventually(() => expect(gateway.log.lines.find((line) => line['request_id'] === traceId)).toMatchObject({ why: expect.stringMatching(/API|issuer|sub|linli_tenant/) }));
    }
    expect(told.size).toBe(1);
  });

  it('never made us ask whom it named for keys', () => expect(stranger.asked()).toBe(0));

  it.each([
    ['a NUL in the subject', { sub: 'ann\0' }],
    ['half a surrogate in the subject', { sub: '\ud800' }],
    ['SQL in the subject', { sub: "' or 1=1 --" }],
    ['a subject of 7,000 signs', { sub: 'a'.repeat(5_000) }],
    ['another office', { linli_tenant: 'baihe' }],
  ])('with %s is nobody we know', async (_what, claims) => {
    const got = await me(`Bearer ${gateway.issuer.forge({ claims: { ...claims } })}`);
    expect([got.status, got.body['code']]).toEqual([401, 'ACCOUNT_NOT_ACTIVE']);
  });

  it('of the kind that our own processes use is none', async () => {
    const keys = testKeys();
    const internal = keys.internal('gateway');
    for (const token of [await internal.mint(testCaller({ permissions: ['requests.case.read'] }), audience), await internal.mint(systemCaller('xingsheng', 'x', []), 'gateway')]) {
      expectRefusal(await me(`Bearer ${token}`), 'TOKEN_INVALID');
    }
  });
});

/** A request with its headers as they are, twice if so. */
function send(path: string, headers: readonly string[]): Promise<number | undefined> {
  const { port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    http.get({ port, path, headers: ['host', 'linli', ...headers] }, (response) => resolve(response.resume().statusCode)).on('error', reject);
  });
}

describe('where a token is', () => {
  const good = () => `Bearer ${gateway.issuer.forge()}`;

  it('may be said in small letters', async () => {
    expect((await me(good().replace('Bearer', 'bearer'))).status).toBe(200);
  });

  it.each([
    ['two headers, both good', () => ['authorization', good(), 'Authorization', good()]],
    ['two headers, the first bad', () => ['authorization', 'Bearer a.b.c', 'authorization', good()]],
    ['two headers, the second bad', () => ['authorization', good(), 'authorization', 'Bearer a.b.c']],
    ['two tokens in one header', () => ['authorization', `${good()}, ${good()}`]],
    ['another scheme', () => ['authorization', good().replace('Bearer', 'DPoP')]],
    ['no scheme', () => ['authorization', good().replace('Bearer ', '')]],
    ['an empty header', () => ['authorization', '']],
    ['another header', () => ['x-authorization', good(), 'x-forwarded-authorization', good(), 'proxy-authorization', good()]],
    ['a cookie', () => ['cookie', `access_token=${good().slice(7)}; authorization=${good()}`]],
  ])('is not %s', async (_what, headers) => {
    expect(await send('/v1/me', headers())).toBe(401);
  });

  it('is never the address', async () => {
    for (const name of ['access_token', 'token', 'authorization']) expect(await send(`/v1/me?${name}=${good().slice(7)}`, [])).toBe(401);
  });
});

describe('the issuer', () => {
  it('that was never reached leaves us unready and tokens unjudged, until it comes', async () => {
    const late = await startTestIssuer(audience);
    late.down = true;
    const edge = await startGateway({}, { issuer: late });
    edge.person(ann);
    const ask = () => edge.call(ann, 'GET /v1/me');
    const ready = async () => (await fetch(`${edge.url}/readyz`)).status;
    expect(await ready()).toBe(503);
    expect(await ask()).toMatchObject({ status: 503, body: { code: 'ISSUER_UNAVAILABLE' } });
    late.down = false;
    await eventually(async () => expect(await ready()).toBe(200));
    expect((await ask()).status).toBe(200);
    late.down = true;
    expect([await ready(), (await ask()).status]).toEqual([200, 200]);
    await edge.stop();
    await late.stop();
  });

  it('changes its keys without a restart of ours: both serve, then only the new one', async () => {
    const rotating = await startTestIssuer(audience);
    const edge = await startGateway({}, { issuer: rotating });
    edge.person(ann);
    // Time is the only stand-in: timers and sockets are real.
    jest.useFakeTimers({ now: Date.now(), doNotFake: ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
    try {
      const next = makeKeyPair('ES256');
      const old = async () => (await edge.call(undefined, 'GET /v1/me', { headers: { authorization: `Bearer ${rotating.forge()}` } })).status;
      const young = async () => (await edge.call(undefined, 'GET /v1/me', { headers: { authorization: `Bearer ${rotating.forge({ header: { kid: 'next' }, sign: signWith(next) })}` } })).status;
      expect([await old(), await young()]).toEqual([200, 401]);
      rotating.jwks.push({ ...next.jwk, kid: 'next' });
      jest.setSystemTime(Date.now() + 31_000);
      expect([await young(), await old()]).toEqual([200, 200]);
      rotating.jwks.shift();
      expect([await young(), await old()]).toEqual([200, 200]);
      jest.setSystemTime(Date.now() + 10 * 60_000 + 1);
      expect([await old(), await young()]).toEqual([401, 200]);
      rotating.down = true;
      jest.setSystemTime(Date.now() + 59 * 60_000);
      expect(await young()).toBe(200);
      jest.setSystemTime(Date.now() + 2 * 60_000);
      expect(await young()).toBe(503);
      rotating.down = false;
      jest.setSystemTime(Date.now() + 2_000);
      expect(await young()).toBe(200);
    } finally {
      jest.useRealTimers();
      await edge.stop();
      await rotating.stop();
    }
  });
});

it('a key of ours that nobody trusts mints nothing that a service takes', async () => {
  const { privateKey } = makeKeyPair('ES256');
  const forged = createInternalTokens({ issuer: 'gateway', privateKey: new Secret(JSON.stringify(privateKey.export({ format: 'jwk' }))), trustedKeys: '{"keys":[]}' });
  expectRefusal(await me(`Bearer ${await forged.mint(testCaller(), 'requests')}`), 'TOKEN_INVALID');
});
