export const bookingStates = ['confirmed', 'waiting', 'cancelled', 'no_show'] as const;
export type BookingState = (typeof bookingStates)[number];

export const holderKinds = ['resident', 'organisation'] as const;
export type HolderKind = (typeof holderKinds)[number];

/** A place, or several, held for a time at what can be booked; or a turn in its waiting list. */
export interface Booking {
  readonly id: string;
  readonly resourceKind: ResourceKind;
  readonly resourceId: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly people: number;
  /** Empty while it holds none. */
  readonly places: readonly PlaceSpan[];
  readonly holderKind: HolderKind;
  /** The subject id; '' for an organisation. */
  readonly residentId: string;
  readonly organisationName: string;
  readonly state: BookingState;
  /** Its place in the order of asking. */
  readonly turn: number;
  readonly bookedAt: Date;
  readonly promotedAt: Date | undefined;
  readonly toldAt: Date | undefined;
  readonly version: number;
}

/** Numbers of places, from the first up to and with the last. */
export type PlaceSpan = readonly [first: number, last: number];

export const resourceKinds = ['venue'] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/** What one holder may book. */
export interface BookingRule {
  readonly citation: string;
  /** Confirmed or waiting, and not over; undefined: no limit. */
  readonly mostOpen: number | undefined;
  readonly mostDaysAhead: number;
  readonly mostMinutes: number;
}
