import { coversUnit, type Caller } from '@linli/auth';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { recordChanges, type Change, type Entry } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import type { DutyKind, Roster } from './duty';
import { reviewDuty } from './review-duty';
import { rosterNotFound } from './rules';
import { findPlace, insertRoster, lockRosters, saveRoster } from './store';
import { rosterToWire } from './wire';

const permission = 'organization.duty.plan';

/** @throws not_found UNIT_NOT_FOUND, failed_precondition UNIT_CLOSED, already_exists DUTY_ROSTER_EXISTS. */
export async function openRoster(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  input: { readonly request: RequestKey; readonly unitId: string; readonly kinds: readonly DutyKind[] },
): Promise<Roster> {
  const { request, unitId, kinds } = input;
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, unitId, today(deps));
      if (!coversUnit(caller, permission, unit.path)) throw unitNotFound();
      const roster = { id: newId(deps.now().getTime()), unitId, kinds, nextReviewOn: undefined, version: 1 };
      await insertRoster(tx, roster);
      await recordChanges(tx, caller, [changeOf(roster, 'DutyRosterOpened', { unitPath: unit.path, at: deps.now() })]);
      await reviewDuty(deps, tx, { caller, roster });
      return roster;
    }),
  );
}

/** Other kinds, or with none no roster any more. @throws not_found DUTY_ROSTER_NOT_FOUND, aborted VERSION_STALE. */
export async function changeRoster(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  input: { readonly rosterId: string; readonly version: number; readonly kinds: readonly DutyKind[] },
): Promise<Roster> {
  return deps.db.withTenant(caller, async (tx) => {
    const [found] = await lockRosters(tx, [input.rosterId]);
    const place = found && (await findPlace(tx, found.unitId));
    if (found === undefined || place === undefined || !coversUnit(caller, permission, place.path)) throw rosterNotFound();
    assertVersion(found, input.version);
    if (found.kinds.join() === input.kinds.join()) return found;
    const changed = { ...found, kinds: input.kinds, version: found.version + 1 };
    await saveRoster(tx, changed);
    await recordChanges(tx, caller, [changeOf(changed, 'DutyRosterChanged', { unitPath: place.path, at: deps.now() })]);
    await reviewDuty(deps, tx, { caller, roster: changed });
    return changed;
  });
}

function changeOf(roster: Roster, event: 'DutyRosterOpened' | 'DutyRosterChanged', where: Pick<Entry, 'unitPath' | 'at'>): Change {
  const { id: rosterId, unitId, kinds } = rosterToWire(roster);
  const [action, code] = event === 'DutyRosterOpened' ? ['duty_roster.open', 'opened'] : ['duty_roster.change', 'changed'];
  const entry = { ...where, threadId: roster.id, code, facts: { kinds: roster.kinds.join() } };
  return { action, objectType: 'duty_roster', id: roster.id, version: roster.version, event, payload: { rosterId, unitId, kinds }, entry };
}
