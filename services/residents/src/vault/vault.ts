import { createHash, createHmac, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { Secret } from '@linli/config';
import { newId, tenantOf, type Tx } from '@linli/db';
import { internal } from '@linli/errors';
import { seal, unseal, type DataKey, type Place } from './cipher';
import { insertKey, listKeys, type WrappedKey } from './store';

/** What is looked up by a keyed hash of its whole value. */
export type IndexedField = 'phone' | 'identity_number';

/** One tenant's side of the vault, for the length of a transaction. */
export interface TenantVault {
  seal(place: Omit<Place, 'tenantId'>, clear: Secret): Buffer;
  /** @throws AppError internal VAULT_BROKEN and others: changed, moved, or sealed with a key we do not have. */
  unseal(place: Omit<Place, 'tenantId'>, sealed: Buffer): Secret;
}

export interface Vault {
  /** Loads the tenant's data keys, and makes the first one when there is none. */
  forTenant(tx: Tx): Promise<TenantVault>;
  /** HMAC-SHA-256 of a normalised value under a key of this tenant and field: equal values meet, but only within a tenant. */
  blindIndex(tenantId: string, field: IndexedField, clear: Secret): Buffer;
  /** Replaces a hash of personal data, which could be guessed back, by one that cannot. */
  keyedFingerprint(tenantId: string, fingerprint: string): string;
}

interface VaultOptions {
  /** Key-encryption key, 32 bytes in base64. */
  readonly vaultKey: Secret;
  /** Root of the look-up keys, 32 bytes in base64. */
  readonly blindIndexKey: Secret;
  readonly now: () => Date;
}

const cacheMs = 300_000;
const mostCached = 1_000;

/** Envelope encryption: a data key per tenant, wrapped by a key that is never in the database. */
export function createVault({ vaultKey, blindIndexKey, now }: VaultOptions): Vault {
  const kek = createSecretKey(vaultKey.reveal(), 'base64');
  const kekId = createHash('sha256').update(kek.export()).digest('hex').slice(0, 16);
  const root = createSecretKey(blindIndexKey.reveal(), 'base64');
  const unwrapped = new Map<string, { key: KeyObject; until: number }>();

  function keyOf(tenantId: string, { id, version, kekId: wrappedBy, wrapped }: WrappedKey): DataKey {
    const known = unwrapped.get(id);
    if (known !== undefined && known.until > now().getTime()) return { id, version, key: known.key };
    if (wrappedBy !== kekId) throw internal('VAULT_KEY_MISMATCH', 'the data key was wrapped by another VAULT_KEY');
    const clear = unseal([wrapping(kek)], wrappingPlace(tenantId, id), wrapped);
    const key = createSecretKey(clear.reveal(), 'base64');
    unwrapped.delete(id);
    unwrapped.set(id, { key, until: now().getTime() + cacheMs });
    for (const oldest of unwrapped.keys()) {
      if (unwrapped.size <= mostCached) break;
      unwrapped.delete(oldest);
    }
    return { id, version, key };
  }

  async function addFirstKey(tx: Tx): Promise<void> {
    const id = newId();
    const clear = new Secret(randomBytes(32).toString('base64'));
    await insertKey(tx, { id, version: 1, kekId, wrapped: seal(wrapping(kek), wrappingPlace(tenantOf(tx), id), clear) });
  }

  function derive(tenantId: string, purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', root, tenantId, `linli/residents/${purpose}/v1`, 32));
  }

  return {
    async forTenant(tx) {
      const tenantId = tenantOf(tx);
      let keys = await listKeys(tx);
      if (keys.length === 0) {
        await addFirstKey(tx);
        keys = await listKeys(tx);
      }
      const dataKeys = keys.map((key) => keyOf(tenantId, key));
      const [newest] = dataKeys;
      if (newest === undefined) throw internal('VAULT_KEY_UNKNOWN', 'the tenant has no data key');
      return {
        seal: (place, clear) => seal(newest, { ...place, tenantId }, clear),
        unseal: (place, sealed) => unseal(dataKeys, { ...place, tenantId }, sealed),
      };
    },
    blindIndex: (tenantId, field, clear) =>
      createHmac('sha256', derive(tenantId, `blind-index/${field}`)).update(clear.reveal(), 'utf8').digest(),
    keyedFingerprint: (tenantId, fingerprint) =>
      createHmac('sha256', derive(tenantId, 'request-fingerprint')).update(fingerprint, 'utf8').digest('hex'),
  };
}

/** The key-encryption key seals data keys in the same form; it has no id of its own in the database. */
function wrapping(key: KeyObject): DataKey {
  return { id: '00000000-0000-0000-0000-000000000000', version: 0, key };
}

function wrappingPlace(tenantId: string, keyId: string): Place {
  return { tenantId, table: 'vault_keys', column: 'wrapped', rowId: keyId };
}
