import type { Caller, Grant } from '@linli/auth';
import { organization, requests, residents, thread, work } from '@linli/contracts';
import { notFound } from '@linli/errors';
import { createGrpcServer, type GrpcServer } from '@linli/grpc';
import { createMetrics, type Metrics } from '@linli/telemetry';
import { silentLogger, type TestKeys } from '@linli/testing';

type Handler = (request: never, context: { caller: Caller }) => Promise<object> | object;

export interface SeenCall {
  /** `CaseService/createCase` */
  readonly method: string;
  readonly request: Record<string, unknown>;
  readonly caller: Caller;
}

export interface Known {
  readonly subject: string;
  readonly displayName?: string;
  readonly roles?: readonly string[];
  readonly grants?: readonly Grant[];
}

/** The three services, answered by the tests: their generated interfaces on real gRPC, with the real permission check. */
export interface Peers {
  readonly addresses: Readonly<Record<'organization' | 'residents' | 'requests', string>>;
  readonly calls: SeenCall[];
  /** Who an identity is, by tenant and identity subject. */
  readonly accounts: Map<string, Known>;
  /** `on('CaseService/acceptCase', handler)`; what nobody answers is answered by a sample. */
  on<Request>(method: string, handler: (request: Request, context: { caller: Caller }) => Promise<object> | object): void;
  /** How many calls the services turned away for want of a permission: the gateway should not have made them. */
  refusals(): Promise<number>;
  reset(): void;
  stopOne(service: 'organization' | 'residents' | 'requests'): Promise<void>;
  stop(): Promise<void>;
}

const services = {
  organization: {
    TenantService: organization.TenantServiceDefinition,
    UnitService: organization.UnitServiceDefinition,
    GridService: organization.GridServiceDefinition,
    RegradingService: organization.RegradingServiceDefinition,
    StaffService: organization.StaffServiceDefinition,
    ImportService: organization.ImportServiceDefinition,
    RoleService: organization.RoleServiceDefinition,
    GrantRequestService: organization.GrantRequestServiceDefinition,
    CalendarService: organization.CalendarServiceDefinition,
    DutyService: organization.DutyServiceDefinition,
    GrantService: organization.GrantServiceDefinition,
    PledgeProjectService: organization.PledgeProjectServiceDefinition,
    SiteService: organization.SiteServiceDefinition,
    ResettlementService: organization.ResettlementServiceDefinition,
    WorkerComplaintService: organization.WorkerComplaintServiceDefinition,
    SiteFindingService: organization.SiteFindingServiceDefinition,
    TopicService: organization.TopicServiceDefinition,
    DecisionService: organization.DecisionServiceDefinition,
    CovenantService: organization.CovenantServiceDefinition,
    FundService: organization.FundServiceDefinition,
    PublicationService: organization.PublicationServiceDefinition,
    DiaryService: organization.DiaryServiceDefinition,
    CallerService: organization.CallerServiceDefinition,
    MemberUnitService: organization.MemberUnitServiceDefinition,
    CommitteeService: organization.CommitteeServiceDefinition,
    MeetingService: organization.MeetingServiceDefinition,
    VenueService: organization.VenueServiceDefinition,
    BookingService: organization.BookingServiceDefinition,
    JointProjectService: organization.JointProjectServiceDefinition,
    CoverageService: organization.CoverageServiceDefinition,
    InstructorService: organization.InstructorServiceDefinition,
    DualReportService: organization.DualReportServiceDefinition,
    ActivityService: organization.ActivityServiceDefinition,
    BrandService: organization.BrandServiceDefinition,
    IncubationService: organization.IncubationServiceDefinition,
    JobService: organization.JobServiceDefinition,
    LearningService: organization.LearningServiceDefinition,
    ConductService: organization.ConductServiceDefinition,
    // Interfaces that several services implement: here nothing waits and no entry is told, unless a test says so by this name.
    'organization/WorkQueueService': work.WorkQueueServiceDefinition,
    'organization/ThreadService': thread.ThreadServiceDefinition,
  },
  residents: { PersonService: residents.PersonServiceDefinition },
  requests: {
    ItemService: requests.ItemServiceDefinition,
    MandateService: requests.MandateServiceDefinition,
    CaseService: requests.CaseServiceDefinition,
    WorkQueueService: work.WorkQueueServiceDefinition,
    ThreadService: thread.ThreadServiceDefinition,
  },
} as const;

export async function startPeers(keys: TestKeys, samples: Readonly<Record<string, object>>): Promise<Peers> {
  const calls: SeenCall[] = [];
  const handlers = new Map<string, Handler>();
  const accounts = new Map<string, Known>();
  const servers = new Map<string, GrpcServer>();
  const figures: Metrics[] = [];
  const addresses: Record<string, string> = {};

  const resolve = ({ identitySubject }: { identitySubject: string }, { caller }: { caller: Caller }) => {
    const known = accounts.get(`${caller.tenantId} ${identitySubject}`);
    if (known === undefined) throw notFound('IDENTITY_UNKNOWN', 'nobody here has this identity');
    return known;
  };
  const standing: Record<string, Handler> = {
    'CallerService/resolveCaller': (request, context) => {
      const { subject, displayName = '', roles = [], grants = [] } = resolve(request, context);
      return { subject, displayName, roles, grants: grants.map((grant) => ({ ...grant, scope: `GRANT_SCOPE_${grant.scope.toUpperCase()}` })) };
    },
    'PersonService/resolveResident': (request, context) => {
      const { subject, displayName = '' } = resolve(request, context);
      return { personId: subject, maskedName: displayName };
    },
  };

  for (const [service, definitions] of Object.entries(services)) {
    const metrics = createMetrics(service);
    figures.push(metrics);
    const server = createGrpcServer({ service, internal: keys.internal(service), log: silentLogger(), metrics });
    for (const [name, definition] of Object.entries(definitions)) {
      const implementation = Object.fromEntries(
        Object.keys(definition.methods).map((method) => {
          const path = `${name}/${method}`;
          const answer = async (request: never, context: { caller: Caller }) => {
            calls.push({ method: path, request, caller: context.caller });
            const handler = handlers.get(path) ?? standing[path];
            return handler === undefined ? (samples[path] ?? {}) : handler(request, context);
          };
          return [method, answer];
        }),
      );
      server.add(definition as never, implementation as never);
    }
    addresses[service] = `127.0.0.1:${await server.start(0)}`;
    servers.set(service, server);
  }

  return {
    addresses: addresses as Peers['addresses'],
    calls,
    accounts,
    on: (method, handler) => void handlers.set(method, handler),
    async refusals() {
      const texts = await Promise.all(figures.map((metrics) => metrics.expose()));
      const counts = texts.join('').matchAll(/^linli_rpc_server_seconds_count\{[^}]*code="permission_denied"[^}]*\} (\d+)$/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    reset() {
      calls.length = 0;
      handlers.clear();
    },
    stopOne: async (service) => servers.get(service)?.stop(100),
    stop: async () => {
      await Promise.all([...servers.values()].map((server) => server.stop(100)));
    },
  };
}
