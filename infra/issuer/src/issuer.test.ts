import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createAccessTokenVerifier, type AccessClaims } from '@linli/auth';
import { eventually } from '@linli/testing';
import { readIssuerConfig } from './config';
import { readPeople } from './people';
import { renderSignInPage } from './sign-in-page';

const fixtures = ['xingsheng', 'baihe'].map((name) => path.join(__dirname, `../../fixtures/${name}.json`));
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const audience = 'https://api.linli.example';
const gatewayUrl = 'http://127.0.0.1:8080';
const redirect = 'http://127.0.0.1:51999/callback';
const secret = 'gateway-secret';

function environment(port: number): Record<string, string> {
  return {
    ISSUER_PORT: String(port),
    ISSUER_URL: `http://127.0.0.1:${port}`,
    GATEWAY_URL: gatewayUrl,
    OIDC_CLIENT_ID: 'linli-gateway',
    OIDC_CLIENT_SECRET: secret,
    API_AUDIENCE: audience,
    ISSUER_KEY: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'issuer' }),
    ISSUER_SECRET: 'cookie-secret',
    ISSUER_FIXTURES: fixtures.join(','),
    NODE_ENV: 'test',
  };
}

/** The issuer's address is in its tokens, so its port must be known before it starts. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// A process of its own, for oidc-provider comes as ES modules only, which jest does not load.
async function startIssuer(): Promise<{ url: string; stop: () => Promise<unknown> }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const fromSource = path.join(__dirname, '../../../packages/testing/from-source.cjs');
  const child = spawn(process.execPath, ['--require', fromSource, path.join(__dirname, 'main.ts')], { env: environment(port), stdio: 'ignore' });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
  return {
    url,
    stop: () => {
      child.kill('SIGTERM');
      return gone;
    },
  };
}

type Jar = Map<string, string>;

/** Follows redirects until one leaves the issuer, as a browser with a cookie jar would. */
async function browse(start: string, jar: Jar, init: RequestInit = {}): Promise<{ url: string; html: string }> {
  let next = start;
  let request = init;
  for (let hops = 0; hops < 10; hops += 1) {
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(next, { ...request, headers: { ...request.headers, cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) return { url: next, html: await response.text() };
    next = new URL(location, next).href;
    if (new URL(next).origin !== new URL(start).origin) return { url: next, html: '' };
    request = {};
  }
  throw new Error('too many redirects');
}

interface SignIn {
  readonly url: string;
  readonly subject: string;
  readonly client?: 'linli-cli' | 'linli-gateway';
  readonly pkce?: boolean;
  readonly jar?: Jar;
}

async function signIn({ url, subject, client = 'linli-cli', pkce = true, jar = new Map() }: SignIn) {
  const verifier = randomBytes(32).toString('base64url');
  const redirectUri = client === 'linli-cli' ? redirect : `${gatewayUrl}/auth/callback`;
  const query = new URLSearchParams({ client_id: client, response_type: 'code', scope: 'openid linli', redirect_uri: redirectUri, state: 's' });
  if (pkce) {
    query.set('code_challenge', createHash('sha256').update(verifier).digest('base64url'));
    query.set('code_challenge_method', 'S256');
  }
  const page = await browse(`${url}/auth?${query.toString()}`, jar);
  const done = page.url.includes('/sign-in/') ? await browse(page.url, jar, { method: 'POST', body: new URLSearchParams({ subject }) }) : page;
  const code = new URL(done.url).searchParams.get('code') ?? '';
  return { ...done, fields: { grant_type: 'authorization_code', client_id: client, code, redirect_uri: redirectUri, code_verifier: verifier } };
}

describe('the development issuer', () => {
  let url = '';
  let stop: () => Promise<unknown> = () => Promise.resolve();

  beforeAll(async () => {
    ({ url, stop } = await startIssuer());
  });

  afterAll(() => stop());

  const claimsOf = (token: string | undefined): Promise<AccessClaims> =>
    createAccessTokenVerifier({ issuers: [{ issuer: url, jwksUri: `${url}/jwks` }], audience }).verify(token);

  async function requestToken(fields: Record<string, string>, credentials?: string) {
    const headers: Record<string, string> = credentials === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
    const response = await fetch(`${url}/token`, { method: 'POST', headers, body: new URLSearchParams(fields) });
    return { status: response.status, tokens: (await response.json()) as { access_token?: string; id_token?: string } };
  }

  it('signs a chosen person in with code and PKCE, and its access token passes our verifier', async () => {
    const { fields } = await signIn({ url, subject: 'xs-staff-14' });
    const { tokens } = await requestToken(fields);
    expect(await claimsOf(tokens.access_token)).toMatchObject({ sub: 'xs-staff-14', linli_tenant: 'xingsheng', linli_kind: 'staff' });
    await expect(claimsOf(tokens.id_token)).rejects.toThrow('its type is not that of an access token');
  });

  it('refuses a code without PKCE, an unknown person, a wrong verifier and a used code', async () => {
    expect((await signIn({ url, subject: 'xs-staff-14', pkce: false })).url).toContain('error=invalid_request');
    expect((await signIn({ url, subject: 'nobody' })).html).toContain('查无此人');
    expect((await signIn({ url, subject: 'xs-client-01' })).html).toContain('查无此人');
    const wrong = await signIn({ url, subject: 'xs-staff-14' });
    expect((await requestToken({ ...wrong.fields, code_verifier: 'x'.repeat(43) })).status).toBe(400);
    const { fields } = await signIn({ url, subject: 'xs-staff-14' });
    expect((await requestToken(fields)).status).toBe(200);
    expect((await requestToken(fields)).status).toBe(400);
  });

  it("signs in for the gateway, which must show its secret, and signs out again to the gateway's front page", async () => {
    const jar: Jar = new Map();
    const { fields } = await signIn({ url, subject: 'bh-staff-01', client: 'linli-gateway', jar });
    expect((await requestToken(fields)).status).toBe(401);
    const { tokens } = await requestToken(fields, `linli-gateway:${secret}`);
    expect(await claimsOf(tokens.access_token)).toMatchObject({ linli_tenant: 'baihe', client_id: 'linli-gateway' });
    const query = new URLSearchParams({ id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: `${gatewayUrl}/` });
    const page = await browse(`${url}/session/end?${query.toString()}`, jar);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    expect(page.html).toContain('开发环境');
    const left = await browse(`${url}/session/end/confirm`, jar, { method: 'POST', body: new URLSearchParams({ xsrf, logout: 'yes' }) });
    expect(left.url).toBe(`${gatewayUrl}/`);
  });

  it('asks again for each sign-in, so that one browser can be anybody', async () => {
    const jar: Jar = new Map();
    await signIn({ url, subject: 'xs-staff-14', client: 'linli-gateway', jar });
    const { fields } = await signIn({ url, subject: 'bh-staff-01', client: 'linli-gateway', jar });
    expect(await claimsOf((await requestToken(fields, `linli-gateway:${secret}`)).tokens.access_token)).toMatchObject({ sub: 'bh-staff-01' });
  });

  it('gives a machine its token for its own credentials only', async () => {
    const grant = { grant_type: 'client_credentials' };
    const { tokens } = await requestToken(grant, 'xs-client-01:xs-client-01-secret');
    expect(await claimsOf(tokens.access_token)).toMatchObject({ sub: 'xs-client-01', linli_tenant: 'xingsheng', linli_kind: 'client' });
    expect((await requestToken(grant, 'xs-client-01:wrong')).status).toBe(401);
    expect((await requestToken(grant, `linli-gateway:${secret}`)).status).toBe(400);
  });

  it('sends its pages with a policy that lets them load nothing', async () => {
    const response = await fetch(`${url}/sign-in/none`);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  });

  it('does not run in production', () => {
    expect(() => readIssuerConfig({ ...environment(1), NODE_ENV: 'production' })).toThrow(/NODE_ENV/);
  });
});

describe('the sign-in page', () => {
  it('lists people by office and post, says that it is for development, and loads nothing from outside', () => {
    const people = readPeople(fixtures);
    const html = renderSignInPage(people, '/sign-in/x');
    expect(people).toHaveLength(41 + 8 + 1 + 6 + 3);
    expect(html).toContain('开发环境');
    expect(html).toContain('<h2>兴胜街道</h2>');
    expect(html).toContain('<h3>窗口受理员</h3>');
    expect(html).not.toMatch(/src=|https?:|<script/);
    expect(html).not.toContain('xs-client-01');
  });
});
