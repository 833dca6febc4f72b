import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { failedPrecondition } from '@linli/errors';
import { recordChanges } from '../changes';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import { lockTenantOrThrow } from './create-tenant';
import { saveSuspended } from './store';
import type { Tenant } from './tenant';

interface Suspension {
  readonly version: number;
  readonly suspended: boolean;
}

/** Takes an office out of work, or back into it. @throws not_found TENANT_NOT_FOUND, aborted VERSION_STALE, failed_precondition TENANT_SUSPENDED_ALREADY, TENANT_NOT_SUSPENDED. */
export async function setSuspended(deps: Pick<Deps, 'db'>, caller: Caller, { version, suspended }: Suspension): Promise<Tenant> {
  return deps.db.withTenant(caller, async (tx) => {
    const tenant = await lockTenantOrThrow(tx);
    assertVersion(tenant, version);
    if (tenant.suspended && suspended) throw failedPrecondition('TENANT_SUSPENDED_ALREADY', 'the office is suspended already');
    if (!tenant.suspended && !suspended) throw failedPrecondition('TENANT_NOT_SUSPENDED', 'the office works');
    const changed = { ...tenant, suspended, version: tenant.version + 1 };
    await saveSuspended(tx, changed);
    const { action, event } = suspended ? ({ action: 'tenant.suspend', event: 'TenantSuspended' } as const) : ({ action: 'tenant.resume', event: 'TenantResumed' } as const);
    const payload = organization[event].fromPartial({ tenantId: tenant.id });
    await recordChanges(tx, caller, [{ action, objectType: 'tenant', id: tenant.id, version: changed.version, event, payload }]);
    return changed;
  });
}
