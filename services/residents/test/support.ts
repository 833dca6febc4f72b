import type { Caller } from '@linli/auth';
import { organization, residents } from '@linli/contracts';
import { newId } from '@linli/db';
import { createGrpcClients, type GrpcClient } from '@linli/grpc';
import { handleAlone, type EventHandlers } from '@linli/messaging';
import { createTestDatabase, fixedClock, silentLogger, testCaller, testKeys, type TestClock, type TestDatabase } from '@linli/testing';
import knexFactory, { type Knex } from 'knex';
import type { Deps } from '../src/deps';
import { createApp, migrations, readServiceConfig, type ResidentsApp } from '../src/index';
import { checkCharacter } from '../src/persons/identity-number';
import { movePersons } from '../src/persons/move-persons';
import { unitHandlers } from '../src/units/events';

export interface Registry {
  readonly app: ResidentsApp;
  readonly database: TestDatabase;
  /** Superuser: sees all tenants and the outbox. */
  readonly knex: Knex;
  readonly clock: TestClock;
  readonly persons: GrpcClient<typeof residents.PersonServiceDefinition>;
  stop(): Promise<void>;
}

export const keys = {
  VAULT_KEY: Buffer.alloc(32, 'vault').toString('base64'),
  BLIND_INDEX_KEY: Buffer.alloc(32, 'index').toString('base64'),
};

/** The service on free ports, with its own database and a client that has the gateway's key. Without brokers the outbox keeps its rows. */
export async function startRegistry({ brokers = ['127.0.0.1:1'], ...overrides }: Partial<Deps> & { brokers?: string[] } = {}): Promise<Registry> {
  const database = await createTestDatabase({ name: 'residents', migrations });
  const tokens = testKeys();
  const clock = fixedClock('2026-11-24T09:00:00+08:00');
  const config = readServiceConfig({
    ...tokens.environment('residents'),
    ...keys,
    DATABASE_URL: database.appUrl,
    DATABASE_RELAY_URL: database.relayUrl,
    KAFKA_BROKERS: brokers.join(','),
    CONSUMER_GROUP: `residents-${newId()}`,
    GRPC_PORT: '0',
    SIDE_PORT: '0',
    PAGE_TOKEN_KEY: 'a key that is long enough for tests',
  });
  const app = await createApp(config, { now: clock.now, log: silentLogger(), ...overrides });
  await app.start();
  const knex = knexFactory({ client: 'pg', connection: database.adminUrl, pool: { min: 0, max: 2 } });
  const clients = createGrpcClients({ internal: tokens.internal('gateway') });
  return {
    app,
    database,
    knex,
    clock,
    persons: clients.connect(residents.PersonServiceDefinition, { address: `127.0.0.1:${app.ports.grpc}`, audience: 'residents' }),
    async stop() {
      clients.close();
      await app.stop();
      await knex.destroy();
      await database.drop();
    },
  };
}

export interface Place {
  readonly id: string;
  readonly path: string;
}

/** A unit as organization's event tells of it. */
export async function addUnit(registry: Registry, parentPath = '/', tenantId = 'xingsheng'): Promise<Place> {
  const id = newId();
  const path = `${parentPath}${id}/`;
  const payload = organization.UnitCreated.fromPartial({ unitId: id, kind: organization.UnitKind.UNIT_KIND_GRID, path, code: id, validFrom: '2026-01-01' });
  await apply(registry, { type: 'linli.organization.v1.UnitCreated', tenantId, aggregateId: id, version: 1, payload });
  return { id, path };
}

export async function apply(
  { app }: Registry,
  event: { type: string; tenantId: string; aggregateId: string; version: number; payload: object },
): Promise<void> {
  const handlers: EventHandlers = unitHandlers({ onUnitSucceeded: movePersons(app.deps) });
  const handler = handlers[event.type];
  if (handler === undefined) throw new Error(`nobody handles ${event.type}`);
  await app.deps.db.withTenant(event, (tx) => handleAlone(handler, tx, { ...event, id: newId(), time: new Date() }));
}

export const clerkPermissions = ['register', 'update', 'read', 'find', 'reveal'].map((verb) => `residents.person.${verb}`);
export const residentPermissions = ['read', 'update', 'accesses', 'reveal'].map((verb) => `residents.person.${verb}`);

export function clerk(tenantId = 'xingsheng'): Caller {
  return testCaller({ tenantId, subject: '01900000-0000-7000-8000-00000000c1e4', permissions: clerkPermissions });
}

/** A clerk of one subtree only. */
export function clerkOf(path: string): Caller {
  return testCaller({ grants: [{ permissions: [...clerkPermissions, 'residents.person.accesses'], scope: 'subtree', unitPath: path }] });
}

export function resident(personId: string, tenantId = 'xingsheng'): Caller {
  return testCaller({ tenantId, subject: personId, kind: 'resident', grants: [{ permissions: residentPermissions, scope: 'self', unitPath: '' }] });
}

let serial = 0;

/** A number of nobody: the district 99 of no province that has one. */
export function inventedNumber(): string {
  serial += 1;
  const stem = `15990019490101${String(serial).padStart(3, '0')}`;
  return `${stem}${checkCharacter(stem)}`;
}

/** A phone of nobody: 199 0… is not assigned. */
export function inventedPhone(): string {
  serial += 1;
  return `1990${String(serial).padStart(7, '0')}`;
}

export async function register(
  registry: Registry,
  facts: Partial<residents.RegisterPersonRequest> & Pick<residents.RegisterPersonRequest, 'unitId'>,
  caller: Caller = clerk(),
): Promise<residents.Person> {
  const { person } = await registry.persons.registerPerson({ name: '王小明', phone: inventedPhone(), ...facts }, { caller });
  if (person === undefined) throw new Error('no person came back');
  return person;
}

/** `['PersonRegistered 1', 'PersonUpdated 2']` */
export async function history(registry: Registry, id: string): Promise<string[]> {
  const rows = await registry.knex('outbox').where({ aggregate_id: id }).orderBy('id').select<{ event_type: string; aggregate_version: string }[]>();
  return rows.map((row) => `${row.event_type.replace('linli.residents.v1.', '')} ${row.aggregate_version}`);
}
