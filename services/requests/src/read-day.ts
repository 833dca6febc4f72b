import { assertLocalDate, type LocalDate } from '@linli/clocks';
import { violation } from '@linli/grpc';

/** @throws invalid_argument FIELD_INVALID: no day, none of the calendar, or none that we keep. */
export function readDay(text: string, field: string): LocalDate {
  if (text === '') throw violation(field, 'required');
  if (/^\d/.test(text) && (text < '1949-10-01' || text >= '2200-01-01')) throw violation(field, 'out_of_range');
  try {
    return assertLocalDate(text);
  } catch {
    throw violation(field, 'malformed');
  }
}
