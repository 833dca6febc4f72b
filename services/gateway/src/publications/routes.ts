import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { day, given, id, nextPageToken, optionalDay, optionalId, page, text, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

export const kinds = words('PUBLICATION_KIND', organization.PublicationKind, ['decision', 'outcome', 'accounts', 'relief', 'consultation', 'other']);
const withdrawReasons = words('PUBLICATION_WITHDRAW_REASON', organization.PublicationWithdrawReason, ['personal_data', 'wrong_content', 'replaced', 'unlawful']);
const objectionStates = words('OBJECTION_STATE', organization.ObjectionState, ['raised', 'answered']);

const publicationSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    kind: kinds.schema.optional(),
    decisionId: z.string().optional(),
    titleZh: z.string(),
    textZh: z.string(),
    fromDay: z.string(),
    toDay: z.string().meta({ description: '不含当日' }),
    objections: z.int(),
    answered: z.int(),
    withdrawnAt: time.optional(),
    withdrawReason: withdrawReasons.schema.optional(),
    textErased: z.boolean().meta({ description: '涉及个人信息撤回的，标题和正文已删除' }),
    createdAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'Publication' });

const objectionSchema = z
  .strictObject({
    id: z.string(),
    publicationId: z.string(),
    raisedBy: z.string(),
    textZh: z.string(),
    state: objectionStates.schema.optional(),
    dueAt: time.optional(),
    overdue: z.boolean(),
    answerZh: z.string().optional(),
    answeredAt: time.optional(),
    erased: z.boolean().meta({ description: '提出人、原文和答复已到期删除' }),
    createdAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'Objection' });

type PublicationJson = z.input<typeof publicationSchema>;
type ObjectionJson = z.input<typeof objectionSchema>;

function publicationToJson({ unitPath: _inside, kind, decisionId, withdrawnAt, withdrawReason, createdAt, ...rest }: organization.Publication): PublicationJson {
  return { ...rest, kind: kinds.fromWire(kind), decisionId: given(decisionId), withdrawnAt: timeOf(withdrawnAt), withdrawReason: withdrawReasons.fromWire(withdrawReason), createdAt: timeOf(createdAt) };
}

function objectionToJson({ state, dueAt, answerZh, answeredAt, createdAt, ...rest }: organization.Objection): ObjectionJson {
  return { ...rest, state: objectionStates.fromWire(state), dueAt: timeOf(dueAt), answerZh: given(answerZh), answeredAt: timeOf(answeredAt), createdAt: timeOf(createdAt) };
}

function answerPublication({ publication }: { publication: organization.Publication | undefined }): Answer<PublicationJson> {
  if (publication === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: publicationToJson(publication), version: publication.version, location: `/v1/publications/${publication.id}` };
}

function answerObjection({ objection }: { objection: organization.Objection | undefined }): Answer<ObjectionJson> {
  if (objection === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: objectionToJson(objection), version: objection.version, location: `/v1/objections/${objection.id}` };
}

const onOne = z.strictObject({ id });

const publications: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/publications',
    name: 'listPublications',
    summary: '公示列表',
    tag: 'publications',
    calls: 'organization.v1.PublicationService/ListPublications',
    query: z.strictObject({ kind: kinds.schema.optional(), asOf: optionalDay.meta({ description: '该日结束时在公示的；缺省为全部' }), ...page }),
    response: z.strictObject({ publications: z.array(publicationSchema), nextPageToken }),
    handle: async ({ query: { kind, ...rest } }, { clients, options }) => {
      const found = await clients.publications.listPublications({ ...rest, kind: kinds.toWireOrNone(kind) }, options);
      return { body: { publications: found.publications.map(publicationToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/publications',
    name: 'publish',
    summary: '公示；决议公示与结果公示须指明决议',
    tag: 'publications',
    calls: 'organization.v1.PublicationService/Publish',
    creates: true,
    body: z.strictObject({ unitId: id, kind: kinds.schema, decisionId: optionalId, titleZh: text(100), textZh: text(10_000), fromDay: optionalDay.meta({ description: '缺省为今天；决议及其落实情况只能为今天' }), toDay: day.meta({ description: '不含当日' }) }),
    response: publicationSchema,
    handle: async ({ body: { kind, ...rest }, requestId }, { clients, options }) => answerPublication(await clients.publications.publish({ ...rest, kind: kinds.toWire(kind), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/publications/{id}',
    name: 'getPublication',
    summary: '一则公示',
    tag: 'publications',
    calls: 'organization.v1.PublicationService/GetPublication',
    params: onOne,
    response: publicationSchema,
    handle: async ({ params }, { clients, options }) => answerPublication(await clients.publications.getPublication({ publicationId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/publications/{id}:withdraw',
    name: 'withdrawPublication',
    summary: '撤回公示，居民即不再看到；涉及个人信息的，标题和正文一并删除；决议可以重新公示',
    tag: 'publications',
    calls: 'organization.v1.PublicationService/WithdrawPublication',
    changes: true,
    params: onOne,
    body: z.strictObject({ reason: withdrawReasons.schema }),
    response: publicationSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerPublication(await clients.publications.withdrawPublication({ publicationId: params.id, version, reason: withdrawReasons.toWire(body.reason) }, options)),
  }),
];

const objections: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/objections',
    name: 'listObjections',
    summary: '异议列表；居民看到自己提出的',
    tag: 'publications',
    calls: 'organization.v1.PublicationService/ListObjections',
    query: z.strictObject({ publicationId: optionalId, ...page }),
    response: z.strictObject({ objections: z.array(objectionSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.publications.listObjections(query, options);
      return { body: { objections: found.objections.map(objectionToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/objections',
    name: 'raiseObjection',
    summary: '公示期内提出异议',
    tag: 'publications',
    calls: 'organization.v1.PublicationService/RaiseObjection',
    creates: true,
    body: z.strictObject({ publicationId: id, textZh: text(1_000) }),
    response: objectionSchema,
    handle: async ({ body, requestId }, { clients, options }) => answerObjection(await clients.publications.raiseObjection({ ...body, requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/objections/{id}',
    name: 'getObjection',
    summary: '一则异议',
    tag: 'publications',
    calls: 'organization.v1.PublicationService/GetObjection',
    params: onOne,
    response: objectionSchema,
    handle: async ({ params }, { clients, options }) => answerObjection(await clients.publications.getObjection({ objectionId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/objections/{id}:answer',
    name: 'answerObjection',
    summary: '答复异议',
    tag: 'publications',
    calls: 'organization.v1.PublicationService/AnswerObjection',
    changes: true,
    params: onOne,
    body: z.strictObject({ answerZh: text(1_000) }),
    response: objectionSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerObjection(await clients.publications.answerObjection({ objectionId: params.id, version, ...body }, options)),
  }),
];

export const publicationRoutes: readonly ApiRoute[] = [...publications, ...objections];
