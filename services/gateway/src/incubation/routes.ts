import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { day, given, id, nextPageToken, optionalDay, optionalId, optionalText, page, text, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

const states = words('INCUBATION_STATE', organization.IncubationState, ['applied', 'admitted', 'incubating', 'evaluated', 'graduated', 'left']);
const results = words('EVALUATION_RESULT', organization.EvaluationResult, ['passed', 'failed']);
const onOrg = z.strictObject({ id });

const orgSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    unitPath: z.string(),
    nameZh: z.string(),
    nameMn: z.string().optional(),
    state: states.schema.optional(),
    appliedOn: z.string().meta({ description: '书面申请的日期' }),
    termFrom: z.string().optional(),
    termTo: z.string().optional().meta({ description: '孵化期最后一日' }),
    evaluationDueAt: time.optional(),
    evaluationOverdue: z.boolean(),
    result: results.schema.optional(),
    evaluationZh: z.string().optional(),
    receivedOn: z.string().optional().meta({ description: '场地、物品移交的日期' }),
    returnedOn: z.string().optional().meta({ description: '场地、物品交还的日期' }),
    leaveReason: z.string().optional(),
    version: z.int(),
  })
  .meta({ id: 'IncubatedOrg' });

type OrgJson = z.input<typeof orgSchema>;

function orgToJson(org: organization.IncubatedOrg): OrgJson {
  const { nameMn, state, termFrom, termTo, evaluationDueAt, result, evaluationZh, receivedOn, returnedOn, leaveReason, ...rest } = org;
  return {
    ...rest,
    nameMn: given(nameMn),
    state: states.fromWire(state),
    termFrom: given(termFrom),
    termTo: given(termTo),
    evaluationDueAt: timeOf(evaluationDueAt),
    result: results.fromWire(result),
    evaluationZh: given(evaluationZh),
    receivedOn: given(receivedOn),
    returnedOn: given(returnedOn),
    leaveReason: given(leaveReason),
  };
}

function answerOrg({ org }: { org: organization.IncubatedOrg | undefined }): Answer<OrgJson> {
  if (org === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: orgToJson(org), version: org.version, location: `/v1/incubated-orgs/${org.id}` };
}

/** What each step of an organisation says alike. */
function step(action: string, name: string, summary: string) {
  return { method: 'post', path: `/v1/incubated-orgs/{id}:${action}`, name, summary, tag: 'incubation', changes: true, params: onOrg, response: orgSchema } as const;
}

export const incubationRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/incubated-orgs',
    name: 'listIncubatedOrgs',
    summary: '孵化的社会组织，最近申请的在前',
    tag: 'incubation',
    calls: 'organization.v1.IncubationService/ListIncubatedOrgs',
    query: z.strictObject({ underUnitId: optionalId.meta({ description: '该单位及以下' }), state: states.schema.optional(), ...page }),
    response: z.strictObject({ orgs: z.array(orgSchema), nextPageToken }),
    handle: async ({ query: { state, ...rest } }, { clients, options }) => {
      const found = await clients.incubation.listIncubatedOrgs({ ...rest, state: states.toWireOrNone(state) }, options);
      return { body: { orgs: found.orgs.map(orgToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/incubated-orgs',
    name: 'createIncubatedOrg',
    summary: '登记社会组织入驻孵化的书面申请',
    tag: 'incubation',
    calls: 'organization.v1.IncubationService/CreateIncubatedOrg',
    creates: true,
    body: z.strictObject({ unitId: id.meta({ description: '所属社区' }), nameZh: text(100), nameMn: optionalText(200), appliedOn: optionalDay.meta({ description: '缺省为今天' }) }),
    response: orgSchema,
    handle: async ({ body, requestId }, { clients, options }) => answerOrg(await clients.incubation.createIncubatedOrg({ ...body, requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/incubated-orgs/{id}',
    name: 'getIncubatedOrg',
    summary: '一个孵化的社会组织',
    tag: 'incubation',
    calls: 'organization.v1.IncubationService/GetIncubatedOrg',
    params: onOrg,
    response: orgSchema,
    handle: async ({ params }, { clients, options }) => answerOrg(await clients.incubation.getIncubatedOrg({ orgId: params.id }, options)),
  }),
  route({
    ...step('admit', 'admitIncubatedOrg', '准予入驻，写明孵化期'),
    calls: 'organization.v1.IncubationService/AdmitIncubatedOrg',
    body: z.strictObject({ termFrom: day, termTo: day }),
    handle: async ({ params, body, version }, { clients, options }) => answerOrg(await clients.incubation.admitIncubatedOrg({ orgId: params.id, version, ...body }, options)),
  }),
  route({
    ...step('start', 'startIncubation', '移交场地物品，开始孵化；期满前须评估'),
    calls: 'organization.v1.IncubationService/StartIncubation',
    body: z.strictObject({ receivedOn: optionalDay.meta({ description: '缺省为今天' }) }),
    handle: async ({ params, body, version }, { clients, options }) => answerOrg(await clients.incubation.startIncubation({ orgId: params.id, version, ...body }, options)),
  }),
  route({
    ...step('evaluate', 'evaluateIncubatedOrg', '登记评估结果'),
    calls: 'organization.v1.IncubationService/EvaluateIncubatedOrg',
    body: z.strictObject({ result: results.schema, evaluationZh: text(1_000) }),
    handle: async ({ params, body: { result, evaluationZh }, version }, { clients, options }) =>
      answerOrg(await clients.incubation.evaluateIncubatedOrg({ orgId: params.id, version, result: results.toWire(result), evaluationZh }, options)),
  }),
  route({
    ...step('graduate', 'graduateIncubatedOrg', '出壳（须评估合格，场地物品已交还）'),
    calls: 'organization.v1.IncubationService/GraduateIncubatedOrg',
    body: z.strictObject({ returnedOn: optionalDay.meta({ description: '缺省为今天' }) }),
    handle: async ({ params, body, version }, { clients, options }) => answerOrg(await clients.incubation.graduateIncubatedOrg({ orgId: params.id, version, ...body }, options)),
  }),
  route({
    ...step('end', 'endIncubation', '退出孵化'),
    calls: 'organization.v1.IncubationService/EndIncubation',
    body: z.strictObject({ leaveReason: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/).meta({ description: '代码，如 withdrew' }), returnedOn: optionalDay.meta({ description: '已移交过场地物品的必填' }) }),
    handle: async ({ params, body, version }, { clients, options }) => answerOrg(await clients.incubation.endIncubation({ orgId: params.id, version, ...body }, options)),
  }),
];
