import type { AccessClaims } from '@linli/auth';

/** Who somebody is to the identity provider: the issuer and its subject, never a name or a mail address. */
export interface Identity {
  readonly tenantId: string;
  readonly kind: AccessClaims['linli_kind'];
  readonly issuer: string;
  readonly subject: string;
}

export function identityOf(claims: AccessClaims): Identity {
  return { tenantId: claims.linli_tenant, kind: claims.linli_kind, issuer: claims.iss, subject: claims.sub };
}
