import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { code, day, id, nextPageToken, optionalDay, optionalText, page, queryYear, text, year } from '../wire/fields';
import { projectSchema, projectToJson, reasons, sources, states, type ProjectJson } from './schemas';

const onProject = z.strictObject({ id });
const count = z.int().min(0).max(1_000_000);
const fen = z.int().min(0).max(1_000_000_000_000).meta({ description: '单位：分' });
const month = z.string().regex(/^(19[5-9][0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])$/).meta({ description: 'YYYY-MM' });
const explained = { reason: reasons.schema, explanationZh: text(1_000).meta({ description: '公开说明' }) };

function answer({ project }: { project: organization.PledgeProject | undefined }): Answer<ProjectJson> {
  if (project === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: projectToJson(project), version: project.version, location: `/v1/pledge-projects/${project.id}` };
}

const about = { tag: 'pledges', response: projectSchema } as const;
const step = { ...about, method: 'post', changes: true, params: onProject } as const;
const calls = <Name extends string>(name: Name) => `organization.v1.PledgeProjectService/${name}` as const;

const reading: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/pledge-projects',
    name: 'listPledgeProjects',
    summary: '惠民实事项目列表（不含进展与说明）',
    tag: 'pledges',
    calls: calls('ListPledgeProjects'),
    query: z.strictObject({ year: queryYear.optional(), state: states.schema.optional(), ...page }),
    response: z.strictObject({ projects: z.array(projectSchema), nextPageToken }),
    handle: async ({ query: { year: ofYear, state, ...rest } }, { clients, options }) => {
      const found = await clients.pledgeProjects.listPledgeProjects({ ...rest, year: ofYear ?? 0, state: states.toWireOrNone(state) }, options);
      return { body: { projects: found.projects.map(projectToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    ...about,
    method: 'get',
    path: '/v1/pledge-projects/{id}',
    name: 'getPledgeProject',
    summary: '一个惠民实事项目',
    calls: calls('GetPledgeProject'),
    params: onProject,
    handle: async ({ params }, { clients, options }) => answer(await clients.pledgeProjects.getPledgeProject({ pledgeProjectId: params.id }, options)),
  }),
];

const choosing: readonly ApiRoute[] = [
  route({
    ...about,
    method: 'post',
    path: '/v1/pledge-projects',
    name: 'collectPledgeProject',
    summary: '征集惠民实事项目',
    calls: calls('CollectPledgeProject'),
    creates: true,
    body: z.strictObject({ unitId: id, code, year, titleZh: text(100), descriptionZh: optionalText(1_000), source: sources.schema }),
    handle: async ({ body: { source, ...rest }, requestId }, { clients, options }) =>
      answer(await clients.pledgeProjects.collectPledgeProject({ ...rest, source: sources.toWire(source), requestId }, options)),
  }),
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:screen',
    name: 'screenPledgeProject',
    summary: '筛选通过',
    calls: calls('ScreenPledgeProject'),
    handle: async ({ params, version }, { clients, options }) => answer(await clients.pledgeProjects.screenPledgeProject({ pledgeProjectId: params.id, version }, options)),
  }),
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:select',
    name: 'selectPledgeProject',
    summary: '居民代表票决通过',
    calls: calls('SelectPledgeProject'),
    body: z.strictObject({ heldOn: optionalDay.meta({ description: '缺省为今天' }), entitled: count, present: count, inFavour: count, against: count, abstained: count }),
    handle: async ({ params, body, version }, { clients, options }) => answer(await clients.pledgeProjects.selectPledgeProject({ pledgeProjectId: params.id, version, ...body }, options)),
  }),
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:promise',
    name: 'promisePledgeProject',
    summary: '公开承诺：期限、责任单位与岗位、资金',
    calls: calls('PromisePledgeProject'),
    body: z.strictObject({ dueDay: day, ownerUnitId: id, postId: id, budgetFen: fen }),
    handle: async ({ params, body, version }, { clients, options }) =>
      answer(await clients.pledgeProjects.promisePledgeProject({ pledgeProjectId: params.id, version, promise: body }, options)),
  }),
];

const carryingOut: readonly ApiRoute[] = [
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:start',
    name: 'startPledgeProject',
    summary: '开工；此后按月公布进展',
    calls: calls('StartPledgeProject'),
    handle: async ({ params, version }, { clients, options }) => answer(await clients.pledgeProjects.startPledgeProject({ pledgeProjectId: params.id, version }, options)),
  }),
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:reportProgress',
    name: 'reportPledgeProgress',
    summary: '公布一个月的进展',
    calls: calls('ReportPledgeProgress'),
    body: z.strictObject({ month, percent: z.int().min(0).max(100), spentFen: fen, noteZh: text(1_000) }),
    handle: async ({ params, body, version }, { clients, options }) => answer(await clients.pledgeProjects.reportPledgeProgress({ pledgeProjectId: params.id, version, ...body }, options)),
  }),
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:complete',
    name: 'completePledgeProject',
    summary: '完工',
    calls: calls('CompletePledgeProject'),
    body: z.strictObject({ completedOn: optionalDay.meta({ description: '缺省为今天' }) }),
    handle: async ({ params, body, version }, { clients, options }) => answer(await clients.pledgeProjects.completePledgeProject({ pledgeProjectId: params.id, version, ...body }, options)),
  }),
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:recordCheck',
    name: 'recordResidentCheck',
    summary: '登记居民评议（须由报完工者以外的人登记）',
    calls: calls('RecordResidentCheck'),
    body: z.strictObject({
      checkedOn: optionalDay.meta({ description: '缺省为今天' }),
      examiners: count,
      scoreCounts: z.array(count).length(5).meta({ description: '打一分至五分的人数' }),
    }),
    handle: async ({ params, body, version }, { clients, options }) => answer(await clients.pledgeProjects.recordResidentCheck({ pledgeProjectId: params.id, version, ...body }, options)),
  }),
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:close',
    name: 'closePledgeProject',
    summary: '销号（须经居民评议）',
    calls: calls('ClosePledgeProject'),
    handle: async ({ params, version }, { clients, options }) => answer(await clients.pledgeProjects.closePledgeProject({ pledgeProjectId: params.id, version }, options)),
  }),
];

const explaining: readonly ApiRoute[] = [
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:delay',
    name: 'delayPledgeProject',
    summary: '延期，并公开说明',
    calls: calls('DelayPledgeProject'),
    body: z.strictObject({ ...explained, dueDay: day }),
    handle: async ({ params, body: { reason, ...rest }, version }, { clients, options }) =>
      answer(await clients.pledgeProjects.delayPledgeProject({ pledgeProjectId: params.id, version, reason: reasons.toWire(reason), ...rest }, options)),
  }),
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:change',
    name: 'changePledgeProject',
    summary: '变更承诺，并公开说明（至少一项）',
    calls: calls('ChangePledgeProject'),
    body: z.strictObject({ ...explained, titleZh: text(100).optional(), descriptionZh: text(1_000).optional(), ownerUnitId: id.optional(), postId: id.optional(), budgetFen: fen.optional() }),
    handle: async ({ params, body: { reason, ...rest }, version }, { clients, options }) =>
      answer(await clients.pledgeProjects.changePledgeProject({ pledgeProjectId: params.id, version, reason: reasons.toWire(reason), ...rest }, options)),
  }),
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:drop',
    name: 'dropPledgeProject',
    summary: '取消，并公开说明',
    calls: calls('DropPledgeProject'),
    body: z.strictObject(explained),
    handle: async ({ params, body: { reason, ...rest }, version }, { clients, options }) =>
      answer(await clients.pledgeProjects.dropPledgeProject({ pledgeProjectId: params.id, version, reason: reasons.toWire(reason), ...rest }, options)),
  }),
  route({
    ...step,
    path: '/v1/pledge-projects/{id}:withdrawWords',
    name: 'withdrawPledgeWords',
    summary: '一个月的进展说明或一份公开说明涉及个人信息，撤下文字；其余保留',
    calls: calls('WithdrawPledgeWords'),
    body: z.strictObject({ month: month.optional(), statementId: id.optional() }).meta({ description: '二者取一' }),
    handle: async ({ params, body: { month: ofMonth = '', statementId = '' }, version }, { clients, options }) =>
      answer(await clients.pledgeProjects.withdrawPledgeWords({ pledgeProjectId: params.id, version, month: ofMonth, statementId }, options)),
  }),
];

export const pledgeRoutes: readonly ApiRoute[] = [...reading, ...choosing, ...carryingOut, ...explaining];
