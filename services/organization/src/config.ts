import { ConfigError, readConfig } from '@linli/config';

export type ServiceConfig = ReturnType<typeof readServiceConfig>;

/** @throws ConfigError naming every bad variable, or a simulated clock in production. The README lists the same variables. */
export function readServiceConfig(env: NodeJS.ProcessEnv) {
  const config = readConfig(env, (read) => ({
    databaseUrl: read.secretUrl('DATABASE_URL'),
    databaseRelayUrl: read.secretUrl('DATABASE_RELAY_URL'),
    brokers: read.list('KAFKA_BROKERS'),
    host: read.text('HOST', '127.0.0.1'),
    grpcPort: read.port('GRPC_PORT', 0),
    sidePort: read.port('SIDE_PORT', 0),
    internalKey: read.secret('INTERNAL_KEY'),
    internalTrustedKeys: read.text('INTERNAL_TRUSTED_KEYS'),
    pageTokenKey: read.secret('PAGE_TOKEN_KEY'),
    auditSigningKey: read.secretOrNone('AUDIT_SIGNING_KEY'),
    logLevel: read.oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], 'info'),
    /** The file of a simulated clock; empty for the real time. */
    clock: read.text('LINLI_CLOCK', ''),
    mode: read.oneOf('NODE_ENV', ['development', 'test', 'production'], 'development'),
  }));
  if (config.clock !== '' && config.mode === 'production') throw new ConfigError(['LINLI_CLOCK is for development only']);
  return config;
}
