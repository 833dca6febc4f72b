import { isAppError } from '@linli/errors';
import { assertLocalDate, localDateOf, type LocalDate } from '@linli/clocks';
import { violation } from '@linli/grpc';

/** A day of an input, or `fallback` (today) when it was left out. @throws invalid_argument FIELD_INVALID. */
export function readDay(text: string, field: string, fallback: LocalDate): LocalDate {
  if (text === '') return fallback;
  try {
    return assertLocalDate(text);
  } catch (error) {
    throw isAppError(error) ? violation(field, 'malformed') : error;
  }
}

/** The day that a list is asked for; undefined for a list as it stands. @throws invalid_argument FIELD_INVALID. */
export function readAsOf({ asOf }: { readonly asOf: string }): LocalDate | undefined {
  return asOf === '' ? undefined : readDay(asOf, 'as_of', asOf);
}

/** @throws invalid_argument FIELD_INVALID: no day, or none of the calendar. */
export function requireDay(text: string, field: string): LocalDate {
  if (text === '') throw violation(field, 'required');
  return readDay(text, field, text);
}

/** The day it is in Asia/Shanghai. */
export function today(deps: { readonly now: () => Date }): LocalDate {
  return localDateOf(deps.now());
}
