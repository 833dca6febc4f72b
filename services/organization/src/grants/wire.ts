import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { grantScopes, principalKinds, type ApiClient, type Role, type RoleGrant } from './grant';

export const principalOnWire = wireEnum('PRINCIPAL_KIND', organization.PrincipalKind, principalKinds);
export const scopeOnWire = wireEnum('GRANT_SCOPE', organization.GrantScope, grantScopes);

export function grantToWire(grant: RoleGrant): organization.RoleGrant {
  const { principalKind, scope, unitId = '', endsAt, revokedAt, ...rest } = grant;
  return { ...rest, principalKind: principalOnWire.toWire(principalKind), scope: scopeOnWire.toWire(scope), unitId, endsAt, revokedAt };
}

export function roleToWire({ code, nameZh, permissions }: Role): organization.Role {
  return { code, nameZh, permissions: [...permissions] };
}

export function clientToWire({ id, nameZh, active, version }: ApiClient): organization.ApiClient {
  return { id, nameZh, active, version };
}
