import http from 'node:http';
import fc from 'fast-check';
import type { ApiRoute } from '../src/routing/route';
import { routeTable } from '../src/routing/table';
import { grant, startGateway, type Got, type Person, type TestGateway } from './support/gateway';
import { goodRequests, rights } from './support/requests';
import { ids } from './support/samples';

let gateway: TestGateway;
let everyone: Person;
let resident: Person;

beforeAll(async () => {
  gateway = await startGateway();
  everyone = gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'all' }, { grants: [grant([...rights.clerk, ...rights.admin])] });
  resident = gateway.person({ tenant: 'xingsheng', kind: 'resident', subject: 'resident' }, { subject: ids.resident });
});
beforeEach(() => gateway.peers.reset());
afterAll(() => gateway.stop());

function good(route: ApiRoute | undefined) {
  const request = goodRequests[route?.name ?? ''];
  if (route === undefined || request === undefined) throw new Error('a route has no row in support/requests.ts');
  const headers = { ...(route.creates === true ? { 'idempotency-key': '"k"' } : {}), ...(route.changes === true ? { 'if-match': '"v3"' } : {}) };
  const person = request.by.includes('clerk') || request.by.includes('admin') ? everyone : resident;
  return { ...request, headers, person, line: `${route.method.toUpperCase()} ${request.path}` };
}

function expectProblem(got: Got, status: number, code: string): void {
  expect([got.status, got.body['code'], got.headers.get('content-type')]).toEqual([status, code, 'application/problem+json']);
  for (const member of ['type', 'title', 'detail', 'instance', 'traceId']) expect(got.body[member]).toEqual(expect.stringMatching(/./));
}

const withBody = routeTable.filter((route) => Object.keys(goodRequests[route.name]?.body ?? {}).length > 0);
const unread = () => gateway.peers.calls.filter((call) => !/resolve|batchGet/.test(call.method));

describe.each(withBody.map((route) => [route.name, route] as const))('%s', (_name, route) => {
  it('refuses unknown fields and wrong types, and names them', async () => {
    const { line, body, headers, person } = good(route);
    expectProblem(await gateway.call(person, line, { body: { ...body, tenantId: 'baihe' }, headers }), 400, 'FIELD_INVALID');
    for (const field of Object.keys(body ?? {})) {
      const got = await gateway.call(person, line, { body: { ...body, [field]: { $ne: null } }, headers });
      expectProblem(got, 400, 'FIELD_INVALID');
      expect(got.body['errors']).toContainEqual({ pointer: expect.stringMatching(`^#/${field}`), code: expect.any(String) });
    }
    expect(unread()).toEqual([]);
  });

  it('never fails on bad input', async () => {
    const { line, body, headers, person } = good(route);
    const anything = fc.jsonValue({ maxDepth: 3 });
    const altered = fc.record(Object.fromEntries(Object.entries(body ?? {}).map(([field, value]) => [field, fc.oneof(fc.constant(value), anything)])));
    await fc.assert(
      fc.asyncProperty(fc.oneof(altered, anything), async (sent) => {
        const got = await gateway.call(person, line, { body: JSON.stringify(sent), headers });
        expect(got.status).toBeLessThan(500);
        if (got.status >= 400) expect(got.headers.get('content-type')).toBe('application/problem+json');
      }),
      { numRuns: 25 },
    );
  });
});

describe('a body', () => {
  const create = 'POST /v1/cases';
  const headers = { 'idempotency-key': 'k' };

  it.each<[string, string | Buffer, number, string]>([
    ['that is broken JSON', '{"itemCode": ', 400, 'BODY_NOT_JSON'],
    ['that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400, 'BODY_NOT_UTF8'],
    ['with a NUL', '{"subject":"a\\u0000b"}', 400, 'BODY_FORBIDDEN_CHARACTER'],
    ['with half a character', '{"subject":"\\ud800"}', 400, 'BODY_FORBIDDEN_CHARACTER'],
    ['with a prototype', '{"__proto__":{"isAdmin":true}}', 400, 'BODY_FORBIDDEN_KEY'],
    ['nested beyond reason', '['.repeat(200) + ']'.repeat(200), 400, 'BODY_TOO_DEEP'],
    ['that is too large', `{"subject":"${'x'.repeat(300_000)}"}`, 413, 'BODY_TOO_LARGE'],
    ['that is a list', '[]', 400, 'FIELD_INVALID'],
    ['that is null', 'null', 400, 'FIELD_INVALID'],
  ])('%s is refused', async (...[, body, status, code]) => {
    expectProblem(await gateway.call(everyone, create, { body, headers }), status, code);
    expect(unread()).toEqual([]);
  });

  it('of another type, or compressed, is refused', async () => {
    expectProblem(await gateway.call(everyone, create, { body: 'a=b', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' } }), 415, 'MEDIA_TYPE_UNSUPPORTED');
    expectProblem(await gateway.call(everyone, create, { body: '{}', headers: { ...headers, 'content-encoding': 'gzip' } }), 415, 'CONTENT_ENCODING_UNSUPPORTED');
  });
});

it('a body that is no object is named in the sentence, and pointed at as the whole', async () => {
  for (const body of ['[]', '"x"', 'null', '1']) {
    const got = await gateway.call(everyone, 'POST /v1/cases', { body, headers: { 'idempotency-key': 'k' } });
    expect(got.body['errors']).toEqual([{ pointer: '#', code: 'wrong_type' }]);
    expect(got.body['detail']).toContain('提交的内容');
  }
});

it.each(['POST', 'GET', 'PATCH'])('%s of an action that does not exist is no route', async (method) => {
  expectProblem(await gateway.call(everyone, `${method} /v1/cases/${ids.case}:nope`, method === 'GET' ? {} : { body: {} }), 404, 'ROUTE_NOT_FOUND');
});

describe('headers', () => {
  it('Idempotency-Key is needed and well-formed; quotes make no difference', async () => {
    const { line, body, person } = good(routeTable.find((route) => route.name === 'createCase'));
    expectProblem(await gateway.call(person, line, { body }), 400, 'IDEMPOTENCY_KEY_REQUIRED');
    for (const key of ['""', '"a', 'a b', '"' + 'x'.repeat(256) + '"', '"a\\b"', '";k=1']) {
      expectProblem(await gateway.call(person, line, { body, headers: { 'idempotency-key': key } }), 400, 'IDEMPOTENCY_KEY_INVALID');
    }
    for (const key of ['"k-1"', 'k-1']) await gateway.call(person, line, { body, headers: { 'idempotency-key': key } });
    expect(unread().map((call) => call.request['requestId'])).toEqual(['k-1', 'k-1']);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic eHk6eg==', 'Bearer a b', 'Bearer a.b.c', `Bearer ${'a'.repeat(9_000)}`, 'bearer null'])('Authorization: %j is refused', async (authorization) => {
    const got = await gateway.call(undefined, 'GET /v1/me', { headers: { authorization } });
    expect(got.status).toBe(401);
    expect(got.body['code']).toBe('TOKEN_INVALID');
  });

  it('a token without its claims, or of another type, is refused', async () => {
    for (const claims of [{ linli_kind: 'system' }, { linli_kind: undefined }, { linli_tenant: '' }, { linli_tenant: 5 }]) {
      const token = await gateway.token(everyone, claims);
      expectProblem(await gateway.call(undefined, 'GET /v1/me', { headers: { authorization: `Bearer ${token}` } }), 401, 'TOKEN_INVALID');
    }
    const idToken = await gateway.issuer.token({ sub: 'all', linli_tenant: 'xingsheng', linli_kind: 'staff' }, { typ: 'JWT' });
    expectProblem(await gateway.call(undefined, 'GET /v1/me', { headers: { authorization: `Bearer ${idToken}` } }), 401, 'TOKEN_INVALID');
  });

  it('a tenant that could be no tenant never reaches a service', async () => {
    for (const tenant of ["x'; drop table sessions; --", '../..', 'A', 'x'.repeat(200)]) {
      const token = await gateway.token({ ...everyone, tenant });
      const got = await gateway.call(undefined, 'GET /v1/me', { headers: { authorization: `Bearer ${token}` } });
      expectProblem(got, 401, 'TOKEN_INVALID');
    }
    expect(gateway.peers.calls).toEqual([]);
  });

  it('sent twice or malformed never fail', async () => {
    const { port } = new URL(gateway.url);
    const authorization = `Bearer ${await gateway.token(everyone)}`;
    const status = await new Promise((resolve, reject) => {
      const pairs = { host: 'linli', 'content-length': '0', authorization, 'accept-language': ';;;q=zz', traceparent: '00-zz-zz-zz', cookie: 'a=b; ;=;linli-session=%00' };
      const headers = [...Object.entries(pairs).flat(), 'If-Match', '"v1"', 'if-match', '"v2"', 'Cookie', 'linli-session=x'];
      http.request({ port, path: `/v1/cases/${ids.case}:accept`, method: 'POST', headers }, (response) => resolve(response.statusCode)).on('error', reject).end();
    });
    expect(status).toBe(400);
  });
});

describe('any header', () => {
  const names = [
    'authorization', 'cookie', 'accept', 'accept-language', 'accept-encoding', 'idempotency-key', 'if-match', 'if-none-match', 'traceparent', 'tracestate', 'baggage', 'last-event-id',
    'x-csrf-token', 'origin', 'referer', 'sec-fetch-site', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'x-request-id', 'x-http-method-override', 'range', 'content-language', 'user-agent',
  ];
  const value = fc.oneof(
    fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f).map((code) => String.fromCharCode(code)), maxLength: 60 }),
    fc.constantFrom('*', '*;q=0', 'zh;q=9e99,en', 'en-US-x-twain;q=-1', ',,,;;;', '00-0-0-0', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, 'ff-', '__proto__', '${jndi:ldap://x}', "' or 1=1--", '9'.repeat(400), 'a,'.repeat(2_000)),
  );

  it('is read or refused, by a list, a change and the stream', async () => {
    const authorization = `Bearer ${await gateway.token(everyone)}`;
    const lines = ['GET /v1/me', `POST /v1/cases/${ids.case}:accept`, 'POST /v1/cases', 'GET /v1/events/stream'];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lines), fc.constantFrom(...names), value, async (line, name, sent) => {
        const [method = '', path = ''] = line.split(' ');
        const headers = { authorization, ...(method === 'POST' ? { 'content-type': 'application/json', 'if-match': '"v3"', 'idempotency-key': '"k"' } : {}), [name]: sent };
        const answer = await fetch(`${gateway.url}${path}`, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) });
        await answer.body?.cancel();
        expect([line, answer.status < 500]).toEqual([line, true]);
        if (answer.status >= 400) expect(answer.headers.get('content-type')).toBe('application/problem+json');
      }),
      { numRuns: 300 },
    );
  });
});

describe('addresses', () => {
  it.each([
    ['GET /v1/nothing', 404, 'ROUTE_NOT_FOUND'],
    ['GET /v1/cases/', 404, 'ROUTE_NOT_FOUND'],
    ['DELETE /v1/cases', 405, 'METHOD_NOT_ALLOWED'],
    ['GET /v1/cases/%ff', 400, 'URL_MALFORMED'],
    ['GET /v1/cases/%00', 400, 'URL_MALFORMED'],
    ['GET /v1/cases/not-a-uuid', 400, 'FIELD_INVALID'],
    ["GET /v1/cases/'%20or%201=1--", 400, 'FIELD_INVALID'],
    ['GET /v1/cases?colour=red', 400, 'FIELD_INVALID'],
    ['GET /v1/cases?pageSize=-1', 400, 'FIELD_INVALID'],
    ['GET /v1/cases?pageSize=1e3', 400, 'FIELD_INVALID'],
    ['GET /v1/cases?pageSize=1&pageSize=2', 400, 'FIELD_INVALID'],
    ['GET /v1/cases?state=open', 400, 'FIELD_INVALID'],
    ['GET /v1/cases?dueBefore=tomorrow', 400, 'FIELD_INVALID'],
    ['GET /v1/cases?__proto__=1&constructor=2', 400, 'FIELD_INVALID'],
    [`GET /v1/cases?pageToken=${'x'.repeat(5_000)}`, 400, 'FIELD_INVALID'],
    ['GET /v1/work?pageToken=forged', 400, 'PAGE_TOKEN_INVALID'],
    ['GET /v1/work?pageToken=eyJ.x', 400, 'PAGE_TOKEN_INVALID'],
  ])('%s answers %i %s', async (line, status, code) => {
    expectProblem(await gateway.call(everyone, line), status, code);
  });

  it('never fail on any query', async () => {
    const lists = routeTable.filter((route) => route.method === 'get' && route.tag !== 'me').map(good);
    const names = fc.constantFrom('pageSize', 'pageToken', 'state', 'unitId', 'number', 'onDay', 'kind', 'order', '$where');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists), names, fc.string({ unit: 'binary', maxLength: 30 }), async ({ line, person }, name, value) => {
        const [path = ''] = line.split('?');
        const got = await gateway.call(person, `${path}?${name}=${encodeURIComponent(value.toWellFormed())}`);
        expect(got.status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
  }, 30_000);
});

it('a page size beyond the most is the most', async () => {
  await gateway.call(everyone, 'GET /v1/cases?pageSize=100000');
  expect(gateway.peers.calls.find((call) => call.method === 'CaseService/listCases')?.request).toMatchObject({ pageSize: 200 });
});

it('a service that fails in an unknown way says nothing of it', async () => {
  gateway.peers.on('CaseService/getCase', () => Promise.reject(new Error('secret of 王小明')));
  const got = await gateway.call(everyone, `GET /v1/cases/${ids.case}`);
  expectProblem(got, 500, 'INTERNAL');
  expect(got.text + gateway.log.text()).not.toMatch(/王小明|secret of/);
});

it('answers carry the headers that keep browsers from guessing', async () => {
  const got = await gateway.call(everyone, 'GET /v1/me');
  expect(Object.fromEntries(got.headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  expect(got.headers.get('access-control-allow-origin')).toBeNull();
  expect(got.headers.get('x-powered-by')).toBeNull();
});
