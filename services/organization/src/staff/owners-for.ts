import { unitScopes, type Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { listStoodInFor } from './stand-in-store';

/**
 * Whose matters the caller may see to as their own: theirs and, while they stand in, those of whoever is away. Nobody's when the
 * permission is not held for one's own.
 */
export async function ownersFor(tx: Tx, caller: Caller, { permission, now }: { readonly permission: string; readonly now: Date }): Promise<readonly string[]> {
  const scopes = unitScopes(caller, permission);
  if (scopes === 'tenant' || !scopes.self || caller.subject === '') return [];
  return caller.kind === 'staff' ? [caller.subject, ...(await listStoodInFor(tx, caller.subject, now))] : [caller.subject];
}
