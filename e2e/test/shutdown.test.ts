import { randomUUID } from 'node:crypto';
import { Agent, request, type IncomingMessage } from 'node:http';
import type { Caller } from '@linli/auth';
import { EVENT_CATALOGUE, organization, requests, residents } from '@linli/contracts';
import { openSystemDatabase, type SystemDatabase } from '@linli/db';
import { isAppError } from '@linli/errors';
import { createGrpcClients, type GrpcClients } from '@linli/grpc';
import { createTopics } from '@linli/messaging';
import { eventually, silentLogger, startTestIssuer, testBrokers, testCaller, testKeys, type TestIssuer } from '@linli/testing';
import { Kafka, logLevel } from 'kafkajs';
import { createDatabases, gatewayEnvironment, importOffices, kindOf, serviceSecrets, type Platform } from './platform';
import { killAll, serviceNames, startProcess, untilReady, type ProcessName, type ServiceName, type ServiceProcess } from './processes';

jest.setTimeout(120_000);

const run = Date.now().toString(36);
const tenantId = `xs-${run}`;
const keys = testKeys();
const processes = new Map<ProcessName, ServiceProcess>();
const addresses: Record<string, string> = {};
/** What clients were told is done. */
const acknowledged: Record<ServiceName, string[]> = { organization: [], residents: [], requests: [] };
let databases: Platform['databases'];
let issuer: TestIssuer;

function environment(name: ProcessName): Record<string, string> {
  return {
    ...serviceSecrets,
    ...addresses,
    ...keys.environment(name),
    ...(name === 'gateway' ? { ...gatewayEnvironment(issuer), ...generousLimits } : {}),
    KAFKA_BROKERS: testBrokers().join(','),
    CONSUMER_GROUP: `${name}.shutdown.${run}`,
    DATABASE_URL: databases[name].appUrl,
    DATABASE_RELAY_URL: databases[name].relayUrl,
  };
}

const generousLimits = { LIMIT_ADDRESS_PER_MINUTE: '1000000', LIMIT_ACCOUNT_PER_MINUTE: '1000000', LIMIT_SENSITIVE_PER_MINUTE: '1000000' };

/** Starts it, on the port that it had when it ran before. */
async function start(name: ProcessName): Promise<ServiceProcess> {
  const running = await startProcess(name, environment(name), processes.get(name)?.port);
  processes.set(name, running);
  await untilReady(running);
  return running;
}

beforeAll(async () => {
  databases = await createDatabases();
  issuer = await startTestIssuer();
  await createTopics(testBrokers());
  for (const name of serviceNames) addresses[`${name.toUpperCase()}_ADDRESS`] = `127.0.0.1:${(await start(name)).port}`;
  await start('gateway');
  await importOffices({ xingsheng: tenantId, baihe: `bh-${run}` }, { ...addresses, ...keys.environment('operator'), OIDC_ISSUER: issuer.url });
});
afterAll(async () => {
  await killAll();
  await issuer.stop();
  for (const one of Object.values(databases)) await one.drop();
});

async function withDatabase<T>(name: ServiceName, work: (system: SystemDatabase) => Promise<T>): Promise<T> {
  const system = openSystemDatabase({ url: databases[name].adminUrl, name: 'shutdown-test', log: silentLogger(), poolSize: 1 });
  try {
    return await work(system);
  } finally {
    await system.close();
  }
}

function countOf(name: ServiceName, table: string): Promise<number> {
  return withDatabase(name, async ({ knex }) => (await knex(table).count<{ count: number }[]>('* as count'))[0]?.count ?? 0);
}

interface Made {
  /** Ids of what was made, as their makers were told. */
  readonly acknowledged: string[];
  readonly failures: unknown[];
}

/** Clients that make one thing after the other, each over a connection of its own, until the first failure after `stop`. */
function load(clients: number, makers: (client: number) => () => Promise<string>): { made: Made; stop(): Promise<void> } {
  const made: Made = { acknowledged: [], failures: [] };
  const state = { isStopping: false };
  const loops = Array.from({ length: clients }, async (_, index) => {
    const make = makers(index);
    while (!state.isStopping) {
      try {
        made.acknowledged.push(await make());
      } catch (error) {
        made.failures.push(error);
        if (made.failures.length > 1_000) return;
      }
    }
  });
  return {
    made,
    async stop() {
      state.isStopping = true;
      await Promise.all(loops);
    },
  };
}

/** Ends the process under load; gives how it ended and how long that took. */
async function terminate(running: ServiceProcess): Promise<{ code: number | null; ms: number }> {
  const began = performance.now();
  running.child.kill('SIGTERM');
  return { code: await running.ended, ms: performance.now() - began };
}

/** Until the topic holds an event of each of these; a subscriber that begins at the oldest. */
async function expectEvents(topic: string, ids: readonly string[]): Promise<void> {
  const missing = new Set(ids);
  const consumer = new Kafka({ brokers: testBrokers(), clientId: 'shutdown-test', logLevel: logLevel.NOTHING }).consumer({ groupId: `shutdown-${randomUUID()}` });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void missing.delete(message.headers?.['ce_subject']?.toString() ?? '') });
    await eventually(() => expect([...missing]).toEqual([]), { timeoutMs: 30_000 });
  } finally {
    await consumer.disconnect();
  }
}

interface Writing {
  readonly table: string;
  readonly topic: string;
  maker(clients: GrpcClients, address: string): Promise<() => Promise<string>>;
}

const staff = (permission: string): Caller => testCaller({ tenantId, permissions: [permission] });

async function anyOf<T extends object>(name: ServiceName, table: string, where: object = {}): Promise<T> {
  const row = await withDatabase(name, ({ knex }) => knex(table).where({ tenant_id: tenantId, ...where }).first<T | undefined>());
  if (row === undefined) throw new Error(`no row in ${table}`);
  return row;
}

const writings: Record<ServiceName, Writing> = {
  organization: {
    table: 'units',
    topic: EVENT_CATALOGUE['linli.organization.v1.UnitCreated']?.topic ?? '',
    async maker(clients, address) {
      const units = clients.connect(organization.UnitServiceDefinition, { address, audience: 'organization' });
      const parent = await anyOf<{ id: string }>('organization', 'units', { kind: 'community' });
      const caller = staff('organization.unit.write');
      return async () => {
        const code = `g-${randomUUID()}`;
        const { unit } = await units.createUnit({ parentId: parent.id, kind: organization.UnitKind.UNIT_KIND_GRID, code, nameZh: '网格' }, { caller });
        return unit?.id ?? '';
      };
    },
  },
  residents: {
    table: 'persons',
    topic: EVENT_CATALOGUE['linli.residents.v1.PersonRegistered']?.topic ?? '',
    async maker(clients, address) {
      const persons = clients.connect(residents.PersonServiceDefinition, { address, audience: 'residents' });
      const unit = await anyOf<{ id: string }>('residents', 'units');
      const caller = staff('residents.person.register');
      return async () => (await persons.registerPerson({ name: '王小明', unitId: unit.id }, { caller })).person?.id ?? '';
    },
  },
  requests: {
    table: 'cases',
    topic: 'public.requests.case.v1',
    async maker(clients, address) {
      const cases = clients.connect(requests.CaseServiceDefinition, { address, audience: 'requests' });
      const person = await anyOf<{ id: string }>('residents', 'persons');
      const grants = [{ permissions: ['requests.case.submit'], scope: 'self' as const, unitPath: '' }];
      const caller: Caller = { tenantId, subject: person.id, kind: 'resident', grants, language: 'zh-CN' };
      return async () => {
        const wish = { itemCode: 'elder-card', residentId: person.id, channel: requests.Channel.CHANNEL_ONLINE, subject: '办证', submit: true };
        return (await cases.createCase(wish, { caller })).case?.id ?? '';
      };
    },
  },
};

interface Answer {
  readonly status: number;
  readonly closes: boolean;
  readonly body: string;
}

/** One request over the client's one kept connection, read to its end. */
function send(agent: Agent, { port, method, path, token, body }: { port: number; method: string; path: string; token: string; body?: object }): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), 'idempotency-key': randomUUID() }) };
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, port, host: '127.0.0.1', method, path, headers }, (response) => {
      readAll(response).then((read) => resolve({ status: response.statusCode ?? 0, closes: response.headers.connection === 'close', body: read }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

/** @throws when the answer breaks off. */
async function readAll(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  if (!response.complete) throw new Error('broken off');
  return text;
}

describe('the gateway, told to stop while clients read and write', () => {
  it('answers every request that it took, tells connections to close, and ends streams cleanly', async () => {
    const running = processes.get('gateway');
    if (running === undefined) throw new Error('not started');
    const { port } = running;
    const token = await issuer.token({ sub: 'xs-resident-01', linli_tenant: tenantId, linli_kind: kindOf('xs-resident-01') });
    const streaming = await fetch(`http://127.0.0.1:${port}/v1/events/stream`, { headers: { authorization: `Bearer ${token}` } });
    const streamed = streaming.text();
    const me = JSON.parse((await send(new Agent(), { port, token, method: 'GET', path: '/v1/me' })).body) as { subject: string };
    const before = await countOf('requests', 'cases');

    const answers: Answer[] = [];
    const agents = Array.from({ length: 16 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    const wish = { itemCode: 'elder-card', residentId: me.subject, channel: 'online', subject: '办证', submit: true };
    const { made, stop } = load(16, (index) => async () => {
      const agent = agents[index] ?? new Agent();
      const answer = await send(agent, index % 2 === 0 ? { port, token, method: 'GET', path: '/v1/me' } : { port, token, method: 'POST', path: '/v1/cases', body: wish });
      answers.push(answer);
      if (answer.status >= 400) throw new Error(`${answer.status} ${answer.body}`);
      return (JSON.parse(answer.body) as { id?: string }).id ?? '';
    });
    await eventually(() => expect(made.acknowledged.length + made.failures.length).toBeGreaterThan(200), { timeoutMs: 30_000 });
    expect(new Set(made.failures.map(String))).toEqual(new Set());

    const { code, ms } = await terminate(running);
    await stop();
    agents.forEach((agent) => agent.destroy());
    expect({ code, inTime: ms < 8_000 }).toEqual({ code: 0, inTime: true });
    // Cleanly: a stream that breaks off makes this throw.
    expect(await streamed).toContain('retry: 2000');
    // Node's own errors are of another realm than jest's.
    const kinds = new Set(made.failures.map((error) => String((error as { code?: string }).code ?? error)));
    expect([...kinds].filter((kind) => kind !== 'ECONNREFUSED' && kind !== 'ECONNRESET')).toEqual([]);
    expect(answers.filter(({ closes }) => closes).length).toBeGreaterThan(0);
    // One line of the access log for each request that was taken: the stream's, the first one's, and each answered one's.
    expect(running.log().filter(({ msg }) => msg === 'request')).toHaveLength(answers.length + 2);
    const cases = made.acknowledged.filter((id) => id !== '');
    expect(await countOf('requests', 'cases')).toBe(before + cases.length);
    acknowledged.requests.push(...cases);
  });
});

// Each needs those after it.
describe.each(['requests', 'residents', 'organization'] as const)('%s, told to stop while clients write', (name) => {
  it('answers every call that it took and keeps what it acknowledged', async () => {
    const running = processes.get(name);
    if (running === undefined) throw new Error('not started');
    const { table, maker } = writings[name];
    const before = await countOf(name, table);
    const clients = Array.from({ length: 8 }, () => createGrpcClients({ internal: keys.internal('gateway') }));
    const makers = await Promise.all(clients.map((one) => maker(one, `127.0.0.1:${running.port}`)));
    const { made, stop } = load(24, (index) => makers[index % 8] ?? (() => Promise.reject(new Error('no maker'))));
    await eventually(() => expect(made.acknowledged.length + made.failures.length).toBeGreaterThan(100), { timeoutMs: 20_000 });
    expect(new Set(made.failures.map(String))).toEqual(new Set());

    const { code, ms } = await terminate(running);
    await stop();
    clients.forEach((one) => one.close());
    expect({ code, inTime: ms < 8_000, crashed: running.output().includes('"fatal"') }).toEqual({ code: 0, inTime: true, crashed: false });
    // Whoever got no answer was never taken: not one row more than was acknowledged.
    const kinds = new Set(made.failures.map((error) => (isAppError(error) ? error.reason : String(error))));
    expect([...kinds]).toEqual(['SERVICE_UNAVAILABLE']);
    expect(await countOf(name, table)).toBe(before + made.acknowledged.length);
    expect(new Set(made.acknowledged).size).toBe(made.acknowledged.length);
    acknowledged[name].push(...made.acknowledged);
  });
});

describe('started again,', () => {
  it('all are ready, and the events of all that was acknowledged reach Kafka', async () => {
    await Promise.all([...serviceNames, 'gateway' as const].map(start));
    await Promise.all(serviceNames.map((name) => expectEvents(writings[name].topic, acknowledged[name])));
    expect(Math.min(...serviceNames.map((name) => acknowledged[name].length))).toBeGreaterThan(100);
  });
});
