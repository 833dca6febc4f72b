import { setTimeout as pause } from 'node:timers/promises';
import type { Secret } from '@linli/config';
import type { SystemDatabase } from '@linli/db';
import type { Logger, Metrics } from '@linli/telemetry';
import type { Knex } from 'knex';
import { chainStart, currentAlgorithm, entryColumns, entryHash, entryOf, type Entry, type StoredEntry } from './chain';
import { checkpointSigner, type Checkpoint } from './checkpoint';

export interface SealerOptions {
  readonly system: SystemDatabase;
  /** A private JWK with a `kid`; without it no checkpoints are written, and that is logged. */
  readonly signingKey?: Secret | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly now: () => Date;
  /** Between two looks; a second when absent. */
  readonly intervalMs?: number;
}

export interface Sealer {
  start(): Promise<void>;
  /** Resolves when the batch at hand is committed. */
  stop(): Promise<void>;
  /** Seals all that is committed, writes the checkpoints that are due and gives the number of entries sealed. */
  sealOnce(): Promise<number>;
}

type Sign = (checkpoint: Checkpoint) => Promise<string>;

interface Head {
  readonly seq: number;
  /** Hexadecimal. */
  readonly hash: string;
}

const batchSize = 1000;
const checkpointEveryMs = 24 * 3_600_000;
/** A chain that does not grow becomes due by the clock alone, and once a day: no need to ask with each look at an idle database. */
const askAgainMs = 60_000;

/**
 * Links each tenant's entries into its hash chain in the order they became visible, and once a day signs where the chain
 * stands. Any number may run: the tenant's head row is locked while its chain grows, and who finds it locked passes on.
 */
export function createSealer(options: SealerOptions): Sealer {
  const { system, log, metrics, now } = options;
  const sealed = metrics.counter('linli_audit_sealed_total', 'Audit entries sealed into a chain.');
  const unsealed = metrics.gauge('linli_audit_unsealed_age_seconds', 'Age of the oldest audit entry not sealed yet; 0 when all are.');
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let signing: Promise<Sign> | undefined;
  let askedAt: number | undefined;

  function mayBeDue(total: number): boolean {
    return total > 0 || askedAt === undefined || Math.abs(now().getTime() - askedAt) >= askAgainMs;
  }

  async function sealOnce(): Promise<number> {
    const waiting = await tenantsWithUnsealed(system.knex);
    const oldest = Math.min(...waiting.map(({ since }) => since.getTime()));
    unsealed.set(waiting.length === 0 ? 0 : Math.max(0, now().getTime() - oldest) / 1000);
    let total = 0;
    for (const { tenantId } of waiting) {
      for (let size = batchSize; size === batchSize && !stopping.signal.aborted; ) {
        size = await system.knex.transaction((tx) => sealBatch(tx, tenantId));
        sealed.inc(size);
        total += size;
      }
    }
    if (options.signingKey !== undefined && mayBeDue(total)) {
      await writeCheckpoints(options, await (signing ??= checkpointSigner(options.signingKey)));
      askedAt = now().getTime();
    }
    return total;
  }

  async function loop(): Promise<void> {
    if (options.signingKey === undefined) log.warn('no signing key: audit checkpoints are not written');
    while (!stopping.signal.aborted) {
      await sealOnce().catch((error: unknown) => log.error({ err: error }, 'audit sealing failed'));
      await pause(options.intervalMs ?? 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    sealOnce,
    start() {
      running ??= loop();
      return Promise.resolve();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Seals up to a batch; 0 also when another sealer is at this tenant. */
async function sealBatch(tx: Knex.Transaction, tenantId: string): Promise<number> {
  const head = (await lockHead(tx, tenantId)) ?? (await createHead(tx, tenantId));
  if (head === undefined) return 0;
  const rows = await tx('audit_entries')
    .select<StoredEntry<Entry>[]>(tx.raw(entryColumns))
    .where({ tenant_id: tenantId })
    .whereNull('seq')
    .orderBy('audit_entries.id')
    .limit(batchSize);
  let { seq, hash } = head;
  const seals = rows.map((row) => {
    const [prevHash, place] = [hash, seq + 1];
    hash = entryHash(entryOf(row), { seq: place, prevHash, algorithm: currentAlgorithm });
    seq = place;
    return { id: row.id, seq, prevHash, hash };
  });
  await tx.raw(
    `update audit_entries set seq = seal.seq, prev_hash = decode(seal.prev_hash, 'hex'), hash = decode(seal.hash, 'hex'), algorithm = ?
       from unnest(?::uuid[], ?::bigint[], ?::text[], ?::text[]) as seal (id, seq, prev_hash, hash)
      where audit_entries.tenant_id = ? and audit_entries.id = seal.id`,
    [
      currentAlgorithm,
      seals.map((seal) => seal.id),
      seals.map((seal) => seal.seq),
      seals.map((seal) => seal.prevHash),
      seals.map((seal) => seal.hash),
      tenantId,
    ],
  );
  await tx('audit_heads').where({ tenant_id: tenantId }).update({ seq, hash: bytes(hash) });
  return rows.length;
}

/** Signs each chain that has grown and was last signed a day ago or never; also logged, for a copy outside of this database. */
async function writeCheckpoints({ system, now, log }: SealerOptions, sign: Sign): Promise<void> {
  const before = new Date(now().getTime() - checkpointEveryMs);
  const { rows } = await system.knex.raw<{ rows: { tenantId: string }[] }>(
    `select tenant_id as "tenantId" from audit_heads head where seq > 0 and not exists (
       select from audit_checkpoints mark where mark.tenant_id = head.tenant_id and (mark.seq >= head.seq or mark.signed_at > ?))`,
    [before],
  );
  for (const { tenantId } of rows) {
    const jws = await system.knex.transaction(async (tx) => {
      const head = await lockHead(tx, tenantId);
      const last = await tx<{ tenant_id: string; seq: number }>('audit_checkpoints').where('tenant_id', tenantId).orderBy('seq', 'desc').first();
      if (head === undefined || head.seq <= (last?.seq ?? 0)) return undefined;
      const signedAt = now();
      const place = { tenantId, seq: head.seq, hash: head.hash, previousSeq: last?.seq ?? 0 };
      const signed = await sign({ ...place, signedAt: signedAt.toISOString() });
      await tx('audit_checkpoints').insert({ tenant_id: tenantId, seq: head.seq, signed_at: signedAt, jws: signed });
      return signed;
    });
    if (jws !== undefined) log.info({ tenant: tenantId, checkpoint: jws }, 'audit checkpoint signed');
  }
}

async function lockHead(tx: Knex.Transaction, tenantId: string): Promise<Head | undefined> {
  return tx('audit_heads')
    .select<Head[]>('seq', tx.raw(`encode(hash, 'hex') as hash`))
    .where('tenant_id', tenantId)
    .forUpdate()
    .skipLocked()
    .first();
}

/** Undefined when there is one, which then is another sealer's: to insert it again would wait for that one. */
async function createHead(tx: Knex.Transaction, tenantId: string): Promise<Head | undefined> {
  if ((await tx('audit_heads').where('tenant_id', tenantId).first()) !== undefined) return undefined;
  await tx('audit_heads').insert({ tenant_id: tenantId, seq: 0, hash: bytes(chainStart) }).onConflict('tenant_id').ignore();
  return lockHead(tx, tenantId);
}

function bytes(hexadecimal: string): Buffer {
  return Buffer.from(hexadecimal, 'hex');
}

/** One index probe a tenant, at any backlog. */
async function tenantsWithUnsealed(knex: Knex): Promise<{ tenantId: string; since: Date }[]> {
  const { rows } = await knex.raw<{ rows: { tenantId: string; since: Date }[] }>(
    `with recursive first as (
       (select tenant_id, at from audit_entries where seq is null order by tenant_id, id limit 1)
       union all
       select later.* from first cross join lateral (
         select tenant_id, at from audit_entries where seq is null and tenant_id > first.tenant_id order by tenant_id, id limit 1) later)
     select tenant_id as "tenantId", at as since from first`,
  );
  return rows;
}
