import { createInternalTokens } from '@linli/auth';
import { openDatabase, openSystemDatabase, pageToken } from '@linli/db';
import { createGrpcClients } from '@linli/grpc';
import { createHttpApp, startSideServer, type SideServer } from '@linli/http';
import { createLogger, createMetrics } from '@linli/telemetry';
import { connectClients } from './clients';
import type { ServiceConfig } from './config';
import type { Deps } from './deps';
import { createLiveEvents } from './events/live-events';
import { serveStream } from './events/serve-stream';
import { createAccounts } from './identity/accounts';
import type { Door } from './identity/authenticate';
import { createIssuer } from './identity/issuer';
import { createRateLimits } from './limits/rate-limits';
import { createReadiness, serveHealth } from './health';
import { serveSheets } from './imports/serve-sheets';
import { createNameMemory } from './names/name-memory';
import { renderReason } from './messages/render';
import { servePages } from './pages/serve-pages';
import { serveRoutes } from './routing/serve';
import { servePublicRoutes } from './routing/serve-public';
import { publicRouteTable, routeTable } from './routing/table';
import { createCookies } from './sessions/cookies';
import { createSessionKeys } from './sessions/sealed';
import { serveSignIn } from './sessions/sign-in';
import { removeEndedSessions } from './sessions/store';

const stopGraceMs = 10_000;
const cleaningMs = 10 * 60_000;

export interface GatewayApp {
  readonly deps: Deps;
  /** Filled by `start`. */
  readonly ports: { http: number; side: number };
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The only HTTP edge. `overrides` replace members of `deps`. */
export async function createApp(config: ServiceConfig, overrides: Partial<Deps> = {}): Promise<GatewayApp> {
  const log = overrides.log ?? createLogger('gateway', { level: config.logLevel });
  const metrics = overrides.metrics ?? createMetrics('gateway');
  const internal = createInternalTokens({ issuer: 'gateway', privateKey: config.internalKey, trustedKeys: config.internalTrustedKeys });
  const grpc = createGrpcClients({ internal });
  const system = openSystemDatabase({ url: config.databaseRelayUrl, name: 'gateway-system', log });
  const now = overrides.now ?? (() => new Date());
  const deps: Deps = {
    config,
    log,
    metrics,
    db: openDatabase({ url: config.databaseUrl, name: 'gateway', log }),
    clients: connectClients(grpc, config),
    names: createNameMemory({ now }),
    now,
    tokens: pageToken(config.pageTokenKey),
    ...overrides,
  };
  const ports = { http: 0, side: 0 };
  const issuer = createIssuer(config, log);
  const door: Door = {
    db: deps.db,
    now: deps.now,
    issuer,
    accounts: createAccounts(deps),
    cookies: createCookies(config.publicUrl.startsWith('https:')),
    keys: createSessionKeys(config.sessionKey),
    limits: { idleMs: config.sessionIdleMinutes * 60_000, absoluteMs: config.sessionHours * 3_600_000 },
    origin: () => (config.publicUrl === '' ? `http://127.0.0.1:${ports.http}` : new URL(config.publicUrl).origin),
  };
  const limits = createRateLimits(config);
  const live = createLiveEvents({ brokers: config.brokers, log });
  live.follow({ onEvent: () => undefined, onAccount: door.accounts.forget });
  const ready = createReadiness({ db: deps.db, issuer, live });
  const http = createHttpApp({ log, metrics, render: renderReason, proxies: config.proxies });
  serveHealth(http, ready);
  http.express.use(async (request, response, next) => {
    await limits.byAddress({ request, response });
    next();
  });
  const edge = { deps, door, limits };
  serveRoutes(http, edge, routeTable);
  servePublicRoutes(http, edge, publicRouteTable);
  serveStream(http, edge, live);
  serveSheets(http, edge);
  serveSignIn(http, edge);
  servePages(http, edge);

  let side: SideServer | undefined;
  const cleaning = { every: undefined as NodeJS.Timeout | undefined };

  return {
    deps,
    ports,
    async start() {
      side = await startSideServer({ port: config.sidePort, host: config.host, log, metrics, ready });
      ports.side = side.port;
      await live.tail.start();
      cleaning.every = setInterval(() => {
        removeEndedSessions(system, { now: deps.now(), idleMs: door.limits.idleMs }).catch((err: unknown) => log.warn({ err }, 'ended sessions were not removed'));
      }, cleaningMs);
      ports.http = await http.start(config.httpPort, config.host);
    },
    async stop() {
      clearInterval(cleaning.every);
      await http.stop(stopGraceMs);
      await live.tail.stop();
      await side?.stop();
      grpc.close();
      await deps.db.close();
      await system.close();
    },
  };
}
