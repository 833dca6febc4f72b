import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { LocalDate } from '@linli/clocks';
import type { Objection, Publication } from './publication';

/** Also for one outside the caller's scope, which must look the same. */
export function publicationNotFound(): AppError {
  return notFound('PUBLICATION_NOT_FOUND', 'there is no such publication');
}

/** Also for one outside the caller's scope, which must look the same. */
export function objectionNotFound(): AppError {
  return notFound('OBJECTION_NOT_FOUND', 'there is no such objection');
}

/** While it is published, its last day included. @throws failed_precondition OBJECTION_OUT_OF_TIME { from, to }. */
export function assertOpenToObjections({ fromDay, toDay }: Pick<Publication, 'fromDay' | 'toDay'>, day: LocalDate): void {
  if (day < fromDay || day >= toDay) throw failedPrecondition('OBJECTION_OUT_OF_TIME', 'objections are raised while it is published', { details: { from: fromDay, to: toDay } });
}

/** @throws failed_precondition OBJECTION_ANSWERED. */
export function assertUnanswered({ state }: Pick<Objection, 'state'>): void {
  if (state === 'answered') throw failedPrecondition('OBJECTION_ANSWERED', 'the objection has its answer');
}
