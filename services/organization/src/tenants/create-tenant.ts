import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { newId, type Tx } from '@linli/db';
import { alreadyExists, notFound } from '@linli/errors';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { seedRoles } from '../grants/seed-roles';
import { addUnits } from '../units/add-units';
import { rootUnit } from '../units/rules';
import { insertTenant, lockTenant } from './store';
import type { Tenant } from './tenant';

export type CreateTenant = Pick<Tenant, 'id' | 'nameZh' | 'region' | 'city' | 'district' | 'timeZone'>;

/**
 * Makes a tenant with its root unit and roles. Asking again with the same facts gives the tenant that is there and brings
 * its roles up to what this release knows.
 * @throws already_exists TENANT_EXISTS when the facts differ.
 */
export async function createTenant(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: CreateTenant): Promise<Tenant> {
  const tenant: Tenant = { ...input, suspended: false, version: 1 };
  return deps.db.withTenant({ tenantId: input.id }, async (tx) => {
    const isNew = await insertTenant(tx, tenant);
    const kept = await lockTenantOrThrow(tx);
    if (differs(kept, input)) throw alreadyExists('TENANT_EXISTS', 'another office has this id', { details: { tenant: input.id } });
    await seedRoles(tx, caller);
    if (!isNew) return kept;
    const payload = organization.TenantCreated.fromPartial({ tenantId: tenant.id });
    await recordChanges(tx, caller, [
      { action: 'tenant.create', objectType: 'tenant', id: tenant.id, version: tenant.version, event: 'TenantCreated', payload },
    ]);
    const at = deps.now();
    const root = rootUnit({ id: newId(at.getTime()), code: tenant.id, nameZh: tenant.nameZh, validFrom: today(deps) });
    await addUnits(tx, caller, { units: [root], at });
    return kept;
  });
}

/** Makes what must not run twice at a time in a tenant wait. @throws not_found TENANT_NOT_FOUND. */
export async function lockTenantOrThrow(tx: Tx): Promise<Tenant> {
  const tenant = await lockTenant(tx);
  if (tenant === undefined) throw notFound('TENANT_NOT_FOUND', 'there is no such office');
  return tenant;
}

function differs(kept: Tenant, input: CreateTenant): boolean {
  const fields = ['nameZh', 'region', 'city', 'district', 'timeZone'] as const;
  return fields.some((field) => kept[field] !== input[field]);
}
