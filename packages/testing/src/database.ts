import { createHash, randomBytes } from 'node:crypto';
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
  const template = `linli_test_${service.name}_${fingerprint(service.migrations)}`;
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

function fingerprint(migrations: readonly Migration[]): string {
  const text = migrations.map(({ name, up }) => `${name}:${up.toString()}`).join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
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
