import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { given, id, nextPageToken, optionalAuthorityNumber, optionalDay, optionalId, page, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';
import { authorities } from './finding-routes';
import { month } from './routes';

const kinds = words('WORKER_COMPLAINT_KIND', organization.WorkerComplaintKind, ['wage_unpaid', 'wage_late', 'unsafe_work', 'dormitory', 'other']);
const channels = words('WORKER_COMPLAINT_CHANNEL', organization.WorkerComplaintChannel, ['site_visit', 'walk_in', 'phone', 'hotline', 'letter', 'online']);
const states = words('WORKER_COMPLAINT_STATE', organization.WorkerComplaintState, ['received', 'passed_on', 'worker_told', 'closed']);
const results = words('WORKER_COMPLAINT_RESULT', organization.WorkerComplaintResult, ['handled', 'no_violation', 'not_competent', 'unanswered']);
const outcomes = words('WORKER_COMPLAINT_OUTCOME', organization.WorkerComplaintOutcome, ['solved', 'referred_higher', 'withdrawn']);
const purposes = words('WORKER_REVEAL_PURPOSE', organization.WorkerRevealPurpose, ['contact', 'pass_on', 'identity_check']);
const onComplaint = z.strictObject({ id });
const receivedNumber = optionalAuthorityNumber.meta({ description: '部门受理编号；没有的不填' });

const stepSchema = z.strictObject({
  version: z.int(),
  action: z.string().meta({ description: 'pass_on 转送，tell_worker 告知，close 办结，correct 更正' }),
  authority: authorities.schema.optional(),
  receivedNumber: z.string().optional(),
  result: results.schema.optional(),
  outcome: outcomes.schema.optional(),
  onDay: z.string(),
  byId: z.string(),
});

const complaintSchema = z
  .strictObject({
    id: z.string(),
    siteId: z.string(),
    unitId: z.string(),
    kind: kinds.schema.optional(),
    channel: channels.schema.optional(),
    receivedOn: z.string(),
    ownerId: z.string().meta({ description: '首问负责人或者接手的人，负责到办结' }),
    state: states.schema.optional(),
    outcome: outcomes.schema.optional().meta({ description: '最近一次登记的结果' }),
    dueAt: time.optional().meta({ description: '转送或者告知的期限' }),
    dueProvisional: z.boolean(),
    overdueSince: time.optional(),
    closedAt: time.optional(),
    steps: z.array(stepSchema).meta({ description: '只增不改' }),
    nextActions: z.array(z.string()).meta({ description: 'withdraw 即以“撤回”办结' }),
    workerErased: z.boolean().meta({ description: '投诉人编号到期已删除' }),
    version: z.int(),
  })
  .meta({ id: 'WorkerComplaint' });

const figures = { solved: z.int().optional().meta({ description: '升级前解决；不足五件的不显示' }), referredHigher: z.int().optional().meta({ description: '升级处理；不足五件的不显示' }) };
const countSchema = z
  .strictObject({ month: z.string(), total: z.strictObject(figures), sites: z.array(z.strictObject({ siteId: z.string(), ...figures })) })
  .meta({ id: 'WorkerComplaintCounts' });

function complaintToJson(complaint: organization.WorkerComplaint): z.input<typeof complaintSchema> {
  const { kind, channel, state, outcome, dueAt, overdueSince, closedAt, steps, ...rest } = complaint;
  return {
    ...rest,
    kind: kinds.fromWire(kind),
    channel: channels.fromWire(channel),
    state: states.fromWire(state),
    outcome: outcomes.fromWire(outcome),
    dueAt: timeOf(dueAt),
    overdueSince: timeOf(overdueSince),
    closedAt: timeOf(closedAt),
    steps: steps.map(stepToJson),
  };
}

function stepToJson({ authority, receivedNumber: number, result, outcome, ...rest }: organization.WorkerComplaintStep): z.input<typeof stepSchema> {
  return { ...rest, authority: authorities.fromWire(authority), receivedNumber: given(number), result: results.fromWire(result), outcome: outcomes.fromWire(outcome) };
}

function answerComplaint({ complaint }: { complaint: organization.WorkerComplaint | undefined }): Answer<z.input<typeof complaintSchema>> {
  if (complaint === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: complaintToJson(complaint), version: complaint.version, location: `/v1/worker-complaints/${complaint.id}` };
}

const reads: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/worker-complaints',
    name: 'listWorkerComplaints',
    summary: '工人投诉列表，不含投诉人',
    tag: 'sites',
    calls: 'organization.v1.WorkerComplaintService/ListWorkerComplaints',
    query: z.strictObject({ siteId: optionalId, state: states.schema.optional(), ...page }),
    response: z.strictObject({ complaints: z.array(complaintSchema), nextPageToken }),
    handle: async ({ query: { state, ...query } }, { clients, options }) => {
      const found = await clients.workerComplaints.listWorkerComplaints({ ...query, state: states.toWireOrNone(state) }, options);
      return { body: { complaints: found.complaints.map(complaintToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/worker-complaints:count',
    name: 'countWorkerComplaints',
    summary: '某月办结的工资类投诉：升级前解决的与升级处理的',
    tag: 'sites',
    calls: 'organization.v1.WorkerComplaintService/CountWorkerComplaints',
    query: z.strictObject({ month: month.optional(), siteId: optionalId }),
    response: countSchema,
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.workerComplaints.countWorkerComplaints({ ...query, month: query.month ?? '' }, options);
      const total = { solved: found.total?.solved, referredHigher: found.total?.referredHigher };
      return { body: { month: found.month, total, sites: found.sites } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/worker-complaints/{id}',
    name: 'getWorkerComplaint',
    summary: '一件工人投诉，不含投诉人',
    tag: 'sites',
    calls: 'organization.v1.WorkerComplaintService/GetWorkerComplaint',
    params: onComplaint,
    response: complaintSchema,
    handle: async ({ params }, { clients, options }) => answerComplaint(await clients.workerComplaints.getWorkerComplaint({ complaintId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/worker-complaints/{id}:reveal',
    name: 'revealWorkerComplaint',
    summary: '查看投诉人编号：写明用途，记入审计',
    tag: 'sites',
    calls: 'organization.v1.WorkerComplaintService/RevealWorkerComplaint',
    sensitive: true,
    params: onComplaint,
    body: z.strictObject({ purpose: purposes.schema.meta({ description: 'contact 告知或询问工人，pass_on 转送，identity_check 核对本人' }) }),
    response: z.strictObject({ workerId: z.string().optional().meta({ description: '到期删除后没有' }) }),
    handle: async ({ params, body }, { clients, options }) => {
      const { workerId } = await clients.workerComplaints.revealWorkerComplaint({ complaintId: params.id, purpose: purposes.toWire(body.purpose) }, options);
      return { body: { workerId: given(workerId) } };
    },
  }),
];

const changes: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/worker-complaints',
    name: 'receiveWorkerComplaint',
    summary: '接收工人投诉（首问负责）；不填金额和内容',
    tag: 'sites',
    calls: 'organization.v1.WorkerComplaintService/ReceiveWorkerComplaint',
    creates: true,
    body: z.strictObject({ siteId: id, workerId: id, kind: kinds.schema, channel: channels.schema, receivedOn: optionalDay.meta({ description: '缺省为今天' }) }),
    response: complaintSchema,
    handle: async ({ body: { kind, channel, ...rest }, requestId }, { clients, options }) =>
      answerComplaint(await clients.workerComplaints.receiveWorkerComplaint({ ...rest, kind: kinds.toWire(kind), channel: channels.toWire(channel), requestId }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/worker-complaints/{id}:passOn',
    name: 'passOnWorkerComplaint',
    summary: '转送主管部门；不属于该部门的可再转送',
    tag: 'sites',
    calls: 'organization.v1.WorkerComplaintService/PassOnWorkerComplaint',
    changes: true,
    params: onComplaint,
    body: z.strictObject({ authority: authorities.schema, receivedNumber }),
    response: complaintSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerComplaint(await clients.workerComplaints.passOnWorkerComplaint({ complaintId: params.id, version, authority: authorities.toWire(body.authority), receivedNumber: body.receivedNumber }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/worker-complaints/{id}:tellWorker',
    name: 'tellWorker',
    summary: '已将处理结果告知工人；尚无答复的也要告知',
    tag: 'sites',
    calls: 'organization.v1.WorkerComplaintService/TellWorker',
    changes: true,
    params: onComplaint,
    body: z.strictObject({ result: results.schema }),
    response: complaintSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerComplaint(await clients.workerComplaints.tellWorker({ complaintId: params.id, version, result: results.toWire(body.result) }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/worker-complaints/{id}:close',
    name: 'closeWorkerComplaint',
    summary: '办结（须已告知工人；工人撤回的随时可办结）',
    tag: 'sites',
    calls: 'organization.v1.WorkerComplaintService/CloseWorkerComplaint',
    changes: true,
    params: onComplaint,
    body: z.strictObject({ outcome: outcomes.schema }),
    response: complaintSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerComplaint(await clients.workerComplaints.closeWorkerComplaint({ complaintId: params.id, version, outcome: outcomes.toWire(body.outcome) }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/worker-complaints/{id}:correct',
    name: 'correctWorkerComplaint',
    summary: '更正办结结果：另记一笔，原记录不改',
    tag: 'sites',
    calls: 'organization.v1.WorkerComplaintService/CorrectWorkerComplaint',
    changes: true,
    params: onComplaint,
    body: z.strictObject({ outcome: outcomes.schema }),
    response: complaintSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerComplaint(await clients.workerComplaints.correctWorkerComplaint({ complaintId: params.id, version, outcome: outcomes.toWire(body.outcome) }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/worker-complaints/{id}:reassign',
    name: 'reassignWorkerComplaint',
    summary: '移交给其他在岗人员负责',
    tag: 'sites',
    calls: 'organization.v1.WorkerComplaintService/ReassignWorkerComplaint',
    changes: true,
    params: onComplaint,
    body: z.strictObject({ ownerId: id }),
    response: complaintSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerComplaint(await clients.workerComplaints.reassignWorkerComplaint({ complaintId: params.id, version, ...body }, options)),
  }),
];

export const workerComplaintRoutes: readonly ApiRoute[] = [...reads, ...changes];
