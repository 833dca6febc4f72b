import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';

/** What is over and has been kept for its time. */
export interface Over {
  /** It ended before this day, and before its first moment. */
  readonly beforeDay: LocalDate;
  readonly before: Date;
  /** How many to take at once. */
  readonly most: number;
}

/** A row out of which, or which, something was erased. */
export interface Erased {
  readonly id: string;
  /** After it; 0 for what has none. */
  readonly version: number;
  readonly unitPath: string;
  /** What it is a part of: a resettlement's site, an application's job, a deliberation's topic if it has one. */
  readonly partOf?: string | null;
}

/** Something of people that is kept for a time only. */
export interface Kept {
  /** Says for how many days, and by which law. */
  readonly ruleSet: string;
  readonly objectType: string;
  /** Of the audit trail and the thread: `text_erased`. */
  readonly code: string;
  /** Message name within `linli.organization.v1`; undefined where what is over is in nobody's state any more. */
  readonly event: string | undefined;
  readonly payload: (erased: Erased) => object;
  /** Whose story tells it; undefined for what has none. */
  readonly threadOf: ((erased: Erased) => string | null | undefined) | undefined;
  /** Passes over rows that somebody holds: the next sweep has them. */
  readonly erase: (tx: Tx, over: Over) => Promise<Erased[]>;
}
