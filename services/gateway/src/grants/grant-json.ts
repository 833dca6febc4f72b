import { organization } from '@linli/contracts';
import { words } from '../wire/words';

export const scopes = words('GRANT_SCOPE', organization.GrantScope, ['self', 'unit', 'subtree', 'tenant']);
export const principalKinds = words('PRINCIPAL_KIND', organization.PrincipalKind, ['staff', 'client']);
