import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeSchema, migrate, migrateDown, openDatabase, openSystemDatabase } from '@linli/db';
import { createTestDatabase, silentLogger, type TestDatabase } from '@linli/testing';
import knexFactory, { type Knex } from 'knex';
import { migrations } from '../src/index';
import { findSession, openSession, removeEndedSessions } from '../src/sessions/store';
import { updatesSnapshot } from './support/config';

const snapshot = path.join(__dirname, '../schema.snapshot');

let database: TestDatabase;
let owner: Knex;

beforeAll(async () => {
  database = await createTestDatabase({ name: 'gateway', migrations });
  owner = knexFactory({ client: 'pg', connection: database.migratorUrl, pool: { min: 0, max: 1 } });
});
afterAll(async () => {
  await owner.destroy();
  await database.drop();
});

describe('the schema', () => {
  it('is the committed one, with row-level security forced', async () => {
    const schema = await describeSchema(owner);
    if (updatesSnapshot()) writeFileSync(snapshot, schema);
    expect(schema).toBe(readFileSync(snapshot, 'utf8'));
    const { rows } = await owner.raw<{ rows: { forced: boolean }[] }>(
      `select relrowsecurity and relforcerowsecurity as forced from pg_class where relname = 'sessions'`,
    );
    expect(rows).toEqual([{ forced: true }]);
  });

  it('goes down and comes back whole', async () => {
    const before = await describeSchema(owner);
    const options = { url: database.migratorUrl, migrations, log: silentLogger() };
    await migrateDown(options);
    expect(await describeSchema(owner)).not.toMatch(/sessions/);
    await migrate(options);
    expect(await describeSchema(owner)).toBe(before);
  });
});

describe('ended sessions', () => {
  it('are removed over all offices, and others stay', async () => {
    const log = silentLogger();
    const db = openDatabase({ url: database.appUrl, name: 'gateway', log });
    const system = openSystemDatabase({ url: database.relayUrl, name: 'gateway-system', log });
    const limits = { idleMs: 1_800_000, absoluteMs: 3_600_000 };
    const start = new Date('2026-11-24T01:00:00Z');
    const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
    const identityIn = (tenantId: string) => ({ tenantId, kind: 'staff', issuer: 'https://id.example', subject: 'a' }) as const;
    const [idle, other, fresh] = await Promise.all(
      [identityIn('xingsheng'), identityIn('baihe'), identityIn('xingsheng')].map((identity, index) => openSession(db, identity, { now: at(index === 2 ? 20 : 0), absoluteMs: limits.absoluteMs })),
    );
    expect(await removeEndedSessions(system, { now: at(31), idleMs: limits.idleMs })).toBe(2);
    const find = (cookie = '') => findSession(db, cookie, { now: at(31), limits, touch: false });
    expect([await find(idle), await find(other)]).toEqual([undefined, undefined]);
    expect(await find(fresh)).toMatchObject({ identity: identityIn('xingsheng') });
    await db.close();
    await system.close();
  });
});
