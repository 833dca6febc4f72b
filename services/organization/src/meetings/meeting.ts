import type { LocalDate } from '@linli/clocks';
import type { CommitteeKind } from '../committees/committee';

export const meetingKinds = ['congress', 'joint'] as const;
export type MeetingKind = (typeof meetingKinds)[number];

export const meetingStates = ['scheduled', 'convened', 'minuted', 'resolutions_open', 'resolutions_done', 'called_off'] as const;
export type MeetingState = (typeof meetingStates)[number];

export const callOffReasons = ['no_quorum', 'host_unavailable', 'merged', 'mistake', 'committee_ended'] as const;
export type CallOffReason = (typeof callOffReasons)[number];

export const presences = ['attended', 'excused', 'absent'] as const;
export type Presence = (typeof presences)[number];

/** 五同: 同创 同商 同建 同抓 同帮. */
export const togetherTags = ['create', 'consult', 'build', 'serve', 'help'] as const;
export type TogetherTag = (typeof togetherTags)[number];

/** What a committee of each kind holds. */
export const kindOfCommittee: Readonly<Record<CommitteeKind, MeetingKind>> = { regional: 'congress', community_joint: 'joint' };

export interface Meeting {
  readonly id: string;
  readonly committeeId: string;
  readonly kind: MeetingKind;
  readonly unitId: string;
  readonly unitPath: string;
  readonly state: MeetingState;
  readonly themeZh: string;
  readonly agenda: readonly string[];
  readonly tags: readonly TogetherTag[];
  readonly scheduledOn: LocalDate;
  readonly convenedAt: Date | undefined;
  /** Of one that was called off; that its committee ended nobody gives. */
  readonly callOffReason: CallOffReason | undefined;
  readonly hostMemberUnitId: string;
  /** Empty until it is minuted. */
  readonly minutes: string;
  readonly resolutionsOpen: number;
  readonly version: number;
}

export interface Attendance {
  readonly memberUnitId: string;
  readonly presence: Presence;
}

export const resolutionStates = ['open', 'delivered', 'withdrawn'] as const;
export type ResolutionState = (typeof resolutionStates)[number];

/** What a meeting decided that somebody owes. */
export interface Resolution {
  readonly id: string;
  readonly meetingId: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly state: ResolutionState;
  readonly textZh: string;
  /** One of the two. */
  readonly ownerMemberUnitId: string | undefined;
  readonly ownerStaffId: string | undefined;
  readonly dueOn: LocalDate;
  readonly overdueAt: Date | undefined;
  readonly deliveredAt: Date | undefined;
  /** Empty until it is delivered. */
  readonly proof: string;
  /** Why it was withdrawn; else ''. */
  readonly reasonCode: string;
  readonly version: number;
}
