import type { Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { lockForChange, recordStep, type CommitteeRef } from './change-committee';
import type { Committee } from './committee';
import { assertCanBegin, handOver, swapHosts, yearOf, type Rotation } from './rotation';
import { insertRotation, insertSwap, insertTerm, readSchedule } from './rotation-store';
import { isSeatedOn } from './seats';
import { readSeats } from './store';

/** @throws not_found COMMITTEE_NOT_FOUND; aborted VERSION_STALE; invalid_argument for a year after the next; failed_precondition ROTATION_UNIT_NOT_SEATED; and as `assertCanBegin`. */
export async function setRotation(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: CommitteeRef & Rotation): Promise<Committee> {
  const { baseYear, units } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const committee = await lockForChange(tx, caller, input);
    const day = today(deps);
    if (baseYear > yearOf(day) + 1) throw violation('base_year', 'in_future');
    assertCanBegin(await readSchedule(tx, committee.id), input, day);
    const seats = await readSeats(tx, committee.id);
    // A first rotation may begin before the seats were written down.
    const begins = baseYear > yearOf(day) ? `${baseYear}-01-01` : day;
    const absent = units.find((unit) => !isSeatedOn(seats, unit, begins));
    if (absent !== undefined) throw failedPrecondition('ROTATION_UNIT_NOT_SEATED', 'the member unit holds no seat when the rotation begins', { details: { member_unit: absent } });
    await insertRotation(tx, committee.id, { version: committee.version + 1, baseYear, units });
    const payload = organization.RotationSet.fromPartial({ committeeId: committee.id, baseYear, memberUnitIds: [...units] });
    const facts = { base_year: String(baseYear), units: String(units.length) };
    return recordStep(tx, caller, { committee, action: 'committee.set_rotation', event: 'RotationSet', payload, code: 'rotation_set', facts, at: deps.now() });
  });
}

export interface SwapInput extends CommitteeRef {
  readonly years: readonly [number, number];
  readonly reasonCode: string;
  readonly decidedOn: LocalDate;
}

/** @throws not_found COMMITTEE_NOT_FOUND; aborted VERSION_STALE; invalid_argument for a decision to come; and as `swapHosts`. */
export async function swapCommitteeHosts(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: SwapInput): Promise<Committee> {
  const { reasonCode, decidedOn } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const committee = await lockForChange(tx, caller, input);
    if (decidedOn > today(deps)) throw violation('decided_on', 'in_future');
    const swap = swapHosts(await readSchedule(tx, committee.id), input.years, today(deps));
    const at = deps.now();
    await insertSwap(tx, committee.id, { ...swap, version: committee.version + 1, reasonCode, decidedOn, decidedBy: caller.subject });
    const payload = organization.HostsSwapped.fromPartial({ committeeId: committee.id, ...swap, reasonCode });
    const facts = { year: String(swap.year), other_year: String(swap.otherYear), member_unit: swap.memberUnitId, other_member_unit: swap.otherMemberUnitId, reason: reasonCode };
    return recordStep(tx, caller, { committee, action: 'committee.swap_hosts', event: 'HostsSwapped', payload, code: 'hosts_swapped', facts, at });
  });
}

/** The year's host takes over; from then on nothing changes who it is. @throws as `handOver`; failed_precondition ROTATION_HOST_NOT_SEATED; aborted VERSION_STALE. */
export async function handOverRotation(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: CommitteeRef & { readonly year: number }): Promise<Committee> {
  const { year } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const committee = await lockForChange(tx, caller, input);
    const day = today(deps);
    if (year < yearOf(day)) throw violation('year', 'in_past');
    if (year > yearOf(day) + 1) throw violation('year', 'in_future');
    const { hostId, formerHostId } = handOver(await readSchedule(tx, committee.id), year);
    if (!isSeatedOn(await readSeats(tx, committee.id), hostId, day)) throw failedPrecondition('ROTATION_HOST_NOT_SEATED', 'the host holds no seat');
    await insertTerm(tx, committee.id, { year, hostId, handedOverOn: day });
    const payload = organization.RotationHandedOver.fromPartial({ committeeId: committee.id, year, hostId, formerHostId: formerHostId ?? '' });
    const facts = { year: String(year), host: hostId };
    return recordStep(tx, caller, { committee, action: 'committee.hand_over', event: 'RotationHandedOver', payload, code: 'rotation_handed_over', facts, at: deps.now() });
  });
}
