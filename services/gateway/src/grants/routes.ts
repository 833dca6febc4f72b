import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { given, id, nextPageToken, optionalDay, optionalId, page, text, time, timeOf } from '../wire/fields';
import { principalKinds, scopes } from './grant-json';

const grantSchema = z
  .strictObject({
    id: z.string(),
    principalKind: principalKinds.schema.optional(),
    principalId: z.string(),
    role: z.string(),
    scope: scopes.schema.optional(),
    unitId: z.string().optional(),
    unitPath: z.string().optional(),
    endsAt: time.optional(),
    revokedAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'Grant' });
const clientSchema = z.strictObject({ id: z.string(), nameZh: z.string(), active: z.boolean(), version: z.int() }).meta({ id: 'Client' });

type GrantJson = z.input<typeof grantSchema>;

function grantToJson(grant: organization.RoleGrant): GrantJson {
  const { principalKind, scope, unitId, unitPath, endsAt, revokedAt, ...rest } = grant;
  return {
    ...rest,
    principalKind: principalKinds.fromWire(principalKind),
    scope: scopes.fromWire(scope),
    unitId: given(unitId),
    unitPath: given(unitPath),
    endsAt: timeOf(endsAt),
    revokedAt: timeOf(revokedAt),
  };
}

function answerGrant({ grant }: { grant: organization.RoleGrant | undefined }): Answer<GrantJson> {
  if (grant === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: grantToJson(grant), version: grant.version };
}

export const grantRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/grants',
    name: 'listGrants',
    summary: '授权列表',
    tag: 'grants',
    calls: 'organization.v1.GrantService/ListGrants',
    query: z.strictObject({ principalId: optionalId, asOf: optionalDay.meta({ description: '该日（哪怕只是其中一段时间）持有的授权；缺省为全部，含已收回的' }), ...page }),
    response: z.strictObject({ grants: z.array(grantSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.grants.listGrants(query, options);
      return { body: { grants: found.grants.map(grantToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/grants/{id}:revoke',
    name: 'revokeGrant',
    summary: '收回授权',
    tag: 'grants',
    calls: 'organization.v1.GrantService/RevokeGrant',
    changes: true,
    params: z.strictObject({ id }),
    body: z.strictObject({}),
    response: grantSchema,
    handle: async ({ params, version }, { clients, options }) => answerGrant(await clients.grants.revokeGrant({ grantId: params.id, version }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/clients',
    name: 'registerClient',
    summary: '登记对接系统',
    tag: 'grants',
    calls: 'organization.v1.GrantService/RegisterClient',
    creates: true,
    body: z.strictObject({ nameZh: text(100), identityIssuer: text(300), identitySubject: text(255) }),
    response: clientSchema,
    handle: async ({ body, requestId }, { clients, options }) => {
      const { client } = await clients.grants.registerClient({ ...body, requestId }, options);
      if (client === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { body: client, version: client.version };
    },
  }),
];
