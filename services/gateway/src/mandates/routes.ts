import { requests } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { findNames, type Names } from '../names/find-names';
import { route, type Answer, type ApiRoute, type Call } from '../routing/route';
import { code, dateOf, given, id, instant, nextPageToken, optionalId, page, time, timeOf, unreachable } from '../wire/fields';
import { words } from '../wire/words';

const consentForms = words('CONSENT_FORM', requests.ConsentForm, ['signature', 'voice', 'guardian', 'online']);
const states = words('MANDATE_STATE', requests.MandateState, ['signed', 'revoked', 'expired']);
const onMandate = z.strictObject({ id });

const mandateSchema = z
  .strictObject({
    id: z.string(),
    residentId: z.string(),
    residentName: z.string().optional().meta({ description: '脱敏姓名' }),
    agentId: z.string(),
    agentName: z.string().optional(),
    itemCode: z.string(),
    consentForm: consentForms.schema.optional(),
    signedAt: time.optional(),
    expiresAt: time.optional(),
    revokedAt: time.optional(),
    state: states.schema.optional(),
    unitId: z.string().optional(),
    unitPath: z.string().optional(),
    version: z.int(),
    unreachable,
  })
  .meta({ id: 'Mandate' });

type MandateJson = z.input<typeof mandateSchema>;

function mandateToJson(mandate: requests.Mandate, names: Names): MandateJson {
  const { consentForm, signedAt, expiresAt, revokedAt, state, unitId, unitPath, ...rest } = mandate;
  return {
    ...rest,
    residentName: names.persons.get(mandate.residentId),
    agentName: names.staff.get(mandate.agentId),
    consentForm: consentForms.fromWire(consentForm),
    signedAt: timeOf(signedAt),
    expiresAt: timeOf(expiresAt),
    revokedAt: timeOf(revokedAt),
    state: states.fromWire(state),
    unitId: given(unitId),
    unitPath: given(unitPath),
  };
}

function namesOf(call: Call, mandates: readonly requests.Mandate[]): Promise<Names> {
  return findNames(call, { staff: mandates.map(({ agentId }) => agentId), persons: mandates.map(({ residentId }) => residentId) });
}

async function answerMandate(call: Call, { mandate }: { mandate: requests.Mandate | undefined }): Promise<Answer<MandateJson>> {
  if (mandate === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  const names = await namesOf(call, [mandate]);
  const body = { ...mandateToJson(mandate, names), unreachable: names.unreachable };
  return { body, version: mandate.version, location: `/v1/mandates/${mandate.id}` };
}

export const mandateRoutes: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/mandates',
    name: 'signMandate',
    summary: '签署委托：居民在线签署，或由工作人员登记其书面、口头或监护人的同意',
    tag: 'mandates',
    calls: 'requests.v1.MandateService/SignMandate',
    creates: true,
    body: z.strictObject({
      residentId: id,
      agentId: id,
      itemCode: code,
      consentForm: consentForms.schema,
      expiresAt: instant.optional().meta({ description: '缺省为 90 天后，最长一年' }),
    }),
    response: mandateSchema,
    handle: async ({ body, requestId }, call) => {
      const { consentForm, expiresAt, ...rest } = body;
      const wish = { ...rest, consentForm: consentForms.toWire(consentForm), expiresAt: dateOf(expiresAt), requestId };
      return answerMandate(call, await call.clients.mandates.signMandate(wish, call.options));
    },
  }),
  route({
    method: 'get',
    path: '/v1/mandates',
    name: 'listMandates',
    summary: '委托列表',
    tag: 'mandates',
    calls: 'requests.v1.MandateService/ListMandates',
    query: z.strictObject({ residentId: optionalId, agentId: optionalId, state: states.schema.optional(), ...page }),
    response: z.strictObject({ mandates: z.array(mandateSchema), nextPageToken, unreachable }),
    handle: async ({ query: { state, ...rest } }, call) => {
      const found = await call.clients.mandates.listMandates({ ...rest, state: states.toWireOrNone(state) }, call.options);
      const names = await namesOf(call, found.mandates);
      const mandates = found.mandates.map((mandate) => mandateToJson(mandate, names));
      return { body: { mandates, nextPageToken: found.nextPageToken, unreachable: names.unreachable } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/mandates/{id}',
    name: 'getMandate',
    summary: '一份委托',
    tag: 'mandates',
    calls: 'requests.v1.MandateService/GetMandate',
    params: onMandate,
    response: mandateSchema,
    handle: async ({ params }, call) => answerMandate(call, await call.clients.mandates.getMandate({ mandateId: params.id }, call.options)),
  }),
  route({
    method: 'post',
    path: '/v1/mandates/{id}:revoke',
    name: 'revokeMandate',
    summary: '撤销委托，立即生效',
    tag: 'mandates',
    calls: 'requests.v1.MandateService/RevokeMandate',
    changes: true,
    params: onMandate,
    body: z.strictObject({}),
    response: mandateSchema,
    handle: async ({ params, version }, call) => answerMandate(call, await call.clients.mandates.revokeMandate({ mandateId: params.id, version }, call.options)),
  }),
];
