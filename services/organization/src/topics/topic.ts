import type { LocalDate } from '@linli/clocks';

export const topicStates = ['collected', 'accepted', 'not_accepted', 'answered'] as const;
export type TopicState = (typeof topicStates)[number];

export const topicSources = ['resident', 'staff'] as const;
export type TopicSource = (typeof topicSources)[number];

export const declineReasons = ['not_ours', 'handled_elsewhere', 'duplicate', 'unlawful', 'personal_matter', 'too_vague'] as const;
export type DeclineReason = (typeof declineReasons)[number];

export const deliberationResults = ['agreed', 'partly_agreed', 'not_agreed'] as const;
export type DeliberationResult = (typeof deliberationResults)[number];

export const participantRoles = ['residents', 'owners', 'representatives', 'committee', 'police', 'property_company', 'member_unit', 'expert'] as const;
export type ParticipantRole = (typeof participantRoles)[number];

/** Something that residents want talked about. */
export interface Topic {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  /** As it was raised; for the office only. '' once it is erased. */
  readonly textZh: string;
  readonly textErased: boolean;
  readonly source: TopicSource;
  /** An id that means nothing here; undefined for a topic that staff heard, and forgotten with the text. */
  readonly residentId: string | undefined;
  readonly state: TopicState;
  readonly declineReason: DeclineReason | undefined;
  /** In the office's words, for everybody; '' until it is screened. */
  readonly titleZh: string;
  readonly answerZh: string;
  /** Title and answer named a person, and are ''. */
  readonly wordsWithdrawn: boolean;
  readonly answerDueAt: Date;
  readonly overdue: boolean;
  readonly answeredAt: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

export interface Participants {
  readonly unitId: string;
  readonly role: ParticipantRole;
  readonly count: number;
}

/** A consultation: who took part by number, what was said inside the office, what came of it. Nobody changes it. */
export interface Deliberation {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly topicId: string | undefined;
  readonly heldOn: LocalDate;
  readonly participants: readonly Participants[];
  /** '' when there were none, or they are erased. */
  readonly opinionsZh: string;
  readonly opinionsErased: boolean;
  readonly result: DeliberationResult;
  readonly conclusionZh: string;
  readonly createdAt: Date;
  readonly version: number;
}
