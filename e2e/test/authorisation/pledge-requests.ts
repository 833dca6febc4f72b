import { randomUUID } from 'node:crypto';
import type { HttpRequest } from './http-requests';
import type { Target } from './targets';

// What changes something names a version that never was.
const version = 999_999_999;
const vote = { heldOn: '2026-01-05', entitled: 61, present: 40, inFavour: 35, against: 3, abstained: 2 };
const promise = { dueDay: '2030-01-01', ownerUnitId: randomUUID(), postId: randomUUID(), budgetFen: 1 };
const report = { month: '2026-01', percent: 1, spentFen: 1, noteZh: '说明' };
const check = { checkedOn: '2026-01-05', examiners: 5, scoreCounts: [0, 0, 0, 0, 5] };
const explained = { reason: 'weather', explanationZh: '说明' };
const onProject = (action: string, body: object = {}) => ({ pledgeId }: Target): HttpRequest => ({ path: `/v1/pledge-projects/${pledgeId}:${action}`, body });
const collected = ({ unitId }: Target) => ({ unitId, code: `a${randomUUID().slice(0, 8)}`, year: 2031, titleZh: '路灯' });

/** By operation id. */
export const pledgeHttpRequests: Readonly<Record<string, (target: Target) => HttpRequest>> = {
  listPledgeProjects: () => ({ path: '/v1/pledge-projects?year=2030' }),
  getPledgeProject: ({ pledgeId }) => ({ path: `/v1/pledge-projects/${pledgeId}` }),
  collectPledgeProject: (target) => ({ path: '/v1/pledge-projects', body: { ...collected(target), source: 'residents' } }),
  screenPledgeProject: onProject('screen'),
  selectPledgeProject: onProject('select', vote),
  promisePledgeProject: onProject('promise', promise),
  startPledgeProject: onProject('start'),
  reportPledgeProgress: onProject('reportProgress', report),
  completePledgeProject: onProject('complete', { completedOn: '2026-01-05' }),
  recordResidentCheck: onProject('recordCheck', check),
  closePledgeProject: onProject('close'),
  delayPledgeProject: onProject('delay', { ...explained, dueDay: '2030-01-01' }),
  changePledgeProject: onProject('change', { ...explained, titleZh: '路灯' }),
  dropPledgeProject: onProject('drop', explained),
  withdrawPledgeWords: onProject('withdrawWords', { month: '2026-01' }),
  listPublicPledgeProjects: ({ tenantId }) => ({ path: `/v1/public/${tenantId}/pledge-projects?year=2030` }),
  getPublicPledgeProject: ({ tenantId, pledgeId }) => ({ path: `/v1/public/${tenantId}/pledge-projects/${pledgeId}` }),
};

const on = (more: object = {}) => ({ pledgeId }: Target) => ({ pledgeProjectId: pledgeId, version, ...more });
const why = { reason: 'PLEDGE_REASON_WEATHER', explanationZh: '说明' };

/** By the name of the RPC. */
export const pledgeRpcRequests: Readonly<Record<string, (target: Target) => object>> = {
  CollectPledgeProject: (target) => ({ requestId: randomUUID(), ...collected(target), source: 'PLEDGE_SOURCE_RESIDENTS' }),
  ScreenPledgeProject: on(),
  SelectPledgeProject: on(vote),
  PromisePledgeProject: on({ promise }),
  StartPledgeProject: on(),
  ReportPledgeProgress: on(report),
  CompletePledgeProject: on({ completedOn: '2026-01-05' }),
  RecordResidentCheck: on(check),
  ClosePledgeProject: on(),
  DelayPledgeProject: on({ ...why, dueDay: '2030-01-01' }),
  ChangePledgeProject: on({ ...why, titleZh: '路灯' }),
  DropPledgeProject: on(why),
  WithdrawPledgeWords: on({ month: '2026-01' }),
  GetPledgeProject: ({ pledgeId }) => ({ pledgeProjectId: pledgeId }),
  ListPledgeProjects: () => ({ year: 2030 }),
  GetPublicPledgeProject: ({ pledgeId }) => ({ pledgeProjectId: pledgeId }),
  ListPublicPledgeProjects: () => ({ year: 2030 }),
};
