import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { EmergencyCall, Finding, FindingState, Referral, Severity } from './finding';

type Judged = Pick<Finding, 'state' | 'severity' | 'overdueSince' | 'referrals'>;

export const findingActions = ['tell_site', 'start_rectification', 'recheck_passed', 'recheck_failed', 'refer', 'record_reply', 'close'] as const;
export type FindingAction = (typeof findingActions)[number];

/** In which state what may happen, and the state it leads to. What is not here is refused. */
export const transitions: Readonly<Record<FindingState, Readonly<Partial<Record<FindingAction, FindingState>>>>> = {
  found: { tell_site: 'told_site', refer: 'referred' },
  told_site: { start_rectification: 'rectifying', refer: 'referred' },
  rectifying: { recheck_passed: 'rechecked', recheck_failed: 'rectifying', refer: 'referred' },
  referred: { record_reply: 'referred', refer: 'referred', recheck_passed: 'rechecked', recheck_failed: 'rectifying' },
  rechecked: { close: 'closed' },
  closed: {},
};

/** Also for a finding on a site outside the caller's scope, which must look the same. */
export function findingNotFound(): AppError {
  return notFound('FINDING_NOT_FOUND', 'there is no such finding');
}

/** The office only observes and reminds: who may order hears of what is serious, or was not mended in time; what is referred may go on to another. */
export function isReferable(finding: Pick<Finding, 'state' | 'severity' | 'overdueSince'>): boolean {
  return finding.severity !== 'minor' || finding.overdueSince !== undefined || finding.state === 'referred';
}

/** The referral whose answer is waited for. */
export function unanswered({ referrals }: Pick<Finding, 'referrals'>): Referral | undefined {
  return referrals.find(({ answeredAt }) => answeredAt === undefined);
}

/** @throws failed_precondition FINDING_STATE_FORBIDS { state, action }, FINDING_NOT_REFERABLE, REFERRAL_UNANSWERED, REFERRAL_ANSWERED. */
export function advance(finding: Judged, action: FindingAction): FindingState {
  const { state } = finding;
  const target = transitions[state][action];
  if (target === undefined) throw failedPrecondition('FINDING_STATE_FORBIDS', 'the finding is not in a state for this', { details: { state, action } });
  if (action === 'refer' && !isReferable(finding)) throw failedPrecondition('FINDING_NOT_REFERABLE', 'only what is serious or overdue is referred');
  if (action === 'refer' && state === 'referred' && unanswered(finding) !== undefined) throw failedPrecondition('REFERRAL_UNANSWERED', 'one authority at a time');
  if (action === 'record_reply' && unanswered(finding) === undefined) throw failedPrecondition('REFERRAL_ANSWERED', 'the authority has answered already');
  return target;
}

/** What may be done next, as codes. */
export function nextActions(finding: Judged): FindingAction[] {
  const waiting = finding.state === 'referred' && unanswered(finding) !== undefined;
  return findingActions.filter((action) => {
    if (transitions[finding.state][action] === undefined) return false;
    if (action === 'refer') return isReferable(finding) && !waiting;
    return action !== 'record_reply' || waiting;
  });
}

/** Danger to life is no matter for a form: somebody calls, and then writes down that they did. @throws failed_precondition CALL_AT_ONCE. */
export function assertCalled(severity: Severity, call: EmergencyCall | undefined): void {
  if (severity === 'danger_to_life' && call === undefined) throw failedPrecondition('CALL_AT_ONCE', 'call 119, 120 or 110 now; then record the call');
}
