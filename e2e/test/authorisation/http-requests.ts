import { randomInt, randomUUID } from 'node:crypto';
import { pledgeHttpRequests } from './pledge-requests';
import type { Role } from './people';
import { selfGovernmentHttpRequests } from './self-government-requests';
import { hoursAhead, type Target } from './targets';

export interface HttpRequest {
  readonly path: string;
  readonly body?: unknown;
  /** Sheets of texts, sent as a workbook. */
  readonly workbook?: Readonly<Record<string, readonly (readonly string[])[]>>;
}

export type MakeRequest = (target: Target, role: Role) => HttpRequest;

// What changes something names a version that never was: who may do it is told that it is stale, and nothing changes.
export const staleVersion = '"v999999999"';

const onCase = (action: string, body: object = {}): MakeRequest => ({ caseId }) => ({ path: `/v1/cases/${caseId}:${action}`, body });
const onStaff = (action: string, body: object = {}): MakeRequest => ({ agentId }) => ({ path: `/v1/staff/${agentId}:${action}`, body });
const at = (path: string, body?: unknown): MakeRequest => () => (body === undefined ? { path } : { path, body });
const part = () => randomUUID();
const fresh = () => `a${randomUUID().slice(0, 8)}`;
const freshPhone = () => `139${String(randomInt(1e8)).padStart(8, '0')}`;
const explanation = '说明';

const cases: Readonly<Record<string, MakeRequest>> = {
  createCase: ({ itemCode, residentId, mandateId }, role) => ({
    path: '/v1/cases',
    body: {
      itemCode,
      residentId,
      channel: role === 'resident' ? 'online' : role === 'agent' ? 'home_visit' : 'window',
      subject: '办理',
      ...(role === 'agent' ? { mandateId } : {}),
    },
  }),
  listCases: ({ residentId }) => ({ path: `/v1/cases?residentId=${residentId}` }),
  countCases: ({ unitId }) => ({ path: `/v1/cases:count?unitId=${unitId}` }),
  getCase: ({ caseId }) => ({ path: `/v1/cases/${caseId}` }),
  updateDraft: ({ caseId }) => ({ path: `/v1/cases/${caseId}`, body: { subject: '改' } }),
  submitCase: onCase('submit'),
  requestMaterialCase: onCase('requestMaterial', { materialCodes: ['id-card'], explanation }),
  supplyMaterialCase: onCase('supplyMaterial', { materialCodes: ['id-card'] }),
  acceptCase: onCase('accept'),
  declineCase: onCase('decline', { reasonCode: 'not_eligible', explanation, redirect: '区民政局' }),
  startProcessingCase: onCase('startProcessing'),
  pauseCase: onCase('pause', { cause: 'survey' }),
  resumeCase: onCase('resume'),
  extendCase: onCase('extend', { amount: 5, unit: 'working_days', reason: explanation }),
  requestDecisionCase: onCase('requestDecision'),
  decideCase: onCase('decide', { result: 'granted', explanation }),
  reassignCase: ({ caseId, agentId }) => ({ path: `/v1/cases/${caseId}:reassign`, body: { agentId, reasonCode: 'overload' } }),
  deliverCase: onCase('deliver', { method: 'home', signedReceipt: true }),
  callBackCase: onCase('callBack', { reached: true, rating: 5, solved: true }),
  rateCase: onCase('rate', { rating: 5, solved: true }),
  reopenCase: onCase('reopen', { reason: explanation }),
  withdrawCase: onCase('withdraw'),
  addTask: ({ caseId, unitId }) => ({ path: `/v1/cases/${caseId}/tasks`, body: { unitId, lead: true, titleZh: '核验' } }),
  completeTask: ({ caseId }) => ({ path: `/v1/cases/${caseId}/tasks/${part()}:complete`, body: {} }),
  receivePaper: ({ caseId }) => ({ path: `/v1/cases/${caseId}/papers`, body: { materialCode: 'id-card' } }),
  returnPaper: ({ caseId }) => ({ path: `/v1/cases/${caseId}/papers/${part()}:return`, body: {} }),
  listThreadEntries: ({ threadId }) => ({ path: `/v1/threads/${threadId}/entries` }),
  listWork: ({ unitId }) => ({ path: `/v1/work?unitId=${unitId}` }),
  countWork: ({ unitId }) => ({ path: `/v1/work:count?unitId=${unitId}` }),
  streamEvents: at('/v1/events/stream'),
};

const matters: Readonly<Record<string, MakeRequest>> = {
  signMandate: ({ residentId, agentId }, role) => ({
    path: '/v1/mandates',
    body: { residentId, agentId, itemCode: 'elder-card', consentForm: role === 'resident' ? 'online' : 'signature' },
  }),
  listMandates: ({ residentId }) => ({ path: `/v1/mandates?residentId=${residentId}` }),
  getMandate: ({ mandateId }) => ({ path: `/v1/mandates/${mandateId}` }),
  revokeMandate: ({ mandateId }) => ({ path: `/v1/mandates/${mandateId}:revoke`, body: {} }),
  listItems: at('/v1/items'),
  getItem: at('/v1/items/elder-card'),
  importItems: () => ({ path: '/v1/items:import', body: { items: [{ code: fresh(), nameZh: '新事项', caseType: 'promise', ownerDepartmentCode: 'civil-affairs', legalBasis: '条例', promisedLimit: { amount: 5, unit: 'working_days' }, proxyAllowed: true, effectiveFrom: '2030-01-01' }] } }),
  registerPerson: ({ unitId }) => ({ path: '/v1/persons', body: { name: '张三', phone: freshPhone(), preferredLanguage: 'zh', unitId } }),
  getPerson: ({ residentId }) => ({ path: `/v1/persons/${residentId}` }),
  updatePerson: ({ residentId }) => ({ path: `/v1/persons/${residentId}`, body: { preferredLanguage: 'zh' } }),
  findPersons: ({ phone }) => ({ path: '/v1/persons:find', body: { phone } }),
  revealPerson: ({ residentId }, role) => ({ path: `/v1/persons/${residentId}:reveal`, body: { fields: ['phone'], purpose: role === 'resident' ? 'own_access' : 'contact' } }),
  listAccesses: ({ residentId }) => ({ path: `/v1/persons/${residentId}/accesses` }),
};

const office: Readonly<Record<string, MakeRequest>> = {
  listUnits: ({ unitId }) => ({ path: `/v1/units?underUnitId=${unitId}` }),
  createUnit: ({ unitId }) => ({ path: '/v1/units', body: { parentId: unitId, kind: 'building', code: fresh(), nameZh: '新楼', validFrom: '2030-01-01' } }),
  getUnit: ({ unitId }) => ({ path: `/v1/units/${unitId}` }),
  renameUnit: ({ unitId }) => ({ path: `/v1/units/${unitId}:rename`, body: { nameZh: '新名' } }),
  closeUnit: ({ unitId }) => ({ path: `/v1/units/${unitId}:close`, body: { validTo: '2030-01-01' } }),
  countUnits: ({ unitId }) => ({ path: `/v1/units:count?underUnitId=${unitId}` }),
  getUnitPath: ({ unitId }) => ({ path: `/v1/units/${unitId}/path` }),
  getBoundary: ({ unitId }) => ({ path: `/v1/units/${unitId}/boundary` }),
  setBoundary: ({ unitId }) => ({ path: `/v1/units/${unitId}:setBoundary`, body: { geometry: { type: 'Polygon', coordinates: [[[110, 39.8], [110.01, 39.8], [110.01, 39.81], [110, 39.8]]] } } }),
  getGridFacts: ({ unitId }) => ({ path: `/v1/units/${unitId}/facts` }),
  setGridFacts: ({ unitId }) => ({ path: `/v1/units/${unitId}:setFacts`, body: { householdCount: 1 } }),
  findGridAt: at('/v1/units:locate', { longitude: 0, latitude: 0 }),
  listRegradings: at('/v1/regradings'),
  planRegrading: ({ unitId }) => ({
    path: '/v1/regradings',
    body: { titleZh: '调整', effectiveOn: '2035-07-01', operations: [{ type: 'open', parent: { unitId }, kind: 'building', code: fresh(), nameZh: '新楼' }] },
  }),
  getRegrading: ({ regradingId }) => ({ path: `/v1/regradings/${regradingId}` }),
  withdrawRegrading: ({ regradingId }) => ({ path: `/v1/regradings/${regradingId}:withdraw`, body: {} }),
  importOrganization: at('/v1/organization:import', { dryRun: true }),
  importSheet: () => ({ path: '/v1/organization:importSheet?dryRun=true', workbook: { 说明: [['说明']] } }),
  exportSheet: at('/v1/organization:exportSheet'),
  listStaff: ({ unitId }) => ({ path: `/v1/staff?underUnitId=${unitId}` }),
  createStaff: () => ({ path: '/v1/staff', body: { code: fresh(), name: '孙新' } }),
  getStaff: ({ agentId }) => ({ path: `/v1/staff/${agentId}` }),
  assignPost: ({ agentId, unitId }) => ({ path: `/v1/staff/${agentId}/posts`, body: { unitId, titleZh: '代办员', validFrom: '2026-01-01' } }),
  endPost: ({ agentId }) => ({ path: `/v1/staff/${agentId}:endPost`, body: { postId: part(), validTo: '2030-01-01' } }),
  setPartner: ({ agentId }) => ({ path: `/v1/staff/${agentId}:setPartner`, body: { partnerId: agentId } }),
  startAbsence: onStaff('startAbsence', {}),
  endAbsence: onStaff('endAbsence'),
  updateStaff: ({ agentId }) => ({ path: `/v1/staff/${agentId}`, body: { workPhone: '000-5550123' } }),
  deactivateStaff: onStaff('deactivate'),
  getCalendar: at('/v1/calendar-days'),
  setCalendarOverride: at('/v1/calendar-overrides', { day: '2030-01-01', kind: 'rest', nameZh: '元旦', citation: '通知' }),
  removeCalendarOverride: () => ({ path: `/v1/calendar-overrides/${part()}:remove`, body: {} }),
  listMovedDueTimes: at('/v1/moved-due-times?day=2031-03-04'),
  listDutyRosters: at('/v1/duty-rosters'),
  openDutyRoster: ({ communityId }) => ({ path: '/v1/duty-rosters', body: { unitId: communityId, kinds: ['workday'] } }),
  changeDutyRoster: ({ dutyRosterId }) => ({ path: `/v1/duty-rosters/${dutyRosterId}:change`, body: { kinds: [] } }),
  getDutyPlan: ({ communityId }) => ({ path: `/v1/duty-slots?unitId=${communityId}&fromDay=2030-01-02&toDay=2030-01-08` }),
  getDuty: ({ communityId }) => ({ path: `/v1/duty-slots:onCall?unitId=${communityId}` }),
  getDutyGaps: ({ communityId }) => ({ path: `/v1/duty-gaps?unitId=${communityId}` }),
  planDuty: ({ communityId, agentId }) => ({ path: '/v1/duty-slots', body: { unitId: communityId, fromDay: '2030-01-02', toDay: '2030-01-02', kinds: ['weekend'], pairs: [{ aId: agentId, bId: part() }] } }),
  reassignDuty: ({ dutySlotIds: [slotId], agentId }) => ({ path: `/v1/duty-slots/${slotId}:reassign`, body: { aId: agentId } }),
  swapDuty: ({ dutySlotIds: [slotId, otherSlotId] }) => ({ path: `/v1/duty-slots/${slotId}:swap`, body: { part: 'a', otherSlotId, otherVersion: 999_999_999, otherPart: 'a' } }),
  cancelDuty: ({ dutySlotIds: [slotId] }) => ({ path: `/v1/duty-slots/${slotId}:cancel`, body: {} }),
  listRoles: at('/v1/roles'),
  getPermissionCatalogue: at('/v1/permissions'),
  createRole: () => ({ path: '/v1/roles', body: { code: `own.${fresh()}`, nameZh: '夜班', holder: 'staff', permissions: ['requests.case.read'] } }),
  changeRole: at('/v1/roles/agent:change', { nameZh: '改', permissions: ['requests.case.read'] }),
  listGrantRequests: at('/v1/grant-requests'),
  requestGrant: ({ agentId, unitId }) => ({ path: '/v1/grant-requests', body: { principalKind: 'staff', principalId: agentId, role: 'handler', scope: 'subtree', unitId } }),
  confirmGrant: () => ({ path: `/v1/grant-requests/${part()}:confirm`, body: {} }),
  declineGrant: () => ({ path: `/v1/grant-requests/${part()}:decline`, body: {} }),
  listGrants: ({ agentId }) => ({ path: `/v1/grants?principalId=${agentId}` }),
  revokeGrant: ({ grantId }) => ({ path: `/v1/grants/${grantId}:revoke`, body: {} }),
  registerClient: () => ({ path: '/v1/clients', body: { nameZh: '平台', identityIssuer: 'https://id.example', identitySubject: fresh() } }),
  getTenant: at('/v1/tenants/own'),
  getMe: at('/v1/me'),
  getPublicGrid: ({ tenantId, unitCode }) => ({ path: `/v1/public/${tenantId}/grids/${unitCode}` }),
};

const onMemberUnit = (action = '', body?: object): MakeRequest => () => ({ path: `/v1/member-units/${part()}${action}`, ...(body === undefined ? {} : { body }) });
const onCommittee = (action = '', body?: object): MakeRequest => () => ({ path: `/v1/committees/${part()}${action}`, ...(body === undefined ? {} : { body }) });
const onMeeting = (action = '', body?: object): MakeRequest => () => ({ path: `/v1/meetings/${part()}${action}`, ...(body === undefined ? {} : { body }) });

// What others of the table make meanwhile is not asked for: lists are of a day or a kind that has none.
// What has an id of its own names one that was never given out: that those of other units are hidden is tested where it is kept.
const party: Readonly<Record<string, MakeRequest>> = {
  listMemberUnits: ({ unitId }) => ({ path: `/v1/member-units?underUnitId=${unitId}&asOf=1999-01-01` }),
  joinMemberUnit: ({ unitId }) => ({ path: '/v1/member-units', body: { code: fresh(), nameZh: '第一小学', kind: 'institution', unitId } }),
  getMemberUnit: onMemberUnit(),
  updateMemberUnit: onMemberUnit('', { nameZh: '新名' }),
  leaveMemberUnit: onMemberUnit(':leave', {}),
  listCommittees: at('/v1/committees?kind=community_joint'),
  foundCommittee: ({ unitId }) => ({ path: '/v1/committees', body: { kind: 'regional', unitId, nameZh: '区域党委', size: 9 } }),
  getCommittee: onCommittee(),
  getRotation: onCommittee('/rotation?fromYear=2030&toYear=2031'),
  updateCommittee: onCommittee('', { nameZh: '新名' }),
  dissolveCommittee: onCommittee(':dissolve', { reasonCode: 'reorganised' }),
  takeSeats: onCommittee(':takeSeats', { memberUnitIds: [part()] }),
  endSeat: onCommittee(':endSeat', { seatId: part() }),
  setRotation: onCommittee(':setRotation', { baseYear: 2030, memberUnitIds: [part()] }),
  swapHosts: onCommittee(':swapHosts', { year: 2030, otherYear: 2031, reasonCode: 'venue' }),
  handOverRotation: onCommittee(':handOver', { year: 2030 }),
  listMeetings: at('/v1/meetings'),
  scheduleMeeting: () => ({ path: '/v1/meetings', body: { committeeId: part(), themeZh: '主题', scheduledOn: '2190-01-01' } }),
  getMeeting: onMeeting(),
  rescheduleMeeting: onMeeting(':reschedule', { scheduledOn: '2190-01-01' }),
  callOffMeeting: onMeeting(':callOff', { reason: 'mistake' }),
  conveneMeeting: onMeeting(':convene', {}),
  recordAttendance: onMeeting(':recordAttendance', { attendance: [{ memberUnitId: part(), presence: 'attended' }] }),
  recordMinutes: onMeeting(':recordMinutes', { minutes: '纪要' }),
  adoptResolutions: onMeeting(':adoptResolutions', { resolutions: [] }),
  listResolutions: at('/v1/resolutions'),
  getResolution: () => ({ path: `/v1/resolutions/${part()}` }),
  withdrawResolution: () => ({ path: `/v1/resolutions/${part()}:withdraw`, body: { reasonCode: 'overtaken' } }),
  deliverResolution: () => ({ path: `/v1/resolutions/${part()}:deliver`, body: { proof: '照片' } }),
};

const onSite = (action: string, body: object = {}): MakeRequest => ({ siteId }) => ({ path: `/v1/sites/${siteId}:${action}`, body });
const onFinding = (action: string, body: object = {}): MakeRequest => ({ findingId }) => ({ path: `/v1/findings/${findingId}:${action}`, body });
const onComplaint = (action: string, body: object): MakeRequest => ({ complaintId }) => ({ path: `/v1/worker-complaints/${complaintId}:${action}`, body });

const sites: Readonly<Record<string, MakeRequest>> = {
  createSite: ({ unitId, agentId }) => ({ path: '/v1/sites', body: { nameZh: '工地', ownerZh: '建设单位', contractorZh: '总包', permitNumber: fresh(), stage: 'structure', unitId, leaderId: agentId } }),
  listSites: ({ unitId }) => ({ path: `/v1/sites?unitId=${unitId}` }),
  getSite: ({ siteId }) => ({ path: `/v1/sites/${siteId}` }),
  updateSite: ({ siteId }) => ({ path: `/v1/sites/${siteId}`, body: { stage: 'finishing' } }),
  assignSiteLeader: ({ siteId, agentId }) => ({ path: `/v1/sites/${siteId}:assignLeader`, body: { leaderId: agentId } }),
  closeSite: onSite('close'),
  getSiteCoverage: at('/v1/sites:coverage'),
  getSiteChecklist: at('/v1/sites:checklist'),
  listSiteVisits: ({ siteId }) => ({ path: `/v1/sites/${siteId}/visits` }),
  // Answers one question: whoever may visit is told what is missing.
  recordSiteVisit: ({ siteId }) => ({ path: `/v1/sites/${siteId}/visits`, body: { answers: [{ itemCode: 'wage-account', answer: 'yes' }] } }),
  raiseSiteFinding: ({ siteId }) => ({ path: `/v1/sites/${siteId}/findings`, body: { concern: 'safety', severity: 'minor', description: '材料堆放' } }),
  listSiteFindings: ({ siteId }) => ({ path: `/v1/findings?siteId=${siteId}` }),
  getSiteFinding: ({ findingId }) => ({ path: `/v1/findings/${findingId}` }),
  recordReferralReply: onFinding('recordReply', { reply: 'handled' }),
  createResettlement: ({ siteId }) => ({ path: `/v1/sites/${siteId}/resettlements`, body: { householdId: part(), agreementNumber: fresh(), promisedOn: '2030-01-01' } }),
  listResettlements: ({ siteId }) => ({ path: `/v1/resettlements?siteId=${siteId}` }),
  getResettlement: ({ resettlementId }) => ({ path: `/v1/resettlements/${resettlementId}` }),
  advanceResettlement: ({ resettlementId }) => ({ path: `/v1/resettlements/${resettlementId}:advance`, body: { state: 'transition' } }),
  recordTransitionPayment: ({ resettlementId }) => ({ path: `/v1/resettlements/${resettlementId}:recordPayment`, body: { month: '2026-01', paid: true } }),
  receiveWorkerComplaint: ({ siteId }) => ({ path: '/v1/worker-complaints', body: { siteId, workerId: part(), kind: 'wage_late', channel: 'phone' } }),
  listWorkerComplaints: ({ siteId }) => ({ path: `/v1/worker-complaints?siteId=${siteId}` }),
  countWorkerComplaints: ({ siteId }) => ({ path: `/v1/worker-complaints:count?siteId=${siteId}` }),
  getWorkerComplaint: ({ complaintId }) => ({ path: `/v1/worker-complaints/${complaintId}` }),
  revealWorkerComplaint: onComplaint('reveal', { purpose: 'contact' }),
  passOnWorkerComplaint: onComplaint('passOn', { authority: 'labour_inspection', receivedNumber: 'LJ-1' }),
  tellWorker: onComplaint('tellWorker', { result: 'handled' }),
  closeWorkerComplaint: onComplaint('close', { outcome: 'withdrawn' }),
  correctWorkerComplaint: onComplaint('correct', { outcome: 'solved' }),
  reassignWorkerComplaint: ({ complaintId, agentId }) => ({ path: `/v1/worker-complaints/${complaintId}:reassign`, body: { ownerId: agentId } }),
  tellSite: onFinding('tellSite'),
  startRectification: onFinding('startRectification'),
  recheckSiteFinding: onFinding('recheck', { passed: true }),
  closeSiteFinding: onFinding('close'),
  referSiteFinding: onFinding('refer', { authority: 'housing_construction', receivedNumber: 'ZJ-1' }),
};

const hours = [{ weekday: 1, opensMinute: 540, closesMinute: 1_020 }];
const dayAhead = (count: number) => hoursAhead(24 * count).slice(0, 10);
const onVenue = (action: string, body: object = {}): MakeRequest => ({ venueId }) => ({ path: `/v1/venues/${venueId}${action}`, body });
const onOrg = (action: string, body: object = {}): MakeRequest => ({ orgId }) => ({ path: `/v1/incubated-orgs/${orgId}:${action}`, body });
const onBooking = (action: string): MakeRequest => ({ bookingId }) => ({ path: `/v1/bookings/${bookingId}:${action}`, body: {} });

const communities: Readonly<Record<string, MakeRequest>> = {
  listVenues: ({ communityId }) => ({ path: `/v1/venues?underUnitId=${communityId}` }),
  createVenue: ({ communityId }) => ({ path: '/v1/venues', body: { unitId: communityId, nameZh: '新场馆', use: 'shared', capacity: 5, hours } }),
  getVenue: ({ venueId }) => ({ path: `/v1/venues/${venueId}` }),
  updateVenue: onVenue('', { nameZh: '新名' }),
  setVenueDay: onVenue(':setDay', { day: dayAhead(30), spans: [] }),
  clearVenueDay: onVenue(':clearDay', { day: dayAhead(30) }),
  closeVenue: onVenue(':close'),
  recordVisitors: onVenue('/visitors', { day: dayAhead(-1), visitors: 3 }),
  listVisitorCounts: ({ venueId }) => ({ path: `/v1/venues/${venueId}/visitors` }),
  // More people than any of them holds: who may book is told so, and nothing is booked.
  createBooking: ({ venueId }, role) => ({
    path: '/v1/bookings',
    body: { venueId, startsAt: hoursAhead(26), endsAt: hoursAhead(27), people: 2_000, ...(role === 'resident' ? {} : { organisationName: '书画社' }) },
  }),
  createSignUp: ({ activityId }, role) => ({ path: '/v1/sign-ups', body: { activityId, adults: 900, ...(role === 'resident' ? {} : { organisationName: '书画社' }) } }),
  withdrawConsent: ({ signUpId }) => ({ path: `/v1/bookings/${signUpId}:withdrawConsent`, body: {} }),
  listActivities: ({ communityId }) => ({ path: `/v1/activities?underUnitId=${communityId}` }),
  createActivity: ({ communityId }) => ({
    path: '/v1/activities',
    body: { unitId: communityId, kind: 'event', nameZh: '活动', placeZh: '展厅', ages: ['adult'], capacity: 5, sessions: [{ startsAt: hoursAhead(72), endsAt: hoursAhead(73) }] },
  }),
  getActivity: ({ activityId }) => ({ path: `/v1/activities/${activityId}` }),
  updateActivity: ({ activityId }) => ({ path: `/v1/activities/${activityId}`, body: { nameZh: '新名' } }),
  callOffActivity: ({ activityId }) => ({ path: `/v1/activities/${activityId}:callOff`, body: {} }),
  countAttendance: ({ activityId }) => ({ path: `/v1/activities/${activityId}:countAttendance`, body: { sessionNumber: 1, attended: 3 } }),
  publishBrand: ({ communityId }) => ({ path: `/v1/communities/${communityId}:publishBrand`, body: { themeZh: '主题', replacesVersion: 999_999_999 } }),
  listBrandVersions: ({ communityId }) => ({ path: `/v1/communities/${communityId}/brand-versions` }),
  getPublicActivities: ({ tenantId }) => ({ path: `/v1/public/${tenantId}/activities` }),
  getUnitActivities: ({ tenantId, communityCode }) => ({ path: `/v1/public/${tenantId}/communities/${communityCode}/activities` }),
  getPublicBrand: ({ tenantId, communityCode }) => ({ path: `/v1/public/${tenantId}/communities/${communityCode}/brand` }),
  createIncubatedOrg: ({ communityId }) => ({ path: '/v1/incubated-orgs', body: { unitId: communityId, nameZh: '学会' } }),
  admitIncubatedOrg: onOrg('admit', { termFrom: '2030-01-01', termTo: '2030-12-31' }),
  startIncubation: onOrg('start'),
  evaluateIncubatedOrg: onOrg('evaluate', { result: 'passed', evaluationZh: '合格' }),
  graduateIncubatedOrg: onOrg('graduate'),
  endIncubation: onOrg('end', { leaveReason: 'withdrew' }),
  getIncubatedOrg: ({ orgId }) => ({ path: `/v1/incubated-orgs/${orgId}` }),
  listIncubatedOrgs: ({ communityId }) => ({ path: `/v1/incubated-orgs?underUnitId=${communityId}` }),
  postJob: ({ communityId }) => ({
    path: '/v1/jobs',
    body: { unitId: communityId, titleZh: '制作', employerZh: '协会', placeZh: '社区', wanted: 1, contactPhone: '000-5550100', openUntil: dayAhead(20) },
  }),
  takeDownJob: ({ jobId }) => ({ path: `/v1/jobs/${jobId}:takeDown`, body: {} }),
  getJob: ({ jobId }) => ({ path: `/v1/jobs/${jobId}` }),
  listJobs: ({ communityId }) => ({ path: `/v1/jobs?underUnitId=${communityId}` }),
  applyForJob: ({ jobId }) => ({ path: '/v1/job-applications', body: { jobId } }),
  withdrawApplication: ({ applicationId }) => ({ path: `/v1/job-applications/${applicationId}:withdraw`, body: {} }),
  listJobApplications: ({ jobId }) => ({ path: `/v1/job-applications?jobId=${jobId}` }),
  getPublicJobs: ({ tenantId }) => ({ path: `/v1/public/${tenantId}/jobs` }),
  planLearning: ({ communityId }) => ({ path: '/v1/learning', body: { unitId: communityId, kind: 'forum', topicZh: '学习', startsAt: hoursAhead(24), endsAt: hoursAhead(25) } }),
  cancelLearning: ({ learningId }) => ({ path: `/v1/learning/${learningId}:cancel`, body: {} }),
  attendLearning: ({ learningId }) => ({ path: `/v1/learning/${learningId}:recordAttendance`, body: { staffIds: [], others: 1 } }),
  getLearning: ({ learningId }) => ({ path: `/v1/learning/${learningId}` }),
  listLearning: ({ communityId }) => ({ path: `/v1/learning?underUnitId=${communityId}` }),
  publishConductRules: at('/v1/conduct-rules/conduct:publish', { titleZh: '规范', rulesZh: ['公开'], complaintHintZh: '12388', replacesVersion: 999_999_999 }),
  listConductVersions: at('/v1/conduct-rules/conduct/versions'),
  getPublicConduct: ({ tenantId }) => ({ path: `/v1/public/${tenantId}/conduct-rules` }),
  listBookings: ({ venueId }) => ({ path: `/v1/bookings?venueId=${venueId}` }),
  getBooking: ({ bookingId }) => ({ path: `/v1/bookings/${bookingId}` }),
  cancelBooking: onBooking('cancel'),
  recordNoShow: onBooking('recordNoShow'),
  recordHolderTold: onBooking('recordHolderTold'),
  getPublicVenues: ({ tenantId, communityCode }) => ({ path: `/v1/public/${tenantId}/communities/${communityCode}/venues` }),
  getPublicVenueDay: ({ tenantId, venueId }) => ({ path: `/v1/public/${tenantId}/venues/${venueId}` }),
};

const onNeed = (action = '', body?: object): MakeRequest => () => ({ path: `/v1/needs/${part()}${action}`, ...(body === undefined ? {} : { body }) });
const onResource = (action = '', body?: object): MakeRequest => () => ({ path: `/v1/resources/${part()}${action}`, ...(body === undefined ? {} : { body }) });
const onProject = (action = '', body?: object): MakeRequest => () => ({ path: `/v1/joint-projects/${part()}${action}`, ...(body === undefined ? {} : { body }) });
const onBranch = (action = '', body?: object): MakeRequest => () => ({ path: `/v1/branches/${part()}${action}`, ...(body === undefined ? {} : { body }) });
const onInstructor = (action = '', body?: object): MakeRequest => () => ({ path: `/v1/instructors/${part()}${action}`, ...(body === undefined ? {} : { body }) });

const onDualReport = (action = '', body?: object): MakeRequest => () => ({ path: `/v1/dual-reports/${part()}${action}`, ...(body === undefined ? {} : { body }) });

const joint: Readonly<Record<string, MakeRequest>> = {
  listNeeds: at('/v1/needs?state=met'),
  raiseNeed: ({ unitId }) => ({ path: '/v1/needs', body: { unitId, categoryCode: 'parking', textZh: '停车难' } }),
  getNeed: onNeed(),
  suggestMatches: onNeed('/suggestions'),
  withdrawNeed: onNeed(':withdraw', {}),
  listResources: at('/v1/resources?category=nothing'),
  offerResource: () => ({ path: '/v1/resources', body: { memberUnitId: part(), categoryCode: 'parking', titleZh: '车位', capacity: 1 } }),
  getResource: onResource(),
  withdrawResource: onResource(':withdraw', {}),
  listJointProjects: at('/v1/joint-projects'),
  proposeJointProject: () => ({ path: '/v1/joint-projects', body: { needIds: [part()], titleZh: '项目', budgetCents: 0, dueOn: '2190-01-01' } }),
  getJointProject: onProject(),
  matchJointProject: onProject(':match', { resourceIds: [part()], leadMemberUnitId: part() }),
  advanceJointProject: onProject(':advance', { to: 'agreed' }),
  deliverJointProject: onProject(':deliver', { proof: '照片' }),
  reviewJointProject: onProject(':review', { usefulness: { useful: 1, partly: 0, notUseful: 0 } }),
  stallJointProject: onProject(':stall', { reasonCode: 'no_partner' }),
  establishBranch: ({ unitId }) => ({ path: '/v1/branches', body: { kind: 'group', unitId, nameZh: '党小组' } }),
  getBranch: onBranch(),
  updateBranch: onBranch('', { nameZh: '新名' }),
  dissolveBranch: onBranch(':dissolve', {}),
  listCoverage: ({ unitId }) => ({ path: `/v1/units/${unitId}/coverage?asOf=1999-01-01` }),
  getDevelopmentCount: () => ({ path: `/v1/units/${part()}/development-count?year=2031` }),
  recordDevelopmentCount: ({ unitId }) => ({ path: `/v1/units/${unitId}/development-count:record`, body: { year: 2030, version: 0, activists: 5, admitted: 5 } }),
  listInstructors: at('/v1/instructors'),
  appointInstructor: () => ({ path: '/v1/instructors', body: { staffId: part(), unitId: part() } }),
  getInstructor: onInstructor(),
  assignInstructor: onInstructor(':assign', { memberUnitId: part() }),
  endInstructorAssignment: onInstructor(':endAssignment', { assignmentId: part() }),
  recordInstructorVisit: onInstructor(':recordVisit', { memberUnitId: part(), purposeCode: 'guidance' }),
  dismissInstructor: onInstructor(':dismiss', {}),
  listDualReports: at('/v1/dual-reports'),
  fileDualReport: ({ unitId }) => ({ path: '/v1/dual-reports', body: { memberUnitId: part(), unitId, headcount: 5 } }),
  getDualReport: onDualReport(),
  updateDualReport: onDualReport(':update', { headcount: 6 }),
  assignDualTask: onDualReport(':assignTask', { textZh: '清扫', dueOn: '2190-01-01' }),
  completeDualTask: onDualReport(':completeTask', { taskId: part(), proof: '照片' }),
  reviewDualReport: onDualReport(':review', { textZh: '评议' }),
  endDualReport: onDualReport(':end', {}),
  listPublicBranches: ({ tenantId, communityCode }) => ({ path: `/v1/public/${tenantId}/communities/${communityCode}/branches` }),
};

/** A request of every route, by operation id. What names nothing that somebody owns ignores its target. */
export const httpRequests: Readonly<Record<string, MakeRequest>> = { ...cases, ...matters, ...office, ...pledgeHttpRequests, ...selfGovernmentHttpRequests, ...party, ...sites, ...joint, ...communities };
