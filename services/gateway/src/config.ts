import { readConfig } from '@linli/config';

export type ServiceConfig = ReturnType<typeof readServiceConfig>;

const logLevels = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** @throws ConfigError naming every bad variable. The README lists the same variables. */
export function readServiceConfig(env: NodeJS.ProcessEnv) {
  return readConfig(env, (read) => ({
    host: read.text('HOST', '127.0.0.1'),
    httpPort: read.port('HTTP_PORT', 8080),
    sidePort: read.port('SIDE_PORT', 0),
    publicUrl: read.url('PUBLIC_URL', ''),
    proxies: read.integer('PROXIES', { fallback: 0, min: 0, max: 10 }),
    databaseUrl: read.secretUrl('DATABASE_URL'),
    databaseRelayUrl: read.secretUrl('DATABASE_RELAY_URL'),
    brokers: read.list('KAFKA_BROKERS'),
    organizationAddress: read.text('ORGANIZATION_ADDRESS'),
    residentsAddress: read.text('RESIDENTS_ADDRESS'),
    requestsAddress: read.text('REQUESTS_ADDRESS'),
    internalKey: read.secret('INTERNAL_KEY'),
    internalTrustedKeys: read.text('INTERNAL_TRUSTED_KEYS'),
    pageTokenKey: read.secret('PAGE_TOKEN_KEY'),
    oidcIssuer: read.url('OIDC_ISSUER'),
    oidcClientId: read.text('OIDC_CLIENT_ID'),
    oidcClientSecret: read.secret('OIDC_CLIENT_SECRET'),
    apiAudience: read.text('API_AUDIENCE'),
    sessionKey: read.secret('SESSION_KEY'),
    sessionIdleMinutes: read.integer('SESSION_IDLE_MINUTES', { fallback: 30, min: 1, max: 1_440 }),
    sessionHours: read.integer('SESSION_HOURS', { fallback: 12, min: 1, max: 168 }),
    addressLimit: read.integer('LIMIT_ADDRESS_PER_MINUTE', { fallback: 1_200, min: 1 }),
    accountLimit: read.integer('LIMIT_ACCOUNT_PER_MINUTE', { fallback: 600, min: 1 }),
    sensitiveLimit: read.integer('LIMIT_SENSITIVE_PER_MINUTE', { fallback: 30, min: 1 }),
    signInLimit: read.integer('LIMIT_SIGN_IN_PER_MINUTE', { fallback: 120, min: 1 }),
    streamsPerAccount: read.integer('STREAMS_PER_ACCOUNT', { fallback: 5, min: 1, max: 100 }),
    logLevel: read.oneOf('LOG_LEVEL', logLevels, 'info'),
  }));
}
