import { createTopics } from '@linli/messaging';
import { eventually, openGate, openGateTo, startTestIssuer, testBrokers, testKeys, type Gate, type TestIssuer } from '@linli/testing';
import { createDatabases, gatewayEnvironment, serviceSecrets, type Platform } from './platform';
import { ask, killAll, serviceNames, startProcess, stopProcess, untilReady, type ProcessName, type ServiceProcess } from './processes';

jest.setTimeout(120_000);

const names = [...serviceNames, 'gateway'] as const;
const run = Date.now().toString(36);
const keys = testKeys();
let databases: Platform['databases'];
let issuer: TestIssuer;
let database: Gate;
let broker: Gate;

beforeAll(async () => {
  databases = await createDatabases();
  issuer = await startTestIssuer();
  await createTopics(testBrokers());
  const [host = '', port] = (testBrokers()[0] ?? '').split(':');
  database = await openGateTo(databases.requests.appUrl);
  broker = await openGate({ host, port: Number(port) });
});
afterEach(async () => {
  await killAll();
  await Promise.all([database.mend(), broker.mend()]);
});
afterAll(async () => {
  await Promise.all([database.cut(), broker.cut()]);
  await issuer.stop();
  for (const one of Object.values(databases)) await one.drop();
});

function start(name: ProcessName): Promise<ServiceProcess> {
  const nowhere = Object.fromEntries(serviceNames.map((one) => [`${one.toUpperCase()}_ADDRESS`, '127.0.0.1:1']));
  return startProcess(name, {
    ...serviceSecrets,
    ...keys.environment(name),
    ...nowhere,
    ...gatewayEnvironment(issuer),
    KAFKA_BROKERS: `127.0.0.1:${broker.port}`,
    CONSUMER_GROUP: `${name}.absent.${run}`,
    DATABASE_URL: database.through(databases[name].appUrl),
    DATABASE_RELAY_URL: database.through(databases[name].relayUrl),
  });
}

/** What it needs to be ready. The organization only sends events: they wait in its outbox while there is no broker. */
const needs = (name: ProcessName): string[] => (name === 'organization' ? ['database'] : ['database', 'events']);

async function expectMissing(running: ServiceProcess, missing: readonly string[]): Promise<void> {
  await eventually(
    async () => {
      const { status, text } = await ask(running, 'readyz');
      expect({ status, missing: [...text.matchAll(/^not ready (.+)$/gm)].map(([, name]) => name) }).toEqual({ status: missing.length === 0 ? 200 : 503, missing });
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
  expect(await ask(running, 'livez')).toEqual({ status: 200, text: 'ok\n' });
}

/** What the log said of readiness, in order. */
function told(running: ServiceProcess): string[] {
  return running.log().flatMap(({ msg, missing }) => (msg === 'ready' ? ['ready'] : msg.startsWith('not ready') ? [`waiting for ${missing?.join(' and ')}`] : []));
}

it('every process starts without database and broker, says what it waits for, serves when they come, and again when they went', async () => {
  await Promise.all([database.cut(), broker.cut()]);
  const all = await Promise.all(names.map(start));
  await Promise.all(all.map((one) => expectMissing(one, needs(one.name))));
  // Long enough for every loop to have tried a few times.
  await eventually(() => all.forEach((one) => expect(one.log().filter(({ err }) => err !== undefined).length).toBeGreaterThan(one.name === 'gateway' ? 0 : 3)), { timeoutMs: 30_000 });
  for (const one of all) {
    expect(told(one)).toEqual([`waiting for ${needs(one.name).join(' and ')}`]);
    expect(one.log().filter(({ err }) => err?.stack !== undefined)).toEqual([]);
    expect(one.child.exitCode).toBeNull();
  }

  await database.mend();
  await Promise.all(all.map((one) => expectMissing(one, needs(one.name).filter((name) => name !== 'database'))));
  await broker.mend();
  await Promise.all(all.map(untilReady));
  await eventually(() => all.forEach((one) => expect(told(one).at(-1)).toBe('ready')));

  await database.cut();
  await Promise.all(all.map((one) => expectMissing(one, ['database'])));
  await eventually(() => all.forEach((one) => expect(told(one).slice(-2)).toEqual(['ready', 'waiting for database'])));
  await database.mend();
  await Promise.all(all.map(untilReady));
  for (const one of all) {
    await eventually(() => expect(told(one).at(-1)).toBe('ready'));
    expect(one.log().filter(({ err }) => err?.stack !== undefined)).toEqual([]);
  }
  expect(await Promise.all(all.map(stopProcess))).toEqual(names.map(() => 0));
});

it('every process stops in time and in order while its database is away and its broker cannot be found', async () => {
  const all = await Promise.all(names.map(start));
  await Promise.all(all.map(untilReady));
  await Promise.all([database.cut(), broker.cut()]);
  await Promise.all(all.map((one) => expectMissing(one, ['database'])));
  const began = performance.now();
  expect(await Promise.all(all.map(stopProcess))).toEqual(names.map(() => 0));
  expect(performance.now() - began).toBeLessThan(12_000);
});
