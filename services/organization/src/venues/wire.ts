import { organization } from '@linli/contracts';
import { violation, wireEnum } from '@linli/grpc';
import { areDaySpans } from './hours';
import { venueUses, type DaySpan, type Venue, type WeekdaySpan } from './venue';

export const useOnWire = wireEnum('VENUE_USE', organization.VenueUse, venueUses);

const mostSpansOfDay = 8;

export function venueToWire(venue: Venue): organization.Venue {
  const { use, hours, days, ...rest } = venue;
  return { ...rest, use: useOnWire.toWire(use), hours: hoursToWire(hours), days: daysToWire(days) };
}

/** What anybody may see of it. */
export function publicVenueToWire({ id, nameZh, nameMn, use, capacity, hours, days }: Venue): organization.PublicVenue {
  return { id, nameZh, nameMn, use: useOnWire.toWire(use), capacity, hours: hoursToWire(hours), days: daysToWire(days) };
}

/** @throws invalid_argument for spans that overlap, or that no clock shows. */
export function readDaySpans(spans: readonly organization.DaySpan[], field: string): DaySpan[] {
  if (spans.length > mostSpansOfDay) throw violation(field, 'too_many');
  if (!areDaySpans(spans)) throw violation(field, 'out_of_range');
  return spans.map(({ opensMinute, closesMinute }) => ({ opensMinute, closesMinute }));
}

/** Of each weekday as `readDaySpans`; at least one span. */
export function readHours(hours: organization.OpeningHours | undefined): WeekdaySpan[] {
  const spans = hours?.spans ?? [];
  if (spans.length === 0) throw violation('hours', 'required');
  if (spans.some(({ weekday }) => weekday < 1 || weekday > 7)) throw violation('hours', 'out_of_range');
  return [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => readDaySpans(spans.filter((span) => span.weekday === weekday), 'hours').map((span) => ({ weekday, ...span })));
}

function hoursToWire(hours: Venue['hours']): organization.OpeningHours {
  return { spans: hours.map((span) => ({ ...span })) };
}

function daysToWire(days: Venue['days']): organization.VenueDay[] {
  return days.map(({ day, spans }) => ({ day, spans: spans.map((span) => ({ ...span })) }));
}
