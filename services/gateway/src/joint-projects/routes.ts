import { z } from 'zod';
import { nothing, route, type ApiRoute } from '../routing/route';
import { code, id, nextPageToken, optionalDay, page, text } from '../wire/fields';
import { answerNeed, answerResource, needSchema, needStates, needToJson, resourceSchema, resourceToJson } from './json';

const byId = z.strictObject({ id });
const categoryCode = code.meta({ description: '类别代码' });

const needs: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/needs',
    name: 'listNeeds',
    summary: '需求清单',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/ListNeeds',
    query: z.strictObject({ state: needStates.schema.optional(), ...page }),
    response: z.strictObject({ needs: z.array(needSchema), nextPageToken }),
    handle: async ({ query: { state, ...rest } }, { clients, options }) => {
      const found = await clients.jointProjects.listNeeds({ ...rest, state: needStates.toWireOrNone(state) }, options);
      return { body: { needs: found.needs.map(needToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/needs',
    name: 'raiseNeed',
    summary: '提出需求（不写个人信息）',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/RaiseNeed',
    creates: true,
    body: z.strictObject({ unitId: id, categoryCode, textZh: text(500) }),
    response: needSchema,
    handle: async ({ body, requestId }, { clients, options }) => answerNeed(await clients.jointProjects.raiseNeed({ ...body, requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/needs/{id}',
    name: 'getNeed',
    summary: '一项需求',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/GetNeed',
    params: byId,
    response: needSchema,
    handle: async ({ params }, { clients, options }) => answerNeed(await clients.jointProjects.getNeed({ needId: params.id }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/needs/{id}/suggestions',
    name: 'suggestMatches',
    summary: '可满足需求的资源及理由（由人决定）',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/SuggestMatches',
    params: byId,
    response: z.strictObject({
      suggestions: z.array(
        z.strictObject({ resourceId: z.string(), memberUnitId: z.string(), reasons: z.array(z.strictObject({ code: z.string(), count: z.int().optional() })) }),
      ),
    }),
    handle: async ({ params }, { clients, options }) => {
      const { suggestions } = await clients.jointProjects.suggestMatches({ needId: params.id }, options);
      const reasonToJson = ({ code: reason, count }: { code: string; count: number }) => (count === 0 ? { code: reason } : { code: reason, count });
      return { body: { suggestions: suggestions.map(({ reasons, ...rest }) => ({ ...rest, reasons: reasons.map(reasonToJson) })) } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/needs/{id}:withdraw',
    name: 'withdrawNeed',
    summary: '撤回需求',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/WithdrawNeed',
    changes: true,
    params: byId,
    body: nothing,
    response: needSchema,
    handle: async ({ params, version }, { clients, options }) => answerNeed(await clients.jointProjects.withdrawNeed({ needId: params.id, version }, options)),
  }),
];

const resources: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/resources',
    name: 'listResources',
    summary: '资源清单',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/ListResources',
    query: z.strictObject({ category: code.optional().meta({ description: '类别代码' }), asOf: optionalDay.meta({ description: '该日可用的；缺省为现在可用的' }), ...page }),
    response: z.strictObject({ resources: z.array(resourceSchema), nextPageToken }),
    handle: async ({ query: { category: categoryCode = '', ...rest } }, { clients, options }) => {
      const found = await clients.jointProjects.listResources({ ...rest, categoryCode }, options);
      return { body: { resources: found.resources.map(resourceToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/resources',
    name: 'offerResource',
    summary: '成员单位提供资源',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/OfferResource',
    creates: true,
    body: z.strictObject({ memberUnitId: id, categoryCode, titleZh: text(100), capacity: z.int().min(1).max(1_000) }),
    response: resourceSchema,
    handle: async ({ body, requestId }, { clients, options }) => answerResource(await clients.jointProjects.offerResource({ ...body, requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/resources/{id}',
    name: 'getResource',
    summary: '一项资源',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/GetResource',
    params: byId,
    response: resourceSchema,
    handle: async ({ params }, { clients, options }) => answerResource(await clients.jointProjects.getResource({ resourceId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/resources/{id}:withdraw',
    name: 'withdrawResource',
    summary: '不再提供资源（进行中的项目不受影响）',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/WithdrawResource',
    changes: true,
    params: byId,
    body: nothing,
    response: resourceSchema,
    handle: async ({ params, version }, { clients, options }) => answerResource(await clients.jointProjects.withdrawResource({ resourceId: params.id, version }, options)),
  }),
];

export const needAndResourceRoutes: readonly ApiRoute[] = [...needs, ...resources];
