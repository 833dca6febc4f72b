/** A named set of permissions that each tenant gets when it is created. */
export interface RoleDefinition {
  readonly code: string;
  readonly nameZh: string;
  readonly holder: 'staff' | 'client';
  readonly permissions: readonly string[];
}

const seeOffice = ['organization.unit.read', 'organization.staff.read'];
const seeCases = ['requests.item.read', 'requests.case.read', 'requests.mandate.read', 'thread.read'];
const seeSelfGovernment = ['organization.pledge_project.read', 'organization.topic.read', 'organization.topic.deliberations', 'organization.decision.read', 'organization.publication.read', 'organization.covenant.read', 'organization.fund.read'];
const diary = ['organization.diary.read', 'organization.diary.write'];
/** What the office does for residents who govern themselves; the vote is theirs. */
const serveSelfGovernment = [
  'organization.topic.raise',
  'organization.topic.screen',
  'organization.decision.prepare',
  'organization.decision.call',
  'organization.covenant.adopt',
  'organization.fund.keep',
  'organization.publication.publish',
  'organization.publication.withdraw',
  'organization.publication.object',
  'organization.publication.answer',
  'organization.publication.objections',
];
const seeParty = [
  ...['member_unit', 'committee', 'meeting', 'resolution', 'need', 'joint_project', 'branch', 'instructor', 'dual_report'].map((noun) => `organization.${noun}.read`),
  'organization.development.read',
];
const runParty = [
  ...seeParty,
  ...['member_unit', 'committee', 'meeting', 'need', 'joint_project', 'branch', 'instructor', 'dual_report'].map((noun) => `organization.${noun}.write`),
  'organization.resolution.deliver',
  'organization.instructor.visit',
];
/** What anybody may write down who sees something wrong on a site; what comes of it is its leader's. */
const seeSites = ['organization.site.read', 'organization.finding.raise'];
const leadSites = [
  ...seeSites,
  'organization.site.update',
  'organization.site.visit',
  'organization.finding.process',
  'organization.resettlement.read',
  'organization.resettlement.write',
  'organization.worker_complaint.read',
  'organization.worker_complaint.write',
  // Given for oneself it shows the workers of the complaints that one received, and of no others.
  'organization.worker_complaint.reveal',
];
const seeCommunities = [
  'organization.venue.read', 'organization.venue.count', 'organization.activity.read', 'organization.activity.count', 'organization.brand.read',
  'organization.incubation.read', 'organization.job.read', 'organization.job.applications', 'organization.learning.read', 'organization.conduct.read',
];
const runCommunities = [
  ...seeCommunities, 'organization.venue.write', 'organization.activity.write', 'organization.brand.write', 'organization.incubation.write', 'organization.job.write',
  'organization.learning.write',
];
const book = ['organization.booking.read', 'organization.booking.create', 'organization.booking.cancel', 'organization.booking.manage'];
const work = [...seeOffice, 'organization.calendar.read', ...seeCases, ...seeSelfGovernment, ...diary, 'organization.duty.read', 'work.queue.read', 'residents.person.read'];

/**
 * What each role may do; where it may is the grant's scope. Not here: what only a resident may (withdraw, rate, reopen),
 * and what only the platform may (create tenants, resolve identities).
 */
export const roleDefinitions: readonly RoleDefinition[] = [
  {
    code: 'director',
    nameZh: '主任',
    holder: 'staff',
    // Everything of a case but the decision, which is the department's.
    permissions: [
      ...work,
      ...runParty,
      'organization.tenant.read',
      'organization.grant.read',
      'organization.grant.confirm',
      'organization.absence.write',
      'organization.calendar.write',
      'organization.duty.plan',
      ...serveSelfGovernment,
      'organization.covenant.file',
      'organization.pledge_project.collect',
      'organization.pledge_project.decide',
      'organization.pledge_project.report',
      'organization.pledge_project.check',
      ...leadSites,
      'organization.site.write',
      ...runCommunities,
      'organization.conduct.write',
      ...book,
      'requests.case.submit',
      'requests.case.accept',
      'requests.case.request_material',
      'requests.case.supply_material',
      'requests.case.decline',
      'requests.case.process',
      'requests.case.pause',
      'requests.case.deliver',
      'requests.case.call_back',
      'requests.case.reassign',
      'requests.case.extend',
      'requests.mandate.sign',
      'requests.mandate.revoke',
    ],
  },
  {
    code: 'clerk',
    nameZh: '窗口受理员',
    holder: 'staff',
    permissions: [
      ...work,
      'organization.topic.raise',
      'organization.publication.object',
      'organization.publication.objections',
      'requests.case.submit',
      'requests.case.accept',
      'requests.case.request_material',
      'requests.case.supply_material',
      'requests.case.decline',
      'requests.mandate.sign',
      'residents.person.register',
      'residents.person.update',
      'residents.person.find',
      'residents.person.reveal',
      ...seeCommunities,
      ...book,
    ],
  },
  {
    code: 'agent',
    nameZh: '代办员',
    holder: 'staff',
    permissions: [
      ...work,
      ...seeSites,
      'organization.topic.raise',
      // Who walks the grid says what it lacks.
      'organization.need.read',
      'organization.need.write',
      'requests.case.submit',
      'requests.case.supply_material',
      'requests.case.process',
      'requests.case.deliver',
      'requests.mandate.sign',
      'residents.person.find',
      'residents.person.reveal',
    ],
  },
  {
    code: 'handler',
    nameZh: '科室承办人',
    holder: 'staff',
    permissions: [...work, 'organization.pledge_project.report', 'requests.case.process', 'requests.case.pause', 'requests.case.decide'],
  },
  {
    code: 'coordinator',
    nameZh: '协调员',
    holder: 'staff',
    permissions: [
      ...work,
      ...seeParty,
      // A community holds the meetings of its joint committee.
      'organization.meeting.write',
      'organization.resolution.deliver',
      'organization.need.write',
      'organization.joint_project.write',
      'organization.instructor.visit',
      'organization.dual_report.write',
      'organization.absence.write',
      'organization.duty.plan',
      ...serveSelfGovernment,
      'organization.pledge_project.collect',
      'organization.pledge_project.report',
      'organization.pledge_project.check',
      ...seeSites,
      ...runCommunities,
      ...book,
      'requests.case.request_material',
      'requests.case.call_back',
      'requests.case.reassign',
      'requests.case.extend',
      'requests.mandate.revoke',
      // A callback needs the number to call.
      'residents.person.reveal',
    ],
  },
  {
    code: 'party_affairs',
    nameZh: '党建办',
    holder: 'staff',
    // The counts are theirs alone; others see no few.
    permissions: [...seeOffice, ...runParty, 'organization.development.write', 'work.queue.read'],
  },
  {
    code: 'site_leader',
    nameZh: '联系工地的科级领导',
    holder: 'staff',
    // Given for oneself it covers the sites that one is linked to, wherever they lie.
    permissions: [...seeOffice, 'thread.read', 'work.queue.read', ...leadSites],
  },
  {
    code: 'system_admin',
    nameZh: '系统管理员',
    holder: 'staff',
    permissions: [
      ...seeOffice,
      'organization.tenant.read',
      'organization.unit.write',
      'organization.staff.write',
      'organization.import',
      'requests.item.read',
      'requests.item.write',
    ],
  },
  {
    code: 'security_admin',
    nameZh: '安全管理员',
    holder: 'staff',
    permissions: [
      ...seeOffice,
      'organization.tenant.read',
      'organization.grant.read',
      'organization.grant.write',
      'organization.grant.confirm',
      'organization.role.write',
    ],
  },
  {
    code: 'audit_admin',
    nameZh: '审计管理员',
    holder: 'staff',
    permissions: [
      ...seeOffice,
      ...seeCases,
      'organization.tenant.read',
      'organization.grant.read',
      'residents.person.accesses',
    ],
  },
  { code: 'peer_reader', nameZh: '对接系统（只读）', holder: 'client', permissions: ['requests.item.read', 'requests.case.read'] },
];

/** 三员分立: one person holds at most one of these. */
export const separatedRoles: readonly string[] = ['system_admin', 'security_admin', 'audit_admin'];

/** What every member of staff may do with their own things, whatever their roles. */
export const ownPermissions: readonly string[] = ['organization.staff.read', 'organization.resolution.read', 'organization.resolution.deliver'];
