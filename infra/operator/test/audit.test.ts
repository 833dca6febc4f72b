import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createSealer, recordAudit } from '@linli/audit';
import { Secret } from '@linli/config';
import { openDatabase, openSystemDatabase } from '@linli/db';
import * as organization from '@linli/organization';
import { createMetrics } from '@linli/telemetry';
import { captureLogger, createTestDatabase, silentLogger, type TestDatabase } from '@linli/testing';
import { runAudit } from '../src/audit';
import { databaseEnvironment, printed } from './support';

const run = promisify(execFile);
const log = silentLogger();
const pair = generateKeyPairSync('ed25519');
const kid = 'office-2026';

let database: TestDatabase;
let env: NodeJS.ProcessEnv;
let folder: string;
let ids: string[];
const inFolder = (name: string): string => path.join(folder, name);
const offline = (...more: string[]): string[] => ['verify', '--from', inFolder('now'), '--key', inFolder('keys.json'), ...more];

/** What is printed, and how it ends. */
async function audit(args: readonly string[], environment: NodeJS.ProcessEnv = env): Promise<{ output: string; refusal: unknown }> {
  let refusal: unknown;
  const output = await printed(async () => {
    refusal = await runAudit(args, environment).catch((error: unknown) => error);
  });
  return { output, refusal };
}

/** As somebody who gets past the append-only trigger: a superuser. */
async function tamper(change: object): Promise<void> {
  const admin = openSystemDatabase({ url: database.adminUrl, name: 'operator-test', log });
  await admin.knex.transaction(async (trx) => {
    await trx.raw('set local session_replication_role = replica');
    await trx('audit_entries').where({ object_id: 'b' }).update(change);
  });
  await admin.close();
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'linli-audit-'));
  database = await createTestDatabase({ name: 'organization', migrations: organization.migrations });
  const url = database.relayUrl;
  const jwks = JSON.stringify({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid }] });
  await writeFile(inFolder('keys.json'), jwks);
  env = { ...databaseEnvironment({ ORGANIZATION_RELAY_URL: url, RESIDENTS_RELAY_URL: url, REQUESTS_RELAY_URL: url }), AUDIT_TRUSTED_KEYS: jwks };
  const db = openDatabase({ url: database.appUrl, name: 'operator-test', log });
  const caller = { tenantId: 'xingsheng', subject: 'staff-1', kind: 'staff' as const };
  for (const objectId of ['a', 'b', 'c']) {
    await db.withTenant(caller, (tx) => recordAudit(tx, caller, { action: 'unit.read', objectType: 'unit', objectId }));
  }
  await db.close();
  const system = openSystemDatabase({ url, name: 'operator-test', log });
  const signingKey = new Secret(JSON.stringify({ ...pair.privateKey.export({ format: 'jwk' }), kid }));
  const captured = captureLogger();
  await createSealer({ system, signingKey, log: captured.log, metrics: createMetrics('operator-test'), now: () => new Date() }).sealOnce();
  ids = (await system.knex<{ id: string }>('audit_entries').orderBy('seq')).map(({ id }) => id);
  await system.close();
  await writeFile(inFolder('service.log'), captured.text());
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

describe('audit', () => {
  it('says when the chains are whole, in the databases and in files without one', async () => {
    expect(await audit(['verify', '--marks', inFolder('service.log')])).toEqual({
      output: ['organization', 'residents', 'requests'].map((service) => `${service}: the audit chains are whole\n`).join(''),
      refusal: undefined,
    });
    expect((await audit(['export', '--to', inFolder('now')])).output).toContain('residents xingsheng: 3 entries\n');
    await audit(['export', '--to', inFolder('kept')]);
    expect((await audit(offline(), {})).output).toContain('requests: the audit chains are whole\n');
    expect(JSON.parse((await audit(offline('--json'), {})).output)).toEqual({ ok: true, signaturesChecked: true, findings: [] });
    expect((await audit(['verify', '--from', inFolder('now')], {})).output).toContain('the signatures of checkpoints were not checked');
  });

  it('shows where an entry was changed in one line, or as JSON, and fails', async () => {
    await tamper({ action: 'unit.write' });
    await audit(['export', '--to', inFolder('now')]);
    await tamper({ action: 'unit.read' });
    const line = `organization xingsheng #2 ${ids[1]}: changed: the entry is not what was sealed`;
    const { output, refusal } = await audit(offline('--tenant', 'xingsheng'), {});
    expect(output.split('\n')[0]).toBe(line);
    expect(output.split('\n').filter((text) => text.startsWith('organization'))).toHaveLength(1);
    expect(refusal).toMatchObject({ reason: 'AUDIT_BROKEN' });
    const json = JSON.parse((await audit(offline('--json'), {})).output) as object;
    expect(json).toMatchObject({ ok: false, findings: [{ service: 'organization', tenantId: 'xingsheng', seq: 2, entryId: ids[1], problem: 'changed' }, { service: 'residents' }, { service: 'requests' }] });
  });

  it('names by its line what was changed in a file, and by an earlier export what was rewritten', async () => {
    await audit(['export', '--to', inFolder('now')]);
    const file = inFolder('now/residents/xingsheng.jsonl');
    const original = await readFile(file, 'utf8');
    await writeFile(file, original.replace('"seq":3,"sessionId"', '"seq": 3,"sessionId"'));
    expect((await audit(offline(), {})).output).toContain('residents xingsheng #3 line 5: malformed: ');
    await writeFile(file, original.replace(/"hash":"..(?=.{62}","id":"[^"]*","objectId":"c")/, '"hash":"ff'));
    expect((await audit(offline('--kept', inFolder('kept')), {})).output).toContain(`residents xingsheng #3 ${ids[2]}: rewritten: `);
  });

  it('says by a checkpoint kept elsewhere that a whole tenant is gone, and refuses a mark that we did not sign', async () => {
    await audit(['export', '--to', inFolder('now')]);
    await rm(inFolder('now/requests/xingsheng.jsonl'));
    await writeFile(inFolder('now/requests/other.jsonl'), '');
    const { output } = await audit(offline('--marks', inFolder('service.log')), {});
    expect(output).toContain('requests xingsheng #3: checkpoint_missing: ');
    expect(output).toContain('requests xingsheng #1 to #3: cut_tail: ');
    await writeFile(inFolder('marks'), 'e30.e30.e30\n');
    expect((await audit(['verify', '--marks', inFolder('marks')])).output).toContain('organization unknown #0: checkpoint_forged: ');
  });

  it('ends as a program with 1 when something is wrong and needs no platform for that', async () => {
    await audit(['export', '--to', inFolder('now')]);
    const program = ['--require', path.join(__dirname, '../../../packages/testing/from-source.cjs'), path.join(__dirname, '../src/main.ts'), 'audit', ...offline()];
    const clean = { env: { PATH: process.env['PATH'] ?? '' } };
    expect((await run(process.execPath, program, clean)).stdout).toContain('organization: the audit chains are whole');
    const file = inFolder('now/organization/xingsheng.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"actor":"staff-1"', '"actor":"staff-2"'));
    const broken = run(process.execPath, program, clean);
    await expect(broken).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining(`organization xingsheng #1 ${ids[0]}: changed: `), stderr: expect.stringContaining('AUDIT_BROKEN') });
  });

  it('must be told what to do', async () => {
    for (const args of [[], ['export'], ['repair']]) await expect(runAudit(args, env)).rejects.toMatchObject({ reason: 'ACTION_UNKNOWN' });
  });
});
