import { createTestDatabase, openGateTo, silentLogger, type Gate, type TestDatabase } from '@linli/testing';
import { openDatabase, openSystemDatabase } from './database';

const log = silentLogger();
let test: TestDatabase;
let gate: Gate;

beforeAll(async () => {
  test = await createTestDatabase({ name: 'silence', migrations: [] });
  gate = await openGateTo(test.appUrl);
});

afterAll(async () => {
  await gate.cut();
  await test.drop();
});

describe('a server that falls silent without a word', () => {
  it('fails the transaction under way as an outage, and the next one takes a new connection', async () => {
    const db = openDatabase({ url: gate.through(test.appUrl), name: 'silent', log, silenceMs: 300 });
    const began = Date.now();
    const cutOff = db.withTenant({ tenantId: 'xingsheng' }, async (tx) => {
      await tx.raw('select 1');
      gate.silence();
      await tx.raw('select 2');
    });
    await expect(cutOff).rejects.toMatchObject({ kind: 'unavailable', reason: 'DATABASE_UNAVAILABLE' });
    expect(Date.now() - began).toBeLessThan(5_000);
    await expect(db.withTenant({ tenantId: 'xingsheng' }, async (tx) => tx.raw('select 3'))).resolves.toMatchObject({ rowCount: 1 });
    await db.close();
  });

  it('holds up a relay or a sealer no longer', async () => {
    const system = openSystemDatabase({ url: gate.through(test.relayUrl), name: 'silent', log, silenceMs: 300 });
    await system.ping();
    gate.silence();
    await expect(system.ping()).rejects.toMatchObject({ kind: 'unavailable' });
    await system.ping();
    await system.close();
  });

  it('is not taken for silent while a statement runs within its time', async () => {
    const db = openDatabase({ url: test.appUrl, name: 'silent', log, silenceMs: 2_000 });
    await expect(db.withTenant({ tenantId: 'xingsheng' }, async (tx) => tx.raw('select pg_sleep(0.5)'))).resolves.toMatchObject({ rowCount: 1 });
    await db.close();
  });
});
