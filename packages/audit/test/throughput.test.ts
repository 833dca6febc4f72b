import { eventually } from '@linli/testing';
import { recordAudit } from '../src/index';
import { useAuditDatabase } from './audit-database';
import { objectId, office, useTrail } from './trail';

jest.setTimeout(60_000);

const db = useAuditDatabase();
const { record, sealer, verify } = useTrail(db);
const isMeasured = process.env['LINLI_TEST_DURABLE'] === '1';

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
    ['one tenant', 1, 60],
    ['fifty tenants', 50, 500],
  ])('seals a backlog of 6,000 entries of %s in a few statements a batch', async (name, tenants, mostStatements) => {
    for (let index = 0; index < tenants; index += 1) await record(6000 / tenants, { ...office, tenantId: `office-${index}` });
    let statements = 0;
    const count = (): void => void (statements += 1);
    db.system.knex.on('query', count);
    const startedAt = performance.now();
    expect(await sealer({ signingKey: undefined }).sealOnce()).toBe(6000);
    db.system.knex.off('query', count);
    report(`sealed from a backlog of ${name}`, 6000, startedAt);
    expect(statements).toBeGreaterThan(tenants);
    expect(statements).toBeLessThan(mostStatements);
    expect(await verify()).toEqual([]);
  });

  it.each([
    ['one tenant', 1],
    ['fifty tenants', 50],
  ])('keeps up with the changes of %s while they are made', async (name, tenants) => {
    const running = sealer({ intervalMs: 50 });
    await running.start();
    const startedAt = performance.now();
    try {
      await makeChanges(3000, (index) => `office-${index % tenants}`);
      const madeMs = performance.now() - startedAt;
      await eventually(async () => expect(await unsealed()).toBe(0));
      // What is left when the changes end is sealed in less time than they took: the trail never falls behind for good.
      expect(performance.now() - startedAt).toBeLessThan(2 * madeMs);
      const perSecond = report(`changed and sealed, ${name}`, 3000, startedAt);
      // How fast depends on what else the machine does: the promise is held to where nothing else runs and the disk is waited for.
      if (isMeasured) expect(perSecond).toBeGreaterThan(500);
    } finally {
      await running.stop();
    }
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
