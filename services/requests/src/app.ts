import { createSealer } from '@linli/audit';
import { createInternalTokens } from '@linli/auth';
import { clockConstraints, createAlarmScanner, createCalendars, loadCalendar, type AlarmScanner } from '@linli/clocks';
import { requests, residents, thread, work } from '@linli/contracts';
import { createAnswerPruner, openDatabase, openSystemDatabase, pageToken } from '@linli/db';
import { createGrpcClients, createGrpcServer, type GrpcServer } from '@linli/grpc';
import { checkOf, startSideServer, type SideServer } from '@linli/http';
import { createConsumer, createRelay, type EventHandlers } from '@linli/messaging';
import { clockFrom } from '@linli/runtime';
import { createLogger, createMetrics } from '@linli/telemetry';
import { caseAlarms, caseDueMoved } from './cases/alarms';
import { caseService } from './cases/grpc';
import { createNumberSeries } from './cases/numbers';
import { changeOwners, releaseCases } from './cases/owners';
import { succeedUnit } from './cases/succession';
import { caseConstraints } from './cases/store';
import type { RequestsConfig } from './config';
import type { Deps } from './deps';
import { directoryHandlers, dutyTimer, successionTimer } from './directory/events';
import { ownDayHandlers } from './directory/own-days';
import { itemService } from './items/grpc';
import { itemConstraints } from './items/store';
import { mandateTimer } from './mandates/end-mandate';
import { mandateService } from './mandates/grpc';
import { threadService } from './thread/grpc';
import { createTimerSweep, type TimerSweep } from './timers/timer-sweep';
import { workQueueService } from './work/grpc';

/** What each violated constraint means. */
const constraints = { ...clockConstraints, ...itemConstraints, ...caseConstraints };

export interface RequestsApp {
  readonly deps: Deps;
  /** Filled by `start`. */
  readonly ports: { grpc: number; side: number };
  /** What runs by itself, to be run at once: alarms, and things due at a time. */
  readonly scanner: AlarmScanner;
  readonly timers: TimerSweep;
  /** What others' events do here, for the operator's redrive of parked ones. */
  readonly handlers: EventHandlers;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The service, ready to start. `overrides` replaces any member of its dependencies: the one seam for tests. */
export async function createApp(config: RequestsConfig, overrides: Partial<Deps> = {}): Promise<RequestsApp> {
  const log = overrides.log ?? createLogger('requests', { level: config.logLevel });
  const metrics = createMetrics('requests');
  const internal = createInternalTokens({ issuer: 'requests', privateKey: config.internalKey, trustedKeys: config.internalTrustedKeys });
  const now = overrides.now ?? clockFrom(config.clock);

  const system = openSystemDatabase({ url: config.databaseRelayUrl, name: 'requests-system', log });
  const relay = createRelay({ database: system, brokers: config.kafkaBrokers, clientId: 'requests', source: 'linli/requests', log, metrics });
  const db = overrides.db ?? openDatabase({ url: config.databaseUrl, name: 'requests', log, constraints, onCommit: () => relay.wake() });
  const clients = createGrpcClients({ internal });
  const calendars = createCalendars(overrides.calendar ?? loadCalendar(), system);
  const deps: Deps = {
    db,
    now,
    log,
    config,
    tokens: pageToken(config.pageTokenKey),
    numbers: createNumberSeries(db),
    persons: clients.connect(residents.PersonServiceDefinition, { address: config.residentsAddress, audience: 'residents' }),
    ...overrides,
    calendar: calendars,
  };
  const onMandateEnded = releaseCases(deps);
  const onStaffChanged = changeOwners(deps);
  const onUnitSucceeded = succeedUnit(deps);

  const server = createGrpcServer({ service: 'requests', internal, log, metrics });
  addServices(server, { ...deps, onMandateEnded });

  const handlers = { ...directoryHandlers(deps, { onStaffChanged, onUnitSucceeded }), ...ownDayHandlers(deps) };
  const consumer = createConsumer({ database: db, system, brokers: config.kafkaBrokers, group: config.consumerGroup, handlers, log, metrics });
  const sweeps = {
    duty: dutyTimer(deps, { onStaffChanged }),
    mandate: mandateTimer(deps, { onMandateEnded }),
    succession: successionTimer(deps, { onUnitSucceeded }),
  };
  const timers = createTimerSweep({ db, system, now, log, handlers: sweeps });
  const scanner = createAlarmScanner({ database: db, system, calendar: deps.calendar, calendars, now, onAlarms: caseAlarms(deps), onMoved: caseDueMoved(deps), log, metrics });
  const sealer = createSealer({ system, signingKey: config.auditSigningKey, log, metrics, now });
  const answers = createAnswerPruner({ system, log });

  const ports = { grpc: 0, side: 0 };
  let side: SideServer | undefined;

  let joined = false;
  async function ready() {
    // A broker that goes away later leaves the service useful: what it changes waits in its outbox.
    joined ||= consumer.ready();
    return [await checkOf('database', db.ping()), { name: 'events', ok: joined }];
  }

  return {
    deps,
    ports,
    scanner,
    timers,
    handlers,
    async start() {
      side = await startSideServer({ port: config.sidePort, host: config.host, log, metrics, ready });
      ports.side = side.port;
      await consumer.start();
      await relay.start();
      await scanner.start();
      timers.start();
      await sealer.start();
      answers.start();
      ports.grpc = await server.start(config.grpcPort, config.host);
    },
    async stop() {
      await server.stop(10_000);
      await Promise.all([consumer.stop(), scanner.stop(), timers.stop(), sealer.stop(), answers.stop()]);
      await relay.stop();
      await side?.stop();
      clients.close();
      await Promise.all([db.close(), system.close()]);
    },
  };
}

function addServices(server: GrpcServer, deps: Parameters<typeof mandateService>[0] & Deps): void {
  server.add(requests.ItemServiceDefinition, itemService(deps));
  server.add(requests.MandateServiceDefinition, mandateService(deps));
  server.add(requests.CaseServiceDefinition, caseService(deps));
  server.add(work.WorkQueueServiceDefinition, workQueueService(deps));
  server.add(thread.ThreadServiceDefinition, threadService(deps));
}
