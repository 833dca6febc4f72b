import { systemCaller, type Caller } from '@linli/auth';
import { satisfyClock, type Alarm, type Clock, type Recomputation } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import { assertNever, notFound } from '@linli/errors';
import type { Deps } from '../deps';
import { getItemVersion } from '../items/store';
import { accepted, statutoryDue } from './acceptance';
import type { Case } from './case';
import { recordChanges, saveChange, systemStep, type Outcome } from './change';
import { clockKinds } from './clock-kinds';
import { close } from './follow-up';
import { targetOf } from './state-machine';
import { lockCase, touchCases } from './store';

type Alarming = Pick<Deps, 'now' | 'calendar'>;

/** What clocks of cases bring about when their time comes. Runs in the scanner's transaction, the clocks locked. */
export function caseAlarms(deps: Alarming): (tx: Tx, alarms: readonly Alarm[]) => Promise<void> {
  return async (tx, alarms) => {
    const caller = systemCaller(tenantOf(tx), 'requests', []);
    for (const { clock } of alarms.filter(endsSomething)) {
      if (clock.kind === clockKinds.reopen) {
        await satisfyClock(tx, { clockId: clock.id, at: deps.now() });
        continue;
      }
      const found = await lockCase(tx, clock.subjectId);
      const now = deps.now();
      if (clock.kind === clockKinds.notice) await acceptByLaw(deps, tx, { found, caller, now });
      else await close(deps, tx, { found, cause: 'no_answer_in_time', caller, now });
    }
    await warn(deps, tx, { caller, alarms: alarms.filter((alarm) => !endsSomething(alarm)) });
  };
}

/** The other clocks only warn: what they time is still to be done. */
function endsSomething({ clock }: Alarm): boolean {
  return [clockKinds.reopen, clockKinds.notice, clockKinds.close].some((kind) => kind === clock.kind);
}

/** No notice, no answer in time: 自收到申请材料之日起即为受理. */
async function acceptByLaw(deps: Alarming, tx: Tx, { found, caller, now }: { found: Case; caller: Caller; now: Date }): Promise<void> {
  const step = systemStep(caller, { found, action: 'accept_automatically', now });
  await saveChange(tx, step, await accepted(deps, tx, { step, acceptance: {}, late: true }));
}

/** @throws not_found CASE_NOT_FOUND; failed_precondition CASE_STATE_FORBIDS. */
async function warn(deps: Alarming, tx: Tx, { caller, alarms }: { caller: Caller; alarms: readonly Alarm[] }): Promise<void> {
  if (alarms.length === 0) return;
  const byCase = new Map(alarms.toReversed().map((alarm) => [alarm.clock.subjectId, alarm]));
  const touched = await touchCases(tx, [...byCase.keys()], deps.now());
  if (touched.length < byCase.size) throw notFound('CASE_NOT_FOUND', 'there is no such case');
  const changes = touched.flatMap((after) => {
    const alarm = byCase.get(after.id);
    const action = 'raise_alarm';
    targetOf(after.state, action);
    return alarm === undefined ? [] : [{ after, action, at: after.updatedAt, outcome: warningOf(alarm) }];
  });
  await recordChanges(tx, caller, changes);
  // A case with two clocks gets the second's warning with its next version.
  await warn(deps, tx, { caller, alarms: alarms.filter((alarm) => byCase.get(alarm.clock.subjectId) !== alarm) });
}

type Warning = Outcome<'CaseHalfUsed'> | Outcome<'CaseDueSoon'> | Outcome<'CaseOverdue'> | Outcome<'CaseBreached'>;

function warningOf({ clock, level, superseded }: Alarm): Warning {
  const { dueAt } = clock;
  const facts = { due_at: dueAt.toISOString(), level, of: clock.kind, ...(superseded ? { superseded: 'true' } : {}) };
  switch (level) {
    case 'half_used':
      return { changed: {}, event: 'CaseHalfUsed', detail: { dueAt }, facts };
    case 'three_days_left':
    case 'one_day_left':
      return { changed: {}, event: 'CaseDueSoon', detail: { dueAt, level }, facts };
    case 'due':
      return { changed: {}, event: 'CaseOverdue', detail: { dueAt }, facts };
    case 'breached':
      return { changed: {}, event: 'CaseBreached', detail: { dueAt }, facts };
    default:
      return assertNever(level);
  }
}

/** A year's calendar arrived: the time that was provisional is another one, or is certain now. */
export function caseDueMoved(deps: Alarming): (tx: Tx, moved: Recomputation) => Promise<void> {
  return async (tx, { clock }) => {
    const found = await lockCase(tx, clock.subjectId);
    const step = systemStep(systemCaller(clock.tenantId, 'requests', []), { found, action: 'move_due', now: deps.now() });
    await saveChange(tx, step, {
      changed: await moved(deps, tx, { found, clock }),
      event: 'CaseDueChanged',
      detail: { dueAt: clock.dueAt, dueProvisional: clock.provisional },
      facts: { due_at: clock.dueAt.toISOString(), of: clock.kind },
    });
  };
}

async function moved(deps: Alarming, tx: Tx, { found, clock }: { found: Case; clock: Clock }): Promise<Partial<Case>> {
  const { dueAt, provisional, kind } = clock;
  const next = found.nextDueAt === undefined ? {} : { nextDueAt: dueAt };
  if (kind === clockKinds.reopen) return { reopenUntil: dueAt };
  if (kind === clockKinds.notice) return { noticeDueAt: dueAt, ...next };
  if (kind !== clockKinds.handle) return next;
  const item = await getItemVersion(tx, found.itemCode, found.itemVersion);
  return { dueAt, dueProvisional: provisional, statutoryDueAt: statutoryDue(deps, item, clock), ...next };
}
