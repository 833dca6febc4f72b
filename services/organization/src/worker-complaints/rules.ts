import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import { leastTold, toldOrNot } from '../small-figures';
import type { ComplaintOutcome, ComplaintState, WorkerComplaint } from './worker-complaint';

export const complaintActions = ['pass_on', 'tell_worker', 'close', 'withdraw', 'correct'] as const;
export type ComplaintAction = (typeof complaintActions)[number];

/** In which state what may happen, and the state it leads to. What is not here is refused. */
export const transitions: Readonly<Record<ComplaintState, Readonly<Partial<Record<ComplaintAction, ComplaintState>>>>> = {
  received: { pass_on: 'passed_on', withdraw: 'closed' },
  passed_on: { pass_on: 'passed_on', tell_worker: 'worker_told', withdraw: 'closed' },
  worker_told: { pass_on: 'passed_on', tell_worker: 'worker_told', close: 'closed', withdraw: 'closed' },
  closed: { correct: 'closed' },
};

/** Also for a complaint that is neither the caller's nor of their units, which must look the same. */
export function complaintNotFound(): AppError {
  return notFound('WORKER_COMPLAINT_NOT_FOUND', 'there is no such complaint');
}

function stateForbids(details: { readonly state: ComplaintState; readonly action: string }): AppError {
  return failedPrecondition('WORKER_COMPLAINT_STATE_FORBIDS', 'the complaint is not in a state for this', { details });
}

/** @throws failed_precondition WORKER_COMPLAINT_STATE_FORBIDS { state, action }. */
export function advance(state: ComplaintState, action: ComplaintAction): ComplaintState {
  const target = transitions[state][action];
  if (target === undefined) throw stateForbids({ state, action });
  return target;
}

/** What may be done next, as codes. */
export function nextActions({ state }: Pick<WorkerComplaint, 'state'>): ComplaintAction[] {
  return complaintActions.filter((action) => transitions[state][action] !== undefined);
}

/** The worker may take it back at any time; anything else is an end only for whoever was told. */
export function closingBy(outcome: ComplaintOutcome): ComplaintAction {
  return outcome === 'withdrawn' ? 'withdraw' : 'close';
}

/** How it ended, as far as is known. */
export function outcomeOf({ steps }: Pick<WorkerComplaint, 'steps'>): ComplaintOutcome | undefined {
  return steps.findLast(({ outcome }) => outcome !== undefined)?.outcome;
}

/** @throws failed_precondition WORKER_COMPLAINT_OUTCOME_SAME. */
export function assertCorrects(complaint: Pick<WorkerComplaint, 'steps'>, outcome: ComplaintOutcome): void {
  if (outcomeOf(complaint) === outcome) throw failedPrecondition('WORKER_COMPLAINT_OUTCOME_SAME', 'the complaint is known to have ended so');
}

/** @throws failed_precondition WORKER_COMPLAINT_STATE_FORBIDS, WORKER_COMPLAINT_OWNER_SAME. */
export function reassign(complaint: WorkerComplaint, ownerId: string): WorkerComplaint {
  const { state, version } = complaint;
  if (state === 'closed') throw stateForbids({ state, action: 'reassign' });
  if (complaint.ownerId === ownerId) throw failedPrecondition('WORKER_COMPLAINT_OWNER_SAME', 'they answer for the complaint already');
  return { ...complaint, ownerId, version: version + 1 };
}

/** What its owner does next. */
export function nextDuty({ state, steps }: Pick<WorkerComplaint, 'state' | 'steps'>): 'pass_on' | 'tell_worker' | 'close' {
  if (state === 'received') return 'pass_on';
  if (state === 'passed_on') return 'tell_worker';
  const told = steps.findLast(({ result }) => result !== undefined)?.result;
  if (told === 'unanswered') return 'tell_worker';
  return told === 'not_competent' ? 'pass_on' : 'close';
}

/** Complaints about wages that ended in a time, of one site. */
export interface WageCount {
  readonly siteId: string;
  readonly solved: number;
  readonly referredHigher: number;
}

export interface ToldCount {
  readonly siteId: string;
  readonly solved: number | undefined;
  readonly referredHigher: number | undefined;
}

/** Small figures are left out, and with them a sum from which they could be worked out. */
export function toldCounts(counts: readonly WageCount[]): { readonly total: ToldCount; readonly sites: readonly ToldCount[] } {
  const all = counts.map(({ siteId, solved, referredHigher }) => ({ siteId, solved: toldOrNot(solved), referredHigher: toldOrNot(referredHigher) }));
  function total(name: 'solved' | 'referredHigher'): number | undefined {
    const sum = counts.reduce((whole, count) => whole + count[name], 0);
    const rest = sum - all.reduce((whole, count) => whole + (count[name] ?? 0), 0);
    return rest === 0 || rest >= leastTold ? toldOrNot(sum) : undefined;
  }
  return {
    total: { siteId: '', solved: total('solved'), referredHigher: total('referredHigher') },
    sites: all.filter(({ solved, referredHigher }) => solved !== undefined || referredHigher !== undefined),
  };
}
