import { organization } from '@linli/contracts';
import type { GoodRequest } from './requests';

const id = '01920000-0000-7000-8000-000000000701';
const unitId = '01920000-0000-7000-8000-000000000004';
const at = new Date('2026-11-24T01:30:00Z');
const clerk = ['clerk'] as const;

/** What stands on a decision: covenants and fund raises. */
export const covenantRequests: Readonly<Record<string, GoodRequest>> = {
  listCovenants: { path: `/v1/covenants?unitId=${unitId}`, by: clerk },
  adoptCovenant: { path: '/v1/covenants', body: { unitId, decisionId: id, textZh: '邻里互助', effectiveFrom: '2027-01-01' }, by: clerk },
  getCovenant: { path: `/v1/covenants/${id}`, by: clerk },
  fileCovenant: { path: `/v1/covenants/${id}:file`, body: { filedOn: '2026-11-24' }, by: clerk },
  listFundRaises: { path: '/v1/fund-raises?state=open', by: clerk },
  openFundRaise: { path: '/v1/fund-raises', body: { unitId, decisionId: id, titleZh: '楼道灯' }, by: clerk },
  getFundRaise: { path: `/v1/fund-raises/${id}`, by: clerk },
  recordFundEntry: { path: `/v1/fund-raises/${id}:recordEntry`, body: { kind: 'income', onDay: '2026-11-24', amountFen: 5_000, givers: 3, purposeZh: '' }, by: clerk },
  closeFundRaise: { path: `/v1/fund-raises/${id}:close`, body: {}, by: clerk },
  withdrawFundWords: { path: `/v1/fund-raises/${id}:withdrawWords`, body: { number: 2 }, by: clerk },
};

export const covenantRights = ['organization.covenant.read', 'organization.covenant.adopt', 'organization.covenant.file', 'organization.fund.read', 'organization.fund.keep'];

const covenant = organization.Covenant.fromPartial({ id, unitId, number: 2, decisionId: id, textZh: '邻里互助', effectiveFrom: '2027-01-01', filingDueAt: at, filedOn: '2026-11-24', threadId: id, version: 2, createdAt: at });
const entries = [{ number: 1, kind: organization.FundEntryKind.FUND_ENTRY_KIND_INCOME, onDay: '2026-11-24', amountFen: 5_000, givers: 3 }];
const state = organization.FundState.FUND_STATE_OPEN;
const fundRaise = organization.FundRaise.fromPartial({ id, unitId, decisionId: id, titleZh: '楼道灯', state, raisedFen: 5_000, balanceFen: 5_000, entries, threadId: id, version: 2, createdAt: at, updatedAt: at });
const publicFund = organization.PublicFundRaise.fromPartial({ id, unitNameZh: '新园社区', titleZh: '楼道灯', state, raisedFen: 5_000, balanceFen: 5_000, entries });

export const covenantSamples: Readonly<Record<string, object>> = {
  'CovenantService/adoptCovenant': { covenant },
  'CovenantService/fileCovenant': { covenant },
  'CovenantService/getCovenant': { covenant },
  'CovenantService/listCovenants': { covenants: [covenant], nextPageToken: '' },
  'CovenantService/listPublicCovenants': { covenants: [{ unitNameZh: '新园社区', number: 2, textZh: '邻里互助', effectiveFrom: '2027-01-01' }], nextPageToken: '' },
  'FundService/openFundRaise': { fundRaise },
  'FundService/recordFundEntry': { fundRaise },
  'FundService/closeFundRaise': { fundRaise },
  'FundService/withdrawFundWords': { fundRaise },
  'FundService/getFundRaise': { fundRaise, nextPageToken: '' },
  'FundService/listFundRaises': { fundRaises: [fundRaise], nextPageToken: '' },
  'FundService/getPublicFundRaise': { fundRaise: publicFund, nextPageToken: '' },
  'FundService/listPublicFundRaises': { fundRaises: [publicFund] },
};
