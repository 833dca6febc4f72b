import { parseArgs } from 'node:util';
import { organization } from '@linli/contracts';
import { invalidArgument } from '@linli/errors';
import { openClients, operatorCaller } from './clients';
import { readPeers } from './config';
import { print } from './print';

/** Has offices tell everything again that other services keep a copy of. */
export async function runRestate(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { tenant: { type: 'string', multiple: true, default: [] } } });
  if (values.tenant.length === 0) throw invalidArgument('TENANT_MISSING', 'name the offices: --tenant CODE');
  const config = readPeers(env);
  const clients = openClients(config);
  try {
    const tenants = clients.connect(organization.TenantServiceDefinition, { address: config.organization, audience: 'organization' });
    for (const tenantId of values.tenant) {
      const caller = operatorCaller(tenantId, ['organization.tenant.restate']);
      let told = 0;
      for (let pageToken = ''; ; ) {
        const page = await tenants.restateTenant({ pageToken }, { caller });
        told += page.restated;
        pageToken = page.nextPageToken;
        if (pageToken === '') break;
      }
      print(`${tenantId}: ${told} units, staff and grants told again`);
    }
  } finally {
    clients.close();
  }
}
