import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Browser } from './demo/browser';
import { choosePerson } from './demo/sign-in';

const client = 'linli-cli';

/** An access token of the development issuer for one of its people: code with PKCE as a native app does it (RFC 8252). */
export async function tokenOfPerson(issuer: string, subject: string): Promise<string> {
  const callback = createServer((_request, response) => response.end('done'));
  await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve));
  try {
    const redirect = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`;
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: client,
      response_type: 'code',
      scope: 'openid linli',
      redirect_uri: redirect,
      state: 's',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const browser = new Browser();
    const page = await browser.get(`${issuer}/auth?${query.toString()}`);
    const end = await choosePerson(browser, page, subject);
    const code = end.url.searchParams.get('code') ?? '';
    return await redeem(issuer, { grant_type: 'authorization_code', client_id: client, code, redirect_uri: redirect, code_verifier: verifier });
  } finally {
    callback.close();
    callback.closeAllConnections();
  }
}

/** An access token of one of the fixtures' machines, by its client credentials. */
export async function tokenOfMachine(issuer: string, subject: string): Promise<string> {
  const credentials = Buffer.from(`${subject}:${subject}-secret`).toString('base64');
  return redeem(issuer, { grant_type: 'client_credentials' }, { authorization: `Basic ${credentials}` });
}

async function redeem(issuer: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${issuer}/token`, { method: 'POST', headers, body: new URLSearchParams(fields) });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`the issuer gave no token: ${response.status}`);
  return token;
}
