import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { given, id, nextPageToken, optionalDay, optionalId, optionalText, page, text, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

export const states = words('TOPIC_STATE', organization.TopicState, ['collected', 'accepted', 'not_accepted', 'answered']);
const sources = words('TOPIC_SOURCE', organization.TopicSource, ['resident', 'staff']);
export const reasons = words('TOPIC_DECLINE_REASON', organization.TopicDeclineReason, ['not_ours', 'handled_elsewhere', 'duplicate', 'unlawful', 'personal_matter', 'too_vague']);
const results = words('DELIBERATION_RESULT', organization.DeliberationResult, ['agreed', 'partly_agreed', 'not_agreed']);
const roles = words('PARTICIPANT_ROLE', organization.ParticipantRole, ['residents', 'owners', 'representatives', 'committee', 'police', 'property_company', 'member_unit', 'expert']);

const topicSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    textZh: z.string().meta({ description: '原话，不公开；答复后保存期满即删除' }),
    textErased: z.boolean().meta({ description: '原话和提出人已到期删除' }),
    source: sources.schema.optional(),
    residentId: z.string().optional(),
    state: states.schema.optional(),
    declineReason: reasons.schema.optional(),
    titleZh: z.string().optional().meta({ description: '公开的题目' }),
    answerZh: z.string().optional().meta({ description: '公开的答复' }),
    wordsWithdrawn: z.boolean().meta({ description: '题目和答复因涉及个人信息已撤下' }),
    answerDueAt: time.optional(),
    overdue: z.boolean(),
    answeredAt: time.optional(),
    threadId: z.string(),
    createdAt: time.optional(),
    updatedAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'Topic' });

type TopicJson = z.input<typeof topicSchema>;

function topicToJson(topic: organization.Topic): TopicJson {
  const { unitPath: _inside, source, state, declineReason, residentId, titleZh, answerZh, ...rest } = topic;
  return {
    ...rest,
    source: sources.fromWire(source),
    state: states.fromWire(state),
    declineReason: reasons.fromWire(declineReason),
    residentId: given(residentId),
    titleZh: given(titleZh),
    answerZh: given(answerZh),
    answerDueAt: timeOf(topic.answerDueAt),
    answeredAt: timeOf(topic.answeredAt),
    createdAt: timeOf(topic.createdAt),
    updatedAt: timeOf(topic.updatedAt),
  };
}

function answer({ topic }: { topic: organization.Topic | undefined }): Answer<TopicJson> {
  if (topic === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: topicToJson(topic), version: topic.version, location: `/v1/topics/${topic.id}` };
}

const deliberationSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    topicId: z.string().optional(),
    heldOn: z.string(),
    participants: z.array(z.strictObject({ unitId: z.string().optional(), role: roles.schema.optional(), count: z.int() })),
    opinionsZh: z.string().optional().meta({ description: '意见，不公开；保存期满即删除' }),
    opinionsErased: z.boolean().meta({ description: '意见已到期删除' }),
    result: results.schema.optional(),
    conclusionZh: z.string(),
    createdAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'Deliberation' });

function deliberationToJson({ topicId, opinionsZh, participants, result, createdAt, ...rest }: organization.Deliberation): z.input<typeof deliberationSchema> {
  return {
    ...rest,
    topicId: given(topicId),
    opinionsZh: given(opinionsZh),
    participants: participants.map(({ unitId, role, count }) => ({ unitId: given(unitId), role: roles.fromWire(role), count })),
    result: results.fromWire(result),
    createdAt: timeOf(createdAt),
  };
}

const onTopic = z.strictObject({ id });
const about = { tag: 'topics', response: topicSchema } as const;
const step = { ...about, method: 'post', changes: true, params: onTopic } as const;
const title = text(100).meta({ description: '公开的题目，不含个人信息' });

const topics: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/topics',
    name: 'listTopics',
    summary: '居民议题列表；居民看到自己提出的',
    tag: 'topics',
    calls: 'organization.v1.TopicService/ListTopics',
    query: z.strictObject({ state: states.schema.optional(), ...page }),
    response: z.strictObject({ topics: z.array(topicSchema), nextPageToken }),
    handle: async ({ query: { state, ...rest } }, { clients, options }) => {
      const found = await clients.topics.listTopics({ ...rest, state: states.toWireOrNone(state) }, options);
      return { body: { topics: found.topics.map(topicToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    ...about,
    method: 'post',
    path: '/v1/topics',
    name: 'raiseTopic',
    summary: '提出议题',
    calls: 'organization.v1.TopicService/RaiseTopic',
    creates: true,
    body: z.strictObject({ unitId: id, textZh: text(1_000) }),
    handle: async ({ body, requestId }, { clients, options }) => answer(await clients.topics.raiseTopic({ ...body, requestId }, options)),
  }),
  route({
    ...about,
    method: 'get',
    path: '/v1/topics/{id}',
    name: 'getTopic',
    summary: '一个议题',
    calls: 'organization.v1.TopicService/GetTopic',
    params: onTopic,
    handle: async ({ params }, { clients, options }) => answer(await clients.topics.getTopic({ topicId: params.id }, options)),
  }),
  route({
    ...step,
    path: '/v1/topics/{id}:accept',
    name: 'acceptTopic',
    summary: '采纳',
    calls: 'organization.v1.TopicService/AcceptTopic',
    body: z.strictObject({ titleZh: title }),
    handle: async ({ params, body, version }, { clients, options }) => answer(await clients.topics.acceptTopic({ topicId: params.id, version, ...body }, options)),
  }),
  route({
    ...step,
    path: '/v1/topics/{id}:decline',
    name: 'declineTopic',
    summary: '不采纳，并公开说明',
    calls: 'organization.v1.TopicService/DeclineTopic',
    body: z.strictObject({ titleZh: title, reason: reasons.schema, answerZh: text(1_000) }),
    handle: async ({ params, body: { reason, ...rest }, version }, { clients, options }) =>
      answer(await clients.topics.declineTopic({ topicId: params.id, version, reason: reasons.toWire(reason), ...rest }, options)),
  }),
  route({
    ...step,
    path: '/v1/topics/{id}:answer',
    name: 'answerTopic',
    summary: '公开答复',
    calls: 'organization.v1.TopicService/AnswerTopic',
    body: z.strictObject({ answerZh: text(1_000) }),
    handle: async ({ params, body, version }, { clients, options }) => answer(await clients.topics.answerTopic({ topicId: params.id, version, ...body }, options)),
  }),
  route({
    ...step,
    path: '/v1/topics/{id}:withdrawWords',
    name: 'withdrawTopicWords',
    summary: '题目或答复涉及个人信息，撤下文字；答复的事实保留',
    calls: 'organization.v1.TopicService/WithdrawTopicWords',
    handle: async ({ params, version }, { clients, options }) => answer(await clients.topics.withdrawTopicWords({ topicId: params.id, version }, options)),
  }),
];

const deliberations: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/deliberations',
    name: 'listDeliberations',
    summary: '协商记录列表',
    tag: 'topics',
    calls: 'organization.v1.TopicService/ListDeliberations',
    query: z.strictObject({ topicId: optionalId, ...page }),
    response: z.strictObject({ deliberations: z.array(deliberationSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.topics.listDeliberations(query, options);
      return { body: { deliberations: found.deliberations.map(deliberationToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/deliberations',
    name: 'recordDeliberation',
    summary: '登记一次协商',
    tag: 'topics',
    calls: 'organization.v1.TopicService/RecordDeliberation',
    creates: true,
    body: z.strictObject({
      unitId: id,
      topicId: optionalId,
      heldOn: optionalDay.meta({ description: '缺省为今天' }),
      participants: z.array(z.strictObject({ unitId: optionalId, role: roles.schema, count: z.int().min(1).max(1_000_000) })).min(1).max(30).meta({ description: '各方人数' }),
      opinionsZh: optionalText(4_000),
      result: results.schema,
      conclusionZh: text(1_000),
    }),
    response: deliberationSchema,
    handle: async ({ body: { participants, result, ...rest }, requestId }, { clients, options }) => {
      const groups = participants.map(({ role, ...one }) => ({ ...one, role: roles.toWire(role) }));
      const { deliberation } = await clients.topics.recordDeliberation({ ...rest, participants: groups, result: results.toWire(result), requestId }, options);
      if (deliberation === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { body: deliberationToJson(deliberation), version: deliberation.version };
    },
  }),
];

export const topicRoutes: readonly ApiRoute[] = [...topics, ...deliberations];
