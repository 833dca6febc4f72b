import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { Secret } from '@linli/config';
import { internal } from '@linli/errors';

/** Where a ciphertext belongs. It opens nowhere else. */
export interface Place {
  readonly tenantId: string;
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
}

export interface DataKey {
  /** UUID. */
  readonly id: string;
  /** 1 for a tenant's first key. */
  readonly version: number;
  readonly key: KeyObject;
}

// version (1) | data key id (16) | iv (12) | tag (16) | ciphertext. Another algorithm gets another version byte.
const aes256Gcm = 1;
const offsets = { keyId: 1, iv: 17, tag: 29, body: 45 };

/** AES-256-GCM with a random 96-bit iv; the place and the key's version are authenticated. */
export function seal(key: DataKey, place: Place, clear: Secret): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.key, iv, { authTagLength: 16 });
  cipher.setAAD(boundTo(place, key));
  const body = Buffer.concat([cipher.update(clear.reveal(), 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(aes256Gcm), Buffer.from(key.id.replaceAll('-', ''), 'hex'), iv, cipher.getAuthTag(), body]);
}

/** Opens with whichever of the keys it was sealed with. @throws AppError internal VAULT_FORMAT_UNKNOWN, VAULT_KEY_UNKNOWN, VAULT_BROKEN. */
export function unseal(keys: readonly DataKey[], place: Place, sealed: Buffer): Secret {
  if (sealed[0] !== aes256Gcm || sealed.length < offsets.body) throw internal('VAULT_FORMAT_UNKNOWN', 'a vault value has an unknown form');
  const keyId = sealed.toString('hex', offsets.keyId, offsets.iv);
  const key = keys.find(({ id }) => id.replaceAll('-', '') === keyId);
  if (key === undefined) throw internal('VAULT_KEY_UNKNOWN', 'a vault value was sealed with a key that is not there');
  const decipher = createDecipheriv('aes-256-gcm', key.key, sealed.subarray(offsets.iv, offsets.tag), { authTagLength: 16 });
  decipher.setAAD(boundTo(place, key));
  decipher.setAuthTag(sealed.subarray(offsets.tag, offsets.body));
  try {
    return new Secret(Buffer.concat([decipher.update(sealed.subarray(offsets.body)), decipher.final()]).toString('utf8'));
  } catch (cause) {
    throw internal('VAULT_BROKEN', 'a vault value was changed or moved', { cause });
  }
}

function boundTo({ tenantId, table, column, rowId }: Place, { version }: DataKey): Buffer {
  return Buffer.from([tenantId, table, column, rowId, version].join('|'));
}
