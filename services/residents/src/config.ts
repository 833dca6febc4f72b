import { ConfigError, readConfig, type Secret } from '@linli/config';

export interface ResidentsConfig {
  readonly databaseUrl: Secret;
  readonly databaseRelayUrl: Secret;
  readonly kafkaBrokers: readonly string[];
  /** The Kafka group and the name under which events are marked as applied: one per service, never renamed. */
  readonly consumerGroup: string;
  readonly host: string;
  readonly grpcPort: number;
  readonly sidePort: number;
  readonly internalKey: Secret;
  readonly internalTrustedKeys: string;
  readonly pageTokenKey: Secret;
  /** Wraps each tenant's data keys; 32 bytes in base64. */
  readonly vaultKey: Secret;
  /** The root of the look-up keys; 32 bytes in base64. */
  readonly blindIndexKey: Secret;
  /** Signs the daily audit checkpoints; without it there are none. */
  readonly auditSigningKey: Secret | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** The file of a simulated clock; empty for the real time. */
  readonly clock: string;
}

/** @throws ConfigError naming every bad variable, or a simulated clock in production. */
export function readServiceConfig(env: NodeJS.ProcessEnv): ResidentsConfig {
  const config = readConfig(env, (read) => ({
    databaseUrl: read.secretUrl('DATABASE_URL'),
    databaseRelayUrl: read.secretUrl('DATABASE_RELAY_URL'),
    kafkaBrokers: read.list('KAFKA_BROKERS'),
    consumerGroup: read.text('CONSUMER_GROUP', 'residents'),
    host: read.text('HOST', '127.0.0.1'),
    grpcPort: read.port('GRPC_PORT'),
    sidePort: read.port('SIDE_PORT'),
    internalKey: read.secret('INTERNAL_KEY'),
    internalTrustedKeys: read.text('INTERNAL_TRUSTED_KEYS'),
    pageTokenKey: read.secret('PAGE_TOKEN_KEY'),
    vaultKey: read.secret('VAULT_KEY'),
    blindIndexKey: read.secret('BLIND_INDEX_KEY'),
    auditSigningKey: read.secretOrNone('AUDIT_SIGNING_KEY'),
    logLevel: read.oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
    clock: read.text('LINLI_CLOCK', ''),
    mode: read.oneOf('NODE_ENV', ['development', 'test', 'production'], 'development'),
  }));
  const problems = [
    !isKey(config.vaultKey) && 'VAULT_KEY must be 32 bytes in base64',
    !isKey(config.blindIndexKey) && 'BLIND_INDEX_KEY must be 32 bytes in base64',
    // Who holds the one must not hold the other by accident.
    config.vaultKey.reveal() === config.blindIndexKey.reveal() && 'VAULT_KEY and BLIND_INDEX_KEY must differ',
    config.clock !== '' && config.mode === 'production' && 'LINLI_CLOCK is for development only',
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function isKey(secret: Secret): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(secret.reveal());
}
