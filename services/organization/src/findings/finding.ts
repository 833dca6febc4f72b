import type { Concern } from '../sites/site';

export const severities = ['minor', 'serious', 'danger_to_life'] as const;
export type Severity = (typeof severities)[number];

export const findingStates = ['found', 'told_site', 'rectifying', 'rechecked', 'closed', 'referred'] as const;
export type FindingState = (typeof findingStates)[number];

export const authorities = ['labour_inspection', 'housing_construction', 'emergency_management', 'expropriation'] as const;
export type Authority = (typeof authorities)[number];

export const referralReplies = ['handled', 'no_violation', 'not_competent'] as const;
export type ReferralReply = (typeof referralReplies)[number];

export const emergencyLines = ['fire_rescue', 'ambulance', 'police', 'work_safety'] as const;
export type EmergencyLine = (typeof emergencyLines)[number];

export const findingKind = 'organization.finding';
export const referralClock = 'organization.referral';

export interface Referral {
  readonly id: string;
  readonly authority: Authority;
  readonly receivedNumber: string;
  readonly sentAt: Date;
  readonly replyDueAt: Date | undefined;
  readonly reply: ReferralReply | undefined;
  readonly answeredAt: Date | undefined;
  /** How often the authority had to be reminded. */
  readonly reminders: number;
}

export interface EmergencyCall {
  readonly line: EmergencyLine;
  readonly calledAt: Date;
}

/** Something wrong on a site. */
export interface Finding {
  readonly id: string;
  readonly siteId: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly concern: Concern;
  readonly severity: Severity;
  readonly state: FindingState;
  /** '' for what the checklist does not ask. */
  readonly itemCode: string;
  readonly description: string;
  readonly foundBy: string;
  readonly foundAt: Date;
  /** Of what is owed by the office; undefined while an authority is to answer, and when nothing is owed. */
  readonly dueAt: Date | undefined;
  readonly dueProvisional: boolean;
  readonly overdueSince: Date | undefined;
  readonly closedAt: Date | undefined;
  readonly call: EmergencyCall | undefined;
  readonly referrals: readonly Referral[];
  readonly version: number;
}
