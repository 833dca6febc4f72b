import { systemCaller, type Caller } from '@linli/auth';
import { organization, thread, work } from '@linli/contracts';
import { createGrpcClients, type GrpcClient, type GrpcClients } from '@linli/grpc';
import { createTestDatabase, fixedClock, silentLogger, testCaller, testKeys, type TestClock, type TestDatabase } from '@linli/testing';
import knexFactory, { type Knex } from 'knex';
import { createApp, migrations, readServiceConfig, type OrganizationApp } from '../src/index';
import type { Deps } from '../src/deps';

export interface Office {
  readonly app: OrganizationApp;
  readonly database: TestDatabase;
  /** Superuser: sees all tenants and the outbox. */
  readonly knex: Knex;
  readonly clock: TestClock;
  readonly tenants: GrpcClient<typeof organization.TenantServiceDefinition>;
  readonly units: GrpcClient<typeof organization.UnitServiceDefinition>;
  readonly grids: GrpcClient<typeof organization.GridServiceDefinition>;
  readonly regradings: GrpcClient<typeof organization.RegradingServiceDefinition>;
  readonly staff: GrpcClient<typeof organization.StaffServiceDefinition>;
  readonly grants: GrpcClient<typeof organization.GrantServiceDefinition>;
  readonly callers: GrpcClient<typeof organization.CallerServiceDefinition>;
  readonly imports: GrpcClient<typeof organization.ImportServiceDefinition>;
  readonly calendar: GrpcClient<typeof organization.CalendarServiceDefinition>;
  readonly duty: GrpcClient<typeof organization.DutyServiceDefinition>;
  readonly topics: GrpcClient<typeof organization.TopicServiceDefinition>;
  readonly decisions: GrpcClient<typeof organization.DecisionServiceDefinition>;
  readonly publications: GrpcClient<typeof organization.PublicationServiceDefinition>;
  readonly diary: GrpcClient<typeof organization.DiaryServiceDefinition>;
  readonly covenants: GrpcClient<typeof organization.CovenantServiceDefinition>;
  readonly funds: GrpcClient<typeof organization.FundServiceDefinition>;
  readonly pledges: GrpcClient<typeof organization.PledgeProjectServiceDefinition>;
  readonly memberUnits: GrpcClient<typeof organization.MemberUnitServiceDefinition>;
  readonly committees: GrpcClient<typeof organization.CommitteeServiceDefinition>;
  readonly meetings: GrpcClient<typeof organization.MeetingServiceDefinition>;
  readonly sites: GrpcClient<typeof organization.SiteServiceDefinition>;
  readonly resettlements: GrpcClient<typeof organization.ResettlementServiceDefinition>;
  readonly complaints: GrpcClient<typeof organization.WorkerComplaintServiceDefinition>;
  readonly findings: GrpcClient<typeof organization.SiteFindingServiceDefinition>;
  readonly venues: GrpcClient<typeof organization.VenueServiceDefinition>;
  readonly activities: GrpcClient<typeof organization.ActivityServiceDefinition>;
  readonly brands: GrpcClient<typeof organization.BrandServiceDefinition>;
  readonly incubation: GrpcClient<typeof organization.IncubationServiceDefinition>;
  readonly jobs: GrpcClient<typeof organization.JobServiceDefinition>;
  readonly learning: GrpcClient<typeof organization.LearningServiceDefinition>;
  readonly conduct: GrpcClient<typeof organization.ConductServiceDefinition>;
  readonly bookings: GrpcClient<typeof organization.BookingServiceDefinition>;
  readonly jointProjects: GrpcClient<typeof organization.JointProjectServiceDefinition>;
  readonly coverage: GrpcClient<typeof organization.CoverageServiceDefinition>;
  readonly instructors: GrpcClient<typeof organization.InstructorServiceDefinition>;
  readonly dualReports: GrpcClient<typeof organization.DualReportServiceDefinition>;
  readonly work: GrpcClient<typeof work.WorkQueueServiceDefinition>;
  readonly threads: GrpcClient<typeof thread.ThreadServiceDefinition>;
  readonly roles: GrpcClient<typeof organization.RoleServiceDefinition>;
  readonly grantRequests: GrpcClient<typeof organization.GrantRequestServiceDefinition>;
  /** Calls as a job of the operator's tool. */
  readonly operatorTenants: GrpcClient<typeof organization.TenantServiceDefinition>;
  readonly operatorImports: GrpcClient<typeof organization.ImportServiceDefinition>;
  stop(): Promise<void>;
}

const nobodyListens = ['127.0.0.1:1'];

/** The service on free ports, its own database, and clients with the gateway's key. Without brokers the outbox keeps its rows. */
export async function startOffice(options: { brokers?: readonly string[]; overrides?: Partial<Deps> } = {}): Promise<Office> {
  const database = await createTestDatabase({ name: 'organization', migrations });
  const keys = testKeys();
  const clock = fixedClock('2026-11-24T09:00:00+08:00');
  const config = readServiceConfig({
    ...keys.environment('organization'),
    DATABASE_URL: database.appUrl,
    DATABASE_RELAY_URL: database.relayUrl,
    KAFKA_BROKERS: (options.brokers ?? nobodyListens).join(','),
    PAGE_TOKEN_KEY: 'a key that is long enough for tests',
  });
  const app = await createApp(config, { now: clock.now, log: silentLogger(), ...options.overrides });
  await app.start();
  const knex = knexFactory({ client: 'pg', connection: database.adminUrl, pool: { min: 0, max: 2 } });
  const peer = { address: `127.0.0.1:${app.ports.grpc}`, audience: 'organization' };
  const clients = createGrpcClients({ internal: keys.internal('gateway') });
  const operator = createGrpcClients({ internal: keys.internal('operator') });
  return {
    app,
    database,
    knex,
    clock,
    ...connectAll(clients, peer),
    operatorImports: operator.connect(organization.ImportServiceDefinition, peer),
    operatorTenants: operator.connect(organization.TenantServiceDefinition, peer),
    async stop() {
      clients.close();
      operator.close();
      await app.stop();
      await knex.destroy();
      await database.drop();
    },
  };
}

/** A client of each service, as the gateway calls it. */
function connectAll(clients: GrpcClients, peer: Parameters<GrpcClients['connect']>[1]) {
  return {
    tenants: clients.connect(organization.TenantServiceDefinition, peer),
    units: clients.connect(organization.UnitServiceDefinition, peer),
    grids: clients.connect(organization.GridServiceDefinition, peer),
    regradings: clients.connect(organization.RegradingServiceDefinition, peer),
    staff: clients.connect(organization.StaffServiceDefinition, peer),
    grants: clients.connect(organization.GrantServiceDefinition, peer),
    callers: clients.connect(organization.CallerServiceDefinition, peer),
    imports: clients.connect(organization.ImportServiceDefinition, peer),
    calendar: clients.connect(organization.CalendarServiceDefinition, peer),
    duty: clients.connect(organization.DutyServiceDefinition, peer),
    topics: clients.connect(organization.TopicServiceDefinition, peer),
    decisions: clients.connect(organization.DecisionServiceDefinition, peer),
    publications: clients.connect(organization.PublicationServiceDefinition, peer),
    diary: clients.connect(organization.DiaryServiceDefinition, peer),
    covenants: clients.connect(organization.CovenantServiceDefinition, peer),
    funds: clients.connect(organization.FundServiceDefinition, peer),
    pledges: clients.connect(organization.PledgeProjectServiceDefinition, peer),
    memberUnits: clients.connect(organization.MemberUnitServiceDefinition, peer),
    committees: clients.connect(organization.CommitteeServiceDefinition, peer),
    meetings: clients.connect(organization.MeetingServiceDefinition, peer),
    sites: clients.connect(organization.SiteServiceDefinition, peer),
    resettlements: clients.connect(organization.ResettlementServiceDefinition, peer),
    complaints: clients.connect(organization.WorkerComplaintServiceDefinition, peer),
    findings: clients.connect(organization.SiteFindingServiceDefinition, peer),
    venues: clients.connect(organization.VenueServiceDefinition, peer),
    activities: clients.connect(organization.ActivityServiceDefinition, peer),
    brands: clients.connect(organization.BrandServiceDefinition, peer),
    incubation: clients.connect(organization.IncubationServiceDefinition, peer),
    jobs: clients.connect(organization.JobServiceDefinition, peer),
    learning: clients.connect(organization.LearningServiceDefinition, peer),
    conduct: clients.connect(organization.ConductServiceDefinition, peer),
    bookings: clients.connect(organization.BookingServiceDefinition, peer),
    jointProjects: clients.connect(organization.JointProjectServiceDefinition, peer),
    coverage: clients.connect(organization.CoverageServiceDefinition, peer),
    instructors: clients.connect(organization.InstructorServiceDefinition, peer),
    dualReports: clients.connect(organization.DualReportServiceDefinition, peer),
    work: clients.connect(work.WorkQueueServiceDefinition, peer),
    threads: clients.connect(thread.ThreadServiceDefinition, peer),
    roles: clients.connect(organization.RoleServiceDefinition, peer),
    grantRequests: clients.connect(organization.GrantRequestServiceDefinition, peer),
  };
}

export const writes = ['organization.unit.write', 'organization.staff.write', 'organization.absence.write', 'organization.grant.write', 'organization.grant.confirm', 'organization.role.write', 'organization.duty.plan', 'organization.calendar.write'];
export const reads = ['organization.tenant.read', 'organization.unit.read', 'organization.staff.read', 'organization.grant.read', 'organization.duty.read', 'organization.calendar.read'];

/** Somebody with every permission of the service over the whole tenant. */
export function everything(tenantId = 'xingsheng'): Caller {
  return testCaller({ tenantId, permissions: [...writes, ...reads, 'organization.import'] });
}

/** Everything over one subtree only. */
export function within(unitPath: string, tenantId = 'xingsheng'): Caller {
  return testCaller({ tenantId, grants: [{ permissions: [...writes, ...reads, 'organization.import'], scope: 'subtree', unitPath }] });
}

/** A role as it comes to somebody: `by` asks for it, another confirms. */
export async function giveRole(office: Office, facts: object, by = everything()): Promise<organization.RoleGrant> {
  const { grantRequest } = await office.grantRequests.requestGrant({ principalKind: organization.PrincipalKind.PRINCIPAL_KIND_STAFF, scope: organization.GrantScope.GRANT_SCOPE_TENANT, ...facts }, { caller: by });
  const ref = { grantRequestId: grantRequest?.id ?? '', version: grantRequest?.version ?? 0 };
  const confirmer = { ...by, subject: '01900000-0000-7000-8000-00000000eeee' };
  const { grantRequest: confirmed } = await office.grantRequests.confirmGrant(ref, { caller: confirmer });
  const { grants } = await office.grants.listGrants({ principalId: confirmed?.principalId ?? '', pageSize: 200 }, { caller: everything(by.tenantId) });
  const grant = grants.find(({ id }) => id === confirmed?.grantId);
  if (grant === undefined) throw new Error('no grant came of it');
  return grant;
}

export async function makeTenant(office: Office, id = 'xingsheng'): Promise<{ root: organization.Unit }> {
  const caller = systemCaller(id, 'operator', ['organization.tenant.create']);
  await office.operatorTenants.createTenant({ tenant: { id, nameZh: '试验街道' } }, { caller });
  const { units } = await office.units.listUnits({}, { caller: everything(id) });
  const root = units[0];
  if (root === undefined) throw new Error('the tenant has no root');
  return { root };
}

let counter = 0;
/** A fresh code; no meaning. */
export function fresh(prefix: string): string {
  counter += 1;
  return `${prefix}-${counter}`;
}

export async function makeUnit(office: Office, parentId: string, facts: { kind: organization.UnitKind; code?: string; tenantId?: string }): Promise<organization.Unit> {
  const { kind, code = fresh('u'), tenantId } = facts;
  const { unit } = await office.units.createUnit({ parentId, kind, code, nameZh: `单位${code}` }, { caller: everything(tenantId) });
  if (unit === undefined) throw new Error('no unit came back');
  return unit;
}

export async function makeStaff(office: Office, unitId?: string, facts: { subject?: string; tenantId?: string } = {}): Promise<organization.Staff> {
  const caller = everything(facts.tenantId);
  const code = fresh('s');
  const identity = facts.subject === undefined ? {} : { identityIssuer: 'https://issuer.example', identitySubject: facts.subject };
  const { staff } = await office.staff.createStaff({ code, name: `职员${code}`, workPhone: '000-5550100', ...identity }, { caller });
  if (staff === undefined) throw new Error('no staff came back');
  if (unitId === undefined) return staff;
  const assigned = await office.staff.assignPost({ staffId: staff.id, version: 1, unitId, titleZh: '干事', primary: true }, { caller });
  if (assigned.staff === undefined) throw new Error('no staff came back');
  return assigned.staff;
}

export interface SentEvent {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly payload: Record<string, unknown>;
}

/** What lies in the outbox, in the order of sending; of one aggregate when `id` is given. */
export async function sentEvents(office: Office, id?: string): Promise<SentEvent[]> {
  const query = office.knex('outbox').orderBy('id').select<{ event_type: string; aggregate_id: string; aggregate_version: string; payload: Buffer }[]>();
  if (id !== undefined) void query.where('aggregate_id', id);
  return (await query).map((row) => ({
    type: row.event_type.replace('linli.organization.v1.', ''),
    id: row.aggregate_id,
    version: Number(row.aggregate_version),
    payload: JSON.parse(row.payload.toString()) as Record<string, unknown>,
  }));
}

/** Every table in a row of which the text stands, as text or as bytes: the outbox keeps bytes. */
export async function placesOf(office: Office, text: string): Promise<string[]> {
  const tables = await office.knex('information_schema.tables').where({ table_schema: 'public', table_type: 'BASE TABLE' }).select<{ table_name: string }[]>('table_name');
  const found = [];
  for (const { table_name: table } of tables) {
    const bytes = Buffer.from(text).toString('hex');
    const { rows } = await office.knex.raw<{ rows: unknown[] }>('select 1 from ?? as kept where kept::text like ? or kept::text like ? limit 1', [table, `%${text}%`, `%${bytes}%`]);
    if (rows.length > 0) found.push(table);
  }
  return found;
}

/** `['UnitCreated 1', 'UnitRenamed 2']` */
export async function history(office: Office, id: string): Promise<string[]> {
  return (await sentEvents(office, id)).map(({ type, version }) => `${type} ${version}`);
}
