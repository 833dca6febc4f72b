import { unitScopes } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext, type TextRule } from '@linli/grpc';
import type { Deps } from '../deps';
import { codeRule, readTime } from '../fields';
import { confirmGrant, declineGrant } from './decide-grant';
import { changeRole, createRole } from './own-role';
import type { GrantScope } from './grant';
import { catalogue } from './powers';
import type { GrantFacts } from './prepare-grant';
import { requestGrant } from './request-grant';
import { listGrantRequests } from './request-store';
import { needsUnit } from './rules';
import { grantRequestToWire, principalOnWire, roleToWire, scopeOnWire, stateOnWire } from './wire';

/** No role of the platform's begins so. */
const ownCode: TextRule = { max: 64, pattern: /^own\.[a-z0-9][a-z0-9._-]*$/ };
const mostPermissions = 200;

export function roleService(deps: Deps): organization.RoleServiceImplementation<RpcContext> {
  return {
    async createRole(request, { caller }) {
      const role = await createRole(deps, caller, {
        request: requestKey(caller, organization.CreateRoleRequest, request),
        code: requireText(request.code, 'code', ownCode),
        nameZh: requireText(request.nameZh, 'name_zh', { max: 60 }),
        holder: principalOnWire.fromWire(request.holder, 'holder'),
        permissions: readPermissions(request.permissions),
      });
      return { role: roleToWire(role) };
    },
    async changeRole(request, { caller }) {
      const role = await changeRole(deps, caller, {
        code: requireText(request.code, 'code', { max: 64 }),
        version: request.version,
        nameZh: requireText(request.nameZh, 'name_zh', { max: 60 }),
        permissions: readPermissions(request.permissions),
      });
      return { role: roleToWire(role) };
    },
    getPermissionCatalogue: () => Promise.resolve({ staff: [...catalogue.staff], client: [...catalogue.client] }),
  };
}

export function grantRequestService(deps: Deps): organization.GrantRequestServiceImplementation<RpcContext> {
  return {
    async requestGrant(request, { caller }) {
      const asked = await requestGrant(deps, caller, { request: requestKey(caller, organization.RequestGrantRequest, request), ...readGrant(request) });
      return { grantRequest: grantRequestToWire(asked) };
    },
    async confirmGrant(request, { caller }) {
      return { grantRequest: grantRequestToWire(await confirmGrant(deps, caller, readRef(request))) };
    },
    async declineGrant(request, { caller }) {
      return { grantRequest: grantRequestToWire(await declineGrant(deps, caller, readRef(request))) };
    },
    async listGrantRequests(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const state = stateOnWire.fromWireOrNone(request.state, 'state');
      const context = { list: 'grant_requests', tenant: caller.tenantId, caller: caller.subject, state };
      const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const scopes = unitScopes(caller, 'organization.grant.read');
      const found = await deps.db.withTenant(caller, (tx) => listGrantRequests(tx, { scopes, state, afterId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { grantRequests: shown.map(grantRequestToWire), nextPageToken };
    },
  };
}

/** What a grant is to be. */
function readGrant(request: Omit<organization.RequestGrantRequest, 'requestId'>): GrantFacts {
  const scope = scopeOnWire.fromWire(request.scope, 'scope');
  return {
    principalKind: principalOnWire.fromWire(request.principalKind, 'principal_kind'),
    principalId: readUuid(request.principalId, 'principal_id'),
    role: requireText(request.role, 'role', codeRule),
    scope,
    unitId: readUnit(scope, request.unitId),
    endsAt: readTime(request.endsAt, 'ends_at'),
  };
}

/** @throws invalid_argument when the scope needs a unit and none is named, or the other way round. */
function readUnit(scope: GrantScope, unitId: string): string | undefined {
  if (needsUnit(scope)) return readUuid(unitId, 'unit_id');
  if (unitId !== '') throw violation('unit_id', 'not_for_scope');
  return undefined;
}

function readRef(request: { readonly grantRequestId: string; readonly version: number }): { grantRequestId: string; version: number } {
  return { grantRequestId: readUuid(request.grantRequestId, 'grant_request_id'), version: request.version };
}

/** Each once, in one order, so that the same role is always written the same. */
function readPermissions(permissions: readonly string[]): string[] {
  if (permissions.length === 0) throw violation('permissions', 'required');
  if (permissions.length > mostPermissions) throw violation('permissions', 'too_many');
  const read = permissions.map((text, index) => requireText(text, `permissions[${index}]`, { max: 100 }));
  if (new Set(read).size !== read.length) throw violation('permissions', 'duplicate');
  return read.sort();
}
