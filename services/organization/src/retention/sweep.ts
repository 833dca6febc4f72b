import { setTimeout as pause } from 'node:timers/promises';
import { recordAudits } from '@linli/audit';
import { systemCaller } from '@linli/auth';
import { addDays, instantAt, localDateOf, ruleSetAt } from '@linli/clocks';
import type { Database, SystemDatabase, Tx } from '@linli/db';
import { internal } from '@linli/errors';
import type { Logger, Metrics } from '@linli/telemetry';
import { endTellings } from '../bookings/telling';
import { recordChanges } from '../changes';
import { followVersions } from '../work/store';
import { kept } from './kept';
import type { Kept } from './retention';

export interface RetentionSweepOptions {
  readonly db: Database;
  /** The relay role's: it only finds which offices there are. */
  readonly system: SystemDatabase;
  readonly now: () => Date;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface RetentionSweep {
  start(): void;
  /** Resolves when the batch at hand is committed. */
  stop(): Promise<void>;
  /** Erases all that is over its time by `now()`, in offices that are suspended too, and gives how many rows that were; what was to be told of bookings that are over waits no more. */
  sweepOnce(): Promise<number>;
}

const sweepEveryMs = 3_600_000;
const batchSize = 200;

/**
 * The rule set in force today says how long, also for what was written under an older one: a shorter time helps those it is
 * about at once. Any number of sweeps may run; each passes over the rows that another one holds.
 */
export function createRetentionSweep(options: RetentionSweepOptions): RetentionSweep {
  const { db, system, now, log } = options;
  const erased = options.metrics.counter('linli_retention_erased_total', 'Rows out of which what was over its time was erased.', ['rule_set']);
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function sweepOnce(): Promise<number> {
    const tenants = await system.knex('tenants').select<{ tenant_id: string }[]>('tenant_id').orderBy('tenant_id');
    let total = 0;
    for (const { tenant_id: tenantId } of tenants) {
      await db.withTenant({ tenantId }, (tx) => endTellings(tx, now())).catch(complain(tenantId, 'tellings'));
      for (const one of kept) total += await sweep(tenantId, one).catch(complain(tenantId, one.ruleSet));
    }
    return total;
  }

  async function sweep(tenantId: string, one: Kept): Promise<number> {
    let total = 0;
    for (let size = 1; size > 0 && !stopping.signal.aborted; total += size) {
      size = await db.withTenant({ tenantId }, (tx) => eraseBatch(tx, { tenantId, one, at: now() }));
      erased.inc({ rule_set: one.ruleSet }, size);
    }
    return total;
  }

  /** The others go on, and the next sweep tries this one again. */
  function complain(tenantId: string, what: string): (error: unknown) => number {
    return (err) => {
      log.error({ tenant: tenantId, what, err }, 'what is over its time could not be erased');
      return 0;
    };
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sweepOnce().catch((err: unknown) => log.warn({ err }, 'retention sweep failed'));
      await pause(sweepEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    sweepOnce,
    start() {
      running ??= loop();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function eraseBatch(tx: Tx, { tenantId, one, at }: { readonly tenantId: string; readonly one: Kept; readonly at: Date }): Promise<number> {
  const { objectType, code, event, payload, threadOf } = one;
  const { limit } = await ruleSetAt(tx, one.ruleSet, localDateOf(at));
  if (limit.unit !== 'calendar_days') throw internal('RETENTION_NOT_IN_DAYS', 'what is kept is kept for calendar days', { details: { ruleSet: one.ruleSet } });
  const beforeDay = addDays(localDateOf(at), -limit.amount);
  const rows = await one.erase(tx, { beforeDay, before: instantAt(beforeDay, 0), most: batchSize });
  if (rows.length === 0) return 0;
  const caller = systemCaller(tenantId, 'organization', []);
  const action = `${objectType}.${code}`;
  if (event === undefined) {
    await recordAudits(tx, caller, rows.map(({ id }) => ({ action, objectType, objectId: id })));
    return rows.length;
  }
  const changes = rows.map((row) => {
    const threadId = threadOf?.(row);
    const entry = threadId == null ? {} : { entry: { threadId, unitPath: row.unitPath, at, code } };
    return { action, objectType, id: row.id, version: row.version, event, payload: payload(row), ...entry };
  });
  await recordChanges(tx, caller, changes);
  await followVersions(tx, `organization.${objectType}`, rows);
  return rows.length;
}
