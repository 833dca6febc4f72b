import net from 'node:net';
import { aborted, failedPrecondition, internal, invalidArgument, resourceExhausted, unauthenticated, unavailable } from '@linli/errors';
import { createLogger, createMetrics } from '@linli/telemetry';
import { createHttpApp, type HttpApp, type HttpAppOptions, type Problem } from '../src';

const render: HttpAppOptions['render'] = (reason, details, language) => ({
  title: language === 'en' ? `title of ${reason}` : `${reason} 的标题`,
  detail: JSON.stringify(details),
});

interface Fixture {
  readonly http: HttpApp;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly start: () => Promise<string>;
  /** The log lines, once every connection is closed. */
  readonly logged: () => Promise<Record<string, unknown>[]>;
}

const open: HttpApp[] = [];

function fixture(options: Partial<HttpAppOptions> = {}): Fixture {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('test', { destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) } });
  const metrics = createMetrics('test');
  const http = createHttpApp({ log, metrics, render, ...options });
  open.push(http);
  const logged = async () => {
    await http.stop(1000);
    return lines;
  };
  return { http, logged, metrics, start: async () => `http://127.0.0.1:${await http.start(0)}` };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((http) => http.stop(0)));
});

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return (await response.json()) as Problem;
}

/** A POST route that answers what it read, and a GET route that throws what it is told to. */
async function echo(options?: Partial<HttpAppOptions>) {
  const made = fixture(options);
  made.http.route({ method: 'post', path: '/v1/echo', handle: (request, response) => void response.json({ got: request.body as unknown }) });
  const base = await made.start();
  return {
    ...made,
    base,
    post: (body: RequestInit['body'], headers: Record<string, string> = { 'content-type': 'application/json' }) =>
      fetch(`${base}/v1/echo`, { method: 'POST', body: body ?? null, headers }),
  };
}

async function throwing(error: unknown) {
  const made = fixture();
  made.http.route({
    method: 'get',
    path: '/v1/things/:id',
    handle: async () => {
      throw error;
    },
  });
  const base = await made.start();
  return { ...made, get: (headers: Record<string, string> = {}) => fetch(`${base}/v1/things/t1?q=1`, { headers }) };
}

describe('problems', () => {
  it('say type, title, status, detail, instance, code, errors and trace id', async () => {
    const error = invalidArgument('CASE_INVALID', 'dev text', { details: { limit: '5' }, violations: [{ field: 'materials[0].code', code: 'REQUIRED' }] });
    const { get } = await throwing(error);
    const response = await get();
    expect(response.status).toBe(400);
    expect(response.headers.get('content-language')).toBe('zh-CN');
    expect(await problemOf(response)).toEqual({
      type: 'urn:linli:problem:CASE_INVALID',
      title: 'CASE_INVALID 的标题',
      status: 400,
      detail: '{"limit":"5"}',
      instance: '/v1/things/t1',
      code: 'CASE_INVALID',
      errors: [{ pointer: '#/materials/0/code', code: 'REQUIRED' }],
      traceId: response.headers.get('x-request-id'),
    });
  });

  it.each([
    ['en', 'en'],
    ['en-US,en;q=0.9', 'en'],
    ['zh-CN,en;q=0.5', 'zh-CN'],
    ['fr', 'zh-CN'],
    ['*', 'zh-CN'],
    [';;;q=x', 'zh-CN'],
  ])('answer Accept-Language %j in %s', async (accepted, language) => {
    const { get } = await throwing(failedPrecondition('X', 'x'));
    const response = await get({ 'accept-language': accepted });
    expect(response.headers.get('content-language')).toBe(language);
    expect((await problemOf(response)).title).toBe(language === 'en' ? 'title of X' : 'X 的标题');
  });

  it.each([
    [unauthenticated('TOKEN_EXPIRED', 'x'), 401],
    [failedPrecondition('X', 'x'), 409],
    [invalidArgument('IDEMPOTENCY_KEY_REUSED', 'x'), 422],
    [invalidArgument('IF_MATCH_REQUIRED', 'x'), 428],
    [aborted('VERSION_STALE', 'x'), 409],
    [unavailable('PEER_DOWN', 'x'), 503],
  ])('have the status of the kind or the reason: $reason', async (error, status) => {
    const { get } = await throwing(error);
    const response = await get();
    expect(response.status).toBe(status);
    expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
    expect(await problemOf(response)).toMatchObject({ status, code: error.reason });
  });

  it('give 412 for a stale version to a client that sent If-Match', async () => {
    const { get } = await throwing(aborted('VERSION_STALE', 'x'));
    expect((await get({ 'if-match': '"v1"' })).status).toBe(412);
  });

  it('tell when to come back', async () => {
    const { get } = await throwing(resourceExhausted('RATE_LIMITED', 'x', { details: { retryAfterSeconds: '17' } }));
    const response = await get();
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '17']);
  });

  it.each([
    ['an unknown error', new TypeError('王小明 is not a function')],
    ['an internal error', internal('SECRET_REASON', '王小明', { details: { a: 'b' } })],
    ['a thrown text', '王小明'],
  ])('tell nothing of %s, which is logged once with the same id', async (_what, thrown) => {
    const { get, logged } = await throwing(thrown);
    const response = await get();
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ code: 'INTERNAL', detail: '{}' });
    const lines = await logged();
    expect(text + JSON.stringify(await logged())).not.toContain('王小明');
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', request_id: response.headers.get('x-request-id'), reason: 'INTERNAL', err: expect.any(Object) }),
    ]);
  });

  it('leave without sentences when there are none', async () => {
    const { http, start } = fixture({
      render: () => {
        throw new Error('no sentence');
      },
    });
    expect(await problemOf(await fetch(await start()))).toMatchObject({ status: 404, title: 'ROUTE_NOT_FOUND', code: 'ROUTE_NOT_FOUND' });
    await http.stop(0);
  });

  it('cut an answer that already began', async () => {
    const { http, start, logged } = fixture();
    http.route({
      method: 'get',
      path: '/half',
      handle: (_request, response) => {
        response.write('half');
        throw new Error('broken');
      },
    });
    const base = await start();
    await expect(fetch(`${base}/half`).then((response) => response.text())).rejects.toThrow();
    expect(await logged()).toMatchObject([{ level: 'error', route: '/half' }]);
  });
});

describe('unknown routes and methods', () => {
  it('answer 404 ROUTE_NOT_FOUND', async () => {
    const { base } = await echo();
    for (const path of ['/', '/v1/echo/', '/V1/echo', '/v1/echo/x', '/v1', '/index.php', '/v1/echo/../echo/..;/']) {
      const response = await fetch(base + path, { method: 'POST' });
      expect([path, response.status, (await problemOf(response)).code]).toEqual([path, 404, 'ROUTE_NOT_FOUND']);
    }
  });

  it('answer 405 with what is allowed', async () => {
    const { base } = await echo();
    const response = await fetch(`${base}/v1/echo`, { method: 'DELETE' });
    expect(response.headers.get('allow')).toBe('OPTIONS, POST');
    expect(await problemOf(response)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED', detail: '{"allow":"OPTIONS, POST"}' });
  });

  it('answer OPTIONS with what is allowed, and no CORS', async () => {
    const { base } = await echo();
    const response = await fetch(`${base}/v1/echo`, { method: 'OPTIONS', headers: { origin: 'https://evil.test' } });
    expect([response.status, response.headers.get('allow'), response.headers.get('access-control-allow-origin')]).toEqual([204, 'OPTIONS, POST', null]);
  });

  it('an action is a route of its own: not the thing with a colon in its id', async () => {
    const { http, start } = fixture();
    for (const [method, path] of [['get', '/v1/things/:id'], ['patch', '/v1/things/:id'], ['post', '/v1/things/:id\\:close']] as const) {
      http.route({ method, path, handle: (request, response) => void response.json(request.params) });
    }
    const base = await start();
    const ask = async (line: string) => {
      const [method = '', path = ''] = line.split(' ');
      const response = await fetch(base + path, { method });
      return [response.status, response.headers.get('allow')];
    };
    expect(await ask('POST /v1/things/1:close')).toEqual([200, null]);
    for (const method of ['GET', 'PATCH', 'DELETE']) expect(await ask(`${method} /v1/things/1:close`)).toEqual([405, 'OPTIONS, POST']);
    expect(await ask('OPTIONS /v1/things/1:close')).toEqual([204, 'OPTIONS, POST']);
    expect(await ask('POST /v1/things/1')).toEqual([405, 'GET, HEAD, OPTIONS, PATCH']);
    for (const path of ['/v1/things/1:open', '/v1/things/1:', '/v1/things/1%3Aclose', '/v1/things/1:close:close', '/v1/things/:close']) expect(await ask(`GET ${path}`)).toEqual([404, null]);
  });

  it.each(['/v1/things/%E0%A4%A', '/v1/things/%', '/v1/things/a%00b', '/v1/things/a?q=%00', '/v1/things/a?q=%ff'])('answer 400 to %s', async (path) => {
    const { http, start } = fixture();
    http.route({ method: 'get', path: '/v1/things/:id', handle: (_request, response) => void response.json({}) });
    expect(await problemOf(await fetch((await start()) + path))).toMatchObject({ status: 400, code: 'URL_MALFORMED' });
  });

  it.each([
    ['no HTTP', 'NONSENSE\r\n\r\n', 400],
    ['two lengths', 'POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    ['length and chunks', 'POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('answer a problem to %s', async (_what, bytes, status) => {
    const { base, logged } = await echo();
    const answer = await raw(base, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as Problem;
    expect(problem).toMatchObject({ status, code: expect.stringMatching(/^[A-Z_]+$/), detail: expect.stringMatching(/\.$/), instance: '/' });
    expect(await logged()).toContainEqual(expect.objectContaining({ status, reason: problem.code, request_id: problem.traceId }));
  });
});

function raw(base: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(base).port), '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

describe('bodies', () => {
  it('are parsed', async () => {
    const { post } = await echo();
    for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON; charset="UTF-8"', 'application/merge-patch+json']) {
      expect(await (await post('{"a":"王 😀"}', { 'content-type': type })).json()).toEqual({ got: { a: '王 😀' } });
    }
  });

  it('may be absent', async () => {
    const { post } = await echo();
    expect(await (await post(null, {})).json()).toEqual({});
  });

  it.each<[string, number, string, RequestInit['body']]>([
    ['no JSON', 400, 'BODY_NOT_JSON', '{"a":'],
    ['two values', 400, 'BODY_NOT_JSON', '{} {}'],
    ['a byte order mark', 400, 'BODY_NOT_JSON', '\ufeff{}'],
    ['no UTF-8', 400, 'BODY_NOT_UTF8', new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
    ['an overlong encoding', 400, 'BODY_NOT_UTF8', new Uint8Array([0x22, 0xc0, 0x80, 0x22])],
    ['an encoded surrogate', 400, 'BODY_NOT_UTF8', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['a NUL', 400, 'BODY_FORBIDDEN_CHARACTER', '{"a":"x\\u0000"}'],
    ['a NUL in a key', 400, 'BODY_FORBIDDEN_CHARACTER', '{"x\\u0000":1}'],
    ['half of a character', 400, 'BODY_FORBIDDEN_CHARACTER', '{"a":["\\ud800"]}'],
    ['__proto__', 400, 'BODY_FORBIDDEN_KEY', '{"a":{"__proto__":{"admin":true}}}'],
    ['33 levels', 400, 'BODY_TOO_DEEP', '['.repeat(33) + ']'.repeat(33)],
    ['a hundred thousand levels', 400, 'BODY_TOO_DEEP', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['too many bytes', 413, 'BODY_TOO_LARGE', `"${'a'.repeat(256 * 1024)}"`],
  ])('are refused with %s', async (...[, status, code, body]) => {
    const { post, logged } = await echo();
    expect(await problemOf(await post(body))).toMatchObject({ status, code });
    expect(await logged()).toMatchObject([{ level: 'info', route: '/v1/echo', status, reason: code }]);
  });

  it('may have 32 levels', async () => {
    const { post } = await echo();
    expect((await post('['.repeat(32) + ']'.repeat(32))).status).toBe(200);
  });

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/json; charset=gbk' },
    { 'content-type': 'application/jsonp' },
    { 'content-type': '' },
  ])('are refused with %j', async (headers) => {
    const { post } = await echo();
    expect(await problemOf(await post(new TextEncoder().encode('{}'), headers))).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
  });

  it('are refused compressed', async () => {
    const { post } = await echo();
    const response = await post('{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    expect(await problemOf(response)).toMatchObject({ status: 415, code: 'CONTENT_ENCODING_UNSUPPORTED' });
  });

  it('are left alone where a route reads them itself', async () => {
    const { http, start } = fixture();
    http.route({
      method: 'post',
      path: '/form',
      body: 'none',
      handle: async (request, response) => {
        let text = '';
        for await (const chunk of request) text += String(chunk);
        response.json({ text });
      },
    });
    const response = await fetch(`${await start()}/form`, { method: 'POST', body: new URLSearchParams({ a: '1' }) });
    expect(await response.json()).toEqual({ text: 'a=1' });
  });
});

describe('a body of bytes', () => {
  const mediaType = 'application/vnd.example';
  const sent = Uint8Array.of(0x50, 0x4b, 0x00, 0xff);

  async function taking(limit = 8) {
    const { http, start } = fixture();
    http.route({ method: 'post', path: '/file', body: { mediaType, limit }, handle: (request, response) => void response.json({ got: [...(request.body as Buffer)] }) });
    const base = await start();
    return (body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = { 'content-type': mediaType }) => fetch(`${base}/file`, { method: 'POST', body, headers });
  }

  it('is kept as it is', async () => {
    const post = await taking();
    for (const type of [mediaType, `${mediaType.toUpperCase()}; x=y`]) expect(await (await post(sent, { 'content-type': type })).json()).toEqual({ got: [...sent] });
    expect(await (await post(new Uint8Array())).json()).toEqual({ got: [] });
  });

  it('is refused when it is of another type, compressed, or too large', async () => {
    const post = await taking(3);
    expect(await problemOf(await post(sent, { 'content-type': 'application/json' }))).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED', detail: JSON.stringify({ mediaType }) });
    expect(await problemOf(await post(sent, { 'content-type': mediaType, 'content-encoding': 'gzip' }))).toMatchObject({ status: 415, code: 'CONTENT_ENCODING_UNSUPPORTED' });
    expect(await problemOf(await post(sent))).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  });
});

describe('every answer', () => {
  it('carries the security headers and an id, and no sign of the framework', async () => {
    const { base, post } = await echo();
    for (const response of [await post('{}'), await fetch(`${base}/none`)]) {
      const headers = Object.fromEntries(response.headers);
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-request-id': expect.stringMatching(/^[\da-f]{32}$/),
      });
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('etag');
      expect(headers).not.toHaveProperty('strict-transport-security');
    }
  });

  it('believes X-Forwarded-Proto only of a proxy it was told of', async () => {
    const secure = { 'x-forwarded-proto': 'https' };
    const direct = await fetch(`${(await echo()).base}/`, { headers: secure });
    const proxied = await fetch(`${(await echo({ proxies: 1 })).base}/`, { headers: secure });
    expect(direct.headers.get('strict-transport-security')).toBeNull();
    expect(proxied.headers.get('strict-transport-security')).toContain('max-age=');
  });

  it('is logged once and counted by route pattern, never by path', async () => {
    const { http, start, logged, metrics } = fixture();
    http.route({ method: 'get', path: '/v1/things/:id', handle: (_request, response) => void response.json({}) });
    const base = await start();
    await fetch(`${base}/v1/things/secret-id`);
    await fetch(`${base}/secret-path`);
    await fetch(`${base}/livez`);
    expect(await logged()).toMatchObject([
      { level: 'info', msg: 'request', method: 'GET', route: '/v1/things/:id', status: 200 },
      { level: 'info', route: 'unknown', status: 404, reason: 'ROUTE_NOT_FOUND' },
    ]);
    const text = await metrics.expose();
    expect(text).toMatch(/http_server_seconds_count\{service="test",method="GET",route="\/v1\/things\/:id",status="200"\} 1/);
    expect(text).toMatch(/http_server_in_flight\{service="test"\} 0/);
    expect(text + JSON.stringify(await logged())).not.toContain('secret');
  });
});

describe('stop', () => {
  it('finishes what is in flight, takes nothing new and lets idle connections go', async () => {
    const { http, start } = fixture();
    const entered = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    http.route({
      method: 'get',
      path: '/slow',
      handle: async (_request, response) => {
        entered.resolve();
        await released.promise;
        response.json({ done: true });
      },
    });
    const base = await start();
    const answer = fetch(`${base}/slow`);
    await entered.promise;
    const stopped = http.stop(10_000);
    await expect(fetch(`${base}/slow`)).rejects.toThrow();
    released.resolve();
    const answered = await answer;
    expect(await answered.json()).toEqual({ done: true });
    expect(answered.headers.get('connection')).toBe('close');
    await stopped;
  });

  it('cuts after the grace, and tells long answers first', async () => {
    const { http, start } = fixture();
    http.route({ method: 'get', path: '/endless', handle: (_request, response) => void response.write('…') });
    const response = await fetch(`${await start()}/endless`);
    expect(http.stopping.aborted).toBe(false);
    await http.stop(20);
    expect(http.stopping.aborted).toBe(true);
    await expect(response.text()).rejects.toThrow();
  });

  it('tells a handler that its client has gone', async () => {
    const { http, start, logged } = fixture();
    const entered = Promise.withResolvers<AbortSignal>();
    http.route({
      method: 'get',
      path: '/slow',
      handle: async (_request, _response, { signal }) => {
        entered.resolve(signal);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
    const client = new AbortController();
    const answer = fetch(`${await start()}/slow`, { signal: client.signal }).catch(() => 'gone');
    const signal = await entered.promise;
    expect(signal.aborted).toBe(false);
    client.abort();
    await new Promise((resolve) => (signal.aborted ? resolve(undefined) : signal.addEventListener('abort', resolve)));
    expect(await answer).toBe('gone');
    expect(await logged()).toMatchObject([{ status: 499 }]);
  });

  it('fails to start on a port in use', async () => {
    const { base } = await echo();
    const { http } = fixture();
    await expect(http.start(Number(new URL(base).port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
