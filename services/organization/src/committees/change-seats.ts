import { coversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { newId, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdMemberUnits } from '../member-units/hold-member-units';
import { isInOn, memberUnitNotFound } from '../member-units/rules';
import { lockForChange, recordStep, type CommitteeRef } from './change-committee';
import type { Committee } from './committee';
import { readSchedule } from './rotation-store';
import { endSeat, takeSeats } from './seats';
import { insertSeats, readSeats, saveSeat } from './store';

/** @throws not_found COMMITTEE_NOT_FOUND, MEMBER_UNIT_NOT_FOUND; failed_precondition MEMBER_UNIT_NOT_IN and as `takeSeats`; aborted VERSION_STALE. */
export async function takeCommitteeSeats(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  input: CommitteeRef & { readonly memberUnitIds: readonly string[]; readonly validFrom: LocalDate },
): Promise<Committee> {
  const { memberUnitIds, validFrom } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const committee = await lockForChange(tx, caller, input);
    await assertIn(tx, caller, input);
    const at = deps.now();
    const taken = memberUnitIds.map((memberUnitId) => ({ id: newId(at.getTime()), memberUnitId, validFrom, validTo: undefined }));
    takeSeats(committee, await readSeats(tx, committee.id), taken);
    await insertSeats(tx, committee.id, taken);
    const payload = organization.SeatsTaken.fromPartial({ committeeId: committee.id, memberUnitIds: [...memberUnitIds], validFrom });
    const facts = { seats: String(taken.length), valid_from: validFrom };
    return recordStep(tx, caller, { committee, action: 'committee.take_seats', event: 'SeatsTaken', payload, code: 'seats_taken', facts, at });
  });
}

/** @throws not_found COMMITTEE_NOT_FOUND; aborted VERSION_STALE; invalid_argument for a day gone by; and as `endSeat`. */
export async function endCommitteeSeat(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  input: CommitteeRef & { readonly seatId: string; readonly validTo: LocalDate },
): Promise<Committee> {
  return deps.db.withTenant(caller, async (tx) => {
    const committee = await lockForChange(tx, caller, input);
    if (input.validTo < today(deps)) throw violation('valid_to', 'in_past');
    const { rotations } = await readSchedule(tx, committee.id);
    const { memberUnitId, ...seat } = endSeat(await readSeats(tx, committee.id), rotations, input);
    await saveSeat(tx, { memberUnitId, ...seat });
    const payload = organization.SeatEnded.fromPartial({ committeeId: committee.id, memberUnitId, validTo: seat.validTo ?? '' });
    const facts = { member_unit: memberUnitId, valid_to: seat.validTo ?? '' };
    return recordStep(tx, caller, { committee, action: 'committee.end_seat', event: 'SeatEnded', payload, code: 'seat_ended', facts, at: deps.now() });
  });
}

async function assertIn(tx: Tx, caller: Caller, { memberUnitIds, validFrom }: { readonly memberUnitIds: readonly string[]; readonly validFrom: LocalDate }): Promise<void> {
  const found = await holdMemberUnits(tx, memberUnitIds);
  for (const id of memberUnitIds) {
    const memberUnit = found.get(id);
    if (memberUnit === undefined || !coversUnit(caller, 'organization.committee.write', memberUnit.unitPath)) throw memberUnitNotFound();
    if (!isInOn(memberUnit, validFrom) || memberUnit.leftOn !== undefined) {
      throw failedPrecondition('MEMBER_UNIT_NOT_IN', 'the member unit is not in on that day', { details: { member_unit: id } });
    }
  }
}
