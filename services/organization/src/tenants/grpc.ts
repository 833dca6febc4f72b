import { organization } from '@linli/contracts';
import { notFound, permissionDenied } from '@linli/errors';
import { requireText, violation, type RpcContext } from '@linli/grpc';
import type { Deps } from '../deps';
import { createTenant, type CreateTenant } from './create-tenant';
import { restateTenant } from './restate-tenant';
import { findTenant } from './store';
import { setSuspended } from './suspend-tenant';

export function tenantService(deps: Deps): organization.TenantServiceImplementation<RpcContext> {
  return {
    async getTenant(_request, { caller }) {
      const tenant = await deps.db.withTenant(caller, findTenant);
      if (tenant === undefined) throw notFound('TENANT_NOT_FOUND', 'there is no such office');
      return { tenant };
    },
    async createTenant({ tenant }, { caller }) {
      const input = readTenant(organization.Tenant.fromPartial(tenant ?? {}));
      // The row is written under row-level security, so the operator speaks within the tenant to be made.
      if (caller.tenantId !== input.id) throw permissionDenied('TENANT_FOREIGN', 'the caller acts in another tenant');
      return { tenant: await createTenant(deps, caller, input) };
    },
    async suspendTenant({ version }, { caller }) {
      return { tenant: await setSuspended(deps, caller, { version, suspended: true }) };
    },
    async resumeTenant({ version }, { caller }) {
      return { tenant: await setSuspended(deps, caller, { version, suspended: false }) };
    },
    async resolveTenantStanding(_request, { caller }) {
      const tenant = await deps.db.withTenant(caller, findTenant);
      if (tenant === undefined) throw notFound('TENANT_NOT_FOUND', 'there is no such office');
      return { suspended: tenant.suspended };
    },
    restateTenant: ({ pageToken }, { caller }) => restateTenant(deps, caller, pageToken),
  };
}

function readTenant(tenant: organization.Tenant): CreateTenant {
  const timeZone = tenant.timeZone === '' ? 'Asia/Shanghai' : tenant.timeZone;
  // Days are counted in this zone everywhere.
  if (timeZone !== 'Asia/Shanghai') throw violation('tenant.time_zone', 'unsupported');
  return {
    id: requireText(tenant.id, 'tenant.id', { max: 31, pattern: /^[a-z][a-z0-9-]{1,30}$/ }),
    nameZh: requireText(tenant.nameZh, 'tenant.name_zh', { max: 100 }),
    region: requireText(tenant.region, 'tenant.region', { max: 60, optional: true }),
    city: requireText(tenant.city, 'tenant.city', { max: 60, optional: true }),
    district: requireText(tenant.district, 'tenant.district', { max: 60, optional: true }),
    timeZone,
  };
}
