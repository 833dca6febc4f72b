import { openSystemDatabase } from '@linli/db';
import { invalidArgument } from '@linli/errors';
import { createLogger } from '@linli/telemetry';
import { readAdminUrl } from './config';
import { printTable } from './print';

interface TenantRow {
  readonly tenant_id: string;
  readonly name_zh: string;
  readonly suspended: boolean;
  readonly units: number;
  readonly staff: number;
}

/** The offices of this deployment. Only the server's superuser sees all of them at once: row-level security hides them from every role of ours. */
export async function runTenant(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  if (args[0] !== 'list') throw invalidArgument('ACTION_UNKNOWN', 'tenant list');
  const url = new URL(readAdminUrl(env).reveal());
  url.pathname = '/linli_organization';
  const system = openSystemDatabase({ url: url.toString(), name: 'linli-operator', log: createLogger('operator', { level: 'warn' }), poolSize: 1 });
  try {
    const { rows } = await system.knex.raw<{ rows: TenantRow[] }>(
      `select tenant_id, name_zh, suspended,
              (select count(*)::int from units where units.tenant_id = tenants.tenant_id) as units,
              (select count(*)::int from staff where staff.tenant_id = tenants.tenant_id) as staff
         from tenants order by tenant_id`,
    );
    printTable(rows.map((row) => ({ tenant: row.tenant_id, name: row.name_zh, units: row.units, staff: row.staff, state: row.suspended ? 'suspended' : 'open' })));
  } finally {
    await system.close();
  }
}
