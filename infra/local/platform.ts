import { existsSync } from 'node:fs';
import path from 'node:path';
import { root, stateFolder } from './paths.ts';
import { loopback } from './ports.ts';
import { databases, publicKeys, services, type DatabaseOwner, type Secrets, type Service } from './secrets.ts';
import type { ChildSpec } from './supervisor.ts';

export type Ports = Readonly<Record<(typeof portNames)[number], number>>;

export const portNames = [
  'postgres',
  'kafka',
  'kafka-controller',
  'issuer',
  'gateway-side',
  'organization',
  'organization-side',
  'residents',
  'residents-side',
  'requests',
  'requests-side',
] as const;

/** What is known once the servers run, and what run.json remembers. */
export interface PlatformPlace {
  readonly ports: Ports;
  readonly gatewayPort: number;
  readonly adminUrl: string;
  readonly brokers: string;
  readonly data: string;
  /** The file of a simulated clock that every process follows. */
  readonly clock?: string;
}

export interface Platform extends PlatformPlace {
  readonly secrets: Secrets;
  readonly env: NodeJS.ProcessEnv;
}

export interface Part {
  readonly spec: ChildSpec;
  /** Answers below 400 once the process is ready. */
  readonly readyUrl: string;
}

type Environment = Record<string, string | undefined>;

const ranks = { gateway: 1, service: 2, issuer: 3 };
const audience = 'https://api.linli.example';
const oidcClientId = 'linli-gateway';

const fixture = (name: string): string => path.join(root, `infra/fixtures/${name}.json`);

/** The offices that the platform starts with; their people may sign in. */
export const officeFiles = ['xingsheng', 'baihe'].map(fixture);

/** What every one of them takes on. */
export const catalogueFile = fixture('catalogue.zh');

/** The services that exist in this checkout. */
function presentServices(): Service[] {
  return services.filter((name) => existsSync(path.join(root, `services/${name}/src/main.ts`)));
}

/** The processes of the platform that exist in this checkout, in the order they are started. */
export function platformParts(platform: Platform): Part[] {
  const parts = presentServices().map((name) => servicePart(platform, name));
  if (existsSync(path.join(root, 'infra/issuer/src/main.ts'))) parts.unshift(issuerPart(platform));
  if (existsSync(path.join(root, 'services/gateway/src/main.ts'))) parts.push(gatewayPart(platform));
  return parts;
}

export function platformAddresses(platform: Platform): Record<string, string> {
  const { ports } = platform;
  return {
    gateway: gatewayUrl(platform),
    issuer: issuerUrl(platform),
    ...Object.fromEntries(services.map((name) => [name, `${loopback}:${ports[name]}`])),
    ...Object.fromEntries(databases.map((name) => [`${name}-side`, `http://${loopback}:${ports[`${name}-side`]}`])),
    kafka: platform.brokers,
  };
}

/** For the operator's tool, demo and bench: they call the running platform from outside. */
export function operatorEnvironment(platform: Platform): Environment {
  const { secrets } = platform;
  const urls = databases.flatMap((name) => [
    [`${name.toUpperCase()}_MIGRATOR_URL`, databaseUrl(platform, name, 'migrator')],
    [`${name.toUpperCase()}_RELAY_URL`, databaseUrl(platform, name, 'relay')],
    [`${name.toUpperCase()}_APP_URL`, databaseUrl(platform, name, 'app')],
  ]);
  return {
    ...common(platform, 'operator'),
    ...peerAddresses(platform),
    DATABASE_ADMIN_URL: platform.adminUrl,
    ...(Object.fromEntries(urls) as Environment),
    INTERNAL_KEY: JSON.stringify(secrets.internal.operator),
    AUDIT_TRUSTED_KEYS: publicKeys([secrets.auditSigning]),
    OIDC_ISSUER: issuerUrl(platform),
  };
}

export function clientEnvironment(platform: Platform): Environment {
  return { ...inherited(platform.env), GATEWAY_URL: gatewayUrl(platform), OIDC_ISSUER: issuerUrl(platform), KAFKA_BROKERS: platform.brokers, API_AUDIENCE: audience, ...(platform.clock ? { LINLI_CLOCK: platform.clock } : {}) };
}

/** What a service's own process gets; the operator's tool needs it to run that service's code. */
export function serviceEnvironment(platform: Platform, name: Service): Environment {
  const { secrets, ports } = platform;
  return {
    ...common(platform, name),
    ...peerAddresses(platform),
    DATABASE_URL: databaseUrl(platform, name, 'app'),
    DATABASE_RELAY_URL: databaseUrl(platform, name, 'relay'),
    GRPC_PORT: String(ports[name]),
    SIDE_PORT: String(ports[`${name}-side`]),
    INTERNAL_KEY: JSON.stringify(secrets.internal[name]),
    PAGE_TOKEN_KEY: secrets.pageTokens[name],
    AUDIT_SIGNING_KEY: JSON.stringify(secrets.auditSigning),
    ...(name === 'residents' ? { VAULT_KEY: secrets.vault, BLIND_INDEX_KEY: secrets.blindIndex } : {}),
  };
}

function servicePart(platform: Platform, name: Service): Part {
  const spec = nodeProcess(name, `services/${name}/dist/src/main.js`, { env: serviceEnvironment(platform, name), rank: ranks.service });
  return { spec, readyUrl: `http://${loopback}:${platform.ports[`${name}-side`]}/readyz` };
}

function gatewayPart(platform: Platform): Part {
  const { secrets, ports, gatewayPort } = platform;
  const env = {
    ...common(platform, 'gateway'),
    ...peerAddresses(platform),
    ...limits(platform.env),
    HTTP_PORT: String(gatewayPort),
    SIDE_PORT: String(ports['gateway-side']),
    PUBLIC_URL: gatewayUrl(platform),
    OIDC_ISSUER: issuerUrl(platform),
    OIDC_CLIENT_ID: oidcClientId,
    OIDC_CLIENT_SECRET: secrets.oidcClient,
    API_AUDIENCE: audience,
    SESSION_KEY: secrets.session,
    INTERNAL_KEY: JSON.stringify(secrets.internal.gateway),
    PAGE_TOKEN_KEY: secrets.pageTokens.gateway,
    DATABASE_URL: databaseUrl(platform, 'gateway', 'app'),
    DATABASE_RELAY_URL: databaseUrl(platform, 'gateway', 'relay'),
  };
  return { spec: nodeProcess('gateway', 'services/gateway/dist/src/main.js', { env, rank: ranks.gateway }), readyUrl: `http://${loopback}:${ports['gateway-side']}/readyz` };
}

function issuerPart(platform: Platform): Part {
  const env = {
    ...common(platform, 'issuer'),
    ISSUER_PORT: String(platform.ports.issuer),
    ISSUER_URL: issuerUrl(platform),
    ISSUER_FIXTURES: officeFiles.join(','),
    ISSUER_KEY: JSON.stringify(platform.secrets.issuerSigning),
    ISSUER_SECRET: platform.secrets.issuer,
    GATEWAY_URL: gatewayUrl(platform),
    OIDC_CLIENT_ID: oidcClientId,
    OIDC_CLIENT_SECRET: platform.secrets.oidcClient,
    API_AUDIENCE: audience,
  };
  return { spec: nodeProcess('issuer', 'infra/issuer/dist/main.js', { env, rank: ranks.issuer }), readyUrl: `${issuerUrl(platform)}/.well-known/openid-configuration` };
}

function nodeProcess(name: string, main: string, rest: { env: Environment; rank: number }): ChildSpec {
  return {
    name,
    command: process.execPath,
    // The young generation grows with the load only; the limit of the old one is far above what a service needs.
    args: ['--max-old-space-size=256', '--max-semi-space-size=16', '--require', path.join(root, 'packages/telemetry/dist/register.js'), path.join(root, main)],
    cwd: root,
    graceMs: 8_000,
    ...rest,
  };
}

function common(platform: Platform, name: string): Environment {
  return {
    ...inherited(platform.env),
    HOST: loopback,
    KAFKA_BROKERS: platform.brokers,
    INTERNAL_TRUSTED_KEYS: publicKeys(Object.values(platform.secrets.internal)),
    LOG_LEVEL: platform.env['LOG_LEVEL'] ?? 'info',
    OTEL_SERVICE_NAME: name,
    ...(platform.clock ? { LINLI_CLOCK: platform.clock } : {}),
  };
}

/** Of the environment of whoever started us, only what is meant for Node itself and for tracing. */
function inherited(env: NodeJS.ProcessEnv): Environment {
  const passed = Object.entries(env).filter(([name]) => /^(PATH|HOME|LANG|LC_ALL|OTEL_.*|NODE_EXTRA_CA_CERTS)$/.test(name));
  return { ...Object.fromEntries(passed), NODE_COMPILE_CACHE: path.join(stateFolder, 'cache/v8') };
}

/** The gateway's limits may be set from outside: whoever tests it by machine means to send more than people do. */
function limits(env: NodeJS.ProcessEnv): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('LIMIT_')));
}

function peerAddresses({ ports }: Platform): Environment {
  return Object.fromEntries(services.map((name) => [`${name.toUpperCase()}_ADDRESS`, `${loopback}:${ports[name]}`]));
}

function databaseUrl(platform: Platform, service: DatabaseOwner, role: 'migrator' | 'app' | 'relay'): string {
  const url = new URL(platform.adminUrl);
  url.pathname = `/linli_${service}`;
  url.username = `linli_${service}_${role}`;
  url.password = platform.secrets.roles[service][role];
  return url.toString();
}

function gatewayUrl({ gatewayPort }: Platform): string {
  return `http://${loopback}:${gatewayPort}`;
}

function issuerUrl({ ports }: Platform): string {
  return `http://${loopback}:${ports.issuer}`;
}
