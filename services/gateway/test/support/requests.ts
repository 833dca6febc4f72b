import { covenantRequests, covenantRights } from './covenants';
import { pledgeRequests, pledgeRights } from './pledges';
import { ids } from './samples';
import { selfGovernmentRequests, selfGovernmentRights } from './self-government';

/** One good request of a route, with the names of those who may make it: `resident`, `clerk`, `admin`, `peer`. */
export interface GoodRequest {
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly by: readonly ('resident' | 'clerk' | 'admin' | 'peer')[];
}

const one = `/v1/cases/${ids.case}`;
const explanation = '说明';

const cases: Readonly<Record<string, GoodRequest>> = {
  createCase: {
    path: '/v1/cases',
    body: { itemCode: 'elderly-card', residentId: ids.resident, mandateId: ids.mandate, channel: 'window', unitId: ids.unit, subject: '办理老年证', submit: true, entrustedMaterialCodes: ['photo'] },
    by: ['resident', 'clerk'],
  },
  listCases: { path: `/v1/cases?state=submitted&unitId=${ids.unit}&dueBefore=2026-12-01T00:00:00%2B08:00&order=due&pageSize=5`, by: ['resident', 'clerk', 'peer'] },
  countCases: { path: '/v1/cases:count', by: ['resident', 'clerk', 'peer'] },
  getCase: { path: one, by: ['resident', 'clerk', 'peer'] },
  updateDraft: { path: one, body: { subject: '改一改', mandateId: '', channel: 'phone' }, by: ['resident', 'clerk'] },
  submitCase: { path: `${one}:submit`, body: {}, by: ['resident', 'clerk'] },
  requestMaterialCase: { path: `${one}:requestMaterial`, body: { materialCodes: ['photo'], explanation, supervisorReason: '' }, by: ['clerk'] },
  supplyMaterialCase: { path: `${one}:supplyMaterial`, body: { materialCodes: ['photo'] }, by: ['resident', 'clerk'] },
  acceptCase: { path: `${one}:accept`, body: { agentId: ids.agent, handlerUnitId: ids.department }, by: ['clerk'] },
  declineCase: { path: `${one}:decline`, body: { reasonCode: 'not_ours', explanation, redirect: '区民政局' }, by: ['clerk'] },
  startProcessingCase: { path: `${one}:startProcessing`, body: {}, by: ['clerk'] },
  pauseCase: { path: `${one}:pause`, body: { cause: 'survey' }, by: ['clerk'] },
  resumeCase: { path: `${one}:resume`, body: {}, by: ['clerk'] },
  extendCase: { path: `${one}:extend`, body: { amount: 5, unit: 'working_days', reason: explanation }, by: ['clerk'] },
  requestDecisionCase: { path: `${one}:requestDecision`, body: {}, by: ['clerk'] },
  decideCase: { path: `${one}:decide`, body: { result: 'granted', explanation }, by: ['clerk'] },
  reassignCase: { path: `${one}:reassign`, body: { agentId: ids.backup, reasonCode: 'overload' }, by: ['clerk'] },
  deliverCase: { path: `${one}:deliver`, body: { method: 'home', signedReceipt: true }, by: ['clerk'] },
  callBackCase: { path: `${one}:callBack`, body: { reached: true, rating: 5, solved: true, comment: '满意' }, by: ['clerk'] },
  rateCase: { path: `${one}:rate`, body: { rating: 5, solved: true, comment: '' }, by: ['resident'] },
  reopenCase: { path: `${one}:reopen`, body: { reason: explanation }, by: ['resident'] },
  withdrawCase: { path: `${one}:withdraw`, body: {}, by: ['resident'] },
  addTask: { path: `${one}/tasks`, body: { unitId: ids.department, lead: true, titleZh: '核验' }, by: ['clerk'] },
  completeTask: { path: `${one}/tasks/${ids.task}:complete`, body: {}, by: ['clerk'] },
  receivePaper: { path: `${one}/papers`, body: { materialCode: 'photo' }, by: ['clerk'] },
  returnPaper: { path: `${one}/papers/${ids.paper}:return`, body: {}, by: ['clerk'] },
};

const matters: Readonly<Record<string, GoodRequest>> = {
  signMandate: {
    path: '/v1/mandates',
    body: { residentId: ids.resident, agentId: ids.agent, itemCode: 'elderly-card', consentForm: 'signature', expiresAt: '2027-01-01T00:00:00+08:00' },
    by: ['resident', 'clerk'],
  },
  listMandates: { path: `/v1/mandates?residentId=${ids.resident}&state=signed`, by: ['resident', 'clerk'] },
  getMandate: { path: `/v1/mandates/${ids.mandate}`, by: ['resident', 'clerk'] },
  revokeMandate: { path: `/v1/mandates/${ids.mandate}:revoke`, body: {}, by: ['resident', 'clerk'] },
  listItems: { path: '/v1/items?onDay=2026-11-24&proxyAllowedOnly=true', by: ['resident', 'clerk', 'peer'] },
  getItem: { path: '/v1/items/elderly-card?onDay=2026-11-24', by: ['resident', 'clerk', 'peer'] },
  importItems: {
    path: '/v1/items:import',
    body: {
      items: [
        {
          code: 'elderly-card',
          nameZh: '老年人优待证',
          caseType: 'promise',
          ownerDepartmentCode: 'civil-affairs',
          legalBasis: '老年人权益保障法',
          materials: [{ code: 'photo', nameZh: '照片', form: 'original', required: true }],
          statutoryLimit: { amount: 20, unit: 'working_days' },
          promisedLimit: { amount: 5, unit: 'working_days' },
          proxyAllowed: true,
          effectiveFrom: '2026-12-01',
        },
      ],
    },
    by: ['admin'],
  },
  registerPerson: {
    path: '/v1/persons',
    body: { name: '王小明', phone: '13800005678', identityNumber: '', preferredLanguage: 'mn', unitId: ids.unit, identityIssuer: 'https://id.example', identitySubject: 'xs-resident-01' },
    by: ['clerk'],
  },
  getPerson: { path: `/v1/persons/${ids.resident}`, by: ['resident', 'clerk'] },
  updatePerson: { path: `/v1/persons/${ids.resident}`, body: { name: '王明', phone: '13800005679', preferredLanguage: 'zh', unitId: ids.unit }, by: ['resident', 'clerk'] },
  findPersons: { path: '/v1/persons:find', body: { phone: '13800005678', identityNumber: '' }, by: ['clerk'] },
  revealPerson: { path: `/v1/persons/${ids.resident}:reveal`, body: { fields: ['phone'], purpose: 'contact', caseId: ids.case }, by: ['resident', 'clerk'] },
  listAccesses: { path: `/v1/persons/${ids.resident}/accesses`, by: ['resident', 'clerk'] },
  listWork: { path: `/v1/work?unitId=${ids.unit}&pageSize=10`, by: ['resident', 'clerk'] },
  countWork: { path: '/v1/work:count', by: ['resident', 'clerk'] },
  listThreadEntries: { path: `/v1/threads/${ids.thread}/entries`, by: ['resident', 'clerk'] },
};

const office: Readonly<Record<string, GoodRequest>> = {
  listUnits: { path: `/v1/units?underUnitId=${ids.root}&kind=grid`, by: ['clerk', 'admin'] },
  createUnit: { path: '/v1/units', body: { parentId: ids.root, kind: 'grid', code: 'xinyuan-9', nameZh: '新园第九网格', nameMn: '', validFrom: '2026-12-01' }, by: ['admin'] },
  getUnit: { path: `/v1/units/${ids.unit}`, by: ['clerk', 'admin'] },
  renameUnit: { path: `/v1/units/${ids.unit}:rename`, body: { nameZh: '新园一网格', nameMn: '' }, by: ['admin'] },
  closeUnit: { path: `/v1/units/${ids.unit}:close`, body: { validTo: '2027-01-01' }, by: ['admin'] },
  countUnits: { path: `/v1/units:count?underUnitId=${ids.root}&asOf=2026-06-30`, by: ['clerk', 'admin'] },
  getUnitPath: { path: `/v1/units/${ids.unit}/path?asOf=2026-06-30`, by: ['clerk', 'admin'] },
  getBoundary: { path: `/v1/units/${ids.unit}/boundary?asOf=2026-12-01`, by: ['clerk', 'admin'] },
  setBoundary: {
    path: `/v1/units/${ids.unit}:setBoundary`,
    body: { geometry: { type: 'Polygon', coordinates: [[[110, 39.8], [110.01, 39.8], [110.01, 39.81], [110, 39.8]]] }, validFrom: '2026-12-01' },
    by: ['admin'],
  },
  getGridFacts: { path: `/v1/units/${ids.unit}/facts`, by: ['clerk', 'admin'] },
  setGridFacts: { path: `/v1/units/${ids.unit}:setFacts`, body: { supervisionPhone: '0477-8500001', householdCount: 412 }, by: ['admin'] },
  findGridAt: { path: '/v1/units:locate', body: { longitude: 110.005, latitude: 39.805 }, by: ['clerk', 'admin'] },
  listRegradings: { path: '/v1/regradings?state=planned', by: ['clerk', 'admin'] },
  planRegrading: {
    path: '/v1/regradings',
    body: { titleZh: '七月网格调整', effectiveOn: '2027-07-01', operations: [{ type: 'move', unitId: ids.unit, parent: { unitId: ids.root } }] },
    by: ['admin'],
  },
  getRegrading: { path: `/v1/regradings/${ids.thread}`, by: ['clerk', 'admin'] },
  withdrawRegrading: { path: `/v1/regradings/${ids.thread}:withdraw`, body: {}, by: ['admin'] },
  importOrganization: {
    path: '/v1/organization:import',
    body: {
      dryRun: true,
      units: [{ code: 'xinyuan-9', parentCode: 'xinyuan', kind: 'grid', nameZh: '新园第九网格' }],
      staff: [{ code: 'S-42', name: '孙新', posts: [{ unitCode: 'xinyuan-9', titleZh: '代办员', primary: true }], grants: [{ role: 'agent', scope: 'subtree', unitCode: 'xinyuan-9' }] }],
      clients: [{ nameZh: '市级平台', identityIssuer: 'https://id.example', identitySubject: 'city', grants: [{ role: 'peer_reader', scope: 'tenant' }] }],
    },
    by: ['admin'],
  },
  listStaff: { path: `/v1/staff?underUnitId=${ids.unit}`, by: ['clerk', 'admin'] },
  createStaff: { path: '/v1/staff', body: { code: 'S-42', name: '孙新', workPhone: '0477-8500001', identityIssuer: 'https://id.example', identitySubject: 'xs-42' }, by: ['admin'] },
  getStaff: { path: `/v1/staff/${ids.agent}`, by: ['clerk', 'admin'] },
  assignPost: { path: `/v1/staff/${ids.agent}/posts`, body: { unitId: ids.unit, titleZh: '代办员', primary: false, lead: 'deputy', validFrom: '2026-12-01' }, by: ['admin'] },
  endPost: { path: `/v1/staff/${ids.agent}:endPost`, body: { postId: ids.post, validTo: '2026-12-31' }, by: ['admin'] },
  setPartner: { path: `/v1/staff/${ids.agent}:setPartner`, body: { partnerId: ids.backup }, by: ['admin'] },
  startAbsence: { path: `/v1/staff/${ids.agent}:startAbsence`, body: { from: '2026-12-01T00:00:00+08:00', until: '2026-12-02T00:00:00+08:00' }, by: ['clerk', 'admin'] },
  endAbsence: { path: `/v1/staff/${ids.agent}:endAbsence`, body: {}, by: ['clerk', 'admin'] },
  deactivateStaff: { path: `/v1/staff/${ids.agent}:deactivate`, body: {}, by: ['admin'] },
  getCalendar: { path: '/v1/calendar-days?fromDay=2026-12-01&toDay=2026-12-31', by: ['clerk', 'admin'] },
  setCalendarOverride: { path: '/v1/calendar-overrides', body: { day: '2026-12-18', kind: 'rest', nameZh: '那达慕', citation: '市政府通知' }, by: ['admin'] },
  removeCalendarOverride: { path: `/v1/calendar-overrides/${ids.task}:remove`, body: {}, by: ['admin'] },
  listDutyRosters: { path: '/v1/duty-rosters?pageSize=5', by: ['clerk', 'admin'] },
  openDutyRoster: { path: '/v1/duty-rosters', body: { unitId: ids.unit, kinds: ['workday', 'weekend'] }, by: ['admin'] },
  changeDutyRoster: { path: `/v1/duty-rosters/${ids.roster}:change`, body: { kinds: [] }, by: ['admin'] },
  getDutyPlan: { path: `/v1/duty-slots?unitId=${ids.unit}&fromDay=2026-12-01&toDay=2026-12-07`, by: ['clerk', 'admin'] },
  getDuty: { path: `/v1/duty-slots:onCall?unitId=${ids.unit}&at=2026-12-01T09:30:00%2B08:00`, by: ['clerk', 'admin'] },
  getDutyGaps: { path: `/v1/duty-gaps?unitId=${ids.unit}&days=14`, by: ['clerk', 'admin'] },
  planDuty: { path: '/v1/duty-slots', body: { unitId: ids.unit, fromDay: '2026-12-01', toDay: '2026-12-31', kinds: ['workday'], pairs: [{ aId: ids.agent, bId: ids.backup }] }, by: ['admin'] },
  reassignDuty: { path: `/v1/duty-slots/${ids.slot}:reassign`, body: { aId: ids.backup, bId: ids.agent }, by: ['admin'] },
  swapDuty: { path: `/v1/duty-slots/${ids.slot}:swap`, body: { part: 'a', otherSlotId: ids.task, otherVersion: 1, otherPart: 'b' }, by: ['admin'] },
  cancelDuty: { path: `/v1/duty-slots/${ids.slot}:cancel`, body: {}, by: ['admin'] },
  createRole: { path: '/v1/roles', body: { code: 'own.night', nameZh: '夜班', holder: 'staff', permissions: ['requests.case.read'] }, by: ['admin'] },
  changeRole: { path: '/v1/roles/own.night:change', body: { nameZh: '夜班', permissions: ['requests.case.read'] }, by: ['admin'] },
  getPermissionCatalogue: { path: '/v1/permissions', by: ['admin'] },
  requestGrant: { path: '/v1/grant-requests', body: { principalKind: 'staff', principalId: ids.agent, role: 'clerk', scope: 'tenant', endsAt: '2027-01-01T00:00:00Z' }, by: ['admin'] },
  confirmGrant: { path: `/v1/grant-requests/${ids.task}:confirm`, body: {}, by: ['admin'] },
  declineGrant: { path: `/v1/grant-requests/${ids.task}:decline`, body: {}, by: ['admin'] },
  listGrantRequests: { path: '/v1/grant-requests?state=requested&pageSize=5', by: ['admin'] },
  listRoles: { path: '/v1/roles', by: ['admin'] },
  listGrants: { path: `/v1/grants?principalId=${ids.agent}`, by: ['admin'] },
  grantRole: { path: '/v1/grants', body: { principalKind: 'staff', principalId: ids.agent, role: 'agent', scope: 'subtree', unitId: ids.unit, endsAt: '2027-01-01T00:00:00Z' }, by: ['admin'] },
  revokeGrant: { path: `/v1/grants/${ids.grant}:revoke`, body: {}, by: ['admin'] },
  registerClient: { path: '/v1/clients', body: { nameZh: '市级平台', identityIssuer: 'https://id.example', identitySubject: 'city' }, by: ['admin'] },
  getTenant: { path: '/v1/tenants/own', by: ['clerk', 'admin'] },
  getMe: { path: '/v1/me', by: ['resident', 'clerk', 'admin', 'peer'] },
};

const party: Readonly<Record<string, GoodRequest>> = {
  listMemberUnits: { path: `/v1/member-units?underUnitId=${ids.unit}&asOf=2026-11-24`, by: ['clerk', 'admin'] },
  joinMemberUnit: {
    path: '/v1/member-units',
    body: { code: 'school-1', nameZh: '第一小学', kind: 'institution', unitId: ids.unit, contactName: '李联络', contactPhone: '0477-8500001', joinedOn: '2026-01-01' },
    by: ['admin'],
  },
  getMemberUnit: { path: `/v1/member-units/${ids.memberUnit}`, by: ['clerk', 'admin'] },
  updateMemberUnit: { path: `/v1/member-units/${ids.memberUnit}`, body: { nameZh: '第一小学', contactName: '王联络', contactPhone: '0477-8500002' }, by: ['admin'] },
  leaveMemberUnit: { path: `/v1/member-units/${ids.memberUnit}:leave`, body: { leftOn: '2026-11-24' }, by: ['admin'] },
  listCommittees: { path: '/v1/committees?kind=regional', by: ['clerk', 'admin'] },
  foundCommittee: { path: '/v1/committees', body: { kind: 'regional', unitId: ids.root, nameZh: '区域党委', size: 9 }, by: ['admin'] },
  getCommittee: { path: `/v1/committees/${ids.committee}?asOf=2026-11-24`, by: ['clerk', 'admin'] },
  getRotation: { path: `/v1/committees/${ids.committee}/rotation?fromYear=2026&toYear=2034`, by: ['clerk', 'admin'] },
  takeSeats: { path: `/v1/committees/${ids.committee}:takeSeats`, body: { memberUnitIds: [ids.memberUnit], validFrom: '2026-01-01' }, by: ['admin'] },
  endSeat: { path: `/v1/committees/${ids.committee}:endSeat`, body: { seatId: ids.seat, validTo: '2027-01-01' }, by: ['admin'] },
  setRotation: { path: `/v1/committees/${ids.committee}:setRotation`, body: { baseYear: 2026, memberUnitIds: [ids.memberUnit] }, by: ['admin'] },
  swapHosts: { path: `/v1/committees/${ids.committee}:swapHosts`, body: { year: 2027, otherYear: 2029, reasonCode: 'venue_rebuilt', decidedOn: '2026-11-20' }, by: ['admin'] },
  handOverRotation: { path: `/v1/committees/${ids.committee}:handOver`, body: { year: 2027 }, by: ['admin'] },
  listMeetings: { path: `/v1/meetings?committeeId=${ids.committee}&state=convened`, by: ['clerk', 'admin'] },
  scheduleMeeting: {
    path: '/v1/meetings',
    body: { committeeId: ids.committee, themeZh: '助老服务', agenda: ['通报'], tags: ['help'], scheduledOn: '2026-12-01', hostMemberUnitId: ids.memberUnit },
    by: ['admin'],
  },
  getMeeting: { path: `/v1/meetings/${ids.meeting}`, by: ['clerk', 'admin'] },
  conveneMeeting: { path: `/v1/meetings/${ids.meeting}:convene`, body: {}, by: ['admin'] },
  recordAttendance: { path: `/v1/meetings/${ids.meeting}:recordAttendance`, body: { attendance: [{ memberUnitId: ids.memberUnit, presence: 'attended' }] }, by: ['admin'] },
  recordMinutes: { path: `/v1/meetings/${ids.meeting}:recordMinutes`, body: { minutes: '会议纪要' }, by: ['admin'] },
  adoptResolutions: { path: `/v1/meetings/${ids.meeting}:adoptResolutions`, body: { resolutions: [{ textZh: '清理楼道', ownerMemberUnitId: ids.memberUnit, dueOn: '2026-12-10' }] }, by: ['admin'] },
  listResolutions: { path: `/v1/resolutions?meetingId=${ids.meeting}&state=open`, by: ['clerk', 'admin'] },
  getResolution: { path: `/v1/resolutions/${ids.resolution}`, by: ['clerk', 'admin'] },
  deliverResolution: { path: `/v1/resolutions/${ids.resolution}:deliver`, body: { proof: '照片三张' }, by: ['admin'] },
};

const joint: Readonly<Record<string, GoodRequest>> = {
  listNeeds: { path: '/v1/needs?state=open', by: ['clerk', 'admin'] },
  raiseNeed: { path: '/v1/needs', body: { unitId: ids.unit, categoryCode: 'elderly_meals', textZh: '高龄居民午餐不便' }, by: ['admin'] },
  getNeed: { path: `/v1/needs/${ids.need}`, by: ['clerk', 'admin'] },
  suggestMatches: { path: `/v1/needs/${ids.need}/suggestions`, by: ['clerk', 'admin'] },
  withdrawNeed: { path: `/v1/needs/${ids.need}:withdraw`, body: {}, by: ['admin'] },
  listResources: { path: '/v1/resources?category=elderly_meals', by: ['clerk', 'admin'] },
  offerResource: { path: '/v1/resources', body: { memberUnitId: ids.memberUnit, categoryCode: 'elderly_meals', titleZh: '职工食堂', capacity: 2 }, by: ['admin'] },
  getResource: { path: `/v1/resources/${ids.resource}`, by: ['clerk', 'admin'] },
  withdrawResource: { path: `/v1/resources/${ids.resource}:withdraw`, body: {}, by: ['admin'] },
  listJointProjects: { path: '/v1/joint-projects?state=running', by: ['clerk', 'admin'] },
  proposeJointProject: { path: '/v1/joint-projects', body: { needIds: [ids.need], titleZh: '助餐', tags: ['help'], budgetCents: 500_000, dueOn: '2026-12-20' }, by: ['admin'] },
  getJointProject: { path: `/v1/joint-projects/${ids.jointProject}`, by: ['clerk', 'admin'] },
  matchJointProject: { path: `/v1/joint-projects/${ids.jointProject}:match`, body: { resourceIds: [ids.resource], leadMemberUnitId: ids.memberUnit }, by: ['admin'] },
  advanceJointProject: { path: `/v1/joint-projects/${ids.jointProject}:advance`, body: { to: 'agreed' }, by: ['admin'] },
  deliverJointProject: { path: `/v1/joint-projects/${ids.jointProject}:deliver`, body: { proof: '照片三张' }, by: ['admin'] },
  reviewJointProject: { path: `/v1/joint-projects/${ids.jointProject}:review`, body: { usefulness: { useful: 18, partly: 3, notUseful: 1 } }, by: ['admin'] },
  stallJointProject: { path: `/v1/joint-projects/${ids.jointProject}:stall`, body: { reasonCode: 'lead_withdrew' }, by: ['admin'] },
  establishBranch: { path: '/v1/branches', body: { kind: 'branch', unitId: ids.unit, nameZh: '第一网格党支部', contactPhone: '0477-8500001', validFrom: '2026-01-01' }, by: ['admin'] },
  getBranch: { path: `/v1/branches/${ids.branch}`, by: ['clerk', 'admin'] },
  updateBranch: { path: `/v1/branches/${ids.branch}`, body: { nameZh: '第一网格党支部', contactPhone: '0477-8500002' }, by: ['admin'] },
  dissolveBranch: { path: `/v1/branches/${ids.branch}:dissolve`, body: { validTo: '2026-11-24' }, by: ['admin'] },
  listCoverage: { path: `/v1/units/${ids.unit}/coverage?asOf=2026-11-24&openOnly=true`, by: ['clerk', 'admin'] },
  getDevelopmentCount: { path: `/v1/units/${ids.unit}/development-count?year=2026`, by: ['clerk', 'admin'] },
  recordDevelopmentCount: { path: `/v1/units/${ids.unit}/development-count:record`, body: { year: 2026, version: 0, activists: 24, admitted: 8 }, by: ['admin'] },
  listInstructors: { path: '/v1/instructors', by: ['clerk', 'admin'] },
  appointInstructor: { path: '/v1/instructors', body: { staffId: ids.agent, unitId: ids.unit, appointedOn: '2026-01-01' }, by: ['admin'] },
  getInstructor: { path: `/v1/instructors/${ids.instructor}`, by: ['clerk', 'admin'] },
  assignInstructor: { path: `/v1/instructors/${ids.instructor}:assign`, body: { memberUnitId: ids.memberUnit, validFrom: '2026-03-01' }, by: ['admin'] },
  endInstructorAssignment: { path: `/v1/instructors/${ids.instructor}:endAssignment`, body: { assignmentId: ids.assignment }, by: ['admin'] },
  recordInstructorVisit: { path: `/v1/instructors/${ids.instructor}:recordVisit`, body: { memberUnitId: ids.memberUnit, visitedOn: '2026-11-24', purposeCode: 'guidance', note: '谈换届' }, by: ['admin'] },
  dismissInstructor: { path: `/v1/instructors/${ids.instructor}:dismiss`, body: {}, by: ['admin'] },
  listDualReports: { path: '/v1/dual-reports', by: ['clerk', 'admin'] },
  fileDualReport: { path: '/v1/dual-reports', body: { memberUnitId: ids.memberUnit, unitId: ids.unit, headcount: 12 }, by: ['admin'] },
  getDualReport: { path: `/v1/dual-reports/${ids.dualReport}`, by: ['clerk', 'admin'] },
  updateDualReport: { path: `/v1/dual-reports/${ids.dualReport}:update`, body: { headcount: 15 }, by: ['admin'] },
  assignDualTask: { path: `/v1/dual-reports/${ids.dualReport}:assignTask`, body: { textZh: '楼道清扫', dueOn: '2026-12-01' }, by: ['admin'] },
  completeDualTask: { path: `/v1/dual-reports/${ids.dualReport}:completeTask`, body: { taskId: ids.task, proof: '照片' }, by: ['admin'] },
  reviewDualReport: { path: `/v1/dual-reports/${ids.dualReport}:review`, body: { textZh: '任务均已完成' }, by: ['admin'] },
  endDualReport: { path: `/v1/dual-reports/${ids.dualReport}:end`, body: {}, by: ['admin'] },
};

const seeParty = ['member_unit', 'committee', 'meeting', 'resolution', 'need', 'joint_project', 'branch', 'development', 'instructor', 'dual_report'].map((noun) => `organization.${noun}.read`);

const oneSite = `/v1/sites/${ids.site}`;
const oneFinding = `/v1/findings/${ids.finding}`;

const sites: Readonly<Record<string, GoodRequest>> = {
  listSites: { path: `/v1/sites?unitId=${ids.unit}&leaderId=${ids.agent}&includeClosed=true`, by: ['admin'] },
  createSite: {
    path: '/v1/sites',
    body: {
      ...{ nameZh: '万正广场二期', ownerZh: '某置业公司', contractorZh: '某建设集团', subcontractorsZh: ['某劳务公司'], permitNumber: 'SG-2026-001' },
      ...{ stage: 'structure', unitId: ids.unit, leaderId: ids.agent, openedOn: '2026-03-01' },
    },
    by: ['admin'],
  },
  getSite: { path: oneSite, by: ['admin'] },
  updateSite: { path: oneSite, body: { stage: 'finishing', subcontractorsZh: [], contractorZh: '另一建设集团', nameZh: '万正广场', permitNumber: 'SG-2026-002' }, by: ['admin'] },
  assignSiteLeader: { path: `${oneSite}:assignLeader`, body: { leaderId: ids.backup }, by: ['admin'] },
  closeSite: { path: `${oneSite}:close`, body: {}, by: ['admin'] },
  getSiteCoverage: { path: '/v1/sites:coverage?month=2026-11', by: ['admin'] },
  getSiteChecklist: { path: '/v1/sites:checklist?onDay=2026-11-24', by: ['admin'] },
  listSiteVisits: { path: `${oneSite}/visits`, by: ['admin'] },
  recordSiteVisit: { path: `${oneSite}/visits`, body: { visitedOn: '2026-11-23', answers: [{ itemCode: 'wage-account', answer: 'yes' }] }, by: ['admin'] },
  listSiteFindings: { path: `/v1/findings?siteId=${ids.site}&concern=safety&includeClosed=false`, by: ['admin'] },
  getSiteFinding: { path: oneFinding, by: ['admin'] },
  raiseSiteFinding: {
    path: `${oneSite}/findings`,
    body: { concern: 'safety', severity: 'danger_to_life', itemCode: 'safety-staff', description: '临边无防护', call: { line: 'work_safety', calledAt: '2026-11-24T09:00:00+08:00' } },
    by: ['admin'],
  },
  tellSite: { path: `${oneFinding}:tellSite`, body: {}, by: ['admin'] },
  startRectification: { path: `${oneFinding}:startRectification`, body: {}, by: ['admin'] },
  recheckSiteFinding: { path: `${oneFinding}:recheck`, body: { passed: false }, by: ['admin'] },
  closeSiteFinding: { path: `${oneFinding}:close`, body: {}, by: ['admin'] },
  recordReferralReply: { path: `${oneFinding}:recordReply`, body: { reply: 'handled' }, by: ['admin'] },
  listResettlements: { path: `/v1/resettlements?siteId=${ids.site}&state=transition`, by: ['admin'] },
  getResettlement: { path: `/v1/resettlements/${ids.resettlement}`, by: ['admin'] },
  createResettlement: { path: `${oneSite}/resettlements`, body: { householdId: ids.household, agreementNumber: 'HQ-2026-12', promisedOn: '2027-06-30' }, by: ['admin'] },
  advanceResettlement: { path: `/v1/resettlements/${ids.resettlement}:advance`, body: { state: 'allotted' }, by: ['admin'] },
  recordTransitionPayment: { path: `/v1/resettlements/${ids.resettlement}:recordPayment`, body: { month: '2026-11', paid: true }, by: ['admin'] },
  referSiteFinding: { path: `${oneFinding}:refer`, body: { authority: 'housing_construction', receivedNumber: 'ZJ-2026-77' }, by: ['admin'] },
};

const venue = `/v1/venues/${ids.venue}`;
const booking = `/v1/bookings/${ids.booking}`;
const activity = `/v1/activities/${ids.activity}`;
const org = `/v1/incubatedOrgs/${ids.org}`;
const job = `/v1/jobs/${ids.job}`;
const learning = `/v1/learning/${ids.learning}`;
const ofOthers = ['incubation', 'job', 'learning', 'conduct'].flatMap((noun) => [`organization.${noun}.read`, `organization.${noun}.write`]);
const weekly = [{ weekday: 1, opensMinute: 540, closesMinute: 1_020 }];

const communities: Readonly<Record<string, GoodRequest>> = {
  listVenues: { path: `/v1/venues?underUnitId=${ids.unit}`, by: ['clerk', 'admin'] },
  createVenue: { path: '/v1/venues', body: { unitId: ids.unit, nameZh: '民族文化展厅', nameMn: '', use: 'shared', capacity: 30, hours: weekly }, by: ['clerk', 'admin'] },
  getVenue: { path: venue, by: ['clerk', 'admin'] },
  updateVenue: { path: venue, body: { nameZh: '党史展厅', nameMn: '', capacity: 40, hours: weekly }, by: ['clerk', 'admin'] },
  setVenueDay: { path: `${venue}:setDay`, body: { day: '2026-12-01', spans: [{ opensMinute: 540, closesMinute: 720 }] }, by: ['clerk', 'admin'] },
  clearVenueDay: { path: `${venue}:clearDay`, body: { day: '2026-12-01' }, by: ['clerk', 'admin'] },
  closeVenue: { path: `${venue}:close`, body: {}, by: ['clerk', 'admin'] },
  recordVisitors: { path: `${venue}/visitors`, body: { day: '2026-11-24', visitors: 120, correctsVersion: 1 }, by: ['clerk', 'admin'] },
  listVisitorCounts: { path: `${venue}/visitors`, by: ['clerk', 'admin'] },
  createBooking: {
    path: '/v1/bookings',
    body: { venueId: ids.venue, startsAt: '2026-12-01T09:00:00+08:00', endsAt: '2026-12-01T11:00:00+08:00', people: 2, organisationName: '书画社', waitIfFull: true },
    by: ['resident', 'clerk'],
  },
  createSignUp: {
    path: '/v1/signUps',
    body: { activityId: ids.activity, adults: 1, from14To17: 0, under14: 2, guardianConsents: true, organisationName: '', waitIfFull: true },
    by: ['resident', 'clerk'],
  },
  withdrawConsent: { path: `${booking}:withdrawConsent`, body: {}, by: ['resident', 'clerk'] },
  listActivities: { path: `/v1/activities?underUnitId=${ids.unit}&fromDay=2026-12-01`, by: ['clerk', 'admin'] },
  createActivity: {
    path: '/v1/activities',
    body: {
      unitId: ids.unit,
      kind: 'course',
      nameZh: '蒙古语课',
      nameMn: '',
      placeZh: '一楼',
      ages: ['adult'],
      capacity: 20,
      sessions: [{ startsAt: '2026-12-01T09:00:00+08:00', endsAt: '2026-12-01T11:00:00+08:00' }],
      signUpUntil: '2026-11-30T18:00:00+08:00',
    },
    by: ['clerk', 'admin'],
  },
  getActivity: { path: activity, by: ['clerk', 'admin'] },
  updateActivity: { path: activity, body: { nameZh: '书法课', nameMn: '', placeZh: '二楼', capacity: 30 }, by: ['clerk', 'admin'] },
  callOffActivity: { path: `${activity}:callOff`, body: {}, by: ['clerk', 'admin'] },
  countAttendance: { path: `${activity}:countAttendance`, body: { sessionNumber: 1, attended: 12 }, by: ['clerk', 'admin'] },
  listBrandVersions: { path: `/v1/communities/${ids.unit}/brandVersions`, by: ['clerk', 'admin'] },
  publishBrand: {
    path: `/v1/communities/${ids.unit}:publishBrand`,
    body: {
      replacesVersion: 1,
      themeZh: '民族文化特色社区',
      themeMn: '',
      projects: [{ nameZh: '展厅', nameMn: '', summaryZh: '' }],
      evidence: [{ textZh: '报道', url: 'https://news.example/1' }],
      validFrom: '2026-12-01',
    },
    by: ['clerk', 'admin'],
  },
  listIncubatedOrgs: { path: `/v1/incubatedOrgs?underUnitId=${ids.unit}&state=incubating`, by: ['clerk', 'admin'] },
  createIncubatedOrg: { path: '/v1/incubatedOrgs', body: { unitId: ids.unit, nameZh: '蒙医药研究学会', nameMn: '', appliedOn: '2026-11-20' }, by: ['clerk', 'admin'] },
  getIncubatedOrg: { path: org, by: ['clerk', 'admin'] },
  admitIncubatedOrg: { path: `${org}:admit`, body: { termFrom: '2026-12-01', termTo: '2027-11-30' }, by: ['clerk', 'admin'] },
  startIncubation: { path: `${org}:start`, body: { receivedOn: '2026-12-01' }, by: ['clerk', 'admin'] },
  evaluateIncubatedOrg: { path: `${org}:evaluate`, body: { result: 'passed', evaluationZh: '运转良好' }, by: ['clerk', 'admin'] },
  graduateIncubatedOrg: { path: `${org}:graduate`, body: { returnedOn: '2027-11-30' }, by: ['clerk', 'admin'] },
  endIncubation: { path: `${org}:end`, body: { leaveReason: 'withdrew', returnedOn: '2027-01-01' }, by: ['clerk', 'admin'] },
  listJobs: { path: `/v1/jobs?underUnitId=${ids.unit}`, by: ['clerk', 'admin'] },
  postJob: {
    path: '/v1/jobs',
    body: {
      unitId: ids.unit, titleZh: '手工艺制作', titleMn: '', employerZh: '民族手工艺协会', placeZh: '滨河社区', dutiesZh: '', wanted: 3, contactPhone: '0477-8500000',
      openFrom: '2026-12-01', openUntil: '2026-12-31',
    },
    by: ['clerk', 'admin'],
  },
  getJob: { path: job, by: ['clerk', 'admin'] },
  takeDownJob: { path: `${job}:takeDown`, body: {}, by: ['clerk', 'admin'] },
  applyForJob: { path: '/v1/jobApplications', body: { jobId: ids.job }, by: ['resident'] },
  listJobApplications: { path: `/v1/jobApplications?jobId=${ids.job}`, by: ['resident', 'clerk'] },
  withdrawApplication: { path: `/v1/jobApplications/${ids.application}:withdraw`, body: {}, by: ['resident'] },
  listLearning: { path: `/v1/learning?underUnitId=${ids.unit}&fromDay=2026-12-01`, by: ['clerk', 'admin'] },
  planLearning: { path: '/v1/learning', body: { unitId: ids.unit, kind: 'forum', topicZh: '理论学习', startsAt: '2026-12-01T09:00:00+08:00', endsAt: '2026-12-01T11:00:00+08:00' }, by: ['clerk', 'admin'] },
  getLearning: { path: learning, by: ['clerk', 'admin'] },
  cancelLearning: { path: `${learning}:cancel`, body: {}, by: ['clerk', 'admin'] },
  attendLearning: { path: `${learning}:recordAttendance`, body: { staffIds: [ids.agent], others: 2 }, by: ['clerk', 'admin'] },
  listConductVersions: { path: '/v1/conductRules/five-always/versions', by: ['clerk', 'admin'] },
  publishConductRules: {
    path: '/v1/conductRules/five-always:publish',
    body: { replacesVersion: 1, titleZh: '五个一律', rulesZh: ['一律公开'], complaintUrl: 'https://discipline.example/', complaintHintZh: '12388', validFrom: '2026-12-01' },
    by: ['clerk', 'admin'],
  },
  listBookings: { path: `/v1/bookings?venueId=${ids.venue}&fromDay=2026-12-01`, by: ['resident', 'clerk'] },
  getBooking: { path: booking, by: ['resident', 'clerk'] },
  cancelBooking: { path: `${booking}:cancel`, body: {}, by: ['resident', 'clerk'] },
  recordNoShow: { path: `${booking}:recordNoShow`, body: {}, by: ['clerk'] },
  recordHolderTold: { path: `${booking}:recordHolderTold`, body: {}, by: ['clerk'] },
};

/** By the route's name. A route that is not here fails the authorisation test. */
export const goodRequests: Readonly<Record<string, GoodRequest>> = { ...cases, ...matters, ...office, ...pledgeRequests, ...selfGovernmentRequests, ...covenantRequests, ...party, ...sites, ...joint, ...communities };

/** What the stand-in office grants: a clerk of everything in `requests` and `residents`, an administrator, another system. */
export const rights = {
  clerk: [
    ...['submit', 'read', 'request_material', 'supply_material', 'accept', 'decline', 'process', 'pause', 'extend', 'decide', 'deliver', 'call_back', 'reassign'].map((word) => `requests.case.${word}`),
    ...['sign', 'revoke', 'read'].map((word) => `requests.mandate.${word}`),
    ...['register', 'update', 'read', 'find', 'reveal', 'accesses'].map((word) => `residents.person.${word}`),
    ...['read', 'write', 'count'].map((word) => `organization.venue.${word}`),
    ...['read', 'write', 'count'].map((word) => `organization.activity.${word}`), 'organization.brand.read', 'organization.brand.write', ...ofOthers, 'organization.job.applications',
    ...['read', 'create', 'cancel', 'manage'].map((word) => `organization.booking.${word}`),
    'requests.item.read', 'work.queue.read', 'thread.read', 'organization.unit.read', 'organization.staff.read', 'organization.absence.write', 'organization.tenant.read',
    ...pledgeRights, ...selfGovernmentRights, ...covenantRights, 'organization.duty.read', 'organization.calendar.read',
    ...seeParty,
  ],
  admin: [
    'organization.unit.read', 'organization.unit.write', 'organization.staff.read', 'organization.staff.write', 'organization.absence.write',
    'organization.duty.read', 'organization.duty.plan', 'organization.calendar.read', 'organization.calendar.write',
    'organization.grant.read', 'organization.grant.write', 'organization.grant.confirm', 'organization.role.write', 'organization.tenant.read', 'organization.import', 'requests.item.write',
    ...['read', 'write', 'update', 'visit'].map((word) => `organization.site.${word}`), 'organization.finding.raise', 'organization.finding.process',
    'organization.resettlement.read', 'organization.resettlement.write',
    ...seeParty, 'organization.member_unit.write', 'organization.committee.write', 'organization.meeting.write', 'organization.resolution.deliver',
    ...['read', 'write', 'count'].map((word) => `organization.venue.${word}`),
    ...['need', 'joint_project', 'branch', 'development', 'instructor', 'dual_report'].map((noun) => `organization.${noun}.write`), 'organization.instructor.visit',
    'organization.activity.read', 'organization.activity.write', 'organization.activity.count', 'organization.brand.read', 'organization.brand.write', ...ofOthers,
  ],
  peer: ['requests.item.read', 'requests.case.read'],
} as const;
