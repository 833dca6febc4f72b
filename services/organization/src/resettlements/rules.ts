import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { ResettlementState } from './resettlement';

/** To which states each leads. A home may be ready before anybody had to live elsewhere; a defect may show again. */
export const nextStates: Readonly<Record<ResettlementState, readonly ResettlementState[]>> = {
  signed: ['transition', 'allotted'],
  transition: ['allotted'],
  allotted: ['handed_over'],
  handed_over: ['defects', 'closed'],
  defects: ['closed'],
  closed: [],
};

/** The states in which the promise is still open. */
export function isOwed(state: ResettlementState): boolean {
  return state === 'signed' || state === 'transition' || state === 'allotted';
}

/** Also for one at a site outside the caller's scope, which must look the same. */
export function resettlementNotFound(): AppError {
  return notFound('RESETTLEMENT_NOT_FOUND', 'there is no such resettlement');
}

/** @throws failed_precondition RESETTLEMENT_STATE_FORBIDS { state, target }. */
export function assertLeadsTo(state: ResettlementState, target: ResettlementState): void {
  if (!nextStates[state].includes(target)) {
    throw failedPrecondition('RESETTLEMENT_STATE_FORBIDS', 'the resettlement does not go there from its state', { details: { state, target } });
  }
}

/** A fee is owed while the household lives elsewhere. @throws failed_precondition NOT_IN_TRANSITION. */
export function assertInTransition(state: ResettlementState): void {
  if (state !== 'transition' && state !== 'allotted') throw failedPrecondition('NOT_IN_TRANSITION', 'the household does not live elsewhere for a fee', { details: { state } });
}
