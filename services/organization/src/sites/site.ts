import type { LocalDate } from '@linli/clocks';

export const stages = ['preparation', 'foundation', 'structure', 'finishing', 'acceptance'] as const;
export type Stage = (typeof stages)[number];

export const concerns = ['safety', 'wage', 'resettlement'] as const;
export type Concern = (typeof concerns)[number];

export const answers = ['yes', 'no', 'not_applicable', 'not_seen'] as const;
export type Answer = (typeof answers)[number];

export const siteKind = 'organization.site';
export const visitClock = 'organization.site_visit';

/** A construction site. Its companies are named; nobody who works there is. */
export interface Site {
  readonly id: string;
  readonly nameZh: string;
  readonly ownerZh: string;
  readonly contractorZh: string;
  readonly subcontractorsZh: readonly string[];
  readonly permitNumber: string;
  readonly stage: Stage;
  readonly unitId: string;
  readonly unitPath: string;
  readonly leaderId: string;
  /** When the leader was linked. */
  /** Undefined only in a list as of a day on which the office did not know of the site yet. */
  readonly leaderSince: Date | undefined;
  readonly openedOn: LocalDate;
  readonly closedOn: LocalDate | undefined;
  readonly lastVisitedOn: LocalDate | undefined;
  /** The last day of the first period without a visit since the last visit. */
  readonly missedSince: LocalDate | undefined;
  /** The last day of the period in which a visit is owed; undefined for a closed site. */
  readonly visitDueOn: LocalDate | undefined;
  readonly version: number;
}

/** How often a visit is owed: one version of the office's rule. */
export interface VisitRule {
  readonly version: number;
  readonly intervalMonths: number;
  /** A site that opens with fewer days left in its month is first owed a visit in the next. */
  readonly leastDays: number;
  /** A visit is recorded so many days after it at the latest, so that a month's figures come to rest. */
  readonly recordWithinDays: number;
  readonly citation: string;
}

/** Days, both included, within which one visit is owed. */
export interface Period {
  readonly opensOn: LocalDate;
  readonly dueOn: LocalDate;
}

export interface VisitPlan extends Period {
  readonly siteId: string;
  readonly state: 'owed' | 'done' | 'missed' | 'cancelled';
  /** Whose visit it is: the leader while it is owed, and for good once it is not. */
  readonly leaderId: string;
  readonly visitId: string | undefined;
  readonly ruleVersion: number;
}

export interface Visit {
  readonly id: string;
  readonly siteId: string;
  readonly visitedOn: LocalDate;
  readonly visitorId: string;
  readonly checklistVersion: number;
  readonly answers: Readonly<Record<string, Answer>>;
  readonly recordedAt: Date;
  /** `2026-11`; '' when that month had its visit already. */
  readonly countsFor: string;
}

export interface ChecklistItem {
  readonly version: number;
  readonly code: string;
  readonly concern: Concern;
  readonly questionZh: string;
  readonly citation: string;
}
