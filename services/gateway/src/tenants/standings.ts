import { createExpiringCache, systemCaller } from '@linli/auth';
import { notFound } from '@linli/errors';
import type { Clients } from '../clients';

export interface Standings {
  /** Says nothing of whether there is such an office. @throws not_found TENANT_NOT_FOUND for one that is suspended, or none. */
  assertWorks(tenantId: string): Promise<void>;
}

const keptMs = 5_000;
const mostKept = 1_000;

/** Which offices work, remembered for five seconds, so that a suspension acts within them. */
export function createStandings({ clients, now }: { readonly clients: Pick<Clients, 'tenants'>; readonly now: () => Date }): Standings {
  const kept = createExpiringCache<boolean>(mostKept);
  return {
    async assertWorks(tenantId) {
      const known = kept.get(tenantId, now().getTime());
      const suspended = known ?? (await isSuspended(clients, tenantId));
      if (known === undefined) kept.set(tenantId, suspended, now().getTime() + keptMs);
      if (suspended) throw notFound('TENANT_NOT_FOUND', 'there is no such office');
    },
  };
}

export async function isSuspended(clients: Pick<Clients, 'tenants'>, tenantId: string): Promise<boolean> {
  const caller = systemCaller(tenantId, 'gateway', ['organization.public.read']);
  return (await clients.tenants.resolveTenantStanding({}, { caller })).suspended;
}
