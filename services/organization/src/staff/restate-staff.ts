import type { Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Page } from '../raise-versions';
import { touchStaff } from './store';
import { stateOf } from './wire';

/** Tells a page of people again, in the order of ids. `day` is today. Returns the ids told. */
export async function restateStaff(
  tx: Tx,
  caller: Caller,
  page: Page & { readonly day: LocalDate },
): Promise<string[]> {
  const staff = await touchStaff(tx, page);
  await recordChanges(
    tx,
    caller,
    staff.map((one) => ({ action: 'staff.restate', objectType: 'staff', id: one.id, version: one.version, event: 'StaffRestated', payload: { staff: stateOf(one, page.day) } })),
  );
  return staff.map(({ id }) => id);
}
