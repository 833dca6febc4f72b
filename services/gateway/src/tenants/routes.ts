import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type ApiRoute } from '../routing/route';

const tenantSchema = z
  .strictObject({
    id: z.string(),
    nameZh: z.string(),
    region: z.string(),
    city: z.string(),
    district: z.string(),
    timeZone: z.string(),
    suspended: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'Tenant' });

export const tenantRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/tenants/own',
    name: 'getTenant',
    summary: '本街道',
    tag: 'tenants',
    calls: 'organization.v1.TenantService/GetTenant',
    response: tenantSchema,
    handle: async (_input, { clients, options }) => {
      const { tenant } = await clients.tenants.getTenant({}, options);
      if (tenant === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { body: tenant, version: tenant.version };
    },
  }),
];
