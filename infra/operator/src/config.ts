import { readConfig, type EnvReader, type Secret } from '@linli/config';

export const services = ['organization', 'residents', 'requests', 'gateway'] as const;
export type ServiceName = (typeof services)[number];

/** Those that have an outbox, an inbox and an audit trail: all but the gateway, which owns no business data. */
export const eventServices = ['organization', 'residents', 'requests'] as const satisfies readonly ServiceName[];
export type EventService = (typeof eventServices)[number];

export interface ServiceDatabase {
  readonly migratorUrl: Secret;
  readonly appUrl: Secret;
  readonly relayUrl: Secret;
}

/** @throws ConfigError naming every bad variable. `npm run linli` sets them from the running platform; the README lists them. */
export function readDatabases(env: NodeJS.ProcessEnv): Readonly<Record<ServiceName, ServiceDatabase>> {
  return readConfig(env, (read) => ({
    organization: databaseOf(read, 'ORGANIZATION'),
    residents: databaseOf(read, 'RESIDENTS'),
    requests: databaseOf(read, 'REQUESTS'),
    gateway: databaseOf(read, 'GATEWAY'),
  }));
}

export function readAdminUrl(env: NodeJS.ProcessEnv): Secret {
  return readConfig(env, (read) => ({ url: read.secretUrl('DATABASE_ADMIN_URL') })).url;
}

export function readBrokers(env: NodeJS.ProcessEnv): readonly string[] {
  return readConfig(env, (read) => ({ brokers: read.list('KAFKA_BROKERS') })).brokers;
}

/** JWKS text of the public keys that sign audit checkpoints; without it their signatures are not checked. */
export function readCheckpointKeys(env: NodeJS.ProcessEnv): string {
  return readConfig(env, (read) => ({ keys: read.text('AUDIT_TRUSTED_KEYS', '') })).keys;
}

export type PeerConfig = ReturnType<typeof readPeers>;

/** For the commands that act through the services. */
export function readPeers(env: NodeJS.ProcessEnv) {
  return readConfig(env, (read) => ({
    organization: read.text('ORGANIZATION_ADDRESS'),
    residents: read.text('RESIDENTS_ADDRESS'),
    requests: read.text('REQUESTS_ADDRESS'),
    internalKey: read.secret('INTERNAL_KEY'),
    trustedKeys: read.text('INTERNAL_TRUSTED_KEYS'),
    oidcIssuer: read.url('OIDC_ISSUER'),
  }));
}

function databaseOf(read: EnvReader, prefix: string): ServiceDatabase {
  return {
    migratorUrl: read.secretUrl(`${prefix}_MIGRATOR_URL`),
    appUrl: read.secretUrl(`${prefix}_APP_URL`),
    relayUrl: read.secretUrl(`${prefix}_RELAY_URL`),
  };
}
