import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { authorityNumber, code, dateOf, given, id, instant, nextPageToken, optionalId, optionalText, page, queryFlag, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';
import { concerns } from './routes';

const severities = words('SITE_FINDING_SEVERITY', organization.SiteFindingSeverity, ['minor', 'serious', 'danger_to_life']);
const states = words('SITE_FINDING_STATE', organization.SiteFindingState, ['found', 'told_site', 'rectifying', 'rechecked', 'closed', 'referred']);
export const authorities = words('SITE_AUTHORITY', organization.SiteAuthority, ['labour_inspection', 'housing_construction', 'emergency_management', 'expropriation']);
const replies = words('SITE_REFERRAL_REPLY', organization.SiteReferralReply, ['handled', 'no_violation', 'not_competent']);
const lines = words('EMERGENCY_LINE', organization.EmergencyLine, ['fire_rescue', 'ambulance', 'police', 'work_safety']);
const onFinding = z.strictObject({ id });

const referralSchema = z.strictObject({
  id: z.string(),
  authority: authorities.schema.optional(),
  receivedNumber: z.string(),
  sentAt: time.optional(),
  replyDueAt: time.optional(),
  reply: replies.schema.optional(),
  answeredAt: time.optional(),
  reminders: z.int().meta({ description: '催办次数' }),
});

const findingSchema = z
  .strictObject({
    id: z.string(),
    siteId: z.string(),
    unitId: z.string(),
    concern: concerns.schema.optional(),
    severity: severities.schema.optional(),
    state: states.schema.optional(),
    itemCode: z.string().optional(),
    description: z.string().optional().meta({ description: '工资类问题不写内容' }),
    foundBy: z.string(),
    foundAt: time.optional(),
    dueAt: time.optional(),
    dueProvisional: z.boolean(),
    overdueSince: time.optional(),
    closedAt: time.optional(),
    call: z.strictObject({ line: lines.schema.optional(), calledAt: time.optional() }).optional(),
    referrals: z.array(referralSchema),
    nextActions: z.array(z.string()),
    version: z.int(),
  })
  .meta({ id: 'SiteFinding' });

function findingToJson(finding: organization.SiteFinding): z.input<typeof findingSchema> {
  const { concern, severity, state, itemCode, description, foundAt, dueAt, overdueSince, closedAt, call, referrals, ...rest } = finding;
  return {
    ...rest,
    concern: concerns.fromWire(concern),
    severity: severities.fromWire(severity),
    state: states.fromWire(state),
    itemCode: given(itemCode),
    description: given(description),
    foundAt: timeOf(foundAt),
    dueAt: timeOf(dueAt),
    overdueSince: timeOf(overdueSince),
    closedAt: timeOf(closedAt),
    call: call && { line: lines.fromWire(call.line), calledAt: timeOf(call.calledAt) },
    referrals: referrals.map(referralToJson),
  };
}

function answerFinding({ finding }: { finding: organization.SiteFinding | undefined }): Answer<z.input<typeof findingSchema>> {
  if (finding === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: findingToJson(finding), version: finding.version, location: `/v1/findings/${finding.id}` };
}

function referralToJson({ authority, sentAt, replyDueAt, reply, answeredAt, ...rest }: organization.SiteReferral): z.input<typeof referralSchema> {
  return { ...rest, authority: authorities.fromWire(authority), sentAt: timeOf(sentAt), replyDueAt: timeOf(replyDueAt), reply: replies.fromWire(reply), answeredAt: timeOf(answeredAt) };
}

/** A step that says nothing but that it was taken. */
function step(name: string, action: string, described: Pick<ApiRoute, 'summary' | 'calls'> & { readonly call: 'tellSite' | 'startRectification' | 'closeSiteFinding' }): ApiRoute {
  const { call, summary, calls } = described;
  return route({
    method: 'post',
    path: `/v1/findings/{id}:${action}`,
    name,
    summary,
    tag: 'sites',
    calls: calls ?? '',
    changes: true,
    params: onFinding,
    body: z.strictObject({}),
    response: findingSchema,
    handle: async ({ params, version }, { clients, options }) => answerFinding(await clients.siteFindings[call]({ findingId: params.id, version }, options)),
  });
}

export const siteFindingRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/findings',
    name: 'listSiteFindings',
    summary: '工地问题列表，最早的在前',
    tag: 'sites',
    calls: 'organization.v1.SiteFindingService/ListSiteFindings',
    query: z.strictObject({ siteId: optionalId, concern: concerns.schema.optional(), includeClosed: queryFlag.optional(), ...page }),
    response: z.strictObject({ findings: z.array(findingSchema), nextPageToken }),
    handle: async ({ query: { concern, ...query } }, { clients, options }) => {
      const found = await clients.siteFindings.listSiteFindings({ ...query, concern: concerns.toWireOrNone(concern), includeClosed: query.includeClosed ?? false }, options);
      return { body: { findings: found.findings.map(findingToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/findings/{id}',
    name: 'getSiteFinding',
    summary: '一个工地问题',
    tag: 'sites',
    calls: 'organization.v1.SiteFindingService/GetSiteFinding',
    params: onFinding,
    response: findingSchema,
    handle: async ({ params }, { clients, options }) => answerFinding(await clients.siteFindings.getSiteFinding({ findingId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/sites/{id}/findings',
    name: 'raiseSiteFinding',
    summary: '登记工地问题；危及生命的先打电话，再登记通话',
    tag: 'sites',
    calls: 'organization.v1.SiteFindingService/RaiseSiteFinding',
    creates: true,
    params: onFinding,
    body: z.strictObject({
      concern: concerns.schema,
      severity: severities.schema,
      itemCode: code.optional(),
      description: optionalText(500).meta({ description: '工资类问题不写内容' }),
      call: z.strictObject({ line: lines.schema, calledAt: instant }).optional(),
    }),
    response: findingSchema,
    handle: async ({ params, body, requestId }, { clients, options }) => {
      const { concern, severity, itemCode = '', description, call } = body;
      const kinds = { concern: concerns.toWire(concern), severity: severities.toWire(severity) };
      const called = call && { line: lines.toWire(call.line), calledAt: dateOf(call.calledAt) };
      return answerFinding(await clients.siteFindings.raiseSiteFinding({ requestId, siteId: params.id, ...kinds, itemCode, description, call: called }, options));
    },
  }),
  step('tellSite', 'tellSite', { summary: '已告知工地', calls: 'organization.v1.SiteFindingService/TellSite', call: 'tellSite' }),
  step('startRectification', 'startRectification', { summary: '工地开始整改', calls: 'organization.v1.SiteFindingService/StartRectification', call: 'startRectification' }),
  route({
    method: 'post',
    path: '/v1/findings/{id}:recheck',
    name: 'recheckSiteFinding',
    summary: '复查；不合格的继续整改',
    tag: 'sites',
    calls: 'organization.v1.SiteFindingService/RecheckSiteFinding',
    changes: true,
    params: onFinding,
    body: z.strictObject({ passed: z.boolean() }),
    response: findingSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerFinding(await clients.siteFindings.recheckSiteFinding({ findingId: params.id, version, ...body }, options)),
  }),
  step('closeSiteFinding', 'close', { summary: '问题销号（须复查合格）', calls: 'organization.v1.SiteFindingService/CloseSiteFinding', call: 'closeSiteFinding' }),
  route({
    method: 'post',
    path: '/v1/findings/{id}:refer',
    name: 'referSiteFinding',
    summary: '移送主管部门（严重或逾期的），须有部门受理编号',
    tag: 'sites',
    calls: 'organization.v1.SiteFindingService/ReferSiteFinding',
    changes: true,
    params: onFinding,
    body: z.strictObject({ authority: authorities.schema, receivedNumber: authorityNumber }),
    response: findingSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerFinding(await clients.siteFindings.referSiteFinding({ findingId: params.id, version, authority: authorities.toWire(body.authority), receivedNumber: body.receivedNumber }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/findings/{id}:recordReply',
    name: 'recordReferralReply',
    summary: '登记主管部门的答复',
    tag: 'sites',
    calls: 'organization.v1.SiteFindingService/RecordReferralReply',
    changes: true,
    params: onFinding,
    body: z.strictObject({ reply: replies.schema }),
    response: findingSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerFinding(await clients.siteFindings.recordReferralReply({ findingId: params.id, version, reply: replies.toWire(body.reply) }, options)),
  }),
];
