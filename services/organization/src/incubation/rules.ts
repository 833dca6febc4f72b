import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import { addDays, daysBetween, type LocalDate } from '@linli/clocks';
import type { EvaluationResult, IncubatedOrg, IncubationState, Term } from './incubated-org';

export type IncubationAction = 'admit' | 'start' | 'evaluate' | 'graduate' | 'end';

const targets: Readonly<Record<IncubationState, Readonly<Record<IncubationAction, IncubationState | undefined>>>> = {
  applied: { admit: 'admitted', start: undefined, evaluate: undefined, graduate: undefined, end: 'left' },
  admitted: { admit: undefined, start: 'incubating', evaluate: undefined, graduate: undefined, end: 'left' },
  incubating: { admit: undefined, start: undefined, evaluate: 'evaluated', graduate: undefined, end: 'left' },
  evaluated: { admit: undefined, start: undefined, evaluate: undefined, graduate: 'graduated', end: 'left' },
  graduated: { admit: undefined, start: undefined, evaluate: undefined, graduate: undefined, end: undefined },
  left: { admit: undefined, start: undefined, evaluate: undefined, graduate: undefined, end: undefined },
};

/** `mostDays` is the rule in force. @throws failed_precondition INCUBATION_STATE_FORBIDS, TERM_REVERSED, TERM_TOO_LONG. */
export function admit(org: IncubatedOrg, term: Term, mostDays: number): IncubatedOrg {
  const after = step(org, 'admit');
  if (term.to < term.from || term.from < org.appliedOn) throw failedPrecondition('TERM_REVERSED', 'a term ends after it begins, and begins after the application');
  if (daysBetween(term.from, addDays(term.to, 1)) > mostDays) throw failedPrecondition('TERM_TOO_LONG', 'the term is longer than the rule allows', { details: { most: String(mostDays) } });
  return { ...after, term };
}

/** @throws failed_precondition INCUBATION_STATE_FORBIDS, TERM_OVER. */
export function start(org: IncubatedOrg, receivedOn: LocalDate): IncubatedOrg {
  const after = step(org, 'start');
  if (org.term !== undefined && receivedOn > org.term.to) throw failedPrecondition('TERM_OVER', 'the term is over');
  return { ...after, receivedOn };
}

export function evaluate(org: IncubatedOrg, result: EvaluationResult, evaluationZh: string): IncubatedOrg {
  return { ...step(org, 'evaluate'), result, evaluationZh, evaluationOverdue: false };
}

/** @throws failed_precondition INCUBATION_STATE_FORBIDS, EVALUATION_NOT_PASSED, RETURN_BEFORE_HANDOVER. */
export function graduate(org: IncubatedOrg, returnedOn: LocalDate): IncubatedOrg {
  const after = step(org, 'graduate');
  if (org.result !== 'passed') throw failedPrecondition('EVALUATION_NOT_PASSED', 'only who passed graduates');
  return { ...after, returnedOn: handedBack(org, returnedOn) };
}

/** @throws failed_precondition INCUBATION_STATE_FORBIDS, RETURN_MISSING, RETURN_BEFORE_HANDOVER. */
export function end(org: IncubatedOrg, leaveReason: string, returnedOn: LocalDate | undefined): IncubatedOrg {
  return { ...step(org, 'end'), leaveReason, evaluationOverdue: false, returnedOn: org.receivedOn === undefined ? undefined : handedBack(org, returnedOn) };
}

/** Also for one outside the caller's scope, which must look the same. */
export function orgNotFound(): AppError {
  return notFound('INCUBATED_ORG_NOT_FOUND', 'there is no such organisation');
}

function handedBack({ receivedOn }: IncubatedOrg, returnedOn: LocalDate | undefined): LocalDate {
  if (returnedOn === undefined) throw failedPrecondition('RETURN_MISSING', 'what was handed over comes back first');
  if (receivedOn !== undefined && returnedOn < receivedOn) throw failedPrecondition('RETURN_BEFORE_HANDOVER', 'nothing comes back before it was handed over');
  return returnedOn;
}

function step(org: IncubatedOrg, action: IncubationAction): IncubatedOrg {
  const state = targets[org.state][action];
  if (state === undefined) {
    throw failedPrecondition('INCUBATION_STATE_FORBIDS', 'the organisation is not at this step', { details: { state: org.state, action } });
  }
  return { ...org, state, version: org.version + 1 };
}
