import { systemCaller, type Caller } from '@linli/auth';
import { satisfyClock, type Alarm, type Clock, type Recomputation } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { assertNever } from '@linli/errors';
import type { Deps } from '../deps';
import { getItemVersion } from '../items/store';
import { accepted, statutoryDue } from './acceptance';
import type { Case } from './case';
import { saveChange, systemStep, type Step } from './change';
import { clockKinds } from './clock-kinds';
import { close } from './follow-up';
import { lockCase } from './store';

type Alarming = Pick<Deps, 'now' | 'calendar'>;

/** What a clock of a case brings about when its time comes. Runs in the scanner's transaction, the clock locked. */
export function caseAlarm(deps: Alarming): (tx: Tx, alarm: Alarm) => Promise<void> {
  return async (tx, alarm) => {
    const { clock } = alarm;
    const caller = systemCaller(clock.tenantId, 'requests', []);
    if (clock.kind === clockKinds.reopen) {
      await satisfyClock(tx, { clockId: clock.id, at: deps.now() });
      return;
    }
    const found = await lockCase(tx, clock.subjectId);
    const now = deps.now();
    if (clock.kind === clockKinds.notice) await acceptByLaw(deps, tx, { found, caller, now });
    else if (clock.kind === clockKinds.close) await close(deps, tx, { found, cause: 'no_answer_in_time', caller, now });
    else await raise(tx, systemStep(caller, { found, action: 'raise_alarm', now }), alarm);
  };
}

/** No notice, no answer in time: 自收到申请材料之日起即为受理. */
async function acceptByLaw(deps: Alarming, tx: Tx, { found, caller, now }: { found: Case; caller: Caller; now: Date }): Promise<void> {
  const step = systemStep(caller, { found, action: 'accept_automatically', now });
  await saveChange(tx, step, await accepted(deps, tx, { step, acceptance: {}, late: true }));
}

async function raise(tx: Tx, step: Step, { clock, level, superseded }: Alarm): Promise<void> {
  const { dueAt } = clock;
  const facts = { due_at: dueAt.toISOString(), level, of: clock.kind, ...(superseded ? { superseded: 'true' } : {}) };
  await (() => {
    switch (level) {
      case 'half_used':
        return saveChange(tx, step, { changed: {}, event: 'CaseHalfUsed', detail: { dueAt }, facts });
      case 'three_days_left':
      case 'one_day_left':
        return saveChange(tx, step, { changed: {}, event: 'CaseDueSoon', detail: { dueAt, level }, facts });
      case 'due':
        return saveChange(tx, step, { changed: {}, event: 'CaseOverdue', detail: { dueAt }, facts });
      case 'breached':
        return saveChange(tx, step, { changed: {}, event: 'CaseBreached', detail: { dueAt }, facts });
      default:
        return assertNever(level);
    }
  })();
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
