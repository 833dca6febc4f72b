import { randomUUID } from 'node:crypto';
import type { HttpRequest } from './http-requests';
import type { Target } from './targets';

// What changes something names a version that never was.
const version = 999_999_999;
const explanation = '说明';
const [opensAt, closesAt] = ['2030-01-01T00:00:00Z', '2030-01-02T00:00:00Z'];
const participants = [{ role: 'residents', count: 3 }];
const voterIds = [randomUUID()];
const declined = { titleZh: '题目', reason: 'not_ours', answerZh: explanation };
const drafted = ({ unitId }: Target) => ({ unitId, titleZh: '路灯', textZh: explanation, callers: 0 });
const published = ({ unitId }: Target) => ({ unitId, titleZh: '收支', textZh: explanation, toDay: '2040-01-01' });
const deliberated = ({ unitId }: Target) => ({ unitId, heldOn: '2026-01-05', conclusionZh: explanation });

type HttpMaker = (target: Target) => HttpRequest;
const onTopic = (action: string, body: object): HttpMaker => ({ topicId }) => ({ path: `/v1/topics/${topicId}:${action}`, body });
const onDecision = (action: string, body: object): HttpMaker => ({ decisionId }) => ({ path: `/v1/decisions/${decisionId}:${action}`, body });

/** By operation id. */
export const selfGovernmentHttpRequests: Readonly<Record<string, HttpMaker>> = {
  listTopics: () => ({ path: '/v1/topics' }),
  raiseTopic: ({ unitId }) => ({ path: '/v1/topics', body: { unitId, textZh: explanation } }),
  getTopic: ({ topicId }) => ({ path: `/v1/topics/${topicId}` }),
  acceptTopic: onTopic('accept', { titleZh: '题目' }),
  declineTopic: onTopic('decline', declined),
  answerTopic: onTopic('answer', { answerZh: explanation }),
  withdrawTopicWords: onTopic('withdrawWords', {}),
  listDeliberations: () => ({ path: '/v1/deliberations' }),
  recordDeliberation: (target) => ({ path: '/v1/deliberations', body: { ...deliberated(target), participants, result: 'agreed' } }),
  listDecisions: () => ({ path: '/v1/decisions' }),
  draftDecision: (target) => ({ path: '/v1/decisions', body: { ...drafted(target), subject: 'matter', basis: 'households' } }),
  getDecision: ({ decisionId }) => ({ path: `/v1/decisions/${decisionId}` }),
  recordDecisionStep: onDecision('recordStep', { step: 'branch_proposed', heldOn: '2026-01-05' }),
  addDecisionVoters: onDecision('addVoters', { voterIds }),
  giveDecisionNotice: onDecision('giveNotice', { entitled: 10, opensAt, closesAt }),
  castVote: onDecision('castVote', { choice: 'in_favour' }),
  issueBallotPaper: onDecision('issuePaper', { voterId: voterIds[0] }),
  withdrawDecision: onDecision('withdraw', { reason: 'roll_wrong' }),
  closeDecision: onDecision('close', {}),
  listCovenants: () => ({ path: '/v1/covenants' }),
  adoptCovenant: ({ unitId, decisionId }) => ({ path: '/v1/covenants', body: { unitId, decisionId, textZh: explanation, effectiveFrom: '2040-01-01' } }),
  getCovenant: ({ covenantId }) => ({ path: `/v1/covenants/${covenantId}` }),
  fileCovenant: ({ covenantId }) => ({ path: `/v1/covenants/${covenantId}:file`, body: { filedOn: '2026-01-05' } }),
  listFundRaises: () => ({ path: '/v1/fund-raises' }),
  openFundRaise: ({ unitId, decisionId }) => ({ path: '/v1/fund-raises', body: { unitId, decisionId, titleZh: '路灯' } }),
  getFundRaise: ({ fundRaiseId }) => ({ path: `/v1/fund-raises/${fundRaiseId}` }),
  recordFundEntry: ({ fundRaiseId }) => ({ path: `/v1/fund-raises/${fundRaiseId}:recordEntry`, body: { kind: 'income', onDay: '2026-01-05', amountFen: 1, givers: 1 } }),
  closeFundRaise: ({ fundRaiseId }) => ({ path: `/v1/fund-raises/${fundRaiseId}:close`, body: {} }),
  withdrawFundWords: ({ fundRaiseId }) => ({ path: `/v1/fund-raises/${fundRaiseId}:withdrawWords`, body: { number: 1 } }),
  listPublicCovenants: ({ tenantId }) => ({ path: `/v1/public/${tenantId}/covenants` }),
  listPublicFundRaises: ({ tenantId }) => ({ path: `/v1/public/${tenantId}/fund-raises` }),
  getPublicFundRaise: ({ tenantId, fundRaiseId }) => ({ path: `/v1/public/${tenantId}/fund-raises/${fundRaiseId}` }),
  listPublications: () => ({ path: '/v1/publications' }),
  publish: (target) => ({ path: '/v1/publications', body: { ...published(target), kind: 'accounts' } }),
  getPublication: ({ publicationId }) => ({ path: `/v1/publications/${publicationId}` }),
  withdrawPublication: ({ publicationId }) => ({ path: `/v1/publications/${publicationId}:withdraw`, body: { reason: 'wrong_content' } }),
  listObjections: () => ({ path: '/v1/objections' }),
  raiseObjection: ({ publicationId }) => ({ path: '/v1/objections', body: { publicationId, textZh: explanation } }),
  getObjection: ({ objectionId }) => ({ path: `/v1/objections/${objectionId}` }),
  answerObjection: ({ objectionId }) => ({ path: `/v1/objections/${objectionId}:answer`, body: { answerZh: explanation } }),
  listDiaryEntries: ({ buildingId }) => ({ path: `/v1/diary-entries?unitId=${buildingId}` }),
  writeDiaryEntry: ({ buildingId }) => ({ path: '/v1/diary-entries', body: { unitId: buildingId, needs: ['lighting'], action: 'none', followUpAsked: false } }),
  getDiaryEntry: ({ diaryId }) => ({ path: `/v1/diary-entries/${diaryId}` }),
  listPublicTopics: ({ tenantId }) => ({ path: `/v1/public/${tenantId}/topics` }),
  listPublicPublications: ({ tenantId }) => ({ path: `/v1/public/${tenantId}/publications` }),
  getPublicPublication: ({ tenantId, publicationId }) => ({ path: `/v1/public/${tenantId}/publications/${publicationId}` }),
};

type RpcMaker = (target: Target) => object;
const ofTopic = (more: object): RpcMaker => ({ topicId }) => ({ topicId, version, ...more });
const ofDecision = (more: object): RpcMaker => ({ decisionId }) => ({ decisionId, version, ...more });
const requestId = () => randomUUID();

/** By the name of the RPC. */
export const selfGovernmentRpcRequests: Readonly<Record<string, RpcMaker>> = {
  RaiseTopic: ({ unitId }) => ({ requestId: requestId(), unitId, textZh: explanation }),
  AcceptTopic: ofTopic({ titleZh: '题目' }),
  DeclineTopic: ofTopic({ ...declined, reason: 'TOPIC_DECLINE_REASON_NOT_OURS' }),
  AnswerTopic: ofTopic({ answerZh: explanation }),
  WithdrawTopicWords: ofTopic({}),
  GetTopic: ({ topicId }) => ({ topicId }),
  ListTopics: () => ({}),
  ListPublicTopics: () => ({}),
  RecordDeliberation: (target) => ({ requestId: requestId(), ...deliberated(target), participants: [{ role: 'PARTICIPANT_ROLE_RESIDENTS', count: 3 }], result: 'DELIBERATION_RESULT_AGREED' }),
  ListDeliberations: () => ({}),
  DraftDecision: (target) => ({ requestId: requestId(), ...drafted(target), subject: 'DECISION_SUBJECT_MATTER', basis: 'VOTER_BASIS_HOUSEHOLDS' }),
  RecordDecisionStep: ofDecision({ step: 'DECISION_STEP_BRANCH_PROPOSED', heldOn: '2026-01-05' }),
  AddDecisionVoters: ofDecision({ voterIds }),
  GiveDecisionNotice: ofDecision({ entitled: 10, opensAt: new Date(opensAt), closesAt: new Date(closesAt) }),
  CastVote: ({ decisionId }) => ({ decisionId, choice: 'CHOICE_IN_FAVOUR' }),
  IssueBallotPaper: ({ decisionId }) => ({ decisionId, voterId: voterIds[0] }),
  WithdrawDecision: ofDecision({ reason: 'DECISION_WITHDRAW_REASON_ROLL_WRONG' }),
  CloseDecision: ofDecision({}),
  GetDecision: ({ decisionId }) => ({ decisionId }),
  ListDecisions: () => ({}),
  AdoptCovenant: ({ unitId, decisionId }) => ({ requestId: requestId(), unitId, decisionId, textZh: explanation, effectiveFrom: '2040-01-01' }),
  FileCovenant: ({ covenantId }) => ({ covenantId, version, filedOn: '2026-01-05' }),
  GetCovenant: ({ covenantId }) => ({ covenantId }),
  ListCovenants: () => ({}),
  ListPublicCovenants: () => ({}),
  OpenFundRaise: ({ unitId, decisionId }) => ({ requestId: requestId(), unitId, decisionId, titleZh: '路灯' }),
  RecordFundEntry: ({ fundRaiseId }) => ({ fundRaiseId, version, kind: 'FUND_ENTRY_KIND_INCOME', onDay: '2026-01-05', amountFen: 1, givers: 1 }),
  CloseFundRaise: ({ fundRaiseId }) => ({ fundRaiseId, version }),
  WithdrawFundWords: ({ fundRaiseId }) => ({ fundRaiseId, version, number: 1 }),
  GetFundRaise: ({ fundRaiseId }) => ({ fundRaiseId }),
  ListFundRaises: () => ({}),
  GetPublicFundRaise: ({ fundRaiseId }) => ({ fundRaiseId }),
  ListPublicFundRaises: () => ({}),
  Publish: (target) => ({ requestId: requestId(), ...published(target), kind: 'PUBLICATION_KIND_ACCOUNTS' }),
  WithdrawPublication: ({ publicationId }) => ({ publicationId, version, reason: 'PUBLICATION_WITHDRAW_REASON_WRONG_CONTENT' }),
  RaiseObjection: ({ publicationId }) => ({ requestId: requestId(), publicationId, textZh: explanation }),
  AnswerObjection: ({ objectionId }) => ({ objectionId, version, answerZh: explanation }),
  GetPublication: ({ publicationId }) => ({ publicationId }),
  ListPublications: () => ({}),
  GetObjection: ({ objectionId }) => ({ objectionId }),
  ListObjections: () => ({}),
  GetPublicPublication: ({ publicationId }) => ({ publicationId }),
  ListPublicPublications: () => ({}),
  WriteDiaryEntry: ({ buildingId }) => ({ requestId: requestId(), unitId: buildingId, needs: ['DIARY_NEED_LIGHTING'], action: 'DIARY_ACTION_NONE' }),
  GetDiaryEntry: ({ diaryId }) => ({ entryId: diaryId }),
  ListDiaryEntries: ({ buildingId }) => ({ unitId: buildingId }),
};
