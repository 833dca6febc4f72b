import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { LocalDate } from '@linli/clocks';
import type { Job } from './job';

/** @throws failed_precondition JOB_TAKEN_DOWN, JOB_CLOSED. */
export function takeDown(job: Job, today: LocalDate): Job {
  assertUp(job);
  if (job.openUntil < today) throw failedPrecondition('JOB_CLOSED', 'the time to apply is over');
  return { ...job, takenDownOn: today, version: job.version + 1 };
}

/** @throws failed_precondition JOB_TAKEN_DOWN, JOB_NOT_OPEN, JOB_CLOSED. */
export function assertOpen(job: Job, today: LocalDate): void {
  assertUp(job);
  if (today < job.openFrom) throw failedPrecondition('JOB_NOT_OPEN', 'the time to apply has not begun');
  if (job.openUntil < today) throw failedPrecondition('JOB_CLOSED', 'the time to apply is over');
}

/** Also for a job outside the caller's scope, which must look the same. */
export function jobNotFound(): AppError {
  return notFound('JOB_NOT_FOUND', 'there is no such job');
}

/** Also for somebody else's, which must look the same. */
export function applicationNotFound(): AppError {
  return notFound('APPLICATION_NOT_FOUND', 'there is no such application');
}

function assertUp({ takenDownOn }: Job): void {
  if (takenDownOn !== undefined) throw failedPrecondition('JOB_TAKEN_DOWN', 'the job is not offered any more');
}
