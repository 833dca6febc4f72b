import { outstandingNotice, type Case, type CaseState, type Waiting } from './case';
import type { Action } from './state-machine';

export interface NextStep {
  readonly action: Action;
  readonly waitsFor: Waiting;
}

const steps: Readonly<Record<CaseState, NextStep | undefined>> = {
  draft: { action: 'submit', waitsFor: 'resident' },
  submitted: { action: 'accept', waitsFor: 'clerks' },
  needs_material: { action: 'accept', waitsFor: 'clerks' },
  declined: undefined,
  accepted: { action: 'start_processing', waitsFor: 'owner' },
  processing: { action: 'request_decision', waitsFor: 'owner' },
  paused: { action: 'resume', waitsFor: 'handlers' },
  awaiting_decision: { action: 'decide', waitsFor: 'handlers' },
  decided: { action: 'deliver', waitsFor: 'owner' },
  delivered: { action: 'call_back', waitsFor: 'coordinators' },
  closed: undefined,
  reopened: { action: 'start_processing', waitsFor: 'owner' },
  withdrawn: undefined,
};

const supply: NextStep = { action: 'supply_material', waitsFor: 'resident' };

/** What happens next to the case and who has to do it; in a proxied case the agent does what the resident owes. */
export function nextStep(found: Pick<Case, 'state' | 'notices' | 'mandateId'>): NextStep | undefined {
  const missing = found.state === 'needs_material' && outstandingNotice(found) !== undefined;
  const step: NextStep | undefined = missing ? supply : steps[found.state];
  if (step?.waitsFor !== 'resident' || found.mandateId === undefined) return step;
  return { ...step, waitsFor: 'owner' };
}

/** The next step as the work lists tell it, from what is stored of it. */
export function stepOf({ state, waitsFor }: { readonly state: CaseState; readonly waitsFor: Waiting }): NextStep | undefined {
  const step = state === 'needs_material' && waitsFor !== 'clerks' ? supply : steps[state];
  return step === undefined ? undefined : { ...step, waitsFor };
}

/** Who has to move next, as it is stored for the work lists. */
export function waitingOf(found: Pick<Case, 'state' | 'notices' | 'mandateId'>): Waiting {
  return nextStep(found)?.waitsFor ?? 'nobody';
}
