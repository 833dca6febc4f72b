import { notFound } from '@linli/errors';
import { routeTable } from '../src/routing/table';
import type { ApiRoute } from '../src/routing/route';
import { grant, startGateway, type Asked, type Got, type Person, type TestGateway } from './support/gateway';
import { goodRequests, rights, type GoodRequest } from './support/requests';
import { ids } from './support/samples';

type Name = GoodRequest['by'][number] | 'stranger';

let gateway: TestGateway;
const people = new Map<Name, Person>();

beforeAll(async () => {
  gateway = await startGateway();
  const staff = { tenant: 'xingsheng', kind: 'staff' } as const;
  people.set('resident', gateway.person({ tenant: 'xingsheng', kind: 'resident', subject: 'resident' }, { subject: ids.resident }));
  people.set('clerk', gateway.person({ ...staff, subject: 'clerk' }, { grants: [grant(rights.clerk)] }));
  people.set('admin', gateway.person({ ...staff, subject: 'admin' }, { grants: [grant(rights.admin)] }));
  people.set('peer', gateway.person({ tenant: 'xingsheng', kind: 'client', subject: 'peer' }, { grants: [grant(rights.peer)] }));
  people.set('stranger', gateway.person({ tenant: 'baihe', kind: 'staff', subject: 'stranger' }, { grants: [grant([...rights.clerk, ...rights.admin])] }));
});
beforeEach(() => gateway.peers.reset());
afterAll(() => gateway.stop());

function requestOf(route: ApiRoute): GoodRequest {
  const known = goodRequests[route.name];
  if (known === undefined) throw new Error(`${route.name} has no row in support/requests.ts`);
  return known;
}

function ask(route: ApiRoute, person: Person | undefined, more: Record<string, string> = {}): Promise<Got> {
  const { path, body } = requestOf(route);
  const headers = { ...(route.creates === true ? { 'idempotency-key': '"k"' } : {}), ...(route.changes === true ? { 'if-match': '"v3"' } : {}), ...more };
  const asked: Asked = body === undefined ? { headers } : { headers, body };
  return gateway.call(person, `${route.method.toUpperCase()} ${path}`, asked);
}

describe.each(routeTable.map((route) => [route.name, route] as const))('%s', (_name, route) => {
  it('turns away who has not signed in, before reading the body', async () => {
    const { path } = requestOf(route);
    const method = route.method.toUpperCase();
    const got = await gateway.call(undefined, `${method} ${path}`, method === 'GET' ? {} : { body: '{"broken' });
    expect(got).toMatchObject({ status: 401, body: { code: 'SIGN_IN_REQUIRED' } });
    expect(got.headers.get('www-authenticate')).toBe('Bearer');
    expect(gateway.peers.calls).toEqual([]);
  });

  it('serves exactly those who may', async () => {
    for (const name of ['resident', 'clerk', 'admin', 'peer'] as const) {
      gateway.peers.calls.length = 0;
      const got = await ask(route, people.get(name));
      if (requestOf(route).by.includes(name)) expect([name, got.status]).toEqual([name, route.status]);
      else {
        expect([name, got.status, got.body['code']]).toEqual([name, 403, 'PERMISSION_MISSING']);
        expect(await gateway.peers.refusals()).toBe(0);
      }
    }
  });

  it('answers in its closed schema, and with an ETag where there is a version', async () => {
    const got = await ask(route, people.get(requestOf(route).by[0] ?? 'clerk'));
    expect(() => route.response.parse(got.body)).not.toThrow();
    if (typeof got.body['version'] === 'number') expect(got.headers.get('etag')).toBe(`"v${got.body['version']}"`);
  });

  it("acts in the caller's own office, whatever the headers say", async () => {
    const forged = { 'x-tenant-id': 'xingsheng', 'x-linli-tenant': 'xingsheng', 'x-user': 'root', 'x-original-url': '/v1/me', 'x-http-method-override': 'DELETE', forwarded: 'for=1.2.3.4;host=evil' };
    await ask(route, people.get('stranger'), forged);
    for (const call of gateway.peers.calls) expect([call.method, call.caller.tenantId]).toEqual([call.method, 'baihe']);
  });
});

const rowsById = routeTable.filter((route) => route.calls !== undefined && route.path.includes('{'));

it.each(rowsById.map((route) => [route.name, route] as const))('%s does not find what another office has', async (_name, route) => {
  const [, service = '', first = '', rest = ''] = /(\w+)\/(\w)(\w+)$/.exec(route.calls ?? '') ?? [];
  gateway.peers.on(`${service}/${first.toLowerCase()}${rest}`, (_request, { caller }) => {
    if (caller.tenantId !== 'xingsheng') throw notFound('CASE_NOT_FOUND', 'not here');
    return {};
  });
  const got = await ask(route, people.get('stranger'));
  const held: readonly string[] = [...rights.clerk, ...rights.admin];
  const expected = held.includes(route.permission ?? '') ? [404, 'CASE_NOT_FOUND'] : [403, 'PERMISSION_MISSING'];
  expect([got.status, got.body['code']]).toEqual(expected);
});

it('has no row too many', () => {
  expect(Object.keys(goodRequests).sort()).toEqual(routeTable.map((route) => route.name).sort());
});
