import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeSchema, migrate, migrateDown } from '@linli/db';
import { createTestDatabase, silentLogger, type TestDatabase } from '@linli/testing';
import knexFactory, { type Knex } from 'knex';
import { migrations } from '../src/index';

const snapshot = path.join(__dirname, '../schema.snapshot');
let database: TestDatabase;
let knex: Knex;

beforeAll(async () => {
  database = await createTestDatabase({ name: 'residents', migrations });
  knex = knexFactory({ client: 'pg', connection: database.migratorUrl, pool: { min: 0, max: 1 } });
});

afterAll(async () => {
  await knex.destroy();
  await database.drop();
});

it('go up, down and up again to the schema that is committed', async () => {
  const first = await describeSchema(knex);
  await migrateDown({ url: database.migratorUrl, migrations, log: silentLogger() });
  const { rows } = await knex.raw<{ rows: { relname: string }[] }>(
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'schema_migrations%'`,
  );
  expect(rows).toEqual([]);
  await migrate({ url: database.migratorUrl, migrations, log: silentLogger() });
  const again = await describeSchema(knex);
  expect(again).toBe(first);
  if (process.env['UPDATE_SNAPSHOT'] === '1') writeFileSync(snapshot, again);
  expect(again).toBe(readFileSync(snapshot, 'utf8'));
});

it('force row-level security on every table of tenants', async () => {
  const { rows } = await knex.raw<{ rows: { relname: string }[] }>(
    `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)`,
  );
  expect(rows).toEqual([]);
});
