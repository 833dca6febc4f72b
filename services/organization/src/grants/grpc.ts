import { unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, type RpcContext } from '@linli/grpc';
import { readAsOf } from '../days';
import type { Deps } from '../deps';
import { readIdentity } from '../fields';
import { registerClient } from './register-client';
import { revokeGrant } from './revoke-grant';
import { listRoles } from './role-store';
import { listGrants } from './store';
import { clientToWire, grantToWire, roleToWire } from './wire';

export function grantService(deps: Deps): organization.GrantServiceImplementation<RpcContext> {
  return {
    async revokeGrant(request, { caller }) {
      const grantId = readUuid(request.grantId, 'grant_id');
      return { grant: grantToWire(await revokeGrant(deps, caller, { grantId, version: request.version })) };
    },
    listGrants: (request, { caller }) => listPage(deps, caller, request),
    async listRoles(_request, { caller }) {
      return { roles: (await deps.db.withTenant(caller, listRoles)).map(roleToWire) };
    },
    async registerClient(request, { caller }) {
      const client = await registerClient(deps, caller, {
        request: requestKey(caller, organization.RegisterClientRequest, request),
        nameZh: requireText(request.nameZh, 'name_zh', { max: 100 }),
        identity: readIdentity(request),
      });
      return { client: clientToWire(client) };
    },
  };
}

async function listPage(
  deps: Deps,
  caller: Caller,
  request: organization.ListGrantsRequest,
): Promise<{ grants: organization.RoleGrant[]; nextPageToken: string }> {
  const limit = compactLimit(request.pageSize);
  const principalId = request.principalId === '' ? undefined : readUuid(request.principalId, 'principal_id');
  const asOf = readAsOf(request);
  const context = { list: 'grants', tenant: caller.tenantId, caller: caller.subject, principal: principalId, asOf };
  const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const scopes = unitScopes(caller, 'organization.grant.read');
  const grants = await deps.db.withTenant(caller, (tx) => listGrants(tx, { scopes, principalId, asOf, afterId, limit: limit + 1 }));
  const { shown, nextPageToken } = deps.pages.cut(grants, { limit, context, at: ({ id }) => [id] });
  return { grants: shown.map(grantToWire), nextPageToken };
}
