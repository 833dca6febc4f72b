import { organization, requests, residents, thread, work } from '@linli/contracts';
import { covenantSamples } from './covenants';
import { at, ids, unitPath } from './ids';
import { jointSamples } from './joint-samples';
import { pledgeSamples } from './pledges';
import { selfGovernmentSamples } from './self-government';

export { ids } from './ids';

export const sampleCase = requests.Case.fromPartial({
  id: ids.case,
  number: 'XS-20261124-00042',
  itemCode: 'elderly-card',
  itemVersion: 1,
  itemNameZh: '老年人优待证',
  caseType: requests.CaseType.CASE_TYPE_PROMISE,
  residentId: ids.resident,
  channel: requests.Channel.CHANNEL_WINDOW,
  unitId: ids.unit,
  unitPath,
  agentId: ids.agent,
  backupId: ids.backup,
  ownerId: ids.agent,
  handlerUnitId: ids.department,
  state: requests.CaseState.CASE_STATE_SUBMITTED,
  submittedAt: at,
  dueLight: requests.DueLight.DUE_LIGHT_GREEN,
  subject: '申请办理老年人优待证',
  threadId: ids.thread,
  createdAt: at,
  updatedAt: at,
  version: 3,
  nextActions: ['request_material', 'accept'],
  notices: [{ materialCodes: ['photo'], explanation: '缺照片', issuedAt: at, isOnce: true }],
  heldPapers: [{ id: ids.paper, materialCode: 'photo', heldBy: ids.agent, receivedAt: at }],
  tasks: [{ id: ids.task, unitId: ids.department, lead: true, titleZh: '核验' }],
  callbacks: [{ by: ids.backup, at, reached: true, rating: 5, solved: true, comment: '满意' }],
});

const mandate = requests.Mandate.fromPartial({
  id: ids.mandate,
  residentId: ids.resident,
  agentId: ids.agent,
  itemCode: 'elderly-card',
  consentForm: requests.ConsentForm.CONSENT_FORM_SIGNATURE,
  signedAt: at,
  expiresAt: at,
  state: requests.MandateState.MANDATE_STATE_SIGNED,
  unitId: ids.unit,
  unitPath,
  version: 1,
});

const item = requests.ServiceItem.fromPartial({
  code: 'elderly-card',
  version: 2,
  nameZh: '老年人优待证',
  caseType: requests.CaseType.CASE_TYPE_PROMISE,
  ownerDepartmentCode: 'civil-affairs',
  legalBasis: '老年人权益保障法',
  materials: [{ code: 'photo', nameZh: '照片', form: 'original', required: true }],
  promisedLimit: { amount: 5, unit: requests.LimitUnit.LIMIT_UNIT_WORKING_DAYS },
  proxyAllowed: true,
  effectiveFrom: '2026-01-01',
});

const person = residents.Person.fromPartial({
  id: ids.resident,
  maskedName: '王*明',
  maskedPhone: '138****5678',
  preferredLanguage: residents.Language.LANGUAGE_ZH,
  unitId: ids.unit,
  unitPath,
  registeredAt: at,
  version: 1,
});

const unit = organization.Unit.fromPartial({
  id: ids.unit,
  kind: organization.UnitKind.UNIT_KIND_GRID,
  parentId: ids.root,
  path: unitPath,
  code: 'xinyuan-1',
  nameZh: '新园第一网格',
  validFrom: '2026-01-01',
  version: 1,
});

const boundary = {
  unitId: ids.unit,
  validFrom: '2026-12-01',
  geometryJson: '{"type":"Polygon","coordinates":[[[110,39.8],[110.01,39.8],[110.01,39.81],[110,39.8]]]}',
  areaM2: 475_000,
};

const regrading = organization.Regrading.fromPartial({
  id: ids.thread,
  titleZh: '七月网格调整',
  effectiveOn: '2027-07-01',
  state: organization.RegradingState.REGRADING_STATE_PLANNED,
  operations: [
    { operation: { $case: 'open', value: { parent: { target: { $case: 'unitId', value: ids.root } }, kind: organization.UnitKind.UNIT_KIND_COMMUNITY, code: 'fifth', nameZh: '第五社区' } } },
    { operation: { $case: 'move', value: { unitId: ids.unit, parent: { target: { $case: 'newCode', value: 'fifth' } } } } },
    { operation: { $case: 'close', value: { unitId: ids.unit, successor: { target: { $case: 'unitId', value: ids.root } } } } },
    { operation: { $case: 'split', value: { unitId: ids.unit, parts: [{ code: 'a', nameZh: '甲', childIds: [ids.department] }, { code: 'b', nameZh: '乙' }] } } },
    { operation: { $case: 'merge', value: { unitIds: [ids.unit], into: { target: { $case: 'unitId', value: ids.department } } } } },
    { operation: { $case: 'rename', value: { unitId: ids.unit, nameZh: '新园一网格' } } },
  ],
  units: [{ unitId: ids.unit, regradedAs: organization.RegradedAs.REGRADED_AS_ENDED, successorId: ids.root }],
  plannedBy: ids.agent,
  plannedAt: at,
  version: 1,
});

const staff = organization.Staff.fromPartial({
  id: ids.agent,
  code: 'S-07',
  name: '赵代办',
  workPhone: '0477-8500000',
  active: true,
  posts: [{ id: ids.post, staffId: ids.agent, unitId: ids.unit, unitPath, titleZh: '代办员', primary: true, validFrom: '2026-01-01' }],
  partnerId: ids.backup,
  absences: [{ id: ids.task, from: at, until: undefined, standInId: ids.backup }],
  version: 2,
});

const grant = organization.RoleGrant.fromPartial({
  id: ids.grant,
  principalKind: organization.PrincipalKind.PRINCIPAL_KIND_STAFF,
  principalId: ids.agent,
  role: 'agent',
  scope: organization.GrantScope.GRANT_SCOPE_SUBTREE,
  unitId: ids.unit,
  unitPath,
  version: 1,
});

const roster = organization.DutyRoster.fromPartial({ id: ids.roster, unitId: ids.unit, kinds: [organization.DutyKind.DUTY_KIND_WORKDAY], version: 1 });

const slot = organization.DutySlot.fromPartial({
  id: ids.slot,
  unitId: ids.unit,
  day: '2026-12-01',
  kind: organization.DutyKind.DUTY_KIND_WORKDAY,
  startsAt: at,
  endsAt: at,
  aId: ids.agent,
  bId: ids.backup,
  version: 1,
});

const memberUnit = organization.MemberUnit.fromPartial({
  id: ids.memberUnit,
  code: 'school-1',
  nameZh: '第一小学',
  kind: organization.MemberUnitKind.MEMBER_UNIT_KIND_INSTITUTION,
  unitId: ids.unit,
  unitPath,
  contactName: '李联络',
  contactPhone: '0477-8500001',
  joinedOn: '2026-01-01',
  version: 1,
});

const committee = organization.Committee.fromPartial({
  id: ids.committee,
  kind: organization.CommitteeKind.COMMITTEE_KIND_REGIONAL,
  unitId: ids.root,
  unitPath: `/${ids.root}/`,
  nameZh: '区域党委',
  size: 9,
  seats: [{ id: ids.seat, memberUnitId: ids.memberUnit, validFrom: '2026-01-01' }],
  owedFrom: '2026-01-01',
  owedUntil: '2026-12-31',
  owedCitation: '区域化党建工作规则',
  version: 4,
});

const meeting = organization.Meeting.fromPartial({
  id: ids.meeting,
  committeeId: ids.committee,
  kind: organization.MeetingKind.MEETING_KIND_CONGRESS,
  unitId: ids.root,
  unitPath: `/${ids.root}/`,
  state: organization.MeetingState.MEETING_STATE_RESOLUTIONS_OPEN,
  themeZh: '助老服务',
  agenda: ['通报'],
  tags: [organization.TogetherTag.TOGETHER_TAG_HELP],
  scheduledOn: '2026-11-24',
  convenedAt: at,
  hostMemberUnitId: ids.memberUnit,
  minutes: '会议纪要',
  attendance: [{ memberUnitId: ids.memberUnit, presence: organization.MeetingPresence.MEETING_PRESENCE_ATTENDED }],
  resolutionsOpen: 1,
  version: 5,
});

const resolution = organization.Resolution.fromPartial({
  id: ids.resolution,
  meetingId: ids.meeting,
  unitId: ids.root,
  unitPath: `/${ids.root}/`,
  state: organization.ResolutionState.RESOLUTION_STATE_DELIVERED,
  textZh: '清理楼道',
  ownerMemberUnitId: ids.memberUnit,
  dueOn: '2026-12-10',
  overdueAt: at,
  deliveredAt: at,
  proof: '照片三张',
  version: 2,
});

const site = organization.Site.fromPartial({
  id: ids.site,
  nameZh: '万正广场二期',
  ownerZh: '某置业公司',
  contractorZh: '某建设集团',
  subcontractorsZh: ['某劳务公司'],
  permitNumber: 'SG-2026-001',
  stage: organization.SiteStage.SITE_STAGE_STRUCTURE,
  unitId: ids.unit,
  unitPath,
  leaderId: ids.agent,
  leaderSince: '2026-03-01',
  openedOn: '2026-03-01',
  visitDueOn: '2026-11-30',
  version: 3,
});

const visit = organization.SiteVisit.fromPartial({
  id: ids.visit,
  siteId: ids.site,
  visitedOn: '2026-11-23',
  visitorId: ids.agent,
  checklistVersion: 1,
  answers: [{ itemCode: 'wage-account', answer: organization.SiteAnswer.SITE_ANSWER_YES }],
  recordedAt: at,
  countsFor: '2026-11',
});

const finding = organization.SiteFinding.fromPartial({
  id: ids.finding,
  siteId: ids.site,
  unitId: ids.unit,
  concern: organization.SiteConcern.SITE_CONCERN_SAFETY,
  severity: organization.SiteFindingSeverity.SITE_FINDING_SEVERITY_SERIOUS,
  state: organization.SiteFindingState.SITE_FINDING_STATE_REFERRED,
  description: '临边无防护',
  foundBy: ids.agent,
  foundAt: at,
  dueAt: at,
  call: { line: organization.EmergencyLine.EMERGENCY_LINE_WORK_SAFETY, calledAt: at },
  referrals: [{ id: ids.task, authority: organization.SiteAuthority.SITE_AUTHORITY_HOUSING_CONSTRUCTION, receivedNumber: 'ZJ-77', sentAt: at, replyDueAt: at, reply: organization.SiteReferralReply.SITE_REFERRAL_REPLY_HANDLED, answeredAt: at, reminders: 1 }],
  nextActions: ['recheck_passed', 'recheck_failed'],
  version: 3,
});

const venue = organization.Venue.fromPartial({
  id: ids.venue,
  unitId: ids.unit,
  unitPath,
  nameZh: '民族文化展厅',
  nameMn: 'ᠦᠵᠡᠭᠦᠯᠦᠩ',
  use: organization.VenueUse.VENUE_USE_SHARED,
  capacity: 30,
  hours: { spans: [{ weekday: 1, opensMinute: 540, closesMinute: 1_020 }] },
  days: [{ day: '2026-12-01', spans: [] }],
  version: 1,
});

const booking = organization.Booking.fromPartial({
  id: ids.booking,
  venueId: ids.venue,
  unitId: ids.unit,
  unitPath,
  startsAt: at,
  endsAt: new Date('2026-11-24T03:30:00Z'),
  people: 2,
  holderKind: organization.HolderKind.HOLDER_KIND_RESIDENT,
  residentId: ids.resident,
  state: organization.BookingState.BOOKING_STATE_CONFIRMED,
  bookedAt: at,
  version: 1,
});
const signUp = organization.Booking.fromPartial({
  ...booking,
  venueId: '',
  activityId: ids.activity,
  signUp: { adults: 1, under14: 1, consentPurpose: organization.ConsentPurpose.CONSENT_PURPOSE_PARTICIPATION, consentGivenAt: at },
});
const activity = organization.Activity.fromPartial({
  id: ids.activity,
  unitId: ids.unit,
  unitPath,
  kind: organization.ActivityKind.ACTIVITY_KIND_COURSE,
  nameZh: '蒙古语课',
  placeZh: '一楼',
  ages: [organization.AgeBand.AGE_BAND_ADULT],
  capacity: 20,
  sessions: [{ number: 1, startsAt: at, endsAt: new Date('2026-11-24T03:30:00Z'), attended: 12 }],
  signUpUntil: at,
  version: 2,
});
const brand = organization.Brand.fromPartial({
  id: ids.brand,
  unitId: ids.unit,
  unitPath,
  themeZh: '民族文化特色社区',
  projects: [{ nameZh: '民族文化展厅' }],
  evidence: [{ textZh: '开馆报道', url: 'https://news.example/1' }],
  validFrom: '2026-01-01',
  version: 1,
});
const org = organization.IncubatedOrg.fromPartial({ id: ids.org, unitId: ids.unit, unitPath, nameZh: '蒙医药研究学会', state: organization.IncubationState.INCUBATION_STATE_INCUBATING, appliedOn: '2026-01-01', termFrom: '2026-02-01', termTo: '2027-01-31', evaluationDueAt: at, receivedOn: '2026-02-01', version: 3 });
const job = organization.Job.fromPartial({ id: ids.job, unitId: ids.unit, unitPath, titleZh: '手工艺制作', employerZh: '民族手工艺协会', placeZh: '滨河社区', wanted: 3, contactPhone: '0477-8500000', openFrom: '2026-11-24', openUntil: '2026-12-31', version: 1 });
const application = { id: ids.application, jobId: ids.job, residentId: ids.resident, withdrawn: false, version: 1 };
const learning = organization.Learning.fromPartial({ id: ids.learning, unitId: ids.unit, unitPath, kind: organization.LearningKind.LEARNING_KIND_FORUM, topicZh: '理论学习', startsAt: at, endsAt: at, staffIds: [ids.agent], others: 2, version: 2 });
const rules = organization.ConductRules.fromPartial({ id: ids.rules, code: 'five-always', titleZh: '五个一律', rulesZh: ['一律公开'], complaintUrl: 'https://discipline.example/', complaintHintZh: '12388', validFrom: '2026-01-01', version: 1 });
const visitorCount = { id: ids.visitors, venueId: ids.venue, day: '2026-11-24', visitors: 120, version: 1 };

const override = organization.CalendarOverride.fromPartial({ id: ids.task, day: '2026-12-18', kind: organization.CalendarDayKind.CALENDAR_DAY_KIND_REST, nameZh: '那达慕', citation: '市政府通知', version: 1 });

const resettlement = organization.Resettlement.fromPartial({
  id: ids.resettlement,
  siteId: ids.site,
  unitId: ids.unit,
  householdId: ids.household,
  agreementNumber: 'HQ-2026-12',
  promisedOn: '2027-06-30',
  state: organization.ResettlementState.RESETTLEMENT_STATE_TRANSITION,
  payments: [{ month: '2026-11', paid: true }],
  nextStates: [organization.ResettlementState.RESETTLEMENT_STATE_ALLOTTED],
  version: 3,
});

const complaint = organization.WorkerComplaint.fromPartial({
  id: ids.complaint,
  siteId: ids.site,
  unitId: ids.unit,
  kind: organization.WorkerComplaintKind.WORKER_COMPLAINT_KIND_WAGE_UNPAID,
  channel: organization.WorkerComplaintChannel.WORKER_COMPLAINT_CHANNEL_WALK_IN,
  receivedOn: '2026-11-23',
  ownerId: ids.agent,
  state: organization.WorkerComplaintState.WORKER_COMPLAINT_STATE_PASSED_ON,
  dueAt: at,
  steps: [{ version: 2, action: 'pass_on', authority: organization.SiteAuthority.SITE_AUTHORITY_LABOUR_INSPECTION, receivedNumber: 'LJ-12', onDay: '2026-11-24', byId: ids.agent }],
  nextActions: ['pass_on', 'tell_worker', 'withdraw'],
  version: 2,
});

const role = organization.Role.fromPartial({ code: 'own.night', nameZh: '夜班', holder: organization.PrincipalKind.PRINCIPAL_KIND_STAFF, permissions: ['requests.case.read'], own: true, version: 1 });

const grantRequest = organization.GrantRequest.fromPartial({
  id: ids.task,
  principalKind: organization.PrincipalKind.PRINCIPAL_KIND_STAFF,
  principalId: ids.agent,
  role: 'clerk',
  scope: organization.GrantScope.GRANT_SCOPE_TENANT,
  state: organization.GrantRequestState.GRANT_REQUEST_STATE_REQUESTED,
  requestedBy: ids.backup,
  confirmUntil: at,
  version: 1,
});

const oneCase = { case: sampleCase };
const caseMethods = [
  'createCase', 'updateDraft', 'submitCase', 'requestMaterial', 'supplyMaterial', 'acceptCase', 'declineCase', 'startProcessing', 'pauseCase', 'resumeCase',
  'extendCase', 'addTask', 'completeTask', 'requestDecision', 'decideCase', 'deliverCase', 'receivePaper', 'returnPaper', 'recordCallback', 'rateCase', 'reopenCase',
  'withdrawCase', 'reassignCase', 'getCase',
];

function each(service: string, methods: readonly string[], answer: object): Record<string, object> {
  return Object.fromEntries(methods.map((method) => [`${service}/${method}`, answer]));
}

/** What a stand-in answers when a test does not say. */
export const samples: Readonly<Record<string, object>> = {
  ...each('CaseService', caseMethods, oneCase),
  'CaseService/listCases': { cases: [sampleCase], nextPageToken: '' },
  'CaseService/countCases': { byState: { submitted: 1 }, dueSoon: 0, overdue: 0 },
  ...each('MandateService', ['signMandate', 'revokeMandate', 'getMandate'], { mandate }),
  'MandateService/listMandates': { mandates: [mandate], nextPageToken: '' },
  'ItemService/getItem': { item },
  'ItemService/importItems': { created: 1, unchanged: 0 },
  'ImportService/importOrganization': { unitsCreated: 1, staffCreated: 1, unchanged: 0, problems: [{ sheet: 'staff', row: 0, field: 'partner_code', code: 'unknown' }], problemCount: 1 },
  'ImportService/exportOrganization': { asOf: '2026-11-24' },
  'ItemService/listItems': { items: [item], nextPageToken: '' },
  ...each('PersonService', ['registerPerson', 'updatePerson', 'getPerson'], { person }),
  'PersonService/findPersons': { persons: [person] },
  'PersonService/revealPerson': { name: '王小明', phone: '13800005678' },
  'PersonService/listAccesses': { accesses: [{ at, actorId: ids.agent, purpose: 'REVEAL_PURPOSE_CONTACT', fields: ['PERSON_FIELD_PHONE'] }], nextPageToken: '' },
  'PersonService/batchGetPersons': { persons: [person] },
  ...each('UnitService', ['createUnit', 'renameUnit', 'closeUnit', 'getUnit'], { unit }),
  'UnitService/listUnits': { units: [unit], nextPageToken: '' },
  'UnitService/batchGetUnits': { units: [unit, { ...unit, id: ids.department, nameZh: '民政科' }] },
  'UnitService/countUnits': { asOf: '2026-11-24', counts: [{ kind: organization.UnitKind.UNIT_KIND_GRID, count: 24 }] },
  'UnitService/getUnitPath': { units: [unit] },
  'GridService/setBoundary': { boundary, version: 2, warnings: ['outside_community'] },
  'GridService/getBoundary': { boundary },
  ...each('GridService', ['setGridFacts', 'getGridFacts'], { facts: { unitId: ids.unit, supervisionPhone: '0477-8500001', householdCount: 412, version: 2 } }),
  'GridService/findGridAt': { grid: unit },
  ...each('RegradingService', ['planRegrading', 'withdrawRegrading', 'getRegrading'], { regrading }),
  'RegradingService/listRegradings': { regradings: [{ ...regrading, operations: [], units: [] }], nextPageToken: '' },
  ...each('StaffService', ['createStaff', 'updateStaff', 'deactivateStaff', 'assignPost', 'endPost', 'setPartner', 'startAbsence', 'endAbsence', 'getStaff'], { staff }),
  'StaffService/listStaff': { staff: [staff], nextPageToken: '' },
  'StaffService/batchGetStaff': { staff: [staff, { ...staff, id: ids.backup, name: '钱搭档' }] },
  ...each('CalendarService', ['setCalendarOverride', 'removeCalendarOverride'], { override, affected: 2 }),
  'CalendarService/getCalendar': { days: [{ day: '2026-12-18', kind: organization.CalendarDayKind.CALENDAR_DAY_KIND_REST, holiday: true, provisional: false, override }] },
  ...each('DutyService', ['openDutyRoster', 'changeDutyRoster'], { roster }),
  'DutyService/listDutyRosters': { rosters: [roster], nextPageToken: '' },
  ...each('DutyService', ['planDuty', 'getDutyPlan'], { slots: [slot] }),
  ...each('DutyService', ['reassignDuty', 'cancelDuty'], { slot }),
  'DutyService/swapDuty': { slot, other: { ...slot, id: ids.task } },
  'DutyService/getDuty': { onCall: [{ slot, actingId: ids.backup, standIn: true }] },
  'DutyService/getDutyGaps': { gaps: [{ unitId: ids.unit, day: '2026-12-02', kind: organization.DutyKind.DUTY_KIND_WORKDAY, missing: [organization.DutyPart.DUTY_PART_B], slotId: '', provisional: false }] },
  ...each('GrantService', ['revokeGrant'], { grant }),
  'GrantService/listGrants': { grants: [grant], nextPageToken: '' },
  'GrantService/listRoles': { roles: [role] },
  ...each('RoleService', ['createRole', 'changeRole'], { role }),
  'RoleService/getPermissionCatalogue': { staff: ['requests.case.read'], client: [] },
  ...each('GrantRequestService', ['requestGrant', 'confirmGrant', 'declineGrant'], { grantRequest }),
  'GrantRequestService/listGrantRequests': { grantRequests: [grantRequest], nextPageToken: '' },
  'GrantService/registerClient': { client: { id: ids.client, nameZh: '市级平台', active: true, version: 1 } },
  ...each('SiteService', ['createSite', 'updateSite', 'assignSiteLeader', 'closeSite', 'getSite'], { site }),
  'SiteService/listSites': { sites: [site], nextPageToken: '' },
  'SiteService/recordSiteVisit': { visit },
  'SiteService/listSiteVisits': { visits: [visit], nextPageToken: '' },
  'SiteService/getSiteChecklist': { version: 1, items: [{ code: 'wage-account', concern: 'SITE_CONCERN_WAGE', questionZh: '是否开设专户？', citation: '条例第二十六条' }] },
  'SiteService/getSiteCoverage': {
    month: '2026-11',
    visits: { owed: 1, visited: 1, missed: 0 },
    leaders: [{ leaderId: ids.agent, visits: { owed: 1, visited: 1, missed: 0 } }],
    referrals: { sent: 2, answered: 1 },
    openFindings: [{ concern: 'SITE_CONCERN_SAFETY', upTo7Days: 1, upTo30Days: 0, longer: 0 }],
  },
  ...each('SiteFindingService', ['raiseSiteFinding', 'tellSite', 'startRectification', 'recheckSiteFinding', 'closeSiteFinding', 'referSiteFinding', 'recordReferralReply', 'getSiteFinding'], { finding }),
  ...each('ResettlementService', ['createResettlement', 'advanceResettlement', 'recordTransitionPayment', 'getResettlement'], { resettlement }),
  'ResettlementService/listResettlements': { resettlements: [resettlement], nextPageToken: '' },
  ...each('WorkerComplaintService', ['getWorkerComplaint', 'receiveWorkerComplaint', 'passOnWorkerComplaint', 'tellWorker', 'closeWorkerComplaint', 'correctWorkerComplaint', 'reassignWorkerComplaint'], { complaint }),
  'WorkerComplaintService/revealWorkerComplaint': { workerId: ids.worker },
  'WorkerComplaintService/listWorkerComplaints': { complaints: [complaint], nextPageToken: '' },
  'WorkerComplaintService/countWorkerComplaints': { month: '2026-11', total: { siteId: '', solved: 12 }, sites: [{ siteId: ids.site, solved: 7, referredHigher: 5 }] },
  'SiteFindingService/listSiteFindings': { findings: [finding], nextPageToken: '' },
  ...each('VenueService', ['createVenue', 'updateVenue', 'setVenueDay', 'clearVenueDay', 'closeVenue', 'getVenue'], { venue }),
  'VenueService/listVenues': { venues: [venue], nextPageToken: '' },
  'VenueService/recordVisitors': { count: visitorCount },
  'VenueService/listVisitorCounts': { counts: [visitorCount], nextPageToken: '' },
  ...each('BookingService', ['createBooking', 'cancelBooking', 'recordNoShow', 'recordHolderTold', 'getBooking'], { booking }),
  ...each('BookingService', ['createSignUp', 'withdrawConsent'], { booking: signUp }),
  ...each('ActivityService', ['createActivity', 'updateActivity', 'callOffActivity', 'countAttendance', 'getActivity'], { activity }),
  'ActivityService/listActivities': { activities: [activity], nextPageToken: '' },
  'BrandService/publishBrand': { brand },
  'BrandService/listBrandVersions': { brands: [brand], nextPageToken: '' },
  ...each('IncubationService', ['createIncubatedOrg', 'admitIncubatedOrg', 'startIncubation', 'evaluateIncubatedOrg', 'graduateIncubatedOrg', 'endIncubation', 'getIncubatedOrg'], { org }),
  'IncubationService/listIncubatedOrgs': { orgs: [org], nextPageToken: '' },
  ...each('JobService', ['postJob', 'takeDownJob', 'getJob'], { job }),
  'JobService/applyForJob': { application },
  'JobService/withdrawJobApplication': { application: { ...application, withdrawn: true, version: 2 } },
  'JobService/listJobs': { jobs: [job], nextPageToken: '' },
  'JobService/listJobApplications': { applications: [application], nextPageToken: '' },
  ...each('LearningService', ['planLearning', 'cancelLearning', 'recordLearningAttendance', 'getLearning'], { learning }),
  'LearningService/listLearning': { learning: [learning], nextPageToken: '' },
  'ConductService/publishConductRules': { rules },
  'ConductService/listConductVersions': { versions: [rules], nextPageToken: '' },
  'BookingService/listBookings': { bookings: [booking], nextPageToken: '' },
  'TenantService/resolveTenantStanding': { suspended: false },
  'TenantService/getTenant': { tenant: { id: 'xingsheng', nameZh: '兴胜街道', region: '内蒙古自治区', city: '鄂尔多斯市', district: '东胜区', timeZone: 'Asia/Shanghai', version: 1 } },
  ...pledgeSamples,
  ...each('MemberUnitService', ['joinMemberUnit', 'updateMemberUnit', 'leaveMemberUnit', 'getMemberUnit'], { memberUnit }),
  'MemberUnitService/listMemberUnits': { memberUnits: [memberUnit], nextPageToken: '' },
  ...each('CommitteeService', ['foundCommittee', 'updateCommittee', 'dissolveCommittee', 'takeSeats', 'endSeat', 'getCommittee', 'setRotation', 'swapHosts', 'handOverRotation'], { committee }),
  'CommitteeService/listCommittees': { committees: [committee], nextPageToken: '' },
  'CommitteeService/getRotation': {
    years: [{ year: 2027, hostId: ids.memberUnit, plannedHostId: ids.memberUnit, handedOverOn: '2026-12-20' }],
    swaps: [{ year: 2027, otherYear: 2029, memberUnitId: ids.memberUnit, otherMemberUnitId: ids.unit, reasonCode: 'venue_rebuilt', decidedOn: '2026-11-20' }],
  },
  ...each('MeetingService', ['scheduleMeeting', 'rescheduleMeeting', 'callOffMeeting', 'conveneMeeting', 'recordAttendance', 'recordMinutes', 'adoptResolutions', 'getMeeting'], { meeting }),
  'MeetingService/listMeetings': { meetings: [meeting], nextPageToken: '' },
  ...each('MeetingService', ['deliverResolution', 'withdrawResolution', 'getResolution'], { resolution }),
  'MeetingService/listResolutions': { resolutions: [resolution], nextPageToken: '' },
  ...covenantSamples,
  ...selfGovernmentSamples,
  ...jointSamples,
  'WorkQueueService/listWork': {
    items: [
      work.WorkItem.fromPartial({ kind: 'requests.case', subjectId: ids.case, number: 'XS-20261124-00042', action: 'call_back', titleZh: '老年人优待证', unitId: ids.unit, ownerId: ids.agent, dueAt: at, urgency: work.Urgency.URGENCY_YELLOW, version: 3 }),
    ],
    nextPageToken: '',
  },
  'WorkQueueService/countWork': { total: 1, dueSoon: 1, overdue: 0, byAction: { call_back: 1 } },
  'WorkQueueService/listMovedDueTimes': { items: [work.MovedDueTime.fromPartial({ id: ids.task, kind: 'requests.handle', subjectKind: 'requests.case', subjectId: ids.case, number: 'XS-20261124-00042', unitId: ids.unit, before: at, after: new Date(at.getTime() + 86_400_000), movedAt: at })], nextPageToken: '' },
  'ThreadService/listEntries': {
    entries: [
      thread.Entry.fromPartial({ id: ids.task, threadId: ids.thread, subjectKind: 'requests.case', subjectId: ids.case, subjectVersion: 2, at, actorKind: 'staff', actorId: ids.agent, code: 'submitted', facts: { number: 'XS-20261124-00042' } }),
    ],
    nextPageToken: '',
  },
};
