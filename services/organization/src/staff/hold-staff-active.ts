import type { Tx } from '@linli/db';
import { assertActive, staffNotFound } from './rules';
import { lockStaff } from './store';

/** They stay at work until this transaction ends. @throws not_found STAFF_NOT_FOUND, failed_precondition STAFF_INACTIVE. */
export async function holdStaffActive(tx: Tx, ids: readonly string[]): Promise<void> {
  const found = await lockStaff(tx, ids);
  for (const id of ids) {
    const staff = found.get(id);
    if (staff === undefined) throw staffNotFound();
    assertActive(staff);
  }
}
