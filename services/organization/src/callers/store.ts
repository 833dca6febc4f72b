import type { Grant } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import type { PrincipalKind } from '../grants/grant';
import type { Identity } from '../fields';

export interface ResolvedCaller {
  readonly subject: string;
  readonly displayName: string;
  readonly tenantSuspended: boolean;
  readonly grants: readonly (Grant & { readonly role: string })[];
}

interface ResolvedRow {
  readonly subject: string;
  readonly display_name: string;
  readonly suspended: boolean;
  readonly grants: { role: string; permissions: string[]; scope: Grant['scope']; path: string }[];
}

export interface ResolveInput {
  readonly kind: PrincipalKind;
  readonly identity: Identity;
  readonly now: Date;
  /** Grants at a unit that is closed on this day, or not yet open, give nothing. */
  readonly day: string;
}

/**
 * The active holder of an identity with the grants in force, in one statement.
 * Index: staff_identity_key or api_clients_identity_key, then role_grants_principal_idx.
 */
export async function resolveIdentity(tx: Tx, input: ResolveInput): Promise<ResolvedCaller | undefined> {
  const holder = input.kind === 'staff' ? { table: 'staff', name: 'name' } : { table: 'api_clients', name: 'name_zh' };
  const { rows } = await tx.raw<{ rows: ResolvedRow[] }>(
    `select p.id as subject, p.:name: as display_name, t.suspended, (
              select coalesce(jsonb_agg(jsonb_build_object(
                       'role', g.role, 'permissions', r.permissions, 'scope', g.scope, 'path', coalesce(u.path, '')) order by g.id), '[]')
                from role_grants g
                join roles r on r.tenant_id = g.tenant_id and r.code = g.role
                left join units u on u.tenant_id = g.tenant_id and u.id = g.unit_id
               where g.tenant_id = p.tenant_id and g.principal_id = p.id and g.principal_kind = :kind
                 and g.revoked_at is null and (g.ends_at is null or g.ends_at > :now)
                 and (g.unit_id is null or (u.valid_from <= :day and (u.valid_to is null or u.valid_to > :day)))
            ) as grants
       from :table: p
       join tenants t on t.tenant_id = p.tenant_id
      where p.tenant_id = :tenant and p.identity_issuer = :issuer and p.identity_subject = :subject and p.active`,
    { ...holder, ...input.identity, kind: input.kind, now: input.now, day: input.day, tenant: tenantOf(tx) },
  );
  const row = rows[0];
  return (
    row && {
      subject: row.subject,
      displayName: row.display_name,
      tenantSuspended: row.suspended,
      grants: row.grants.map(({ role, permissions, scope, path }) => ({ role, permissions, scope, unitPath: path })),
    }
  );
}
