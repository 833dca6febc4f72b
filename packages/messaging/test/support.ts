import { randomBytes } from 'node:crypto';
import { once as happens } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createTenantTable, openDatabase, openSystemDatabase, type Database, type Migration, type SystemDatabase, type Tx } from '@linli/db';
import { createMetrics, type Metrics } from '@linli/telemetry';
import { createTestDatabase, silentLogger, testBrokers, type TestDatabase } from '@linli/testing';
import { Kafka, logLevel } from 'kafkajs';
import { createConsumer, createMessagingTables, createTopics, dropMessagingTables, enqueue, type ConsumerOptions, type EventCatalogue, type EventConsumer, type IncomingEvent } from '../src';
import { decodeRecord, type ReceivedEvent } from '../src/envelope';

/** A stand-in for a service: counters that change, and what another service did with the events. */
export const migrations: Migration[] = [
  {
    name: '20261124000000_create_messaging_test',
    async up(knex) {
      await createMessagingTables(knex);
      await createTenantTable(knex, 'counters', (t) => void [t.text('id').notNullable(), t.integer('version').notNullable()], { key: ['id'] });
      await createTenantTable(
        knex,
        'effects',
        (t) => {
          t.specificType('seq', 'bigint generated always as identity').notNullable();
          t.text('consumer').notNullable();
          t.uuid('event_id').notNullable();
          t.text('aggregate_id').notNullable();
          t.integer('version').notNullable();
          t.specificType('at', 'timestamptz').notNullable().defaultTo(knex.raw('clock_timestamp()'));
        },
        { key: ['seq'] },
      );
    },
    async down(knex) {
      await knex.schema.dropTable('effects');
      await knex.schema.dropTable('counters');
      await dropMessagingTables(knex);
    },
  },
];

export const counted = 'linli.test.v1.Counted';
export const ignored = 'linli.test.v1.Ignored';
export const tenantId = 'xingsheng';
export const scope = { tenantId };

export interface Counted {
  readonly note: string;
}

export interface World {
  readonly test: TestDatabase;
  readonly database: Database;
  readonly system: SystemDatabase;
  readonly admin: SystemDatabase;
  readonly topic: string;
  readonly catalogue: EventCatalogue;
  readonly metrics: Metrics;
  readonly brokers: string[];
  /** Stopped before the pools close, last made first. */
  readonly stops: (() => Promise<void>)[];
  onCommit: () => void;
}

export function uniqueName(stem: string): string {
  return `${stem}-${randomBytes(4).toString('hex')}`;
}

async function createWorld(options: { partitions?: number; poolSize?: number } = {}): Promise<World> {
  const test = await createTestDatabase({ name: 'messaging', migrations });
  const log = silentLogger();
  const topic = uniqueName('internal.test.counter.v1');
  const brokers = testBrokers();
  await createTopics(brokers, { topics: [topic], partitions: options.partitions ?? 3, log });
  const codec = { toJSON: (message: object) => message, fromJSON: (object: unknown) => object };
  const facts = { topic, aggregateType: 'counter', codec };
  const world: World = {
    test,
    database: openDatabase({ url: test.appUrl, name: 'test-app', log, poolSize: options.poolSize ?? 10, onCommit: () => world.onCommit() }),
    system: openSystemDatabase({ url: test.relayUrl, name: 'test-relay', log, poolSize: 6 }),
    admin: openSystemDatabase({ url: test.adminUrl, name: 'test-admin', log }),
    topic,
    catalogue: { [counted]: facts, [ignored]: facts },
    metrics: createMetrics('test'),
    brokers,
    stops: [],
    onCommit: () => undefined,
  };
  return world;
}

/** A fresh world, and a consumer group's name, for each test of a file. */
export function useWorld(): { readonly world: World; readonly group: string } {
  const current: { world?: World; group: string } = { group: '' };
  beforeEach(async () => {
    current.world = await createWorld();
    current.group = uniqueName('test-consumer');
  });
  afterEach(() => current.world && closeWorld(current.world));
  return {
    get world() {
      if (current.world === undefined) throw new Error('outside a test');
      return current.world;
    },
    get group() {
      return current.group;
    },
  };
}

async function closeWorld(world: World): Promise<void> {
  for (const stop of world.stops.reverse()) await stop();
  await Promise.all([world.database.close(), world.system.close(), world.admin.close()]);
  await world.test.drop();
}

/** One change of one aggregate, the way a use case makes it: lock, change, enqueue. Returns the new version. */
export async function change(world: World, id: string, how: { tenantId?: string; type?: string; note?: string } = {}): Promise<number> {
  return world.database.withTenant({ tenantId: how.tenantId ?? tenantId }, (tx) => changeIn(world, tx, { id, ...how }));
}

export async function changeIn(
  world: World,
  tx: Tx,
  { id, tenantId: tenant = tenantId, type = counted, note = '' }: { id: string; tenantId?: string; type?: string; note?: string },
): Promise<number> {
  const { rows } = await tx.raw<{ rows: { version: number }[] }>(
    `insert into counters (tenant_id, id, version) values (?, ?, 1)
     on conflict (tenant_id, id) do update set version = counters.version + 1 returning version`,
    [tenant, id],
  );
  const version = rows[0]?.version ?? 0;
  await enqueue(tx, { type, aggregateId: id, version, payload: { note } satisfies Counted }, world.catalogue);
  return version;
}

export function relayOptions(world: World, clientId = 'relay') {
  return { database: world.system, brokers: world.brokers, clientId, source: `linli/${clientId}`, log: silentLogger(), metrics: world.metrics };
}

/** A consumer that writes each event's effect into `effects`; `spoil` may throw first. */
export async function startConsumer(
  world: World,
  group: string,
  options: Partial<ConsumerOptions> & { spoil?: (event: IncomingEvent<Counted>) => void | Promise<void> } = {},
): Promise<EventConsumer> {
  const { spoil, ...rest } = options;
  const consumer = createConsumer({
    database: world.database,
    system: world.system,
    brokers: world.brokers,
    group,
    handlers: effectHandlers(group, spoil),
    catalogue: world.catalogue,
    log: silentLogger(),
    metrics: world.metrics,
    ...rest,
  });
  world.stops.push(() => consumer.stop());
  await consumer.start();
  return consumer;
}

export function effectHandlers(group: string, spoil?: (event: IncomingEvent<Counted>) => void | Promise<void>) {
  return {
    [counted]: async (tx: Tx, event: IncomingEvent<Counted>) => {
      await tx('effects').insert({
        tenant_id: event.tenantId,
        consumer: group,
        event_id: event.id,
        aggregate_id: event.aggregateId,
        version: event.version,
      });
      await spoil?.(event);
    },
  };
}

/** Versions applied per aggregate, in the order of their effects. */
export async function effects(world: World, group: string): Promise<Record<string, number[]>> {
  const rows = (await world.admin.knex('effects').where({ consumer: group }).orderBy('seq')) as { aggregate_id: string; version: number }[];
  const byAggregate: Record<string, number[]> = {};
  for (const { aggregate_id: id, version } of rows) (byAggregate[id] ??= []).push(version);
  return byAggregate;
}

export function upTo(version: number): number[] {
  return Array.from({ length: version }, (_, index) => index + 1);
}

export async function outboxSize(world: World): Promise<number> {
  const rows: unknown[] = await world.admin.knex('outbox');
  return rows.length;
}

export function testKafka(world: World): Kafka {
  return new Kafka({ brokers: world.brokers, clientId: 'probe', logLevel: logLevel.NOTHING });
}

/** Everything that lies on the topic so far, by partition and offset, as an outside subscriber would read it. */
export async function readTopic(world: World, expected: (events: ReceivedEvent[]) => boolean): Promise<ReceivedEvent[]> {
  const consumer = testKafka(world).consumer({ groupId: uniqueName('probe') });
  const seen: ReceivedEvent[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: world.topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ topic, partition, message }) => {
          const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, Buffer.from(String(value))] as const);
          const decoded = decodeRecord({ topic, partition, offset: message.offset, key: message.key, value: message.value, headers });
          if ('event' in decoded) seen.push(decoded.event);
          if (expected(seen)) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return seen;
}

/** A cable to a server that a test can cut and mend. */
export async function createProxy(target: string): Promise<{ url: string; cut(): Promise<void>; mend(): Promise<void> }> {
  const url = new URL(target);
  const upstream = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  const server = createServer((inside) => {
    const outside = connect(upstream);
    for (const [socket, peer] of [[inside, outside], [outside, inside]] as const) {
      sockets.add(socket);
      socket.pipe(peer);
      socket.on('error', () => peer.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
  });
  async function mend(): Promise<void> {
    server.listen(Number(url.port), '127.0.0.1');
    await happens(server, 'listening');
  }
  url.port = '0';
  await mend();
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    mend,
    async cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
