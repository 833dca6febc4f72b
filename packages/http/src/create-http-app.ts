import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { invalidArgument, notFound } from '@linli/errors';
import type { Logger, Metrics } from '@linli/telemetry';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from 'express';
import { bytesBody, type BytesBody } from './bytes-body';
import { jsonBody } from './json-body';
import { listen } from './listen';
import { createObserver, type Observer, type RequestContext } from './observe';
import { refusalOf, sendProblem, type Render } from './problem';
import { assertDecodable, securityHeaders } from './guards';

export interface HttpAppOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly render: Render;
  /** Bytes of a JSON body; 256 KiB when absent. */
  readonly bodyLimit?: number;
  /** How many proxies stand in front and set X-Forwarded-*; 0 (trust nobody) when absent. */
  readonly proxies?: number;
}

export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** An express 5 pattern: `/v1/cases/:id`, `/v1/cases/:id\\:accept`. No parameter takes a value with a colon, which begins an action. */
  readonly path: string;
  /** `json` (the rule for POST, PUT and PATCH) parses and guards the body; `none` leaves it unread to `handle`; bytes of one type are kept as they are. */
  readonly body?: 'json' | 'none' | BytesBody;
  /** Run in order before the body is read: whoever is refused here has cost us no more than headers. */
  readonly guards?: readonly RequestHandler[];
  /** Run in order between the body's guard and `handle`. */
  readonly before?: readonly RequestHandler[];
  /** Whatever it throws becomes a problem. */
  readonly handle: (request: Request, response: Response, context: RequestContext) => void | Promise<void>;
}

export interface HttpApp {
  /** For what no route covers (static pages, a rate limit before all routes); use it before `start`. */
  readonly express: Express;
  /** Aborted when the app begins to stop: long answers such as event streams must end then. */
  readonly stopping: AbortSignal;
  route(route: Route): void;
  /** The id and the abort signal of a request, for middleware of one's own. */
  contextOf(request: Request): RequestContext;
  /** Listens; gives the port. */
  start(port: number, host?: string): Promise<number>;
  /** Finishes what is in flight for at most `graceMs`, then cuts. */
  stop(graceMs: number): Promise<void>;
}

const usualBodyLimit = 256 * 1024;

/** An express 5 app whose every refusal is problem+json, and which logs, counts and traces each request once. */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').enable('strict routing');
  app.set('trust proxy', options.proxies ?? 0);
  const observer = createObserver(options.log, options.metrics);
  const parseBody = jsonBody(options.bodyLimit ?? usualBodyLimit);
  const readerOf = (body: Route['body']) => (body === 'json' ? parseBody : typeof body === 'object' ? bytesBody(body) : []);
  const methods = new Map<string, Set<string>>();
  const stopping = new AbortController();
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 65_000 }, app);
  server.on('clientError', answerBrokenRequest(options.log)).on('checkExpectation', app);

  const nameRoute = (path: string): RequestHandler => (request, _response, next) => {
    // A colon begins an action: `/v1/cases/42:accept` is no case with the id `42:accept`.
    if (Object.values(request.params).some((value) => value.includes(':'))) return next('route');
    observer.stateOf(request).route = path;
    next();
  };

  const underWay = new Set<Response>();
  app.use((_request, response, next) => {
    underWay.add(response);
    // `Connection: close`: whoever is answered while we stop must not send the next request into a closing socket.
    if (stopping.signal.aborted) response.shouldKeepAlive = false;
    response.once('close', () => {
      underWay.delete(response);
      // A stream's headers went out before the stop: its connection is let go as soon as it is idle.
      if (stopping.signal.aborted) setImmediate(() => server.closeIdleConnections());
    });
    next();
  });
  app.use(observer.observe, securityHeaders, assertDecodable);

  return {
    express: app,
    stopping: stopping.signal,
    contextOf: observer.stateOf,
    route({ method, path, body = method === 'get' || method === 'delete' ? 'none' : 'json', guards = [], before = [], handle }) {
      const last: RequestHandler = (request, response) => handle(request, response, observer.stateOf(request));
      app[method](path, nameRoute(path), ...guards, ...readerOf(body), ...before, last);
      const known = methods.get(path) ?? new Set(['OPTIONS']);
      methods.set(path, known.add(method.toUpperCase()));
      if (method === 'get') known.add('HEAD');
    },
    async start(port, host) {
      for (const [path, allowed] of methods) app.all(path, nameRoute(path), refuseMethod([...allowed].sort().join(', ')));
      app.use(() => {
        throw notFound('ROUTE_NOT_FOUND', 'no such route');
      });
      app.use(answerErrors(options, observer));
      return listen(server, port, host);
    },
    async stop(graceMs) {
      for (const response of underWay) response.shouldKeepAlive = false;
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function answerErrors({ log, render }: HttpAppOptions, observer: Observer): ErrorRequestHandler {
  // eslint-disable-next-line max-params -- express knows an error handler by its four parameters
  return (thrown: unknown, request, response, _next) => {
    const state = observer.stateOf(request);
    state.refusal = refusalOf(thrown);
    if (response.headersSent) return response.destroy();
    const { error } = state.refusal;
    try {
      sendProblem(request, response, { error, render, traceId: state.requestId });
    } catch (err) {
      log.error({ err, reason: error.reason }, 'problem could not be rendered');
      sendProblem(request, response, { error, render: unrendered, traceId: state.requestId });
    }
  };
}

function unrendered(reason: string): { title: string; detail: string } {
  return { title: reason, detail: '' };
}

function refuseMethod(allow: string): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', allow);
    if (request.method === 'OPTIONS') response.status(204).end();
    else throw invalidArgument('METHOD_NOT_ALLOWED', 'the route does not serve this method', { details: { allow } });
  };
}

// Bytes that Node could not read as HTTP never reach express; they get a problem too, in neither language.
function answerBrokenRequest(log: Logger): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const [line, code, detail] =
      error.code === 'HPE_HEADER_OVERFLOW' ? ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE', 'The URL and the headers are larger than 16 KiB together.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? ['408 Request Timeout', 'REQUEST_TOO_SLOW', 'The request did not arrive in time.']
      : ['400 Bad Request', 'REQUEST_MALFORMED', 'The bytes are no HTTP request.'];
    const [status, title, traceId] = [Number(line.slice(0, 3)), line.slice(4), randomBytes(16).toString('hex')];
    log.info({ status, reason: code, request_id: traceId }, 'request');
    const body = JSON.stringify({ type: `urn:linli:problem:${code}`, title, status, detail, instance: '/', code, traceId });
    socket.end(`HTTP/1.1 ${line}\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
  };
}
