import type { Caller } from '@linli/auth';
import { newId, type Tx } from '@linli/db';
import { addGrants } from './add-grants';
import { recordRevoked } from './revoke-grant';
import { continueGrants, isEffective, revoke } from './rules';
import { lockGrantsAt } from './store';

interface Moves {
  /** By the id of the unit that ends, the one that takes over. */
  readonly targets: ReadonlyMap<string, { readonly id: string; readonly path: string }>;
  readonly now: Date;
}

/** Roles over these units are taken back and given anew over those that take over, to the same end. Who has the role there keeps one. */
export async function moveGrants(tx: Tx, caller: Caller, { targets, now }: Moves): Promise<void> {
  if (targets.size === 0) return;
  const units = [...targets].flatMap(([id, target]) => [id, target.id]);
  const standing = (await lockGrantsAt(tx, units)).filter((grant) => isEffective(grant, now));
  const moved = standing.filter(({ unitId }) => unitId !== undefined && targets.has(unitId));
  await recordRevoked(tx, caller, moved.map((grant) => revoke(grant, now)));
  await addGrants(tx, caller, continueGrants(moved, { standing, targets, idFor: () => newId(now.getTime()) }));
}
