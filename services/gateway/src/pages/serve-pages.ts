import { isAppError } from '@linli/errors';
import type { HttpApp } from '@linli/http';
import type { Request } from 'express';
import { admitCookie, type Admitted, type Door } from '../identity/authenticate';
import { sheetOperations } from '../imports/serve-sheets';
import { createDocument } from '../openapi/document';
import type { Edge } from '../routing/serve';
import { publicRouteTable, routeTable } from '../routing/table';
import { readCookie } from '../sessions/cookies';
import { sendPage } from './html';
import { renderLanding } from './landing';
import { renderReference } from './reference';

/** The three pages that people open: the door, the reference, and its machine-readable form. */
export function servePages(http: HttpApp, edge: Edge): void {
  const document = createDocument([...routeTable, ...publicRouteTable, ...sheetOperations]);
  const reference = renderReference(document);
  http.route({ method: 'get', path: '/openapi.json', handle: (_request, response) => void response.json(document) });
  http.route({ method: 'get', path: '/docs', handle: (_request, response) => sendPage(response, reference) });
  http.route({
    method: 'get',
    path: '/',
    handle: async (request, response) => sendPage(response, await renderLanding(edge, await whoIs(edge.door, request))),
  });
}

/** Whoever the cookie stands for, or nobody: the door is open to all. */
async function whoIs(door: Door, request: Request): Promise<Admitted | undefined> {
  const cookie = readCookie(request, door.cookies.session);
  if (cookie === undefined) return undefined;
  try {
    return await admitCookie(door, cookie, { language: 'zh-CN', touch: true });
  } catch (error) {
    if (isAppError(error) && error.kind !== 'internal') return undefined;
    throw error;
  }
}
