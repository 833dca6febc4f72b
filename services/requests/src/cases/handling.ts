import type { Caller } from '@linli/auth';
import { extendClock, localDateOf, pauseClock, resumeClock, ruleSetAt, type Limit } from '@linli/clocks';
import { newId } from '@linli/db';
import { failedPrecondition, invalidArgument, notFound } from '@linli/errors';
import type { Deps } from '../deps';
import { getOpenUnit } from '../directory/store';
import { getItemVersion } from '../items/store';
import { statutoryDue } from './acceptance';
import type { Case, CaseTask, PauseCause } from './case';
import { pauseCauseWire } from './case-events';
import { saveChange, takeCase, type CaseRef } from './change';
import { clockKinds, extensionRuleSet } from './clock-kinds';
import { completeTaskRow, insertTask } from './store-parts';

type Handling = Pick<Deps, 'db' | 'now' | 'calendar'>;

/** @throws AppError as `takeCase`. */
export async function startProcessing(deps: Handling, caller: Caller, input: CaseRef): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'start_processing', now: deps.now() });
    return saveChange(tx, step, { changed: {}, event: 'CaseProcessingStarted', detail: {} });
  });
}

/** The clock stands still; a case that is late already stays late. @throws AppError as `takeCase`. */
export async function pauseCase(deps: Handling, caller: Caller, input: CaseRef & { readonly cause: PauseCause }): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'pause', now: deps.now() });
    const { found, at } = step;
    const { cause } = input;
    await pauseClock(tx, deps.calendar, { kind: clockKinds.handle, subjectId: found.id, at, cause });
    const late = found.dueAt !== undefined && found.dueAt < at;
    return saveChange(tx, step, {
      changed: { pauseCause: cause, nextDueAt: late ? found.dueAt : undefined },
      event: 'CasePaused',
      detail: { cause: pauseCauseWire.toWire(cause) },
      facts: { cause },
    });
  });
}

/** The clock runs on with what was left. @throws AppError as `takeCase`. */
export async function resumeCase(deps: Handling, caller: Caller, input: CaseRef): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'resume', now: deps.now() });
    const { found, at } = step;
    const clock = await resumeClock(tx, deps.calendar, { kind: clockKinds.handle, subjectId: found.id, at });
    const item = await getItemVersion(tx, found.itemCode, found.itemVersion);
    const { dueAt, provisional } = clock;
    return saveChange(tx, step, {
      changed: { pauseCause: undefined, dueAt, nextDueAt: dueAt, dueProvisional: provisional, statutoryDueAt: statutoryDue(deps, item, clock) },
      event: 'CaseResumed',
      detail: { dueAt },
      facts: { due_at: dueAt.toISOString() },
    });
  });
}

/**
 * A supervisor moves the due date, once, before it has passed, by no more than the law allows; the resident reads why.
 * @throws AppError as `takeCase`; failed_precondition EXTENDED_ALREADY, EXTENSION_TOO_LATE; invalid_argument
 *   EXTENSION_TOO_LONG { most, unit }, LIMIT_INVALID.
 */
export async function extendCase(
  deps: Handling,
  caller: Caller,
  input: CaseRef & { readonly by: Pick<Limit, 'amount' | 'unit'>; readonly reason: string },
): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'extend', now: deps.now() });
    const { found, at } = step;
    const limit = { ...input.by, roll: 'none' } as const;
    const clock = await extendClock(tx, deps.calendar, { kind: clockKinds.handle, subjectId: found.id, at, reason: 'supervisor', by: caller.subject, limit });
    const most = await ruleSetAt(tx, extensionRuleSet, localDateOf(at));
    const latest = deps.calendar.of(caller.tenantId).dueAt(found.dueAt ?? at, most.limit).dueAt;
    if (clock.dueAt > latest) {
      throw invalidArgument('EXTENSION_TOO_LONG', 'an extension is longer than the law allows', {
        details: { most: String(most.limit.amount), unit: most.limit.unit },
        violations: [{ field: 'by', code: 'too_long' }],
      });
    }
    const item = await getItemVersion(tx, found.itemCode, found.itemVersion);
    const { dueAt, provisional } = clock;
    return saveChange(tx, step, {
      changed: { extended: true, dueAt, nextDueAt: dueAt, dueProvisional: provisional, statutoryDueAt: statutoryDue(deps, item, clock) },
      event: 'CaseExtended',
      detail: { dueAt },
      facts: { due_at: dueAt.toISOString() },
      note: input.reason,
    });
  });
}

/**
 * Gives a department its part of a joint case; one part is the lead.
 * @throws AppError as `takeCase`; failed_precondition CASE_NOT_JOINT, LEAD_SET_ALREADY, UNIT_CLOSED; not_found UNIT_UNKNOWN.
 */
export async function addTask(
  deps: Handling,
  caller: Caller,
  input: CaseRef & { readonly unitId: string; readonly lead: boolean; readonly titleZh: string },
): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'add_task', now: deps.now() });
    const { found, at } = step;
    if (input.lead && found.tasks.some((task) => task.lead)) throw failedPrecondition('LEAD_SET_ALREADY', 'a joint case has exactly one lead');
    const unit = await getOpenUnit(tx, input.unitId, localDateOf(at));
    const task: CaseTask = { id: newId(), unitId: unit.id, unitPath: unit.path, lead: input.lead, titleZh: input.titleZh, doneAt: undefined, doneBy: undefined };
    await insertTask(tx, found.id, task);
    return saveChange(tx, step, {
      changed: { tasks: [...found.tasks, task] },
      event: 'CaseTaskAdded',
      detail: { taskId: task.id, taskUnitId: unit.id },
      facts: { task_id: task.id, task_unit_id: unit.id, lead: String(task.lead) },
    });
  });
}

/** @throws AppError as `takeCase`; failed_precondition CASE_NOT_JOINT, TASKS_DONE, TASK_DONE_ALREADY; not_found TASK_NOT_FOUND. */
export async function completeTask(deps: Handling, caller: Caller, input: CaseRef & { readonly taskId: string }): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'complete_task', now: deps.now() });
    const { found, at } = step;
    const done = { doneAt: at, doneBy: caller.subject };
    const task = found.tasks.find(({ id }) => id === input.taskId);
    if (task === undefined) throw notFound('TASK_NOT_FOUND', 'the case has no such task');
    if (task.doneAt !== undefined) throw failedPrecondition('TASK_DONE_ALREADY', 'the task is done already');
    await completeTaskRow(tx, found.id, { taskId: task.id, by: caller.subject, at });
    return saveChange(tx, step, {
      changed: { tasks: found.tasks.map((other) => (other === task ? { ...task, ...done } : other)) },
      event: 'CaseTaskCompleted',
      detail: { taskId: task.id },
      facts: { task_id: task.id },
    });
  });
}

/** Hands the case to the department for its decision. @throws AppError as `takeCase`; failed_precondition LEAD_MISSING, TASKS_OPEN { open }. */
export async function requestDecision(deps: Handling, caller: Caller, input: CaseRef): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'request_decision', now: deps.now() });
    return saveChange(tx, step, { changed: {}, event: 'CaseDecisionRequested', detail: {} });
  });
}
