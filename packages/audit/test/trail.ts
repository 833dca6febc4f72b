import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Caller } from '@linli/auth';
import { Secret } from '@linli/config';
import { createMetrics } from '@linli/telemetry';
import { fixedClock, silentLogger, testCaller } from '@linli/testing';
import { createSealer, exportAudit, recordAudit, verifyAudit, verifyExport, type AuditFinding, type SealerOptions, type VerifyOptions } from '../src/index';
import type { AuditDatabase } from './audit-database';

export const office = testCaller();
export const otherOffice = testCaller({ tenantId: 'other' });
export const objectId = '01a20d80-2781-7069-883e-7d105224a7f2';

export function keyPair(kid: string, type: 'ed25519' | 'ec' = 'ed25519') {
  const pair = type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const open = { ...pair.publicKey.export({ format: 'jwk' }), kid };
  return { signingKey: new Secret(JSON.stringify({ ...pair.privateKey.export({ format: 'jwk' }), kid })), jwks: JSON.stringify({ keys: [open] }) };
}

/** What a service does with its trail, on a test's database. */
export function useTrail(db: Pick<AuditDatabase, 'app' | 'system'>) {
  const time = fixedClock('2026-11-24T09:00:00+08:00');
  const keys = keyPair('office-2026');

  async function record(count: number, caller: Pick<Caller, 'tenantId' | 'subject' | 'kind'> = office): Promise<void> {
    await db.app.withTenant(caller, async (tx) => {
      for (let index = 0; index < count; index += 1) {
        await recordAudit(tx, caller, { action: 'case.accept', objectType: 'case', objectId, details: { index, late: false }, at: time.now() });
      }
    });
  }

  function sealer(changes: Partial<SealerOptions> = {}) {
    return createSealer({ system: db.system, signingKey: keys.signingKey, log: silentLogger(), metrics: createMetrics('test'), now: () => time.now(), intervalMs: 5, ...changes });
  }

  function verify(options: VerifyOptions = {}): Promise<AuditFinding[]> {
    return verifyAudit(db.system.knex, { checkpointKeys: keys.jwks, ...options });
  }

  /** Exports the trail as it is now; the folder goes with the test. */
  async function exported(): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'linli-audit-'));
    folders.push(folder);
    await exportAudit(db.system.knex, folder);
    return folder;
  }
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  function verifyFiles(folder: string, options: VerifyOptions = {}): Promise<AuditFinding[]> {
    return verifyExport(folder, { checkpointKeys: keys.jwks, ...options });
  }

  return { time, keys, record, sealer, verify, exported, verifyFiles };
}
