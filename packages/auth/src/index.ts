export { createAccessTokenVerifier, type AccessClaims, type AccessTokenOptions, type AccessTokenVerifier } from './access-tokens';
export { systemCaller, type Caller, type Grant } from './caller';
export { createExpiringCache, type ExpiringCache } from './expiring-cache';
export { createInternalTokens, type InternalTokenOptions, type InternalTokens } from './internal-tokens';
export { isSelf, requirePermission } from './permissions';
export { assertCoversUnit, coversUnit, unitScopes, type UnitScopes } from './unit-scope';
