import { organization } from '@linli/contracts';
import { at, ids, unitPath } from './ids';

const need = organization.Need.fromPartial({
  id: ids.need,
  unitId: ids.unit,
  unitPath,
  categoryCode: 'elderly_meals',
  textZh: '高龄居民午餐不便',
  state: organization.NeedState.NEED_STATE_TAKEN,
  raisedOn: '2026-11-24',
  version: 2,
});

const resource = organization.Resource.fromPartial({
  id: ids.resource,
  memberUnitId: ids.memberUnit,
  unitPath,
  categoryCode: 'elderly_meals',
  titleZh: '职工食堂',
  capacity: 2,
  offeredOn: '2026-01-01',
  withdrawnOn: '2026-12-01',
  version: 2,
});

const jointProject = organization.JointProject.fromPartial({
  id: ids.jointProject,
  unitId: ids.unit,
  unitPath,
  titleZh: '助餐',
  state: organization.JointProjectState.JOINT_PROJECT_STATE_STALLED,
  tags: [organization.TogetherTag.TOGETHER_TAG_HELP],
  needIds: [ids.need],
  resourceIds: [ids.resource],
  leadMemberUnitId: ids.memberUnit,
  budgetCents: 500_000,
  dueOn: '2026-12-20',
  overdueAt: at,
  proof: '照片三张',
  usefulness: { useful: 18, partly: 3, notUseful: 1 },
  reasonCode: 'lead_withdrew',
  version: 7,
});

const branch = organization.Branch.fromPartial({
  id: ids.branch,
  kind: organization.BranchKind.BRANCH_KIND_BRANCH,
  unitId: ids.unit,
  unitPath,
  nameZh: '第一网格党支部',
  contactPhone: '0477-8500001',
  validFrom: '2026-01-01',
  version: 1,
});

const instructor = organization.Instructor.fromPartial({
  id: ids.instructor,
  staffId: ids.agent,
  unitId: ids.unit,
  unitPath,
  appointedOn: '2026-01-01',
  assignments: [{ id: ids.assignment, memberUnitId: ids.memberUnit, validFrom: '2026-03-01' }],
  version: 2,
});

const dualReport = organization.DualReport.fromPartial({
  id: ids.dualReport,
  memberUnitId: ids.memberUnit,
  unitId: ids.unit,
  unitPath,
  headcount: 12,
  reportedOn: '2026-11-24',
  tasks: [{ id: ids.task, textZh: '楼道清扫', dueOn: '2026-12-01', doneOn: '2026-11-30', proof: '照片' }],
  reviews: [{ id: ids.paper, reviewedOn: '2026-11-24', textZh: '任务均已完成' }],
  reviewDueAt: at,
  version: 3,
});

function each(service: string, methods: readonly string[], answer: object): Record<string, object> {
  return Object.fromEntries(methods.map((method) => [`${service}/${method}`, answer]));
}

/** What a stand-in answers about needs, resources and projects, branches, instructors and reports to communities. */
export const jointSamples: Readonly<Record<string, object>> = {
  ...each('JointProjectService', ['raiseNeed', 'withdrawNeed', 'getNeed'], { need }),
  'JointProjectService/listNeeds': { needs: [need], nextPageToken: '' },
  ...each('JointProjectService', ['offerResource', 'withdrawResource', 'getResource'], { resource }),
  'JointProjectService/listResources': { resources: [resource], nextPageToken: '' },
  'JointProjectService/suggestMatches': {
    suggestions: [{ resourceId: ids.resource, memberUnitId: ids.memberUnit, reasons: [{ code: 'same_category', count: 0 }, { code: 'capacity_free', count: 2 }] }],
  },
  ...each(
    'JointProjectService',
    ['proposeJointProject', 'matchJointProject', 'advanceJointProject', 'deliverJointProject', 'reviewJointProject', 'stallJointProject', 'getJointProject'],
    { jointProject },
  ),
  'JointProjectService/listJointProjects': { jointProjects: [jointProject], nextPageToken: '' },
  ...each('CoverageService', ['establishBranch', 'updateBranch', 'dissolveBranch', 'getBranch'], { branch }),
  'CoverageService/listCoverage': {
    units: [{ unitId: ids.unit, kind: organization.UnitKind.UNIT_KIND_GRID, unitPath, code: 'xinyuan-1', nameZh: '新园第一网格', branchId: ids.branch }],
    totals: { grids: 24, gridsCovered: 24, buildings: 51, buildingsCovered: 50, memberUnits: 33 },
    nextPageToken: '',
  },
  ...each('CoverageService', ['recordDevelopmentCount', 'getDevelopmentCount'], { count: { unitId: ids.unit, year: 2026, activists: 24, version: 1 } }),
  ...each('InstructorService', ['appointInstructor', 'dismissInstructor', 'assignInstructor', 'endInstructorAssignment', 'recordInstructorVisit'], { instructor }),
  'InstructorService/getInstructor': { instructor, visits: [{ id: ids.task, instructorId: ids.instructor, memberUnitId: ids.memberUnit, visitedOn: '2026-11-24', purposeCode: 'guidance', note: '谈换届' }] },
  'InstructorService/listInstructors': { instructors: [instructor], nextPageToken: '' },
  ...each('DualReportService', ['fileDualReport', 'updateDualReport', 'assignDualTask', 'completeDualTask', 'reviewDualReport', 'endDualReport', 'getDualReport'], { dualReport }),
  'DualReportService/listDualReports': { dualReports: [dualReport], nextPageToken: '' },
};
