import type { LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import type { Identity } from '../fields';

export interface KnownIdentity {
  readonly identity: Identity;
  /** The code of the member of staff. */
  readonly code: string;
}

/** Who of the staff signs in with one of these. Index: staff_identity_key. */
export async function findStaffIdentities(tx: Tx, identities: readonly Identity[]): Promise<KnownIdentity[]> {
  const { rows } = await tx.raw<{ rows: { issuer: string; subject: string; code: string }[] }>(
    `select s.identity_issuer as issuer, s.identity_subject as subject, s.code
       from staff s join jsonb_to_recordset(:identities::jsonb) as i (issuer text, subject text)
         on s.identity_issuer = i.issuer and s.identity_subject = i.subject
      where s.tenant_id = :tenant`,
    { tenant: tenantOf(tx), identities: JSON.stringify(identities) },
  );
  return rows.map(({ code, issuer, subject }) => ({ code, identity: { issuer, subject } }));
}

/** Those of the codes that a unit has which opens later. Index: units_code_idx. */
export async function findCodesAhead(tx: Tx, codes: readonly string[], day: LocalDate): Promise<string[]> {
  return tx('units')
    .where({ tenant_id: tenantOf(tx) })
    .whereRaw('code = any(?) and valid_from > ? and valid_from is distinct from valid_to', [[...codes], day])
    .pluck<string[]>('code');
}

export interface KnownClient {
  readonly id: string;
  readonly nameZh: string;
  readonly active: boolean;
  readonly identity: Identity;
}

/** Clients with one of these identities, locked. Index: api_clients_identity_key. */
export async function lockClients(tx: Tx, identities: readonly Identity[]): Promise<KnownClient[]> {
  const { rows } = await tx.raw<{ rows: { id: string; name_zh: string; active: boolean; issuer: string; subject: string }[] }>(
    `select c.id, c.name_zh, c.active, c.identity_issuer as issuer, c.identity_subject as subject
       from api_clients c join jsonb_to_recordset(:identities::jsonb) as i (issuer text, subject text)
         on c.identity_issuer = i.issuer and c.identity_subject = i.subject
      where c.tenant_id = :tenant order by c.id for update of c`,
    { tenant: tenantOf(tx), identities: JSON.stringify(identities) },
  );
  return rows.map(({ id, name_zh, active, issuer, subject }) => ({ id, nameZh: name_zh, active, identity: { issuer, subject } }));
}
