import { systemCaller } from '@linli/auth';
import { Secret } from '@linli/config';
import { describeSchema, migrate, migrateDown } from '@linli/db';
import { createMetrics } from '@linli/telemetry';
import { captureLogger, eventually, fixedClock, silentLogger } from '@linli/testing';
import { recordAudit, type AuditFinding } from '../src/index';
import { migrations, useAuditDatabase } from './audit-database';
import { keyPair, objectId, office, otherOffice, useTrail } from './trail';

const db = useAuditDatabase();
const { time, record, sealer, verify } = useTrail(db);

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

  it('asks an idle database one thing a look, and for signatures that are due once a minute', async () => {
    const clock = fixedClock('2026-11-24T09:00:00+08:00');
    const idle = sealer({ now: () => clock.now() });
    await record(1);
    await idle.sealOnce();
    const asked: string[] = [];
    db.system.knex.on('query', ({ sql }: { sql: string }) => asked.push(/audit_checkpoints|audit_entries/.exec(sql)?.[0] ?? sql));
    await idle.sealOnce();
    expect(asked.splice(0)).toEqual(['audit_entries']);
    clock.advance(60_000);
    await idle.sealOnce();
    await idle.sealOnce();
    expect(asked).toEqual(['audit_entries', 'audit_checkpoints', 'audit_entries']);
    db.system.knex.removeAllListeners('query');
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

const { tenantId } = office;

function sql(text: string): Promise<unknown> {
  return db.attacker.raw(text);
}

describe('verify', () => {
  beforeEach(async () => {
    await record(6);
    await record(3, otherOffice);
    await sealer().sealOnce();
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
