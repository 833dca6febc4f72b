import { generateKeyPairSync } from 'node:crypto';
import { Secret } from '@linli/config';
import { SignJWT } from 'jose';
import { createInternalTokens, systemCaller, type Caller } from './index';

interface Pair {
  readonly jwk: Record<string, unknown>;
  readonly secret: Secret;
  readonly pem: Secret;
  readonly privateKey: ReturnType<typeof generateKeyPairSync>['privateKey'];
}

function pair(kid: string): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid },
    secret: new Secret(JSON.stringify(privateKey.export({ format: 'jwk' }))),
    pem: new Secret(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
    privateKey,
  };
}

const gateway = pair('gateway');
const requests = pair('requests');
const trustedKeys = JSON.stringify({ keys: [gateway.jwk, requests.jwk] });
const start = Date.parse('2026-03-02T08:00:00Z');

const ann: Caller = {
  tenantId: 'xingsheng',
  subject: 'ann',
  kind: 'staff',
  language: 'zh-CN',
  sessionId: 's1',
  grants: [
    { permissions: ['requests.case.read', 'requests.case.accept'], scope: 'subtree', unitPath: '/a/b/' },
    { permissions: ['requests.case.read'], scope: 'self', unitPath: '' },
  ],
};

function setUp(options: { issuer?: string; key?: Pair } = {}) {
  const clock = { at: start };
  const now = () => new Date(clock.at);
  const minter = createInternalTokens({ issuer: options.issuer ?? 'gateway', privateKey: (options.key ?? gateway).secret, trustedKeys, now });
  const verifier = createInternalTokens({ issuer: 'residents', trustedKeys, now });
  return { clock, minter, verifier };
}

describe('internal tokens', () => {
  it('carry a caller whole', async () => {
    const { minter, verifier } = setUp();
    expect(await verifier.verify(await minter.mint(ann, 'residents'), 'residents')).toEqual(ann);
  });

  it('give a frozen caller, since it is shared by later calls', async () => {
    const { minter, verifier } = setUp();
    const found = await verifier.verify(await minter.mint(ann, 'residents'), 'residents');
    expect(Object.isFrozen(found) && Object.isFrozen(found.grants) && Object.isFrozen(found.grants[0]?.permissions)).toBe(true);
  });

  it('are minted again only when 30 s or less are left, and never across callers or audiences', async () => {
    const { clock, minter } = setUp();
    const first = await minter.mint(ann, 'residents');
    clock.at += 29_000;
    expect(await minter.mint({ ...ann }, 'residents')).toBe(first);
    expect(await minter.mint(ann, 'requests')).not.toBe(first);
    expect(await minter.mint({ ...ann, language: 'en' }, 'residents')).not.toBe(first);
    clock.at += 1_000;
    expect(await minter.mint(ann, 'residents')).not.toBe(first);
  });

  it('end after 60 s, also when verified before', async () => {
    const { clock, minter, verifier } = setUp();
    const token = await minter.mint(ann, 'residents');
    await verifier.verify(token, 'residents');
    clock.at += 59_000;
    await expect(verifier.verify(token, 'residents')).resolves.toEqual(ann);
    clock.at += 7_000;
    await expect(verifier.verify(token, 'residents')).rejects.toMatchObject({ kind: 'unauthenticated', reason: 'CALLER_TOKEN_EXPIRED' });
  });

  it('are good for one audience, also when verified before', async () => {
    const { minter, verifier } = setUp();
    const token = await minter.mint(ann, 'residents');
    await verifier.verify(token, 'residents');
    await expect(verifier.verify(token, 'requests')).rejects.toMatchObject({ reason: 'CALLER_TOKEN_INVALID' });
  });

  it('of a service carry a system job and never a user', async () => {
    const { minter, verifier } = setUp({ issuer: 'requests', key: requests });
    const job = systemCaller('xingsheng', 'alarms', ['residents.person.read']);
    expect(await verifier.verify(await minter.mint(job, 'residents'), 'residents')).toEqual(job);
    await expect(verifier.verify(await minter.mint(ann, 'residents'), 'residents')).rejects.toMatchObject({ reason: 'CALLER_TOKEN_INVALID' });
  });

  it('accept two keys of one issuer during rotation', async () => {
    const next = pair('gateway');
    const { minter } = setUp({ key: next });
    const keys = JSON.stringify({ keys: [gateway.jwk, next.jwk] });
    const verifier = createInternalTokens({ issuer: 'residents', trustedKeys: keys, now: () => new Date(start) });
    expect(await verifier.verify(await minter.mint(ann, 'residents'), 'residents')).toEqual(ann);
  });

  it('take a PEM key too', async () => {
    const { verifier } = setUp();
    const minter = createInternalTokens({ issuer: 'gateway', privateKey: gateway.pem, trustedKeys, now: () => new Date(start) });
    await expect(verifier.verify(await minter.mint(ann, 'residents'), 'residents')).resolves.toEqual(ann);
  });
});

interface Mutation {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly key?: Pair;
}

async function forge({ header, claims, key = gateway }: Mutation): Promise<string> {
  const iat = start / 1000;
  const good = {
    iss: 'gateway', aud: 'residents', iat, exp: iat + 60, sub: 'ann', tid: 'xingsheng', kind: 'staff', lang: 'en',
    perms: ['p'], grants: [['tenant', '', [0]]],
  };
  return new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'linli-internal+jwt', kid: 'gateway', ...header })
    .sign(key.privateKey);
}

describe('internal token mutations', () => {
  const iat = start / 1000;

  it('start from a token that is good', async () => {
    await expect(setUp().verifier.verify(await forge({}), 'residents')).resolves.toMatchObject({ subject: 'ann' });
  });

  it.each<[string, Mutation]>([
    ['another type', { header: { typ: 'at+jwt' } }],
    ['no type', { header: { typ: undefined } }],
    ['an unknown key id', { header: { kid: 'nobody' } }],
    ['no key id', { header: { kid: undefined } }],
    ['the key of somebody else', { key: requests }],
    ['an issuer that is not the key id', { claims: { iss: 'requests' } }],
    ['a key id that is not the issuer', { header: { kid: 'requests' } }],
    ['no audience', { claims: { aud: undefined } }],
    ['a life over 60 s', { claims: { exp: iat + 61 } }],
    ['no end', { claims: { exp: undefined } }],
    ['a start in the future', { claims: { iat: iat + 30, exp: iat + 60 } }],
    ['no subject', { claims: { sub: '' } }],
    ['no tenant', { claims: { tid: undefined } }],
    ['an unknown kind', { claims: { kind: 'admin' } }],
    ['an unknown language', { claims: { lang: 'fr' } }],
    ['an unknown scope', { claims: { grants: [['world', '', [0]]] } }],
    ['a permission that is not listed', { claims: { grants: [['tenant', '', [1]]] } }],
    ['grants that are none', { claims: { grants: 'all' } }],
    ['permissions that are no text', { claims: { perms: [{}] } }],
    ['a session id that is no text', { claims: { sid: 5 } }],
  ])('refuse %s', async (_what, mutation) => {
    const token = await forge(mutation);
    await expect(setUp().verifier.verify(token, 'residents')).rejects.toMatchObject({ kind: 'unauthenticated', reason: 'CALLER_TOKEN_INVALID' });
  });

  it.each([
    ['nothing', undefined, 'CALLER_TOKEN_MISSING'],
    ['an empty token', '', 'CALLER_TOKEN_MISSING'],
    ['no token at all', 'abc', 'CALLER_TOKEN_INVALID'],
    ['two dots', '..', 'CALLER_TOKEN_INVALID'],
    ['a huge token', 'a'.repeat(40_000), 'CALLER_TOKEN_INVALID'],
    ['alg none', `${Buffer.from('{"alg":"none","typ":"linli-internal+jwt","kid":"gateway"}').toString('base64url')}.e30.`, 'CALLER_TOKEN_INVALID'],
  ])('refuse %s', async (_what, token, reason) => {
    await expect(setUp().verifier.verify(token, 'residents')).rejects.toMatchObject({ kind: 'unauthenticated', reason });
  });

  it('refuse a changed signature and a changed payload', async () => {
    const [header = '', payload = '', signature = ''] = (await forge({})).split('.');
    const other = (await forge({ claims: { tid: 'other' } })).split('.')[1] ?? '';
    for (const token of [`${header}.${other}.${signature}`, `${header}.${payload}.${signature.slice(0, -4)}AAAA`]) {
      await expect(setUp().verifier.verify(token, 'residents')).rejects.toMatchObject({ reason: 'CALLER_TOKEN_INVALID' });
    }
  });
});

describe('keys', () => {
  it('are refused at start when malformed, without being quoted', () => {
    const withKeys = (keys: string) => () => createInternalTokens({ issuer: 'x', trustedKeys: keys });
    expect(withKeys('nonsense')).toThrow('the trusted keys are not a JWKS');
    expect(withKeys('{"keys":[{"kty":"EC","crv":"P-256"}]}')).toThrow('a public P-256 key with a kid');
    expect(withKeys(JSON.stringify({ keys: [{ ...gateway.jwk, d: 'x' }] }))).toThrow('a public P-256 key with a kid');
    expect(() => createInternalTokens({ issuer: 'x', privateKey: new Secret('hush'), trustedKeys })).toThrow(/^(?!.*hush).*neither PEM nor a JWK/);
  });

  it('are needed to mint', async () => {
    const { verifier } = setUp();
    await expect(verifier.mint(ann, 'x')).rejects.toMatchObject({ reason: 'INTERNAL_KEY_MISSING' });
  });
});
