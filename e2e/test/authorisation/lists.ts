import type { Caller } from '@linli/auth';
import { isAppError } from '@linli/errors';
import type { Rpc } from './rpc-clients';
import type { Target } from './targets';

/** A list, what it can be narrowed by, and how to see one of its rows by itself. */
export interface List {
  readonly rpc: string;
  readonly filters: (target: Target) => readonly object[];
  readonly get: string;
  /** Undefined for a row of which nothing can be seen by itself. */
  readonly idOf: (row: Readonly<Record<string, unknown>>) => object | undefined;
  /** Whether what one may see by itself is in one's list. */
  readonly complete?: boolean;
}

const requests = '/linli.requests.v1';
const organization = '/linli.organization.v1';

export const lists: readonly List[] = [
  {
    rpc: `${requests}.CaseService/ListCases`,
    filters: ({ unitId, agentId, residentId }) => [
      {}, { unitId }, { agentId }, { residentId }, { state: 'CASE_STATE_ACCEPTED' }, { unitId, state: 'CASE_STATE_ACCEPTED' },
      { order: 'CASE_ORDER_DUE' }, { unitId, order: 'CASE_ORDER_DUE' }, { dueBefore: new Date('2040-01-01T00:00:00Z') },
    ],
    get: `${requests}.CaseService/GetCase`,
    idOf: ({ id }) => ({ caseId: id }),
    complete: true,
  },
  {
    rpc: `${requests}.MandateService/ListMandates`,
    filters: ({ agentId, residentId }) => [{}, { agentId }, { residentId }, { state: 'MANDATE_STATE_SIGNED' }],
    get: `${requests}.MandateService/GetMandate`,
    idOf: ({ id }) => ({ mandateId: id }),
    complete: true,
  },
  {
    rpc: '/linli.work.v1.WorkQueueService/ListWork',
    filters: ({ unitId }) => [{}, { unitId }],
    get: `${requests}.CaseService/GetCase`,
    idOf: ({ subjectId }) => ({ caseId: subjectId }),
  },
  {
    rpc: '/linli.work.v1.WorkQueueService/ListMovedDueTimes',
    filters: () => [{}, { day: '2026-12-04' }],
    get: `${requests}.CaseService/GetCase`,
    idOf: ({ subjectId }) => ({ caseId: subjectId }),
  },
  {
    rpc: '/linli.thread.v1.ThreadService/ListEntries',
    filters: ({ threadId }) => [{ threadId }],
    get: `${requests}.CaseService/GetCase`,
    idOf: ({ subjectId }) => ({ caseId: subjectId }),
  },
  {
    rpc: `${organization}.UnitService/ListUnits`,
    filters: ({ unitId }) => [{}, { underUnitId: unitId }, { kind: 'UNIT_KIND_GRID' }],
    get: `${organization}.UnitService/GetUnit`,
    idOf: ({ id }) => ({ unitId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.PledgeProjectService/ListPledgeProjects`,
    filters: () => [{}, { year: 2030 }, { state: 'PLEDGE_STATE_PLEDGED' }],
    get: `${organization}.PledgeProjectService/GetPledgeProject`,
    idOf: ({ id }) => ({ pledgeProjectId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.RegradingService/ListRegradings`,
    filters: () => [{}, { state: 'REGRADING_STATE_PLANNED' }],
    get: `${organization}.RegradingService/GetRegrading`,
    idOf: ({ id }) => ({ regradingId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.TopicService/ListTopics`,
    filters: () => [{}, { state: 'TOPIC_STATE_COLLECTED' }],
    get: `${organization}.TopicService/GetTopic`,
    idOf: ({ id }) => ({ topicId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.TopicService/ListDeliberations`,
    filters: () => [{}],
    get: '',
    idOf: () => undefined,
  },
  {
    rpc: `${organization}.DecisionService/ListDecisions`,
    filters: () => [{}, { state: 'DECISION_STATE_DRAFTED' }],
    get: `${organization}.DecisionService/GetDecision`,
    idOf: ({ id }) => ({ decisionId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.PublicationService/ListPublications`,
    filters: () => [{}, { kind: 'PUBLICATION_KIND_ACCOUNTS' }],
    get: `${organization}.PublicationService/GetPublication`,
    idOf: ({ id }) => ({ publicationId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.PublicationService/ListObjections`,
    filters: ({ publicationId }) => [{}, { publicationId }],
    get: `${organization}.PublicationService/GetObjection`,
    idOf: ({ id }) => ({ objectionId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.DiaryService/ListDiaryEntries`,
    filters: ({ buildingId, agentId }) => [{ unitId: buildingId }, { authorId: agentId }],
    get: `${organization}.DiaryService/GetDiaryEntry`,
    idOf: ({ id }) => ({ entryId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.CovenantService/ListCovenants`,
    filters: ({ unitId }) => [{}, { unitId }, { asOf: '2030-01-01' }],
    get: `${organization}.CovenantService/GetCovenant`,
    idOf: ({ id }) => ({ covenantId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.FundService/ListFundRaises`,
    filters: () => [{}, { state: 'FUND_STATE_OPEN' }],
    get: `${organization}.FundService/GetFundRaise`,
    idOf: ({ id }) => ({ fundRaiseId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.StaffService/ListStaff`,
    filters: ({ unitId }) => [{}, { underUnitId: unitId }, { asOf: '2030-01-01' }],
    get: `${organization}.StaffService/GetStaff`,
    idOf: ({ id }) => ({ staffId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.DutyService/ListDutyRosters`,
    filters: () => [{}],
    get: `${organization}.DutyService/GetDutyPlan`,
    idOf: ({ unitId }) => ({ unitId }),
    complete: true,
  },
  {
    rpc: `${organization}.GrantService/ListGrants`,
    filters: ({ agentId }) => [{}, { principalId: agentId }, { asOf: '2030-01-01' }],
    get: `${organization}.StaffService/GetStaff`,
    idOf: ({ principalKind, principalId }) => (principalKind === 'PRINCIPAL_KIND_STAFF' ? { staffId: principalId } : undefined),
  },
  {
    rpc: `${organization}.MemberUnitService/ListMemberUnits`,
    filters: ({ unitId }) => [{}, { underUnitId: unitId }, { asOf: '2030-01-01' }],
    get: `${organization}.MemberUnitService/GetMemberUnit`,
    idOf: ({ id }) => ({ memberUnitId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.CommitteeService/ListCommittees`,
    filters: () => [{}, { kind: 'COMMITTEE_KIND_REGIONAL' }, { asOf: '2030-01-01' }],
    get: `${organization}.CommitteeService/GetCommittee`,
    idOf: ({ id }) => ({ committeeId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.MeetingService/ListMeetings`,
    filters: () => [{}, { state: 'MEETING_STATE_SCHEDULED' }],
    get: `${organization}.MeetingService/GetMeeting`,
    idOf: ({ id }) => ({ meetingId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.MeetingService/ListResolutions`,
    filters: () => [{}, { state: 'RESOLUTION_STATE_OPEN' }],
    get: `${organization}.MeetingService/GetResolution`,
    idOf: ({ id }) => ({ resolutionId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.GrantRequestService/ListGrantRequests`,
    filters: () => [{}, { state: 'GRANT_REQUEST_STATE_REQUESTED' }],
    get: `${organization}.StaffService/GetStaff`,
    idOf: ({ principalKind, principalId }) => (principalKind === 'PRINCIPAL_KIND_STAFF' ? { staffId: principalId } : undefined),
  },
  {
    rpc: `${organization}.SiteService/ListSites`,
    filters: ({ unitId, agentId }) => [{}, { unitId }, { leaderId: agentId }, { includeClosed: true }, { asOf: '2030-01-01' }],
    get: `${organization}.SiteService/GetSite`,
    idOf: ({ id }) => ({ siteId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.SiteService/ListSiteVisits`,
    filters: ({ siteId }) => [{ siteId }],
    get: `${organization}.SiteService/GetSite`,
    idOf: ({ siteId }) => ({ siteId }),
  },
  {
    rpc: `${organization}.SiteFindingService/ListSiteFindings`,
    filters: ({ siteId }) => [{}, { siteId }, { concern: 'SITE_CONCERN_SAFETY' }],
    get: `${organization}.SiteFindingService/GetSiteFinding`,
    idOf: ({ id }) => ({ findingId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.VenueService/ListVenues`,
    filters: ({ communityId }) => [{}, { underUnitId: communityId }],
    get: `${organization}.VenueService/GetVenue`,
    idOf: ({ id }) => ({ venueId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.VenueService/ListVisitorCounts`,
    filters: ({ venueId }) => [{ venueId }],
    get: `${organization}.VenueService/GetVenue`,
    idOf: ({ venueId }) => ({ venueId }),
  },
  {
    rpc: `${organization}.ActivityService/ListActivities`,
    filters: ({ communityId }) => [{}, { underUnitId: communityId }, { fromDay: '2040-01-01' }],
    get: `${organization}.ActivityService/GetActivity`,
    idOf: ({ id }) => ({ activityId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.BrandService/ListBrandVersions`,
    filters: ({ communityId }) => [{ unitId: communityId }],
    get: `${organization}.UnitService/GetUnit`,
    idOf: ({ unitId }) => ({ unitId }),
  },
  {
    rpc: `${organization}.IncubationService/ListIncubatedOrgs`,
    filters: ({ communityId }) => [{}, { underUnitId: communityId }, { state: 'INCUBATION_STATE_APPLIED' }],
    get: `${organization}.IncubationService/GetIncubatedOrg`,
    idOf: ({ id }) => ({ orgId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.JobService/ListJobs`,
    filters: ({ communityId }) => [{}, { underUnitId: communityId }],
    get: `${organization}.JobService/GetJob`,
    idOf: ({ id }) => ({ jobId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.JobService/ListJobApplications`,
    filters: ({ jobId }) => [{ jobId }],
    // Who may see a job sees who applied; a resident, who may not, sees their own.
    get: '',
    idOf: () => undefined,
  },
  {
    rpc: `${organization}.LearningService/ListLearning`,
    filters: ({ communityId }) => [{}, { underUnitId: communityId }, { fromDay: '2040-01-01' }],
    get: `${organization}.LearningService/GetLearning`,
    idOf: ({ id }) => ({ learningId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.BookingService/ListBookings`,
    filters: ({ venueId, activityId }) => [{ venueId }, { activityId }, { venueId, fromDay: '2040-01-01' }],
    get: `${organization}.BookingService/GetBooking`,
    idOf: ({ id }) => ({ bookingId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.JointProjectService/ListNeeds`,
    filters: () => [{}, { state: 'NEED_STATE_OPEN' }],
    get: `${organization}.JointProjectService/GetNeed`,
    idOf: ({ id }) => ({ needId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.JointProjectService/ListResources`,
    filters: () => [{}, { categoryCode: 'parking' }, { asOf: '2030-01-01' }],
    get: `${organization}.JointProjectService/GetResource`,
    idOf: ({ id }) => ({ resourceId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.JointProjectService/ListJointProjects`,
    filters: () => [{}, { state: 'JOINT_PROJECT_STATE_RUNNING' }],
    get: `${organization}.JointProjectService/GetJointProject`,
    idOf: ({ id }) => ({ jointProjectId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.InstructorService/ListInstructors`,
    filters: () => [{}, { asOf: '2030-01-01' }],
    get: `${organization}.InstructorService/GetInstructor`,
    idOf: ({ id }) => ({ instructorId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.DualReportService/ListDualReports`,
    filters: () => [{}, { asOf: '2030-01-01' }],
    get: `${organization}.DualReportService/GetDualReport`,
    idOf: ({ id }) => ({ dualReportId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.CoverageService/ListCoverage`,
    filters: ({ unitId }) => [{ underUnitId: unitId }, { underUnitId: unitId, openOnly: true }],
    get: `${organization}.UnitService/GetUnit`,
    idOf: ({ unitId }) => ({ unitId }),
  },
  {
    rpc: `${organization}.ResettlementService/ListResettlements`,
    filters: ({ siteId }) => [{}, { siteId }, { state: 'RESETTLEMENT_STATE_SIGNED' }],
    get: `${organization}.ResettlementService/GetResettlement`,
    idOf: ({ id }) => ({ resettlementId: id }),
    complete: true,
  },
  {
    rpc: `${organization}.WorkerComplaintService/ListWorkerComplaints`,
    filters: ({ siteId }) => [{}, { siteId }, { state: 'WORKER_COMPLAINT_STATE_RECEIVED' }],
    get: `${organization}.WorkerComplaintService/GetWorkerComplaint`,
    idOf: ({ id }) => ({ complaintId: id }),
    complete: true,
  },
  {
    rpc: '/linli.residents.v1.PersonService/ListAccesses',
    filters: ({ residentId }) => [{ personId: residentId }],
    // Who may see the person may see who looked; what it is of is in the request.
    get: '',
    idOf: () => undefined,
  },
];

interface Page {
  readonly rows: readonly Record<string, unknown>[];
  readonly next: string;
}

/** One page; undefined when the caller may not ask for it. */
export async function readPage(call: Rpc, request: object, caller: Caller): Promise<Page | undefined> {
  try {
    const answer = (await call(request, { caller })) as Record<string, unknown>;
    const rows = Object.values(answer).find(Array.isArray) as Record<string, unknown>[];
    return { rows, next: String(answer['nextPageToken']) };
  } catch (error) {
    if (isAppError(error) && ['permission_denied', 'not_found'].includes(error.kind)) return undefined;
    throw error;
  }
}

/** All pages of a list; undefined when the caller may not ask for it. */
export async function readAll(call: Rpc, request: object, { caller, pageSize }: { caller: Caller; pageSize: number }): Promise<Record<string, unknown>[] | undefined> {
  const all: Record<string, unknown>[] = [];
  let pageToken = '';
  do {
    const page = await readPage(call, { ...request, pageSize, pageToken }, caller);
    if (page === undefined) return undefined;
    all.push(...page.rows);
    pageToken = page.next;
  } while (pageToken !== '');
  return all;
}
