import { ConfigError, readConfig, type Secret } from '@linli/config';

export interface RequestsConfig {
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
  /** Signs the daily audit checkpoints; without it there are none. */
  readonly auditSigningKey: Secret | undefined;
  readonly residentsAddress: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** The file of a simulated clock; empty for the real time. */
  readonly clock: string;
}

/** @throws ConfigError naming every bad variable, or a simulated clock in production. */
export function readServiceConfig(env: NodeJS.ProcessEnv): RequestsConfig {
  const config = readConfig(env, (read) => ({
    databaseUrl: read.secretUrl('DATABASE_URL'),
    databaseRelayUrl: read.secretUrl('DATABASE_RELAY_URL'),
    kafkaBrokers: read.list('KAFKA_BROKERS'),
    consumerGroup: read.text('CONSUMER_GROUP', 'requests'),
    host: read.text('HOST', '127.0.0.1'),
    grpcPort: read.port('GRPC_PORT', 0),
    sidePort: read.port('SIDE_PORT', 0),
    internalKey: read.secret('INTERNAL_KEY'),
    internalTrustedKeys: read.text('INTERNAL_TRUSTED_KEYS'),
    pageTokenKey: read.secret('PAGE_TOKEN_KEY'),
    auditSigningKey: read.secretOrNone('AUDIT_SIGNING_KEY'),
    residentsAddress: read.text('RESIDENTS_ADDRESS'),
    logLevel: read.oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
    clock: read.text('LINLI_CLOCK', ''),
    mode: read.oneOf('NODE_ENV', ['development', 'test', 'production'], 'development'),
  }));
  if (config.clock !== '' && config.mode === 'production') throw new ConfigError(['LINLI_CLOCK is for development only']);
  return config;
}
