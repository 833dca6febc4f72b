import { eventually } from '@linli/testing';
import { recordAudit } from '../src/index';
import { useAuditDatabase } from './audit-database';
import { objectId, office, useTrail } from './trail';

jest.setTimeout(60_000);

const db = useAuditDatabase();
const { record, sealer, verify } = useTrail(db);
const atLeast = 500;

function report(what: string, count: number, startedAt: number): number {
  const perSecond = Math.round(count / ((performance.now() - startedAt) / 1000));
  process.stdout.write(`audit: ${what}: ${perSecond} a second\n`);
  return perSecond;
}

async function unsealed(): Promise<number> {
  const [row] = await db.system.knex('audit_entries').whereNull('seq').count<{ count: number }[]>('* as count');
  return row?.count ?? 0;
}

/** Eight clients, each change a transaction of its own with its entry. */
async function makeChanges(total: number, tenantOf: (index: number) => string): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (next < total) {
        const caller = { ...office, tenantId: tenantOf(next++) };
        await db.app.withTenant(caller, (tx) => recordAudit(tx, caller, { action: 'case.accept', objectType: 'case', objectId, details: { version: 3 } }));
      }
    }),
  );
}

describe('the sealer', () => {
  it.each([
    ['one tenant', 1],
    ['fifty tenants', 50],
  ])('seals a backlog of %s at 500 entries a second and more', async (name, tenants) => {
    for (let index = 0; index < tenants; index += 1) await record(6000 / tenants, { ...office, tenantId: `office-${index}` });
    const startedAt = performance.now();
    expect(await sealer().sealOnce()).toBe(6000);
    expect(report(`sealed from a backlog of ${name}`, 6000, startedAt)).toBeGreaterThan(atLeast);
    expect(await verify()).toEqual([]);
  });

  it.each([
    ['one tenant', 1],
    ['fifty tenants', 50],
  ])('keeps up with 500 changes a second of %s while they are made', async (name, tenants) => {
    const running = sealer({ intervalMs: 50 });
    await running.start();
    const startedAt = performance.now();
    await makeChanges(3000, (index) => `office-${index % tenants}`);
    await eventually(async () => expect(await unsealed()).toBe(0));
    expect(report(`changed and sealed, ${name}`, 3000, startedAt)).toBeGreaterThan(atLeast);
    await running.stop();
    expect(await verify()).toEqual([]);
  });

  it('lets no writer wait, though it holds the chain’s head and all that it seals', async () => {
    await record(1);
    await sealer().sealOnce();
    await record(10);
    await db.attacker.transaction(async (sealing) => {
      // What a sealer does, and then does not commit.
      expect(await sealer({ system: { ...db.system, knex: sealing }, signingKey: undefined }).sealOnce()).toBe(10);
      await makeChanges(50, () => office.tenantId);
      expect(await sealer({ signingKey: undefined }).sealOnce()).toBe(0);
      const { rows } = await sealing.raw<{ rows: unknown[] }>('select from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0');
      expect(rows).toEqual([]);
    });
    expect(await sealer().sealOnce()).toBe(50);
    expect(await verify()).toEqual([]);
  });
});
