import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { code, dateOf, given, id, instant, nextPageToken, optionalId, page, text, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';
import { principalKinds, scopes } from './grant-json';

/** An office's own roles are told from the platform's by their beginning. */
const ownCode = z.string().regex(/^own\.[a-z0-9][a-z0-9._-]{0,59}$/);
const states = words('GRANT_REQUEST_STATE', organization.GrantRequestState, ['requested', 'confirmed', 'declined', 'expired']);
const permissions = z.array(z.string().min(1).max(100).regex(/^[a-z0-9_.]+$/)).min(1).max(200);

const roleSchema = z
  .strictObject({
    code: z.string(),
    nameZh: z.string(),
    permissions: z.array(z.string()),
    holder: principalKinds.schema.optional(),
    own: z.boolean().meta({ description: '本街道自定；其余为平台的' }),
    version: z.int(),
  })
  .meta({ id: 'Role' });

const requestSchema = z
  .strictObject({
    id: z.string(),
    principalKind: principalKinds.schema.optional(),
    principalId: z.string(),
    role: z.string(),
    scope: scopes.schema.optional(),
    unitId: z.string().optional(),
    unitPath: z.string().optional(),
    endsAt: time.optional(),
    state: states.schema.optional(),
    requestedBy: z.string(),
    decidedBy: z.string().optional(),
    confirmUntil: time.optional().meta({ description: '过此时无人确认则失效' }),
    grantId: z.string().optional(),
    version: z.int(),
  })
  .meta({ id: 'GrantRequest' });

/** What a grant is to be. */
const grantBody = z.strictObject({
  principalKind: principalKinds.schema,
  principalId: id,
  role: code,
  scope: scopes.schema,
  unitId: optionalId.meta({ description: '范围为 unit 或 subtree 时必填' }),
  endsAt: instant.optional(),
});

function roleToJson({ holder, ...rest }: organization.Role): z.input<typeof roleSchema> {
  return { ...rest, holder: principalKinds.fromWire(holder) };
}

function answerRole({ role }: { role: organization.Role | undefined }): Answer<z.input<typeof roleSchema>> {
  if (role === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: roleToJson(role), version: role.version };
}

function requestToJson(request: organization.GrantRequest): z.input<typeof requestSchema> {
  const { principalKind, scope, state, unitId, unitPath, endsAt, decidedBy, confirmUntil, grantId, ...rest } = request;
  return {
    ...rest,
    principalKind: principalKinds.fromWire(principalKind),
    scope: scopes.fromWire(scope),
    state: states.fromWire(state),
    unitId: given(unitId),
    unitPath: given(unitPath),
    endsAt: timeOf(endsAt),
    decidedBy: given(decidedBy),
    confirmUntil: timeOf(confirmUntil),
    grantId: given(grantId),
  };
}

function answerRequest({ grantRequest }: { grantRequest: organization.GrantRequest | undefined }): Answer<z.input<typeof requestSchema>> {
  if (grantRequest === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: requestToJson(grantRequest), version: grantRequest.version };
}

const roles: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/roles',
    name: 'listRoles',
    summary: '角色及其权限',
    tag: 'grants',
    calls: 'organization.v1.GrantService/ListRoles',
    response: z.strictObject({ roles: z.array(roleSchema) }),
    handle: async (_input, { clients, options }) => ({ body: { roles: (await clients.grants.listRoles({}, options)).roles.map(roleToJson) } }),
  }),
  route({
    method: 'get',
    path: '/v1/permissions',
    name: 'getPermissionCatalogue',
    summary: '角色可用的权限',
    tag: 'grants',
    calls: 'organization.v1.RoleService/GetPermissionCatalogue',
    response: z.strictObject({ staff: z.array(z.string()), client: z.array(z.string()) }),
    handle: async (_input, { clients, options }) => ({ body: await clients.roles.getPermissionCatalogue({}, options) }),
  }),
  route({
    method: 'post',
    path: '/v1/roles',
    name: 'createRole',
    summary: '自定角色；代码以 own. 开头',
    tag: 'grants',
    calls: 'organization.v1.RoleService/CreateRole',
    creates: true,
    body: z.strictObject({ code: ownCode, nameZh: text(60), holder: principalKinds.schema, permissions }),
    response: roleSchema,
    handle: async ({ body: { holder, ...rest }, requestId }, { clients, options }) =>
      answerRole(await clients.roles.createRole({ ...rest, holder: principalKinds.toWire(holder), requestId }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/roles/{code}:change',
    name: 'changeRole',
    summary: '修改自定角色：对持有人即时生效；有人持有或申请时只能减少权限',
    tag: 'grants',
    calls: 'organization.v1.RoleService/ChangeRole',
    changes: true,
    params: z.strictObject({ code }),
    body: z.strictObject({ nameZh: text(60), permissions }),
    response: roleSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerRole(await clients.roles.changeRole({ code: params.code, version, ...body }, options)),
  }),
];

const requests: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/grant-requests',
    name: 'listGrantRequests',
    summary: '授权申请',
    tag: 'grants',
    calls: 'organization.v1.GrantRequestService/ListGrantRequests',
    query: z.strictObject({ state: states.schema.optional(), ...page }),
    response: z.strictObject({ grantRequests: z.array(requestSchema), nextPageToken }),
    handle: async ({ query: { state, ...rest } }, { clients, options }) => {
      const found = await clients.grantRequests.listGrantRequests({ ...rest, state: states.toWireOrNone(state) }, options);
      return { body: { grantRequests: found.grantRequests.map(requestToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/grant-requests',
    name: 'requestGrant',
    summary: '申请授予角色，待另一人确认；不得授予自己',
    tag: 'grants',
    calls: 'organization.v1.GrantRequestService/RequestGrant',
    creates: true,
    body: grantBody,
    response: requestSchema,
    handle: async ({ body: { principalKind, scope, endsAt, ...rest }, requestId }, { clients, options }) => {
      const wish = { ...rest, principalKind: principalKinds.toWire(principalKind), scope: scopes.toWire(scope), endsAt: dateOf(endsAt), requestId };
      return answerRequest(await clients.grantRequests.requestGrant(wish, options));
    },
  }),
  route({
    method: 'post',
    path: '/v1/grant-requests/{id}:confirm',
    name: 'confirmGrant',
    summary: '确认授权；申请人和被授权人不得确认',
    tag: 'grants',
    calls: 'organization.v1.GrantRequestService/ConfirmGrant',
    changes: true,
    params: z.strictObject({ id }),
    body: z.strictObject({}),
    response: requestSchema,
    handle: async ({ params, version }, { clients, options }) => answerRequest(await clients.grantRequests.confirmGrant({ grantRequestId: params.id, version }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/grant-requests/{id}:decline',
    name: 'declineGrant',
    summary: '不予授权，或撤回申请',
    tag: 'grants',
    calls: 'organization.v1.GrantRequestService/DeclineGrant',
    changes: true,
    params: z.strictObject({ id }),
    body: z.strictObject({}),
    response: requestSchema,
    handle: async ({ params, version }, { clients, options }) => answerRequest(await clients.grantRequests.declineGrant({ grantRequestId: params.id, version }, options)),
  }),
];

export const roleRoutes: readonly ApiRoute[] = [...roles, ...requests];
