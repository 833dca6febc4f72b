import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { organization, requests, residents } from '@linli/contracts';
import { invalidArgument, isAppError } from '@linli/errors';
import type { GrpcClients } from '@linli/grpc';
import { openClients, operatorCaller } from './clients';
import { readPeers, type PeerConfig } from './config';
import { readImportFile, type ImportFile } from './import-file';
import { print } from './print';

const unitsLimitMs = 30_000;

/** Brings files in through the services, offices first; items of a file without an office go to every office named. */
export async function runImport(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: { tenant: { type: 'string', multiple: true, default: [] } } });
  if (positionals.length === 0) throw invalidArgument('IMPORT_FILE_MISSING', 'name at least one file');
  const config = readPeers(env);
  const files = positionals.map((path) => readImportFile(path, config.oidcIssuer));
  const offices = files.filter((file) => file.tenant !== undefined);
  const shared = files.filter((file) => file.tenant === undefined);
  const tenants = [...new Set([...values.tenant, ...offices.map((file) => file.tenant?.id ?? '')])];
  if (shared.length > 0 && tenants.length === 0) throw invalidArgument('IMPORT_TENANT_MISSING', 'the file names no office: add --tenant CODE');

  const clients = openClients(config);
  try {
    for (const file of offices) await importOffice({ clients, config, tenantId: file.tenant?.id ?? '' }, file);
    for (const file of shared) {
      for (const tenantId of tenants) await importItems({ clients, config, tenantId }, file.items);
    }
  } finally {
    clients.close();
  }
}

interface Office {
  readonly clients: GrpcClients;
  readonly config: PeerConfig;
  readonly tenantId: string;
}

async function importOffice(office: Office, file: ImportFile): Promise<void> {
  const { clients, config, tenantId } = office;
  const peer = { address: config.organization, audience: 'organization' };
  if (file.tenant) {
    const caller = operatorCaller(tenantId, ['organization.tenant.create']);
    await clients.connect(organization.TenantServiceDefinition, peer).createTenant({ requestId: '', tenant: file.tenant }, { caller }).catch(unlessThere);
  }
  const caller = operatorCaller(tenantId, ['organization.import', 'organization.grant.write']);
  const result = await clients.connect(organization.ImportServiceDefinition, peer).importOrganization(file.organization, { caller });
  for (const { sheet, row, field, code } of result.problems) print(`${tenantId}: ${sheet} row ${row}: ${field} ${code}`);
  if (result.problems.length > 0) throw invalidArgument('IMPORT_REFUSED', `${tenantId}: nothing was imported, see the problems above`);
  print(`${tenantId}: ${result.unitsCreated} units, ${result.staffCreated} staff created, ${result.unchanged} unchanged`);
  await importResidents(office, file.residents);
  if (file.items.length > 0) await importItems(office, file.items);
}

async function importResidents({ clients, config, tenantId }: Office, people: ImportFile['residents']): Promise<void> {
  if (people.length === 0) return;
  const units = await unitIds({ clients, config, tenantId });
  const client = clients.connect(residents.PersonServiceDefinition, { address: config.residents, audience: 'residents' });
  const caller = operatorCaller(tenantId, ['residents.person.register']);
  for (const { unitCode, request } of people) {
    const unitId = units.get(unitCode);
    if (unitId === undefined) throw invalidArgument('IMPORT_UNIT_UNKNOWN', `${tenantId} has no unit ${unitCode}`);
    await onceUnitsAreKnown(() => client.registerPerson({ ...request, unitId }, { caller })).catch(unlessThere);
  }
  print(`${tenantId}: ${people.length} residents`);
}

async function importItems({ clients, config, tenantId }: Office, items: readonly requests.ServiceItem[]): Promise<void> {
  const client = clients.connect(requests.ItemServiceDefinition, { address: config.requests, audience: 'requests' });
  const result = await client.importItems({ items: [...items] }, { caller: operatorCaller(tenantId, ['requests.item.write']) });
  print(`${tenantId}: ${result.created} errands created, ${result.unchanged} unchanged`);
}

async function unitIds({ clients, config, tenantId }: Office): Promise<Map<string, string>> {
  const client = clients.connect(organization.UnitServiceDefinition, { address: config.organization, audience: 'organization' });
  const caller = operatorCaller(tenantId, ['organization.unit.read']);
  const ids = new Map<string, string>();
  for (let pageToken = ''; ; ) {
    const page = await client.listUnits({ underUnitId: '', kind: organization.UnitKind.UNIT_KIND_UNSPECIFIED, pageSize: 200, pageToken }, { caller });
    for (const unit of page.units) ids.set(unit.code, unit.id);
    pageToken = page.nextPageToken;
    if (pageToken === '') return ids;
  }
}

/** The other services hear of new units by events, a moment after they were made. */
async function onceUnitsAreKnown<T>(call: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + unitsLimitMs; ; ) {
    try {
      return await call();
    } catch (error) {
      if (!isAppError(error) || error.reason !== 'UNIT_UNKNOWN' || Date.now() > end) throw error;
      await pause(100);
    }
  }
}

/** What an earlier import brought in is there already. */
function unlessThere(error: unknown): void {
  if (!isAppError(error) || error.kind !== 'already_exists') throw error;
}
