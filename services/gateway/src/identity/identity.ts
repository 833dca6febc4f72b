import { unauthenticated } from '@linli/errors';

const kinds = ['staff', 'client', 'resident'] as const;
const tenantPattern = /^[a-z][a-z0-9-]{1,30}$/;

/** Who somebody is to the identity provider: the issuer and its subject, never a name or a mail address. */
export interface Identity {
  readonly tenantId: string;
  readonly kind: (typeof kinds)[number];
  readonly issuer: string;
  readonly subject: string;
}

/** @throws unauthenticated TOKEN_CLAIMS_MISSING when the token does not say for which office and as what it speaks. */
export function identityOf(claims: Readonly<Record<string, unknown>>): Identity {
  const { iss: issuer, sub: subject, linli_tenant: tenantId } = claims;
  const kind = kinds.find((known) => known === claims['linli_kind']);
  if (typeof issuer === 'string' && typeof subject === 'string' && typeof tenantId === 'string' && tenantPattern.test(tenantId) && kind !== undefined) {
    return { tenantId, kind, issuer, subject };
  }
  throw unauthenticated('TOKEN_CLAIMS_MISSING', 'the token names no office or no kind of account');
}
