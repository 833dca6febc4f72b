import { systemCaller, type Caller } from '@linli/auth';
import { addDays, cancelClock, daysBetween, instantAt, ruleSetAt, satisfyClock, startClock, type Alarm, type LocalDate, type RuleSet } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { newId, tenantOf, type Tx } from '@linli/db';
import { recordChanges, type Change } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import type { ClockHandler } from '../timing/clock-handlers';
import { endWork, setWork, type Work } from '../work/store';
import type { DutyKind, Gap, Hours, KnownGap, Roster } from './duty';
import { openGaps, saveGaps } from './gap-store';
import { daysOf, endOf, findGaps, keyOf, noticeDayOf } from './rules';
import { findPeople, findPlace, listSlots, lockAllRosters, lockRosters, lockRostersConcerned, readHours, saveReviewDay } from './store';
import { kindOnWire, partOnWire } from './wire';

type Reviewing = Pick<Deps, 'now' | 'calendar'>;

export const reviewClock = 'organization.duty_review';
const workKind = 'organization.duty_gap';
const names: Record<DutyKind, string> = { workday: '工作日', extended: '延时', weekend: '周末', holiday: '节假日' };

/** What is missing at a unit from `from` on, for as many days as given. */
export async function gapsAt(deps: Reviewing, tx: Tx, at: { readonly unitId: string; readonly unitPath: string; readonly kinds: readonly DutyKind[]; readonly days: number }): Promise<{ gaps: Gap[]; hours: Hours[] }> {
  const from = today(deps);
  const to = addDays(from, at.days - 1);
  const [slots, hours] = await Promise.all([listSlots(tx, at.unitId, { from, to }), readHours(tx)]);
  const people = await findPeople(tx, slots.flatMap(({ aId, bId }) => [aId, bId]), { unitPath: at.unitPath });
  return { gaps: findGaps(daysOf({ from, to }), { calendar: deps.calendar.of(tenantOf(tx)), hours, kinds: at.kinds, slots, people }, deps.now()), hours };
}

/** How many days ahead the rule looks, today included. */
export async function horizonOf(deps: Reviewing, tx: Tx): Promise<number> {
  return (await ruleSetAt(tx, 'organization.duty_horizon', today(deps))).limit.amount;
}

/**
 * Looks at what lies ahead of a roster that this transaction holds: announces each gap once its notice is due, ends those that
 * are none any more, and sets the clock for the next look.
 */
export async function reviewDuty(deps: Reviewing, tx: Tx, { caller, roster }: { caller: Caller; roster: Roster }): Promise<void> {
  const calendar = deps.calendar.of(tenantOf(tx));
  const day = today(deps);
  const [place, notice, days, known] = await Promise.all([
    findPlace(tx, roster.unitId),
    ruleSetAt(tx, 'organization.duty_notice', day),
    horizonOf(deps, tx),
    openGaps(tx, roster.id),
  ]);
  // Nobody need be on duty at a unit that is closed.
  const isClosed = place === undefined || (place.validTo !== undefined && place.validTo <= day);
  const kinds = isClosed ? [] : roster.kinds;
  const at = { unitId: roster.unitId, unitPath: place?.path ?? '', kinds };
  const { gaps, hours } = await gapsAt(deps, tx, { ...at, days });
  const knownKeys = new Map(known.map((gap) => [keyOf(gap), gap]));
  const announced = gaps.filter((gap) => knownKeys.has(keyOf(gap)) || noticeDayOf(calendar, gap.day, notice.limit) <= day);
  const standing = new Set(announced.map(keyOf));
  await announce(deps, tx, { caller, roster, unitPath: at.unitPath, gaps: announced, knownKeys });
  const over = known.filter((gap) => !standing.has(keyOf(gap)));
  await end(deps, tx, { caller, roster, unitPath: at.unitPath, ended: over.map((gap) => ({ ...gap, version: gap.version + 1, endedBy: endOf(gap, { calendar, hours, kinds, now: deps.now() }) })) });
  const first = announced.length > 0 ? day : (gaps[0]?.day ?? addDays(day, days));
  const next = kinds.length === 0 && announced.length === 0 ? undefined : later(addDays(day, 1), noticeDayOf(calendar, first, notice.limit));
  await scheduleReview(deps, tx, { roster, next, notice });
}

/** Somebody comes, goes or is away: looks again at each roster that counts on them. They are locked by this transaction. */
export async function reviewDutyOf(deps: Reviewing, tx: Tx, { caller, staffId }: { caller: Caller; staffId: string }): Promise<void> {
  for (const roster of await lockRostersConcerned(tx, { unitIds: [], staffIds: [staffId], now: deps.now() })) await reviewDuty(deps, tx, { caller, roster });
}

/** Days are worked or not that were not before: looks again at every roster of the office. */
export async function reviewAllDuty(deps: Reviewing, tx: Tx, caller: Caller): Promise<void> {
  for (const roster of await lockAllRosters(tx)) await reviewDuty(deps, tx, { caller, roster });
}

/** The day came on which something may have to be announced. */
export function dutyClock(deps: Reviewing): ClockHandler {
  return {
    async alarms(tx: Tx, alarms: readonly Alarm[]) {
      const caller = systemCaller(tenantOf(tx), 'organization', []);
      for (const { clock } of alarms) await satisfyClock(tx, { clockId: clock.id, at: deps.now() });
      for (const roster of await lockRosters(tx, alarms.map(({ clock }) => clock.subjectId))) {
        await saveReviewDay(tx, roster.id, undefined);
        await reviewDuty(deps, tx, { caller, roster: { ...roster, nextReviewOn: undefined } });
      }
    },
    // Counted in hours: no calendar moves it.
    moved: () => Promise.resolve(),
  };
}

interface Announcing {
  readonly caller: Caller;
  readonly roster: Roster;
  readonly unitPath: string;
}

/** New gaps, and known ones with other parts. */
async function announce(deps: Reviewing, tx: Tx, found: Announcing & { readonly gaps: readonly Gap[]; readonly knownKeys: ReadonlyMap<string, KnownGap> }): Promise<void> {
  const { caller, roster, unitPath, gaps, knownKeys } = found;
  const changed = gaps.flatMap((gap): (KnownGap & { startsAt: Date })[] => {
    const before = knownKeys.get(keyOf(gap));
    if (before !== undefined && before.missing.join() === gap.missing.join()) return [];
    const { day, kind, missing, startsAt } = gap;
    const id = before?.id ?? newId(deps.now().getTime());
    return [{ id, rosterId: roster.id, day, kind, missing, startsAt, endedBy: undefined, version: (before?.version ?? 0) + 1 }];
  });
  await saveGaps(tx, changed);
  await setWork(tx, changed.map((gap) => workOf(gap, { roster, unitPath })));
  await recordChanges(
    tx,
    caller,
    changed.map((gap) => {
      const payload = { ...gapFacts(gap, roster), missing: gap.missing.map(partOnWire.toWire) };
      return gapChange(deps, { gap, unitPath, event: 'DutyGapFound', payload, code: 'found' });
    }),
  );
}

async function end(deps: Reviewing, tx: Tx, { caller, roster, unitPath, ended }: Announcing & { readonly ended: readonly KnownGap[] }): Promise<void> {
  await saveGaps(tx, ended);
  await endWork(tx, workKind, ended.map(({ id }) => id));
  await recordChanges(
    tx,
    caller,
    ended.map((gap) => {
      const { endedBy: cause = 'filled' } = gap;
      return gapChange(deps, { gap, unitPath, event: 'DutyGapEnded', payload: organization.DutyGapEnded.fromPartial({ ...gapFacts(gap, roster), cause }), code: cause });
    }),
  );
}

function gapFacts({ id, day, kind }: KnownGap, { unitId }: Roster) {
  return { gapId: id, unitId, day, kind: kindOnWire.toWire(kind) };
}

function gapChange(deps: Reviewing, at: { gap: KnownGap; unitPath: string; event: 'DutyGapFound' | 'DutyGapEnded'; payload: object; code: string }): Change {
  const { gap, unitPath, event, payload, code } = at;
  const { id, version, day, kind, missing } = gap;
  const action = event === 'DutyGapFound' ? 'duty_gap.find' : 'duty_gap.end';
  return { action, objectType: 'duty_gap', id, version, event, payload, entry: { threadId: id, unitPath, at: deps.now(), code, facts: { day, kind, missing: missing.join() } } };
}

function workOf(gap: KnownGap & { readonly startsAt: Date }, { roster, unitPath }: { roster: Roster; unitPath: string }): Work {
  return {
    kind: workKind,
    subjectId: gap.id,
    number: '',
    action: 'fill',
    titleZh: `${gap.day} ${names[gap.kind]}值班缺岗`,
    unitId: roster.unitId,
    unitPath,
    ownerId: undefined,
    permission: 'organization.duty.plan',
    dueAt: gap.startsAt,
    threadId: gap.id,
    version: gap.version,
  };
}

function later(one: LocalDate, other: LocalDate): LocalDate {
  return one > other ? one : other;
}

/** One open clock a roster, due at the beginning of the day of the next look; none while there is nothing to look for. */
async function scheduleReview(deps: Reviewing, tx: Tx, { roster, next, notice }: { roster: Roster; next: LocalDate | undefined; notice: RuleSet }): Promise<void> {
  if (roster.nextReviewOn === next) return;
  await saveReviewDay(tx, roster.id, next);
  if (roster.nextReviewOn !== undefined) await cancelClock(tx, { kind: reviewClock, subjectId: roster.id, at: deps.now() });
  if (next === undefined) return;
  const day = today(deps);
  await startClock(tx, deps.calendar, {
    kind: reviewClock,
    subjectType: 'organization.duty_roster',
    subjectId: roster.id,
    ruleSet: { limit: { amount: 24 * daysBetween(day, next), unit: 'hours', roll: 'none' }, citation: notice.citation },
    at: instantAt(day, 0),
    alarms: ['due'],
  });
}
