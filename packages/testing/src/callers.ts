import { generateKeyPairSync } from 'node:crypto';
import { createInternalTokens, type Caller, type InternalTokens } from '@linli/auth';
import { Secret } from '@linli/config';

/** A member of staff with the given permissions over the whole tenant, unless told otherwise. */
export function testCaller(facts: Partial<Caller> & { permissions?: readonly string[] } = {}): Caller {
  const { permissions = [], ...rest } = facts;
  return {
    tenantId: 'xingsheng',
    subject: '01900000-0000-7000-8000-000000000001',
    kind: 'staff',
    grants: [{ permissions, scope: 'tenant', unitPath: '' }],
    language: 'zh-CN',
    ...rest,
  };
}

export interface TestKeys {
  /** `internal('gateway')` mints and verifies as the gateway does. */
  internal(issuer: string): InternalTokens;
  /** The variables INTERNAL_KEY and INTERNAL_TRUSTED_KEYS of a process. */
  environment(issuer: string): { INTERNAL_KEY: string; INTERNAL_TRUSTED_KEYS: string };
}

/** Fresh ES256 keys for every issuer of internal tokens, trusted by all of them. */
export function testKeys(issuers: readonly string[] = ['gateway', 'organization', 'residents', 'requests', 'operator']): TestKeys {
  const pairs = issuers.map((kid) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const facts = { kid, alg: 'ES256' };
    return { kid, own: { ...privateKey.export({ format: 'jwk' }), ...facts }, open: { ...publicKey.export({ format: 'jwk' }), ...facts } };
  });
  const trustedKeys = JSON.stringify({ keys: pairs.map((pair) => pair.open) });
  function environment(issuer: string): { INTERNAL_KEY: string; INTERNAL_TRUSTED_KEYS: string } {
    const own = pairs.find((pair) => pair.kid === issuer)?.own;
    return { INTERNAL_KEY: JSON.stringify(own), INTERNAL_TRUSTED_KEYS: trustedKeys };
  }
  return {
    environment,
    internal: (issuer) => createInternalTokens({ issuer, privateKey: new Secret(environment(issuer).INTERNAL_KEY), trustedKeys }),
  };
}
