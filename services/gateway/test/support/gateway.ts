import type { Grant } from '@linli/auth';
import { createApp, migrations, readServiceConfig, type GatewayApp } from '@linli/gateway';
import { captureLogger, createTestDatabase, startTestIssuer, testKeys, testServers, type TestDatabase, type TestIssuer } from '@linli/testing';
import { samples } from './samples';
import { startPeers, type Known, type Peers } from './peers';

/** Somebody who can call: the token's claims and what the office knows of them. */
export interface Person {
  readonly tenant: string;
  readonly kind: 'staff' | 'client' | 'resident';
  readonly subject: string;
}

export interface Asked {
  /** JSON; text and bytes go as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or {} for another type. */
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface TestGateway {
  readonly url: string;
  readonly app: GatewayApp;
  readonly peers: Peers;
  /** Whom the gateway trusts, unless it was given another. */
  readonly issuer: TestIssuer;
  readonly log: ReturnType<typeof captureLogger>;
  readonly database: TestDatabase;
  /** Makes the account known to the office. */
  person(facts: Person, known?: Partial<Known>): Person;
  token(person: Person, claims?: Record<string, unknown>): Promise<string>;
  call(person: Person | undefined, request: string, asked?: Asked): Promise<Got>;
  stop(): Promise<void>;
}

export function grant(permissions: readonly string[], at: Partial<Grant> = {}): Grant {
  return { permissions, scope: 'tenant', unitPath: '', ...at };
}

export const audience = 'https://api.linli.example';
export const clientSecret = 'secret-of-the-tests';

interface Standing {
  readonly issuer?: Pick<TestIssuer, 'url' | 'token'>;
  readonly now?: () => Date;
}

/** The gateway as it runs, with its own database, before stand-ins of the services. */
export async function startGateway(variables: Record<string, string> = {}, { issuer, now }: Standing = {}): Promise<TestGateway> {
  const keys = testKeys();
  const database = await createTestDatabase({ name: 'gateway', migrations });
  const ownIssuer = await startTestIssuer(audience);
  const standIn = issuer ?? ownIssuer;
  const peers = await startPeers(keys, samples);
  const log = captureLogger();
  const config = readServiceConfig({
    HTTP_PORT: '0',
    DATABASE_URL: database.appUrl,
    DATABASE_RELAY_URL: database.relayUrl,
    KAFKA_BROKERS: testServers().brokers.join(','),
    ORGANIZATION_ADDRESS: peers.addresses.organization,
    RESIDENTS_ADDRESS: peers.addresses.residents,
    REQUESTS_ADDRESS: peers.addresses.requests,
    ...keys.environment('gateway'),
    PAGE_TOKEN_KEY: 'page-token-key-of-the-tests',
    OIDC_ISSUER: standIn.url,
    OIDC_CLIENT_ID: 'linli-gateway',
    OIDC_CLIENT_SECRET: clientSecret,
    API_AUDIENCE: audience,
    SESSION_KEY: 'session-key-of-the-tests',
    LIMIT_ADDRESS_PER_MINUTE: '100000',
    LIMIT_ACCOUNT_PER_MINUTE: '100000',
    LIMIT_SENSITIVE_PER_MINUTE: '100000',
    LIMIT_SIGN_IN_PER_MINUTE: '100000',
    ...variables,
  });
  const app = await createApp(config, { log: log.log, ...(now === undefined ? {} : { now }) });
  await app.start();
  const url = `http://127.0.0.1:${app.ports.http}`;

  async function token({ tenant, kind, subject }: Person, claims: Record<string, unknown> = {}): Promise<string> {
    return standIn.token({ sub: subject, linli_tenant: tenant, linli_kind: kind, ...claims });
  }

  return {
    url,
    app,
    peers,
    issuer: ownIssuer,
    log,
    database,
    person(facts, known = {}) {
      peers.accounts.set(`${facts.tenant} ${facts.subject}`, { subject: `id-of-${facts.subject}`, ...known });
      return facts;
    },
    token,
    async call(person, request, { body, headers = {} } = {}) {
      const [method = 'GET', path = '/'] = request.split(' ');
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(person === undefined ? {} : { authorization: `Bearer ${await token(person)}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        redirect: 'manual',
        ...(body === undefined ? {} : { body: typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, headers: response.headers, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
    },
    async stop() {
      await app.stop();
      await peers.stop();
      await ownIssuer.stop();
      await database.drop();
    },
  };
}
