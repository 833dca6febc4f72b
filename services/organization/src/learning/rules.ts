import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { Learning } from './learning';

/** @throws failed_precondition LEARNING_CANCELLED, LEARNING_BEGUN. */
export function cancel(learning: Learning, now: Date): Learning {
  assertHeld(learning);
  if (learning.startsAt <= now) throw failedPrecondition('LEARNING_BEGUN', 'what has begun is not cancelled');
  return { ...learning, cancelled: true, version: learning.version + 1 };
}

/** A second list replaces the first. @throws failed_precondition LEARNING_CANCELLED, LEARNING_NOT_BEGUN. */
export function attend(learning: Learning, { staffIds, others }: Pick<Learning, 'staffIds' | 'others'>, now: Date): Learning {
  assertHeld(learning);
  if (learning.startsAt > now) throw failedPrecondition('LEARNING_NOT_BEGUN', 'nobody has come to what is to come');
  return { ...learning, attended: true, staffIds, others, version: learning.version + 1 };
}

function assertHeld({ cancelled }: Learning): void {
  if (cancelled) throw failedPrecondition('LEARNING_CANCELLED', 'the session does not take place');
}

/** Also for one outside the caller's scope, which must look the same. */
export function learningNotFound(): AppError {
  return notFound('LEARNING_NOT_FOUND', 'there is no such session');
}
