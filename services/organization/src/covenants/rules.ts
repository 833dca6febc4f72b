import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { Covenant } from './covenant';

/** Also for one outside the caller's scope, which must look the same. */
export function covenantNotFound(): AppError {
  return notFound('COVENANT_NOT_FOUND', 'there is no such covenant');
}

/** @throws failed_precondition COVENANT_FILED_ALREADY. */
export function assertUnfiled({ filedOn }: Pick<Covenant, 'filedOn'>): void {
  if (filedOn !== undefined) throw failedPrecondition('COVENANT_FILED_ALREADY', 'the covenant is filed', { details: { filedOn } });
}
