import { createHash } from 'node:crypto';
import type { HttpApp } from '@linli/http';
import { createStandings } from '../tenants/standings';
import type { Edge } from './serve';
import { expressPath } from './serve';
import type { PublicRoute } from './public-route';
import { inApiWords } from './validate';

/** What is published may be a minute old: a page that a whole district opens must not cost a query a visitor. */
const caching = 'public, max-age=60';

/** Puts the public reads on the app: no sign-in, and an ETag of what is said, so that what has not changed is not sent again (RFC 9110 §13.1.2). */
export function servePublicRoutes(http: HttpApp, { deps }: Pick<Edge, 'deps'>, routes: readonly PublicRoute[]): void {
  const standings = createStandings(deps);
  for (const route of routes) {
    http.route({
      method: 'get',
      path: expressPath(route.path),
      async handle(request, response, { signal }) {
        const body = await route.run({ params: request.params, query: request.query }, { clients: deps.clients, standings, signal }).catch((error: unknown) => {
          throw inApiWords(error);
        });
        const text = JSON.stringify(body);
        const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
        response.setHeader('Cache-Control', caching);
        response.setHeader('ETag', tag);
        if (matches(request.get('if-none-match'), tag)) response.status(304).end();
        else response.type('application/json').send(text);
      },
    });
  }
}

function matches(header: string | undefined, tag: string): boolean {
  return header !== undefined && header.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim()));
}
