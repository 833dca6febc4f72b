import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { LocalDate } from '@linli/clocks';
import type { Objection, Publication, WithdrawReason } from './publication';

/** Also for one outside the caller's scope, which must look the same. */
export function publicationNotFound(): AppError {
  return notFound('PUBLICATION_NOT_FOUND', 'there is no such publication');
}

/** Also for one outside the caller's scope, which must look the same. */
export function objectionNotFound(): AppError {
  return notFound('OBJECTION_NOT_FOUND', 'there is no such objection');
}

/** Nobody may read any more what names a person, so its words go with it. @throws failed_precondition PUBLICATION_WITHDRAWN { withdrawnAt }. */
export function withdraw(publication: Publication, reason: WithdrawReason, at: Date): Publication {
  assertStands(publication);
  const words = reason === 'personal_data' ? { titleZh: '', textZh: '' } : {};
  return { ...publication, ...words, withdrawnAt: at, withdrawReason: reason, version: publication.version + 1 };
}

function assertStands({ withdrawnAt }: Pick<Publication, 'withdrawnAt'>): void {
  if (withdrawnAt !== undefined) throw failedPrecondition('PUBLICATION_WITHDRAWN', 'the publication was withdrawn', { details: { withdrawnAt: withdrawnAt.toISOString() } });
}

/** While it is published, its last day included. @throws failed_precondition PUBLICATION_WITHDRAWN { withdrawnAt }, OBJECTION_OUT_OF_TIME { from, to }. */
export function assertOpenToObjections(publication: Pick<Publication, 'fromDay' | 'toDay' | 'withdrawnAt'>, day: LocalDate): void {
  assertStands(publication);
  const { fromDay, toDay } = publication;
  if (day < fromDay || day >= toDay) throw failedPrecondition('OBJECTION_OUT_OF_TIME', 'objections are raised while it is published', { details: { from: fromDay, to: toDay } });
}

/** @throws failed_precondition OBJECTION_ANSWERED. */
export function assertUnanswered({ state }: Pick<Objection, 'state'>): void {
  if (state === 'answered') throw failedPrecondition('OBJECTION_ANSWERED', 'the objection has its answer');
}
