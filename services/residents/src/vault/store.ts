import { tenantOf, type Tx } from '@linli/db';

export interface WrappedKey {
  readonly id: string;
  readonly version: number;
  /** Which key-encryption key wraps it. */
  readonly kekId: string;
  readonly wrapped: Buffer;
}

interface KeyRow {
  tenant_id: string;
  id: string;
  version: number;
  kek_id: string;
  wrapped: Buffer;
}

/** The tenant's data keys, the newest first. */
export async function listKeys(tx: Tx): Promise<WrappedKey[]> {
  const rows = await tx<KeyRow>('vault_keys').where({ tenant_id: tenantOf(tx) }).orderBy('version', 'desc');
  return rows.map(({ id, version, kek_id: kekId, wrapped }) => ({ id, version, kekId, wrapped }));
}

/** Does nothing when another transaction was first; waits for it when it is under way. */
export async function insertKey(tx: Tx, key: WrappedKey): Promise<void> {
  const { id, version, kekId, wrapped } = key;
  await tx('vault_keys')
    .insert({ tenant_id: tenantOf(tx), id, version, kek_id: kekId, wrapped })
    .onConflict(['tenant_id', 'version'])
    .ignore();
}
