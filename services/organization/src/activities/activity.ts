export const activityKinds = ['event', 'course'] as const;
export type ActivityKind = (typeof activityKinds)[number];

export const ageBands = ['under_14', 'from_14_to_17', 'adult'] as const;
export type AgeBand = (typeof ageBands)[number];

export interface Session {
  /** From 1, in the order of time. */
  readonly number: number;
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** How many came; undefined until it is counted. */
  readonly attended: number | undefined;
}

/** What a community holds for people to come to: an event, or a course of several sessions. */
export interface Activity {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly kind: ActivityKind;
  readonly nameZh: string;
  readonly nameMn: string;
  readonly placeZh: string;
  /** Who may come. */
  readonly ages: readonly AgeBand[];
  readonly capacity: number;
  readonly sessions: readonly Session[];
  /** Of the first session. */
  readonly startsAt: Date;
  /** Of the last session. */
  readonly endsAt: Date;
  readonly signUpUntil: Date;
  /** What began before it took place. */
  readonly calledOffAt: Date | undefined;
  readonly version: number;
}
