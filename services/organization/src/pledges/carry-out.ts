import type { Caller } from '@linli/auth';
import { satisfyClock, type LocalDate } from '@linli/clocks';
import { failedPrecondition, permissionDenied } from '@linli/errors';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { toldCheck } from '../small-figures';
import { permissions, saveStep, takeProject, type ProjectRef } from './change';
import { dueClock } from './choose';
import { assertCheck } from './inputs';
import type { Month, PledgeProgress, PledgeProject, ResidentCheck } from './pledge-project';
import { oweMonth, settleMonth, waiveMonths } from './progress';
import { monthAfter, monthOf } from './rules';
import { findOldestDue, findProgress } from './store-parts';
import { checkToWire } from './wire';

type CarryingOut = Pick<Deps, 'db' | 'now' | 'calendar'>;

/** From the month of the start on, each month owes a report. @throws AppError as `takeProject`. */
export async function startProject(deps: CarryingOut, caller: Caller, ref: ProjectRef): Promise<PledgeProject> {
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const step = await takeProject(tx, caller, { ref, action: 'start', permission: permissions.report, at });
    const { month, dueAt } = await oweMonth(tx, deps.calendar, { projectId: step.found.id, month: monthOf(today(deps)), now: at });
    return saveStep(tx, step, { changed: { progressDueAt: dueAt }, event: 'PledgeProjectStarted', detail: { month, progressDueAt: dueAt }, facts: { month } });
  });
}

export type ReportProgress = ProjectRef & Pick<PledgeProgress, 'month' | 'percent' | 'spentFen' | 'noteZh'>;

/** Also of a month that was missed: late, and said so. @throws AppError as `takeProject` and `owedMonth`. */
export async function reportProgress(deps: CarryingOut, caller: Caller, input: ReportProgress): Promise<PledgeProject> {
  const { month, percent, spentFen, noteZh } = input;
  if (month > monthOf(today(deps))) throw violation('month', 'in_future');
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const step = await takeProject(tx, caller, { ref: input, action: 'report_progress', permission: permissions.report, at });
    const { id } = step.found;
    const owed = owedMonth(await findProgress(tx, id, month), month);
    await settleMonth(tx, { ...owed, state: 'reported', percent, spentFen, noteZh, reportedAt: at, reportedBy: caller.subject }, at);
    // After a missed month the next one is owed already.
    if (owed.state === 'owed') await oweMonth(tx, deps.calendar, { projectId: id, month: monthAfter(month), now: at });
    const late = at > owed.dueAt;
    const changed = { progressDueAt: await findOldestDue(tx, id) };
    const facts = { month, percent: String(percent), spent_fen: String(spentFen), ...(late && { late: 'true' }) };
    return saveStep(tx, step, { changed, event: 'PledgeProgressReported', detail: { month, percent, spentFen, late }, facts, note: noteZh });
  });
}

/** @throws failed_precondition PLEDGE_MONTH_REPORTED, PLEDGE_MONTH_NOT_OWED. */
function owedMonth(found: PledgeProgress | undefined, month: Month): PledgeProgress {
  if (found?.state === 'reported') throw failedPrecondition('PLEDGE_MONTH_REPORTED', 'this month was reported already', { details: { month } });
  if (found === undefined || found.state === 'waived') throw failedPrecondition('PLEDGE_MONTH_NOT_OWED', 'this month owes no report', { details: { month } });
  return found;
}

/** @throws AppError as `takeProject`; invalid_argument for a day to come or before the promise. */
export async function completeProject(deps: CarryingOut, caller: Caller, input: ProjectRef & { readonly completedOn: LocalDate }): Promise<PledgeProject> {
  const on = input.completedOn;
  if (on > today(deps)) throw violation('completed_on', 'in_future');
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const step = await takeProject(tx, caller, { ref: input, action: 'complete', permission: permissions.report, at });
    const { id, vote, promise } = step.found;
    if (vote !== undefined && on < vote.heldOn) throw violation('completed_on', 'too_small');
    await waiveMonths(tx, id, at);
    await satisfyClock(tx, { kind: dueClock, subjectId: id, at });
    const late = promise !== undefined && on > promise.dueDay;
    const changed = { completion: { on, by: caller.subject }, progressDueAt: undefined, overdue: false };
    return saveStep(tx, step, { changed, event: 'PledgeProjectCompleted', detail: { completedOn: on, late }, facts: { completed_on: on, ...(late && { late: 'true' }) } });
  });
}

/** Before a project is closed, residents say what they found: never in the words of who reported it done. @throws AppError as `takeProject` and `assertCheck`; permission_denied PLEDGE_CHECK_BY_OTHERS. */
export async function recordCheck(deps: CarryingOut, caller: Caller, input: ProjectRef & { readonly check: ResidentCheck }): Promise<PledgeProject> {
  const { check } = input;
  if (check.checkedOn > today(deps)) throw violation('checked_on', 'in_future');
  assertCheck(check);
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeProject(tx, caller, { ref: input, action: 'record_check', permission: permissions.check, at: deps.now() });
    const { completion } = step.found;
    if (completion?.by === caller.subject) throw permissionDenied('PLEDGE_CHECK_BY_OTHERS', 'who reported the completion does not record the check');
    if (completion !== undefined && check.checkedOn < completion.on) throw violation('checked_on', 'too_small');
    const told = toldCheck(check);
    const facts = { checked_on: check.checkedOn, ...(told && { examiners: String(told.examiners), scores: told.scoreCounts.join(',') }) };
    return saveStep(tx, step, { changed: { check }, event: 'PledgeProjectChecked', detail: { checkedOn: check.checkedOn, check: told && checkToWire(told) }, facts });
  });
}

/** @throws AppError as `takeProject`: a project that no resident has checked cannot be closed. */
export async function closeProject(deps: CarryingOut, caller: Caller, ref: ProjectRef): Promise<PledgeProject> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeProject(tx, caller, { ref, action: 'close', permission: permissions.decide, at: deps.now() });
    return saveStep(tx, step, { changed: {}, event: 'PledgeProjectClosed', detail: {} });
  });
}
