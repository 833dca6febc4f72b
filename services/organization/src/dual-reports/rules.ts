import type { LocalDate } from '@linli/clocks';
import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { DualReport, DualTask } from './dual-report';

/** @throws failed_precondition DUAL_REPORT_ENDED. */
export function change(report: DualReport, changed: Partial<DualReport> = {}): DualReport {
  if (report.endedOn !== undefined) throw failedPrecondition('DUAL_REPORT_ENDED', 'the report has ended');
  return { ...report, ...changed, version: report.version + 1 };
}

/** @throws not_found DUAL_TASK_NOT_FOUND; failed_precondition DUAL_TASK_DONE. */
export function complete(tasks: readonly DualTask[], id: string, done: { readonly day: LocalDate; readonly proof: string }): DualTask {
  const task = tasks.find((one) => one.id === id);
  if (task === undefined) throw notFound('DUAL_TASK_NOT_FOUND', 'the report has no such task');
  if (task.doneOn !== undefined) throw failedPrecondition('DUAL_TASK_DONE', 'the task is done');
  return { ...task, doneOn: done.day, proof: done.proof };
}

/** Tasks still to be done. @throws failed_precondition DUAL_TASKS_OPEN. */
export function assertAllDone(tasks: readonly DualTask[]): void {
  const open = tasks.filter(({ doneOn }) => doneOn === undefined).length;
  if (open > 0) throw failedPrecondition('DUAL_TASKS_OPEN', 'tasks are still to be done', { details: { open: String(open) } });
}

/** Also for one outside the caller's scope, which must look the same. */
export function dualReportNotFound(): AppError {
  return notFound('DUAL_REPORT_NOT_FOUND', 'there is no such report');
}
