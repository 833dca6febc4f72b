import type { HttpApp, RequestContext } from '@linli/http';
import { requirePermission } from '@linli/auth';
import { internal } from '@linli/errors';
import type { Request, RequestHandler, Response } from 'express';
import type { Deps } from '../deps';
import { authenticate, type Admitted, type Door } from '../identity/authenticate';
import type { RateLimits } from '../limits/rate-limits';
import { entityTagOf, readIdempotencyKey, readIfMatch } from './preconditions';
import type { Answer, ApiRoute, Call } from './route';
import { inApiWords } from './validate';

/** What every route of the API needs around it. */
export interface Edge {
  readonly deps: Deps;
  readonly door: Door;
  readonly limits: RateLimits;
}

/** Lets a caller in: the account's limits, then the permission. What it lets in is what the handler works with. */
export type Admit = (request: Request, response: Response) => Promise<Admitted>;

export function createAdmit({ door, limits }: Pick<Edge, 'door' | 'limits'>, route: Pick<ApiRoute, 'permission' | 'sensitive'>): Admit {
  return async (request, response) => {
    const admitted = await authenticate(door, request).catch((error: unknown) => {
      throw inApiWords(error);
    });
    await limits.byAccount({ request, response }, admitted.caller);
    if (route.permission !== undefined) requirePermission(admitted.caller, route.permission);
    if (route.sensitive === true) await limits.sensitive({ request, response }, admitted.caller);
    return admitted;
  };
}

/** Lets callers in before their body is read, and says who they are when it was. */
export interface Gate {
  readonly letIn: RequestHandler;
  /** @throws internal REQUEST_NOT_ADMITTED for a request that did not come through `letIn`. */
  readonly admitted: (request: Request) => Admitted;
}

export function createGate(edge: Pick<Edge, 'door' | 'limits'>, route: Pick<ApiRoute, 'permission' | 'sensitive'>): Gate {
  const admit = createAdmit(edge, route);
  const admitted = new WeakMap<Request, Admitted>();
  return {
    async letIn(request, response, next) {
      admitted.set(request, await admit(request, response));
      next();
    },
    admitted(request) {
      const who = admitted.get(request);
      if (who === undefined) throw internal('REQUEST_NOT_ADMITTED', 'the request did not come through the gate');
      return who;
    },
  };
}

/** Puts the table's routes on the app. */
export function serveRoutes(http: HttpApp, edge: Edge, routes: readonly ApiRoute[]): void {
  for (const route of routes) {
    const gate = createGate(edge, route);
    http.route({
      method: route.method,
      path: expressPath(route.path),
      guards: [gate.letIn],
      handle: (request, response, context) => answer(route, { request, response, context }, callOf(edge, gate.admitted(request), { route, context })),
    });
  }
}

/** `/v1/cases/{id}:accept` → `/v1/cases/:id\:accept`, as express 5 reads it. */
export function expressPath(path: string): string {
  return path.replaceAll(':', '\\:').replace(/\{(\w+)\}/g, ':$1');
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly context: RequestContext;
}

async function answer(route: ApiRoute, { request, response, context }: Exchange, call: Call): Promise<void> {
  try {
    const given = await route.run(
      {
        params: request.params,
        query: request.query,
        body: request.body === undefined ? {} : (request.body as unknown),
        requestId: route.creates === true ? readIdempotencyKey(request.get('idempotency-key')) : '',
        version: route.changes === true ? readIfMatch(request.get('if-match')) : 0,
      },
      call,
    );
    send(route, response, given);
  } catch (error) {
    // Whoever asked is gone: there is nobody to answer and nothing to look into.
    if (context.signal.aborted) return;
    throw inApiWords(error);
  }
}

function send(route: ApiRoute, response: Response, { body, version, location }: Answer<unknown>): void {
  if (version !== undefined) response.setHeader('ETag', entityTagOf(version));
  if (location !== undefined) response.setHeader('Location', location);
  response.status(route.status).json(body);
}

function callOf({ deps, door }: Edge, admitted: Admitted, { route, context }: { route: ApiRoute; context: RequestContext }): Call {
  const { clients, names, tokens, log } = deps;
  const { caller, session } = admitted;
  // A change that has begun is carried through, whether or not its sender waits for the answer.
  const options = route.method === 'get' ? { caller, signal: context.signal } : { caller };
  const csrfToken = () => (session === undefined ? undefined : door.keys.csrfTokenOf(session.idHash));
  return { deps: { clients, tokens, log }, clients, names, caller, admitted, csrfToken, options };
}
