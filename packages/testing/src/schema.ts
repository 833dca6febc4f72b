import { readFileSync, writeFileSync } from 'node:fs';
import { describeSchema, migrate, migrateDown, type Migration } from '@linli/db';
import knexFactory, { type Knex } from 'knex';
import { updatesSnapshot } from './config';
import { createTestDatabase, type TestDatabase } from './database';
import { silentLogger } from './logs';

interface Service {
  readonly name: string;
  readonly migrations: readonly Migration[];
  /** The committed schema; `UPDATE_SNAPSHOT=1` renews it. */
  readonly snapshot: string;
}

/**
 * What every service's schema must show: it is the committed one; down leaves nothing and up brings it back whole;
 * row-level security is forced on every tenant's table. Gives the owner's connection for what a service adds.
 */
export function testSchema(service: Service): { owner(): Knex } {
  const { name, migrations, snapshot } = service;
  const opened: { database?: TestDatabase; owner?: Knex } = {};
  const owner = (): Knex => {
    if (opened.owner === undefined) throw new Error('use it inside a test');
    return opened.owner;
  };

  beforeAll(async () => {
    opened.database = await createTestDatabase({ name, migrations });
    opened.owner = knexFactory({ client: 'pg', connection: opened.database.migratorUrl, pool: { min: 0, max: 1 } });
  });
  afterAll(async () => {
    await opened.owner?.destroy();
    await opened.database?.drop();
  });

  describe(`the schema of ${name}`, () => {
    it('is the committed one', async () => {
      const schema = await describeSchema(owner());
      if (updatesSnapshot()) writeFileSync(snapshot, schema);
      expect(schema).toBe(readFileSync(snapshot, 'utf8'));
    });

    it('leaves nothing when it goes down, and comes back whole', async () => {
      const before = await describeSchema(owner());
      const options = { url: opened.database?.migratorUrl ?? '', migrations, log: silentLogger() };
      await migrateDown(options);
      const { rows } = await owner().raw<{ rows: object[] }>(
        `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'schema_migrations%'`,
      );
      expect(rows).toEqual([]);
      await migrate(options);
      expect(await describeSchema(owner())).toBe(before);
    });

    it('forces row-level security on every table of tenants', async () => {
      const { rows } = await owner().raw<{ rows: { relname: string; forced: boolean }[] }>(
        `select c.relname, c.relrowsecurity and c.relforcerowsecurity as forced
           from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
          where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`,
      );
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter(({ forced }) => !forced)).toEqual([]);
    });
  });
  return { owner };
}
