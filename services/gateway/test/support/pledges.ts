import { organization } from '@linli/contracts';
import type { GoodRequest } from './requests';

const id = '01920000-0000-7000-8000-000000000501';
const unitId = '01920000-0000-7000-8000-000000000004';
const postId = '01920000-0000-7000-8000-00000000000c';
const one = `/v1/pledge-projects/${id}`;
const at = new Date('2026-11-24T01:30:00Z');
const explained = { reason: 'weather', explanationZh: '连日降雪' };

export const pledgeRequests: Readonly<Record<string, GoodRequest>> = {
  listPledgeProjects: { path: '/v1/pledge-projects?year=2026&state=running&pageSize=5', by: ['clerk'] },
  getPledgeProject: { path: one, by: ['clerk'] },
  collectPledgeProject: { path: '/v1/pledge-projects', body: { unitId, code: '2027-01', year: 2027, titleZh: '增设路灯', descriptionZh: '', source: 'residents' }, by: ['clerk'] },
  screenPledgeProject: { path: `${one}:screen`, body: {}, by: ['clerk'] },
  selectPledgeProject: { path: `${one}:select`, body: { heldOn: '2026-11-20', entitled: 61, present: 40, inFavour: 35, against: 3, abstained: 2 }, by: ['clerk'] },
  promisePledgeProject: { path: `${one}:promise`, body: { dueDay: '2027-10-31', ownerUnitId: unitId, postId, budgetFen: 12_000_000 }, by: ['clerk'] },
  startPledgeProject: { path: `${one}:start`, body: {}, by: ['clerk'] },
  reportPledgeProgress: { path: `${one}:reportProgress`, body: { month: '2026-11', percent: 20, spentFen: 100, noteZh: '基础完成' }, by: ['clerk'] },
  completePledgeProject: { path: `${one}:complete`, body: { completedOn: '2026-11-24' }, by: ['clerk'] },
  recordResidentCheck: { path: `${one}:recordCheck`, body: { checkedOn: '2026-11-24', examiners: 6, scoreCounts: [0, 0, 1, 2, 3] }, by: ['clerk'] },
  closePledgeProject: { path: `${one}:close`, body: {}, by: ['clerk'] },
  delayPledgeProject: { path: `${one}:delay`, body: { ...explained, dueDay: '2027-12-31' }, by: ['clerk'] },
  changePledgeProject: { path: `${one}:change`, body: { ...explained, titleZh: '增设路灯', descriptionZh: '三条路', ownerUnitId: unitId, postId, budgetFen: 1 }, by: ['clerk'] },
  dropPledgeProject: { path: `${one}:drop`, body: explained, by: ['clerk'] },
  withdrawPledgeWords: { path: `${one}:withdrawWords`, body: { month: '2026-11' }, by: ['clerk'] },
};

export const pledgeRights = ['read', 'collect', 'decide', 'report', 'check'].map((word) => `organization.pledge_project.${word}`);

const progress = [{ month: '2026-11', state: organization.PledgeProgressState.PLEDGE_PROGRESS_STATE_REPORTED, dueAt: at, percent: 20, spentFen: 100, noteZh: '基础完成', reportedAt: at }];
const statements = [
  { id, kind: organization.PledgeStatementKind.PLEDGE_STATEMENT_KIND_DELAYED, reason: organization.PledgeReason.PLEDGE_REASON_WEATHER, explanationZh: '连日降雪', dueDayBefore: '2027-10-31', dueDayAfter: '2027-12-31', at },
];

const project = organization.PledgeProject.fromPartial({
  id,
  code: '2027-01',
  year: 2027,
  unitId,
  titleZh: '增设路灯',
  source: organization.PledgeSource.PLEDGE_SOURCE_RESIDENTS,
  state: organization.PledgeState.PLEDGE_STATE_RESIDENT_CHECKED,
  vote: { heldOn: '2026-11-20', entitled: 61, present: 40, inFavour: 35, against: 3, abstained: 2, ruleSetId: 'residents_meeting.representatives', ruleSetVersion: 1 },
  promise: { dueDay: '2027-12-31', ownerUnitId: unitId, postId, budgetFen: 12_000_000 },
  completedOn: '2026-11-24',
  check: { checkedOn: '2026-11-24', examiners: 6, scoreCounts: [0, 0, 1, 2, 3] },
  progress,
  statements,
  threadId: id,
  version: 3,
  createdAt: at,
  updatedAt: at,
});

const publicProject = organization.PublicPledgeProject.fromPartial({
  id,
  code: '2027-01',
  year: 2027,
  unitNameZh: '新园社区',
  titleZh: '增设路灯',
  state: organization.PledgeState.PLEDGE_STATE_RESIDENT_CHECKED,
  dueDay: '2027-12-31',
  firstDueDay: '2027-10-31',
  ownerUnitNameZh: '城管科',
  postTitleZh: '科长',
  budgetFen: 12_000_000,
  progress,
  statements,
  examiners: 6,
  averageScore: 433,
});

const changing = ['collectPledgeProject', 'screenPledgeProject', 'selectPledgeProject', 'promisePledgeProject', 'startPledgeProject', 'reportPledgeProgress', 'completePledgeProject', 'recordResidentCheck', 'closePledgeProject', 'delayPledgeProject', 'changePledgeProject', 'dropPledgeProject', 'withdrawPledgeWords', 'getPledgeProject'];

export const pledgeSamples: Readonly<Record<string, object>> = {
  ...Object.fromEntries(changing.map((name) => [`PledgeProjectService/${name}`, { project }])),
  'PledgeProjectService/listPledgeProjects': { projects: [project], nextPageToken: '' },
  'PledgeProjectService/getPublicPledgeProject': { project: publicProject },
  'PledgeProjectService/listPublicPledgeProjects': { projects: [publicProject] },
};
