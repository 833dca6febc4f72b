import type { Knex } from 'knex';

/** Whose rows a transaction may see. A `Caller` is one. */
export interface TenantScope {
  readonly tenantId: string;
}

declare const tenantTransaction: unique symbol;

/** A transaction bound to one tenant. Only `Database.withTenant` makes one, so an event outside one does not compile. */
export type Tx = Knex.Transaction & { readonly [tenantTransaction]: true };

interface TxFacts {
  readonly tenantId: string;
  wroteOutbox: boolean;
}

export function bindTenant(trx: Knex.Transaction, tenantId: string): Tx {
  trx.userParams = { tenantId, wroteOutbox: false } satisfies TxFacts;
  return trx as Tx;
}

/** The tenant this transaction is bound to. */
export function tenantOf(tx: Tx): string {
  return (tx.userParams as TxFacts).tenantId;
}

/** Notes that this transaction wrote an outbox row, so that `onCommit` wakes the relay. */
export function markOutbox(tx: Tx): void {
  (tx.userParams as TxFacts).wroteOutbox = true;
}

export function wroteOutbox(tx: Tx): boolean {
  return (tx.userParams as TxFacts).wroteOutbox;
}
