import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { App } from '@linli/runtime';
import { createLogger } from '@linli/telemetry';
import type { IssuerConfig } from './config';
import { readPeople } from './people';
import { createProvider } from './provider';
import { renderMessagePage, renderSignInPage } from './sign-in-page';

/** The development issuer: the protocol from oidc-provider, and a page of ours where one click signs in. */
export function createApp(config: IssuerConfig): App & { readonly port: () => number } {
  const log = createLogger('issuer', { level: config.mode === 'test' ? 'silent' : 'info' });
  const people = readPeople(config.fixtures);
  const provider = createProvider(config, people);
  const handle = provider.callback();
  // A form's answer may redirect to the gateway and to tools on this machine, and the policy counts those hops too.
  const targets = `'self' ${new URL(config.gatewayUrl).origin} http://127.0.0.1:*`;
  const pageHeaders = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action ${targets}`,
    'cache-control': 'no-store',
  };
  const server = createServer((request, response) => {
    void answer(request, response).catch((err: unknown) => {
      log.warn({ err }, 'sign-in failed');
      if (!response.headersSent) response.writeHead(400, pageHeaders);
      response.end(renderMessagePage('登录已失效', '请回到系统重新登录。'));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', config.url);
    if (pathname === '/livez' || pathname === '/readyz') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
    } else if (!pathname.startsWith('/sign-in/')) {
      if (/^\/auth(\/|$)/.test(pathname)) forgetSession(request);
      await handle(request, response);
    } else if (request.method === 'POST') {
      await finishSignIn(request, response);
    } else {
      await provider.interactionDetails(request, response);
      response.writeHead(200, pageHeaders).end(renderSignInPage(people, pathname));
    }
  }

  async function finishSignIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const subject = new URLSearchParams(await text(request)).get('subject') ?? '';
    if (!people.some((person) => person.subject === subject && person.kind !== 'client')) {
      response.writeHead(404, pageHeaders).end(renderMessagePage('查无此人', '请回到系统重新登录。'));
      return;
    }
    // The click is also the consent that a tool on this machine (a native client) must not skip.
    await provider.interactionFinished(request, response, { login: { accountId: subject, remember: false }, consent: {} });
  }

  return {
    port: () => (server.address() as AddressInfo).port,
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject).listen(config.port, config.host, () => resolve());
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// Every sign-in asks who it is: without this a browser would stay the person it was first.
function forgetSession(request: IncomingMessage): void {
  const cookies = (request.headers.cookie ?? '').split(/;\s*/);
  request.headers.cookie = cookies.filter((cookie) => !cookie.startsWith('_session')).join('; ');
}
