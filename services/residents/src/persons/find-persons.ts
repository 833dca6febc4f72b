import { recordAudit } from '@linli/audit';
import { unitScopes, type Caller } from '@linli/auth';
import type { Secret } from '@linli/config';
import type { Deps } from '../deps';
import type { IndexedField } from '../vault/vault';
import { mostPerPhone } from './register-person';
import type { Person } from './rules';
import { findByIndex } from './store';

/** By one whole value, among those the caller may see. Who was looked up, or that nobody was found, is audited. */
export async function findPersons(
  deps: Pick<Deps, 'db' | 'now' | 'vault'>,
  caller: Caller,
  { field, value }: { readonly field: IndexedField; readonly value: Secret },
): Promise<Person[]> {
  const index = deps.vault.blindIndex(caller.tenantId, field, value);
  const view = { scopes: unitScopes(caller, 'residents.person.find'), subject: caller.subject };
  return deps.db.withTenant(caller, async (tx) => {
    const found = await findByIndex(tx, { field, index, limit: mostPerPhone }, view);
    const objectIds = found.length === 0 ? ['nobody'] : found.map(({ id }) => id);
    for (const objectId of objectIds) {
      await recordAudit(tx, caller, { action: 'person.find', objectType: 'person', objectId, details: { by: field, found: found.length }, at: deps.now() });
    }
    return found;
  });
}
