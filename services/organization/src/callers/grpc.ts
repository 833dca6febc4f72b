import { notFound, permissionDenied } from '@linli/errors';
import type { organization } from '@linli/contracts';
import type { RpcContext } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { readIdentity } from '../fields';
import { ownPermissions } from '../grants/roles';
import { principalOnWire, scopeOnWire } from '../grants/wire';
import { resolveIdentity } from './store';

export function callerService(deps: Deps): organization.CallerServiceImplementation<RpcContext> {
  return {
    async resolveCaller(request, { caller }) {
      const kind = principalOnWire.fromWire(request.kind, 'kind');
      const input = { kind, identity: readIdentity(request), now: deps.now(), day: today(deps) };
      const resolved = await deps.db.withTenant(caller, (tx) => resolveIdentity(tx, input));
      if (resolved === undefined) throw notFound('IDENTITY_UNKNOWN', 'nobody active here has this identity', { details: { kind } });
      const { subject, displayName, tenantSuspended } = resolved;
      // Somebody must be able to look at what happened.
      const grants = tenantSuspended ? resolved.grants.filter(({ role }) => role === 'audit_admin') : resolved.grants;
      if (tenantSuspended && grants.length === 0) throw permissionDenied('TENANT_SUSPENDED', 'the office is suspended');
      const own = kind === 'staff' && !tenantSuspended ? [{ permissions: [...ownPermissions], scope: scopeOnWire.toWire('self'), unitPath: '' }] : [];
      return {
        subject,
        displayName,
        roles: [...new Set(grants.map(({ role }) => role))],
        grants: [
          ...grants.map(({ permissions, scope, unitPath }) => ({ permissions: [...permissions], scope: scopeOnWire.toWire(scope), unitPath })),
          ...own,
        ],
      };
    },
  };
}
