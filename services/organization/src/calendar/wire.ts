import type { Calendar, LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import type { Override } from './override';

export const kindOnWire = wireEnum('CALENDAR_DAY_KIND', organization.CalendarDayKind, ['rest', 'work'] as const);

export function overrideToWire({ kind, ...rest }: Override): organization.CalendarOverride {
  return { ...rest, kind: kindOnWire.toWire(kind) };
}

export function dayToWire(day: LocalDate, calendar: Calendar, override: Override | undefined): organization.CalendarDay {
  const { kind, provisional } = calendar.kindOfDay(day);
  return { day, kind: kindOnWire.toWire(kind === 'workday' ? 'work' : 'rest'), holiday: kind === 'holiday', provisional, override: override && overrideToWire(override) };
}
