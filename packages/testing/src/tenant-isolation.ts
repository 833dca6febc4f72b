import { openDatabase, type Database, type Migration, type Tx } from '@linli/db';
import { isAppError } from '@linli/errors';
import fc from 'fast-check';
import { Client, DatabaseError, escapeIdentifier } from 'pg';
import { createTestDatabase, type TestDatabase } from './database';
import { silentLogger } from './logs';
import { attacks, freshSerial, probes, type Attack, type Outcome, type Sides, type Statement } from './tenant-attacks';
import { escapes, loopholes } from './tenant-escapes';
import { findTenantTables, insertOf, type TenantTable } from './tenant-rows';

interface Service {
  readonly name: string;
  readonly migrations: readonly Migration[];
}

interface Ground {
  readonly database: TestDatabase;
  readonly admin: Client;
  readonly app: Client;
  readonly tables: readonly TenantTable[];
  /** Rows of each tenant, by table. */
  readonly each: ReadonlyMap<string, number>;
}

/** Every kind of statement on every table: a service with many tables needs more than the usual five seconds. */
const patience = 60_000;

const serials: Readonly<Record<string, readonly number[]>> = { left: [1, 2], right: [11, 12] };

/**
 * That no statement of the app role reaches another tenant's rows, in any table that has a `tenant_id`: by every kind of
 * statement, without a tenant, and on one pooled connection that tenants take in turn while transactions fail and
 * connections die. The role gets every right on the tables and the checks are gone, so the policies stand alone.
 */
export function testTenantIsolation(service: Service): void {
  const opened: { ground?: Ground } = {};
  const ground = (): Ground => {
    if (opened.ground === undefined) throw new Error('use it inside a test');
    return opened.ground;
  };
  beforeAll(async () => {
    opened.ground = await prepare(service);
  });
  afterAll(async () => {
    await opened.ground?.app.end();
    await opened.ground?.admin.end();
    await opened.ground?.database.drop();
  });

  describe(`one tenant of ${service.name}`, () => {
    it("reaches no row of another's by any statement", async () => {
      const { app, tables, each } = ground();
      const reached: string[] = [];
      for (const own of Object.keys(serials)) {
        for (const table of tables) {
          const sides = sidesOf(own, each.get(table.name));
          for (const { name, statement, harmless } of attacks) {
            const outcome = await tryOut(app, own, statement(table, sides));
            if (!harmless(outcome, sides)) reached.push(`${own}: ${name} on ${table.name}: ${JSON.stringify(outcome)}`);
          }
        }
      }
      expect(reached).toEqual([]);
    }, patience);

    it('reads its own rows of every table', async () => {
      const { app, tables, each } = ground();
      for (const table of tables) {
        const { count, refused } = await tryOut(app, 'left', { text: `select * from ${escapeIdentifier(table.name)}` });
        expect([table.name, count, refused]).toEqual([table.name, each.get(table.name), undefined]);
        expect(count).toBeGreaterThan(0);
      }
    }, patience);

    it("learns nothing of another's keys from a clash or a reference", async () => {
      const { app, tables } = ground();
      const told: string[] = [];
      for (const table of tables) {
        for (const { name, statement } of probes) {
          const ask = (like: string, serial: number) => tryOut(app, 'left', statement(table, { tenant: 'left', like, serial }));
          const [there, nowhere] = [await ask('right', 11), await ask('nobody', freshSerial)];
          if (there.refused !== nowhere.refused || there.count !== nowhere.count) told.push(`${name} of ${table.name}: ${JSON.stringify([there, nowhere])}`);
        }
      }
      expect(told).toEqual([]);
    }, patience);

    it.each([['no setting', undefined], ['an empty setting', ''], ['a wild card', '%']])('has nothing with %s', async (_what, tenant) => {
      const { app, tables } = ground();
      const reached: string[] = [];
      for (const table of tables) {
        const sides: Sides = { own: tenant ?? '', foreign: 'left', foreignSerial: 1, each: 0 };
        for (const { name, statement, harmless } of attacks) {
          const outcome = await tryOut(app, tenant, statement(table, sides));
          // Without rows of one's own there is none to give away, so nothing to refuse.
          const empty = outcome.refused === undefined && outcome.count === 0 && outcome.rows.length === 0;
          if (!empty && !harmless(outcome, sides)) reached.push(`${name} on ${table.name}: ${JSON.stringify(outcome)}`);
        }
      }
      expect(reached).toEqual([]);
    }, patience);

    it.each(escapes(service.name))('may not %s', async (_what, text) => {
      const { app, tables } = ground();
      const statement = text.replaceAll('<table>', escapeIdentifier(tables[0]?.name ?? ''));
      expect(await tryOut(app, 'left', { text: statement })).toMatchObject({ refused: '42501' });
    });

    it.each(loopholes(service.name))('has %s', async (_what, query) => {
      expect((await ground().admin.query(query)).rows).toEqual([]);
    });

    it('keeps to its own on a connection that others had before, whatever became of them', () => takeTurns(ground()), 60_000);
  });
}

async function prepare(service: Service): Promise<Ground> {
  const database = await createTestDatabase(service);
  const admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  const tables = await findTenantTables(admin);
  const { rows: checks } = await admin.query<{ name: string; relation: string }>(
    `select conname as name, conrelid::regclass::text as relation from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace`,
  );
  for (const { name, relation } of checks) await admin.query(`alter table ${relation} drop constraint ${escapeIdentifier(name)}`);
  const each = new Map<string, number>();
  // Rows refer to each other in circles, and the audit trail refuses rows that come sealed.
  await admin.query('set session_replication_role = replica');
  for (const table of tables) {
    await admin.query(`grant select, insert, update, delete on ${escapeIdentifier(table.name)} to ${escapeIdentifier(`linli_${service.name}_app`)}`);
    for (const [tenant, own] of Object.entries(serials)) {
      let count = 0;
      for (const serial of own) {
        const { text, values } = insertOf(table, { tenant, serial });
        count += (await admin.query(`${text} on conflict do nothing`, values)).rowCount ?? 0;
      }
      each.set(table.name, count);
    }
  }
  await admin.query('reset session_replication_role');
  const app = new Client({ connectionString: database.appUrl });
  await app.connect();
  return { database, admin, app, tables, each };
}

/** Runs one statement under a tenant's setting and takes it back. */
async function tryOut(app: Client, tenant: string | undefined, { text, values = [] }: Statement): Promise<Outcome> {
  await app.query('begin');
  try {
    if (tenant !== undefined) await app.query(`select set_config('app.tenant_id', $1, true)`, [tenant]);
    const { rowCount, rows } = await app.query<Record<string, unknown>>(text, values);
    // What is deferred to the end of a transaction must be refused all the same.
    await app.query('set constraints all immediate');
    return { count: rowCount ?? 0, rows };
  } catch (error) {
    return refusalOf(error);
  } finally {
    await app.query('rollback');
  }
}

const endings = ['commit', 'throw', 'fail', 'die'] as const;
const onPurpose = new Error('thrown on purpose');

interface Turn {
  readonly tenant: string;
  readonly table: TenantTable;
  readonly attack: Attack;
  readonly ending: (typeof endings)[number];
}

/** Tenants take turns on a pool of one connection; each turn reads, attacks and ends well or badly. */
async function takeTurns(ground: Ground): Promise<void> {
  const { database, admin, tables } = ground;
  const db = openDatabase({ url: database.appUrl, name: 'isolation', log: silentLogger(), poolSize: 1 });
  const turn = fc.record<Turn>({
    tenant: fc.constantFrom(...Object.keys(serials)),
    table: fc.constantFrom(...tables),
    attack: fc.constantFrom(...attacks.filter(({ name }) => !name.startsWith('copy'))),
    ending: fc.constantFrom(...endings),
  });
  const before = await fingerprint(admin, tables);
  try {
    const turns = fc.array(turn, { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(turns, async (taken) => {
        for (const one of taken) expect(await takeTurn(db, ground, one)).toBe(one.ending);
      }),
      { numRuns: 60 },
    );
  } finally {
    await db.close();
  }
  expect(await fingerprint(admin, tables)).toEqual(before);
}

function takeTurn(db: Database, { admin, each }: Ground, { tenant, table, attack, ending }: Turn): Promise<Turn['ending']> {
  const sides = sidesOf(tenant, each.get(table.name));
  const work = async (tx: Tx): Promise<Turn['ending']> => {
    const own = await runIn(tx, { text: `select * from ${escapeIdentifier(table.name)}` });
    expect(own.rows.map((row) => row['tenant_id'])).toEqual(Array.from({ length: sides.each }, () => tenant));
    await tx.raw('savepoint attack');
    const outcome = await runIn(tx, attack.statement(table, sides)).catch(refusalOf);
    await tx.raw('rollback to savepoint attack');
    expect([attack.name, table.name, attack.harmless(outcome, sides)]).toEqual([attack.name, table.name, true]);
    if (ending === 'throw') throw onPurpose;
    if (ending === 'fail') await tx.raw('select 1 / 0');
    if (ending === 'die') {
      const { rows } = await tx.raw<{ rows: { pid: number }[] }>('select pg_backend_pid() as pid');
      await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await tx.raw('select 1');
    }
    return 'commit';
  };
  return db.withTenant({ tenantId: tenant }, work).catch((error: unknown) => {
    if (error === onPurpose || isAppError(error)) return ending;
    throw error;
  });
}

function sidesOf(own: string, each = 0): Sides {
  const foreign = own === 'left' ? 'right' : 'left';
  return { own, foreign, foreignSerial: serials[foreign]?.[0] ?? 0, each };
}

async function runIn(tx: Tx, { text, values = [] }: Statement): Promise<Outcome> {
  const { rows, rowCount } = await tx.raw<{ rows: Record<string, unknown>[]; rowCount: number | null }>(text.replace(/\$\d+/g, '?'), values as string[]);
  return { count: rowCount ?? 0, rows };
}

function refusalOf(error: unknown): Outcome {
  if (error instanceof DatabaseError && error.code !== undefined) return { count: 0, rows: [], refused: error.code };
  throw error;
}

async function fingerprint(admin: Client, tables: readonly TenantTable[]): Promise<unknown[]> {
  const each = tables.map(({ name }) => `select '${name}' as name, md5(string_agg(t::text, ',' order by t::text)) as rows from ${escapeIdentifier(name)} as t`);
  return (await admin.query<{ name: string; rows: string }>(`${each.join(' union all ')} order by name`)).rows;
}
