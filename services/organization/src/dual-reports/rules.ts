import type { LocalDate } from '@linli/clocks';
import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { DualReport, DualTask } from './dual-report';

/** @throws failed_precondition DUAL_REPORT_ENDED. */
export function change(report: DualReport, changed: Partial<DualReport> = {}): DualReport {
  if (report.endedOn !== undefined) throw failedPrecondition('DUAL_REPORT_ENDED', 'the report has ended');
  return { ...report, ...changed, version: report.version + 1 };
}

/** Tasks that a report may have open at a time. */
const mostOpen = 100;

/** @throws failed_precondition DUAL_TASKS_TOO_MANY. */
export function assertRoomForTask(open: number): void {
  if (open >= mostOpen) throw failedPrecondition('DUAL_TASKS_TOO_MANY', 'the report has as many open tasks as it may have', { details: { most: String(mostOpen) } });
}

/** @throws not_found DUAL_TASK_NOT_FOUND; failed_precondition DUAL_TASK_DONE. */
export function complete(task: DualTask | undefined, done: { readonly day: LocalDate; readonly proof: string }): DualTask {
  if (task === undefined) throw notFound('DUAL_TASK_NOT_FOUND', 'the report has no such task');
  if (task.doneOn !== undefined) throw failedPrecondition('DUAL_TASK_DONE', 'the task is done');
  return { ...task, doneOn: done.day, proof: done.proof };
}

/** @throws failed_precondition DUAL_TASKS_OPEN. */
export function assertAllDone(open: number): void {
  if (open > 0) throw failedPrecondition('DUAL_TASKS_OPEN', 'tasks are still to be done', { details: { open: String(open) } });
}

/** Also for one outside the caller's scope, which must look the same. */
export function dualReportNotFound(): AppError {
  return notFound('DUAL_REPORT_NOT_FOUND', 'there is no such report');
}
