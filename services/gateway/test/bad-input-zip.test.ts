import { createConnection } from 'node:net';
import type { ApiRoute } from '../src/routing/route';
import { routeTable } from '../src/routing/table';
import { badBodies, badPaths, badValues } from './support/bad-input';
import { grant, startGateway, type Got, type Person, type TestGateway } from './support/gateway';
import { goodRequests, rights } from './support/requests';
import { ids } from './support/samples';

let gateway: TestGateway;
let everyone: Person;
let resident: Person;
const authorizations = new Map<Person, string>();

beforeAll(async () => {
  gateway = await startGateway();
  everyone = gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'all' }, { grants: [grant([...rights.clerk, ...rights.admin])] });
  resident = gateway.person({ tenant: 'xingsheng', kind: 'resident', subject: 'resident' }, { subject: ids.resident });
  for (const person of [everyone, resident]) authorizations.set(person, `Bearer ${await gateway.token(person)}`);
});
beforeEach(() => gateway.peers.reset());
// Whatever was sent: the process is there, and nobody has become an administrator.
afterEach(async () => {
  expect((await gateway.call(everyone, 'GET /v1/me')).status).toBe(200);
  expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
});
afterAll(() => gateway.stop());

const writing = routeTable.filter((route) => route.method !== 'get').map((route) => [route.name, route] as const);

function requestOf(route: ApiRoute) {
  const good = goodRequests[route.name];
  if (good === undefined) throw new Error(`${route.name} has no row in support/requests.ts`);
  const person = good.by.includes('clerk') || good.by.includes('admin') ? everyone : resident;
  const headers: Record<string, string> = { authorization: authorizations.get(person) ?? '', ...(route.creates === true ? { 'idempotency-key': '"k"' } : {}), ...(route.changes === true ? { 'if-match': '"v3"' } : {}) };
  return { line: `${route.method.toUpperCase()} ${good.path}`, body: good.body ?? {}, headers };
}

/** A problem whole and in both languages' words, that tells nothing of the inside. */
function expectProblem(got: Got, [status, code]: readonly [number, string]): void {
  expect([got.status, got.body['code'], got.headers.get('content-type')]).toEqual([status, code, 'application/problem+json']);
  expect(got.body).toMatchObject({ type: `urn:linli:problem:${code}`, title: expect.stringMatching(/./), detail: expect.stringMatching(/。$/), status, traceId: got.headers.get('x-request-id') });
  expect(got.text).not.toMatch(/\bat .*:\d+:\d+|node_modules|Error:/);
}

/** What reached a service beyond looking up names and who somebody is. */
const unread = () => gateway.peers.calls.filter((call) => !/resolve|batchGet/.test(call.method)).map(({ method }) => method);

describe.each(writing)('%s', (_name, route) => {
  it('refuses every bad body, and no service hears of it', async () => {
    const { line, headers } = requestOf(route);
    // The large ones go to one route: what refuses them is the same for all.
    for (const bad of badBodies.filter(({ body }) => body.length < 2_000 || route.name === 'importItems')) {
      const got = await gateway.call(undefined, line, { body: bad.body, headers: { ...headers, ...bad.headers } });
      try {
        expectProblem(got, [bad.status, bad.code]);
      } catch (error) {
        throw new Error(`${bad.name}: ${String(error)}`, { cause: error });
      }
    }
    expect(unread()).toEqual([]);
  });
});

const withFields = writing.filter(([name]) => Object.keys(goodRequests[name]?.body ?? {}).length > 0);

it.each(withFields)('each field of %s refuses what no field takes, by its name', async (_name, route) => {
  const { line, body, headers } = requestOf(route);
  for (const field of Object.keys(body)) {
    for (const [what, json] of Object.entries(badValues)) {
      const sent = JSON.stringify({ ...body, [field]: '#' }).replace('"#"', json);
      const got = await gateway.call(undefined, line, { body: sent, headers });
      expect([field, what, got.status, got.body['code']]).toEqual([field, what, 400, 'FIELD_INVALID']);
      expect(JSON.stringify(got.body['errors'])).toContain(`"#/${field}`);
    }
  }
  expect(unread()).toEqual([]);
});

it.each(writing.filter(([, route]) => route.method === 'patch'))('%s without a change is refused, as the whole', async (_name, route) => {
  const { line, headers } = requestOf(route);
  for (const body of ['{}', '']) {
    const got = await gateway.call(undefined, line, { body, headers });
    expectProblem(got, [400, 'FIELD_INVALID']);
    expect(got.body['errors']).toEqual([{ pointer: '#', code: 'empty' }]);
  }
  expect(unread()).toEqual([]);
});

/** What the server says to these bytes, until it ends the connection or has said one whole answer. */
async function raw(sent: string | Buffer, { half = false } = {}): Promise<string> {
  const { port } = new URL(gateway.url);
  const socket = createConnection(Number(port), '127.0.0.1');
  let heard = '';
  return new Promise((resolve, reject) => {
    socket.setEncoding('latin1').on('data', (text: string) => {
      heard += text;
      if (/^content-length: (\d+)\r\n(?:.|\r\n)*?\r\n\r\n/im.test(heard)) socket.end();
    });
    socket.on('close', () => resolve(heard)).on('error', reject);
    socket.write(sent, () => half && socket.end());
  });
}

describe('on the wire', () => {
  const post = (...lines: string[]) => ['POST /v1/cases HTTP/1.1', 'Host: linli', `Authorization: ${authorizations.get(everyone)}`, 'Idempotency-Key: "k"', 'Content-Type: application/json', ...lines].join('\r\n');

  it.each(badPaths)('%s leads nowhere', async (path, status, code) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: linli\r\nAuthorization: ${authorizations.get(everyone)}\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*"code":"${code}"`));
    expect(unread()).toEqual([]);
  });

  it.each([
    ['a length that is too long, and an end', ['Content-Length: 100', '', '{}'], /^(HTTP\/1.1 400 |$)/],
    ['two lengths', ['Content-Length: 2', 'Content-Length: 3', '', '{}'], /^HTTP\/1.1 400 /],
    ['a length and chunks', ['Content-Length: 2', 'Transfer-Encoding: chunked', '', '0', '', ''], /^HTTP\/1.1 400 /],
    ['a negative length', ['Content-Length: -2', '', '{}'], /^HTTP\/1.1 400 /],
    ['a length in words', ['Content-Length: two', '', '{}'], /^HTTP\/1.1 400 /],
    ['a length beyond all', ['Content-Length: 99999999999999999999', '', '{}'], /^HTTP\/1.1 4(00|13) /],
    ['garbage for chunks', ['Transfer-Encoding: chunked', '', 'zz', '{}', ''], /^HTTP\/1.1 400 /],
    ['a chunk that is longer than it says', ['Transfer-Encoding: chunked', '', '1', '{}', '0', '', ''], /^HTTP\/1.1 400 /],
    ['a coding that nobody knows', ['Transfer-Encoding: chunked, wind', '', '0', '', ''], /^HTTP\/1.1 400 /],
    ['a header of 64 KB', [`X-Long: ${'a'.repeat(65_536)}`, '', ''], /^HTTP\/1.1 431 /],
    ['three thousand headers', [...Array.from({ length: 3_000 }, (_, index) => `X-${index}: a`), '', ''], /^HTTP\/1.1 431 /],
    ['a NUL in a header', ['X-Nul: a\0b', 'Content-Length: 2', '', '{}'], /^HTTP\/1.1 400 /],
    ['a header that begins with a space', [' X: a', 'Content-Length: 2', '', '{}'], /^HTTP\/1.1 400 /],
    ['a header without a name', [': a', 'Content-Length: 2', '', '{}'], /^HTTP\/1.1 400 /],
  ])('%s is no request', async (_what, lines, expected) => {
    expect(await raw(post(...lines), { half: true })).toMatch(expected);
    expect(unread()).toEqual([]);
  });

  it.each([
    ['no HTTP at all', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])],
    ['HTTP/2 without asking', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    ['a method of bytes', Buffer.from([0xff, 0xfe, 0x20, 0x2f, 0x0d, 0x0a, 0x0d, 0x0a])],
    ['a path with a space', Buffer.from('GET /v1/ca ses HTTP/1.1\r\nHost: a\r\n\r\n')],
    ['no host', Buffer.from('GET /v1/me HTTP/1.1\r\n\r\n')],
    ['a version of the future', Buffer.from('GET /v1/me HTTP/9.9\r\nHost: a\r\n\r\n')],
  ])('%s is answered as no request', async (_what, sent) => {
    expect(await raw(sent, { half: true })).toMatch(/^HTTP\/1.1 400 /);
  });
});
