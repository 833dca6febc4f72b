import { requests } from '@linli/contracts';

export const ids = {
  case: '01920000-0000-7000-8000-000000000001',
  resident: '01920000-0000-7000-8000-000000000002',
  agent: '01920000-0000-7000-8000-000000000003',
  unit: '01920000-0000-7000-8000-000000000004',
  department: '01920000-0000-7000-8000-000000000005',
  mandate: '01920000-0000-7000-8000-000000000006',
  backup: '01920000-0000-7000-8000-000000000007',
  task: '01920000-0000-7000-8000-000000000008',
  paper: '01920000-0000-7000-8000-000000000009',
  thread: '01920000-0000-7000-8000-00000000000a',
  root: '01920000-0000-7000-8000-00000000000b',
  post: '01920000-0000-7000-8000-00000000000c',
  grant: '01920000-0000-7000-8000-00000000000d',
} as const;

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
  unitPath: `/${ids.root}/${ids.unit}/`,
  agentId: ids.agent,
  backupId: ids.backup,
  ownerId: ids.agent,
  handlerUnitId: ids.department,
  state: requests.CaseState.CASE_STATE_SUBMITTED,
  submittedAt: new Date('2026-11-24T01:30:00Z'),
  dueLight: requests.DueLight.DUE_LIGHT_GREEN,
  subject: '申请办理老年人优待证',
  threadId: ids.thread,
  createdAt: new Date('2026-11-24T01:30:00Z'),
  updatedAt: new Date('2026-11-24T01:30:00Z'),
  version: 3,
  nextActions: ['request_material', 'accept'],
  heldPapers: [{ id: ids.paper, materialCode: 'photo', heldBy: ids.agent, receivedAt: new Date('2026-11-24T01:30:00Z') }],
  tasks: [{ id: ids.task, unitId: ids.department, lead: true, titleZh: '核验' }],
});

const oneCase = { case: sampleCase };
const caseMethods = [
  'createCase', 'updateDraft', 'submitCase', 'requestMaterial', 'supplyMaterial', 'acceptCase', 'declineCase', 'startProcessing', 'pauseCase', 'resumeCase',
  'extendCase', 'addTask', 'completeTask', 'requestDecision', 'decideCase', 'deliverCase', 'receivePaper', 'returnPaper', 'recordCallback', 'rateCase', 'reopenCase',
  'withdrawCase', 'reassignCase', 'getCase',
];

/** What a stand-in answers when a test does not say. */
export const samples: Readonly<Record<string, object>> = {
  ...Object.fromEntries(caseMethods.map((method) => [`CaseService/${method}`, oneCase])),
  'CaseService/listCases': { cases: [sampleCase], nextPageToken: '' },
  'CaseService/countCases': { byState: { submitted: 1 }, dueSoon: 0, overdue: 0 },
  'StaffService/batchGetStaff': { staff: [{ id: ids.agent, name: '赵代办' }, { id: ids.backup, name: '钱搭档' }] },
  'UnitService/batchGetUnits': { units: [{ id: ids.unit, nameZh: '新园第一网格' }, { id: ids.department, nameZh: '民政科' }] },
  'PersonService/batchGetPersons': { persons: [{ id: ids.resident, maskedName: '王*明' }] },
};
