import type { LocalDate } from '@linli/clocks';
import type { Authority } from '../findings/finding';

export const complaintKinds = ['wage_unpaid', 'wage_late', 'unsafe_work', 'dormitory', 'other'] as const;
export type ComplaintKind = (typeof complaintKinds)[number];

/** Those that the office counts. */
export const wageKinds: readonly ComplaintKind[] = ['wage_unpaid', 'wage_late'];

export const complaintChannels = ['site_visit', 'walk_in', 'phone', 'hotline', 'letter', 'online'] as const;
export type ComplaintChannel = (typeof complaintChannels)[number];

export const complaintStates = ['received', 'passed_on', 'worker_told', 'closed'] as const;
export type ComplaintState = (typeof complaintStates)[number];

export const complaintResults = ['handled', 'no_violation', 'not_competent', 'unanswered'] as const;
export type ComplaintResult = (typeof complaintResults)[number];

export const complaintOutcomes = ['solved', 'referred_higher', 'withdrawn'] as const;
export type ComplaintOutcome = (typeof complaintOutcomes)[number];

/** Why somebody looks at who complained. */
export const revealPurposes = ['contact', 'pass_on', 'identity_check'] as const;
export type RevealPurpose = (typeof revealPurposes)[number];

export const stepActions = ['pass_on', 'tell_worker', 'close', 'correct'] as const;
export type StepAction = (typeof stepActions)[number];

/** Of its work, its entries and the clock of what is owed now. */
export const complaintSubject = 'organization.worker_complaint';
export const erasureClock = 'organization.worker_complaint_erasure';

/** One entry of a complaint's story: added, never changed. */
export interface ComplaintStep {
  /** Of the complaint, with which it was written. */
  readonly version: number;
  readonly action: StepAction;
  /** Of what was passed on. */
  readonly authority: Authority | undefined;
  /** '' when the authority gives none. */
  readonly receivedNumber: string;
  /** Of what the worker was told. */
  readonly result: ComplaintResult | undefined;
  /** Of what was closed or corrected. */
  readonly outcome: ComplaintOutcome | undefined;
  readonly onDay: LocalDate;
  readonly byId: string;
}

/** What a worker complains about. Who that is does not belong to it: only `findWorker` reads it. */
export interface WorkerComplaint {
  readonly id: string;
  readonly siteId: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly kind: ComplaintKind;
  readonly channel: ComplaintChannel;
  readonly receivedOn: LocalDate;
  /** Who was asked first, and answers for it to its end or until it is handed over. */
  readonly ownerId: string;
  readonly state: ComplaintState;
  /** Of what is owed now; undefined when nothing is. */
  readonly dueAt: Date | undefined;
  readonly dueProvisional: boolean;
  readonly overdueSince: Date | undefined;
  readonly closedAt: Date | undefined;
  /** The earliest first. */
  readonly steps: readonly ComplaintStep[];
  readonly workerErased: boolean;
  readonly version: number;
}
