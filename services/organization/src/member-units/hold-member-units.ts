import type { Tx } from '@linli/db';
import type { MemberUnit } from './member-unit';
import { memberUnitNotFound } from './rules';
import { shareMemberUnits } from './store';

/** The member units by their ids, which stay as they are until this transaction ends. @throws not_found MEMBER_UNIT_NOT_FOUND. */
export async function holdMemberUnits(tx: Tx, ids: readonly string[]): Promise<Map<string, MemberUnit>> {
  const found = await shareMemberUnits(tx, ids);
  if (ids.some((id) => !found.has(id))) throw memberUnitNotFound();
  return found;
}
