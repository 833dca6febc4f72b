import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { grantScopes, principalKinds, type ApiClient, type Role, type RoleGrant } from './grant';
import { grantRequestStates, type GrantRequest } from './grant-request';

export const principalOnWire = wireEnum('PRINCIPAL_KIND', organization.PrincipalKind, principalKinds);
export const stateOnWire = wireEnum('GRANT_REQUEST_STATE', organization.GrantRequestState, grantRequestStates);
export const scopeOnWire = wireEnum('GRANT_SCOPE', organization.GrantScope, grantScopes);

export function grantToWire(grant: RoleGrant): organization.RoleGrant {
  const { principalKind, scope, unitId = '', endsAt, revokedAt, ...rest } = grant;
  return { ...rest, principalKind: principalOnWire.toWire(principalKind), scope: scopeOnWire.toWire(scope), unitId, endsAt, revokedAt };
}

export function roleToWire(role: Role): organization.Role {
  const { holder, permissions, ...rest } = role;
  return { ...rest, holder: principalOnWire.toWire(holder), permissions: [...permissions] };
}

export function grantRequestToWire(request: GrantRequest): organization.GrantRequest {
  const { principalKind, scope, state, unitId = '', decidedBy = '', grantId = '', endsAt, ...rest } = request;
  return { ...rest, principalKind: principalOnWire.toWire(principalKind), scope: scopeOnWire.toWire(scope), state: stateOnWire.toWire(state), unitId, decidedBy, grantId, endsAt };
}

export function clientToWire({ id, nameZh, active, version }: ApiClient): organization.ApiClient {
  return { id, nameZh, active, version };
}
