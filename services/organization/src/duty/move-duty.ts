import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Deps } from '../deps';
import type { Succession } from '../units/hand-over';
import type { Roster, Slot } from './duty';
import { reviewDuty } from './review-duty';
import { lockRostersConcerned, lockSlots, moveSlotsAhead, saveRosterUnit, saveSlots } from './store';
import { slotFacts } from './wire';

/**
 * Duty that lies ahead at units that ended goes on at a successor of the same kind, with the roster where the successor has
 * none; days that are over stay where they were. What the successor has planned for the same time already, and what has no
 * such successor, is cancelled, so that its people are free. Then every roster that counts on one of those units or on the
 * people whose posts went is looked at again: what nobody can do any more is announced now. Posts have moved before.
 */
export async function moveDuty(
  deps: Pick<Deps, 'now' | 'calendar'>,
  tx: Tx,
  { caller, ended, staffIds }: { readonly caller: Caller; readonly ended: readonly Succession[]; readonly staffIds: readonly string[] },
): Promise<void> {
  const now = deps.now();
  const unitIds = ended.flatMap(({ unit, successor }) => [unit.id, successor.id]);
  const rosters = await moveRosters(tx, await lockRostersConcerned(tx, { unitIds, staffIds, now }), ended);
  const moves = ended.map(({ unit, successor }) => ({ from: unit.id, to: unit.kind === successor.kind ? successor.id : undefined }));
  const paths = new Map(ended.map(({ unit, successor }) => [unit.id, successor.path]));
  const left = await lockSlots(tx, await moveSlotsAhead(tx, moves, now));
  const cancelled = [...left.values()].map((slot): Slot => ({ ...slot, aId: '', bId: '', cancelled: true, version: slot.version + 1 }));
  await saveSlots(tx, cancelled);
  await recordChanges(
    tx,
    caller,
    cancelled.map((slot) => ({
      ...{ action: 'duty_slot.cancel', objectType: 'duty_slot', id: slot.id, version: slot.version, event: 'DutyCancelled' },
      payload: organization.DutyCancelled.fromPartial(slotFacts(slot)),
      entry: { threadId: slot.id, unitPath: paths.get(slot.unitId) ?? '', at: now, code: 'cancelled', facts: { day: slot.day, kind: slot.kind } },
    })),
  );
  for (const roster of rosters) await reviewDuty(deps, tx, { caller, roster });
}

/** A unit has one roster: the first goes along, another one ends with its unit. */
async function moveRosters(tx: Tx, rosters: readonly Roster[], ended: readonly Succession[]): Promise<Roster[]> {
  const successors = new Map(ended.filter(({ unit, successor }) => unit.kind === successor.kind).map(({ unit, successor }) => [unit.id, successor.id]));
  const taken = new Set(rosters.map(({ unitId }) => unitId));
  const moved: Roster[] = [];
  for (const roster of rosters) {
    const unitId = successors.get(roster.unitId);
    const goes = unitId !== undefined && !taken.has(unitId);
    if (goes) {
      taken.add(unitId);
      await saveRosterUnit(tx, roster.id, unitId);
    }
    moved.push(goes ? { ...roster, unitId } : roster);
  }
  return moved;
}
