import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestIssuer } from '@linli/testing';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

/** Stands in for the office's identity provider where people sign in: code with PKCE, one click and no page. */
export interface SignInIssuer extends Pick<TestIssuer, 'url' | 'token' | 'stop'> {
  /** Who signs in next; and what an ill-meaning or broken provider would change. */
  next: { claims: Record<string, unknown>; idToken?: JWTPayload; accessToken?: JWTPayload };
}

interface Grant {
  readonly query: URLSearchParams;
  readonly next: SignInIssuer['next'];
}

export async function startSignInIssuer(audience: string, clientSecret: string): Promise<SignInIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test-key', alg: 'ES256', use: 'sig' };
  const codes = new Map<string, Grant>();
  const state = { url: '', serial: 0 };

  const sign = (claims: JWTPayload, typ: string) =>
    new SignJWT({ iss: state.url, jti: `t${++state.serial}`, ...claims }).setProtectedHeader({ alg: 'ES256', typ, kid: 'test-key' }).setIssuedAt().setExpirationTime('5m').sign(privateKey);

  async function redeem(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const code = form.get('code') ?? '';
    const grant = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    const credentials = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
    if (grant === undefined || decodeURIComponent(credentials) !== `linli-gateway:${clientSecret}` || grant.query.get('code_challenge') !== challenge) {
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
      return;
    }
    const { claims, idToken = {}, accessToken = {} } = grant.next;
    const nonce = grant.query.get('nonce') ?? '';
    const body = {
      token_type: 'Bearer',
      access_token: await sign({ aud: audience, client_id: 'linli-gateway', ...claims, ...accessToken }, 'at+jwt'),
      id_token: await sign({ aud: 'linli-gateway', nonce, sub: String(claims['sub']), ...idToken }, 'JWT'),
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  const server = createServer((request, response) => {
    const { url } = state;
    const at = new URL(request.url ?? '/', url);
    const documents: Record<string, unknown> = {
      '/jwks': { keys: [jwk] },
      '/.well-known/openid-configuration': {
        issuer: url,
        jwks_uri: `${url}/jwks`,
        authorization_endpoint: `${url}/auth`,
        token_endpoint: `${url}/token`,
        id_token_signing_alg_values_supported: ['ES256'],
        response_types_supported: ['code'],
      },
    };
    if (at.pathname === '/auth') {
      const code = `c${++state.serial}`;
      codes.set(code, { query: at.searchParams, next: issuer.next });
      const back = new URL(at.searchParams.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code, state: at.searchParams.get('state') ?? '' }).toString();
      response.writeHead(303, { location: back.href }).end();
    } else if (at.pathname === '/token') void redeem(request, response);
    else response.writeHead(documents[at.pathname] === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(documents[at.pathname] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const issuer: SignInIssuer = {
    url: state.url,
    next: { claims: {} },
    token: (claims) => sign({ aud: audience, client_id: 'test', ...claims }, 'at+jwt'),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
