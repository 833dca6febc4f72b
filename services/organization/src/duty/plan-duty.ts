import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { answerOnce, newId, tenantOf, type RequestKey, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import type { Slot } from './duty';
import { reviewDuty } from './review-duty';
import { assertAble, spread, type Pattern } from './rules';
import { findPeople, findSlots, insertSlots, lockRosterAt, readHours } from './store';
import { slotFacts } from './wire';

const permission = 'organization.duty.plan';

export interface PlanDuty extends Pattern {
  readonly request: RequestKey;
  readonly unitId: string;
}

/**
 * Plans every slot of the pattern, or none.
 * @throws not_found UNIT_NOT_FOUND, STAFF_NOT_FOUND; already_exists DUTY_PLANNED_ALREADY; failed_precondition UNIT_CLOSED,
 * STAFF_INACTIVE, DUTY_PERSON_WITHOUT_POST, DUTY_PERSON_AWAY, DUTY_PERSON_BUSY, DUTY_NOTHING_TO_PLAN.
 */
export async function planDuty(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, input: PlanDuty): Promise<Slot[]> {
  const { request, unitId, ...pattern } = input;
  if (pattern.from < today(deps)) throw violation('from_day', 'in_past');
  return deps.db.withTenant(caller, async (tx) => {
    // A repeat is answered with the slots as they are now.
    const ids = await answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, unitId, today(deps));
      if (!coversUnit(caller, permission, unit.path)) throw unitNotFound();
      const slots = await planned(deps, tx, { unitId, unitPath: unit.path, pattern });
      const roster = await lockRosterAt(tx, unitId);
      await insertSlots(tx, slots);
      await recordPlanned(tx, caller, { slots, unitPath: unit.path, at: deps.now() });
      if (roster !== undefined) await reviewDuty(deps, tx, { caller, roster });
      return slots.map(({ id }) => id);
    });
    return findSlots(tx, ids);
  });
}

async function planned(deps: Pick<Deps, 'now' | 'calendar'>, tx: Tx, at: { unitId: string; unitPath: string; pattern: Pattern }): Promise<Slot[]> {
  const { unitId, unitPath, pattern } = at;
  const people = await findPeople(tx, [...new Set(pattern.pairs.flatMap(({ aId, bId }) => [aId, bId]))], { unitPath, share: true });
  const now = deps.now();
  // Late on the first day, what is over by then is left out.
  const slots = spread(deps.calendar.of(tenantOf(tx)), await readHours(tx), pattern).filter(({ endsAt }) => endsAt > now);
  if (slots.length === 0) throw failedPrecondition('DUTY_NOTHING_TO_PLAN', 'no day of the range has such a slot ahead');
  for (const slot of slots) for (const id of [slot.aId, slot.bId]) assertAble(people.get(id), slot);
  return slots.map((slot) => ({ ...slot, id: newId(now.getTime()), unitId, cancelled: false, version: 1 }));
}

async function recordPlanned(tx: Tx, caller: Caller, { slots, ...where }: { readonly slots: readonly Slot[]; readonly unitPath: string; readonly at: Date }): Promise<void> {
  await recordChanges(
    tx,
    caller,
    slots.map((slot) => ({
      action: 'duty_slot.plan',
      objectType: 'duty_slot',
      id: slot.id,
      version: slot.version,
      event: 'DutyPlanned',
      payload: organization.DutyPlanned.fromPartial(slotFacts(slot)),
      entry: { ...where, threadId: slot.id, code: 'planned', facts: { day: slot.day, kind: slot.kind } },
    })),
  );
}
