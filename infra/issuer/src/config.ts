import { readConfig, type Secret } from '@linli/config';

export interface IssuerConfig {
  readonly host: string;
  readonly port: number;
  /** The issuer identifier, exactly as tokens name it. */
  readonly url: string;
  readonly gatewayUrl: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** The audience of access tokens. */
  readonly audience: string;
  /** The private ES256 JWK that signs tokens; kept by the platform, so that tokens survive a restart. */
  readonly signingKey: Secret;
  readonly cookieSecret: Secret;
  /** Fixture files whose people may sign in. */
  readonly fixtures: readonly string[];
  readonly mode: 'development' | 'test';
}

/** @throws ConfigError naming every bad variable; NODE_ENV=production is one. */
export function readIssuerConfig(env: NodeJS.ProcessEnv): IssuerConfig {
  return readConfig(env, (read) => ({
    host: read.text('HOST', '127.0.0.1'),
    port: read.port('ISSUER_PORT'),
    url: read.url('ISSUER_URL'),
    gatewayUrl: read.url('GATEWAY_URL'),
    clientId: read.text('OIDC_CLIENT_ID'),
    clientSecret: read.secret('OIDC_CLIENT_SECRET'),
    audience: read.text('API_AUDIENCE'),
    signingKey: read.secret('ISSUER_KEY'),
    cookieSecret: read.secret('ISSUER_SECRET'),
    fixtures: read.list('ISSUER_FIXTURES'),
    // Whoever can open the page can be anybody: this program must never face the public.
    mode: read.oneOf('NODE_ENV', ['development', 'test'], 'development'),
  }));
}
