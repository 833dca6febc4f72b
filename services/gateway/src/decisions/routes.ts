import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { given, id, instant, nextPageToken, optionalDay, optionalId, page, text, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

const subjects = words('DECISION_SUBJECT', organization.DecisionSubject, ['matter', 'covenant', 'fund_raise']);
const bases = words('VOTER_BASIS', organization.VoterBasis, ['residents', 'households', 'representatives']);
const steps = words('DECISION_STEP', organization.DecisionStep, ['branch_proposed', 'committees_consulted', 'members_deliberated']);
const states = words('DECISION_STATE', organization.DecisionState, ['drafted', 'noticed', 'closed', 'published', 'reported', 'withdrawn']);
const withdrawReasons = words('DECISION_WITHDRAW_REASON', organization.DecisionWithdrawReason, ['notice_wrong', 'roll_wrong', 'time_unsuitable', 'matter_settled', 'callers_withdrew']);
export const results = words('DECISION_RESULT', organization.DecisionResult, ['adopted', 'not_adopted', 'no_quorum']);
const choices = words('CHOICE', organization.Choice, ['in_favour', 'against', 'abstain']);

const count = z.int();
export const countSchema = z.strictObject({ present: count, inFavour: count, against: count, abstained: count }).meta({ id: 'BallotCount' });

const decisionSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    topicId: z.string().optional(),
    subject: subjects.schema.optional(),
    titleZh: z.string(),
    textZh: z.string(),
    basis: bases.schema.optional(),
    callers: count.meta({ description: '联名提议人数；0 表示由居民委员会提议' }),
    state: states.schema.optional(),
    steps: z.array(z.strictObject({ step: steps.schema.optional(), heldOn: z.string() })).meta({ description: '四议，依次' }),
    entitled: count.meta({ description: '应到人数' }),
    registered: count.meta({ description: '其中可在网上表决的人数' }),
    rollErased: z.boolean().meta({ description: '选民名册已到期删除' }),
    quorum: z.strictObject({ id: z.string(), version: z.int(), citation: z.string(), awaitsRevision: z.boolean() }).optional().meta({ description: '公告之日有效的表决规则，终身适用' }),
    opensAt: time.optional(),
    closesAt: time.optional(),
    result: results.schema.optional(),
    count: countSchema.optional().meta({ description: '表决结束后才有；网上票或纸质票不足五张（且不为零）时只公布结果' }),
    countDueAt: time.optional().meta({ description: '计票期限' }),
    publicationDueAt: time.optional(),
    republishDueAt: time.optional().meta({ description: '决议公示撤回后，重新公示的期限' }),
    republishOutcomeDueAt: time.optional().meta({ description: '落实情况公示撤回后，重新公示的期限' }),
    withdrawReason: withdrawReasons.schema.optional().meta({ description: '起草后、表决开始前撤回的理由，向居民公开' }),
    threadId: z.string(),
    createdAt: time.optional(),
    updatedAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'Decision' });

type DecisionJson = z.input<typeof decisionSchema>;

function decisionToJson(decision: organization.Decision): DecisionJson {
  const { unitPath: _inside, topicId, quorumId, quorumVersion, quorumCitation, quorumAwaitsRevision, ...rest } = decision;
  return {
    ...rest,
    topicId: given(topicId),
    subject: subjects.fromWire(decision.subject),
    basis: bases.fromWire(decision.basis),
    state: states.fromWire(decision.state),
    steps: decision.steps.map(({ step, heldOn }) => ({ step: steps.fromWire(step), heldOn })),
    ...(quorumId !== '' && { quorum: { id: quorumId, version: quorumVersion, citation: quorumCitation, awaitsRevision: quorumAwaitsRevision } }),
    opensAt: timeOf(decision.opensAt),
    closesAt: timeOf(decision.closesAt),
    result: results.fromWire(decision.result),
    countDueAt: timeOf(decision.countDueAt),
    publicationDueAt: timeOf(decision.publicationDueAt),
    republishDueAt: timeOf(decision.republishDueAt),
    republishOutcomeDueAt: timeOf(decision.republishOutcomeDueAt),
    withdrawReason: withdrawReasons.fromWire(decision.withdrawReason),
    createdAt: timeOf(decision.createdAt),
    updatedAt: timeOf(decision.updatedAt),
  };
}

function answer({ decision }: { decision: organization.Decision | undefined }): Answer<DecisionJson> {
  if (decision === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: decisionToJson(decision), version: decision.version, location: `/v1/decisions/${decision.id}` };
}

const onDecision = z.strictObject({ id });
const about = { tag: 'decisions', response: decisionSchema } as const;
const step = { ...about, method: 'post', changes: true, params: onDecision } as const;
const number = z.int().min(0).max(10_000_000);

const reading: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/decisions',
    name: 'listDecisions',
    summary: '决议列表；居民看到自己可以表决的',
    tag: 'decisions',
    calls: 'organization.v1.DecisionService/ListDecisions',
    query: z.strictObject({ state: states.schema.optional(), ...page }),
    response: z.strictObject({ decisions: z.array(decisionSchema), nextPageToken }),
    handle: async ({ query: { state, ...rest } }, { clients, options }) => {
      const found = await clients.decisions.listDecisions({ ...rest, state: states.toWireOrNone(state) }, options);
      return { body: { decisions: found.decisions.map(decisionToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    ...about,
    method: 'get',
    path: '/v1/decisions/{id}',
    name: 'getDecision',
    summary: '一项决议',
    calls: 'organization.v1.DecisionService/GetDecision',
    params: onDecision,
    handle: async ({ params }, { clients, options }) => answer(await clients.decisions.getDecision({ decisionId: params.id }, options)),
  }),
];

const preparing: readonly ApiRoute[] = [
  route({
    ...about,
    method: 'post',
    path: '/v1/decisions',
    name: 'draftDecision',
    summary: '起草决议',
    calls: 'organization.v1.DecisionService/DraftDecision',
    creates: true,
    body: z.strictObject({ unitId: id, topicId: optionalId, subject: subjects.schema, titleZh: text(100), textZh: text(10_000), basis: bases.schema, callers: number }),
    handle: async ({ body: { subject, basis, ...rest }, requestId }, { clients, options }) =>
      answer(await clients.decisions.draftDecision({ ...rest, subject: subjects.toWire(subject), basis: bases.toWire(basis), requestId }, options)),
  }),
  route({
    ...step,
    path: '/v1/decisions/{id}:recordStep',
    name: 'recordDecisionStep',
    summary: '登记四议中的一步（须依次）',
    calls: 'organization.v1.DecisionService/RecordDecisionStep',
    body: z.strictObject({ step: steps.schema, heldOn: optionalDay.meta({ description: '缺省为今天' }) }),
    handle: async ({ params, body, version }, { clients, options }) =>
      answer(await clients.decisions.recordDecisionStep({ decisionId: params.id, version, step: steps.toWire(body.step), heldOn: body.heldOn }, options)),
  }),
  route({
    ...step,
    path: '/v1/decisions/{id}:addVoters',
    name: 'addDecisionVoters',
    summary: '把可在网上表决的人列入名册',
    calls: 'organization.v1.DecisionService/AddDecisionVoters',
    body: z.strictObject({ voterIds: z.array(id).min(1).max(1_000) }),
    handle: async ({ params, body, version }, { clients, options }) => answer(await clients.decisions.addDecisionVoters({ decisionId: params.id, version, ...body }, options)),
  }),
  route({
    ...step,
    path: '/v1/decisions/{id}:giveNotice',
    name: 'giveDecisionNotice',
    summary: '公告：应到人数、起止时间；名册与规则从此不变',
    calls: 'organization.v1.DecisionService/GiveDecisionNotice',
    body: z.strictObject({ entitled: number.min(1), opensAt: instant, closesAt: instant.meta({ description: 'RFC 3339, 带时区；不晚于规则规定的期限' }) }),
    handle: async ({ params, body: { entitled, opensAt, closesAt }, version }, { clients, options }) =>
      answer(await clients.decisions.giveDecisionNotice({ decisionId: params.id, version, entitled, opensAt: new Date(opensAt), closesAt: new Date(closesAt) }, options)),
  }),
  route({
    ...step,
    path: '/v1/decisions/{id}:withdraw',
    name: 'withdrawDecision',
    summary: '起草后、表决开始前撤回，理由公开',
    calls: 'organization.v1.DecisionService/WithdrawDecision',
    body: z.strictObject({ reason: withdrawReasons.schema }),
    handle: async ({ params, body, version }, { clients, options }) =>
      answer(await clients.decisions.withdrawDecision({ decisionId: params.id, version, reason: withdrawReasons.toWire(body.reason) }, options)),
  }),
];

const voting: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/decisions/{id}:castVote',
    name: 'castVote',
    summary: '投票（每人一票，不记名）',
    tag: 'decisions',
    calls: 'organization.v1.DecisionService/CastVote',
    params: onDecision,
    body: z.strictObject({ choice: choices.schema }),
    response: z.strictObject({}),
    handle: async ({ params, body }, { clients, options }) => {
      await clients.decisions.castVote({ decisionId: params.id, choice: choices.toWire(body.choice) }, options);
      return { body: {} };
    },
  }),
  route({
    method: 'post',
    path: '/v1/decisions/{id}:issuePaper',
    name: 'issueBallotPaper',
    summary: '现场发给选民纸质票，此后不能再在网上投票',
    tag: 'decisions',
    calls: 'organization.v1.DecisionService/IssueBallotPaper',
    params: onDecision,
    body: z.strictObject({ voterId: id }),
    response: z.strictObject({}),
    handle: async ({ params, body }, { clients, options }) => {
      await clients.decisions.issueBallotPaper({ decisionId: params.id, voterId: body.voterId }, options);
      return { body: {} };
    },
  }),
  route({
    ...step,
    path: '/v1/decisions/{id}:close',
    name: 'closeDecision',
    summary: '结束表决并计票，连同现场的纸质票',
    calls: 'organization.v1.DecisionService/CloseDecision',
    body: z.strictObject({ papers: z.strictObject({ inFavour: number, against: number, abstained: number }).optional().meta({ description: '现场纸质票数' }) }),
    handle: async ({ params, body: { papers }, version }, { clients, options }) =>
      answer(await clients.decisions.closeDecision({ decisionId: params.id, version, ...(papers && { papers }) }, options)),
  }),
];

export const decisionRoutes: readonly ApiRoute[] = [...reading, ...preparing, ...voting];
