import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeKeyPair, signWith, tokenOfParts, type KeyPair } from './jws';

/** What a token says instead of what a good one would; undefined leaves a member out, text is taken as the JSON. */
export interface TokenWish {
  readonly header?: Readonly<Record<string, unknown>> | string;
  readonly claims?: Readonly<Record<string, unknown>> | string;
  /** Signs `header.payload`; with the issuer's ES256 key when absent. */
  readonly sign?: (input: Buffer) => Buffer;
}

export interface TestIssuer {
  readonly url: string;
  /** Its ES256 key, published as `test-key`. */
  readonly key: KeyPair;
  /** What it publishes; a test may add, change and take away. */
  readonly jwks: Record<string, unknown>[];
  /** How often it was asked for anything. */
  readonly asked: () => number;
  /** Refuses everybody until it is told otherwise. */
  down: boolean;
  /** An access token as RFC 9068 wants it; `claims` and `header` replace what is there by default. */
  token(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  /** Any token, however bad. Its good form is of a member of staff `ann` of `xingsheng`. */
  forge(wish?: TokenWish): string;
  stop(): Promise<void>;
}

const lifetimeSeconds = 300;

/** Stands in for the office's identity provider: publishes its keys and signs access tokens. */
export async function startTestIssuer(audience = 'linli-api'): Promise<TestIssuer> {
  const key = makeKeyPair('ES256');
  const kid = 'test-key';
  const jwks: Record<string, unknown>[] = [{ ...key.jwk, kid, alg: 'ES256', use: 'sig' }];
  const state = { url: '', serial: 0, asked: 0 };
  const server = createServer((request, response) => {
    state.asked += 1;
    const { url } = state;
    const metadata = { issuer: url, jwks_uri: `${url}/jwks`, authorization_endpoint: `${url}/auth`, token_endpoint: `${url}/token` };
    const known: Record<string, unknown> = { '/jwks': { keys: jwks }, '/.well-known/openid-configuration': metadata };
    const body = known[request.url ?? ''];
    response.writeHead(issuer.down ? 503 : body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(issuer.down ? '' : JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function forge({ header = {}, claims = {}, sign = signWith(key) }: TokenWish = {}): string {
    const iat = Math.floor(Date.now() / 1000);
    const good = {
      iss: state.url, aud: audience, iat, exp: iat + lifetimeSeconds, sub: 'ann', client_id: 'test', jti: `t${++state.serial}`,
      linli_tenant: 'xingsheng', linli_kind: 'staff',
    };
    const head = typeof header === 'string' ? header : JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid, ...header });
    return tokenOfParts(head, typeof claims === 'string' ? claims : JSON.stringify({ ...good, ...claims }), sign);
  }

  const issuer: TestIssuer = {
    url: state.url,
    key,
    jwks,
    asked: () => state.asked,
    down: false,
    token: async (claims, header = {}) => forge({ claims, header }),
    forge,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
