import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { code, day, given, id, nextPageToken, optionalId, page, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';
import { month } from './routes';

const states = words('RESETTLEMENT_STATE', organization.ResettlementState, ['signed', 'transition', 'allotted', 'handed_over', 'defects', 'closed']);
const onResettlement = z.strictObject({ id });

const resettlementSchema = z
  .strictObject({
    id: z.string(),
    siteId: z.string(),
    unitId: z.string(),
    householdId: z.string().optional().meta({ description: '住户编号；不含任何个人信息；办结后保存期满即删除' }),
    agreementNumber: z.string().optional().meta({ description: '协议编号；与住户编号一并删除' }),
    promisedOn: z.string().meta({ description: '协议约定的交付日' }),
    state: states.schema.optional(),
    missedAt: time.optional().meta({ description: '约定交付日已过而未交付' }),
    payments: z.array(z.strictObject({ month: z.string(), paid: z.boolean() })).meta({ description: '各月过渡费是否支付' }),
    handedOverAt: time.optional(),
    closedAt: time.optional(),
    nextStates: z.array(z.string()),
    version: z.int(),
  })
  .meta({ id: 'Resettlement' });

function resettlementToJson({ householdId, agreementNumber, state, missedAt, handedOverAt, closedAt, nextStates, ...rest }: organization.Resettlement): z.input<typeof resettlementSchema> {
  const next = nextStates.map((one) => states.fromWire(one)).filter((word) => word !== undefined);
  const gone = { householdId: given(householdId), agreementNumber: given(agreementNumber) };
  return { ...rest, ...gone, state: states.fromWire(state), missedAt: timeOf(missedAt), handedOverAt: timeOf(handedOverAt), closedAt: timeOf(closedAt), nextStates: next };
}

function answerResettlement({ resettlement }: { resettlement: organization.Resettlement | undefined }): Answer<z.input<typeof resettlementSchema>> {
  if (resettlement === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: resettlementToJson(resettlement), version: resettlement.version, location: `/v1/resettlements/${resettlement.id}` };
}

export const resettlementRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/resettlements',
    name: 'listResettlements',
    summary: '回迁安置列表',
    tag: 'sites',
    calls: 'organization.v1.ResettlementService/ListResettlements',
    query: z.strictObject({ siteId: optionalId, state: states.schema.optional(), ...page }),
    response: z.strictObject({ resettlements: z.array(resettlementSchema), nextPageToken }),
    handle: async ({ query: { state, ...query } }, { clients, options }) => {
      const found = await clients.resettlements.listResettlements({ ...query, state: states.toWireOrNone(state) }, options);
      return { body: { resettlements: found.resettlements.map(resettlementToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/resettlements/{id}',
    name: 'getResettlement',
    summary: '一户的回迁安置',
    tag: 'sites',
    calls: 'organization.v1.ResettlementService/GetResettlement',
    params: onResettlement,
    response: resettlementSchema,
    handle: async ({ params }, { clients, options }) => answerResettlement(await clients.resettlements.getResettlement({ resettlementId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/sites/{id}/resettlements',
    name: 'createResettlement',
    summary: '登记补偿协议与约定交付日',
    tag: 'sites',
    calls: 'organization.v1.ResettlementService/CreateResettlement',
    creates: true,
    params: onResettlement,
    body: z.strictObject({ householdId: id, agreementNumber: code, promisedOn: day }),
    response: resettlementSchema,
    handle: async ({ params, body, requestId }, { clients, options }) =>
      answerResettlement(await clients.resettlements.createResettlement({ siteId: params.id, requestId, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/resettlements/{id}:advance',
    name: 'advanceResettlement',
    summary: '进入下一阶段：过渡、分房、交付、维修、办结',
    tag: 'sites',
    calls: 'organization.v1.ResettlementService/AdvanceResettlement',
    changes: true,
    params: onResettlement,
    body: z.strictObject({ state: states.schema }),
    response: resettlementSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerResettlement(await clients.resettlements.advanceResettlement({ resettlementId: params.id, version, state: states.toWire(body.state) }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/resettlements/{id}:recordPayment',
    name: 'recordTransitionPayment',
    summary: '登记某月过渡费是否支付（不填金额）',
    tag: 'sites',
    calls: 'organization.v1.ResettlementService/RecordTransitionPayment',
    changes: true,
    params: onResettlement,
    body: z.strictObject({ month, paid: z.boolean() }),
    response: resettlementSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerResettlement(await clients.resettlements.recordTransitionPayment({ resettlementId: params.id, version, ...body }, options)),
  }),
];
