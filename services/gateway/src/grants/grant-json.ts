import { organization } from '@linli/contracts';
import { z } from 'zod';
import { code, id, instant, optionalId } from '../wire/fields';
import { words } from '../wire/words';

export const scopes = words('GRANT_SCOPE', organization.GrantScope, ['self', 'unit', 'subtree', 'tenant']);
export const principalKinds = words('PRINCIPAL_KIND', organization.PrincipalKind, ['staff', 'client']);

/** What a grant is to be, given or asked for. */
export const grantBody = z.strictObject({
  principalKind: principalKinds.schema,
  principalId: id,
  role: code,
  scope: scopes.schema,
  unitId: optionalId.meta({ description: '范围为 unit 或 subtree 时必填' }),
  endsAt: instant.optional(),
});
