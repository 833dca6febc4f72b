import type { LocalDate } from '@linli/clocks';
import type { Identity } from '../fields';

export const postLeads = ['head', 'deputy'] as const;
export type PostLead = (typeof postLeads)[number];

/** A staff member's work at one unit; part of the staff aggregate. */
export interface Post {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly titleZh: string;
  readonly primary: boolean;
  /** Whether the holder leads the unit; undefined for an ordinary post. */
  readonly lead: PostLead | undefined;
  readonly validFrom: LocalDate;
  /** Exclusive; undefined while open. */
  readonly validTo: LocalDate | undefined;
}

/** Part of the staff aggregate; one person's never overlap. */
export interface Absence {
  readonly id: string;
  readonly from: Date;
  /** Exclusive; undefined: until it is ended. */
  readonly until: Date | undefined;
  /** Who stands in before the AB partner does. */
  readonly standInId: string | undefined;
}

/** How many that are not over a person has at most. */
export const mostAbsences = 20;

/** Somebody who works for the office. Name and work phone are office data: kept here in clear, never in an event, log or error. */
export interface Staff {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly workPhone: string;
  readonly identity: Identity | undefined;
  readonly active: boolean;
  readonly posts: readonly Post[];
  /** The AB partner, who has this one as theirs. */
  readonly partnerId: string | undefined;
  /** The latest `mostAbsences`, in order: every one that is not over, and before them some that are. */
  readonly absences: readonly Absence[];
  readonly version: number;
}

/** The absence that is on and those to come. */
export function absencesAhead({ absences }: Pick<Staff, 'absences'>, now: Date): Absence[] {
  return absences.filter(({ until }) => until === undefined || until > now);
}

/** The posts that are not over on `day`, those to come included. */
export function standingPosts(staff: Pick<Staff, 'posts'>, day: LocalDate): Post[] {
  return staff.posts.filter((post) => post.validTo === undefined || post.validTo > day);
}
