import { createHash } from 'node:crypto';
import type { HttpApp } from '@linli/http';
import { createStandings } from '../tenants/standings';
import type { Edge } from './serve';
import { expressPath } from './serve';
import type { PublicRoute } from './public-route';
import { inApiWords } from './validate';

/** What is published may be a minute old: a cache in between keeps it so long. */
const caching = 'public, max-age=60';

/** Puts the public reads on the app: no sign-in, and an ETag of what is said, so that what has not changed is not sent again (RFC 9110 §13.1.2). */
export function servePublicRoutes(http: HttpApp, { deps }: Pick<Edge, 'deps'>, routes: readonly PublicRoute[]): void {
  const standings = createStandings(deps);
  const asked = new Map<string, Promise<Said>>();

  /**
   * Whoever asks for the same while it is being fetched shares the answer: a page that a whole district opens at once costs one
   * query. Nobody's leaving takes it from the others, so it hangs on no visitor's signal.
   */
  function shared(address: string, run: () => Promise<unknown>): Promise<Said> {
    const under = asked.get(address);
    if (under !== undefined) return under;
    const said = run().then(inText).finally(() => asked.delete(address));
    asked.set(address, said);
    return said;
  }

  for (const route of routes) {
    http.route({
      method: 'get',
      path: expressPath(route.path),
      async handle(request, response) {
        const raw = { params: request.params, query: request.query };
        const signal = new AbortController().signal;
        const { text, tag } = await shared(request.originalUrl, () => route.run(raw, { clients: deps.clients, standings, signal })).catch((error: unknown) => {
          throw inApiWords(error);
        });
        response.setHeader('Cache-Control', caching);
        response.setHeader('ETag', tag);
        if (matches(request.get('if-none-match'), tag)) response.status(304).end();
        else response.type('application/json').send(text);
      },
    });
  }
}

interface Said {
  readonly text: string;
  readonly tag: string;
}

function inText(body: unknown): Said {
  const text = JSON.stringify(body);
  return { text, tag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"` };
}

function matches(header: string | undefined, tag: string): boolean {
  return header !== undefined && header.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim()));
}
