import type { AccessClaims } from '@linli/auth';
import { unauthenticated } from '@linli/errors';

const tenantPattern = /^[a-z][a-z0-9-]{1,30}$/;

/** Who somebody is to the identity provider: the issuer and its subject, never a name or a mail address. */
export interface Identity {
  readonly tenantId: string;
  readonly kind: AccessClaims['linli_kind'];
  readonly issuer: string;
  readonly subject: string;
}

/** @throws unauthenticated TOKEN_INVALID when what is called a tenant can be none. */
export function identityOf(claims: AccessClaims): Identity {
  if (!tenantPattern.test(claims.linli_tenant)) {
    throw unauthenticated('TOKEN_INVALID', 'the access token is refused: its claim linli_tenant names no office');
  }
  return { tenantId: claims.linli_tenant, kind: claims.linli_kind, issuer: claims.iss, subject: claims.sub };
}
