import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bootstrapDatabase, migrate, type Migration, type ServiceUrls } from '@linli/db';
import { Client, escapeIdentifier } from 'pg';
import { testServers } from './config';
import { silentLogger } from './logs';

export interface TestDatabase extends ServiceUrls {
  readonly adminUrl: string;
  readonly name: string;
  drop(): Promise<void>;
}

// Roles are shared by all clones of a service's template; the server is thrown away after the run.
const password = 'test-only';

/**
 * A clone of the service's migrated template, for one test file: real PostgreSQL, the real three roles.
 * The template is made once per server and per set of migrations; parallel workers wait for it.
 */
export async function createTestDatabase(service: { name: string; migrations: readonly Migration[] }): Promise<TestDatabase> {
  const { databaseUrl } = testServers();
  const template = `linli_test_${service.name}_${fingerprint(service)}`;
  const name = `linli_test_${service.name}_${randomBytes(6).toString('hex')}`;
  const passwords = { migrator: password, app: password, relay: password };
  await withAdmin(databaseUrl, async (admin) => {
    await admin.query('select pg_advisory_lock(7302000003)');
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1 and datistemplate', [template]);
    if (rowCount === 0) {
      await admin.query(`drop database if exists ${escapeIdentifier(template)} with (force)`);
      const urls = await bootstrapDatabase({ adminUrl: databaseUrl, service: service.name, passwords, database: template });
      await migrate({ url: urls.migratorUrl, migrations: service.migrations, log: silentLogger() });
      await admin.query(`alter database ${escapeIdentifier(template)} is_template true`);
    }
    const owner = escapeIdentifier(`linli_${service.name}_migrator`);
    await admin.query(`create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)} owner ${owner}`);
  });
  const urls = await bootstrapDatabase({ adminUrl: databaseUrl, service: service.name, passwords, database: name });
  return {
    ...urls,
    name,
    adminUrl: Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).toString(),
    drop: () =>
      withAdmin(databaseUrl, async (admin) => {
        await admin.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
      }),
  };
}

// A migration calls these packages for its tables, so a change of theirs makes another schema.
const builders = ['db', 'messaging', 'audit', 'clocks'];

function fingerprint({ name, migrations }: { name: string; migrations: readonly Migration[] }): string {
  const hash = createHash('sha256');
  for (const migration of migrations) hash.update(`${migration.name}:${migration.up.toString()}\n`);
  const root = path.join(__dirname, '../../..');
  const folders = [...builders.map((builder) => path.join(root, 'packages', builder, 'src')), path.join(root, 'services', name, 'migrations')];
  for (const folder of folders.filter((one) => existsSync(one))) {
    const sources = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    for (const source of sources.sort()) hash.update(readFileSync(path.join(folder, source)));
  }
  return hash.digest('hex').slice(0, 10);
}

async function withAdmin(url: string, work: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString: url, application_name: 'linli-testing' });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
