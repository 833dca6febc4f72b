import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { eventually } from '@linli/testing';
import { textsOf } from '../../services/gateway/test/support/workbooks';
import { Somebody } from './api';
import { httpRequests, staleVersion, type HttpRequest } from './authorisation/http-requests';
import { ownerships, people, type Ownership, type Role } from './authorisation/people';
import { inTurns, linesOf, readTable } from './authorisation/table';
import { giveRole, makeTargets, type Targets } from './authorisation/targets';
import { startPlatform, type Platform } from './platform';

interface Operation {
  readonly name: string;
  readonly method: string;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Record<string, unknown>;
}

const table = readTable('http.txt');
const unlimited = { LIMIT_ADDRESS_PER_MINUTE: '1000000', LIMIT_ACCOUNT_PER_MINUTE: '1000000', LIMIT_SENSITIVE_PER_MINUTE: '1000000' };
let platform: Platform;
let targets: Targets;
let operations: Operation[];
const tokens = new Map<string, string>();

beforeAll(async () => {
  platform = await startPlatform(unlimited);
  targets = await makeTargets(platform);
  for (const [role, subject] of Object.entries(people)) tokens.set(role, await platform.tokenOf(subject));
  const document = (await (await fetch(`${platform.url}/openapi.json`)).json()) as { paths: Record<string, Record<string, { operationId: string }>> };
  operations = Object.values(document.paths).flatMap((path) => Object.entries(path).map(([method, { operationId }]) => ({ name: operationId, method: method.toUpperCase() })));
}, 300_000);

afterAll(() => platform.stop(), 60_000);

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

async function send(role: string, method: string, { path, body, workbook }: HttpRequest): Promise<Answer> {
  const token = tokens.get(role);
  const stop = new AbortController();
  const response = await fetch(`${platform.url}${path}`, {
    method,
    signal: stop.signal,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'GET' ? {} : { 'content-type': workbook === undefined ? 'application/json' : xlsx, 'idempotency-key': randomUUID(), 'if-match': staleVersion }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(workbook === undefined ? {} : { body: new Uint8Array(await textsOf(workbook)) }),
  });
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    stop.abort();
    return { status: response.status, type, body: {} };
  }
  if (type === xlsx) {
    await response.arrayBuffer();
    return { status: response.status, type, body: {} };
  }
  return { status: response.status, type, body: (await response.json()) as Record<string, unknown> };
}

/** The signs of the table; anything else is no answer to expect. */
function signOf(name: string, { status, body }: Answer): string {
  if (status === 401) return 's';
  if (status === 403) return '-';
  if (status === 404) return 'h';
  if (status === 409 || status === 412) return 'y';
  if (status !== 200 && status !== 201) return `?${status}:${String(body['code'])}${JSON.stringify(body['errors'] ?? '').replaceAll(/\s/g, '_')}`;
  if (!/^(list|find|count)/.test(name)) return 'y';
  const [list] = Object.values(body).filter(Array.isArray);
  const counts = Object.values(body).every((value) => value === 0 || (typeof value === 'object' && value !== null && Object.keys(value).length === 0));
  return list?.length === 0 || (Object.keys(body).length > 0 && counts) ? 'e' : 'y';
}

async function cellOf({ name, method }: Operation, role: string): Promise<string> {
  const make = httpRequests[name];
  if (make === undefined) return 'no request';
  const ask = (ownership: Ownership) => send(role, method, make(targets[ownership], role as Role));
  if (make.length === 0) return signOf(name, await ask('own'));
  const answers: Answer[] = [];
  for (const ownership of ownerships) answers.push(await ask(ownership));
  const hidden = new Set(answers.filter(({ status }) => status === 404).map(withoutIds));
  return answers.map((answer) => signOf(name, answer)).join('') + (hidden.size > 1 ? `!${[...hidden].join()}` : '');
}

/** A refusal as it is for every id: what differs beyond this would tell what is there. */
function withoutIds({ type, body }: Answer): string {
  const { traceId: _traceId, ...rest } = body;
  return JSON.stringify([type, rest]).replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');
}

it('the table is what the platform does', async () => {
  const rows = await inTurns(operations, async (operation): Promise<[string, string[]]> => {
    const cells: string[] = [];
    for (const role of table.columns) cells.push(await cellOf(operation, role));
    return [operation.name, cells];
  });
  expect(linesOf({ rows: new Map(rows) })).toEqual(linesOf(table));
}, 300_000);

/** A request whose address is not put in order before it leaves. */
function sendRaw(method: string, path: string, role?: string): Promise<Answer & { allow: string }> {
  const { port } = new URL(platform.url);
  const token = role === undefined ? undefined : tokens.get(role);
  return new Promise((resolve, reject) => {
    const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), 'x-http-method-override': 'GET', 'x-original-url': '/v1/me' };
    const request = http.request({ port, method, path, headers }, (response) => {
      void text(response).then((body) => {
        const json = method === 'HEAD' || body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', allow: response.headers.allow ?? '', body: json });
      }, reject);
    });
    request.on('error', reject).end();
  });
}

describe('what no route serves', () => {
  it.each([
    '/v2/cases', '/v0/me', '/v1', '/v1/', '/v1/nothing', '/cases', '/V1/cases', '/v1/Cases', '/v1/cases/', '//v1/cases', '/v1//cases', '/v1/./cases', '/v1/items/../cases',
    '/v1/cases;x=1', '/v1/cases:nothing', '/v1/cases:accept', '/v1/cases.json', '/v1/cases/a/b/c', '/v1/tenants/other', '/v1/admin', '/admin', '/metrics', '/debug', '/graphql', '/.env',
    '/linli.requests.v1.CaseService/GetCase', '/v1/callers', '/v1/cases/%2e%2e/me',
  ])('GET %s is not there, signed in or not', async (path) => {
    for (const role of ['director', undefined]) {
      const { status, type, body } = await sendRaw('GET', path, role);
      expect([role, status, type, body['code']]).toEqual([role, 404, 'application/problem+json', 'ROUTE_NOT_FOUND']);
    }
  });

  it('no method but those that the document names', async () => {
    const document = (await (await fetch(`${platform.url}/openapi.json`)).json()) as { paths: Record<string, object> };
    for (const [path, operations] of Object.entries(document.paths)) {
      const served = Object.keys(operations).map((method) => method.toUpperCase());
      const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE'].filter((method) => !served.includes(method));
      for (const method of others) {
        for (const role of ['director', undefined]) {
          const { status, type, allow, body } = await sendRaw(method, path.replaceAll(/\{\w+\}/g, randomUUID()), role);
          expect([method, path, role, status, type, body['code']]).toEqual([method, path, role, 405, 'application/problem+json', 'METHOD_NOT_ALLOWED']);
          for (const one of served) expect(allow.split(', ')).toContain(one);
        }
      }
    }
  }, 60_000);

  it.each([['malformed', 'not-a-uuid'], ['upper case', randomUUID().toUpperCase()], ['cut', randomUUID().slice(0, -1)], ['SQL', "1' or '1'='1"], ['another kind of id', '42']])('an id that is %s is refused before anybody looks', async (_what, id) => {
    for (const path of ['cases', 'mandates', 'persons', 'units', 'staff']) {
      const { status, body } = await sendRaw('GET', `/v1/${path}/${encodeURIComponent(id)}`, 'director');
      expect([path, status, body['code']]).toEqual([path, 400, 'FIELD_INVALID']);
    }
  });
});

describe('rights that end', () => {
  const withinMs = 5_000;

  it('with the role that gave them, for everybody who holds it', async () => {
    const [admin, security] = await Promise.all([people.system_admin, people.security_admin].map((name) => Somebody.of(platform, name)));
    if (admin === undefined || security === undefined) throw new Error('the fixture lacks somebody');
    const subject = `hired-${randomUUID()}`;
    const hired = (await admin.create('/v1/staff', { code: `r${Date.now()}`, name: '新人', identityIssuer: platform.issuer.url, identitySubject: subject })).body;
    const wish = { code: `own.r${Date.now()}`, nameZh: '夜班', holder: 'staff', permissions: ['requests.case.read', 'requests.item.read'] };
    const role = (await security.create('/v1/roles', wish)).body;
    await giveRole(platform, { principalId: hired['id'], role: role['code'], scope: 'tenant' });
    const reader = await eventually(() => Somebody.of(platform, subject));
    await eventually(async () => expect((await reader.get('/v1/cases')).status).toBe(200));
    expect((await security.change(`/v1/roles/${String(role['code'])}:change`, role['version'], { nameZh: '夜班', permissions: ['requests.item.read'] })).status).toBe(200);
    await eventually(async () => expect((await reader.get('/v1/cases')).body['code']).toBe('PERMISSION_MISSING'), { timeoutMs: withinMs });
    expect((await reader.get('/v1/items')).status).toBe(200);
  }, 60_000);

  it('end at once: for requests, and for a stream that is open', async () => {
    const [admin, security, resident] = await Promise.all([people.system_admin, people.security_admin, people.resident].map((name) => Somebody.of(platform, name)));
    if (admin === undefined || security === undefined || resident === undefined) throw new Error('the fixture lacks somebody');
    const subject = `hired-${randomUUID()}`;
    const hired = (await admin.create('/v1/staff', { code: `h${Date.now()}`, name: '新人', identityIssuer: platform.issuer.url, identitySubject: subject })).body;
    const grantId = await giveRole(platform, { principalId: hired['id'], role: 'handler', scope: 'tenant' });
    const clerk = await eventually(() => Somebody.of(platform, subject));
    await eventually(async () => expect((await clerk.get('/v1/cases')).status).toBe(200));

    const stop = new AbortController();
    const response = await clerk.stream(stop.signal);
    const seen: string[] = [];
    const decoder = new TextDecoder();
    const ended = (async () => {
      for await (const chunk of response.body ?? []) seen.push(decoder.decode(chunk as Uint8Array));
    })();
    const openCase = async () => String((await resident.create('/v1/cases', { itemCode: 'elder-card', residentId: resident.id, channel: 'online', subject: '办理', submit: true })).body['id']);
    const first = await openCase();
    await eventually(() => expect(seen.join('')).toContain(first));

    expect((await security.change(`/v1/grants/${grantId}:revoke`, 1)).status).toBe(200);
    await eventually(async () => expect((await clerk.get('/v1/cases')).body['code']).toBe('PERMISSION_MISSING'), { timeoutMs: withinMs });
    const later = await openCase();
    const director = await Somebody.of(platform, people.director);
    await eventually(async () => expect((await director.get(`/v1/cases/${later}`)).status).toBe(200));

    const current = (await admin.get(`/v1/staff/${String(hired['id'])}`)).body;
    expect((await admin.change(`/v1/staff/${String(hired['id'])}:deactivate`, current['version'])).status).toBe(200);
    await eventually(async () => expect((await clerk.get('/v1/me')).body['code']).toBe('ACCOUNT_NOT_ACTIVE'), { timeoutMs: withinMs });
    const late = setTimeout(() => stop.abort(new Error('the stream outlived the account')), withinMs);
    await ended.finally(() => clearTimeout(late));
    expect(seen.join('')).not.toContain(later);
  }, 60_000);
});
