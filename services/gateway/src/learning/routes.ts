import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { count, dateOf, id, instant, nextPageToken, optionalDay, optionalId, page, text, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

const kinds = words('LEARNING_KIND', organization.LearningKind, ['central_group', 'secretary_lecture', 'forum', 'study_visit', 'guest_lecture', 'reading', 'public_lecture', 'remote']);
const onLearning = z.strictObject({ id });

const learningSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    unitPath: z.string(),
    kind: kinds.schema.optional(),
    topicZh: z.string(),
    startsAt: time.optional(),
    endsAt: time.optional(),
    cancelled: z.boolean(),
    attended: z.boolean().meta({ description: '已登记参加人员' }),
    staffIds: z.array(z.string()),
    others: z.int().meta({ description: '其他参加人数' }),
    version: z.int(),
  })
  .meta({ id: 'Learning' });

type LearningJson = z.input<typeof learningSchema>;

function learningToJson({ kind, startsAt, endsAt, ...rest }: organization.Learning): LearningJson {
  return { ...rest, kind: kinds.fromWire(kind), startsAt: timeOf(startsAt), endsAt: timeOf(endsAt) };
}

function answerLearning({ learning }: { learning: organization.Learning | undefined }): Answer<LearningJson> {
  if (learning === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: learningToJson(learning), version: learning.version, location: `/v1/learning/${learning.id}` };
}

export const learningRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/learning',
    name: 'listLearning',
    summary: '学习计划，按开始时间',
    tag: 'learning',
    calls: 'organization.v1.LearningService/ListLearning',
    query: z.strictObject({ underUnitId: optionalId.meta({ description: '该单位及以下' }), fromDay: optionalDay.meta({ description: '该日起尚未结束的' }), ...page }),
    response: z.strictObject({ learning: z.array(learningSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.learning.listLearning(query, options);
      return { body: { learning: found.learning.map(learningToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/learning',
    name: 'planLearning',
    summary: '安排一次学习',
    tag: 'learning',
    calls: 'organization.v1.LearningService/PlanLearning',
    creates: true,
    body: z.strictObject({ unitId: id, kind: kinds.schema, topicZh: text(200), startsAt: instant, endsAt: instant }),
    response: learningSchema,
    handle: async ({ body: { kind, startsAt, endsAt, ...rest }, requestId }, { clients, options }) =>
      answerLearning(await clients.learning.planLearning({ ...rest, kind: kinds.toWire(kind), startsAt: dateOf(startsAt), endsAt: dateOf(endsAt), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/learning/{id}',
    name: 'getLearning',
    summary: '一次学习',
    tag: 'learning',
    calls: 'organization.v1.LearningService/GetLearning',
    params: onLearning,
    response: learningSchema,
    handle: async ({ params }, { clients, options }) => answerLearning(await clients.learning.getLearning({ learningId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/learning/{id}:cancel',
    name: 'cancelLearning',
    summary: '取消一次学习',
    tag: 'learning',
    calls: 'organization.v1.LearningService/CancelLearning',
    changes: true,
    params: onLearning,
    body: z.strictObject({}),
    response: learningSchema,
    handle: async ({ params, version }, { clients, options }) => answerLearning(await clients.learning.cancelLearning({ learningId: params.id, version }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/learning/{id}:recordAttendance',
    name: 'attendLearning',
    summary: '登记参加学习的工作人员与其他人数；再次登记以后一次为准',
    tag: 'learning',
    calls: 'organization.v1.LearningService/RecordLearningAttendance',
    changes: true,
    params: onLearning,
    body: z.strictObject({ staffIds: z.array(id).max(500), others: count(10_000) }),
    response: learningSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerLearning(await clients.learning.recordLearningAttendance({ learningId: params.id, version, ...body }, options)),
  }),
];
