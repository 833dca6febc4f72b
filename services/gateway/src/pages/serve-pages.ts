import type { HttpApp } from '@linli/http';
import { isAppError } from '@linli/errors';
import type { Request, Response } from 'express';
import { admitCookie, type Admitted, type Door } from '../identity/authenticate';
import { createDocument } from '../openapi/document';
import { routeTable } from '../routing/table';
import { readCookie } from '../sessions/cookies';
import { renderLanding } from './landing';
import { renderReference } from './reference';

const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The three pages that people open: the door, the reference, and its machine-readable form. */
export function servePages(http: HttpApp, door: Door): void {
  const document = createDocument(routeTable);
  const reference = renderReference(document);
  http.route({ method: 'get', path: '/openapi.json', handle: (_request, response) => void response.json(document) });
  http.route({ method: 'get', path: '/docs', handle: (_request, response) => sendPage(response, reference) });
  http.route({
    method: 'get',
    path: '/',
    handle: async (request, response) => {
      response.setHeader('Cache-Control', 'no-store');
      sendPage(response, renderLanding(await whoIs(door, request)));
    },
  });
}

function sendPage(response: Response, html: string): void {
  response.setHeader('Content-Security-Policy', pagePolicy);
  response.type('html').send(html);
}

/** Whoever the cookie stands for, or nobody: the door is open to all. */
async function whoIs(door: Door, request: Request): Promise<Admitted | undefined> {
  const cookie = readCookie(request, door.cookies.session);
  if (cookie === undefined) return undefined;
  try {
    return await admitCookie(door, cookie, { language: 'zh-CN', touch: false });
  } catch (error) {
    if (isAppError(error) && error.kind !== 'internal') return undefined;
    throw error;
  }
}
