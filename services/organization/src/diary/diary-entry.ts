import type { LocalDate } from '@linli/clocks';

export const diaryNeeds = [
  'lighting', 'heating', 'repairs', 'safety', 'sanitation', 'parking', 'elder_care', 'child_care', 'jobs', 'health_service', 'allowance', 'neighbours', 'accessibility', 'other',
] as const;
export type DiaryNeed = (typeof diaryNeeds)[number];

export const diaryActions = ['none', 'explained', 'helped', 'passed_on', 'case_opened', 'will_return'] as const;
export type DiaryAction = (typeof diaryActions)[number];

/** 民情日记: what a visit to a building found, in codes, and for a while in a few words. */
export interface DiaryEntry {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly visitedOn: LocalDate;
  readonly authorId: string;
  readonly needs: readonly DiaryNeed[];
  readonly action: DiaryAction;
  /** '' when there was none, or it is erased. */
  readonly textZh: string;
  readonly textExpiresAt: Date;
  readonly textErased: boolean;
  readonly followUpAsked: boolean;
  /** Only of somebody who asked for it; forgotten with the text. */
  readonly followUpPersonId: string | undefined;
  readonly linkedNeedId: string | undefined;
  /** A case leads to a person: forgotten with the text, too. */
  readonly linkedCaseId: string | undefined;
  readonly createdAt: Date;
  readonly version: number;
}
