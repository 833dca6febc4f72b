import { METHODS } from '@linli/contracts';
import { systemCaller, type Caller } from '@linli/auth';
import { testCaller } from '@linli/testing';
import { roleDefinitions } from '../src/grants/roles';
import { makeTenant, startOffice, type Office } from './support';

const everybody = ['director', 'clerk', 'agent', 'handler', 'coordinator', 'party_affairs', 'site_leader', 'system_admin', 'security_admin', 'audit_admin'];
const working = ['director', 'clerk', 'agent', 'handler', 'coordinator'];
const seeParty = ['director', 'coordinator', 'party_affairs'];
const runParty = ['director', 'party_affairs'];
const holdMeetings = seeParty;
// Who leads sites, and who comes past them.
const sitePeople = ['director', 'agent', 'coordinator', 'site_leader'];
const raiseNeeds = ['director', 'agent', 'coordinator', 'party_affairs'];

/** What the gateway gives every resident of this service. */
const residents = ['organization.topic.raise', 'organization.topic.read', 'organization.decision.read', 'organization.decision.vote', 'organization.publication.object', 'organization.publication.objections'];

/** Who may call what; a method that is missing here fails the test. */
const allowed: Record<string, readonly string[]> = {
  'TenantService/GetTenant': ['director', 'system_admin', 'security_admin', 'audit_admin'],
  'TenantService/CreateTenant': ['system:operator'],
  'TenantService/RestateTenant': ['system:operator'],
  'UnitService/CreateUnit': ['system_admin'],
  'UnitService/RenameUnit': ['system_admin'],
  'UnitService/CloseUnit': ['system_admin'],
  'UnitService/GetUnit': everybody,
  'UnitService/BatchGetUnits': everybody,
  'UnitService/ListUnits': everybody,
  'UnitService/GetUnitPath': everybody,
  'UnitService/CountUnits': everybody,
  'UnitService/GetPublicGrid': ['system:gateway'],
  'GridService/SetBoundary': ['system_admin'],
  'GridService/GetBoundary': everybody,
  'GridService/SetGridFacts': ['system_admin'],
  'GridService/GetGridFacts': everybody,
  'GridService/FindGridAt': everybody,
  'RegradingService/PlanRegrading': ['system_admin'],
  'RegradingService/WithdrawRegrading': ['system_admin'],
  'RegradingService/GetRegrading': everybody,
  'RegradingService/ListRegradings': everybody,
  'StaffService/CreateStaff': ['system_admin'],
  'StaffService/DeactivateStaff': ['system_admin'],
  'StaffService/AssignPost': ['system_admin'],
  'StaffService/EndPost': ['system_admin'],
  'StaffService/SetPartner': ['system_admin'],
  'StaffService/StartAbsence': ['director', 'coordinator'],
  'StaffService/EndAbsence': ['director', 'coordinator'],
  'StaffService/GetStaff': everybody,
  'StaffService/BatchGetStaff': everybody,
  'StaffService/ListStaff': everybody,
  'GrantService/GrantRole': ['security_admin'],
  'GrantService/RevokeGrant': ['security_admin'],
  'GrantService/ListGrants': ['director', 'security_admin', 'audit_admin'],
  'GrantService/ListRoles': ['director', 'security_admin', 'audit_admin'],
  'GrantService/RegisterClient': ['security_admin'],
  'CalendarService/SetCalendarOverride': ['director'],
  'CalendarService/RemoveCalendarOverride': ['director'],
  'CalendarService/GetCalendar': working,
  'DutyService/OpenDutyRoster': ['director', 'coordinator'],
  'DutyService/ChangeDutyRoster': ['director', 'coordinator'],
  'DutyService/ListDutyRosters': working,
  'DutyService/PlanDuty': ['director', 'coordinator'],
  'DutyService/ReassignDuty': ['director', 'coordinator'],
  'DutyService/SwapDuty': ['director', 'coordinator'],
  'DutyService/CancelDuty': ['director', 'coordinator'],
  'DutyService/GetDutyPlan': working,
  'DutyService/GetDuty': working,
  'DutyService/GetDutyGaps': working,
  'PledgeProjectService/CollectPledgeProject': ['director', 'coordinator'],
  'PledgeProjectService/ScreenPledgeProject': ['director'],
  'PledgeProjectService/SelectPledgeProject': ['director'],
  'PledgeProjectService/PromisePledgeProject': ['director'],
  'PledgeProjectService/StartPledgeProject': ['director', 'handler', 'coordinator'],
  'PledgeProjectService/ReportPledgeProgress': ['director', 'handler', 'coordinator'],
  'PledgeProjectService/CompletePledgeProject': ['director', 'handler', 'coordinator'],
  'PledgeProjectService/RecordResidentCheck': ['director', 'coordinator'],
  'PledgeProjectService/ClosePledgeProject': ['director'],
  'PledgeProjectService/DelayPledgeProject': ['director'],
  'PledgeProjectService/ChangePledgeProject': ['director'],
  'PledgeProjectService/DropPledgeProject': ['director'],
  'PledgeProjectService/GetPledgeProject': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'PledgeProjectService/ListPledgeProjects': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'PledgeProjectService/GetPublicPledgeProject': ['system:gateway'],
  'PledgeProjectService/ListPublicPledgeProjects': ['system:gateway'],
  'SiteService/CreateSite': ['director'],
  'SiteService/UpdateSite': ['director', 'site_leader'],
  'SiteService/AssignSiteLeader': ['director'],
  'SiteService/CloseSite': ['director'],
  'SiteService/GetSite': sitePeople,
  'SiteService/ListSites': sitePeople,
  'SiteService/GetSiteChecklist': sitePeople,
  'SiteService/RecordSiteVisit': ['director', 'site_leader'],
  'SiteService/ListSiteVisits': sitePeople,
  'SiteService/GetSiteCoverage': sitePeople,
  'SiteFindingService/RaiseSiteFinding': sitePeople,
  'SiteFindingService/TellSite': ['director', 'site_leader'],
  'SiteFindingService/StartRectification': ['director', 'site_leader'],
  'SiteFindingService/RecheckSiteFinding': ['director', 'site_leader'],
  'SiteFindingService/CloseSiteFinding': ['director', 'site_leader'],
  'SiteFindingService/ReferSiteFinding': ['director', 'site_leader'],
  'SiteFindingService/GetSiteFinding': sitePeople,
  'SiteFindingService/ListSiteFindings': sitePeople,
  'TopicService/AcceptTopic': ['director', 'coordinator'],
  'TopicService/DeclineTopic': ['director', 'coordinator'],
  'TopicService/AnswerTopic': ['director', 'coordinator'],
  'TopicService/RecordDeliberation': ['director', 'coordinator'],
  'TopicService/RaiseTopic': ['director', 'clerk', 'agent', 'coordinator', 'resident'],
  'TopicService/GetTopic': ['director', 'clerk', 'agent', 'handler', 'coordinator', 'resident'],
  'TopicService/ListTopics': ['director', 'clerk', 'agent', 'handler', 'coordinator', 'resident'],
  'TopicService/ListDeliberations': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'TopicService/ListPublicTopics': ['system:gateway'],
  'DecisionService/DraftDecision': ['director', 'coordinator'],
  'DecisionService/RecordDecisionStep': ['director', 'coordinator'],
  'DecisionService/AddDecisionVoters': ['director', 'coordinator'],
  'DecisionService/GiveDecisionNotice': ['director', 'coordinator'],
  'DecisionService/CloseDecision': ['director', 'coordinator'],
  'DecisionService/CastVote': ['resident'],
  'DecisionService/GetDecision': ['director', 'clerk', 'agent', 'handler', 'coordinator', 'resident'],
  'DecisionService/ListDecisions': ['director', 'clerk', 'agent', 'handler', 'coordinator', 'resident'],
  'PublicationService/Publish': ['director', 'coordinator'],
  'PublicationService/AnswerObjection': ['director', 'coordinator'],
  'PublicationService/RaiseObjection': ['director', 'clerk', 'coordinator', 'resident'],
  'PublicationService/GetObjection': ['director', 'clerk', 'coordinator', 'resident'],
  'PublicationService/ListObjections': ['director', 'clerk', 'coordinator', 'resident'],
  'PublicationService/GetPublication': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'PublicationService/ListPublications': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'PublicationService/GetPublicPublication': ['system:gateway'],
  'PublicationService/ListPublicPublications': ['system:gateway'],
  'DiaryService/WriteDiaryEntry': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'DiaryService/GetDiaryEntry': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'DiaryService/ListDiaryEntries': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'CovenantService/AdoptCovenant': ['director', 'coordinator'],
  'CovenantService/FileCovenant': ['director'],
  'CovenantService/GetCovenant': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'CovenantService/ListCovenants': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'CovenantService/ListPublicCovenants': ['system:gateway'],
  'FundService/OpenFundRaise': ['director', 'coordinator'],
  'FundService/RecordFundEntry': ['director', 'coordinator'],
  'FundService/CloseFundRaise': ['director', 'coordinator'],
  'FundService/GetFundRaise': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'FundService/ListFundRaises': ['director', 'clerk', 'agent', 'handler', 'coordinator'],
  'FundService/GetPublicFundRaise': ['system:gateway'],
  'FundService/ListPublicFundRaises': ['system:gateway'],
  'CallerService/ResolveCaller': ['system:gateway'],
  'ImportService/ImportOrganization': ['system_admin'],
  'MemberUnitService/JoinMemberUnit': runParty,
  'MemberUnitService/UpdateMemberUnit': runParty,
  'MemberUnitService/LeaveMemberUnit': runParty,
  'MemberUnitService/GetMemberUnit': seeParty,
  'MemberUnitService/ListMemberUnits': seeParty,
  'CommitteeService/FoundCommittee': runParty,
  'CommitteeService/TakeSeats': runParty,
  'CommitteeService/EndSeat': runParty,
  'CommitteeService/GetCommittee': seeParty,
  'CommitteeService/ListCommittees': seeParty,
  'CommitteeService/SetRotation': runParty,
  'CommitteeService/SwapHosts': runParty,
  'CommitteeService/HandOverRotation': runParty,
  'CommitteeService/GetRotation': seeParty,
  'MeetingService/ScheduleMeeting': holdMeetings,
  'MeetingService/ConveneMeeting': holdMeetings,
  'MeetingService/RecordAttendance': holdMeetings,
  'MeetingService/RecordMinutes': holdMeetings,
  'MeetingService/AdoptResolutions': holdMeetings,
  'MeetingService/GetMeeting': seeParty,
  'MeetingService/ListMeetings': seeParty,
  'MeetingService/DeliverResolution': holdMeetings,
  'MeetingService/GetResolution': seeParty,
  'MeetingService/ListResolutions': seeParty,
  'VenueService/CreateVenue': ['director', 'coordinator'],
  'VenueService/UpdateVenue': ['director', 'coordinator'],
  'VenueService/SetVenueDay': ['director', 'coordinator'],
  'VenueService/ClearVenueDay': ['director', 'coordinator'],
  'VenueService/CloseVenue': ['director', 'coordinator'],
  'VenueService/GetVenue': ['director', 'clerk', 'coordinator'],
  'VenueService/ListVenues': ['director', 'clerk', 'coordinator'],
  'VenueService/RecordVisitors': ['director', 'clerk', 'coordinator'],
  'VenueService/ListVisitorCounts': ['director', 'clerk', 'coordinator'],
  'VenueService/GetPublicVenues': ['system:gateway'],
  'VenueService/GetPublicVenueDay': ['system:gateway'],
  'BookingService/CreateBooking': ['director', 'clerk', 'coordinator'],
  'BookingService/CancelBooking': ['director', 'clerk', 'coordinator'],
  'BookingService/RecordNoShow': ['director', 'clerk', 'coordinator'],
  'BookingService/RecordHolderTold': ['director', 'clerk', 'coordinator'],
  'BookingService/GetBooking': ['director', 'clerk', 'coordinator'],
  'BookingService/ListBookings': ['director', 'clerk', 'coordinator'],
  'JointProjectService/RaiseNeed': raiseNeeds,
  'JointProjectService/WithdrawNeed': raiseNeeds,
  'JointProjectService/GetNeed': raiseNeeds,
  'JointProjectService/ListNeeds': raiseNeeds,
  'JointProjectService/OfferResource': holdMeetings,
  'JointProjectService/WithdrawResource': holdMeetings,
  'JointProjectService/GetResource': seeParty,
  'JointProjectService/ListResources': seeParty,
  'JointProjectService/SuggestMatches': seeParty,
  'JointProjectService/ProposeJointProject': holdMeetings,
  'JointProjectService/MatchJointProject': holdMeetings,
  'JointProjectService/AdvanceJointProject': holdMeetings,
  'JointProjectService/DeliverJointProject': holdMeetings,
  'JointProjectService/ReviewJointProject': holdMeetings,
  'JointProjectService/StallJointProject': holdMeetings,
  'JointProjectService/GetJointProject': seeParty,
  'JointProjectService/ListJointProjects': seeParty,
  'CoverageService/EstablishBranch': runParty,
  'CoverageService/UpdateBranch': runParty,
  'CoverageService/DissolveBranch': runParty,
  'CoverageService/GetBranch': seeParty,
  'CoverageService/ListCoverage': seeParty,
  'CoverageService/ListPublicBranches': ['system:gateway'],
  'CoverageService/RecordDevelopmentCount': ['party_affairs'],
  'CoverageService/GetDevelopmentCount': seeParty,
  'InstructorService/AppointInstructor': runParty,
  'InstructorService/DismissInstructor': runParty,
  'InstructorService/AssignInstructor': runParty,
  'InstructorService/EndInstructorAssignment': runParty,
  'InstructorService/RecordInstructorVisit': holdMeetings,
  'InstructorService/GetInstructor': seeParty,
  'InstructorService/ListInstructors': seeParty,
  'DualReportService/FileDualReport': holdMeetings,
  'DualReportService/UpdateDualReport': holdMeetings,
  'DualReportService/AssignDualTask': holdMeetings,
  'DualReportService/CompleteDualTask': holdMeetings,
  'DualReportService/ReviewDualReport': holdMeetings,
  'DualReportService/EndDualReport': holdMeetings,
  'DualReportService/GetDualReport': seeParty,
  'DualReportService/ListDualReports': seeParty,
};

const prefix = '/linli.organization.v1.';
const methods = Object.keys(METHODS).filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));

const callers = new Map<string, Caller>([
  ...roleDefinitions.map(({ code, permissions }): [string, Caller] => [code, testCaller({ permissions })]),
  ['resident', testCaller({ kind: 'resident', grants: [{ permissions: residents, scope: 'self', unitPath: '' }] })],
  ['nobody', testCaller({ grants: [] })],
  ['system:operator', systemCaller('xingsheng', 'operator', ['organization.tenant.create', 'organization.tenant.restate'])],
  ['system:gateway', systemCaller('xingsheng', 'gateway', ['organization.caller.resolve', 'organization.public.read'])],
]);

let office: Office;

beforeAll(async () => {
  office = await startOffice();
  await makeTenant(office);
});

afterAll(() => office.stop());

type Call = (request: object, options: { caller: Caller }) => Promise<unknown>;

function callOf(method: string): Call {
  const [service = '', name = ''] = method.split('/');
  const clients = {
    TenantService: office.tenants,
    UnitService: office.units,
    StaffService: office.staff,
    GrantService: office.grants,
    DutyService: office.duty,
    CallerService: office.callers,
    ImportService: office.imports,
    PledgeProjectService: office.pledges,
    TopicService: office.topics,
    DecisionService: office.decisions,
    PublicationService: office.publications,
    DiaryService: office.diary,
    CovenantService: office.covenants,
    FundService: office.funds,
    MemberUnitService: office.memberUnits,
    CommitteeService: office.committees,
    MeetingService: office.meetings,
    SiteService: office.sites,
    JointProjectService: office.jointProjects,
    CoverageService: office.coverage,
    InstructorService: office.instructors,
    DualReportService: office.dualReports,
    SiteFindingService: office.findings,
    VenueService: office.venues,
    BookingService: office.bookings,
    CalendarService: office.calendar,
    RegradingService: office.regradings,
    GridService: office.grids,
  };
  const client = new Map<string, object>(Object.entries(clients)).get(service) ?? {};
  const call: unknown = new Map<string, unknown>(Object.entries(client)).get(name.charAt(0).toLowerCase() + name.slice(1));
  if (typeof call !== 'function') throw new Error(`there is no ${method}`);
  return call as Call;
}

it('lists every method', () => {
  expect(Object.keys(allowed).sort()).toEqual(methods.sort());
});

describe.each(methods)('%s', (method) => {
  it.each([...callers.keys()])('for %s', async (role) => {
    const caller = callers.get(role);
    if (caller === undefined) throw new Error('the table names an unknown role');
    // An empty request: whoever may call gets an answer or is told what is wrong with it.
    const refused = await callOf(method)({}, { caller }).then(() => undefined, (error: { reason?: string }) => error.reason);
    const expected = allowed[method]?.includes(role) === true;
    expect([role, refused === 'PERMISSION_MISSING']).toEqual([role, !expected]);
    expect(refused).not.toBe('UNEXPECTED');
  });
});
