import { generateKeyPairSync } from 'node:crypto';
import { systemCaller } from '@linli/auth';
import { Secret } from '@linli/config';
import { describeSchema, migrate, migrateDown } from '@linli/db';
import { createMetrics } from '@linli/telemetry';
import { captureLogger, eventually, fixedClock, silentLogger, testCaller } from '@linli/testing';
import { createSealer, recordAudit, verifyAudit, type AuditFinding, type SealerOptions, type VerifyOptions } from '../src/index';
import { migrations, useAuditDatabase } from './audit-database';

const db = useAuditDatabase();
const office = testCaller();
const otherOffice = testCaller({ tenantId: 'other' });
const time = fixedClock('2026-11-24T09:00:00+08:00');
const keys = keyPair('office-2026');
const objectId = '01a20d80-2781-7069-883e-7d105224a7f2';

function keyPair(kid: string, type: 'ed25519' | 'ec' = 'ed25519') {
  const pair = type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const open = { ...pair.publicKey.export({ format: 'jwk' }), kid };
  return { signingKey: new Secret(JSON.stringify({ ...pair.privateKey.export({ format: 'jwk' }), kid })), jwks: JSON.stringify({ keys: [open] }) };
}

async function record(count: number, caller = office): Promise<void> {
  await db.app.withTenant(caller, async (tx) => {
    for (let index = 0; index < count; index += 1) {
      await recordAudit(tx, caller, { action: 'case.accept', objectType: 'case', objectId, details: { index, late: false }, at: time.now() });
    }
  });
}

function sealer(changes: Partial<SealerOptions> = {}) {
  return createSealer({
    system: db.system,
    signingKey: keys.signingKey,
    log: silentLogger(),
    metrics: createMetrics('test'),
    now: () => time.now(),
    intervalMs: 5,
    ...changes,
  });
}

function verify(options: VerifyOptions = {}): Promise<AuditFinding[]> {
  return verifyAudit(db.system.knex, { checkpointKeys: keys.jwks, ...options });
}

describe('an audit entry', () => {
  it('commits and rolls back with the act', async () => {
    const failing = db.app.withTenant(office, async (tx) => {
      await recordAudit(tx, office, { action: 'case.accept', objectType: 'case', objectId });
      throw new Error('the act failed');
    });
    await expect(failing).rejects.toBeDefined();
    expect(await db.system.knex('audit_entries')).toEqual([]);
    const reveal = { action: 'person.reveal', objectType: 'person', objectId, purpose: 'callback', outcome: 'denied', details: { fields: 2 } } as const;
    await db.app.withTenant(office, (tx) => recordAudit(tx, { ...office, sessionId: 'session-1' }, { ...reveal, at: time.now() }));
    expect(await db.system.knex('audit_entries').first()).toMatchObject({
      tenant_id: 'xingsheng',
      at: time.now(),
      actor: office.subject,
      actor_kind: 'staff',
      session_id: 'session-1',
      action: 'person.reveal',
      object_id: objectId,
      purpose: 'callback',
      outcome: 'denied',
      details: { fields: 2 },
      seq: null,
    });
  });

  it.each([
    ['AUDIT_NOT_A_CODE', { objectId: '150602199003071234' }],
    ['AUDIT_NOT_A_CODE', { purpose: '他打电话来问' }],
    ['AUDIT_NOT_A_CODE', { details: { phone: '13812345678' } }],
  ])('refuses with %s what could be personal: %j', async (reason, changes) => {
    const written = db.app.withTenant(office, (tx) => recordAudit(tx, office, { action: 'a.b', objectType: 'case', objectId, ...changes }));
    await expect(written).rejects.toMatchObject({ kind: 'internal', reason });
  });

  it('is written for the tenant of the transaction only', async () => {
    const written = db.app.withTenant(office, (tx) => recordAudit(tx, otherOffice, { action: 'a.b', objectType: 'case', objectId }));
    await expect(written).rejects.toMatchObject({ reason: 'AUDIT_TENANT_DIFFERS' });
    await record(1);
    await record(1, systemCallerOf('other'));
    expect(await db.app.withTenant(office, (tx) => tx('audit_entries'))).toHaveLength(1);
    expect(await db.system.knex('audit_entries')).toHaveLength(2);
  });
});

function systemCallerOf(tenantId: string) {
  return systemCaller(tenantId, 'test', []);
}

describe('the tables', () => {
  it('let nobody change or remove an entry, and the relay seal it once', async () => {
    await record(2);
    await sealer().sealOnce();
    await record(1);
    const app = (sql: string) => db.app.withTenant(office, (tx) => tx.raw(sql));
    for (const sql of [
      `update audit_entries set action = 'x'`,
      'update audit_entries set seq = 9',
      'delete from audit_entries',
      `update audit_heads set seq = 0`,
      'delete from audit_checkpoints',
      `insert into audit_entries select tenant_id, gen_random_uuid(), at, actor, actor_kind, action, object_type, object_id, outcome, session_id, purpose, trace_id, details, 9, hash, hash, 'sha256' from audit_entries where seq = 1`,
    ]) {
      await expect(app(sql)).rejects.toMatchObject({ kind: 'internal', cause: { message: expect.stringContaining('42501') } });
    }
    const relay = db.system.knex;
    for (const sql of [
      `update audit_entries set action = 'x' where seq is null`,
      `update audit_entries set hash = '\\x00' where seq = 1`,
      `update audit_entries set seq = null, hash = null, prev_hash = null, algorithm = null where seq = 1`,
      'delete from audit_entries',
      'truncate audit_entries',
      `update audit_checkpoints set jws = 'x'`,
      'delete from audit_checkpoints',
    ]) {
      await expect(relay.raw(sql)).rejects.toMatchObject({ code: '42501' });
    }
    expect(await verify()).toEqual([]);
  });

  it('are closed to their owner too', async () => {
    await record(2);
    await sealer().sealOnce();
    const owner = db.attacker;
    await owner.raw('set session_replication_role = origin');
    for (const sql of [`update audit_entries set action = 'x'`, 'delete from audit_entries', 'truncate audit_entries', 'delete from audit_checkpoints', 'truncate audit_checkpoints']) {
      await expect(owner.raw(sql)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('go down and come up the same', async () => {
    const before = await describeSchema(db.attacker);
    await migrateDown({ url: db.test.migratorUrl, migrations, log: silentLogger() });
    expect(await describeSchema(db.attacker)).not.toContain('audit');
    await migrate({ url: db.test.migratorUrl, migrations, log: silentLogger() });
    expect(await describeSchema(db.attacker)).toBe(before);
    for (const table of ['audit_entries', 'audit_heads', 'audit_checkpoints']) expect(before).toContain(`${table} enabled forced`);
  });
});

describe('the sealer', () => {
  it('makes one chain a tenant, whatever the number of sealers', async () => {
    await record(1500);
    await record(40, otherOffice);
    expect(await verify()).toEqual([]);
    const counts = await Promise.all([sealer().sealOnce(), sealer().sealOnce(), sealer().sealOnce()]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1540);
    await record(3);
    expect(await sealer().sealOnce()).toBe(3);
    expect(await sealer().sealOnce()).toBe(0);
    const heads = await db.system.knex<{ tenant_id: string; seq: number }>('audit_heads').orderBy('tenant_id');
    expect(heads.map(({ tenant_id: tenant, seq }) => [tenant, seq])).toEqual([
      ['other', 40],
      ['xingsheng', 1503],
    ]);
    expect(await verify()).toEqual([]);
  });

  it('misses no entry that commits late', async () => {
    const [inside, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = db.app.withTenant(office, async (tx) => {
      await recordAudit(tx, office, { action: 'case.slow', objectType: 'case', objectId });
      inside.resolve();
      await released.promise;
    });
    await inside.promise;
    await record(5);
    expect(await sealer().sealOnce()).toBe(5);
    released.resolve();
    await slow;
    expect(await sealer().sealOnce()).toBe(1);
    expect(await verify()).toEqual([]);
  });

  it('keeps up with more than 500 audited changes a second', async () => {
    await record(4000);
    const started = performance.now();
    expect(await sealer().sealOnce()).toBe(4000);
    expect(4000 / ((performance.now() - started) / 1000)).toBeGreaterThan(500);
    expect(await verify()).toEqual([]);
  });

  it('seals and goes on sealing in the background, and stops', async () => {
    const metrics = createMetrics('test');
    const running = sealer({ metrics });
    await running.start();
    for (const total of [4, 8]) {
      await record(4);
      await eventually(async () => expect(await db.system.knex('audit_entries').whereNotNull('seq')).toHaveLength(total));
    }
    await running.stop();
    await record(1);
    expect(await db.system.knex('audit_entries').whereNull('seq')).toHaveLength(1);
    expect(await metrics.expose()).toMatch(/linli_audit_sealed_total\{.*\} 8/);
  });

  it('signs a chain once a day when it has grown, once for all sealers, and logs the signature', async () => {
    const day = fixedClock('2026-11-24T09:00:00+08:00');
    const captured = captureLogger();
    const daily = sealer({ now: () => day.now(), log: captured.log });
    const marks = async () => (await db.system.knex<{ seq: number; jws: string }>('audit_checkpoints').orderBy('seq')).map(({ seq }) => seq);
    await record(2);
    await Promise.all([daily.sealOnce(), sealer({ now: () => day.now() }).sealOnce()]);
    expect(await marks()).toEqual([2]);
    await record(1);
    day.advance(23 * 3_600_000);
    await daily.sealOnce();
    expect(await marks()).toEqual([2]);
    day.advance(3_600_000);
    await daily.sealOnce();
    expect(await marks()).toEqual([2, 3]);
    day.advance(48 * 3_600_000);
    await daily.sealOnce();
    expect(await marks()).toEqual([2, 3]);
    const kept = captured.lines.flatMap(({ checkpoint }) => (typeof checkpoint === 'string' ? [checkpoint] : []));
    expect(kept.length).toBeGreaterThan(0);
    expect(await verify({ keptCheckpoints: kept })).toEqual([]);
  });

  it('signs with ES256 as well', async () => {
    const other = keyPair('p256', 'ec');
    await record(1);
    await sealer({ signingKey: other.signingKey }).sealOnce();
    expect(await verify({ checkpointKeys: other.jwks })).toEqual([]);
    expect(await verify()).toEqual([{ tenantId: 'xingsheng', seq: 1, problem: 'checkpoint_forged' }]);
  });

  it('says so when it has no key, and refuses one that is none', async () => {
    const captured = captureLogger();
    const keyless = sealer({ signingKey: undefined, log: captured.log });
    await record(1);
    await keyless.start();
    await eventually(async () => expect(await db.system.knex('audit_entries').whereNotNull('seq')).toHaveLength(1));
    await keyless.stop();
    expect(captured.text()).toContain('no signing key');
    expect(await db.system.knex('audit_checkpoints')).toEqual([]);
    for (const text of ['not json', '{"kty":"oct","k":"AAAA","kid":"x"}', '{"kty":"OKP","crv":"Ed25519","kid":"x","d":"?"}']) {
      const broken = sealer({ signingKey: new Secret(text) }).sealOnce();
      await expect(broken).rejects.toMatchObject({ reason: 'CHECKPOINT_KEY_INVALID' });
    }
  });
});

const tenantId = office.tenantId;

/** Ten sealed entries, signed at the 6th; and a second tenant that must stay clean. */
async function sealTen(): Promise<void> {
  await record(6);
  await record(3, otherOffice);
  await sealer().sealOnce();
  await record(4);
  await sealer().sealOnce();
  expect(await verify()).toEqual([]);
}

function problems(findings: AuditFinding[]): [number, string][] {
  return findings.map(({ seq, problem }) => [seq, problem]);
}

function sql(text: string): Promise<unknown> {
  return db.attacker.raw(text);
}

describe('verify', () => {
  beforeEach(sealTen);

  it.each([
    ['action', `'case.decline'`],
    ['actor', `'somebody-else'`],
    ['at', `at + interval '1 second'`],
    ['details', `'{"index": 99, "late": false}'`],
    ['outcome', `'denied'`],
    ['object_id', `'x'`],
    ['purpose', `'x'`],
    ['id', `gen_random_uuid()`],
    ['algorithm', `'sm3'`],
    ['algorithm', `'none'`],
  ])('finds a flipped %s = %s', async (column, value) => {
    await sql(`update audit_entries set ${column} = ${value} where tenant_id = '${tenantId}' and seq = 4`);
    const findings = await verify();
    expect(problems(findings)).toEqual([[4, 'changed']]);
    expect(findings[0]).toMatchObject({ tenantId });
  });

  it('finds a flip with a hash made to fit', async () => {
    await sql(`update audit_entries set hash = sha256('x') where tenant_id = '${tenantId}' and seq = 4`);
    expect(problems(await verify())).toEqual([
      [4, 'changed'],
      [5, 'unlinked'],
    ]);
  });

  it('finds a dropped entry', async () => {
    await sql(`delete from audit_entries where tenant_id = '${tenantId}' and seq in (3, 4)`);
    expect(problems(await verify())).toEqual([[3, 'missing']]);
  });

  it('finds a dropped entry though the rest moved up', async () => {
    await sql(`delete from audit_entries where tenant_id = '${tenantId}' and seq = 3`);
    await sql(`drop index audit_entries_seq`);
    await sql(`update audit_entries set seq = seq - 1 where tenant_id = '${tenantId}' and seq > 3`);
    const [first] = await verify();
    expect(first).toMatchObject({ seq: 3, problem: 'unlinked' });
  });

  it('finds an inserted entry', async () => {
    await sql('drop index audit_entries_seq');
    await sql(`update audit_entries set seq = seq + 1 where tenant_id = '${tenantId}' and seq > 4`);
    await sql(`insert into audit_entries select tenant_id, gen_random_uuid(), at, actor, actor_kind, 'case.forged', object_type, object_id, outcome,
      session_id, purpose, trace_id, details, 5, hash, sha256('x'), algorithm from audit_entries where tenant_id = '${tenantId}' and seq = 4`);
    const [first] = await verify();
    expect(first).toMatchObject({ seq: 5, problem: 'changed' });
  });

  it('finds two entries that changed places', async () => {
    await sql('drop index audit_entries_seq');
    await sql(`update audit_entries set seq = case seq when 3 then 4 else 3 end where tenant_id = '${tenantId}' and seq in (3, 4)`);
    expect(problems(await verify()).slice(0, 2)).toEqual([
      [3, 'unlinked'],
      [3, 'changed'],
    ]);
  });

});

describe('verify, by what was signed,', () => {
  beforeEach(sealTen);

  it('finds a cut tail by the head', async () => {
    await sql(`delete from audit_entries where tenant_id = '${tenantId}' and seq > 7`);
    expect(problems(await verify())).toEqual([[7, 'cut_tail']]);
  });

  it('finds a cut tail by the checkpoint when the head was cut too', async () => {
    await sql(`delete from audit_entries where tenant_id = '${tenantId}' and seq > 4`);
    await sql(`update audit_heads set seq = 4, hash = (select hash from audit_entries where tenant_id = '${tenantId}' and seq = 4) where tenant_id = '${tenantId}'`);
    expect(problems(await verify())).toEqual([[4, 'cut_tail']]);
  });

  it('finds a tail cut with its head and checkpoints by a checkpoint kept elsewhere', async () => {
    const [kept] = await db.system.knex<{ jws: string; tenant_id: string }>('audit_checkpoints').where({ tenant_id: tenantId });
    for (const table of ['audit_entries', 'audit_heads', 'audit_checkpoints']) await sql(`delete from ${table} where tenant_id = '${tenantId}'`);
    expect(problems(await verify())).toEqual([]);
    expect(await verify({ keptCheckpoints: [kept?.jws ?? ''] })).toContainEqual({ tenantId, seq: 0, problem: 'cut_tail' });
    const foreign = keyPair('office-2026').jwks;
    expect(await verify({ tenantId, keptCheckpoints: [kept?.jws ?? '', 'x'], checkpointKeys: foreign })).toEqual([
      { tenantId, seq: 6, problem: 'checkpoint_forged' },
      { tenantId: 'unknown', seq: 0, problem: 'checkpoint_forged' },
    ]);
  });

  it('finds entries behind the head, and a head that was moved', async () => {
    await sql(`update audit_heads set seq = 8 where tenant_id = '${tenantId}'`);
    expect(problems(await verify())).toEqual([
      [9, 'beyond_head'],
      [8, 'head_differs'],
    ]);
    await sql(`delete from audit_heads where tenant_id = '${tenantId}'`);
    expect(problems(await verify())).toEqual([[1, 'beyond_head']]);
  });

  it('finds a history rewritten with all its hashes, by the signed checkpoint', async () => {
    await sql(`update audit_entries set action = 'case.decline' where tenant_id = '${tenantId}' and seq = 2`);
    await sql(`update audit_entries set seq = null, prev_hash = null, hash = null, algorithm = null where tenant_id = '${tenantId}'`);
    await sql(`delete from audit_heads where tenant_id = '${tenantId}'`);
    await sealer().sealOnce();
    expect(problems(await verify())).toEqual([[6, 'checkpoint_differs']]);
  });

  it('finds a history rewritten and signed again with another key', async () => {
    for (const table of ['audit_heads', 'audit_checkpoints']) await sql(`delete from ${table} where tenant_id = '${tenantId}'`);
    await sql(`update audit_entries set seq = null, prev_hash = null, hash = null, algorithm = null where tenant_id = '${tenantId}'`);
    await sealer({ signingKey: keyPair('office-2026').signingKey }).sealOnce();
    expect(problems(await verify())).toEqual([[10, 'checkpoint_forged']]);
  });

  it('finds a checkpoint of another place or tenant, and one that was removed', async () => {
    const later = fixedClock('2026-11-27T09:00:00+08:00');
    await sealer({ now: () => later.now() }).sealOnce();
    await record(1);
    later.advance(48 * 3_600_000);
    await sealer({ now: () => later.now() }).sealOnce();
    expect(await verify()).toEqual([]);
    await sql(`delete from audit_checkpoints where tenant_id = '${tenantId}' and seq = 10`);
    expect(problems(await verify())).toEqual([[11, 'checkpoint_missing']]);
    await sql(`update audit_checkpoints set jws = (select jws from audit_checkpoints where tenant_id = 'other' limit 1) where tenant_id = '${tenantId}' and seq = 6`);
    expect(problems(await verify())).toContainEqual([6, 'checkpoint_forged']);
  });

  it('does not take a chain that grows meanwhile for one that outran its head', async () => {
    const waiting = `select from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`;
    await record(3);
    let verifying: Promise<AuditFinding[]> | undefined;
    await db.attacker.transaction(async (trx) => {
      await trx.raw('lock table audit_entries in access exclusive mode');
      verifying = verify({ tenantId });
      // It has read the head and waits for the entries.
      await eventually(async () => expect(await trx.raw<unknown>(waiting)).toMatchObject({ rowCount: 1 }));
      expect(await sealer({ system: { ...db.system, knex: trx } }).sealOnce()).toBe(3);
    });
    expect(await verifying).toEqual([]);
  });

  it('looks at one tenant when asked, and is not disturbed by a chain that grows', async () => {
    await sql(`update audit_entries set action = 'x' where tenant_id = 'other' and seq = 1`);
    expect(await verify({ tenantId })).toEqual([]);
    expect(await verify({ tenantId: 'other' })).toHaveLength(1);
    const growing = sealer();
    await growing.start();
    const writing = Array.from({ length: 20 }, () => record(5));
    for (let round = 0; round < 10; round += 1) expect(await verify({ tenantId })).toEqual([]);
    await Promise.all(writing);
    await growing.stop();
  });
});
