import { randomBytes } from 'node:crypto';
import { requests, organization } from '@linli/contracts';
import { newId, openDatabase, openSystemDatabase, type Database, type Migration, type SystemDatabase } from '@linli/db';
import { createMessagingTables, createRelay, createTopics, dropMessagingTables, enqueue, type OutgoingEvent, type Relay } from '@linli/messaging';
import { createMetrics } from '@linli/telemetry';
import { createTestDatabase, eventually, silentLogger, testServers, type TestDatabase } from '@linli/testing';
import { grant, startGateway, type Person, type TestGateway } from './support/gateway';
import { ids } from './support/samples';
import { openStream, type TestStream } from './support/stream';

// Others use the same broker: an office of this run's own keeps their events apart.
const tenant = `t${randomBytes(5).toString('hex')}`;
const outbox: Migration = { name: '20260101000000_outbox', up: createMessagingTables, down: dropMessagingTables };
const here = `/${ids.root}/${ids.unit}/`;
const elsewhere = `/${ids.root}/${ids.department}/`;
const read = ['requests.case.read', 'requests.mandate.read', 'requests.item.read'];

let gateway: TestGateway;
let database: TestDatabase;
let db: Database;
let system: SystemDatabase;
let relay: Relay;
const streams: TestStream[] = [];

beforeAll(async () => {
  const { brokers } = testServers();
  await createTopics(brokers);
  database = await createTestDatabase({ name: 'stream', migrations: [outbox] });
  db = openDatabase({ url: database.appUrl, name: 'stream', log: silentLogger(), onCommit: () => relay.wake() });
  system = openSystemDatabase({ url: database.relayUrl, name: 'stream-relay', log: silentLogger() });
  relay = createRelay({ database: system, brokers, clientId: 'stream', source: 'linli/requests', log: silentLogger(), metrics: createMetrics('stream') });
  gateway = await startGateway({ STREAMS_PER_ACCOUNT: '3' });
  await Promise.all([relay.start(), eventually(async () => expect((await gateway.call(undefined, 'GET /readyz')).status).toBe(200), { timeoutMs: 30_000 })]);
}, 60_000);
afterEach(() => streams.splice(0).forEach((stream) => stream.close()));
afterAll(async () => {
  await gateway.stop();
  await relay.stop();
  await db.close();
  await system.close();
  await database.drop();
});

async function open(person: Person, headers: Record<string, string> = {}): Promise<TestStream> {
  const stream = await openStream(`${gateway.url}/v1/events/stream`, { authorization: `Bearer ${await gateway.token(person)}`, ...headers });
  streams.push(stream);
  return stream;
}

async function publish(event: OutgoingEvent, in_: string = tenant): Promise<void> {
  await db.withTenant({ tenantId: in_ }, (tx) => enqueue(tx, event));
}

function accepted(facts: Partial<requests.CaseFacts> = {}): OutgoingEvent & { aggregateId: string } {
  const aggregateId = newId();
  const found = requests.CaseFacts.fromPartial({ caseId: aggregateId, number: 'XS-1', state: requests.CaseState.CASE_STATE_ACCEPTED, unitPath: here, unitId: ids.unit, ...facts });
  return { type: 'linli.requests.v1.CaseAccepted', aggregateId, version: 1, payload: requests.CaseAccepted.fromPartial({ case: found }) };
}

function keysOf<T extends object>(object: T): (keyof T)[] {
  return Object.keys(object) as (keyof T)[];
}

const staff = (subject: string, unitPath: string) =>
  gateway.person({ tenant, kind: 'staff', subject }, { grants: [grant(read, { scope: 'subtree', unitPath })] });

describe('live changes', () => {
  it('come with ids and codes, and an id to resume from', async () => {
    const stream = await open(staff('a', here));
    const event = accepted();
    await publish(event);
    const seen = await stream.next();
    expect(seen.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen).toMatchObject({ event: 'change', data: { type: 'CaseAccepted', subject: { kind: 'requests.case', id: event.aggregateId, version: 1 }, facts: { state: 'accepted', number: 'XS-1', unitId: ids.unit } } });
  });

  it('reach only whom they concern', async () => {
    const streamOf = {
      unit: await open(staff('b1', `/${ids.root}/`)),
      other: await open(staff('b2', elsewhere)),
      owner: await open(gateway.person({ tenant, kind: 'staff', subject: 'b3' }, { subject: ids.agent, grants: [grant(read, { scope: 'self' })] })),
      handler: await open(staff('b4', `/${ids.root}/${ids.department}/`)),
      resident: await open(gateway.person({ tenant, kind: 'resident', subject: 'b5' }, { subject: ids.resident })),
      neighbour: await open(gateway.person({ tenant, kind: 'resident', subject: 'b6' }, { subject: ids.backup })),
      office: await open(gateway.person({ tenant: `${tenant}x`, kind: 'staff', subject: 'b7' }, { grants: [grant(read)] })),
    };
    const plain = accepted();
    const owned = accepted({ ownerId: ids.agent, residentId: ids.resident, handlerUnitId: ids.department });
    const last = accepted({ unitPath: elsewhere, unitId: ids.department, ownerId: ids.agent, residentId: ids.resident });
    for (const event of [plain, owned, last]) await publish(event);
    const mandate = { type: 'linli.requests.v1.MandateRevoked', aggregateId: ids.mandate, version: 1, payload: requests.MandateRevoked.fromPartial({ mandateId: ids.mandate, residentId: ids.backup, agentId: ids.agent, unitPath: here }) };
    await publish(mandate);
    const end = { type: 'linli.requests.v1.ItemVersionPublished', aggregateId: `item-${tenant}`, version: 1, payload: requests.ItemVersionPublished.fromPartial({ code: 'x', version: 1 }) };
    await publish(end);
    await publish({ ...end, version: 2 }, `${tenant}x`);

    const expected = {
      unit: [plain, owned, last, mandate, end],
      other: [owned, last, end],
      handler: [owned, last, end],
      owner: [owned, last, mandate, end],
      resident: [owned, last, end],
      neighbour: [mandate, end],
      office: [end],
    };
    // Between topics there is no order: all is waited for, and nothing more may have come.
    await eventually(
      () => {
        for (const name of keysOf(streamOf)) {
          const seen = streamOf[name].waiting().map((change) => change.data.subject.id);
          expect([name, seen.sort()]).toEqual([name, expected[name].map((event) => event.aggregateId).sort()]);
        }
      },
      { timeoutMs: 20_000 },
    );
  }, 30_000);

  it('go on where a stream broke off, or say that one must read again', async () => {
    const clerk = staff('c', here);
    const stream = await open(clerk);
    const [first, second] = [accepted(), accepted()];
    await publish(first);
    const seen = await stream.next();
    stream.close();
    await publish(second);
    const again = await open(clerk, { 'last-event-id': seen.id });
    expect((await again.until((one) => one.data.subject?.id === second.aggregateId, 10_000)).length).toBeGreaterThan(0);
    const lost = await open(clerk, { 'last-event-id': newId() });
    expect(await lost.next()).toMatchObject({ event: 'reset' });
  });

  it('stop with the rights to see them, at once', async () => {
    const clerk = staff('d', here);
    const stream = await open(clerk);
    gateway.person(clerk, { grants: [] });
    const revoked = { principalId: 'id-of-d', principalKind: organization.PrincipalKind.PRINCIPAL_KIND_STAFF, grantId: ids.grant };
    await publish({ type: 'linli.organization.v1.GrantRevoked', aggregateId: newId(), version: 1, payload: organization.GrantRevoked.fromPartial(revoked) });
    await eventually(() => expect(gateway.peers.calls.filter((call) => call.method === 'CallerService/resolveCaller' && call.request['identitySubject'] === 'd').length).toBe(2));
    await publish(accepted());
    gateway.peers.accounts.delete(`${tenant} d`);
    await publish({ type: 'linli.organization.v1.GrantRevoked', aggregateId: newId(), version: 1, payload: organization.GrantRevoked.fromPartial(revoked) });
    expect(await stream.rest(10_000)).toEqual([]);
  });

  it('are not for whoever has not signed in, nor for an account with too many streams', async () => {
    expect(await gateway.call(undefined, 'GET /v1/events/stream')).toMatchObject({ status: 401 });
    const clerk = staff('e', here);
    await Promise.all([open(clerk), open(clerk), open(clerk)]);
    expect(await gateway.call(clerk, 'GET /v1/events/stream')).toMatchObject({ status: 429, body: { code: 'STREAMS_EXHAUSTED' } });
    streams.splice(0).forEach((stream) => stream.close());
    await eventually(async () => {
      await open(clerk);
    });
  });
});
