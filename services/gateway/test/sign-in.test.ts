import { fixedClock } from '@linli/testing';
import knexFactory from 'knex';
import { createCookies } from '../src/sessions/cookies';
import { audience, clientSecret, grant, startGateway, type Got, type TestGateway } from './support/gateway';
import { rights } from './support/requests';
import { startSignInIssuer, type SignInIssuer } from './support/sign-in-issuer';

let gateway: TestGateway;
let issuer: SignInIssuer;
// Goes forward only: what is remembered of an account must not be of the future.
const clock = fixedClock(new Date().toISOString());
const clerk = { sub: 'clerk', linli_tenant: 'xingsheng', linli_kind: 'staff' };

beforeAll(async () => {
  issuer = await startSignInIssuer(audience, clientSecret);
  gateway = await startGateway({}, { issuer, now: clock.now });
});
beforeEach(() => {
  gateway.peers.reset();
  issuer.next = { claims: clerk };
  gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'clerk' }, { displayName: '李窗口', grants: [grant(rights.clerk)] });
});
afterAll(async () => {
  await gateway.stop();
  await issuer.stop();
});

function cookiesOf(got: Got): Record<string, string> {
  return Object.fromEntries(got.headers.getSetCookie().map((line) => line.split(';')[0]?.split('=') ?? []) as [string, string][]);
}

/** Goes to the issuer and stops in front of the callback. */
async function begin(returnTo = ''): Promise<{ cookie: string; callback: string }> {
  const begun = await gateway.call(undefined, `GET /auth/sign-in${returnTo}`);
  expect(begun.status).toBe(303);
  const back = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const url = new URL(back.headers.get('location') ?? '');
  return { cookie: `linli-sign-in=${cookiesOf(begun)['linli-sign-in']}`, callback: `${url.pathname}${url.search}` };
}

async function signIn(): Promise<{ cookie: string; csrf: string }> {
  const { cookie, callback } = await begin();
  const done = await gateway.call(undefined, `GET ${callback}`, { headers: { cookie } });
  expect(done.status).toBe(303);
  const session = `linli-session=${cookiesOf(done)['linli-session']}`;
  const me = await gateway.call(undefined, 'GET /v1/me', { headers: { cookie: session } });
  return { cookie: session, csrf: String(me.body['csrfToken']) };
}

const meWith = (cookie: string) => gateway.call(undefined, 'GET /v1/me', { headers: { cookie } });

describe('signing in', () => {
  it('asks for a code with PKCE, state and nonce, for our API', async () => {
    const got = await gateway.call(undefined, 'GET /auth/sign-in');
    const query = new URL(got.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(query)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', scope: 'openid', resource: audience, redirect_uri: `${gateway.url}/auth/callback` });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name)?.length).toBeGreaterThan(30);
  });

  it('ends with a session and where one wanted to go', async () => {
    const { cookie, callback } = await begin('?returnTo=/docs');
    const done = await gateway.call(undefined, `GET ${callback}`, { headers: { cookie } });
    expect(done.headers.get('location')).toBe('/docs');
    const line = done.headers.getSetCookie().find((one) => one.startsWith('linli-session='));
    expect(line).toMatch(/^linli-session=xingsheng\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const me = await meWith(`linli-session=${cookiesOf(done)['linli-session']}`);
    expect(me).toMatchObject({ status: 200, body: { displayName: '李窗口', kind: 'staff', tenantId: 'xingsheng', csrfToken: expect.any(String) } });
  });

  it('keeps only the hash of a session, and no token', async () => {
    const { cookie } = await signIn();
    const owner = knexFactory({ client: 'pg', connection: gateway.database.adminUrl, pool: { min: 0, max: 1 } });
    const rows = JSON.stringify(await owner('sessions').select('*'));
    await owner.destroy();
    expect(rows).toContain('xingsheng');
    expect(rows).not.toContain(cookie.split('.')[1]);
    expect(rows).not.toContain('eyJ');
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', '/a b', '/%0d%0aSet-Cookie:x=1', 'x'])('refuses to return to %s', async (to) => {
    const got = await gateway.call(undefined, `GET /auth/sign-in?returnTo=${encodeURIComponent(to)}`);
    if (to.startsWith('/%')) expect(got.status).toBe(303);
    else expect(got).toMatchObject({ status: 400, body: { code: 'RETURN_PATH_INVALID' } });
  });

  it('that was begun elsewhere is not finished here (login CSRF)', async () => {
    const mine = await begin();
    const theirs = await begin();
    for (const headers of [{}, { cookie: mine.cookie }, { cookie: `${theirs.cookie}x` }, { cookie: `${theirs.cookie}; ${mine.cookie}` }]) {
      const got = await gateway.call(undefined, `GET ${theirs.callback}`, { headers });
      expect(got.status).toBe(401);
      expect(cookiesOf(got)['linli-session']).toBeUndefined();
    }
  });

  it('is done once per code, and within ten minutes', async () => {
    const { cookie, callback } = await begin();
    expect((await gateway.call(undefined, `GET ${callback}`, { headers: { cookie } })).status).toBe(303);
    expect(await gateway.call(undefined, `GET ${callback}`, { headers: { cookie } })).toMatchObject({ status: 401, body: { code: 'SIGN_IN_REFUSED' } });
    const late = await begin();
    clock.advance(11 * 60_000);
    expect(await gateway.call(undefined, `GET ${late.callback}`, { headers: { cookie: late.cookie } })).toMatchObject({ status: 401, body: { code: 'SIGN_IN_EXPIRED' } });
  });

  it.each<[string, Partial<SignInIssuer['next']>]>([
    ['another nonce', { idToken: { nonce: 'other' } }],
    ['an ID token for another client', { idToken: { aud: 'other' } }],
    ['an ID token of somebody else', { idToken: { sub: 'other' } }],
    ['an access token for another API', { accessToken: { aud: 'other' } }],
    ['an access token of another issuer', { accessToken: { iss: 'https://evil.example' } }],
    ['an access token without an office', { accessToken: { linli_tenant: undefined } }],
  ])('fails with %s', async (_what, change) => {
    issuer.next = { claims: clerk, ...change };
    const { cookie, callback } = await begin();
    const got = await gateway.call(undefined, `GET ${callback}`, { headers: { cookie } });
    expect(got.status).toBe(401);
    expect(cookiesOf(got)['linli-session']).toBeUndefined();
  });

  it('says on a page what went wrong when a browser asks', async () => {
    const got = await gateway.call(undefined, 'GET /auth/callback?code=x', { headers: { accept: 'text/html' } });
    expect(got.status).toBe(401);
    expect(got.text).toContain('登录没有成功');
    expect(got.headers.get('content-type')).toMatch('text/html');
  });

  it('is not for whom the office does not know', async () => {
    issuer.next = { claims: { ...clerk, sub: 'nobody' } };
    const { cookie, callback } = await begin();
    expect(await gateway.call(undefined, `GET ${callback}`, { headers: { cookie } })).toMatchObject({ status: 401, body: { code: 'ACCOUNT_NOT_ACTIVE' } });
  });
});

describe('a session', () => {
  const change = 'POST /v1/items:none';

  it('is never one that the browser brought along (fixation)', async () => {
    const planted = await signIn();
    const { cookie, callback } = await begin();
    const done = await gateway.call(undefined, `GET ${callback}`, { headers: { cookie: `${cookie}; ${planted.cookie}` } });
    expect(`linli-session=${cookiesOf(done)['linli-session']}`).not.toBe(planted.cookie);
    expect(await meWith(planted.cookie)).toMatchObject({ status: 401, body: { code: 'SESSION_ENDED' } });
  });

  it('that is forged, of another office, or sent twice counts for nothing', async () => {
    const { cookie } = await signIn();
    for (const forged of [cookie.slice(0, -1), cookie.replace('xingsheng', 'baihe'), `linli-session=xingsheng.${'A'.repeat(43)}`, "linli-session=x'--.a", `${cookie}; ${cookie}`, `linli-session=; ${cookie}`]) {
      expect((await meWith(forged)).status).toBe(401);
    }
    expect((await meWith(cookie)).status).toBe(200);
  });

  it('changes things only from a page of ours', async () => {
    const { cookie, csrf } = await signIn();
    const other = await signIn();
    const create = (headers: Record<string, string>) =>
      gateway.call(undefined, 'POST /v1/persons:find', { body: { phone: '13800005678' }, headers: { cookie, ...headers } });
    expect(await create({})).toMatchObject({ status: 403, body: { code: 'CSRF_TOKEN_INVALID' } });
    expect(await create({ 'x-csrf-token': other.csrf })).toMatchObject({ status: 403, body: { code: 'CSRF_TOKEN_INVALID' } });
    expect(await create({ 'x-csrf-token': csrf, origin: 'https://evil.example' })).toMatchObject({ status: 403, body: { code: 'CROSS_SITE_REQUEST' } });
    expect(await create({ 'x-csrf-token': csrf, origin: 'null' })).toMatchObject({ status: 403, body: { code: 'CROSS_SITE_REQUEST' } });
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect(await create({ 'x-csrf-token': csrf, 'sec-fetch-site': site })).toMatchObject({ status: 403, body: { code: 'CROSS_SITE_REQUEST' } });
    }
    expect(await create({ 'x-csrf-token': csrf, origin: gateway.url, 'sec-fetch-site': 'same-origin' })).toMatchObject({ status: 200 });
    expect(await gateway.call(undefined, change, { headers: { cookie } })).toMatchObject({ status: 404 });
  });

  it('ends after half an hour without use, and after twelve hours with', async () => {
    const idle = await signIn();
    clock.advance(29 * 60_000);
    expect((await meWith(idle.cookie)).status).toBe(200);
    clock.advance(29 * 60_000);
    expect((await meWith(idle.cookie)).status).toBe(200);
    clock.advance(31 * 60_000);
    expect(await meWith(idle.cookie)).toMatchObject({ status: 401, body: { code: 'SESSION_ENDED' } });

    const busy = await signIn();
    for (let quarters = 0; quarters < 47; quarters += 1) {
      clock.advance(15 * 60_000);
      expect((await meWith(busy.cookie)).status).toBe(200);
    }
    clock.advance(16 * 60_000);
    expect((await meWith(busy.cookie)).status).toBe(401);
  });

  it('ends with its account', async () => {
    const { cookie } = await signIn();
    gateway.peers.accounts.clear();
    clock.advance(6_000);
    expect(await meWith(cookie)).toMatchObject({ status: 401, body: { code: 'ACCOUNT_NOT_ACTIVE' } });
    gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'clerk' }, {});
    expect(await meWith(cookie)).toMatchObject({ status: 401, body: { code: 'SESSION_ENDED' } });
  });

  it('ends by signing out, from our page only', async () => {
    const { cookie, csrf } = await signIn();
    const form = (token: string) => ({ body: `csrf=${token}`, headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', origin: gateway.url } });
    expect((await gateway.call(undefined, 'POST /auth/sign-out', form('x'))).status).toBe(403);
    expect((await meWith(cookie)).status).toBe(200);
    const out = await gateway.call(undefined, 'POST /auth/sign-out', form(csrf));
    expect(out).toMatchObject({ status: 303 });
    expect(out.headers.getSetCookie()).toContainEqual(expect.stringMatching(/^linli-session=; Max-Age=0/));
    expect((await meWith(cookie)).status).toBe(401);
  });

  it('shows who one is and what waits for one at the door', async () => {
    expect((await gateway.call(undefined, 'GET /')).text).toContain('href="/auth/sign-in"');
    gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'clerk' }, { displayName: '<b>李</b>', grants: [grant(rights.clerk)] });
    clock.advance(6_000);
    const { cookie } = await signIn();
    const { text, headers } = await gateway.call(undefined, 'GET /', { headers: { cookie } });
    expect(text).toContain('&#60;b&#62;李&#60;/b&#62;');
    expect(text).toContain('XS-20261124-00042');
    expect(text).toContain('回访');
    expect(text).not.toMatch(/<script|src=/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

it('cookies carry the host prefix and Secure where the site is served by HTTPS', () => {
  const lines: string[] = [];
  const response = { append: (_name: string, line: string) => lines.push(line) };
  const cookies = createCookies(true);
  cookies.set(response as never, cookies.session, 'x');
  expect(lines).toEqual(['__Host-linli-session=x; Path=/; HttpOnly; SameSite=Lax; Secure']);
});
