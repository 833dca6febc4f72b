import { failedPrecondition, type AppError } from '@linli/errors';
import type { CaseState } from './case';

/** What people do to a case; each is one RPC. */
export const actions = [
  'update_draft',
  'submit',
  'request_material',
  'supply_material',
  'accept',
  'decline',
  'start_processing',
  'pause',
  'resume',
  'extend',
  'add_task',
  'complete_task',
  'request_decision',
  'decide',
  'deliver',
  'receive_paper',
  'return_paper',
  'call_back',
  'rate',
  'reopen',
  'withdraw',
  'reassign',
] as const;
export type Action = (typeof actions)[number];

/** What clocks, the calendar, the directory and the end of a mandate do to a case. */
export const systemActions = ['accept_automatically', 'raise_alarm', 'move_due', 'change_owner', 'close'] as const;
export type SystemAction = (typeof systemActions)[number];

type Transitions = Readonly<Partial<Record<Action | SystemAction, CaseState>>>;

/**
 * The state machine: in which state what may happen, and the state it leads to. What is not here is refused.
 * A state that is missing does not compile; neither does an action or target that does not exist.
 */
export const transitions: Readonly<Record<CaseState, Transitions>> = {
  draft: {
    update_draft: 'draft',
    submit: 'submitted',
    receive_paper: 'draft',
    return_paper: 'draft',
    withdraw: 'withdrawn',
    change_owner: 'draft',
  },
  submitted: {
    request_material: 'needs_material',
    accept: 'accepted',
    accept_automatically: 'accepted',
    decline: 'declined',
    receive_paper: 'submitted',
    return_paper: 'submitted',
    withdraw: 'withdrawn',
    change_owner: 'submitted',
    move_due: 'submitted',
  },
  needs_material: {
    request_material: 'needs_material',
    supply_material: 'needs_material',
    accept: 'accepted',
    accept_automatically: 'accepted',
    receive_paper: 'needs_material',
    return_paper: 'needs_material',
    withdraw: 'withdrawn',
    change_owner: 'needs_material',
    move_due: 'needs_material',
  },
  declined: { return_paper: 'declined' },
  accepted: {
    start_processing: 'processing',
    // 即办件 only, in the same visit: see the guard in `rules.ts`.
    decide: 'decided',
    extend: 'accepted',
    add_task: 'accepted',
    complete_task: 'accepted',
    receive_paper: 'accepted',
    return_paper: 'accepted',
    reassign: 'accepted',
    withdraw: 'withdrawn',
    change_owner: 'accepted',
    move_due: 'accepted',
    raise_alarm: 'accepted',
  },
  processing: {
    pause: 'paused',
    request_decision: 'awaiting_decision',
    extend: 'processing',
    add_task: 'processing',
    complete_task: 'processing',
    receive_paper: 'processing',
    return_paper: 'processing',
    reassign: 'processing',
    withdraw: 'withdrawn',
    change_owner: 'processing',
    move_due: 'processing',
    raise_alarm: 'processing',
  },
  paused: {
    resume: 'processing',
    receive_paper: 'paused',
    return_paper: 'paused',
    reassign: 'paused',
    withdraw: 'withdrawn',
    change_owner: 'paused',
    move_due: 'paused',
    // A clock that was past due when it was paused goes on being late.
    raise_alarm: 'paused',
  },
  awaiting_decision: {
    decide: 'decided',
    extend: 'awaiting_decision',
    return_paper: 'awaiting_decision',
    reassign: 'awaiting_decision',
    withdraw: 'withdrawn',
    change_owner: 'awaiting_decision',
    move_due: 'awaiting_decision',
    raise_alarm: 'awaiting_decision',
  },
  decided: {
    deliver: 'delivered',
    return_paper: 'decided',
    reassign: 'decided',
    withdraw: 'withdrawn',
    change_owner: 'decided',
    move_due: 'decided',
    raise_alarm: 'decided',
  },
  delivered: {
    call_back: 'delivered',
    rate: 'delivered',
    close: 'closed',
    withdraw: 'withdrawn',
    change_owner: 'delivered',
    move_due: 'delivered',
  },
  closed: { rate: 'closed', reopen: 'reopened', move_due: 'closed' },
  reopened: {
    start_processing: 'processing',
    extend: 'reopened',
    add_task: 'reopened',
    complete_task: 'reopened',
    receive_paper: 'reopened',
    return_paper: 'reopened',
    reassign: 'reopened',
    withdraw: 'withdrawn',
    change_owner: 'reopened',
    move_due: 'reopened',
    raise_alarm: 'reopened',
  },
  withdrawn: { return_paper: 'withdrawn' },
};

/** Why the state does not allow the action. */
export function refusalOfState(state: CaseState, action: Action | SystemAction): AppError | undefined {
  return transitions[state][action] === undefined ? stateForbids(state, action) : undefined;
}

/** Where the action leads. @throws failed_precondition CASE_STATE_FORBIDS. */
export function targetOf(state: CaseState, action: Action | SystemAction): CaseState {
  const target = transitions[state][action];
  if (target === undefined) throw stateForbids(state, action);
  return target;
}

/** The refusal of an action that the state, or the state and the kind of case together, do not allow. */
export function stateForbids(state: CaseState, action: Action | SystemAction): AppError {
  return failedPrecondition('CASE_STATE_FORBIDS', 'the state of the case does not allow this', { details: { state, action } });
}
