import type { UnitScopes } from '@linli/auth';
import { addDays, instantAt, type LocalDate } from '@linli/clocks';
import { idAt, tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { raiseVersions, type Page } from '../raise-versions';
import { whereInScopes } from '../scope';
import type { ApiClient, GrantScope, PrincipalKind, RoleGrant } from './grant';

export const grantConstraints: ConstraintReasons = {
  role_grants_standing_key: { kind: 'already_exists', reason: 'GRANT_EXISTS', message: 'the holder has this grant' },
  roles_pkey: { kind: 'already_exists', reason: 'ROLE_CODE_TAKEN', message: 'a role has this code' },
  grant_requests_open_key: { kind: 'already_exists', reason: 'GRANT_REQUESTED', message: 'the same grant waits to be confirmed' },
  api_clients_identity_key: { kind: 'already_exists', reason: 'IDENTITY_TAKEN', message: 'a client signs in with this identity' },
};

interface GrantRow {
  readonly id: string;
  readonly principal_kind: PrincipalKind;
  readonly principal_id: string;
  readonly role: string;
  readonly scope: GrantScope;
  readonly unit_id: string | null;
  readonly ends_at: Date | null;
  readonly revoked_at: Date | null;
  readonly version: number;
}

const grantColumns = [
  'g.id',
  'g.principal_kind',
  'g.principal_id',
  'g.role',
  'g.scope',
  'g.unit_id',
  'g.ends_at',
  'g.revoked_at',
  'g.version',
  'u.path as unit_path',
] as const;
const rowsAtOnce = 1_000;

export async function insertGrants(tx: Tx, grants: readonly RoleGrant[]): Promise<void> {
  const rows = grants.map((grant) => ({ tenant_id: tenantOf(tx), ...toRow(grant) }));
  for (let start = 0; start < rows.length; start += rowsAtOnce) await tx('role_grants').insert(rows.slice(start, start + rowsAtOnce));
}

export async function saveRevoked(tx: Tx, grants: readonly RoleGrant[]): Promise<void> {
  await tx.raw(
    `update role_grants g set revoked_at = r.revoked_at, version = r.version
       from jsonb_to_recordset(:rows::jsonb) as r (id uuid, revoked_at timestamptz, version integer)
      where g.tenant_id = :tenant and g.id = r.id`,
    { rows: JSON.stringify(grants.map(toRow)), tenant: tenantOf(tx) },
  );
}

export async function lockGrant(tx: Tx, id: string): Promise<RoleGrant | undefined> {
  const row = await selectGrants(tx).where('g.id', id).forUpdate('g').first();
  return row && toGrant(row);
}

/** Those of the holders that are not revoked; ended ones among them. Index: role_grants_principal_idx. */
export async function lockStandingGrants(tx: Tx, principalIds: readonly string[]): Promise<RoleGrant[]> {
  const rows = await selectGrants(tx).whereRaw('g.principal_id = any(?)', [[...principalIds]]).whereNull('g.revoked_at').orderBy('g.id').forUpdate('g');
  return rows.map(toGrant);
}

/** Those over these units that are not revoked; ended ones among them. Index: role_grants_unit_idx. */
export async function lockGrantsAt(tx: Tx, unitIds: readonly string[]): Promise<RoleGrant[]> {
  const rows = await selectGrants(tx).whereIn('g.unit_id', unitIds).whereNull('g.revoked_at').orderBy('g.id').forUpdate('g');
  return rows.map(toGrant);
}

/** The next grants in the order of ids, revoked ones too, each with its version raised. */
export async function touchGrants(tx: Tx, page: Page): Promise<RoleGrant[]> {
  const ids = await raiseVersions(tx, 'role_grants', page);
  return (await selectGrants(tx).whereIn('g.id', ids).orderBy('g.id')).map(toGrant);
}

export interface GrantFilter {
  readonly scopes: UnitScopes;
  readonly principalId: string | undefined;
  /** Those held on that day, if only for a part of it. */
  readonly asOf: LocalDate | undefined;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** In the order of making, revoked and ended ones too, or those of a day: an id says when it was given. Index: role_grants_principal_idx, or the key. */
export async function listGrants(tx: Tx, filter: GrantFilter): Promise<RoleGrant[]> {
  const query = selectGrants(tx).orderBy('g.id').limit(filter.limit);
  whereInScopes(query, 'u.path', filter.scopes);
  if (filter.principalId !== undefined) void query.where('g.principal_id', filter.principalId);
  if (filter.asOf !== undefined) {
    const [begins, ends] = [instantAt(filter.asOf, 0), instantAt(addDays(filter.asOf, 1), 0)];
    void query.where('g.id', '<', idAt(ends.getTime())).whereRaw(`coalesce(least(g.revoked_at, g.ends_at), 'infinity') > ?`, [begins]);
  }
  if (filter.afterId !== undefined) void query.where('g.id', '>', filter.afterId);
  return (await query).map(toGrant);
}

function selectGrants(tx: Tx) {
  return tx('role_grants as g')
    .leftJoin('units as u', (on) => void on.on('u.tenant_id', 'g.tenant_id').andOn('u.id', 'g.unit_id'))
    .where('g.tenant_id', tenantOf(tx))
    .select<(GrantRow & { readonly unit_path: string | null })[]>(grantColumns);
}

/** Whether the holder works here; locked, so that grants of one holder are made one after another. */
export async function lockPrincipal(tx: Tx, kind: PrincipalKind, id: string): Promise<{ active: boolean } | undefined> {
  const table = kind === 'staff' ? 'staff' : 'api_clients';
  return tx(table).where({ tenant_id: tenantOf(tx), id }).forUpdate().first<{ active: boolean } | undefined>('active');
}

export async function insertClients(tx: Tx, clients: readonly ApiClient[]): Promise<void> {
  await tx('api_clients').insert(
    clients.map(({ id, nameZh, identity, active, version }) => ({
      tenant_id: tenantOf(tx),
      id,
      name_zh: nameZh,
      identity_issuer: identity.issuer,
      identity_subject: identity.subject,
      active,
      version,
    })),
  );
}

function toRow(grant: RoleGrant): GrantRow {
  return {
    id: grant.id,
    principal_kind: grant.principalKind,
    principal_id: grant.principalId,
    role: grant.role,
    scope: grant.scope,
    unit_id: grant.unitId ?? null,
    ends_at: grant.endsAt ?? null,
    revoked_at: grant.revokedAt ?? null,
    version: grant.version,
  };
}

function toGrant(row: GrantRow & { readonly unit_path: string | null }): RoleGrant {
  return {
    id: row.id,
    principalKind: row.principal_kind,
    principalId: row.principal_id,
    role: row.role,
    scope: row.scope,
    unitId: row.unit_id ?? undefined,
    unitPath: row.unit_path ?? '',
    endsAt: row.ends_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    version: row.version,
  };
}
