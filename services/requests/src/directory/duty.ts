import type { Tx } from '@linli/db';
import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import { setTimer } from '../timers/store';
import { absenceAt, isOnDuty, nextDutyChange, resolveDuty, type DutyHolder, type StaffDuty } from './rules';
import { findStaff, listCoordinators, lockDependents, saveDutyHolder } from './store';

export type DutyCause = 'absence' | 'return' | 'partner_changed' | 'deactivated';

/** Told for each agent whose partner or owner is another one from now on. Runs in the transaction of that change. */
export type OnStaffChanged = (tx: Tx, agentId: string, cause: DutyCause) => Promise<void>;

/**
 * Who answers for an agent's work at `now`. The agent's row is locked for share, so that a case written in this
 * transaction and a change of duty at the same moment cannot miss each other.
 * @throws AppError not_found AGENT_UNKNOWN.
 */
export async function onDuty(tx: Tx, agentId: string, now: Date): Promise<DutyHolder> {
  const duty = await findDuty(tx, agentId, now);
  if (duty === undefined) throw agentUnknown(agentId);
  return duty;
}

/** The same; undefined for somebody whom the directory does not know. */
export async function findDuty(tx: Tx, agentId: string, now: Date): Promise<DutyHolder | undefined> {
  const staff = await findStaff(tx, agentId, 'share');
  return staff === undefined ? undefined : resolve(tx, staff, now);
}

/** @throws AppError not_found AGENT_UNKNOWN; failed_precondition AGENT_INACTIVE. */
export async function assertActiveStaff(tx: Tx, staffId: string): Promise<void> {
  const staff = await findStaff(tx, staffId, 'share');
  if (staff === undefined) throw agentUnknown(staffId);
  if (!staff.active) throw failedPrecondition('AGENT_INACTIVE', 'this member of staff has left', { details: { agent: staffId } });
}

/**
 * Works out again who answers for whom after something changed about one member of staff, and tells of each agent for
 * whom the answer is another one. The directory must be locked by this transaction.
 */
export async function refreshDuty(
  tx: Tx,
  change: { readonly staffId: string; readonly cause: DutyCause; readonly now: Date },
  onStaffChanged: OnStaffChanged,
): Promise<void> {
  const { staffId, cause, now } = change;
  for (const before of await lockDependents(tx, staffId)) {
    if (before.id === staffId) await setTimer(tx, { kind: 'duty', subjectId: staffId }, nextDutyChange(before, now));
    const after = await resolve(tx, before, now);
    const samePartner = before.id !== staffId || cause !== 'partner_changed';
    if (after.ownerId === before.ownerId && after.standingIn === before.standingIn && samePartner) continue;
    await saveDutyHolder(tx, after);
    await onStaffChanged(tx, before.id, cause);
  }
}

/** What an absence that begins or ends now is called. */
export function causeOf(staff: StaffDuty, now: Date): DutyCause {
  return isOnDuty(staff, now) ? 'return' : 'absence';
}

async function resolve(tx: Tx, agent: StaffDuty, now: Date): Promise<DutyHolder> {
  if (isOnDuty(agent, now)) return resolveDuty(agent, { named: undefined, partner: undefined, coordinators: [] }, now);
  const find = async (id: string | undefined) => (id === undefined ? undefined : findStaff(tx, id));
  const [named, partner] = [await find(absenceAt(agent, now)?.standInId), await find(agent.partnerId)];
  const covered = [named, partner].some((other) => other !== undefined && isOnDuty(other, now));
  return resolveDuty(agent, { named, partner, coordinators: covered ? [] : await listCoordinators(tx) }, now);
}

function agentUnknown(staffId: string): AppError {
  return notFound('AGENT_UNKNOWN', 'there is no such member of staff', { details: { agent: staffId } });
}
