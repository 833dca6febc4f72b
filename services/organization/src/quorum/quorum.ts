/** A part of a whole, such as 1/2. */
export interface Share {
  readonly numerator: number;
  readonly denominator: number;
}

/** Who must come and who must agree for a meeting to decide, in one wording of its law. */
export interface Quorum {
  readonly id: string;
  readonly version: number;
  /** Law and article, as it is shown. */
  readonly citation: string;
  /** Whose voices count: residents of 18 and over, one a household, or representatives. */
  readonly counted: 'residents' | 'households' | 'representatives';
  /** More than this part of those entitled must take part. */
  readonly attendance: Share;
  /** More than this part of those who take part must agree. */
  readonly majority: Share;
  /** At least this part of them can call the meeting. */
  readonly callers: Share;
  /** A newer law is in force whose article is not taken in yet. */
  readonly awaitsRevision: boolean;
}

export interface Count {
  readonly entitled: number;
  readonly present: number;
  readonly inFavour: number;
}

export type Result = 'adopted' | 'not_adopted' | 'no_quorum';

/** What a count comes to. Whole numbers only: exactly half is not more than half. */
export function resultOf(count: Count, quorum: Pick<Quorum, 'attendance' | 'majority'>): Result {
  if (!isMoreThan(count.present, quorum.attendance, count.entitled)) return 'no_quorum';
  return isMoreThan(count.inFavour, quorum.majority, count.present) ? 'adopted' : 'not_adopted';
}

/** Whether so many can call the meeting. */
export function mayCall(callers: number, entitled: number, { callers: share }: Pick<Quorum, 'callers'>): boolean {
  return callers > 0 && callers * share.denominator >= entitled * share.numerator;
}

function isMoreThan(part: number, share: Share, whole: number): boolean {
  return part * share.denominator > whole * share.numerator;
}
