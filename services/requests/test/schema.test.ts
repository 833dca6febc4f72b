import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeSchema, migrate, migrateDown } from '@linli/db';
import { createTestDatabase, silentLogger, type TestDatabase } from '@linli/testing';
import knexFactory, { type Knex } from 'knex';
import { migrations } from '../src/index';
import { updatesSnapshot } from './config';

const snapshot = path.join(__dirname, '../schema.snapshot');

let database: TestDatabase;
let owner: Knex;

beforeAll(async () => {
  database = await createTestDatabase({ name: 'requests', migrations });
  owner = knexFactory({ client: 'pg', connection: database.migratorUrl, pool: { min: 0, max: 1 } });
});

afterAll(async () => {
  await owner.destroy();
  await database.drop();
});

describe('the schema', () => {
  it('is the committed one', async () => {
    const schema = await describeSchema(owner);
    if (updatesSnapshot()) writeFileSync(snapshot, schema);
    expect(schema).toBe(readFileSync(snapshot, 'utf8'));
  });

  it('comes back whole after going down', async () => {
    const before = await describeSchema(owner);
    const options = { url: database.migratorUrl, migrations, log: silentLogger() };
    await migrateDown(options);
    expect(await describeSchema(owner)).not.toMatch(/cases|mandates|outbox|audit/);
    await migrate(options);
    expect(await describeSchema(owner)).toBe(before);
  });

  it('forces row-level security on every table with a tenant, and puts the tenant first in every key and index', async () => {
    const { rows } = await owner.raw<{ rows: { name: string; forced: boolean; policies: string }[] }>(`
      select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
             (select count(*) from pg_policy p where p.polrelid = c.oid) as policies
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`);
    expect(rows.length).toBeGreaterThanOrEqual(7);
    for (const row of rows) expect(row).toMatchObject({ forced: true });
  });
});
