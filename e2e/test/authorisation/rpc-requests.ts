import { randomInt, randomUUID } from 'node:crypto';
import { pledgeRpcRequests } from './pledge-requests';
import { selfGovernmentRpcRequests } from './self-government-requests';
import { hoursAhead, type Target } from './targets';

export type MakeRpcRequest = (target: Target, column: string) => object;

// What changes something names a version that never was: who may do it is told that it is stale, and nothing changes.
const version = 999_999_999;
const fresh = () => `a${randomUUID().slice(0, 8)}`;
const part = () => randomUUID();
const requestId = () => randomUUID();
const explanation = '说明';

const onCase = (more: object = {}): MakeRpcRequest => ({ caseId }) => ({ caseId, version, ...more });
const onStaff = (more: object = {}): MakeRpcRequest => ({ agentId }) => ({ staffId: agentId, version, ...more });

const openBelow = (unitId: string) => ({
  operation: { $case: 'open', value: { parent: { target: { $case: 'unitId', value: unitId } }, kind: 'UNIT_KIND_BUILDING', code: fresh(), nameZh: '新楼' } },
});

const cases: Readonly<Record<string, MakeRpcRequest>> = {
  CreateCase: ({ itemCode, residentId, mandateId }, column) => ({
    requestId: requestId(),
    itemCode,
    residentId,
    channel: column === 'resident' ? 'CHANNEL_ONLINE' : column === 'agent' ? 'CHANNEL_HOME_VISIT' : 'CHANNEL_WINDOW',
    mandateId: column === 'agent' ? mandateId : '',
    subject: '办理',
  }),
  UpdateDraft: onCase({ subject: '改' }),
  SubmitCase: onCase(),
  RequestMaterial: onCase({ materialCodes: ['id-card'], explanation }),
  SupplyMaterial: onCase({ materialCodes: ['id-card'] }),
  AcceptCase: onCase(),
  DeclineCase: onCase({ reasonCode: 'not_eligible', explanation, redirect: '区民政局' }),
  StartProcessing: onCase(),
  PauseCase: onCase({ cause: 'PAUSE_CAUSE_SURVEY' }),
  ResumeCase: onCase(),
  ExtendCase: onCase({ by: { amount: 5, unit: 'LIMIT_UNIT_WORKING_DAYS' }, reason: explanation }),
  AddTask: ({ caseId, unitId }) => ({ caseId, version, unitId, lead: true, titleZh: '核验' }),
  CompleteTask: ({ caseId }) => ({ caseId, version, taskId: part() }),
  RequestDecision: onCase(),
  DecideCase: onCase({ result: 'CASE_RESULT_GRANTED', explanation }),
  DeliverCase: onCase({ method: 'DELIVERY_METHOD_HOME', signedReceipt: true }),
  ReceivePaper: onCase({ materialCode: 'id-card' }),
  ReturnPaper: ({ caseId }) => ({ caseId, version, paperId: part() }),
  RecordCallback: onCase({ reached: true, rating: 5, solved: true, comment: '' }),
  RateCase: onCase({ rating: 5, solved: true, comment: '' }),
  ReopenCase: onCase({ reason: explanation }),
  WithdrawCase: onCase(),
  ReassignCase: ({ caseId, agentId }) => ({ caseId, version, agentId, reasonCode: 'overload' }),
  GetCase: ({ caseId }) => ({ caseId }),
  ListCases: ({ residentId }) => ({ residentId }),
  CountCases: ({ unitId }) => ({ unitId }),
  ListWork: ({ unitId }) => ({ unitId }),
  CountWork: ({ unitId }) => ({ unitId }),
  ListEntries: ({ threadId }) => ({ threadId }),
};

const matters: Readonly<Record<string, MakeRpcRequest>> = {
  ImportItems: () => ({
    items: [{ code: fresh(), nameZh: '新事项', caseType: 'CASE_TYPE_PROMISE', ownerDepartmentCode: 'civil-affairs', legalBasis: '条例', promisedLimit: { amount: 5, unit: 'LIMIT_UNIT_WORKING_DAYS' }, effectiveFrom: '2030-01-01' }],
  }),
  GetItem: () => ({ code: 'elder-card' }),
  ListItems: () => ({}),
  SignMandate: ({ residentId, agentId }, column) => ({
    requestId: requestId(),
    residentId,
    agentId,
    itemCode: 'elder-card',
    consentForm: column === 'resident' ? 'CONSENT_FORM_ONLINE' : 'CONSENT_FORM_SIGNATURE',
  }),
  RevokeMandate: ({ mandateId }) => ({ mandateId, version }),
  GetMandate: ({ mandateId }) => ({ mandateId }),
  ListMandates: ({ residentId }) => ({ residentId }),
  RegisterPerson: ({ unitId }) => ({ requestId: requestId(), name: '张三', phone: `139${String(randomInt(1e8)).padStart(8, '0')}`, preferredLanguage: 'LANGUAGE_ZH', unitId }),
  UpdatePerson: ({ residentId }) => ({ personId: residentId, version, preferredLanguage: 'LANGUAGE_ZH' }),
  GetPerson: ({ residentId }) => ({ personId: residentId }),
  BatchGetPersons: ({ residentId }) => ({ personIds: [residentId] }),
  FindPersons: ({ phone }) => ({ phone }),
  RevealPerson: ({ residentId }, column) => ({
    personId: residentId,
    fields: ['PERSON_FIELD_PHONE'],
    purpose: column === 'resident' ? 'REVEAL_PURPOSE_OWN_ACCESS' : 'REVEAL_PURPOSE_CONTACT',
  }),
  ListAccesses: ({ residentId }) => ({ personId: residentId }),
  ResolveResident: ({ identity }) => ({ identityIssuer: identity.issuer, identitySubject: identity.resident }),
  CheckPerson: ({ residentId }) => ({ personId: residentId }),
};

const office: Readonly<Record<string, MakeRpcRequest>> = {
  GetTenant: () => ({}),
  RestateTenant: () => ({}),
  // Of a version that never was: who may gets a stale answer, and the office goes on.
  SuspendTenant: () => ({ version }),
  ResumeTenant: () => ({ version }),
  ResolveTenantStanding: () => ({}),
  CreateTenant: ({ tenantId }) => ({ requestId: requestId(), tenant: { id: tenantId, nameZh: '街道', region: '区', city: '市', district: '区', timeZone: 'Asia/Shanghai' } }),
  CreateUnit: ({ unitId }) => ({ requestId: requestId(), parentId: unitId, kind: 'UNIT_KIND_BUILDING', code: fresh(), nameZh: '新楼', validFrom: '2030-01-01' }),
  RenameUnit: ({ unitId }) => ({ unitId, version, nameZh: '新名' }),
  CloseUnit: ({ unitId }) => ({ unitId, version, validTo: '2030-01-01' }),
  GetUnit: ({ unitId }) => ({ unitId }),
  GetPublicGrid: ({ unitCode }) => ({ code: unitCode }),
  BatchGetUnits: ({ unitId }) => ({ unitIds: [unitId] }),
  ListUnits: ({ unitId }) => ({ underUnitId: unitId }),
  GetUnitPath: ({ unitId }) => ({ unitId }),
  CountUnits: ({ unitId }) => ({ underUnitId: unitId }),
  SetBoundary: ({ unitId }) => ({ unitId, version, geometryJson: '{"type":"Polygon","coordinates":[[[110,39.8],[110.01,39.8],[110.01,39.81],[110,39.8]]]}' }),
  GetBoundary: ({ unitId }) => ({ unitId }),
  SetGridFacts: ({ unitId }) => ({ unitId, version, supervisionPhone: '', householdCount: 1 }),
  GetGridFacts: ({ unitId }) => ({ unitId }),
  FindGridAt: () => ({ longitude: 0, latitude: 0 }),
  PlanRegrading: ({ unitId }) => ({ requestId: requestId(), titleZh: '调整', effectiveOn: '2035-07-01', operations: [openBelow(unitId)] }),
  WithdrawRegrading: ({ regradingId }) => ({ regradingId, version }),
  GetRegrading: ({ regradingId }) => ({ regradingId }),
  ListRegradings: () => ({}),
  CreateStaff: () => ({ requestId: requestId(), code: fresh(), name: '孙新' }),
  DeactivateStaff: onStaff(),
  AssignPost: ({ agentId, unitId }) => ({ requestId: requestId(), staffId: agentId, version, unitId, titleZh: '代办员', validFrom: '2026-01-01' }),
  EndPost: onStaff({ postId: part(), validTo: '2030-01-01' }),
  SetPartner: ({ agentId }) => ({ staffId: agentId, version, partnerId: agentId }),
  StartAbsence: onStaff({ from: new Date() }),
  EndAbsence: onStaff(),
  GetStaff: ({ agentId }) => ({ staffId: agentId }),
  BatchGetStaff: ({ agentId }) => ({ staffIds: [agentId] }),
  ListStaff: ({ unitId }) => ({ underUnitId: unitId }),
  // New Year's Day is a day of rest already: who may decide is told so, and nothing changes.
  SetCalendarOverride: () => ({ requestId: requestId(), day: '2030-01-01', kind: 'CALENDAR_DAY_KIND_REST', nameZh: '元旦', citation: '通知' }),
  RemoveCalendarOverride: () => ({ overrideId: part(), version }),
  GetCalendar: () => ({}),
  OpenDutyRoster: ({ communityId }) => ({ requestId: requestId(), unitId: communityId, kinds: ['DUTY_KIND_WORKDAY'] }),
  ChangeDutyRoster: ({ dutyRosterId }) => ({ rosterId: dutyRosterId, version, kinds: [] }),
  ListDutyRosters: () => ({}),
  // Weekends on a Wednesday: who may plan is told that there is nothing to plan.
  PlanDuty: ({ communityId, agentId }) => ({ requestId: requestId(), unitId: communityId, fromDay: '2030-01-02', toDay: '2030-01-02', kinds: ['DUTY_KIND_WEEKEND'], pairs: [{ aId: agentId, bId: part() }] }),
  ReassignDuty: ({ dutySlotIds: [slotId], agentId }) => ({ slotId, version, aId: agentId }),
  SwapDuty: ({ dutySlotIds: [slotId, otherSlotId] }) => ({ slotId, version, part: 'DUTY_PART_A', otherSlotId, otherVersion: version, otherPart: 'DUTY_PART_A' }),
  CancelDuty: ({ dutySlotIds: [slotId] }) => ({ slotId, version }),
  GetDutyPlan: ({ communityId }) => ({ unitId: communityId, fromDay: '2030-01-02', toDay: '2030-01-08' }),
  GetDuty: ({ communityId }) => ({ unitId: communityId }),
  GetDutyGaps: ({ communityId }) => ({ unitId: communityId }),
  GrantRole: ({ agentId, unitId }) => ({ requestId: requestId(), principalKind: 'PRINCIPAL_KIND_STAFF', principalId: agentId, role: 'agent', scope: 'GRANT_SCOPE_SUBTREE', unitId }),
  RevokeGrant: ({ grantId }) => ({ grantId, version }),
  ListGrants: ({ agentId }) => ({ principalId: agentId }),
  ListRoles: () => ({}),
  CreateRole: () => ({ requestId: requestId(), code: `own.${fresh()}`, nameZh: '夜班', holder: 'PRINCIPAL_KIND_STAFF', permissions: ['requests.case.read'] }),
  ChangeRole: () => ({ code: 'agent', version, nameZh: '改', permissions: ['requests.case.read'] }),
  GetPermissionCatalogue: () => ({}),
  // Not sensitive: who may ask for grants there is told to give it.
  RequestGrant: ({ agentId, unitId }) => ({ requestId: requestId(), principalKind: 'PRINCIPAL_KIND_STAFF', principalId: agentId, role: 'handler', scope: 'GRANT_SCOPE_SUBTREE', unitId }),
  ConfirmGrant: () => ({ grantRequestId: part(), version }),
  DeclineGrant: () => ({ grantRequestId: part(), version }),
  ListGrantRequests: () => ({}),
  RegisterClient: () => ({ requestId: requestId(), nameZh: '平台', identityIssuer: 'https://id.example', identitySubject: fresh() }),
  ResolveCaller: ({ identity }) => ({ kind: 'PRINCIPAL_KIND_STAFF', identityIssuer: identity.issuer, identitySubject: identity.agent }),
  ImportOrganization: () => ({ dryRun: true }),
};

// What others of the table make meanwhile is not asked for: lists are of a day or a kind that has none.
// What has an id of its own names one that was never given out: that those of other units are hidden is tested where it is kept.
const party: Readonly<Record<string, MakeRpcRequest>> = {
  JoinMemberUnit: ({ unitId }) => ({ requestId: requestId(), code: fresh(), nameZh: '第一小学', kind: 'MEMBER_UNIT_KIND_INSTITUTION', unitId }),
  UpdateMemberUnit: () => ({ memberUnitId: part(), version, nameZh: '新名' }),
  LeaveMemberUnit: () => ({ memberUnitId: part(), version }),
  GetMemberUnit: () => ({ memberUnitId: part() }),
  ListMemberUnits: ({ unitId }) => ({ underUnitId: unitId, asOf: '1999-01-01' }),
  FoundCommittee: ({ unitId }) => ({ requestId: requestId(), kind: 'COMMITTEE_KIND_COMMUNITY_JOINT', unitId, nameZh: '联合党委', size: 24 }),
  TakeSeats: () => ({ committeeId: part(), version, memberUnitIds: [part()] }),
  EndSeat: () => ({ committeeId: part(), version, seatId: part() }),
  GetCommittee: () => ({ committeeId: part() }),
  ListCommittees: () => ({ kind: 'COMMITTEE_KIND_REGIONAL' }),
  SetRotation: () => ({ committeeId: part(), version, baseYear: 2030, memberUnitIds: [part()] }),
  SwapHosts: () => ({ committeeId: part(), version, year: 2030, otherYear: 2031, reasonCode: 'venue' }),
  HandOverRotation: () => ({ committeeId: part(), version, year: 2030 }),
  GetRotation: () => ({ committeeId: part(), fromYear: 2030, toYear: 2031 }),
  ScheduleMeeting: () => ({ requestId: requestId(), committeeId: part(), themeZh: '主题', scheduledOn: '2190-01-01' }),
  ConveneMeeting: () => ({ meetingId: part(), version }),
  RecordAttendance: () => ({ meetingId: part(), version, attendance: [{ memberUnitId: part(), presence: 'MEETING_PRESENCE_ATTENDED' }] }),
  RecordMinutes: () => ({ meetingId: part(), version, minutes: '纪要' }),
  AdoptResolutions: () => ({ meetingId: part(), version }),
  GetMeeting: () => ({ meetingId: part() }),
  ListMeetings: () => ({}),
  DeliverResolution: () => ({ resolutionId: part(), version, proof: '照片' }),
  GetResolution: () => ({ resolutionId: part() }),
  ListResolutions: () => ({}),
};

const onSite = (more: object = {}): MakeRpcRequest => ({ siteId }) => ({ siteId, version, ...more });
const onFinding = (more: object = {}): MakeRpcRequest => ({ findingId }) => ({ findingId, version, ...more });

const sites: Readonly<Record<string, MakeRpcRequest>> = {
  CreateSite: ({ unitId, agentId }) => ({ requestId: requestId(), nameZh: '工地', ownerZh: '建设单位', contractorZh: '总包', permitNumber: fresh(), stage: 'SITE_STAGE_STRUCTURE', unitId, leaderId: agentId }),
  UpdateSite: onSite({ stage: 'SITE_STAGE_FINISHING' }),
  AssignSiteLeader: ({ siteId, agentId }) => ({ siteId, version, leaderId: agentId }),
  CloseSite: onSite(),
  GetSite: ({ siteId }) => ({ siteId }),
  ListSites: ({ unitId }) => ({ unitId }),
  GetSiteChecklist: () => ({}),
  // Answers nothing: whoever may visit is told what is missing.
  RecordSiteVisit: ({ siteId }) => ({ requestId: requestId(), siteId }),
  ListSiteVisits: ({ siteId }) => ({ siteId }),
  GetSiteCoverage: () => ({}),
  RaiseSiteFinding: ({ siteId }) => ({ requestId: requestId(), siteId, concern: 'SITE_CONCERN_SAFETY', severity: 'SITE_FINDING_SEVERITY_MINOR', description: '材料堆放' }),
  TellSite: onFinding(),
  StartRectification: onFinding(),
  RecheckSiteFinding: onFinding({ passed: true }),
  CloseSiteFinding: onFinding(),
  ReferSiteFinding: onFinding({ authority: 'SITE_AUTHORITY_HOUSING_CONSTRUCTION', receivedNumber: 'ZJ-1' }),
  RecordReferralReply: onFinding({ reply: 'SITE_REFERRAL_REPLY_HANDLED' }),
  CreateResettlement: ({ siteId }) => ({ requestId: requestId(), siteId, householdId: part(), agreementNumber: fresh(), promisedOn: '2030-01-01' }),
  AdvanceResettlement: ({ resettlementId }) => ({ resettlementId, version, state: 'RESETTLEMENT_STATE_TRANSITION' }),
  RecordTransitionPayment: ({ resettlementId }) => ({ resettlementId, version, month: '2026-01', paid: true }),
  GetResettlement: ({ resettlementId }) => ({ resettlementId }),
  ListResettlements: ({ siteId }) => ({ siteId }),
  GetSiteFinding: ({ findingId }) => ({ findingId }),
  ListSiteFindings: ({ siteId }) => ({ siteId }),
};

const hours = { spans: [{ weekday: 1, opensMinute: 540, closesMinute: 1_020 }] };
const dayAhead = (count: number) => hoursAhead(24 * count).slice(0, 10);
const onVenue = (more: object = {}): MakeRpcRequest => ({ venueId }) => ({ venueId, version, ...more });
const onActivity = (more: object = {}): MakeRpcRequest => ({ activityId }) => ({ activityId, version, ...more });
const onOrg = (more: object = {}): MakeRpcRequest => ({ orgId }) => ({ orgId, version, ...more });
const onBooking: MakeRpcRequest = ({ bookingId }) => ({ bookingId, version });

const communities: Readonly<Record<string, MakeRpcRequest>> = {
  CreateVenue: ({ communityId }) => ({ requestId: requestId(), unitId: communityId, nameZh: '新场馆', use: 'VENUE_USE_SHARED', capacity: 5, hours }),
  UpdateVenue: onVenue({ nameZh: '新名' }),
  SetVenueDay: onVenue({ day: dayAhead(30) }),
  ClearVenueDay: onVenue({ day: dayAhead(30) }),
  CloseVenue: onVenue(),
  GetVenue: onVenue(),
  ListVenues: ({ communityId }) => ({ underUnitId: communityId }),
  RecordVisitors: ({ venueId }) => ({ venueId, day: dayAhead(-1), visitors: 3 }),
  ListVisitorCounts: ({ venueId }) => ({ venueId }),
  GetPublicVenues: ({ communityCode }) => ({ unitCode: communityCode }),
  GetPublicVenueDay: ({ venueId }) => ({ venueId }),
  // More people than any of them holds: who may book is told so, and nothing is booked.
  CreateBooking: ({ venueId }, column) => ({ requestId: requestId(), venueId, startsAt: new Date(hoursAhead(26)), endsAt: new Date(hoursAhead(27)), people: 2_000, organisationName: column === 'resident' ? '' : '书画社' }),
  CreateSignUp: ({ activityId }, column) => ({ requestId: requestId(), activityId, adults: 900, organisationName: column === 'resident' ? '' : '书画社' }),
  WithdrawConsent: ({ signUpId }) => ({ bookingId: signUpId, version }),
  CreateActivity: ({ communityId }) => ({
    requestId: requestId(), unitId: communityId, kind: 'ACTIVITY_KIND_EVENT', nameZh: '活动', placeZh: '展厅', ages: ['AGE_BAND_ADULT'], capacity: 5,
    sessions: [{ startsAt: new Date(hoursAhead(72)), endsAt: new Date(hoursAhead(73)) }],
  }),
  UpdateActivity: onActivity({ nameZh: '新名' }),
  CallOffActivity: onActivity(),
  CountAttendance: onActivity({ sessionNumber: 1, attended: 3 }),
  GetActivity: onActivity(),
  ListActivities: ({ communityId }) => ({ underUnitId: communityId }),
  GetPublicActivities: ({ communityCode }) => ({ unitCode: communityCode }),
  PublishBrand: ({ communityId }) => ({ unitId: communityId, version, themeZh: '主题' }),
  ListBrandVersions: ({ communityId }) => ({ unitId: communityId }),
  GetPublicBrand: ({ communityCode }) => ({ unitCode: communityCode }),
  CreateIncubatedOrg: ({ communityId }) => ({ requestId: requestId(), unitId: communityId, nameZh: '学会' }),
  AdmitIncubatedOrg: onOrg({ termFrom: '2030-01-01', termTo: '2030-12-31' }),
  StartIncubation: onOrg(),
  EvaluateIncubatedOrg: onOrg({ result: 'EVALUATION_RESULT_PASSED', evaluationZh: '合格' }),
  GraduateIncubatedOrg: onOrg(),
  EndIncubation: onOrg({ leaveReason: 'withdrew' }),
  GetIncubatedOrg: onOrg(),
  ListIncubatedOrgs: ({ communityId }) => ({ underUnitId: communityId }),
  PostJob: ({ communityId }) => ({ requestId: requestId(), unitId: communityId, titleZh: '制作', employerZh: '协会', placeZh: '社区', wanted: 1, contactPhone: '000-5550100', openUntil: '2040-01-01' }),
  TakeDownJob: ({ jobId }) => ({ jobId, version }),
  GetJob: ({ jobId }) => ({ jobId }),
  ListJobs: ({ communityId }) => ({ underUnitId: communityId }),
  ApplyForJob: ({ jobId }) => ({ requestId: requestId(), jobId }),
  WithdrawJobApplication: ({ applicationId }) => ({ applicationId, version }),
  ListJobApplications: ({ jobId }) => ({ jobId }),
  GetPublicJobs: () => ({}),
  PlanLearning: ({ communityId }) => ({ requestId: requestId(), unitId: communityId, kind: 'LEARNING_KIND_FORUM', topicZh: '学习', startsAt: new Date(hoursAhead(24)), endsAt: new Date(hoursAhead(25)) }),
  CancelLearning: ({ learningId }) => ({ learningId, version }),
  RecordLearningAttendance: ({ learningId }) => ({ learningId, version, others: 1 }),
  GetLearning: ({ learningId }) => ({ learningId }),
  ListLearning: ({ communityId }) => ({ underUnitId: communityId }),
  PublishConductRules: () => ({ code: 'conduct', version, titleZh: '规范', rulesZh: ['公开'], complaintHintZh: '12388' }),
  ListConductVersions: () => ({ code: 'conduct' }),
  GetPublicConductRules: () => ({}),
  CancelBooking: onBooking,
  RecordNoShow: onBooking,
  RecordHolderTold: onBooking,
  GetBooking: onBooking,
  ListBookings: ({ venueId }) => ({ venueId }),
};

const joint: Readonly<Record<string, MakeRpcRequest>> = {
  RaiseNeed: ({ unitId }) => ({ requestId: requestId(), unitId, categoryCode: 'parking', textZh: '停车难' }),
  WithdrawNeed: () => ({ needId: part(), version }),
  GetNeed: () => ({ needId: part() }),
  ListNeeds: () => ({ state: 'NEED_STATE_MET' }),
  OfferResource: () => ({ requestId: requestId(), memberUnitId: part(), categoryCode: 'parking', titleZh: '车位', capacity: 1 }),
  WithdrawResource: () => ({ resourceId: part(), version }),
  GetResource: () => ({ resourceId: part() }),
  ListResources: () => ({ categoryCode: 'nothing' }),
  SuggestMatches: () => ({ needId: part() }),
  ProposeJointProject: () => ({ requestId: requestId(), needIds: [part()], titleZh: '项目', dueOn: '2190-01-01' }),
  MatchJointProject: () => ({ jointProjectId: part(), version, resourceIds: [part()], leadMemberUnitId: part() }),
  AdvanceJointProject: () => ({ jointProjectId: part(), version, to: 'JOINT_PROJECT_STATE_AGREED' }),
  DeliverJointProject: () => ({ jointProjectId: part(), version, proof: '照片' }),
  ReviewJointProject: () => ({ jointProjectId: part(), version, usefulness: { useful: 1, partly: 0, notUseful: 0 } }),
  StallJointProject: () => ({ jointProjectId: part(), version, reasonCode: 'no_partner' }),
  GetJointProject: () => ({ jointProjectId: part() }),
  ListJointProjects: () => ({}),
  EstablishBranch: ({ unitId }) => ({ requestId: requestId(), kind: 'BRANCH_KIND_GROUP', unitId, nameZh: '党小组' }),
  UpdateBranch: () => ({ branchId: part(), version, nameZh: '新名' }),
  DissolveBranch: () => ({ branchId: part(), version }),
  GetBranch: () => ({ branchId: part() }),
  ListCoverage: ({ unitId }) => ({ underUnitId: unitId, asOf: '1999-01-01' }),
  ListPublicBranches: () => ({ code: 'xinyuan' }),
  RecordDevelopmentCount: ({ unitId }) => ({ unitId, year: 2030, version, activists: 5, admitted: 5 }),
  GetDevelopmentCount: () => ({ unitId: part(), year: 2031 }),
  AppointInstructor: ({ unitId }) => ({ requestId: requestId(), staffId: part(), unitId }),
  DismissInstructor: () => ({ instructorId: part(), version }),
  AssignInstructor: () => ({ instructorId: part(), version, memberUnitId: part() }),
  EndInstructorAssignment: () => ({ instructorId: part(), version, assignmentId: part() }),
  RecordInstructorVisit: () => ({ instructorId: part(), version, memberUnitId: part(), purposeCode: 'guidance' }),
  GetInstructor: () => ({ instructorId: part() }),
  ListInstructors: () => ({}),
  FileDualReport: ({ unitId }) => ({ requestId: requestId(), memberUnitId: part(), unitId, headcount: 5 }),
  UpdateDualReport: () => ({ dualReportId: part(), version, headcount: 6 }),
  AssignDualTask: () => ({ dualReportId: part(), version, textZh: '清扫', dueOn: '2190-01-01' }),
  CompleteDualTask: () => ({ dualReportId: part(), version, taskId: part(), proof: '照片' }),
  ReviewDualReport: () => ({ dualReportId: part(), version, textZh: '评议' }),
  EndDualReport: () => ({ dualReportId: part(), version }),
  GetDualReport: () => ({ dualReportId: part() }),
  ListDualReports: () => ({}),
};

/** A request of every RPC, by its name. What names nothing that somebody owns ignores its target. */
export const rpcRequests: Readonly<Record<string, MakeRpcRequest>> = { ...cases, ...matters, ...office, ...pledgeRpcRequests, ...selfGovernmentRpcRequests, ...party, ...sites, ...joint, ...communities };
