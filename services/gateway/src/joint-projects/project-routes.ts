import type { organization } from '@linli/contracts';
import { z } from 'zod';
import { tags } from '../meetings/json';
import { route, type ApiRoute, type Call } from '../routing/route';
import { code, count, day, id, nextPageToken, page, text } from '../wire/fields';
import { answerProject, projectSchema, projectStates, projectToJson, usefulness } from './json';

const byId = z.strictObject({ id });
const parts = z.array(id).min(1).max(20);

interface Change<B extends z.ZodType> {
  readonly rpc: string;
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly body: B;
  readonly act: (at: { jointProjectId: string; version: number }, body: z.output<B>, call: Call) => Promise<{ jointProject: organization.JointProject | undefined }>;
}

/** A change of a project, which answers with it as it then is. */
function change<B extends z.ZodType>({ rpc, body, act, ...rest }: Change<B>): ApiRoute {
  return route({
    ...rest,
    method: 'post',
    tag: 'party',
    calls: `organization.v1.JointProjectService/${rpc}`,
    changes: true,
    params: byId,
    body,
    response: projectSchema,
    handle: async (input, call) => answerProject(await act({ jointProjectId: input.params.id, version: input.version }, input.body, call)),
  });
}

export const jointProjectRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/joint-projects',
    name: 'listJointProjects',
    summary: '项目清单',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/ListJointProjects',
    query: z.strictObject({ state: projectStates.schema.optional(), ...page }),
    response: z.strictObject({ jointProjects: z.array(projectSchema), nextPageToken }),
    handle: async ({ query: { state, ...rest } }, { clients, options }) => {
      const found = await clients.jointProjects.listJointProjects({ ...rest, state: projectStates.toWireOrNone(state) }, options);
      return { body: { jointProjects: found.jointProjects.map(projectToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/joint-projects',
    name: 'proposeJointProject',
    summary: '就需求提出共建项目',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/ProposeJointProject',
    creates: true,
    body: z.strictObject({
      needIds: parts,
      titleZh: text(100),
      tags: z.array(tags.schema).max(5).optional(),
      budgetCents: count(Number.MAX_SAFE_INTEGER).meta({ description: '经费，单位为分' }),
      dueOn: day,
    }),
    response: projectSchema,
    handle: async ({ body: { tags: together = [], ...rest }, requestId }, { clients, options }) =>
      answerProject(await clients.jointProjects.proposeJointProject({ ...rest, tags: together.map(tags.toWire), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/joint-projects/{id}',
    name: 'getJointProject',
    summary: '一个共建项目',
    tag: 'party',
    calls: 'organization.v1.JointProjectService/GetJointProject',
    params: byId,
    response: projectSchema,
    handle: async ({ params }, { clients, options }) => answerProject(await clients.jointProjects.getJointProject({ jointProjectId: params.id }, options)),
  }),
  change({
    rpc: 'MatchJointProject',
    path: '/v1/joint-projects/{id}:match',
    name: 'matchJointProject',
    summary: '对接资源，定牵头单位',
    body: z.strictObject({ resourceIds: parts, leadMemberUnitId: id }),
    act: (at, body, { clients, options }) => clients.jointProjects.matchJointProject({ ...at, ...body }, options),
  }),
  change({
    rpc: 'AdvanceJointProject',
    path: '/v1/joint-projects/{id}:advance',
    name: 'advanceJointProject',
    summary: '推进：约定、实施，居民评价后办结；无人评价的说明事由办结',
    body: z.strictObject({ to: z.enum(['agreed', 'running', 'closed']), reasonCode: code.optional().meta({ description: '完成后无人评价而办结的事由代码' }) }),
    act: (at, { to, reasonCode = '' }, { clients, options }) => clients.jointProjects.advanceJointProject({ ...at, to: projectStates.toWire(to), reasonCode }, options),
  }),
  change({
    rpc: 'DeliverJointProject',
    path: '/v1/joint-projects/{id}:deliver',
    name: 'deliverJointProject',
    summary: '完成，附证明',
    body: z.strictObject({ proof: text(1_000) }),
    act: (at, body, { clients, options }) => clients.jointProjects.deliverJointProject({ ...at, ...body }, options),
  }),
  change({
    rpc: 'ReviewJointProject',
    path: '/v1/joint-projects/{id}:review',
    name: 'reviewJointProject',
    summary: '登记居民评价的人数',
    body: z.strictObject({ usefulness }),
    act: (at, body, { clients, options }) => clients.jointProjects.reviewJointProject({ ...at, ...body }, options),
  }),
  change({
    rpc: 'StallJointProject',
    path: '/v1/joint-projects/{id}:stall',
    name: 'stallJointProject',
    summary: '停滞；需求重新开放',
    body: z.strictObject({ reasonCode: code.meta({ description: '事由代码' }) }),
    act: (at, body, { clients, options }) => clients.jointProjects.stallJointProject({ ...at, ...body }, options),
  }),
];
