import type { LocalDate } from '@linli/clocks';

export const venueUses = ['exclusive', 'shared'] as const;
export type VenueUse = (typeof venueUses)[number];

/** Minutes after the midnight that begins the day; what closes after 1440 runs into the next day. */
export interface DaySpan {
  readonly opensMinute: number;
  readonly closesMinute: number;
}

export interface WeekdaySpan extends DaySpan {
  /** 1 is Monday, 7 is Sunday. */
  readonly weekday: number;
}

/** Instead of the weekday's hours; without spans the venue stays closed. */
export interface VenueDay {
  readonly day: LocalDate;
  readonly spans: readonly DaySpan[];
}

/** A place of a community that people may visit and book. */
export interface Venue {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly nameZh: string;
  readonly nameMn: string;
  readonly use: VenueUse;
  /** People at a time. */
  readonly capacity: number;
  readonly hours: readonly WeekdaySpan[];
  /** From the day on which it was read. */
  readonly days: readonly VenueDay[];
  readonly closed: boolean;
  readonly version: number;
}

export interface VisitorCount {
  readonly id: string;
  readonly venueId: string;
  readonly day: LocalDate;
  readonly visitors: number;
  readonly version: number;
}
