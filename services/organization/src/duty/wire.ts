import { organization } from '@linli/contracts';
import { violation, wireEnum } from '@linli/grpc';
import { dutyKinds, dutyParts, type DutyKind, type Gap, type Roster, type Slot } from './duty';

export const kindOnWire = wireEnum('DUTY_KIND', organization.DutyKind, dutyKinds);
export const partOnWire = wireEnum('DUTY_PART', organization.DutyPart, dutyParts);

/** Each kind once, in the order of the day. */
export function readKinds(kinds: readonly organization.DutyKind[]): DutyKind[] {
  const given = new Set(kinds.map((kind, index) => kindOnWire.fromWire(kind, `kinds[${index}]`)));
  if (given.size !== kinds.length) throw violation('kinds', 'duplicate');
  return dutyKinds.filter((kind) => given.has(kind));
}

export function rosterToWire({ id, unitId, kinds, version }: Roster): organization.DutyRoster {
  return { id, unitId, kinds: kinds.map(kindOnWire.toWire), version };
}

export function slotToWire(slot: Slot): organization.DutySlot {
  return { ...slot, kind: kindOnWire.toWire(slot.kind) };
}

export function gapToWire(unitId: string, { day, kind, missing, slotId = '', provisional }: Gap): organization.DutyGap {
  return { unitId, day, kind: kindOnWire.toWire(kind), missing: missing.map(partOnWire.toWire), slotId, provisional };
}

/** What every event of a slot says of it. */
export function slotFacts({ id, unitId, day, kind, aId, bId }: Slot) {
  return { slotId: id, unitId, day, kind: kindOnWire.toWire(kind), aId, bId };
}
