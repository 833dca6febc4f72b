export const learningKinds = ['central_group', 'secretary_lecture', 'forum', 'study_visit', 'guest_lecture', 'reading', 'public_lecture', 'remote'] as const;
export type LearningKind = (typeof learningKinds)[number];

/** One session of the learning plan. */
export interface Learning {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly kind: LearningKind;
  readonly topicZh: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly cancelled: boolean;
  /** Who came is entered. */
  readonly attended: boolean;
  readonly staffIds: readonly string[];
  /** People who are no staff: a number. */
  readonly others: number;
  readonly version: number;
}
