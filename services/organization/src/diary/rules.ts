import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { Unit } from '../units/unit';

/** Also for an entry outside the caller's scope, which must look the same. */
export function diaryEntryNotFound(): AppError {
  return notFound('DIARY_ENTRY_NOT_FOUND', 'there is no such diary entry');
}

/** @throws failed_precondition DIARY_NOT_OF_BUILDING. */
export function assertBuilding({ kind }: Pick<Unit, 'kind'>): void {
  if (kind !== 'building') throw failedPrecondition('DIARY_NOT_OF_BUILDING', 'a diary entry is of a building', { details: { kind } });
}
