import { assertCoversUnit, isSelf, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { coversAny } from '../scope';
import { assertVersion } from '../version';
import { staffNotFound } from './rules';
import { standingPosts, type Post, type Staff } from './staff';
import { lockStaff, lockStaffByCode } from './store';

export interface StaffRef {
  readonly staffId: string;
  readonly version: number;
}

/** Whether the permission covers a unit where the person works, or the person is the caller with a grant on own things. */
export function coversStaff(caller: Caller, permission: string, { staff, day }: { staff: Staff; day: LocalDate }): boolean {
  const paths = standingPosts(staff, day).map((post) => post.unitPath);
  return coversAny(caller, permission, paths) || isSelf(caller, permission, staff.id);
}

/** Somebody may work in several places: who changes a post must be in charge there. @throws permission_denied UNIT_OUT_OF_SCOPE. */
export function assertCoversPosts(caller: Caller, permission: string, posts: readonly Post[]): void {
  for (const { unitPath } of posts) assertCoversUnit(caller, permission, unitPath);
}

/**
 * Locks the person, and with them `others`, in one order.
 * @throws not_found STAFF_NOT_FOUND, aborted VERSION_STALE.
 */
export async function lockForChange(
  tx: Tx,
  caller: Caller,
  input: { readonly permission: string; readonly ref: StaffRef; readonly others?: readonly string[]; readonly day: LocalDate },
): Promise<{ staff: Staff; others: ReadonlyMap<string, Staff> }> {
  const { permission, ref, others = [], day } = input;
  const locked = await lockStaff(tx, [ref.staffId, ...others]);
  const staff = locked.get(ref.staffId);
  if (staff === undefined || !coversStaff(caller, permission, { staff, day })) throw staffNotFound();
  assertVersion(staff, ref.version);
  return { staff, others: locked };
}

/** Those of the codes that are there, locked. */
export async function lockStaffByCodes(tx: Tx, codes: readonly string[]): Promise<Map<string, Staff>> {
  return new Map((await lockStaffByCode(tx, codes)).map((staff) => [staff.code, staff]));
}
