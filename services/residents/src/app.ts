import { createSealer } from '@linli/audit';
import { createInternalTokens } from '@linli/auth';
import { residents } from '@linli/contracts';
import { createAnswerPruner, openDatabase, openSystemDatabase, pageToken } from '@linli/db';
import { createGrpcServer } from '@linli/grpc';
import { checkOf, startSideServer, type SideServer } from '@linli/http';
import { createConsumer, createRelay, type EventHandlers } from '@linli/messaging';
import { clockFrom, type App } from '@linli/runtime';
import { createLogger, createMetrics } from '@linli/telemetry';
import type { ResidentsConfig } from './config';
import type { Deps } from './deps';
import { personService } from './persons/grpc';
import { movePersons } from './persons/move-persons';
import { personConstraints } from './persons/store';
import { unitHandlers } from './units/events';
import { createVault } from './vault/vault';

const name = 'residents';

export interface ResidentsApp extends App {
  readonly deps: Deps;
  /** Known once started. */
  readonly ports: { grpc: number; side: number };
  /** What others' events do here, for the operator's redrive of parked ones. */
  readonly handlers: EventHandlers;
}

/** The whole service. `overrides` replaces any member of its dependencies, for tests. */
export async function createApp(config: ResidentsConfig, overrides: Partial<Deps> = {}): Promise<ResidentsApp> {
  const log = overrides.log ?? createLogger(name, { level: config.logLevel });
  const now = overrides.now ?? clockFrom(config.clock);
  const metrics = createMetrics(name);
  const internal = createInternalTokens({ issuer: name, privateKey: config.internalKey, trustedKeys: config.internalTrustedKeys });

  const system = openSystemDatabase({ url: config.databaseRelayUrl, name: `${name}-relay`, log });
  const relay = createRelay({ database: system, brokers: config.kafkaBrokers, clientId: name, source: `linli/${name}`, log, metrics });
  const db = openDatabase({ url: config.databaseUrl, name, log, constraints: personConstraints, onCommit: () => relay.wake() });
  const vault = createVault({ vaultKey: config.vaultKey, blindIndexKey: config.blindIndexKey, now });
  const deps: Deps = { db, now, log, config, tokens: pageToken(config.pageTokenKey, now), vault, ...overrides };

  const server = createGrpcServer({ service: name, internal, log, metrics });
  server.add(residents.PersonServiceDefinition, personService(deps));

  const handlers = unitHandlers({ onUnitSucceeded: movePersons(deps) });
  const consumer = createConsumer({ database: db, system, brokers: config.kafkaBrokers, group: config.consumerGroup, handlers, log, metrics });
  const sealer = createSealer({ system, ...(config.auditSigningKey && { signingKey: config.auditSigningKey }), log, metrics, now });
  const answers = createAnswerPruner({ system, log });

  const ports = { grpc: 0, side: 0 };
  let side: SideServer | undefined;
  let joined = false;
  return {
    deps,
    ports,
    handlers,
    async start() {
      side = await startSideServer({ port: config.sidePort, host: config.host, log, metrics, ready });
      ports.side = side.port;
      await relay.start();
      await consumer.start();
      await sealer.start();
      answers.start();
      ports.grpc = await server.start(config.grpcPort, config.host);
    },
    async stop() {
      await server.stop(5_000);
      await consumer.stop();
      await relay.stop();
      await sealer.stop();
      await answers.stop();
      await side?.stop();
      await db.close();
      await system.close();
    },
  };

  async function ready() {
    // A broker that goes away later leaves the service useful: what it changes waits in its outbox.
    joined ||= consumer.ready();
    return [await checkOf('database', db.ping()), { name: 'events', ok: joined }];
  }
}
