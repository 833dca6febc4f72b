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
  /** The subject id; '' for an organisation, and once it is erased. */
  readonly residentId: string;
  readonly holderErased: boolean;
  readonly organisationName: string;
  readonly state: BookingState;
  /** Its place in the order of asking. */
  readonly turn: number;
  readonly bookedAt: Date;
  readonly promotedAt: Date | undefined;
  /** By the office, and not by its holder. */
  readonly calledOffAt: Date | undefined;
  readonly toldAt: Date | undefined;
  /** Undefined for a venue, and once its holder is erased. */
  readonly signUp: SignUp | undefined;
  readonly version: number;
}

/** How many of which age, as the holder says; of a child neither a name nor a birth date. */
export interface SignUp {
  readonly adults: number;
  readonly from14To17: number;
  readonly under14: number;
  /** The guardian's, for the children under 14. */
  readonly consent: Consent | undefined;
}

export const consentPurposes = ['participation'] as const;

export interface Consent {
  readonly purpose: (typeof consentPurposes)[number];
  readonly givenAt: Date;
  readonly withdrawnAt: Date | undefined;
}

/** Numbers of places, from the first up to and with the last. */
export type PlaceSpan = readonly [first: number, last: number];

export const resourceKinds = ['venue', 'activity'] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/** What one holder may book. */
export interface BookingRule {
  readonly citation: string;
  /** Confirmed or waiting, and not over; undefined: no limit. */
  readonly mostOpen: number | undefined;
  readonly mostDaysAhead: number;
  readonly mostMinutes: number;
}
