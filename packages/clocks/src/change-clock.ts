import { failedPrecondition, invalidArgument } from '@linli/errors';
import { newId, tenantOf, type Tx } from '@linli/db';
import { alarmSchedule, alarmsAfter } from './alarms';
import { assertLimit, type Calendar, type Limit } from './calendar';
import { alarmLevels, computeDue, type AlarmLevel, type Clock } from './clock';
import { localDateOf } from './local-date';
import { getRuleSet, ruleSetAt } from './rule-sets';
import { endOpenClock, insertClock, lockClock, saveClock, type ClockRef } from './store';

export interface StartClock {
  readonly kind: string;
  readonly subjectType: string;
  readonly subjectId: string;
  /** The law's rule set (in force on the day of `at` unless a version is given), or the item's own promise with what it rests on. */
  readonly ruleSet: { readonly id: string; readonly version?: number } | { readonly limit: Limit; readonly citation: string };
  readonly at: Date;
  /** All levels when absent. */
  readonly alarms?: readonly AlarmLevel[];
}

/**
 * Starts the one open clock of this kind on the subject, by its tenant's calendar. The clock keeps its limit and rule set version for life.
 * @throws AppError not_found RULE_SET_NOT_IN_FORCE; already_exists CLOCK_ALREADY_RUNNING; invalid_argument LIMIT_INVALID.
 */
export async function startClock(tx: Tx, calendar: Calendar, input: StartClock): Promise<Clock> {
  const { ruleSet, limit, citation } = await lawOf(tx, input);
  assertLimit(limit);
  const facts = { startedAt: input.at, limit, pauses: [], extensions: [] };
  const own = calendar.of(tenantOf(tx));
  const clock = scheduled(own, {
    ...facts,
    ...computeDue(own, facts),
    tenantId: tenantOf(tx),
    id: newId(),
    kind: input.kind,
    subjectType: input.subjectType,
    subjectId: input.subjectId,
    ruleSet,
    citation,
    state: 'running',
    corrections: [],
    alarms: input.alarms ?? alarmLevels,
    lastAlarm: undefined,
    alarmFailures: 0,
    nextAlarmAt: undefined,
    endedAt: undefined,
    version: 1,
  });
  await insertClock(tx, clock);
  return clock;
}

/**
 * Stops the clock; `cause` is a code. How a pause moves the due time: see `computeDue`. A clock that is past due may be
 * paused, but its due time stands and its alarms go on.
 * @throws AppError not_found CLOCK_NOT_FOUND; failed_precondition CLOCK_NOT_RUNNING; invalid_argument CLOCK_CODE_MALFORMED, CLOCK_TIME_BACKWARDS.
 */
export async function pauseClock(tx: Tx, calendar: Calendar, input: ClockRef & { readonly at: Date; readonly cause: string }): Promise<Clock> {
  assertCode(input.cause, 'cause');
  const clock = await lockClock(tx, input);
  assertRunning(clock);
  assertForward(clock, input.at);
  const pauses = [...clock.pauses, { from: input.at, to: undefined, cause: input.cause }];
  return saveClock(tx, scheduled(calendar.of(clock.tenantId), { ...clock, state: 'paused', pauses }));
}

/** Lets a paused clock run on. @throws AppError not_found CLOCK_NOT_FOUND; failed_precondition CLOCK_NOT_PAUSED; invalid_argument CLOCK_TIME_BACKWARDS. */
export async function resumeClock(tx: Tx, calendar: Calendar, input: ClockRef & { readonly at: Date }): Promise<Clock> {
  const clock = await lockClock(tx, input);
  if (clock.state !== 'paused') throw failedPrecondition('CLOCK_NOT_PAUSED', 'the clock is not paused', { details: { state: clock.state } });
  assertForward(clock, input.at);
  const pauses = clock.pauses.map((pause) => (pause.to === undefined ? { ...pause, to: input.at } : pause));
  const facts = { ...clock, pauses };
  const own = calendar.of(clock.tenantId);
  return saveClock(tx, scheduled(own, { ...facts, ...computeDue(own, facts), state: 'running' }));
}

/**
 * Moves the due time of a running clock that is not past due: by a further limit counted from the due day, or to `until`.
 * Early alarms are raised anew for the new due time. `reason` is a code, `by` the subject who decided.
 * @throws AppError not_found CLOCK_NOT_FOUND; failed_precondition CLOCK_NOT_RUNNING, CLOCK_ALREADY_DUE;
 *   invalid_argument LIMIT_INVALID, CLOCK_CODE_MALFORMED, CLOCK_TIME_BACKWARDS, EXTENSION_SHORTENS.
 */
export async function extendClock(
  tx: Tx,
  calendar: Calendar,
  input: ClockRef & { readonly at: Date; readonly reason: string; readonly by: string } & ({ readonly limit: Limit } | { readonly until: Date }),
): Promise<Clock> {
  assertCode(input.reason, 'reason');
  const clock = await lockClock(tx, input);
  assertRunning(clock);
  assertForward(clock, input.at);
  if (input.at > clock.dueAt) throw failedPrecondition('CLOCK_ALREADY_DUE', 'a limit is extended before it ends, not after');
  const { at, reason, by } = input;
  const extension = 'limit' in input ? { at, reason, by, limit: input.limit } : { at, reason, by, until: input.until };
  const facts = { ...clock, extensions: [...clock.extensions, extension] };
  const own = calendar.of(clock.tenantId);
  const due = computeDue(own, facts);
  if (due.dueAt <= clock.dueAt) throw invalidArgument('EXTENSION_SHORTENS', 'an extension ends after the limit it extends');
  return saveClock(tx, scheduled(own, { ...facts, ...due, lastAlarm: undefined }));
}

/** The duty is done; late when `at` is after the due time (`isLate`). @throws AppError not_found CLOCK_NOT_FOUND; failed_precondition CLOCK_ENDED. */
export async function satisfyClock(tx: Tx, input: ClockRef & { readonly at: Date }): Promise<Clock> {
  return endClock(tx, input, 'satisfied');
}

/** The duty fell away. @throws AppError not_found CLOCK_NOT_FOUND; failed_precondition CLOCK_ENDED. */
export async function cancelClock(tx: Tx, input: ClockRef & { readonly at: Date }): Promise<Clock> {
  return endClock(tx, input, 'cancelled');
}

/** The clock with its next alarm worked out anew; a clock paused in time has none. */
export function scheduled(calendar: Calendar, clock: Clock): Clock {
  const standing = clock.pauses.find(({ to }) => to === undefined);
  const silent = standing !== undefined && standing.from <= clock.dueAt;
  const next = silent ? undefined : alarmsAfter(alarmSchedule(calendar, clock), clock.lastAlarm)[0];
  return { ...clock, nextAlarmAt: next?.at, alarmFailures: 0 };
}

async function endClock(tx: Tx, input: ClockRef & { readonly at: Date }, state: 'satisfied' | 'cancelled'): Promise<Clock> {
  const ended = await endOpenClock(tx, input, { state, at: input.at });
  if (ended !== undefined) return ended;
  // Why not: it is not there, or it has ended.
  const clock = await lockClock(tx, input);
  throw failedPrecondition('CLOCK_ENDED', 'the clock has ended', { details: { state: clock.state } });
}

async function lawOf(tx: Tx, { ruleSet, at }: StartClock) {
  if ('limit' in ruleSet) return { ruleSet: undefined, limit: ruleSet.limit, citation: ruleSet.citation };
  const found = ruleSet.version === undefined ? await ruleSetAt(tx, ruleSet.id, localDateOf(at)) : await getRuleSet(tx, ruleSet.id, ruleSet.version);
  return { ruleSet: { id: found.id, version: found.version }, limit: found.limit, citation: found.citation };
}

function assertRunning(clock: Clock): void {
  if (clock.state !== 'running') throw failedPrecondition('CLOCK_NOT_RUNNING', 'the clock is not running', { details: { state: clock.state } });
}

/** A change in the past of the clock would move a due time that people were told. */
function assertForward(clock: Clock, at: Date): void {
  const times = [clock.startedAt, ...clock.pauses.flatMap(({ from, to }) => [from, to ?? from]), ...clock.extensions.map((extension) => extension.at)];
  if (times.some((time) => time > at)) throw invalidArgument('CLOCK_TIME_BACKWARDS', 'a change comes after the changes before it');
}

/** Free text could name a person, and these columns are kept for years. */
function assertCode(code: string, field: string): void {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(code)) {
    throw invalidArgument('CLOCK_CODE_MALFORMED', 'a cause or reason is a code', { violations: [{ field, code: 'not_a_code' }] });
  }
}
