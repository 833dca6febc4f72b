import { tenantOf, type Tx } from '@linli/db';
import type { PrincipalKind, Role } from './grant';

interface RoleRow {
  readonly code: string;
  readonly name_zh: string;
  readonly holder: PrincipalKind;
  readonly permissions: readonly string[];
  readonly own: boolean;
  readonly version: number;
}

const roleColumns = ['code', 'name_zh', 'holder', 'permissions', 'own', 'version'] as const;

/** `share`: the role stays as it is until this transaction ends. */
export async function findRole(tx: Tx, code: string, lock: 'share' | 'none' = 'none'): Promise<Role | undefined> {
  const query = tx('roles').where({ tenant_id: tenantOf(tx), code });
  if (lock === 'share') void query.forShare();
  const row = await query.first<RoleRow | undefined>(roleColumns);
  return row && toRole(row);
}

export async function lockRole(tx: Tx, code: string): Promise<Role | undefined> {
  const row = await tx('roles').where({ tenant_id: tenantOf(tx), code }).forUpdate().first<RoleRow | undefined>(roleColumns);
  return row && toRole(row);
}

export async function listRoles(tx: Tx): Promise<Role[]> {
  return (await tx('roles').where({ tenant_id: tenantOf(tx) }).orderBy('code').select<RoleRow[]>(roleColumns)).map(toRole);
}

/** The platform's roles; an office's own are left alone. */
export async function upsertRoles(tx: Tx, roles: readonly Role[]): Promise<void> {
  await tx('roles').insert(roles.map((role) => ({ tenant_id: tenantOf(tx), ...toRow(role) }))).onConflict(['tenant_id', 'code']).merge(['name_zh', 'holder', 'permissions', 'version']);
}

export async function insertRole(tx: Tx, role: Role): Promise<void> {
  await tx('roles').insert({ tenant_id: tenantOf(tx), ...toRow(role) });
}

export async function saveRole(tx: Tx, role: Role): Promise<void> {
  const { name_zh, permissions, version } = toRow(role);
  await tx('roles').where({ tenant_id: tenantOf(tx), code: role.code }).update({ name_zh, permissions, version });
}

/** Whether grants of it act or are asked for. Index: role_grants_role_idx, grant_requests_state_idx. */
export async function isHeld(tx: Tx, code: string, now: Date): Promise<boolean> {
  const { rows } = await tx.raw<{ rows: { held: boolean }[] }>(
    `select exists (select from role_grants where tenant_id = :tenant and role = :code and revoked_at is null and (ends_at is null or ends_at > :now))
         or exists (select from grant_requests where tenant_id = :tenant and role = :code and state = 'requested') as held`,
    { tenant: tenantOf(tx), code, now },
  );
  return rows[0]?.held ?? false;
}

function toRow({ code, nameZh, holder, permissions, own, version }: Role): RoleRow {
  return { code, name_zh: nameZh, holder, permissions: [...permissions], own, version };
}

function toRole({ code, name_zh: nameZh, holder, permissions, own, version }: RoleRow): Role {
  return { code, nameZh, holder, permissions, own, version };
}
