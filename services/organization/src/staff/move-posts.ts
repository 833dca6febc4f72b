import type { Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { newId, type Tx } from '@linli/db';
import { recordStaff } from './record-staff';
import { movePostsOf, type PostTarget } from './rules';
import { listStaffAt, lockStaff } from './store';

interface Moves {
  /** By the id of the unit that ends, where its posts go. */
  readonly targets: ReadonlyMap<string, PostTarget>;
  readonly day: LocalDate;
  readonly now: Date;
}

/** Posts at these units end on the day and go on at others; one step for each person, however many posts they hold there. Gives who they are. */
export async function movePosts(tx: Tx, caller: Caller, { targets, day, now }: Moves): Promise<string[]> {
  const ids = await listStaffAt(tx, [...targets.keys()], day);
  if (ids.length === 0) return [];
  const locked = await lockStaff(tx, ids);
  const idFor = () => newId(now.getTime());
  const changes = [...locked.values()].map((staff) => ({ staff: movePostsOf(staff, { targets, day, idFor }), event: 'PostsMoved' }) as const);
  await recordStaff(tx, caller, { changes, day });
  return ids;
}
