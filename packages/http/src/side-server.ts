import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger, Metrics } from '@linli/telemetry';
import { listen } from './listen';

/** One thing a process needs to serve. `ok: false` makes the whole process not ready. */
export interface ReadyCheck {
  readonly name: string;
  readonly ok: boolean;
}

export interface SideServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly ready: () => Promise<readonly ReadyCheck[]>;
}

export interface SideServer {
  readonly port: number;
  stop(): Promise<void>;
}

const readyLimitMs = 2_000;
// Less, so that the answer can still name what hangs.
const checkLimitMs = 1_500;
const watchEveryMs = 1_000;

/**
 * `/livez` (the event loop turns), `/readyz` (everything needed answers, else 503 with what does not) and `/metrics`.
 * Whenever what is missing changes, one line of the log says so.
 */
export async function startSideServer(options: SideServerOptions): Promise<SideServer> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((err: unknown) => {
      options.log.error({ err }, 'side server failed');
      send(response, 500, 'failed\n');
    });
  });
  server.requestTimeout = 10_000;
  const port = await listen(server, options.port, options.host);
  const stopWatching = watch(options);
  return {
    port,
    stop: () => {
      stopWatching();
      return close(server);
    },
  };
}

/** Tells a person who reads the log what the process waits for, and that it waits no more. */
function watch({ ready, log }: SideServerOptions): () => void {
  const state = { isLooking: false, isStopped: false };
  let known: string | undefined;
  async function look(): Promise<void> {
    if (state.isLooking) return;
    state.isLooking = true;
    const missing = (await readiness(ready)).flatMap(({ name, ok }) => (ok ? [] : [name]));
    state.isLooking = false;
    if (state.isStopped || missing.join() === known) return;
    known = missing.join();
    if (missing.length === 0) log.info('ready');
    else log.warn({ missing }, 'not ready: waiting for what is missing');
  }
  const timer = setInterval(() => void look(), watchEveryMs);
  void look();
  return () => {
    state.isStopped = true;
    clearInterval(timer);
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: SideServerOptions): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response.setHeader('Allow', 'GET, HEAD'), 405, 'method not allowed\n');
  switch (request.url?.split('?', 1)[0]) {
    case '/livez':
      return send(response, 200, 'ok\n');
    case '/readyz': {
      const checks = await readiness(options.ready);
      const lines = checks.map(({ name, ok }) => `${ok ? 'ok' : 'not ready'} ${name}\n`);
      return send(response, checks.every(({ ok }) => ok) ? 200 : 503, lines.join('') || 'ok\n');
    }
    case '/metrics':
      response.setHeader('Content-Type', options.metrics.contentType);
      return send(response, 200, await options.metrics.expose());
    default:
      return send(response, 404, 'not found\n');
  }
}

/** Whether something that is needed answers in good time, as a check of its own name. */
export async function checkOf(name: string, asked: Promise<unknown>): Promise<ReadyCheck> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, checkLimitMs, false);
  const answered = asked.then(() => true, () => false);
  const ok = await Promise.race([answered, late]);
  clearTimeout(timer);
  return { name, ok };
}

/** Asks within 2 s; a check that throws or hangs is a process that is not ready. */
export async function readiness(ready: () => Promise<readonly ReadyCheck[]>): Promise<readonly ReadyCheck[]> {
  const { promise: late, resolve } = Promise.withResolvers<readonly ReadyCheck[]>();
  const timer = setTimeout(resolve, readyLimitMs, [{ name: 'readiness within 2 s', ok: false }]);
  try {
    return await Promise.race([ready(), late]);
  } catch {
    return [{ name: 'readiness', ok: false }];
  } finally {
    clearTimeout(timer);
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status;
  response.setHeader('Cache-Control', 'no-store');
  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(body);
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
