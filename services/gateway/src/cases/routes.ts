import { requests } from '@linli/contracts';
import { z } from 'zod';
import { findNames } from '../names/find-names';
import { route, type ApiRoute } from '../routing/route';
import { code, id, instant, nextPageToken, optionalId, page, someOf, text, unreachable } from '../wire/fields';
import { words } from '../wire/words';
import { answerCase } from './answer-case';
import { caseSchema, caseToJson, channels, idsOf, states } from './json';

const orders = words('CASE_ORDER', requests.CaseOrder, ['newest', 'due']);
const caseId = z.strictObject({ id });

/** What a resident says the matter is about. */
export const subject = text(2_000);

const createCase = route({
  method: 'post',
  path: '/v1/cases',
  name: 'createCase',
  summary: '新建办件（草稿或直接提交）',
  tag: 'cases',
  calls: 'requests.v1.CaseService/CreateCase',
  creates: true,
  body: z.strictObject({
    itemCode: code,
    residentId: id.meta({ description: '居民本人提交时填自己的编号' }),
    mandateId: optionalId.meta({ description: '代办须有已签署的委托' }),
    channel: channels.schema,
    unitId: optionalId.meta({ description: '缺省为居民所在网格或楼栋' }),
    subject,
    submit: z.boolean().default(false),
    entrustedMaterialCodes: z.array(code).max(50).default([]).meta({ description: '交由代办员保管的材料' }),
  }),
  response: caseSchema,
  handle: async ({ body, requestId }, call) => {
    const { channel, ...rest } = body;
    return answerCase(call, await call.clients.cases.createCase({ ...rest, channel: channels.toWire(channel), requestId }, call.options));
  },
});

const listCases = route({
  method: 'get',
  path: '/v1/cases',
  name: 'listCases',
  summary: '办件列表',
  tag: 'cases',
  calls: 'requests.v1.CaseService/ListCases',
  query: z.strictObject({
    number: z.string().regex(/^[A-Z][A-Z0-9]*-[0-9]{8}-[0-9]{5,}$/).max(40).optional().meta({ description: '受理编号；与 agentId、residentId 三者至多其一' }),
    state: states.schema.optional(),
    unitId: optionalId.meta({ description: '该单位及以下' }),
    agentId: optionalId,
    residentId: optionalId,
    dueBefore: instant.optional(),
    order: orders.schema.optional().meta({ description: '缺省按新旧' }),
    ...page,
  }),
  response: z.strictObject({ cases: z.array(caseSchema), nextPageToken, unreachable }),
  handle: async ({ query }, call) => {
    const { number = '', state, dueBefore, order, ...rest } = query;
    const found = await call.clients.cases.listCases(
      { ...rest, number, state: states.toWireOrNone(state), order: orders.toWireOrNone(order), ...(dueBefore === undefined ? {} : { dueBefore: new Date(dueBefore) }) },
      call.options,
    );
    const wanted = found.cases.map(idsOf);
    const names = await findNames(call, {
      staff: wanted.flatMap((ids) => ids.staff),
      units: wanted.flatMap((ids) => ids.units),
      persons: wanted.flatMap((ids) => ids.persons),
    });
    return { body: { cases: found.cases.map((one) => caseToJson(one, names)), nextPageToken: found.nextPageToken, unreachable: names.unreachable } };
  },
});

const countCases = route({
  method: 'get',
  path: '/v1/cases:count',
  name: 'countCases',
  summary: '各状态的办件数',
  tag: 'cases',
  calls: 'requests.v1.CaseService/CountCases',
  query: z.strictObject({ unitId: optionalId }),
  response: z.strictObject({ byState: z.record(z.string(), z.int()), dueSoon: z.int(), overdue: z.int() }),
  handle: async ({ query }, call) => {
    const { byState, dueSoon, overdue } = await call.clients.cases.countCases(query, call.options);
    return { body: { byState, dueSoon, overdue } };
  },
});

const getCase = route({
  method: 'get',
  path: '/v1/cases/{id}',
  name: 'getCase',
  summary: '一件办件',
  tag: 'cases',
  calls: 'requests.v1.CaseService/GetCase',
  params: caseId,
  response: caseSchema,
  handle: async ({ params }, call) => answerCase(call, await call.clients.cases.getCase({ caseId: params.id }, call.options)),
});

const updateDraft = route({
  method: 'patch',
  path: '/v1/cases/{id}',
  name: 'updateDraft',
  summary: '修改草稿；未给出的字段不变',
  tag: 'cases',
  calls: 'requests.v1.CaseService/UpdateDraft',
  changes: true,
  params: caseId,
  body: someOf({ subject: subject.optional(), mandateId: z.union([id, z.literal('')]).optional(), channel: channels.schema.optional() }),
  response: caseSchema,
  handle: async ({ params, body, version }, call) => {
    const { channel, ...rest } = body;
    const change = { ...rest, ...(channel === undefined ? {} : { channel: channels.toWire(channel) }) };
    return answerCase(call, await call.clients.cases.updateDraft({ caseId: params.id, version, ...change }, call.options));
  },
});

export const caseRoutes: readonly ApiRoute[] = [createCase, listCases, countCases, getCase, updateDraft];
