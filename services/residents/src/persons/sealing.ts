import type { Secret } from '@linli/config';
import type { TenantVault, Vault } from '../vault/vault';
import { maskIdentityNumber, maskName, maskPhone } from './masking';
import { nationalPhone } from './phone';
import type { PersonField } from './rules';

/** What the vault keeps of a person, as columns. */
export interface SealedColumns {
  name_sealed: Buffer;
  masked_name: string;
  phone_sealed: Buffer | null;
  phone_index: Buffer | null;
  masked_phone: string;
  identity_number_sealed: Buffer | null;
  identity_number_index: Buffer | null;
  masked_identity_number: string;
}

export interface Sealing {
  readonly vault: Vault;
  readonly tenantVault: TenantVault;
  readonly tenantId: string;
  readonly personId: string;
}

/** Where a field of a person lies; a value opens nowhere else. */
export function placeOf(personId: string, field: PersonField) {
  return { table: 'persons', column: `${field}_sealed`, rowId: personId };
}

export function sealName({ tenantVault, personId }: Sealing, name: Secret): Pick<SealedColumns, 'name_sealed' | 'masked_name'> {
  return { name_sealed: tenantVault.seal(placeOf(personId, 'name'), name), masked_name: maskName(name) };
}

/** Undefined: the person has none. */
export function sealPhone(sealing: Sealing, phone: Secret | undefined): Pick<SealedColumns, 'phone_sealed' | 'phone_index' | 'masked_phone'> {
  if (phone === undefined) return { phone_sealed: null, phone_index: null, masked_phone: '' };
  const { vault, tenantVault, tenantId, personId } = sealing;
  return {
    phone_sealed: tenantVault.seal(placeOf(personId, 'phone'), phone),
    phone_index: vault.blindIndex(tenantId, 'phone', phone),
    masked_phone: maskPhone(nationalPhone(phone)),
  };
}

/** Undefined: none is kept. */
export function sealIdentityNumber(
  sealing: Sealing,
  number: Secret | undefined,
): Pick<SealedColumns, 'identity_number_sealed' | 'identity_number_index' | 'masked_identity_number'> {
  if (number === undefined) return { identity_number_sealed: null, identity_number_index: null, masked_identity_number: '' };
  const { vault, tenantVault, tenantId, personId } = sealing;
  return {
    identity_number_sealed: tenantVault.seal(placeOf(personId, 'identity_number'), number),
    identity_number_index: vault.blindIndex(tenantId, 'identity_number', number),
    masked_identity_number: maskIdentityNumber(number),
  };
}
