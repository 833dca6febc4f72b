import { requests } from '@linli/contracts';
import { z } from 'zod';
import { route, type ApiRoute, type Call } from '../routing/route';
import { code, codes, id, optionalId, optionalText, text } from '../wire/fields';
import { words } from '../wire/words';
import { answerCase } from './answer-case';
import { caseSchema, deliveryMethods, pauseCauses, results } from './json';

const limitUnits = words('LIMIT_UNIT', requests.LimitUnit, ['working_days', 'calendar_days', 'hours']);

const explanation = text(2_000);
const onCase = z.strictObject({ id });
const none = z.strictObject({});

type CaseAnswer = Promise<{ case: requests.Case | undefined }>;
interface At {
  readonly caseId: string;
  readonly version: number;
}

interface Action<B extends z.ZodType> {
  /** The word after the colon. */
  readonly word: string;
  readonly rpc: string;
  readonly summary: string;
  readonly body: B;
  readonly act: (at: At, body: z.output<B>, call: Call) => CaseAnswer;
}

/** `POST /v1/cases/{id}:<word>`: a step of a case, which answers with the case as it then is. */
function action<B extends z.ZodType>({ word, rpc, summary, body, act }: Action<B>): ApiRoute {
  return route({
    method: 'post',
    path: `/v1/cases/{id}:${word}`,
    name: `${word}Case`,
    summary,
    tag: 'cases',
    calls: `requests.v1.CaseService/${rpc}`,
    changes: true,
    params: onCase,
    body,
    response: caseSchema,
    handle: async (input, call) => answerCase(call, await act({ caseId: input.params.id, version: input.version }, input.body, call)),
  });
}

const acceptance: readonly ApiRoute[] = [
  action({
    word: 'submit',
    rpc: 'SubmitCase',
    summary: '提交草稿',
    body: none,
    act: (at, _body, { clients, options }) => clients.cases.submitCase(at, options),
  }),
  action({
    word: 'requestMaterial',
    rpc: 'RequestMaterial',
    summary: '一次性告知补正；再次要求须主管说明理由',
    body: z.strictObject({ materialCodes: codes, explanation, supervisorReason: optionalText(2_000) }),
    act: (at, body, { clients, options }) => clients.cases.requestMaterial({ ...at, ...body }, options),
  }),
  action({
    word: 'supplyMaterial',
    rpc: 'SupplyMaterial',
    summary: '补交材料',
    body: z.strictObject({ materialCodes: codes }),
    act: (at, body, { clients, options }) => clients.cases.supplyMaterial({ ...at, ...body }, options),
  }),
  action({
    word: 'accept',
    rpc: 'AcceptCase',
    summary: '受理',
    body: z.strictObject({
      agentId: optionalId.meta({ description: '缺省为委托中的代办员' }),
      handlerUnitId: optionalId.meta({ description: '承办科室；缺省为事项的主管科室' }),
    }),
    act: (at, body, { clients, options }) => clients.cases.acceptCase({ ...at, ...body }, options),
  }),
  action({
    word: 'decline',
    rpc: 'DeclineCase',
    summary: '不予受理，写明理由和去处',
    body: z.strictObject({ reasonCode: code, explanation, redirect: text(500) }),
    act: (at, body, { clients, options }) => clients.cases.declineCase({ ...at, ...body }, options),
  }),
];

const handling: readonly ApiRoute[] = [
  action({
    word: 'startProcessing',
    rpc: 'StartProcessing',
    summary: '开始办理',
    body: none,
    act: (at, _body, { clients, options }) => clients.cases.startProcessing(at, options),
  }),
  action({
    word: 'pause',
    rpc: 'PauseCase',
    summary: '因法定事由暂停，时限停止计算',
    body: z.strictObject({ cause: pauseCauses.schema }),
    act: (at, { cause }, { clients, options }) => clients.cases.pauseCase({ ...at, cause: pauseCauses.toWire(cause) }, options),
  }),
  action({
    word: 'resume',
    rpc: 'ResumeCase',
    summary: '恢复办理',
    body: none,
    act: (at, _body, { clients, options }) => clients.cases.resumeCase(at, options),
  }),
  action({
    word: 'extend',
    rpc: 'ExtendCase',
    summary: '延期一次，理由告知居民',
    body: z.strictObject({ amount: z.int().min(1).max(10_000), unit: limitUnits.schema, reason: explanation }),
    act: (at, { amount, unit, reason }, { clients, options }) =>
      clients.cases.extendCase({ ...at, by: { amount, unit: limitUnits.toWire(unit) }, reason }, options),
  }),
  action({
    word: 'requestDecision',
    rpc: 'RequestDecision',
    summary: '报送决定',
    body: none,
    act: (at, _body, { clients, options }) => clients.cases.requestDecision(at, options),
  }),
  action({
    word: 'decide',
    rpc: 'DecideCase',
    summary: '作出决定（代办员及其搭档不得决定）',
    body: z.strictObject({ result: results.schema, explanation }),
    act: (at, { result, ...body }, { clients, options }) => clients.cases.decideCase({ ...at, ...body, result: results.toWire(result) }, options),
  }),
  action({
    word: 'reassign',
    rpc: 'ReassignCase',
    summary: '改派代办员',
    body: z.strictObject({ agentId: id, reasonCode: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/) }),
    act: (at, body, { clients, options }) => clients.cases.reassignCase({ ...at, ...body }, options),
  }),
];

const rating = z.int().min(1).max(5);

const closing: readonly ApiRoute[] = [
  action({
    word: 'deliver',
    rpc: 'DeliverCase',
    summary: '送达结果并退还材料',
    body: z.strictObject({ method: deliveryMethods.schema, signedReceipt: z.boolean() }),
    act: (at, { method, signedReceipt }, { clients, options }) =>
      clients.cases.deliverCase({ ...at, method: deliveryMethods.toWire(method), signedReceipt }, options),
  }),
  action({
    word: 'callBack',
    rpc: 'RecordCallback',
    summary: '回访（由代办员以外的人）；评分是居民说的',
    body: z.strictObject({ reached: z.boolean(), rating: rating.optional(), solved: z.boolean().default(false), comment: optionalText(2_000) }),
    act: (at, body, { clients, options }) => clients.cases.recordCallback({ ...at, ...body, rating: body.rating ?? 0 }, options),
  }),
  action({
    word: 'rate',
    rpc: 'RateCase',
    summary: '居民评价',
    body: z.strictObject({ rating, solved: z.boolean(), comment: optionalText(2_000) }),
    act: (at, body, { clients, options }) => clients.cases.rateCase({ ...at, ...body }, options),
  }),
  action({
    word: 'reopen',
    rpc: 'ReopenCase',
    summary: '三十日内未解决，重新办理',
    body: z.strictObject({ reason: explanation }),
    act: (at, body, { clients, options }) => clients.cases.reopenCase({ ...at, ...body }, options),
  }),
  action({
    word: 'withdraw',
    rpc: 'WithdrawCase',
    summary: '居民撤回',
    body: none,
    act: (at, _body, { clients, options }) => clients.cases.withdrawCase(at, options),
  }),
];

/** Parts of a case: tasks of departments, papers in custody. */
function partRoute<P extends z.ZodType, B extends z.ZodType>(part: {
  readonly path: string;
  readonly name: string;
  readonly rpc: string;
  readonly summary: string;
  readonly params: P;
  readonly body: B;
  readonly act: (given: { params: z.output<P>; body: z.output<B>; version: number }, call: Call) => CaseAnswer;
}): ApiRoute {
  const { rpc, act, ...rest } = part;
  return route({
    ...rest,
    method: 'post',
    tag: 'cases',
    calls: `requests.v1.CaseService/${rpc}`,
    changes: true,
    response: caseSchema,
    handle: async (input, call) => answerCase(call, await act(input, call)),
  });
}

const parts: readonly ApiRoute[] = [
  partRoute({
    path: '/v1/cases/{id}/tasks',
    name: 'addTask',
    rpc: 'AddTask',
    summary: '联办件：增加一个科室的任务',
    params: onCase,
    body: z.strictObject({ unitId: id, lead: z.boolean().default(false), titleZh: text(200) }),
    act: ({ params, body, version }, { clients, options }) => clients.cases.addTask({ caseId: params.id, version, ...body }, options),
  }),
  partRoute({
    path: '/v1/cases/{id}/tasks/{taskId}:complete',
    name: 'completeTask',
    rpc: 'CompleteTask',
    summary: '任务办结',
    params: z.strictObject({ id, taskId: id }),
    body: none,
    act: ({ params, version }, { clients, options }) => clients.cases.completeTask({ caseId: params.id, taskId: params.taskId, version }, options),
  }),
  partRoute({
    path: '/v1/cases/{id}/papers',
    name: 'receivePaper',
    rpc: 'ReceivePaper',
    summary: '代办员收存一份材料原件',
    params: onCase,
    body: z.strictObject({ materialCode: code }),
    act: ({ params, body, version }, { clients, options }) => clients.cases.receivePaper({ caseId: params.id, version, ...body }, options),
  }),
  partRoute({
    path: '/v1/cases/{id}/papers/{paperId}:return',
    name: 'returnPaper',
    rpc: 'ReturnPaper',
    summary: '退还一份材料原件',
    params: z.strictObject({ id, paperId: id }),
    body: none,
    act: ({ params, version }, { clients, options }) => clients.cases.returnPaper({ caseId: params.id, paperId: params.paperId, version }, options),
  }),
];

export const caseActionRoutes: readonly ApiRoute[] = [...acceptance, ...handling, ...closing, ...parts];
