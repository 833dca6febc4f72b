import { grant, startGateway, type Person, type TestGateway } from './support/gateway';
import { rights } from './support/requests';

const variables = { LIMIT_ADDRESS_PER_MINUTE: '30', LIMIT_ACCOUNT_PER_MINUTE: '6', LIMIT_SENSITIVE_PER_MINUTE: '2', LIMIT_SIGN_IN_PER_MINUTE: '3', PROXIES: '1' };

describe('limits', () => {
  let gateway: TestGateway;
  let serial = 0;

  beforeAll(async () => {
    gateway = await startGateway(variables);
  });
  afterAll(() => gateway.stop());

  function someone(): Person {
    return gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: `s${++serial}` }, { grants: [grant(rights.clerk)] });
  }
  // One proxy is trusted, so the last address it names is the client's.
  const from = (address: string, more: Record<string, string> = {}) => ({ headers: { 'x-forwarded-for': address, ...more } });

  it('tell how many requests are left and when they come back', async () => {
    const got = await gateway.call(someone(), 'GET /v1/me', from('10.0.0.1'));
    expect(got.headers.get('ratelimit-policy')).toBe('"address";q=30;w=60, "account";q=6;w=60');
    expect(got.headers.get('ratelimit')).toMatch(/^"address";r=29;t=\d+, "account";r=5;t=\d+$/);
  });

  it('hold for an account, whatever addresses it comes from', async () => {
    const clerk = someone();
    for (let asked = 0; asked < 6; asked += 1) expect((await gateway.call(clerk, 'GET /v1/me', from(`10.0.1.${asked}`))).status).toBe(200);
    const got = await gateway.call(clerk, 'GET /v1/me', from('10.0.1.99'));
    expect(got).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED', title: '操作太频繁' } });
    expect(Number(got.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(got.body['detail']).toMatch(/请在 \d+ 秒后再试/);
    expect((await gateway.call(someone(), 'GET /v1/me', from('10.0.1.99'))).status).toBe(200);
  });

  it('are tighter for looking people up', async () => {
    const clerk = someone();
    const find = () => gateway.call(clerk, 'POST /v1/persons:find', { body: { phone: '13800005678' }, ...from('10.0.2.1') });
    expect([(await find()).status, (await find()).status, (await find()).status]).toEqual([200, 200, 429]);
    expect((await gateway.call(clerk, 'GET /v1/me', from('10.0.2.1'))).status).toBe(200);
  });

  it('hold for an address before anything else is looked at, signed in or not', async () => {
    for (let asked = 0; asked < 30; asked += 1) await gateway.call(undefined, 'GET /v1/me', from('10.0.3.1'));
    expect(await gateway.call(someone(), 'GET /v1/me', from('10.0.3.1'))).toMatchObject({ status: 429 });
    expect((await gateway.call(someone(), 'GET /v1/me', from('10.0.3.2'))).status).toBe(200);
    // Addresses that the client itself invents stand before the one that the proxy adds.
    expect((await gateway.call(someone(), 'GET /v1/me', from('1.2.3.4, 10.0.3.1'))).status).toBe(429);
  });

  it('count the addresses of one IPv6 network together', async () => {
    for (let asked = 0; asked < 30; asked += 1) await gateway.call(undefined, 'GET /v1/me', from(`2001:db8:1:2::${asked.toString(16)}`));
    expect((await gateway.call(undefined, 'GET /v1/me', from('2001:db8:1:2:ffff::1'))).status).toBe(429);
    expect((await gateway.call(undefined, 'GET /v1/me', from('2001:db8:1:3::1'))).status).toBe(401);
  });

  it('are tightest for signing in', async () => {
    const begin = () => gateway.call(undefined, 'GET /auth/sign-in', from('10.0.4.1'));
    expect([(await begin()).status, (await begin()).status, (await begin()).status, (await begin()).status]).toEqual([303, 303, 303, 429]);
  });

  it('do not touch the health of the process', async () => {
    for (let asked = 0; asked < 40; asked += 1) expect((await gateway.call(undefined, 'GET /livez', from('10.0.5.1'))).status).toBe(200);
  });
});
