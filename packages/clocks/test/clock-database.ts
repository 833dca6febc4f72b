import { openDatabase, openSystemDatabase, type Database, type Migration, type SystemDatabase } from '@linli/db';
import { createTestDatabase, silentLogger, type TestDatabase } from '@linli/testing';
import knexFactory, { type Knex } from 'knex';
import { addRuleSet, clockConstraints, createClockMoveTable, createClockTables, createOwnDayTables, dropClockMoveTable, dropClockTables, dropOwnDayTables } from '../src/index';

/** What a service's migrations do with this package, with a table that stands for its aggregate and its outbox. */
export const migrations: Migration[] = [
  {
    name: '20261124090000_create_clocks',
    up: createClockTables,
    down: dropClockTables,
  },
  {
    name: '20261124090050_create_own_days',
    up: createOwnDayTables,
    down: dropOwnDayTables,
  },
  {
    name: '20261124090070_create_moves',
    up: createClockMoveTable,
    down: dropClockMoveTable,
  },
  {
    name: '20261124090100_add_limits',
    async up(knex) {
      const limit = { amount: 20, unit: 'working_days', roll: 'none' } as const;
      await addRuleSet(knex, { id: 'licensing.decide', version: 1, citation: '行政许可法 42', limit, effectiveFrom: '2004-07-01' });
      await addRuleSet(knex, { id: 'licensing.decide', version: 2, citation: '行政许可法 42 (new)', limit: { ...limit, amount: 15 }, effectiveFrom: '2026-05-01' });
      await knex.schema.createTable('effects', (table) => {
        table.text('clock').notNullable();
        table.text('level').notNullable();
        table.text('replica').notNullable();
        table.specificType('position', 'bigint generated always as identity');
      });
      await knex.raw('grant select, insert on effects to linli_clocks_app');
    },
    async down(knex) {
      await knex.schema.dropTable('effects');
    },
  },
];

export interface ClockDatabase {
  readonly test: TestDatabase;
  readonly app: Database;
  readonly system: SystemDatabase;
  readonly migrator: Knex;
  close(): Promise<void>;
}

/** A fresh database for each test or for all tests of the file, closed and dropped after. */
export function useClockDatabase(scope: 'each' | 'all'): Omit<ClockDatabase, 'close'> {
  let opened: ClockDatabase | undefined;
  const [before, after] = scope === 'each' ? [beforeEach, afterEach] : [beforeAll, afterAll];
  before(async () => {
    opened = await openClockDatabase();
  });
  after(async () => {
    await opened?.close();
  });
  function present(): ClockDatabase {
    if (opened === undefined) throw new Error('use it inside a test');
    return opened;
  }
  return {
    get test() {
      return present().test;
    },
    get app() {
      return present().app;
    },
    get system() {
      return present().system;
    },
    get migrator() {
      return present().migrator;
    },
  };
}

async function openClockDatabase(): Promise<ClockDatabase> {
  const test = await createTestDatabase({ name: 'clocks', migrations });
  const log = silentLogger();
  const app = openDatabase({ url: test.appUrl, name: 'clocks-test', log, constraints: clockConstraints });
  const system = openSystemDatabase({ url: test.relayUrl, name: 'clocks-test-relay', log });
  const migrator = knexFactory({ client: 'pg', connection: test.migratorUrl });
  return {
    test,
    app,
    system,
    migrator,
    async close() {
      await migrator.destroy();
      await app.close();
      await system.close();
      await test.drop();
    },
  };
}
