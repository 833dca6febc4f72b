import type { Caller } from '@linli/auth';
import { cancelClock, type LocalDate } from '@linli/clocks';
import { newId, type Tx } from '@linli/db';
import { internal } from '@linli/errors';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { permissions, saveStep, takeProject, type ProjectRef, type Step } from './change';
import { dueClock, getOwner, timeDueDay } from './choose';
import type { PledgeProject, PledgePromise, PledgeReason, PledgeStatement } from './pledge-project';
import { oweMonth, waiveMonths } from './progress';
import { monthOf } from './rules';
import { findOldestDue, insertStatement } from './store-parts';
import { promiseToWire, reasonOnWire } from './wire';

type Explaining = Pick<Deps, 'db' | 'now' | 'calendar'>;

/** What is said in public. */
export interface Explanation {
  readonly reason: PledgeReason;
  readonly explanationZh: string;
}

/** A later day. A project that residents found undone runs again. @throws AppError as `takeProject`; invalid_argument for a day that is not later, or not to come. */
export async function delayProject(deps: Explaining, caller: Caller, input: ProjectRef & Explanation & { readonly dueDay: LocalDate }): Promise<PledgeProject> {
  const { dueDay, reason, explanationZh } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const step = await takeProject(tx, caller, { ref: input, action: 'delay', permission: permissions.decide, at });
    const { found } = step;
    const promise = promiseIn(found);
    if (dueDay <= promise.dueDay) throw violation('due_day', 'not_later');
    // Ended already where the work was reported done.
    if (found.completion === undefined) await cancelClock(tx, { kind: dueClock, subjectId: found.id, at });
    await timeDueDay(tx, deps.calendar, { project: found, dueDay, at, day: today(deps) });
    if (found.completion !== undefined) await oweMonth(tx, deps.calendar, { projectId: found.id, month: monthOf(today(deps)), now: at });
    const [dueDayBefore, dueDayAfter] = [promise.dueDay, dueDay];
    await state(tx, step, { ...input, kind: 'delayed', dueDayBefore, dueDayAfter });
    return saveStep(tx, step, {
      changed: { promise: { ...promise, dueDay }, overdue: false, completion: undefined, check: undefined, progressDueAt: await findOldestDue(tx, found.id) },
      event: 'PledgeProjectDelayed',
      detail: { reason: reasonOnWire.toWire(reason), dueDayBefore, dueDayAfter },
      facts: { reason, due_day_before: dueDayBefore, due_day: dueDayAfter },
      note: explanationZh,
    });
  });
}

export interface ChangeProject extends ProjectRef, Explanation {
  readonly titleZh: string | undefined;
  readonly descriptionZh: string | undefined;
  readonly ownerUnitId: string | undefined;
  readonly postId: string | undefined;
  readonly budgetFen: number | undefined;
}

/** What was promised becomes another thing, its day aside. @throws AppError as `takeProject` and `getOwner`. */
export async function changeProject(deps: Explaining, caller: Caller, input: ChangeProject): Promise<PledgeProject> {
  const { reason, explanationZh } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeProject(tx, caller, { ref: input, action: 'change', permission: permissions.decide, at: deps.now() });
    const { found } = step;
    const before = promiseIn(found);
    const { ownerUnitId = before.ownerUnitId, postId = before.postId, budgetFen = before.budgetFen } = input;
    const moved = ownerUnitId !== before.ownerUnitId || postId !== before.postId;
    const owner = moved ? await getOwner(tx, { unitId: ownerUnitId, postId, day: today(deps) }) : before;
    const promise: PledgePromise = { ...before, ...owner, budgetFen, dueDay: before.dueDay, firstDueDay: before.firstDueDay };
    const { titleZh = found.titleZh, descriptionZh = found.descriptionZh } = input;
    await state(tx, step, { ...input, kind: 'changed', dueDayBefore: undefined, dueDayAfter: undefined });
    return saveStep(tx, step, {
      changed: { titleZh, descriptionZh, promise },
      event: 'PledgeProjectChanged',
      detail: { reason: reasonOnWire.toWire(reason), promise: promiseToWire(promise) },
      facts: { reason },
      note: explanationZh,
    });
  });
}

/** @throws AppError as `takeProject`. */
export async function dropProject(deps: Explaining, caller: Caller, input: ProjectRef & Explanation): Promise<PledgeProject> {
  const { reason, explanationZh } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const step = await takeProject(tx, caller, { ref: input, action: 'drop', permission: permissions.decide, at });
    const { id, promise } = step.found;
    if (promise !== undefined) {
      await cancelClock(tx, { kind: dueClock, subjectId: id, at });
      await waiveMonths(tx, id, at);
    }
    await state(tx, step, { ...input, kind: 'dropped', dueDayBefore: promise?.dueDay, dueDayAfter: undefined });
    const changed = { progressDueAt: undefined, overdue: false };
    return saveStep(tx, step, { changed, event: 'PledgeProjectDropped', detail: { reason: reasonOnWire.toWire(reason) }, facts: { reason }, note: explanationZh });
  });
}

type Said = Explanation & Pick<PledgeStatement, 'kind' | 'dueDayBefore' | 'dueDayAfter'>;

async function state(tx: Tx, { found, at }: Step, { kind, reason, explanationZh, dueDayBefore, dueDayAfter }: Said): Promise<void> {
  await insertStatement(tx, { id: newId(at.getTime()), projectId: found.id, kind, reason, explanationZh, wordsWithdrawn: false, dueDayBefore, dueDayAfter, at });
}

/** Every state that allows a delay or a change comes after the promise; the table holds it to that. */
function promiseIn({ id, promise }: PledgeProject): PledgePromise {
  if (promise === undefined) throw internal('PLEDGE_PROMISE_MISSING', 'a pledged project has no promise', { details: { id } });
  return promise;
}
