import { tenantOf, type Tx } from '@linli/db';
import type { Tenant } from './tenant';

interface TenantRow {
  readonly tenant_id: string;
  readonly name_zh: string;
  readonly region: string;
  readonly city: string;
  readonly district: string;
  readonly time_zone: string;
  readonly suspended: boolean;
  readonly version: number;
}

const columns = ['tenant_id', 'name_zh', 'region', 'city', 'district', 'time_zone', 'suspended', 'version'] as const;

/** False when the tenant is there already; waits for another transaction that is making it. */
export async function insertTenant(tx: Tx, tenant: Tenant): Promise<boolean> {
  const row: TenantRow = {
    tenant_id: tenant.id,
    name_zh: tenant.nameZh,
    region: tenant.region,
    city: tenant.city,
    district: tenant.district,
    time_zone: tenant.timeZone,
    suspended: tenant.suspended,
    version: tenant.version,
  };
  return (await tx('tenants').insert(row).onConflict('tenant_id').ignore().returning('tenant_id')).length > 0;
}

export async function findTenant(tx: Tx): Promise<Tenant | undefined> {
  const row = await tx('tenants').where({ tenant_id: tenantOf(tx) }).first<TenantRow | undefined>(columns);
  return row && toTenant(row);
}

/** The row is locked. */
export async function saveSuspended(tx: Tx, { suspended, version }: Tenant): Promise<void> {
  await tx('tenants').where({ tenant_id: tenantOf(tx) }).update({ suspended, version });
}

/** Held by what must happen one after another in a tenant: seeding of roles, imports. */
export async function lockTenant(tx: Tx): Promise<Tenant | undefined> {
  const row = await tx('tenants').where({ tenant_id: tenantOf(tx) }).forNoKeyUpdate().first<TenantRow | undefined>(columns);
  return row && toTenant(row);
}

function toTenant(row: TenantRow): Tenant {
  return {
    id: row.tenant_id,
    nameZh: row.name_zh,
    region: row.region,
    city: row.city,
    district: row.district,
    timeZone: row.time_zone,
    suspended: row.suspended,
    version: row.version,
  };
}
