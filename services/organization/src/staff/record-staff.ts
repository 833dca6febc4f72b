import type { Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { recordChanges, type Change } from '../changes';
import { insertStaff, saveStaff } from './store';
import type { Staff } from './staff';
import { stateOf } from './wire';

/** One step of one person: the state after it and what it was. */
export interface StaffChange {
  readonly staff: Staff;
  readonly event: keyof typeof actions;
  /** The post that it was about. */
  readonly postId?: string;
}

const actions = {
  StaffCreated: 'staff.create',
  StaffUpdated: 'staff.update',
  StaffDeactivated: 'staff.deactivate',
  PostAssigned: 'staff.assign_post',
  PostEnded: 'staff.end_post',
  PostsMoved: 'staff.move_posts',
  PartnerSet: 'staff.set_partner',
  AbsenceStarted: 'staff.start_absence',
  AbsenceEnded: 'staff.end_absence',
} as const;

/** Writes new people, each with its event. `day` is today. */
export async function addStaff(tx: Tx, caller: Caller, { staff, day }: { staff: readonly Staff[]; day: LocalDate }): Promise<void> {
  await insertStaff(tx, staff);
  await recordChanges(tx, caller, staff.map((one) => toChange({ staff: one, event: 'StaffCreated' }, day)));
}

/** Writes steps of people locked by this transaction, each step with its event; the last step of a person is what is kept. */
export async function recordStaff(
  tx: Tx,
  caller: Caller,
  { changes, day }: { changes: readonly StaffChange[]; day: LocalDate },
): Promise<void> {
  if (changes.length === 0) return;
  await saveStaff(tx, [...new Map(changes.map(({ staff }) => [staff.id, staff])).values()]);
  await recordChanges(tx, caller, changes.map((change) => toChange(change, day)));
}

function toChange({ staff, event, postId }: StaffChange, day: LocalDate): Change {
  const payload = { staff: stateOf(staff, day), ...(postId === undefined ? {} : { postId }) };
  return { action: actions[event], objectType: 'staff', id: staff.id, version: staff.version, event, payload };
}
