import type { CaseType } from '../items/rules';

export const caseStates = [
  'draft',
  'submitted',
  'needs_material',
  'declined',
  'accepted',
  'processing',
  'paused',
  'awaiting_decision',
  'decided',
  'delivered',
  'closed',
  'reopened',
  'withdrawn',
] as const;
export type CaseState = (typeof caseStates)[number];

export const channels = ['window', 'phone', 'home_visit', 'online', 'grid_worker'] as const;
export type Channel = (typeof channels)[number];

export const pauseCauses = ['survey', 'expert_review', 'applicant_absent'] as const;
export type PauseCause = (typeof pauseCauses)[number];

export const caseResults = ['granted', 'refused'] as const;
export type CaseResult = (typeof caseResults)[number];

export const deliveryMethods = ['home', 'pick_up', 'post'] as const;
export type DeliveryMethod = (typeof deliveryMethods)[number];

/** Who has to move next. */
export const waitings = ['owner', 'clerks', 'handlers', 'coordinators', 'resident', 'nobody'] as const;
export type Waiting = (typeof waitings)[number];

/** 补正: one demand for papers. The first of a case is the one-time notice (行政许可法 32). */
export interface MaterialNotice {
  readonly id: string;
  readonly materialCodes: readonly string[];
  readonly explanation: string;
  readonly issuedAt: Date;
  readonly isOnce: boolean;
  /** Why a supervisor allowed a later demand; for staff only. */
  readonly supervisorReason: string;
  readonly suppliedCodes: readonly string[];
  /** When the last of the papers came. */
  readonly suppliedAt: Date | undefined;
}

/** A paper of the resident in somebody's hands: who took it when, who gave it back when. */
export interface HeldPaper {
  readonly id: string;
  readonly materialCode: string;
  readonly heldBy: string;
  readonly receivedAt: Date;
  readonly returnedAt: Date | undefined;
  readonly returnedBy: string | undefined;
}

/** One department's part of a joint case. */
export interface CaseTask {
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly lead: boolean;
  readonly titleZh: string;
  readonly doneAt: Date | undefined;
  readonly doneBy: string | undefined;
}

/** What the resident said about the result: to somebody who called, or by themselves. */
export interface Answer {
  readonly id: string;
  readonly source: 'callback' | 'resident';
  readonly by: string;
  readonly at: Date;
  readonly reached: boolean;
  /** 1 to 5; 0 when not given. */
  readonly rating: number;
  readonly solved: boolean;
  readonly comment: string;
  /** How often the case had been reopened when this was said. */
  readonly round: number;
}

/** 办件: one errand of one resident. */
export interface Case {
  readonly id: string;
  /** `XS-20261124-00042`; absent while a draft. */
  readonly number: string | undefined;
  readonly itemCode: string;
  readonly itemVersion: number;
  readonly itemNameZh: string;
  readonly caseType: CaseType;
  readonly residentId: string;
  /** With a mandate the case is proxied; without one it never is. */
  readonly mandateId: string | undefined;
  readonly channel: Channel;
  readonly unitId: string;
  readonly unitPath: string;
  readonly agentId: string | undefined;
  readonly backupId: string | undefined;
  readonly ownerId: string | undefined;
  readonly handlerUnitId: string | undefined;
  readonly handlerUnitPath: string | undefined;
  readonly state: CaseState;
  readonly submittedAt: Date | undefined;
  readonly noticeDueAt: Date | undefined;
  readonly acceptedAt: Date | undefined;
  readonly acceptedAutomatically: boolean;
  readonly dueAt: Date | undefined;
  readonly statutoryDueAt: Date | undefined;
  readonly dueProvisional: boolean;
  /** By when the office owes the next step; absent when it owes none. Lists and lights go by it. */
  readonly nextDueAt: Date | undefined;
  readonly extended: boolean;
  readonly declineReasonCode: string | undefined;
  readonly declineExplanation: string;
  readonly declineRedirect: string;
  readonly pauseCause: PauseCause | undefined;
  readonly result: CaseResult | undefined;
  readonly resultExplanation: string;
  readonly decidedAt: Date | undefined;
  readonly deliveryMethod: DeliveryMethod | undefined;
  readonly deliveredAt: Date | undefined;
  readonly closedAt: Date | undefined;
  readonly reopenUntil: Date | undefined;
  readonly reopenedCount: number;
  readonly subject: string;
  readonly threadId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
  readonly notices: readonly MaterialNotice[];
  readonly heldPapers: readonly HeldPaper[];
  readonly tasks: readonly CaseTask[];
  readonly answers: readonly Answer[];
}

/** Papers of the resident that are still in somebody's hands. */
export function papersOut(found: Pick<Case, 'heldPapers'>): HeldPaper[] {
  return found.heldPapers.filter((paper) => paper.returnedAt === undefined);
}

/** The notice whose papers are still missing, if any. */
export function outstandingNotice(found: Pick<Case, 'notices'>): MaterialNotice | undefined {
  return found.notices.find((notice) => notice.suppliedAt === undefined);
}

/** The agent, their partner and whoever is on duty for them: those who may neither decide nor call back. */
export function isOnCase(found: Pick<Case, 'agentId' | 'backupId' | 'ownerId'>, subject: string): boolean {
  return subject === found.agentId || subject === found.backupId || subject === found.ownerId;
}

/** The last word of the resident in this round. */
export function lastAnswer(found: Pick<Case, 'answers' | 'reopenedCount'>): Answer | undefined {
  return found.answers.findLast((answer) => answer.reached && answer.round === found.reopenedCount);
}

/** Whether the office still owes the resident a notice or an answer: papers are at the window and nothing was said yet. */
export function owesNotice(found: Pick<Case, 'state' | 'notices'>): boolean {
  return found.state === 'submitted' || (found.state === 'needs_material' && outstandingNotice(found) === undefined);
}

export function isNoticeLate(found: Pick<Case, 'state' | 'notices' | 'noticeDueAt'>, now: Date): boolean {
  return owesNotice(found) && found.noticeDueAt !== undefined && now > found.noticeDueAt;
}

/** When the papers that the office has not answered came in. */
export function receivedAt(found: Pick<Case, 'submittedAt' | 'notices' | 'createdAt'>): Date {
  return found.notices.at(-1)?.suppliedAt ?? found.submittedAt ?? found.createdAt;
}
