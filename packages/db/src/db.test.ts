import { createTestDatabase, silentLogger, type TestDatabase } from '@linli/testing';
import { Secret } from '@linli/config';
import knexFactory, { type Knex } from 'knex';
import fc from 'fast-check';
import {
  acrossTenants,
  answerOnce,
  bootstrapDatabase,
  createAnswerTable,
  createTenantTable,
  describeSchema,
  isUuid,
  migrate,
  migrateDown,
  newId,
  openDatabase,
  openSystemDatabase,
  pageToken,
  pruneAnswers,
  type Database,
  type Migration,
} from './index';

const migrations: Migration[] = [
  {
    name: '20261124090000_create_notes',
    async up(knex) {
      await createTenantTable(
        knex,
        'notes',
        (t) => {
          t.uuid('id').notNullable();
          t.text('code').notNullable();
          t.date('day');
          t.integer('version').notNullable().defaultTo(1);
          t.unique(['tenant_id', 'code'], { indexName: 'notes_code_key' });
        },
        { key: ['id'], grants: ['select', 'insert', 'update'], relay: ['select'] },
      );
      await createAnswerTable(knex);
    },
    async down(knex) {
      await knex.schema.dropTable('notes').dropTable('answered_requests');
    },
  },
];
const service = { name: 'dbtest', migrations };
const a = { tenantId: 'office-a' };
const b = { tenantId: 'office-b' };
const duplicate = { kind: 'already_exists', reason: 'NOTE_CODE_TAKEN', message: 'a note has this code' } as const;

let test: TestDatabase;
let database: Database;
let owner: Knex;

beforeAll(async () => {
  test = await createTestDatabase(service);
  database = openDatabase({ url: test.appUrl, name: 'dbtest', log: silentLogger(), constraints: { notes_code_key: duplicate }, poolSize: 4 });
  owner = knexFactory({ client: 'pg', connection: test.migratorUrl, pool: { min: 0, max: 1 } });
});

afterAll(async () => {
  await database.close();
  await owner.destroy();
  await test.drop();
});

function addNote(tenant: { tenantId: string }, code: string): Promise<string> {
  return database.withTenant(tenant, async (tx) => {
    const id = newId();
    await tx('notes').insert({ tenant_id: tenant.tenantId, id, code });
    return id;
  });
}

function codes(tenant: { tenantId: string }): Promise<string[]> {
  return database.withTenant(tenant, async (tx) => (await tx('notes').select('code')).map((row: { code: string }) => row.code));
}

describe('withTenant', () => {
  it('leaves nothing of the tenant on the connection once the transaction has ended', async () => {
    const left = await database.withTenant({ tenantId: 'xingsheng' }, async (tx) => {
      await tx.raw('commit');
      const { rows } = await tx.raw<{ rows: { tenant: string | null }[] }>(`select current_setting('app.tenant_id', true) as tenant`);
      return rows[0]?.tenant;
    });
    expect(left).toBe('');
  });

  it('shows a tenant its own rows and no others, on the same pooled connections', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), fc.boolean(), async (order, crash) => {
        for (const first of order) {
          const tenant = first ? a : b;
          await addNote(tenant, `${tenant.tenantId}-${newId()}`);
          if (crash) await expect(database.withTenant(tenant, (tx) => tx.raw('select 1/0'))).rejects.toMatchObject({ kind: 'internal' });
        }
        for (const tenant of [a, b]) {
          for (const code of await codes(tenant)) expect(code.startsWith(tenant.tenantId)).toBe(true);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('runs statements that are sent together one after the other, as they were written, the tenant first', async () => {
    const ids = Array.from({ length: 6 }, () => newId());
    const seen = await database.withTenant(a, async (tx) => {
      const results = await Promise.all([
        tx.raw<{ rows: { tenant: string }[] }>(`select current_setting('app.tenant_id', true) as tenant`),
        ...ids.flatMap((id) => [
          tx('notes').insert({ tenant_id: 'office-a', id, code: id }).onConflict(['tenant_id', 'id']).ignore().returning('id'),
          tx.raw<{ rows: { count: number }[] }>('select count(*)::int as count from notes where id = any(?)', [ids]),
          tx('notes').where({ id }).forUpdate().first('id'),
        ]),
      ]);
      return results.map((result: unknown) => JSON.stringify((result as { rows?: unknown[] }).rows ?? result));
    });
    expect(seen[0]).toBe('[{"tenant":"office-a"}]');
    expect(ids.map((_, index) => seen[2 + index * 3])).toEqual(ids.map((_, index) => `[{"count":${index + 1}}]`));
  });

  it('tells of the statement that failed, not of those that were sent behind it', async () => {
    const failing = database.withTenant(a, (tx) =>
      Promise.all([tx.raw('select 1'), tx('notes').insert({ tenant_id: 'office-a', id: newId(), code: 'twice-sent' }), tx('notes').insert({ tenant_id: 'office-a', id: newId(), code: 'twice-sent' }), tx.raw('select 2')]),
    );
    await expect(failing).rejects.toMatchObject({ kind: 'already_exists', reason: 'NOTE_CODE_TAKEN' });
    await expect(codes(a)).resolves.not.toContain('twice-sent');
  });

  it('prepares a statement anew when a migration changed its table', async () => {
    const one = openDatabase({ url: test.appUrl, name: 'dbtest', log: silentLogger(), poolSize: 1 });
    const read = () => one.withTenant(a, (tx) => tx('notes').where({ tenant_id: 'office-a' }).limit(1));
    await read();
    const id = newId().replaceAll('-', '');
    await owner.raw('alter table notes add column ?? text', [`later_${id}`]);
    await expect(read()).rejects.toMatchObject({ kind: 'aborted', reason: 'CONCURRENT_CHANGE' });
    await expect(read()).resolves.toHaveLength(1);
    await owner.raw('alter table notes drop column ??', [`later_${id}`]);
    await one.close();
  });

  it('refuses a row written for another tenant', async () => {
    const stray = database.withTenant(a, (tx) => tx('notes').insert({ tenant_id: 'office-b', id: newId(), code: 'stray' }));
    await expect(stray).rejects.toMatchObject({ kind: 'internal', reason: 'DATABASE_FAULT' });
  });

  it('shows zero rows to the app role without a tenant, even to a careless statement', async () => {
    await addNote(a, `seen-${newId()}`);
    const bare = knexFactory({ client: 'pg', connection: test.appUrl, pool: { min: 1, max: 1 } });
    await expect(bare('notes').count()).resolves.toEqual([{ count: '0' }]);
    // After a tenant's transaction the setting is empty on that connection, which is nobody's tenant.
    await bare.transaction((trx) => trx.raw(`select set_config('app.tenant_id', 'office-a', true)`));
    await expect(bare('notes').count()).resolves.toEqual([{ count: '0' }]);
    await bare.destroy();
  });

  it('gives the app role no DDL and no deletes that were not granted', async () => {
    await expect(database.withTenant(a, (tx) => tx.raw('create table x (y int)'))).rejects.toMatchObject({ kind: 'internal' });
    await expect(database.withTenant(a, (tx) => tx('notes').delete())).rejects.toMatchObject({ kind: 'internal' });
  });

  it('names the rule behind a violated constraint and drops the row values', async () => {
    await addNote(a, 'twice');
    const again = addNote(a, 'twice');
    await expect(again).rejects.toMatchObject({ kind: 'already_exists', reason: 'NOTE_CODE_TAKEN' });
    await expect(addNote(b, 'twice')).resolves.toBeDefined();
  });

  it('says unavailable when the server is away', async () => {
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', name: 'away', log: silentLogger() });
    await expect(away.ping()).rejects.toMatchObject({ kind: 'unavailable', reason: 'DATABASE_UNAVAILABLE' });
    await away.close();
  });

  it('refuses a malformed tenant before it reaches SQL', async () => {
    await expect(database.withTenant({ tenantId: `x'; drop table notes` }, () => Promise.resolve(1))).rejects.toMatchObject({ reason: 'TENANT_MALFORMED' });
  });

  it('keeps a date as the day it is', async () => {
    const day = await database.withTenant(a, async (tx) => {
      await tx('notes').insert({ tenant_id: 'office-a', id: newId(), code: 'dated', day: '2026-02-01' });
      const row = await tx('notes').where({ code: 'dated' }).first<{ day: string }>('day');
      return row?.day;
    });
    expect(day).toBe('2026-02-01');
  });

  it('lets the relay role read across tenants and nothing more', async () => {
    const system = openSystemDatabase({ url: test.relayUrl, name: 'relay', log: silentLogger() });
    const tenants = await system.knex('notes').distinct('tenant_id').orderBy('tenant_id');
    expect(tenants).toEqual([{ tenant_id: 'office-a' }, { tenant_id: 'office-b' }]);
    await expect(system.knex('notes').update({ code: 'x' })).rejects.toThrow(/permission denied/);
    await system.close();
  });
});

describe('answerOnce', () => {
  const key = { id: 'key-1', principal: 'staff-1', fingerprint: 'f1' };
  const answer = (request: typeof key, value: string) =>
    database.withTenant(a, (tx) => answerOnce(tx, request, () => Promise.resolve({ value, at: new Date('2026-02-01T00:00:00Z') })));

  it('gives a repeat the first answer, dates and all', async () => {
    const first = await answer(key, 'first');
    expect(await answer(key, 'second')).toEqual(first);
    expect(first.at).toBeInstanceOf(Date);
  });

  it('makes concurrent repeats wait for the first', async () => {
    const request = { ...key, id: 'key-2' };
    const answers = await Promise.all(['x', 'y', 'z'].map((value) => answer(request, value)));
    expect(new Set(answers.map(({ value }) => value)).size).toBe(1);
  });

  it('refuses the key for another request, and forgets it when the work fails', async () => {
    await expect(answer({ ...key, fingerprint: 'f2' }, 'x')).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
    const request = { ...key, id: 'key-3' };
    await expect(database.withTenant(a, (tx) => answerOnce(tx, request, () => Promise.reject(new Error('boom'))))).rejects.toBeDefined();
    expect((await answer(request, 'later')).value).toBe('later');
  });
});

describe('pruneAnswers', () => {
  it('forgets answers that have had their time, of every tenant, and then their keys are new', async () => {
    const system = openSystemDatabase({ url: test.relayUrl, name: 'dbtest-relay', log: silentLogger() });
    const ask = (scope: typeof a, id: string, value: number) =>
      database.withTenant(scope, (tx) => answerOnce(tx, { id, principal: 'staff-1', fingerprint: 'f' }, () => Promise.resolve({ value })));
    for (const scope of [a, b]) {
      await ask(scope, 'old', 1);
      await ask(scope, 'young', 1);
    }
    await acrossTenants(owner, ['answered_requests'], async () => {
      await owner('answered_requests').where({ request_id: 'old' }).update({ created_at: owner.raw(`now() - interval '14 days 1 minute'`) });
      await owner('answered_requests').where({ request_id: 'young' }).update({ created_at: owner.raw(`now() - interval '13 days 23 hours'`) });
    });
    expect(await pruneAnswers(system)).toBe(2);
    expect([await ask(a, 'old', 2), await ask(b, 'old', 2), await ask(a, 'young', 2), await ask(b, 'young', 2)]).toEqual([2, 2, 1, 1].map((value) => ({ value })));
    await system.close();
  });
});

describe('migrations', () => {
  it('go up, down and up again to the same schema, with row-level security forced on every tenant table', async () => {
    const before = await describeSchema(owner);
    expect(before).toContain('notes enabled forced');
    const options = { url: test.migratorUrl, migrations, log: silentLogger() };
    await migrateDown(options);
    expect(await describeSchema(owner)).not.toContain('notes');
    const raced = await Promise.all([migrate(options), migrate(options)]);
    expect(raced.flat()).toEqual(['20261124090000_create_notes']);
    expect(await describeSchema(owner)).toBe(before);
  });
});

describe('acrossTenants', () => {
  it('lets a migration change the rows of every tenant, and nobody afterwards', async () => {
    const ids = [await addNote(a, 'across-a'), await addNote(b, 'across-b')];
    const seen = async () => (await owner('notes').whereIn('id', ids).select('id')).length;
    expect(await seen()).toBe(0);
    await owner.transaction((trx) =>
      acrossTenants(trx, ['notes'], async () => {
        expect(await trx('notes').whereIn('id', ids).update({ version: 2 })).toBe(2);
      }),
    );
    expect(await seen()).toBe(0);
  });
});

describe('bootstrapDatabase', () => {
  it('may be raced by any number of starters', async () => {
    const passwords = { migrator: 'test-only', app: 'test-only', relay: 'test-only' };
    const options = { adminUrl: test.adminUrl, service: service.name, passwords, database: test.name };
    for (let round = 0; round < 5; round += 1) {
      const urls = await Promise.all(Array.from({ length: 6 }, () => bootstrapDatabase(options)));
      expect(new Set(urls.map(({ appUrl }) => appUrl)).size).toBe(1);
    }
  });
});

describe('pageToken', () => {
  const tokens = pageToken(new Secret('k'.repeat(32)));

  it('reads back what it signed, for the same list only', () => {
    const context = { tenant: 'office-a', state: 'open' };
    const token = tokens.sign(['2026-01-01T00:00:00Z', 'id'], context);
    expect(tokens.read(token, context)).toEqual(['2026-01-01T00:00:00Z', 'id']);
    expect(tokens.read('', context)).toBeUndefined();
    expect(() => tokens.read(token, { ...context, state: 'closed' })).toThrow(/does not belong/);
  });

  it('refuses every forged token with the same error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(text !== '');
        expect(() => tokens.read(text, {})).toThrow(/does not belong/);
      }),
    );
    expect(() => tokens.read('x'.repeat(10_000), {})).toThrow(/does not belong/);
  });

  it('expires', () => {
    const old = pageToken(new Secret('k'.repeat(32)), () => new Date(Date.now() - 2 * 86_400_000));
    expect(() => tokens.read(old.sign(['x'], {}), {})).toThrow(/does not belong/);
  });
});

describe('newId', () => {
  it('is a UUIDv7 that sorts by time', () => {
    const ids = [1, 2, 3].map((ms) => newId(1_764_000_000_000 + ms));
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every(isUuid)).toBe(true);
    expect(ids[0]?.[14]).toBe('7');
  });
});
