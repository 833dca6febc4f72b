import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { nothing, route, type Answer, type ApiRoute, type Call } from '../routing/route';
import { count, day, given, id, nextPageToken, optionalDay, page, text, time, timeOf } from '../wire/fields';

const onReport = z.strictObject({ id });
const headcount = count(100_000).meta({ description: '随单位报到的在职党员人数，只有数字' });

const dualReportSchema = z
  .strictObject({
    id: z.string(),
    memberUnitId: z.string(),
    unitId: z.string(),
    unitPath: z.string(),
    headcount: z.int(),
    reportedOn: z.string(),
    endedOn: z.string().optional(),
    tasks: z.array(z.strictObject({ id: z.string(), textZh: z.string(), dueOn: z.string(), doneOn: z.string().optional(), proof: z.string().optional() })),
    reviews: z.array(z.strictObject({ id: z.string(), reviewedOn: z.string(), textZh: z.string() })),
    reviewDueAt: time.optional().meta({ description: '下一次评议的最后期限' }),
    version: z.int(),
  })
  .meta({ id: 'DualReport' });

interface Answered {
  readonly dualReport: organization.DualReport | undefined;
}

function dualReportToJson({ endedOn, tasks, reviewDueAt, ...rest }: organization.DualReport): z.input<typeof dualReportSchema> {
  return { ...rest, endedOn: given(endedOn), reviewDueAt: timeOf(reviewDueAt), tasks: tasks.map(({ doneOn, proof, ...task }) => ({ ...task, doneOn: given(doneOn), proof: given(proof) })) };
}

function answerReport({ dualReport }: Answered): Answer<z.input<typeof dualReportSchema>> {
  if (dualReport === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: dualReportToJson(dualReport), version: dualReport.version, location: `/v1/dual-reports/${dualReport.id}` };
}

interface Change<B extends z.ZodType> {
  readonly rpc: string;
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly body: B;
  readonly act: (at: { dualReportId: string; version: number }, body: z.output<B>, call: Call) => Promise<Answered>;
}

/** A change of a report, which answers with it as it then is. */
function change<B extends z.ZodType>({ rpc, body, act, ...rest }: Change<B>): ApiRoute {
  return route({
    ...rest,
    method: 'post',
    tag: 'party',
    calls: `organization.v1.DualReportService/${rpc}`,
    changes: true,
    params: onReport,
    body,
    response: dualReportSchema,
    handle: async (input, call) => answerReport(await act({ dualReportId: input.params.id, version: input.version }, input.body, call)),
  });
}

export const dualReportRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/dual-reports',
    name: 'listDualReports',
    summary: '双报到列表（不含任务与评议）',
    tag: 'party',
    calls: 'organization.v1.DualReportService/ListDualReports',
    query: z.strictObject({ asOf: optionalDay.meta({ description: '该日有效的报到，人数为现在的；缺省为未结束的' }), ...page }),
    response: z.strictObject({ dualReports: z.array(dualReportSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.dualReports.listDualReports(query, options);
      return { body: { dualReports: found.dualReports.map(dualReportToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/dual-reports',
    name: 'fileDualReport',
    summary: '单位党组织及在职党员到社区报到（只记人数）',
    tag: 'party',
    calls: 'organization.v1.DualReportService/FileDualReport',
    creates: true,
    body: z.strictObject({ memberUnitId: id, unitId: id.meta({ description: '社区' }), headcount }),
    response: dualReportSchema,
    handle: async ({ body, requestId }, { clients, options }) => answerReport(await clients.dualReports.fileDualReport({ ...body, requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/dual-reports/{id}',
    name: 'getDualReport',
    summary: '一个单位的双报到、任务与评议',
    tag: 'party',
    calls: 'organization.v1.DualReportService/GetDualReport',
    params: onReport,
    response: dualReportSchema,
    handle: async ({ params }, { clients, options }) => answerReport(await clients.dualReports.getDualReport({ dualReportId: params.id }, options)),
  }),
  change({
    rpc: 'UpdateDualReport',
    path: '/v1/dual-reports/{id}:update',
    name: 'updateDualReport',
    summary: '更改报到人数',
    body: z.strictObject({ headcount }),
    act: (at, body, { clients, options }) => clients.dualReports.updateDualReport({ ...at, ...body }, options),
  }),
  change({
    rpc: 'AssignDualTask',
    path: '/v1/dual-reports/{id}:assignTask',
    name: 'assignDualTask',
    summary: '社区交办任务',
    body: z.strictObject({ textZh: text(1_000), dueOn: day }),
    act: (at, body, { clients, options }) => clients.dualReports.assignDualTask({ ...at, ...body }, options),
  }),
  change({
    rpc: 'CompleteDualTask',
    path: '/v1/dual-reports/{id}:completeTask',
    name: 'completeDualTask',
    summary: '任务完成，附证明',
    body: z.strictObject({ taskId: id, proof: text(1_000) }),
    act: (at, body, { clients, options }) => clients.dualReports.completeDualTask({ ...at, ...body }, options),
  }),
  change({
    rpc: 'ReviewDualReport',
    path: '/v1/dual-reports/{id}:review',
    name: 'reviewDualReport',
    summary: '社区评议单位（每年至少一次，不评个人）',
    body: z.strictObject({ textZh: text(1_000) }),
    act: (at, body, { clients, options }) => clients.dualReports.reviewDualReport({ ...at, ...body }, options),
  }),
  change({
    rpc: 'EndDualReport',
    path: '/v1/dual-reports/{id}:end',
    name: 'endDualReport',
    summary: '结束报到（任务须已完成）',
    body: nothing,
    act: (at, _body, { clients, options }) => clients.dualReports.endDualReport(at, options),
  }),
];
