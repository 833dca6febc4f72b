import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createAccessTokenVerifier, type AccessClaims } from '@linli/auth';
import { eventually } from '@linli/testing';
import { readIssuerConfig } from './config';
import { readPeople } from './people';
import { renderSignInPage } from './sign-in-page';

const fixtures = ['xingsheng', 'baihe'].map((name) => path.join(__dirname, `../../fixtures/${name}.json`));
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const audience = 'https://api.linli.example';

function environment(port: number): Record<string, string> {
  return {
    ISSUER_PORT: String(port),
    ISSUER_URL: `http://127.0.0.1:${port}`,
    GATEWAY_URL: 'http://127.0.0.1:8080',
    OIDC_CLIENT_ID: 'linli-gateway',
    OIDC_CLIENT_SECRET: 'gateway-secret',
    API_AUDIENCE: audience,
    ISSUER_KEY: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'issuer' }),
    ISSUER_SECRET: 'cookie-secret',
    ISSUER_FIXTURES: fixtures.join(','),
    NODE_ENV: 'test',
  };
}

const port = 20_000 + (process.pid % 20_000);
const url = `http://127.0.0.1:${port}`;
const redirect = 'http://127.0.0.1:51999/callback';

// The built program, for oidc-provider comes as ES modules only, which jest does not load.
let issuer: ChildProcess;

beforeAll(async () => {
  const program = path.join(__dirname, '../dist/main.js');
  issuer = spawn(process.execPath, [program], { env: environment(port), stdio: ['ignore', 'ignore', 'inherit'] });
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
});

afterAll(async () => {
  const gone = new Promise((resolve) => issuer.once('exit', resolve));
  issuer.kill('SIGTERM');
  await gone;
});

/** Follows redirects until one leaves the issuer, as a browser with a cookie jar would. */
async function browse(start: string, jar: Map<string, string>, init: RequestInit = {}): Promise<{ url: string; html: string }> {
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
    if (!next.startsWith(url)) return { url: next, html: '' };
    request = {};
  }
  throw new Error('too many redirects');
}

async function signIn(subject: string, { pkce = true } = {}): Promise<{ url: string; html: string; verifier: string }> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({ client_id: 'linli-cli', response_type: 'code', scope: 'openid linli', redirect_uri: redirect, state: 's' });
  if (pkce) {
    query.set('code_challenge', createHash('sha256').update(verifier).digest('base64url'));
    query.set('code_challenge_method', 'S256');
  }
  const jar = new Map<string, string>();
  const page = await browse(`${url}/auth?${query.toString()}`, jar);
  if (!page.url.includes('/sign-in/')) return { ...page, verifier };
  const body = new URLSearchParams({ subject });
  return { ...(await browse(page.url, jar, { method: 'POST', body })), verifier };
}

async function claimsOf(token: string): Promise<AccessClaims> {
  return createAccessTokenVerifier({ issuers: [{ issuer: url, jwksUri: `${url}/jwks` }], audience }).verify(token);
}

function tokenRequest(fields: Record<string, string>): Promise<Response> {
  return fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(fields) });
}

describe('the development issuer', () => {
  it('signs a chosen person in with code and PKCE, and its access token passes our verifier', async () => {
    const { url: back, verifier } = await signIn('xs-staff-14');
    const code = new URL(back).searchParams.get('code') ?? '';
    const fields = { grant_type: 'authorization_code', client_id: 'linli-cli', code, redirect_uri: redirect, code_verifier: verifier };
    const answer = (await (await tokenRequest(fields)).json()) as { access_token: string };
    expect(await claimsOf(answer.access_token)).toMatchObject({ sub: 'xs-staff-14', linli_tenant: 'xingsheng', linli_kind: 'staff' });
  });

  it('refuses a code without PKCE, an unknown person and a wrong verifier', async () => {
    expect((await signIn('xs-staff-14', { pkce: false })).url).toContain('error=invalid_request');
    expect((await signIn('nobody')).html).toContain('查无此人');
    const { url: back } = await signIn('xs-staff-14');
    const code = new URL(back).searchParams.get('code') ?? '';
    const fields = { grant_type: 'authorization_code', client_id: 'linli-cli', code, redirect_uri: redirect, code_verifier: 'x'.repeat(43) };
    expect((await tokenRequest(fields)).status).toBe(400);
  });

  it('gives a machine its token for its own credentials', async () => {
    const basic = Buffer.from('xs-client-01:xs-client-01-secret').toString('base64');
    const response = await fetch(`${url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token } = (await response.json()) as { access_token: string };
    expect(await claimsOf(access_token)).toMatchObject({ sub: 'xs-client-01', linli_tenant: 'xingsheng', linli_kind: 'client' });
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
