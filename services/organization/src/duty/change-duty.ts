import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges, type Change, type Entry } from '../changes';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import type { DutyPart, Person, Roster, Slot } from './duty';
import { reviewDuty } from './review-duty';
import { assertAble, assertAhead, slotNotFound } from './rules';
import { findPeople, findPlace, findSlots, lockRosterAt, lockSlots, saveSlots } from './store';
import { slotFacts } from './wire';

type Changing = Pick<Deps, 'db' | 'now' | 'calendar'>;

const actions = { DutyReassigned: 'duty_slot.reassign', DutySwapped: 'duty_slot.swap', DutyCancelled: 'duty_slot.cancel' } as const;
const codes = { DutyReassigned: 'reassigned', DutySwapped: 'swapped', DutyCancelled: 'cancelled' } as const;

export interface SlotRef {
  readonly slotId: string;
  readonly version: number;
}

interface Taken {
  readonly unitPath: string;
  readonly slots: ReadonlyMap<string, Slot>;
  readonly people: ReadonlyMap<string, Person>;
  readonly roster: Roster | undefined;
}

/** Other people for a slot. @throws what `takeSlots` and `assertAble` refuse; failed_precondition DUTY_PERSON_BUSY. */
export async function reassignDuty(deps: Changing, caller: Caller, input: SlotRef & { readonly aId: string; readonly bId: string }): Promise<Slot> {
  return deps.db.withTenant(caller, async (tx) => {
    const taken = await takeSlots(deps, tx, { caller, refs: [input], newcomers: [input.aId, input.bId].filter((id) => id !== '') });
    const slot = slotOf(taken, input);
    const changed = { ...slot, aId: input.aId === '' ? slot.aId : input.aId, bId: input.bId === '' ? slot.bId : input.bId, version: slot.version + 1 };
    if (changed.aId === changed.bId) throw violation('b_id', 'duplicate');
    if (changed.aId === slot.aId && changed.bId === slot.bId) return slot;
    if (changed.aId !== slot.aId) assertAble(taken.people.get(changed.aId), slot);
    if (changed.bId !== slot.bId) assertAble(taken.people.get(changed.bId), slot);
    await record(deps, tx, { caller, taken, changes: [toldOf(changed, 'DutyReassigned', organization.DutyReassigned.fromPartial(slotFacts(changed)))], slots: [changed] });
    return changed;
  });
}

export interface SwapDuty extends SlotRef {
  readonly part: DutyPart;
  readonly other: SlotRef & { readonly part: DutyPart };
}

/**
 * One person of each slot takes the other's place; both slots change, each with its version and event.
 * @throws invalid_argument when it is one slot; what `takeSlots` and `assertAble` refuse; failed_precondition DUTY_PERSON_BUSY.
 */
export async function swapDuty(deps: Changing, caller: Caller, input: SwapDuty): Promise<[Slot, Slot]> {
  const { other, ...one } = input;
  if (one.slotId === other.slotId) throw violation('other_slot_id', 'duplicate');
  return deps.db.withTenant(caller, async (tx) => {
    const taken = await takeSlots(deps, tx, { caller, refs: [one, other], newcomers: [] });
    const [first, second] = [slotOf(taken, one), slotOf(taken, other)];
    const swapped: [Slot, Slot] = [withPart(first, one.part, partOf(second, other.part)), withPart(second, other.part, partOf(first, one.part))];
    for (const slot of swapped) if (slot.aId === slot.bId) throw violation('other_part', 'duplicate');
    assertAble(taken.people.get(partOf(second, other.part)), first);
    assertAble(taken.people.get(partOf(first, one.part)), second);
    const changes = swapped.map((slot) => {
      const otherSlotId = slot.id === first.id ? second.id : first.id;
      return toldOf(slot, 'DutySwapped', organization.DutySwapped.fromPartial({ ...slotFacts(slot), otherSlotId }));
    });
    await record(deps, tx, { caller, taken, changes, slots: swapped });
    return swapped;
  });
}

/** @throws what `takeSlots` refuses. */
export async function cancelDuty(deps: Changing, caller: Caller, ref: SlotRef): Promise<Slot> {
  return deps.db.withTenant(caller, async (tx) => {
    const taken = await takeSlots(deps, tx, { caller, refs: [ref], newcomers: [] });
    const slot = slotOf(taken, ref);
    const cancelled = { ...slot, aId: '', bId: '', cancelled: true, version: slot.version + 1 };
    await record(deps, tx, { caller, taken, changes: [toldOf(cancelled, 'DutyCancelled', organization.DutyCancelled.fromPartial(slotFacts(cancelled)))], slots: [cancelled] });
    return cancelled;
  });
}

/**
 * Locks slots of one unit for a change: the people first, as those do who change people, then the roster, then the slots.
 * @throws not_found DUTY_SLOT_NOT_FOUND, aborted VERSION_STALE, failed_precondition DUTY_SLOT_CANCELLED, DUTY_SLOT_OVER.
 */
async function takeSlots(deps: Pick<Deps, 'now'>, tx: Tx, asked: { caller: Caller; refs: readonly SlotRef[]; newcomers: readonly string[] }): Promise<Taken> {
  const ids = asked.refs.map(({ slotId }) => slotId);
  const seen = await findSlots(tx, ids);
  const [unitId = '', ...elsewhere] = [...new Set(seen.map((slot) => slot.unitId))];
  const place = seen.length === ids.length && elsewhere.length === 0 ? await findPlace(tx, unitId) : undefined;
  if (place === undefined || !coversUnit(asked.caller, 'organization.duty.plan', place.path)) throw slotNotFound();
  const concerned = [...asked.newcomers, ...seen.flatMap(({ aId, bId }) => [aId, bId])].filter((id) => id !== '');
  const people = await findPeople(tx, [...new Set(concerned)], { unitPath: place.path, share: true });
  const roster = await lockRosterAt(tx, unitId);
  const slots = await lockSlots(tx, ids);
  const taken = { unitPath: place.path, slots, people, roster };
  for (const ref of asked.refs) {
    const slot = slotOf(taken, ref);
    assertVersion(slot, ref.version);
    assertAhead(slot, deps.now());
  }
  return taken;
}

function slotOf({ slots }: Taken, { slotId }: Pick<SlotRef, 'slotId'>): Slot {
  const slot = slots.get(slotId);
  if (slot === undefined) throw slotNotFound();
  return slot;
}

function partOf(slot: Slot, part: DutyPart): string {
  return part === 'a' ? slot.aId : slot.bId;
}

function withPart(slot: Slot, part: DutyPart, staffId: string): Slot {
  return { ...slot, ...(part === 'a' ? { aId: staffId } : { bId: staffId }), version: slot.version + 1 };
}

type Told = Omit<Change, 'entry'> & { readonly entry: Pick<Entry, 'threadId' | 'code' | 'facts'> };

function toldOf({ id, version, day, kind }: Slot, event: keyof typeof actions, payload: object): Told {
  return { action: actions[event], objectType: 'duty_slot', id, version, event, payload, entry: { threadId: id, code: codes[event], facts: { day, kind } } };
}

async function record(deps: Pick<Deps, 'now' | 'calendar'>, tx: Tx, done: { caller: Caller; taken: Taken; changes: readonly Told[]; slots: readonly Slot[] }): Promise<void> {
  const { caller, taken, changes, slots } = done;
  await saveSlots(tx, slots);
  await recordChanges(tx, caller, changes.map((change) => ({ ...change, entry: { ...change.entry, unitPath: taken.unitPath, at: deps.now() } })));
  if (taken.roster !== undefined) await reviewDuty(deps, tx, { caller, roster: taken.roster });
}
