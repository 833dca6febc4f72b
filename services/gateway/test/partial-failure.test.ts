import { work } from '@linli/contracts';
import { permissionDenied, unavailable } from '@linli/errors';
import { createAccounts } from '../src/identity/accounts';
import { grant, startGateway, type Person, type TestGateway } from './support/gateway';
import { rights } from './support/requests';
import { ids } from './support/samples';

describe('when a service does not answer', () => {
  let gateway: TestGateway;
  let clerk: Person;
  const away = () => Promise.reject(unavailable('SERVICE_UNAVAILABLE', 'away'));

  beforeAll(async () => {
    gateway = await startGateway();
    clerk = gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'clerk' }, { grants: [grant(rights.clerk)] });
  });
  beforeEach(() => gateway.peers.reset());
  afterAll(() => gateway.stop());

  it('a case is shown without the names, and says whose are missing', async () => {
    gateway.peers.on('StaffService/batchGetStaff', away);
    gateway.peers.on('PersonService/batchGetPersons', away);
    const got = await gateway.call(clerk, `GET /v1/cases/${ids.case}`);
    expect(got).toMatchObject({ status: 200, body: { unitName: '新园第一网格', unreachable: ['organization', 'residents'] } });
    expect(got.body['agentName']).toBeUndefined();
  });

  it('names that the caller may not read are left out, and nothing is called missing', async () => {
    const handler = gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'handler' }, { grants: [grant(['requests.case.read'])] });
    const got = await gateway.call(handler, `GET /v1/cases/${ids.case}`);
    expect([got.status, got.body['residentName'], got.body['unreachable']]).toEqual([200, undefined, undefined]);
    expect(gateway.peers.calls.filter((call) => call.method.includes('batchGet'))).toEqual([]);
    gateway.peers.on('StaffService/batchGetStaff', () => Promise.reject(permissionDenied('UNIT_OUT_OF_SCOPE', 'no')));
    expect((await gateway.call(clerk, `GET /v1/cases/${ids.case}`)).body['unreachable']).toBeUndefined();
  });

  it("a resident's receipt names the agent and the grid, asked for by the gateway itself", async () => {
    const resident = gateway.person({ tenant: 'xingsheng', kind: 'resident', subject: 'r' }, { subject: ids.resident });
    const got = await gateway.call(resident, `GET /v1/cases/${ids.case}`);
    expect(got.body).toMatchObject({ agentName: '赵代办', unitName: '新园第一网格', residentName: '王*明' });
    const asked = gateway.peers.calls.find((call) => call.method === 'StaffService/batchGetStaff');
    expect(asked?.caller).toMatchObject({ kind: 'system', tenantId: 'xingsheng', grants: [{ permissions: ['organization.staff.read'] }] });
  });

  it('what belongs to it is 503, with a sentence', async () => {
    gateway.peers.on('CaseService/getCase', away);
    for (const service of ['', 'organization/']) gateway.peers.on(`${service}WorkQueueService/listWork`, away);
    for (const line of [`GET /v1/cases/${ids.case}`, 'GET /v1/work']) {
      expect(await gateway.call(clerk, line)).toMatchObject({ status: 503, body: { code: 'SERVICE_UNAVAILABLE', title: '系统繁忙' } });
    }
    for (const service of ['', 'organization/']) gateway.peers.on(`${service}WorkQueueService/countWork`, away);
    expect((await gateway.call(clerk, 'GET /v1/work:count')).status).toBe(503);
  });

  it('what the others have is shown, and whose part is missing', async () => {
    for (const method of ['listWork', 'countWork']) gateway.peers.on(`WorkQueueService/${method}`, away);
    gateway.peers.on('organization/WorkQueueService/countWork', () => ({ total: 2, dueSoon: 1, overdue: 0, byAction: { answer: 2 } }));
    expect(await gateway.call(clerk, 'GET /v1/work')).toMatchObject({ status: 200, body: { items: [], unreachable: ['requests'] } });
    expect(await gateway.call(clerk, 'GET /v1/work:count')).toMatchObject({ status: 200, body: { total: 2, byAction: { answer: 2 }, unreachable: ['requests'] } });
  });

  it('the due times that a day moved at both services are one list, the latest first; whose part is missing is said', async () => {
    const admin = gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'admin' }, { grants: [grant(rights.admin)] });
    const moved = (digit: number, subjectKind: string) => {
      const movedAt = new Date(Date.UTC(2026, 10, 24, 1, 0, digit));
      return work.MovedDueTime.fromPartial({ id: `0191c000-0000-7000-8000-00000000000${digit}`, kind: 'k', subjectKind, subjectId: ids.case, unitId: ids.unit, before: movedAt, after: movedAt, movedAt });
    };
    gateway.peers.on('WorkQueueService/listMovedDueTimes', () => ({ items: [moved(4, 'requests.case'), moved(1, 'requests.case')], nextPageToken: '' }));
    gateway.peers.on('organization/WorkQueueService/listMovedDueTimes', () => ({ items: [moved(3, 'organization.topic'), moved(2, 'organization.topic')], nextPageToken: '' }));
    const line = 'GET /v1/moved-due-times?day=2026-12-18&pageSize=3';
    const first = await gateway.call(admin, line);
    expect(first).toMatchObject({ status: 200, body: { items: [{ subjectKind: 'requests.case', unitName: '新园第一网格' }, { subjectKind: 'organization.topic' }, { subjectKind: 'organization.topic' }] } });
    const second = await gateway.call(admin, `${line}&pageToken=${String(first.body['nextPageToken'])}`);
    const seconds = [first, second].flatMap(({ body }) => (body['items'] as { movedAt: string }[]).map(({ movedAt }) => new Date(movedAt).getUTCSeconds()));
    expect([seconds, second.body['nextPageToken']]).toEqual([[4, 3, 2, 1], '']);
    gateway.peers.on('WorkQueueService/listMovedDueTimes', away);
    expect(await gateway.call(admin, line)).toMatchObject({ status: 200, body: { items: [{ subjectKind: 'organization.topic' }, {}], unreachable: ['requests'] } });
  });

  it('the door still opens, and readiness does not depend on it', async () => {
    const other = await startGateway();
    try {
      const person = other.person({ tenant: 'xingsheng', kind: 'staff', subject: 'c' }, { grants: [grant(rights.clerk)] });
      expect((await other.call(person, 'GET /v1/me')).status).toBe(200);
      await other.peers.stopOne('requests');
      expect((await other.call(person, 'GET /v1/me')).status).toBe(200);
      expect(await other.call(person, 'GET /v1/items')).toMatchObject({ status: 503 });
      await other.peers.stopOne('organization');
      const stranger = other.person({ tenant: 'xingsheng', kind: 'staff', subject: 'd' });
      expect(await other.call(stranger, 'GET /v1/me')).toMatchObject({ status: 503 });
      expect((await other.call(undefined, 'GET /livez')).status).toBe(200);
      expect((await other.call(undefined, 'GET /')).status).toBe(200);
    } finally {
      await other.stop();
    }
  });

  it('an account is asked for once by all who wait, and again after five seconds only', async () => {
    const many = gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'many' }, { grants: [grant(rights.clerk)] });
    await Promise.all(Array.from({ length: 10 }, () => gateway.call(many, 'GET /v1/me')));
    await gateway.call(many, 'GET /v1/me');
    expect(gateway.peers.calls.filter((call) => call.method === 'CallerService/resolveCaller')).toHaveLength(1);
  });

  it('an answer about an account that was on its way when the account changed is not remembered', async () => {
    const late = Promise.withResolvers<undefined>();
    const asked = Promise.withResolvers<undefined>();
    gateway.peers.on('CallerService/resolveCaller', async () => {
      asked.resolve(undefined);
      await late.promise;
      return { subject: 's', grants: [] };
    });
    const accounts = createAccounts(gateway.app.deps);
    const identity = { tenantId: 'xingsheng', kind: 'staff', issuer: 'i', subject: 's' } as const;
    const first = accounts.find(identity);
    await asked.promise;
    accounts.forget('xingsheng', 's');
    late.resolve(undefined);
    await first;
    await accounts.find(identity);
    await accounts.find(identity);
    expect(gateway.peers.calls.filter((call) => call.method === 'CallerService/resolveCaller')).toHaveLength(2);
  });
});
