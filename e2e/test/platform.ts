import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as gateway from '@linli/gateway';
import { createTopics } from '@linli/messaging';
import { runImport } from '@linli/operator';
import * as organization from '@linli/organization';
import * as requests from '@linli/requests';
import * as residents from '@linli/residents';
import { captureLogger, createTestDatabase, eventually, startTestIssuer, testBrokers, testKeys, type TestDatabase, type TestIssuer, type TestKeys } from '@linli/testing';

export const audience = 'linli-api';
const fixtures = path.join(__dirname, '../../infra/fixtures');
const secret = (letter: string): string => letter.repeat(43);

export const serviceSecrets = {
  PAGE_TOKEN_KEY: secret('p'),
  VAULT_KEY: Buffer.alloc(32, 7).toString('base64'),
  BLIND_INDEX_KEY: Buffer.alloc(32, 9).toString('base64'),
};

export interface Platform {
  readonly url: string;
  readonly issuer: TestIssuer;
  /** The tenant's id; a fresh one for each platform, for all platforms of a run share one broker. */
  readonly tenantId: string;
  readonly otherTenantId: string;
  /** What the processes sign and trust internal tokens with. */
  readonly keys: TestKeys;
  /** `host:port` of a service's gRPC. */
  addressOf(service: 'organization' | 'residents' | 'requests'): string;
  readonly databases: Readonly<Record<'organization' | 'residents' | 'requests' | 'gateway', TestDatabase>>;
  /** What the operator's tool is given. */
  readonly operator: Readonly<Record<string, string>>;
  /** Everything that all services logged. */
  logs(): string;
  /** A bearer token for somebody of the fixture, by the subject's name there. */
  tokenOf(subject: string, options?: { tenantId?: string; kind?: 'staff' | 'resident' | 'client' }): Promise<string>;
  /** Stops one service and starts it again on the same port. */
  restart(service: 'organization' | 'residents' | 'requests'): Promise<void>;
  stop(): Promise<void>;
}

interface RunningApp {
  readonly ports: { grpc: number; side: number };
  start(): Promise<void>;
  stop(): Promise<void>;
}

export type ServiceName = keyof Platform['databases'];

/** All services and the gateway in this one process, with their own databases, a real broker and the Xingsheng data. `variables` are the gateway's; `clock` is the file of a simulated time. */
export async function startPlatform(variables: Readonly<Record<string, string>> = {}, { appUrl, clock }: { readonly appUrl?: (service: ServiceName, url: string) => Promise<string>; readonly clock?: string } = {}): Promise<Platform> {
  const brokers = testBrokers();
  await createTopics(brokers);
  const run = Date.now().toString(36);
  const keys = testKeys();
  const issuer = await startTestIssuer(audience);
  const captured = captureLogger();
  const databases = await createDatabases();
  const appUrls: Record<string, string> = {};
  for (const [name, { appUrl: own }] of Object.entries(databases)) appUrls[name] = (await appUrl?.(name as ServiceName, own)) ?? own;
  const common = { KAFKA_BROKERS: brokers.join(','), GRPC_PORT: '0', SIDE_PORT: '0', ...serviceSecrets, ...(clock === undefined ? {} : { LINLI_CLOCK: clock }) };
  const addresses: Record<string, string> = {};
  const { log } = captured;
  function environment(name: keyof typeof databases): Record<string, string> {
    const database = databases[name];
    return { ...common, ...addresses, ...keys.environment(name), CONSUMER_GROUP: `${name}.${run}`, DATABASE_URL: appUrls[name] ?? database.appUrl, DATABASE_RELAY_URL: database.relayUrl };
  }
  const makers = {
    organization: (env: Record<string, string>): Promise<RunningApp> => organization.createApp(organization.readServiceConfig(env), { log }),
    residents: (env: Record<string, string>): Promise<RunningApp> => residents.createApp(residents.readServiceConfig(env), { log }),
    requests: (env: Record<string, string>): Promise<RunningApp> => requests.createApp(requests.readServiceConfig(env), { log }),
  };
  const apps = new Map<keyof typeof makers, RunningApp>();
  async function startService(name: keyof typeof makers, port = 0): Promise<void> {
    const app = await makers[name]({ ...environment(name), GRPC_PORT: String(port) });
    await app.start();
    apps.set(name, app);
    addresses[`${name.toUpperCase()}_ADDRESS`] = `127.0.0.1:${app.ports.grpc}`;
  }
  for (const name of ['organization', 'residents', 'requests'] as const) await startService(name);

  const edge = await gateway.createApp(
    gateway.readServiceConfig({
      ...environment('gateway'),
      HTTP_PORT: '0',
      ...gatewayEnvironment(issuer),
      ...variables,
    }),
    { log },
  );
  await edge.start();
  const operator = { ...addresses, ...keys.environment('operator'), OIDC_ISSUER: issuer.url };
  await importOffices({ xingsheng: `xs-${run}`, baihe: `bh-${run}` }, operator);

  return {
    url: `http://127.0.0.1:${edge.ports.http}`,
    issuer,
    tenantId: `xs-${run}`,
    otherTenantId: `bh-${run}`,
    keys,
    addressOf: (service) => addresses[`${service.toUpperCase()}_ADDRESS`] ?? '',
    databases,
    operator,
    logs: captured.text,
    tokenOf: (subject, { tenantId = `xs-${run}`, kind = kindOf(subject) } = {}) =>
      issuer.token({ sub: subject, linli_tenant: tenantId, linli_kind: kind }),
    async restart(service) {
      const app = apps.get(service);
      const port = app?.ports.grpc ?? 0;
      await app?.stop();
      await startService(service, port);
    },
    async stop() {
      await edge.stop();
      // Each waits a second for the last answer to what it asked the broker.
      await Promise.all([...apps.values()].map((app) => app.stop()));
      await issuer.stop();
      for (const database of Object.values(databases)) await database.drop();
    },
  };
}

export function gatewayEnvironment(issuer: TestIssuer): Record<string, string> {
  return { OIDC_ISSUER: issuer.url, OIDC_CLIENT_ID: 'linli-gateway', OIDC_CLIENT_SECRET: secret('c'), API_AUDIENCE: audience, SESSION_KEY: secret('s') };
}

export async function createDatabases(): Promise<Platform['databases']> {
  return {
    organization: await createTestDatabase({ name: 'organization', migrations: organization.migrations }),
    residents: await createTestDatabase({ name: 'residents', migrations: residents.migrations }),
    requests: await createTestDatabase({ name: 'requests', migrations: requests.migrations }),
    gateway: await createTestDatabase({ name: 'gateway', migrations: gateway.migrations }),
  };
}

export function kindOf(subject: string): 'staff' | 'resident' | 'client' {
  if (subject.includes('-resident-')) return 'resident';
  return subject.includes('-client-') ? 'client' : 'staff';
}

/** The fixtures under this run's tenant ids, by the operator's own importer. */
export async function importOffices(tenants: Record<'xingsheng' | 'baihe', string>, env: Record<string, string>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'linli-e2e-'));
  try {
    const files = Object.entries(tenants).map(([name, id]) => {
      const text = readFileSync(path.join(fixtures, `${name}.json`), 'utf8').replaceAll(`"${name}"`, `"${id}"`);
      const file = path.join(folder, `${name}.json`);
      writeFileSync(file, text);
      return file;
    });
    // Units reach the other services by events: registering a resident may have to wait for them.
    await eventually(() => runImport([...files, path.join(fixtures, 'catalogue.zh.json')], env), { timeoutMs: 30_000, everyMs: 200 });
  } finally {
    await rm(folder, { recursive: true });
  }
}
