import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { day, id, nextPageToken, page, text, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';
import { operationFromJson, operationSchema, operationToJson } from './operations';

const states = words('REGRADING_STATE', organization.RegradingState, ['planned', 'in_effect', 'withdrawn']);
const regradedAs = words('REGRADED_AS', organization.RegradedAs, ['opened', 'ended', 'renamed']);
const onRegrading = z.strictObject({ id });

const facts = {
  id: z.string(),
  titleZh: z.string(),
  effectiveOn: z.string().meta({ description: '自该日零时起生效' }),
  state: states.schema.optional(),
  plannedBy: z.string(),
  plannedAt: time.optional(),
  endedAt: time.optional().meta({ description: '生效或撤回的时间' }),
  version: z.int(),
};

const regradingSchema = z
  .strictObject({
    ...facts,
    operations: z.array(operationSchema),
    units: z
      .array(z.strictObject({ unitId: z.string(), regradedAs: regradedAs.schema.optional(), successorId: z.string().optional().meta({ description: '撤销单位的事务去向' }) }))
      .meta({ description: '涉及的每个单位；撤回后为空' }),
  })
  .meta({ id: 'Regrading' });

const listedSchema = z.strictObject(facts).meta({ id: 'ListedRegrading' });

type RegradingJson = z.input<typeof regradingSchema>;

function factsToJson(regrading: organization.Regrading): z.input<typeof listedSchema> {
  const { operations: _operations, units: _units, state, plannedAt, endedAt, ...rest } = regrading;
  return { ...rest, state: states.fromWire(state), plannedAt: timeOf(plannedAt), endedAt: timeOf(endedAt) };
}

function answerRegrading({ regrading }: { regrading: organization.Regrading | undefined }): Answer<RegradingJson> {
  if (regrading === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  const units = regrading.units.map((unit) => ({ unitId: unit.unitId, regradedAs: regradedAs.fromWire(unit.regradedAs), successorId: unit.successorId || undefined }));
  const body = { ...factsToJson(regrading), operations: regrading.operations.map(operationToJson), units };
  return { body, version: regrading.version, location: `/v1/regradings/${regrading.id}` };
}

export const regradingRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/regradings',
    name: 'listRegradings',
    summary: '区划调整列表，按生效日期',
    tag: 'units',
    calls: 'organization.v1.RegradingService/ListRegradings',
    query: z.strictObject({ state: states.schema.optional(), ...page }),
    response: z.strictObject({ regradings: z.array(listedSchema), nextPageToken }),
    handle: async ({ query: { state, ...rest } }, { clients, options }) => {
      const found = await clients.regradings.listRegradings({ ...rest, state: states.toWireOrNone(state) }, options);
      return { body: { regradings: found.regradings.map(factsToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/regradings',
    name: 'planRegrading',
    summary: '计划区划调整：新设、撤销、拆分、合并、迁移、更名，自某日起生效',
    tag: 'units',
    calls: 'organization.v1.RegradingService/PlanRegrading',
    creates: true,
    body: z.strictObject({
      titleZh: text(100),
      effectiveOn: day.meta({ description: '今天或以后；今天的立即生效' }),
      operations: z.array(operationSchema).min(1).max(200).meta({ description: '全部成立或全部不成立' }),
    }),
    response: regradingSchema,
    handle: async ({ body: { operations, ...rest }, requestId }, { clients, options }) =>
      answerRegrading(await clients.regradings.planRegrading({ ...rest, operations: operations.map(operationFromJson), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/regradings/{id}',
    name: 'getRegrading',
    summary: '一次区划调整',
    tag: 'units',
    calls: 'organization.v1.RegradingService/GetRegrading',
    params: onRegrading,
    response: regradingSchema,
    handle: async ({ params }, { clients, options }) => answerRegrading(await clients.regradings.getRegrading({ regradingId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/regradings/{id}:withdraw',
    name: 'withdrawRegrading',
    summary: '在生效日之前撤回区划调整',
    tag: 'units',
    calls: 'organization.v1.RegradingService/WithdrawRegrading',
    changes: true,
    params: onRegrading,
    response: regradingSchema,
    handle: async ({ params, version }, { clients, options }) => answerRegrading(await clients.regradings.withdrawRegrading({ regradingId: params.id, version }, options)),
  }),
];
