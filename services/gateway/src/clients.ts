import { organization, requests, residents, thread, work } from '@linli/contracts';
import type { GrpcClient, GrpcClients } from '@linli/grpc';
import type { ServiceConfig } from './config';

type Config = Pick<ServiceConfig, 'organizationAddress' | 'residentsAddress' | 'requestsAddress'>;

/** One of the services behind an interface that several implement. */
export interface Source<Client> {
  readonly service: string;
  readonly client: Client;
}

export interface Clients {
  readonly tenants: GrpcClient<organization.TenantServiceDefinition>;
  readonly units: GrpcClient<organization.UnitServiceDefinition>;
  readonly grids: GrpcClient<organization.GridServiceDefinition>;
  readonly regradings: GrpcClient<organization.RegradingServiceDefinition>;
  readonly staff: GrpcClient<organization.StaffServiceDefinition>;
  readonly grants: GrpcClient<organization.GrantServiceDefinition>;
  readonly roles: GrpcClient<organization.RoleServiceDefinition>;
  readonly grantRequests: GrpcClient<organization.GrantRequestServiceDefinition>;
  readonly calendar: GrpcClient<organization.CalendarServiceDefinition>;
  readonly duty: GrpcClient<organization.DutyServiceDefinition>;
  readonly imports: GrpcClient<organization.ImportServiceDefinition>;
  readonly callers: GrpcClient<organization.CallerServiceDefinition>;
  readonly pledgeProjects: GrpcClient<organization.PledgeProjectServiceDefinition>;
  readonly memberUnits: GrpcClient<organization.MemberUnitServiceDefinition>;
  readonly committees: GrpcClient<organization.CommitteeServiceDefinition>;
  readonly meetings: GrpcClient<organization.MeetingServiceDefinition>;
  readonly sites: GrpcClient<organization.SiteServiceDefinition>;
  readonly resettlements: GrpcClient<organization.ResettlementServiceDefinition>;
  readonly workerComplaints: GrpcClient<organization.WorkerComplaintServiceDefinition>;
  readonly siteFindings: GrpcClient<organization.SiteFindingServiceDefinition>;
  readonly venues: GrpcClient<organization.VenueServiceDefinition>;
  readonly activities: GrpcClient<organization.ActivityServiceDefinition>;
  readonly brands: GrpcClient<organization.BrandServiceDefinition>;
  readonly incubation: GrpcClient<organization.IncubationServiceDefinition>;
  readonly jobs: GrpcClient<organization.JobServiceDefinition>;
  readonly learning: GrpcClient<organization.LearningServiceDefinition>;
  readonly conduct: GrpcClient<organization.ConductServiceDefinition>;
  readonly bookings: GrpcClient<organization.BookingServiceDefinition>;
  readonly topics: GrpcClient<organization.TopicServiceDefinition>;
  readonly decisions: GrpcClient<organization.DecisionServiceDefinition>;
  readonly covenants: GrpcClient<organization.CovenantServiceDefinition>;
  readonly funds: GrpcClient<organization.FundServiceDefinition>;
  readonly publications: GrpcClient<organization.PublicationServiceDefinition>;
  readonly diary: GrpcClient<organization.DiaryServiceDefinition>;
  readonly jointProjects: GrpcClient<organization.JointProjectServiceDefinition>;
  readonly coverage: GrpcClient<organization.CoverageServiceDefinition>;
  readonly instructors: GrpcClient<organization.InstructorServiceDefinition>;
  readonly dualReports: GrpcClient<organization.DualReportServiceDefinition>;
  readonly persons: GrpcClient<residents.PersonServiceDefinition>;
  readonly items: GrpcClient<requests.ItemServiceDefinition>;
  readonly mandates: GrpcClient<requests.MandateServiceDefinition>;
  readonly cases: GrpcClient<requests.CaseServiceDefinition>;
  /** Every service that has work that waits for people. */
  readonly queues: readonly Source<GrpcClient<work.WorkQueueServiceDefinition>>[];
  /** Every service that writes entries of threads. */
  readonly threads: readonly Source<GrpcClient<thread.ThreadServiceDefinition>>[];
}

export function connectClients(grpc: GrpcClients, config: Config): Clients {
  const organizationPeer = { address: config.organizationAddress, audience: 'organization' };
  const residentsPeer = { address: config.residentsAddress, audience: 'residents' };
  const requestsPeer = { address: config.requestsAddress, audience: 'requests' };
  return {
    tenants: grpc.connect(organization.TenantServiceDefinition, organizationPeer),
    units: grpc.connect(organization.UnitServiceDefinition, organizationPeer),
    grids: grpc.connect(organization.GridServiceDefinition, organizationPeer),
    regradings: grpc.connect(organization.RegradingServiceDefinition, organizationPeer),
    staff: grpc.connect(organization.StaffServiceDefinition, organizationPeer),
    grants: grpc.connect(organization.GrantServiceDefinition, organizationPeer),
    roles: grpc.connect(organization.RoleServiceDefinition, organizationPeer),
    grantRequests: grpc.connect(organization.GrantRequestServiceDefinition, organizationPeer),
    calendar: grpc.connect(organization.CalendarServiceDefinition, organizationPeer),
    duty: grpc.connect(organization.DutyServiceDefinition, organizationPeer),
    imports: grpc.connect(organization.ImportServiceDefinition, organizationPeer),
    callers: grpc.connect(organization.CallerServiceDefinition, organizationPeer),
    pledgeProjects: grpc.connect(organization.PledgeProjectServiceDefinition, organizationPeer),
    memberUnits: grpc.connect(organization.MemberUnitServiceDefinition, organizationPeer),
    committees: grpc.connect(organization.CommitteeServiceDefinition, organizationPeer),
    meetings: grpc.connect(organization.MeetingServiceDefinition, organizationPeer),
    sites: grpc.connect(organization.SiteServiceDefinition, organizationPeer),
    resettlements: grpc.connect(organization.ResettlementServiceDefinition, organizationPeer),
    workerComplaints: grpc.connect(organization.WorkerComplaintServiceDefinition, organizationPeer),
    siteFindings: grpc.connect(organization.SiteFindingServiceDefinition, organizationPeer),
    venues: grpc.connect(organization.VenueServiceDefinition, organizationPeer),
    activities: grpc.connect(organization.ActivityServiceDefinition, organizationPeer),
    brands: grpc.connect(organization.BrandServiceDefinition, organizationPeer),
    incubation: grpc.connect(organization.IncubationServiceDefinition, organizationPeer),
    jobs: grpc.connect(organization.JobServiceDefinition, organizationPeer),
    learning: grpc.connect(organization.LearningServiceDefinition, organizationPeer),
    conduct: grpc.connect(organization.ConductServiceDefinition, organizationPeer),
    bookings: grpc.connect(organization.BookingServiceDefinition, organizationPeer),
    topics: grpc.connect(organization.TopicServiceDefinition, organizationPeer),
    decisions: grpc.connect(organization.DecisionServiceDefinition, organizationPeer),
    covenants: grpc.connect(organization.CovenantServiceDefinition, organizationPeer),
    funds: grpc.connect(organization.FundServiceDefinition, organizationPeer),
    publications: grpc.connect(organization.PublicationServiceDefinition, organizationPeer),
    diary: grpc.connect(organization.DiaryServiceDefinition, organizationPeer),
    jointProjects: grpc.connect(organization.JointProjectServiceDefinition, organizationPeer),
    coverage: grpc.connect(organization.CoverageServiceDefinition, organizationPeer),
    instructors: grpc.connect(organization.InstructorServiceDefinition, organizationPeer),
    dualReports: grpc.connect(organization.DualReportServiceDefinition, organizationPeer),
    persons: grpc.connect(residents.PersonServiceDefinition, residentsPeer),
    items: grpc.connect(requests.ItemServiceDefinition, requestsPeer),
    mandates: grpc.connect(requests.MandateServiceDefinition, requestsPeer),
    cases: grpc.connect(requests.CaseServiceDefinition, requestsPeer),
    queues: [
      { service: 'organization', client: grpc.connect(work.WorkQueueServiceDefinition, organizationPeer) },
      { service: 'requests', client: grpc.connect(work.WorkQueueServiceDefinition, requestsPeer) },
    ],
    threads: [
      { service: 'organization', client: grpc.connect(thread.ThreadServiceDefinition, organizationPeer) },
      { service: 'requests', client: grpc.connect(thread.ThreadServiceDefinition, requestsPeer) },
    ],
  };
}
