import { organization } from '@linli/contracts';
import type { GoodRequest } from './requests';

const id = '01920000-0000-7000-8000-000000000601';
const unitId = '01920000-0000-7000-8000-000000000004';
const residentId = '01920000-0000-7000-8000-000000000002';
const at = new Date('2026-11-24T01:30:00Z');
const participants = [{ unitId, role: 'residents', count: 12 }];

const topics: Readonly<Record<string, GoodRequest>> = {
  listTopics: { path: '/v1/topics?state=collected&pageSize=5', by: ['resident', 'clerk'] },
  raiseTopic: { path: '/v1/topics', body: { unitId, textZh: '楼门口太黑' }, by: ['resident', 'clerk'] },
  getTopic: { path: `/v1/topics/${id}`, by: ['resident', 'clerk'] },
  acceptTopic: { path: `/v1/topics/${id}:accept`, body: { titleZh: '照明' }, by: ['clerk'] },
  declineTopic: { path: `/v1/topics/${id}:decline`, body: { titleZh: '学区', reason: 'not_ours', answerZh: '请向教育局反映' }, by: ['clerk'] },
  answerTopic: { path: `/v1/topics/${id}:answer`, body: { answerZh: '已装好' }, by: ['clerk'] },
  withdrawTopicWords: { path: `/v1/topics/${id}:withdrawWords`, body: {}, by: ['clerk'] },
  listDeliberations: { path: `/v1/deliberations?topicId=${id}`, by: ['clerk'] },
  recordDeliberation: { path: '/v1/deliberations', body: { unitId, topicId: id, heldOn: '2026-11-23', participants, opinionsZh: '同意', result: 'agreed', conclusionZh: '先装三处' }, by: ['clerk'] },
};

const decisions: Readonly<Record<string, GoodRequest>> = {
  listDecisions: { path: '/v1/decisions?state=noticed', by: ['resident', 'clerk'] },
  draftDecision: { path: '/v1/decisions', body: { unitId, topicId: id, subject: 'matter', titleZh: '加装路灯', textZh: '三处', basis: 'representatives', callers: 0 }, by: ['clerk'] },
  getDecision: { path: `/v1/decisions/${id}`, by: ['resident', 'clerk'] },
  recordDecisionStep: { path: `/v1/decisions/${id}:recordStep`, body: { step: 'branch_proposed', heldOn: '2026-11-20' }, by: ['clerk'] },
  addDecisionVoters: { path: `/v1/decisions/${id}:addVoters`, body: { voterIds: [residentId] }, by: ['clerk'] },
  giveDecisionNotice: { path: `/v1/decisions/${id}:giveNotice`, body: { entitled: 61, opensAt: '2026-12-01T08:00:00+08:00', closesAt: '2026-12-02T18:00:00+08:00' }, by: ['clerk'] },
  castVote: { path: `/v1/decisions/${id}:castVote`, body: { choice: 'in_favour' }, by: ['resident'] },
  issueBallotPaper: { path: `/v1/decisions/${id}:issuePaper`, body: { voterId: residentId }, by: ['clerk'] },
  withdrawDecision: { path: `/v1/decisions/${id}:withdraw`, body: { reason: 'roll_wrong' }, by: ['clerk'] },
  closeDecision: { path: `/v1/decisions/${id}:close`, body: { papers: { inFavour: 30, against: 2, abstained: 1 } }, by: ['clerk'] },
};

const publications: Readonly<Record<string, GoodRequest>> = {
  listPublications: { path: '/v1/publications?kind=accounts', by: ['clerk'] },
  publish: { path: '/v1/publications', body: { unitId, kind: 'decision', decisionId: id, titleZh: '决议公示', textZh: '三处', fromDay: '2026-12-01', toDay: '2026-12-10' }, by: ['clerk'] },
  getPublication: { path: `/v1/publications/${id}`, by: ['clerk'] },
  withdrawPublication: { path: `/v1/publications/${id}:withdraw`, body: { reason: 'personal_data' }, by: ['clerk'] },
  listObjections: { path: `/v1/objections?publicationId=${id}`, by: ['resident', 'clerk'] },
  raiseObjection: { path: '/v1/objections', body: { publicationId: id, textZh: '金额不对' }, by: ['resident', 'clerk'] },
  getObjection: { path: `/v1/objections/${id}`, by: ['resident', 'clerk'] },
  answerObjection: { path: `/v1/objections/${id}:answer`, body: { answerZh: '已更正' }, by: ['clerk'] },
};

const diary: Readonly<Record<string, GoodRequest>> = {
  listDiaryEntries: { path: `/v1/diary-entries?authorId=${residentId}`, by: ['clerk'] },
  writeDiaryEntry: {
    path: '/v1/diary-entries',
    body: { unitId, visitedOn: '2026-11-24', needs: ['lighting'], action: 'will_return', textZh: '楼道灯坏了', followUpAsked: true, followUpPersonId: residentId, linkedNeedId: id, linkedCaseId: id },
    by: ['clerk'],
  },
  getDiaryEntry: { path: `/v1/diary-entries/${id}`, by: ['clerk'] },
};

export const selfGovernmentRequests: Readonly<Record<string, GoodRequest>> = { ...topics, ...decisions, ...publications, ...diary };

/** Everything but a vote, which is the resident's. */
export const selfGovernmentRights = [
  ...['raise', 'read', 'screen', 'deliberations'].map((word) => `organization.topic.${word}`),
  ...['read', 'prepare', 'call'].map((word) => `organization.decision.${word}`),
  ...['publish', 'withdraw', 'object', 'answer', 'read', 'objections'].map((word) => `organization.publication.${word}`),
  'organization.diary.read',
  'organization.diary.write',
];

const topic = organization.Topic.fromPartial({
  id,
  unitId,
  textZh: '楼门口太黑',
  source: organization.TopicSource.TOPIC_SOURCE_RESIDENT,
  residentId,
  state: organization.TopicState.TOPIC_STATE_NOT_ACCEPTED,
  declineReason: organization.TopicDeclineReason.TOPIC_DECLINE_REASON_DUPLICATE,
  titleZh: '照明',
  answerZh: '见另一议题',
  answerDueAt: at,
  answeredAt: at,
  threadId: id,
  version: 3,
  createdAt: at,
  updatedAt: at,
});

const deliberation = organization.Deliberation.fromPartial({
  id,
  unitId,
  topicId: id,
  heldOn: '2026-11-23',
  participants: [{ unitId, role: organization.ParticipantRole.PARTICIPANT_ROLE_RESIDENTS, count: 12 }],
  opinionsZh: '同意',
  result: organization.DeliberationResult.DELIBERATION_RESULT_AGREED,
  conclusionZh: '先装三处',
  version: 1,
  createdAt: at,
});

const count = { present: 40, inFavour: 35, against: 3, abstained: 2 };
const decision = organization.Decision.fromPartial({
  id,
  unitId,
  topicId: id,
  subject: organization.DecisionSubject.DECISION_SUBJECT_MATTER,
  titleZh: '加装路灯',
  textZh: '三处',
  basis: organization.VoterBasis.VOTER_BASIS_REPRESENTATIVES,
  state: organization.DecisionState.DECISION_STATE_CLOSED,
  steps: [{ step: organization.DecisionStep.DECISION_STEP_BRANCH_PROPOSED, heldOn: '2026-11-20' }],
  entitled: 61,
  registered: 40,
  quorumId: 'residents_meeting.representatives',
  quorumVersion: 1,
  quorumCitation: '居民委员会组织法',
  quorumAwaitsRevision: true,
  opensAt: at,
  closesAt: at,
  result: organization.DecisionResult.DECISION_RESULT_ADOPTED,
  count,
  countDueAt: at,
  republishDueAt: at,
  republishOutcomeDueAt: at,
  publicationDueAt: at,
  threadId: id,
  version: 3,
  createdAt: at,
  updatedAt: at,
});

const publication = organization.Publication.fromPartial({
  id,
  unitId,
  kind: organization.PublicationKind.PUBLICATION_KIND_DECISION,
  decisionId: id,
  titleZh: '决议公示',
  textZh: '三处',
  fromDay: '2026-12-01',
  toDay: '2026-12-10',
  objections: 1,
  version: 1,
  createdAt: at,
});

const publicPublication = organization.PublicPublication.fromPartial({
  id,
  unitNameZh: '新园社区',
  kind: organization.PublicationKind.PUBLICATION_KIND_DECISION,
  titleZh: '决议公示',
  textZh: '三处',
  fromDay: '2026-12-01',
  toDay: '2026-12-10',
  vote: { titleZh: '加装路灯', result: organization.DecisionResult.DECISION_RESULT_ADOPTED, entitled: 61, count, quorumCitation: '居民委员会组织法' },
});

const objection = organization.Objection.fromPartial({
  id,
  publicationId: id,
  raisedBy: residentId,
  textZh: '金额不对',
  state: organization.ObjectionState.OBJECTION_STATE_ANSWERED,
  dueAt: at,
  answerZh: '已更正',
  answeredAt: at,
  version: 2,
  createdAt: at,
});

const entry = organization.DiaryEntry.fromPartial({
  id,
  unitId,
  visitedOn: '2026-11-24',
  authorId: unitId,
  needs: [organization.DiaryNeed.DIARY_NEED_LIGHTING],
  action: organization.DiaryAction.DIARY_ACTION_WILL_RETURN,
  textZh: '楼道灯坏了',
  textExpiresAt: at,
  followUpPersonId: residentId,
  linkedNeedId: id,
  linkedCaseId: id,
  version: 1,
  createdAt: at,
});

function each(service: string, methods: readonly string[], answer: object): Record<string, object> {
  return Object.fromEntries(methods.map((method) => [`${service}/${method}`, answer]));
}

export const selfGovernmentSamples: Readonly<Record<string, object>> = {
  ...each('TopicService', ['raiseTopic', 'getTopic', 'acceptTopic', 'declineTopic', 'answerTopic', 'withdrawTopicWords'], { topic }),
  'TopicService/listTopics': { topics: [topic], nextPageToken: '' },
  'TopicService/recordDeliberation': { deliberation },
  'TopicService/listDeliberations': { deliberations: [deliberation], nextPageToken: '' },
  'TopicService/listPublicTopics': { topics: [organization.PublicTopic.fromPartial({ id, unitNameZh: '新园社区', titleZh: '照明', state: organization.TopicState.TOPIC_STATE_ANSWERED, answerZh: '已装好', answeredOn: '2026-11-24' })] },
  ...each('DecisionService', ['draftDecision', 'recordDecisionStep', 'addDecisionVoters', 'giveDecisionNotice', 'withdrawDecision', 'closeDecision', 'getDecision'], { decision }),
  'DecisionService/castVote': {},
  'DecisionService/issueBallotPaper': {},
  'DecisionService/listDecisions': { decisions: [decision], nextPageToken: '' },
  ...each('PublicationService', ['publish', 'withdrawPublication', 'getPublication'], { publication }),
  ...each('PublicationService', ['raiseObjection', 'answerObjection', 'getObjection'], { objection }),
  'PublicationService/listPublications': { publications: [publication], nextPageToken: '' },
  'PublicationService/listObjections': { objections: [objection], nextPageToken: '' },
  'PublicationService/getPublicPublication': { publication: publicPublication },
  'PublicationService/listPublicPublications': { publications: [publicPublication] },
  ...each('DiaryService', ['writeDiaryEntry', 'getDiaryEntry'], { entry }),
  'DiaryService/listDiaryEntries': { entries: [entry], nextPageToken: '' },
};
