import { withOwnDays, type Calendar, type LocalDate } from '@linli/clocks';
import { failedPrecondition, invalidArgument, notFound, type AppError } from '@linli/errors';
import type { Override } from './override';

/** What is worked today is under way, and what is over cannot be worked again. @throws invalid_argument CALENDAR_DAY_PAST. */
export function assertAhead(day: LocalDate, today: LocalDate): void {
  if (day <= today) throw invalidArgument('CALENDAR_DAY_PAST', 'a day is decided on before it begins', { violations: [{ field: 'day', code: 'in_past' }] });
}

/** Sets the day, new or anew. @throws failed_precondition CALENDAR_DAY_SET, CALENDAR_DAY_UNCHANGED. */
export function setDay(known: Override | undefined, decided: Pick<Override, 'id' | 'day' | 'kind' | 'nameZh' | 'citation'>, national: Calendar): Override {
  if (known?.removed === false) throw alreadySet(known);
  const works = national.isWorkingDay(decided.day).working;
  if (works === (decided.kind === 'work')) throw failedPrecondition('CALENDAR_DAY_UNCHANGED', 'the day is so already', { details: { day: decided.day } });
  return { ...decided, id: known?.id ?? decided.id, removed: false, version: (known?.version ?? 0) + 1 };
}

/** @throws failed_precondition CALENDAR_DAY_REMOVED. */
export function removeDay(known: Override): Override {
  if (known.removed) throw failedPrecondition('CALENDAR_DAY_REMOVED', 'the national calendar stands already', { details: { day: known.day } });
  return { ...known, removed: true, version: known.version + 1 };
}

/** The office's calendar as these decisions make it. */
export function calendarWith(national: Calendar, overrides: readonly Override[]): Calendar {
  return withOwnDays(national, new Map(overrides.filter(({ removed }) => !removed).map(({ day, kind }) => [day, kind])));
}

export function overrideNotFound(): AppError {
  return notFound('CALENDAR_OVERRIDE_NOT_FOUND', 'nothing was decided under this id');
}

function alreadySet({ day }: Override): AppError {
  return failedPrecondition('CALENDAR_DAY_SET', 'something is decided of the day: remove it first', { details: { day } });
}
