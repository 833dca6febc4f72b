import type { Knex } from 'knex';
import { entryColumns, entryOf, sealColumns, type SealedEntry, type StoredEntry } from './chain';
import type { Chain, Head, StoredCheckpoint } from './chain-walk';
import type { Checkpoint } from './checkpoint';

const pageSize = 1000;

export function inSnapshot<T>(knex: Knex, work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
  return knex.transaction(work, { isolationLevel: 'repeatable read', readOnly: true });
}

/** The tenant's chain in the database; its entries are read by pages while they are walked. */
export async function readChain(tx: Knex.Transaction, tenantId: string): Promise<Chain> {
  const head = await tx('audit_heads').select<Head[]>('seq', tx.raw(`encode(hash, 'hex') as hash`)).where('tenant_id', tenantId).first();
  const checkpoints = await tx('audit_checkpoints')
    .select<StoredCheckpoint[]>('seq', 'jws', tx.raw(`regexp_replace(to_char(signed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '000Z$', 'Z') as "signedAt"`))
    .where('tenant_id', tenantId)
    .orderBy('audit_checkpoints.seq');
  return { tenantId, head, checkpoints, entries: readEntries(tx, tenantId) };
}

async function* readEntries(tx: Knex.Transaction, tenantId: string): AsyncGenerator<SealedEntry> {
  let after: { readonly seq: number; readonly id: string } = { seq: 0, id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    // By id too: somebody who removed the unique index may have put two entries at one place.
    const page = await tx('audit_entries')
      .select<StoredEntry<SealedEntry>[]>(tx.raw(`${entryColumns}, ${sealColumns}`))
      .where({ tenant_id: tenantId })
      .whereRaw('(seq, id) > (?, ?)', [after.seq, after.id])
      .orderBy(['audit_entries.seq', 'audit_entries.id'])
      .limit(pageSize);
    for (const row of page) yield entryOf(row);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last;
  }
}

export async function tenantsOf(knex: Knex, kept: readonly Checkpoint[] = []): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { tenant_id: string }[] }>(
    'select distinct tenant_id from audit_entries union select tenant_id from audit_heads union select tenant_id from audit_checkpoints',
  );
  return [...new Set([...rows.map((row) => row.tenant_id), ...kept.map((mark) => mark.tenantId)])].sort();
}
