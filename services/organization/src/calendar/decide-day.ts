import { assertCoversUnit, type Caller } from '@linli/auth';
import { countOpenClocksOver, setOwnDay } from '@linli/clocks';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { organization } from '@linli/contracts';
import { recordChanges, type Change } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { reviewAllDuty } from '../duty/review-duty';
import { findRoot } from '../units/store';
import { assertVersion } from '../version';
import type { Override } from './override';
import { assertAhead, calendarWith, overrideNotFound, removeDay, setDay } from './rules';
import { findOverride, listOverrides, lockCalendar, saveOverride } from './store';
import { kindOnWire } from './wire';

const permission = 'organization.calendar.write';

type Deciding = Pick<Deps, 'db' | 'now' | 'calendar' | 'refreshCalendar'>;

export interface Decided {
  readonly override: Override;
  /** Open due times here that hold the day. */
  readonly affected: number;
}

/**
 * @throws permission_denied UNIT_OUT_OF_SCOPE without the permission over the whole office; invalid_argument CALENDAR_DAY_PAST;
 * failed_precondition CALENDAR_DAY_SET, CALENDAR_DAY_UNCHANGED.
 */
export async function setOverride(
  deps: Deciding,
  caller: Caller,
  input: { readonly request: RequestKey } & Pick<Override, 'day' | 'kind' | 'nameZh' | 'citation'>,
): Promise<Decided> {
  const { request, ...facts } = input;
  assertCoversUnit(caller, permission, '');
  const decided = await deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      assertAhead(facts.day, today(deps));
      await lockCalendar(tx);
      const known = await findOverride(tx, { day: facts.day });
      const override = setDay(known, { ...facts, id: newId(deps.now().getTime()) }, deps.calendar);
      return decide(deps, tx, { caller, override, event: 'CalendarOverrideSet' });
    }),
  );
  await deps.refreshCalendar();
  return decided;
}

/** @throws as `setOverride`; not_found CALENDAR_OVERRIDE_NOT_FOUND, aborted VERSION_STALE, failed_precondition CALENDAR_DAY_REMOVED. */
export async function removeOverride(deps: Deciding, caller: Caller, ref: { readonly overrideId: string; readonly version: number }): Promise<Decided> {
  assertCoversUnit(caller, permission, '');
  const decided = await deps.db.withTenant(caller, async (tx) => {
    await lockCalendar(tx);
    const known = await findOverride(tx, { id: ref.overrideId });
    if (known === undefined) throw overrideNotFound();
    assertVersion(known, ref.version);
    const override = removeDay(known);
    assertAhead(known.day, today(deps));
    return decide(deps, tx, { caller, override, event: 'CalendarOverrideRemoved' });
  });
  await deps.refreshCalendar();
  return decided;
}

async function decide(
  deps: Deciding,
  tx: Tx,
  { caller, override, event }: { caller: Caller; override: Override; event: 'CalendarOverrideSet' | 'CalendarOverrideRemoved' },
): Promise<Decided> {
  const { day, kind, removed, version } = override;
  await saveOverride(tx, override);
  await setOwnDay(tx, { day, kind: removed ? undefined : kind, version }, deps.now());
  const entry = { threadId: override.id, unitPath: (await findRoot(tx)).path, at: deps.now(), code: removed ? 'removed' : 'set', facts: { day, kind } };
  await recordChanges(tx, caller, [{ ...changeOf(override, event), entry }]);
  // Duty follows the calendar as it will be: other slots are needed on that day now.
  const calendar = calendarWith(deps.calendar, await listOverrides(tx, { from: today(deps) }));
  await reviewAllDuty({ now: deps.now, calendar }, tx, caller);
  return { override, affected: await countOpenClocksOver(tx, day) };
}

function changeOf(override: Override, event: 'CalendarOverrideSet' | 'CalendarOverrideRemoved'): Change {
  const { id, day, version } = override;
  const common = { objectType: 'calendar_override', id, version, event };
  if (event === 'CalendarOverrideRemoved') return { ...common, action: 'calendar_override.remove', payload: organization.CalendarOverrideRemoved.fromPartial({ overrideId: id, day }) };
  return { ...common, action: 'calendar_override.set', payload: organization.CalendarOverrideSet.fromPartial({ overrideId: id, day, kind: kindOnWire.toWire(override.kind) }) };
}
