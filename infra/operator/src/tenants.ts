import { parseArgs } from 'node:util';
import { organization, requests } from '@linli/contracts';
import { openSystemDatabase, type SystemDatabase } from '@linli/db';
import { invalidArgument } from '@linli/errors';
import type { GrpcClients } from '@linli/grpc';
import { createLogger } from '@linli/telemetry';
import { openClients, operatorCaller } from './clients';
import { readAdminUrl, readPeers, type PeerConfig } from './config';
import { checkExport, exportTenant } from './export-tenant';
import { readImportFile } from './import-file';
import { print, printTable } from './print';

interface TenantRow {
  readonly tenant_id: string;
  readonly name_zh: string;
  readonly suspended: boolean;
  readonly units: number;
  readonly staff: number;
}

export const tenantUsage = `tenant list                            the offices of this deployment
  tenant create CODE --name NAME   an office with its root unit, roles and errands, ready to work
                   [--region R] [--city C] [--district D] [--catalogue FILE]
  tenant suspend | resume CODE           nobody of it may do anything but its audit administrators, until it is resumed
  tenant export CODE --to DIR            what organization keeps of it, a file a table, read again to be sure`;

const options = {
  name: { type: 'string', default: '' },
  region: { type: 'string', default: '' },
  city: { type: 'string', default: '' },
  district: { type: 'string', default: '' },
  catalogue: { type: 'string', default: 'infra/fixtures/catalogue.zh.json' },
  to: { type: 'string', default: '' },
} as const;

export async function runTenant(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options });
  const [action, tenantId] = positionals;
  if (action === 'list') return list(env);
  if (tenantId === undefined) throw invalidArgument('ACTION_UNKNOWN', tenantUsage);
  if (action === 'create') return create(env, { tenantId, ...values });
  if (action === 'suspend' || action === 'resume') return setSuspended(env, tenantId, action);
  if (action === 'export') return exportTo(env, tenantId, values.to);
  throw invalidArgument('ACTION_UNKNOWN', tenantUsage);
}

/** Only the server's superuser sees all offices at once: row-level security hides them from every role of ours. */
async function list(env: NodeJS.ProcessEnv): Promise<void> {
  await withOrganization(env, async ({ knex }) => {
    const { rows } = await knex.raw<{ rows: TenantRow[] }>(
      `select tenant_id, name_zh, suspended,
              (select count(*)::int from units where units.tenant_id = tenants.tenant_id) as units,
              (select count(*)::int from staff where staff.tenant_id = tenants.tenant_id) as staff
         from tenants order by tenant_id`,
    );
    printTable(rows.map((row) => ({ tenant: row.tenant_id, name: row.name_zh, units: row.units, staff: row.staff, state: row.suspended ? 'suspended' : 'open' })));
  });
}

interface NewTenant {
  readonly tenantId: string;
  readonly name: string;
  readonly region: string;
  readonly city: string;
  readonly district: string;
  readonly catalogue: string;
}

/** Asked again with the same facts it changes nothing, but brings roles and errands up to date. */
async function create(env: NodeJS.ProcessEnv, { tenantId, name, region, city, district, catalogue }: NewTenant): Promise<void> {
  if (name === '') throw invalidArgument('TENANT_NAME_MISSING', 'say what the office is called: --name NAME');
  await withClients(env, async (clients, config) => {
    const { items } = readImportFile(catalogue, config.oidcIssuer);
    const tenant = organization.Tenant.fromPartial({ id: tenantId, nameZh: name, region, city, district });
    const peer = { address: config.organization, audience: 'organization' };
    await clients.connect(organization.TenantServiceDefinition, peer).createTenant({ tenant }, { caller: operatorCaller(tenantId, ['organization.tenant.create']) });
    const itemService = clients.connect(requests.ItemServiceDefinition, { address: config.requests, audience: 'requests' });
    const result = await itemService.importItems({ items: [...items] }, { caller: operatorCaller(tenantId, ['requests.item.write']) });
    print(`${tenantId}: ready, ${result.created} errands created, ${result.unchanged} unchanged`);
  });
}

async function setSuspended(env: NodeJS.ProcessEnv, tenantId: string, action: 'suspend' | 'resume'): Promise<void> {
  await withClients(env, async (clients, config) => {
    const tenants = clients.connect(organization.TenantServiceDefinition, { address: config.organization, audience: 'organization' });
    const caller = operatorCaller(tenantId, ['organization.tenant.read', 'organization.tenant.suspend']);
    const { tenant } = await tenants.getTenant({}, { caller });
    const request = { version: tenant?.version ?? 0 };
    await (action === 'suspend' ? tenants.suspendTenant(request, { caller }) : tenants.resumeTenant(request, { caller }));
    print(`${tenantId}: ${action === 'suspend' ? 'suspended' : 'open'}`);
  });
}

async function exportTo(env: NodeJS.ProcessEnv, tenantId: string, folder: string): Promise<void> {
  if (folder === '') throw invalidArgument('FOLDER_MISSING', 'say where to: --to DIR');
  await withOrganization(env, async (system) => {
    const tables = await exportTenant(system, tenantId, folder);
    await checkExport(folder);
    printTable(tables.map(({ table, rows }) => ({ table, rows })));
  });
}

async function withOrganization(env: NodeJS.ProcessEnv, work: (system: SystemDatabase) => Promise<void>): Promise<void> {
  const url = new URL(readAdminUrl(env).reveal());
  url.pathname = '/linli_organization';
  const system = openSystemDatabase({ url: url.toString(), name: 'linli-operator', log: createLogger('operator', { level: 'warn' }), poolSize: 1 });
  try {
    await work(system);
  } finally {
    await system.close();
  }
}

async function withClients(env: NodeJS.ProcessEnv, work: (clients: GrpcClients, config: PeerConfig) => Promise<void>): Promise<void> {
  const config = readPeers(env);
  const clients = openClients(config);
  try {
    await work(clients, config);
  } finally {
    clients.close();
  }
}
