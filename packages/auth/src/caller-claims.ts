import type { JWTPayload } from 'jose';
import { callerKinds, grantScopes, languages, type Caller, type Grant } from './caller';

/** A caller as claims. Permissions are named once and referred to by index: a head of office has many alike grants. */
export function claimsOfCaller(caller: Caller): JWTPayload {
  const permissions = [...new Set(caller.grants.flatMap((grant) => grant.permissions))];
  return {
    sub: caller.subject,
    tid: caller.tenantId,
    kind: caller.kind,
    lang: caller.language,
    ...(caller.sessionId === undefined ? {} : { sid: caller.sessionId }),
    perms: permissions,
    grants: caller.grants.map((grant) => [grant.scope, grant.unitPath, grant.permissions.map((name) => permissions.indexOf(name))]),
  };
}

/** The frozen caller of verified claims, or undefined when they are not of the form above. */
export function callerOfClaims(claims: JWTPayload): Caller | undefined {
  const { sub, sid } = claims;
  const tenantId = claims['tid'];
  const kind = member(callerKinds, claims['kind']);
  const language = member(languages, claims['lang']);
  const grants = grantsOfClaims(claims['perms'], claims['grants']);
  if (!isText(sub) || !isText(tenantId) || kind === undefined || language === undefined || grants === undefined) return undefined;
  if (sid !== undefined && !isText(sid)) return undefined;
  return Object.freeze({ tenantId, subject: sub, kind, grants, language, ...(sid === undefined ? {} : { sessionId: sid }) });
}

function grantsOfClaims(permissions: unknown, entries: unknown): readonly Grant[] | undefined {
  if (!isListOfText(permissions) || !Array.isArray(entries)) return undefined;
  const grants: Grant[] = [];
  for (const entry of entries as unknown[]) {
    const [scopeClaim, unitPath, indexes] = Array.isArray(entry) ? (entry as unknown[]) : [];
    const scope = member(grantScopes, scopeClaim);
    if (scope === undefined || typeof unitPath !== 'string' || !Array.isArray(indexes)) return undefined;
    const names = indexes.map((index: unknown) => (typeof index === 'number' ? permissions[index] : undefined));
    if (!isListOfText(names)) return undefined;
    grants.push(Object.freeze({ permissions: Object.freeze(names), scope, unitPath }));
  }
  return Object.freeze(grants);
}

function member<T>(values: readonly T[], claim: unknown): T | undefined {
  return values.find((value) => value === claim);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isListOfText(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}
