import { openDatabase, openSystemDatabase } from '@linli/db';
import { createSealer, recordAudit } from '@linli/audit';
import { createMetrics } from '@linli/telemetry';
import * as organization from '@linli/organization';
import { createTestDatabase, silentLogger, type TestDatabase } from '@linli/testing';
import { runAudit } from '../src/audit';
import { databaseEnvironment, printed } from './support';

describe('audit verify', () => {
  let database: TestDatabase;
  let env: NodeJS.ProcessEnv;
  const log = silentLogger();

  beforeAll(async () => {
    database = await createTestDatabase({ name: 'organization', migrations: organization.migrations });
    const url = database.relayUrl;
    env = databaseEnvironment({ ORGANIZATION_RELAY_URL: url, RESIDENTS_RELAY_URL: url, REQUESTS_RELAY_URL: url });
    const db = openDatabase({ url: database.appUrl, name: 'operator-test', log });
    const caller = { tenantId: 'xingsheng', subject: 'staff-1', kind: 'staff' as const };
    for (const objectId of ['a', 'b', 'c']) {
      await db.withTenant(caller, (tx) => recordAudit(tx, caller, { action: 'unit.read', objectType: 'unit', objectId }));
    }
    await db.close();
    const system = openSystemDatabase({ url, name: 'operator-test', log });
    const sealer = createSealer({ system, log, metrics: createMetrics('operator-test'), now: () => new Date() });
    await sealer.sealOnce();
    await sealer.stop();
    await system.close();
  });
  afterAll(() => database.drop());

  it('says so when the chains are whole', async () => {
    expect(await printed(() => runAudit(['verify'], env))).toContain('organization: the audit chains are whole');
  });

  it('shows where an entry was changed, and fails', async () => {
    const admin = openSystemDatabase({ url: database.adminUrl, name: 'operator-test', log });
    await admin.knex.transaction(async (trx) => {
      await trx.raw('set local session_replication_role = replica'); // only a superuser gets past the append-only trigger
      await trx('audit_entries').where({ object_id: 'b' }).update({ action: 'unit.write' });
    });
    await admin.close();
    let refusal: unknown;
    const output = await printed(async () => {
      refusal = await runAudit(['verify', '--tenant', 'xingsheng'], env).catch((error: unknown) => error);
    });
    expect(output).toMatch(/xingsheng\s+2\s+changed/);
    expect(refusal).toMatchObject({ reason: 'AUDIT_BROKEN' });
  });
});
