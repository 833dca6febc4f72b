import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { bootstrapDatabase, describeSchema, migrate, openSystemDatabase, type SystemDatabase } from '@linli/db';
import { migrations as requestsMigrations } from '@linli/requests';
import { eventually, silentLogger, testBrokers } from '@linli/testing';
import { Client } from 'pg';
import { services } from '../src/config';
import { migrationsOf } from '../src/migrations';

jest.setTimeout(60_000);

const root = path.join(__dirname, '../../..');
const log = silentLogger();
const passwords = { migrator: 'm', app: 'a', relay: 'r' };

/** A server of its own: roles and databases here have the names that every checkout uses. */
let server: ChildProcess;
let adminUrl: string;

beforeAll(async () => {
  const env = { ...process.env, LINLI_TEST_DATABASE_URL: undefined, DATABASE_URL: undefined, LINLI_TEST_KAFKA_BROKERS: testBrokers().join(',') };
  server = spawn(process.execPath, [path.join(root, 'infra/local/servers.ts')], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  if (server.stdout === null) throw new Error('the server has no output');
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  adminUrl = (JSON.parse(line) as { databaseUrl: string }).databaseUrl;
});
afterAll(async () => {
  server.stdin?.end();
  await once(server, 'exit');
});

function urlOf(database: string, role?: string, password?: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  if (role !== undefined) url.username = role;
  if (password !== undefined) url.password = password;
  return url.toString();
}

/** `npm run linli -- migrate`, as the process that it is. */
function startMigrate(...args: string[]): { child: ChildProcess; ended: Promise<{ code: number | null; output: string }> } {
  const urls = services.flatMap((name) =>
    (['migrator', 'app', 'relay'] as const).map((role) => [`${name.toUpperCase()}_${role.toUpperCase()}_URL`, urlOf(`linli_${name}`, `linli_${name}_${role}`, passwords[role])]),
  );
  const env = { ...process.env, ...Object.fromEntries(urls), DATABASE_ADMIN_URL: adminUrl, KAFKA_BROKERS: testBrokers().join(',') } as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, ['--require', path.join(root, 'packages/testing/from-source.cjs'), path.join(root, 'infra/operator/src/main.ts'), 'migrate', ...args], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, output })) };
}

async function withAdmin<T>(database: string, work: (system: SystemDatabase) => Promise<T>): Promise<T> {
  const system = openSystemDatabase({ url: urlOf(database), name: 'migrate-test', log, poolSize: 2 });
  try {
    return await work(system);
  } finally {
    await system.close();
  }
}

/** Every service's schema, and how often each migration was applied. */
async function state(): Promise<Record<string, { schema: string; applied: string[] }>> {
  const found = services.map(async (name) => {
    const read = await withAdmin(`linli_${name}`, async ({ knex }) => ({
      schema: await describeSchema(knex),
      applied: (await knex<{ name: string }>('schema_migrations').orderBy('id')).map((row) => row.name),
    }));
    return [name, read] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

async function dropAll(): Promise<void> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  for (const name of services) await admin.query(`drop database if exists linli_${name} with (force)`);
  await admin.end();
}

/** As a platform of long ago left it: the first migrations of one service, nothing of the others. */
async function makeOld(): Promise<void> {
  await bootstrapDatabase({ adminUrl, service: 'requests', passwords });
  await migrate({ url: urlOf('linli_requests', 'linli_requests_migrator', passwords.migrator), migrations: requestsMigrations.slice(0, 3), log });
}

const wanted = async (): Promise<Record<string, string[]>> =>
  Object.fromEntries(await Promise.all(services.map(async (name) => [name, (await migrationsOf[name]()).map((one) => one.name).sort()] as const)));

describe('two starters that migrate at the same moment', () => {
  let whole: Awaited<ReturnType<typeof state>>;

  beforeAll(async () => {
    expect(await startMigrate().ended).toMatchObject({ code: 0 });
    whole = await state();
    expect(Object.fromEntries(Object.entries(whole).map(([name, { applied }]) => [name, applied]))).toEqual(await wanted());
  });
  beforeEach(dropAll);

  it.each([
    ['an empty server', async () => undefined],
    ['an old database', makeOld],
  ])('both end well on %s, and each migration is applied once', async (_name, prepare) => {
    await prepare();
    const ends = await Promise.all(Array.from({ length: 2 }, () => startMigrate().ended));
    expect(ends.map(({ code, output }) => (code === 0 ? 0 : output))).toEqual([0, 0]);
    expect(await state()).toEqual(whole);
    const applied = ends.flatMap(({ output }) => [...output.matchAll(/requests: (\d+) migrations/g)].map(([, count]) => Number(count)));
    expect(applied).toEqual([requestsMigrations.length - (_name === 'an old database' ? 3 : 0)]);
  });

  it('leave it whole when one is killed in the middle of a migration', async () => {
    await makeOld();
    const before = await withAdmin('linli_requests', ({ knex }) => describeSchema(knex));
    await withAdmin('linli_requests', async ({ knex }) => {
      const killed = await knex.transaction(async (trx) => {
        // The fourth migration makes its tables and then cannot write down that it did.
        await trx.raw('lock table schema_migrations in share mode');
        const starter = startMigrate();
        const waiting = `select from pg_stat_activity where datname = 'linli_requests' and cardinality(pg_blocking_pids(pid)) > 0 and query like 'insert into "schema_migrations"%'`;
        await eventually(async () => expect(await knex.raw<unknown>(waiting)).toMatchObject({ rowCount: 1 }), { timeoutMs: 30_000 });
        starter.child.kill('SIGKILL');
        return starter.ended;
      });
      expect(killed.code).toBeNull();
      // The server notices that its client is gone and takes the half migration back.
      await eventually(async () => expect(await describeSchema(knex)).toBe(before));
    });
    const ends = await Promise.all([startMigrate().ended, startMigrate().ended]);
    expect(ends.map(({ code, output }) => (code === 0 ? 0 : output))).toEqual([0, 0]);
    expect(await state()).toEqual(whole);
  });

  it('leave it whole when one is killed anywhere', async () => {
    for (const tables of [1, 15]) {
      const { child, ended } = startMigrate();
      await eventually(async () => expect(await countTables()).toBeGreaterThanOrEqual(tables), { timeoutMs: 30_000, everyMs: 5 });
      child.kill('SIGKILL');
      await ended;
      const again = await startMigrate().ended;
      expect(again.code === 0 ? 0 : again.output).toBe(0);
      expect(await state()).toEqual(whole);
      await dropAll();
    }
  });
});

/** In the last service's database, as far as it is there. */
async function countTables(): Promise<number> {
  return withAdmin('linli_requests', async ({ knex }) => {
    const { rows } = await knex.raw<{ rows: { count: number }[] }>(`select count(*) as count from pg_tables where schemaname = 'public'`);
    return rows[0]?.count ?? 0;
  });
}
