import type { Caller } from '@linli/auth';
import { organization, requests, residents, thread, work } from '@linli/contracts';
import type { GrpcClients } from '@linli/grpc';
import type { Platform } from '../platform';

type Service = Parameters<Platform['addressOf']>[0];

const definitions: Readonly<Record<Service, readonly { readonly name: string; readonly fullName: string; readonly methods: object }[]>> = {
  organization: [
    organization.TenantServiceDefinition,
    organization.UnitServiceDefinition,
    organization.GridServiceDefinition,
    organization.RegradingServiceDefinition,
    organization.StaffServiceDefinition,
    organization.RoleServiceDefinition,
    organization.GrantRequestServiceDefinition,
    organization.CalendarServiceDefinition,
    organization.DutyServiceDefinition,
    organization.GrantServiceDefinition,
    organization.CallerServiceDefinition,
    organization.ImportServiceDefinition,
    organization.PledgeProjectServiceDefinition,
    organization.MemberUnitServiceDefinition,
    organization.CommitteeServiceDefinition,
    organization.MeetingServiceDefinition,
    organization.SiteServiceDefinition,
    organization.SiteFindingServiceDefinition,
    organization.VenueServiceDefinition,
    organization.BookingServiceDefinition,
    organization.TopicServiceDefinition,
    organization.DecisionServiceDefinition,
    organization.CovenantServiceDefinition,
    organization.FundServiceDefinition,
    organization.PublicationServiceDefinition,
    organization.DiaryServiceDefinition,
    organization.JointProjectServiceDefinition,
    organization.CoverageServiceDefinition,
    organization.InstructorServiceDefinition,
    organization.DualReportServiceDefinition,
    organization.ActivityServiceDefinition,
    organization.BrandServiceDefinition,
    organization.IncubationServiceDefinition,
    organization.JobServiceDefinition,
    organization.LearningServiceDefinition,
    organization.ConductServiceDefinition,
    organization.ResettlementServiceDefinition,
    organization.WorkerComplaintServiceDefinition,
  ],
  residents: [residents.PersonServiceDefinition],
  requests: [requests.ItemServiceDefinition, requests.MandateServiceDefinition, requests.CaseServiceDefinition, work.WorkQueueServiceDefinition, thread.ThreadServiceDefinition],
};

export type Rpc = (request: object, options: { caller: Caller }) => Promise<object>;

/** Every RPC that the services serve, by `/linli.requests.v1.CaseService/GetCase`. */
export function connectAll(platform: Platform, grpc: GrpcClients): ReadonlyMap<string, Rpc> {
  const all = new Map<string, Rpc>();
  for (const [service, list] of Object.entries(definitions)) {
    for (const definition of list) {
      const client = grpc.connect(definition as never, { address: platform.addressOf(service as Service), audience: service }) as unknown as Record<string, Rpc>;
      for (const [name, { name: method }] of Object.entries(definition.methods as Record<string, { name: string }>)) {
        const call = client[name];
        if (call !== undefined) all.set(`/${definition.fullName}/${method}`, call);
      }
    }
  }
  return all;
}
