import { coversUnit, isSelf, type Caller } from '@linli/auth';
import { failedPrecondition, invalidArgument, notFound, permissionDenied, type AppError } from '@linli/errors';
import { isNoticeLate, isOnCase, lastAnswer, outstandingNotice, papersOut, type Case, type Channel } from './case';
import { actions, refusalOfState, stateForbids, transitions, type Action } from './state-machine';

/**
 * As what a caller stands to a case, for one permission: the resident whose case it is; the agent, their partner or
 * whoever is on duty; staff over the case's unit; staff over the deciding department; staff over a department with a
 * task in it; who holds a paper of it.
 */
export type Party = 'resident' | 'agent' | 'unit' | 'handler' | 'task' | 'holder';

interface Facts {
  readonly found: Case;
  readonly caller: Caller;
  readonly now: Date;
}
type Guard = (facts: Facts) => AppError | undefined;

interface ActionRule {
  readonly permission: string;
  readonly by: readonly Party[];
  /** The reason told to anybody but the resident. */
  readonly residentOnly?: string;
  /** What must hold beside the state; the first refusal counts. */
  readonly guards: readonly Guard[];
}

const read = 'requests.case.read';
const submit = 'requests.case.submit';
const run = 'requests.case.process';
const runners: readonly Party[] = ['agent', 'handler'];

/** Who may do what, and which invariant holds. The time limits are rule sets: see the migration that seeds them. */
export const actionRules: Readonly<Record<Action, ActionRule>> = {
  update_draft: { permission: submit, by: ['resident', 'agent', 'unit'], guards: [mayFile] },
  submit: { permission: submit, by: ['resident', 'agent', 'unit'], guards: [mayFile] },
  request_material: { permission: 'requests.case.request_material', by: ['unit'], guards: [inNoticeTime, firstNoticeOrSupervisor] },
  supply_material: { permission: 'requests.case.supply_material', by: ['resident', 'agent', 'unit'], guards: [somethingMissing] },
  accept: { permission: 'requests.case.accept', by: ['unit'], guards: [nothingMissing] },
  decline: { permission: 'requests.case.decline', by: ['unit'], guards: [inNoticeTime] },
  start_processing: { permission: run, by: runners, guards: [] },
  pause: { permission: 'requests.case.pause', by: ['handler'], guards: [] },
  resume: { permission: 'requests.case.pause', by: ['handler'], guards: [] },
  extend: { permission: 'requests.case.extend', by: ['unit', 'handler'], guards: [notExtended, notOverdue] },
  add_task: { permission: run, by: runners, guards: [isJoint] },
  complete_task: { permission: run, by: ['task', 'agent', 'handler'], guards: [isJoint, someTaskOpen] },
  request_decision: { permission: run, by: runners, guards: [oneLeadAndTasksDone] },
  decide: { permission: 'requests.case.decide', by: ['handler'], guards: [preparedOrImmediate, notByAgent('AGENT_MAY_NOT_DECIDE')] },
  deliver: { permission: 'requests.case.deliver', by: ['agent', 'unit'], guards: [papersAtHand] },
  receive_paper: { permission: run, by: ['agent'], guards: [isProxied] },
  return_paper: { permission: run, by: ['agent', 'holder', 'unit'], guards: [somePaperOut] },
  call_back: { permission: 'requests.case.call_back', by: ['unit'], guards: [notByAgent('CALLBACK_BY_AGENT')] },
  rate: { permission: 'requests.case.rate', by: ['resident'], residentOnly: 'RATING_RESIDENT_ONLY', guards: [withinReopenTime('RATING_TOO_LATE')] },
  reopen: {
    permission: 'requests.case.reopen',
    by: ['resident'],
    residentOnly: 'REOPEN_RESIDENT_ONLY',
    guards: [withinReopenTime('REOPEN_TOO_LATE'), notSatisfied],
  },
  withdraw: { permission: 'requests.case.withdraw', by: ['resident'], residentOnly: 'WITHDRAW_RESIDENT_ONLY', guards: [] },
  reassign: { permission: 'requests.case.reassign', by: ['unit'], guards: [] },
};

/** As what the caller holds the permission towards this case. Staff act by unit or as the ones on the case, residents on their own. */
export function partiesOf(found: Case, caller: Caller, permission: string): Party[] {
  if (caller.kind === 'resident') return isSelf(caller, permission, found.residentId) ? ['resident'] : [];
  if (!caller.grants.some((grant) => grant.permissions.includes(permission))) return [];
  const parties: Party[] = [];
  if (isOnCase(found, caller.subject)) parties.push('agent');
  if (coversUnit(caller, permission, found.unitPath)) parties.push('unit');
  if (found.handlerUnitPath !== undefined && coversUnit(caller, permission, found.handlerUnitPath)) parties.push('handler');
  if (found.tasks.some((task) => coversUnit(caller, permission, task.unitPath))) parties.push('task');
  if (papersOut(found).some((paper) => paper.heldBy === caller.subject)) parties.push('holder');
  return parties;
}

/** @throws not_found CASE_NOT_FOUND when the case is none of the caller's business. */
export function assertVisible(found: Case, caller: Caller, permission: string = read): void {
  if (partiesOf(found, caller, read).length > 0 || partiesOf(found, caller, permission).length > 0) return;
  throw notFound('CASE_NOT_FOUND', 'there is no such case');
}

function mayEver(found: Case, action: Action, caller: Caller): boolean {
  const { permission, by } = actionRules[action];
  return partiesOf(found, caller, permission).some((party) => by.includes(party));
}

/** Why the caller may never do this to this case, whatever its state. */
export function refusalOfCaller(found: Case, action: Action, caller: Caller): AppError | undefined {
  const { permission, residentOnly } = actionRules[action];
  if (mayEver(found, action, caller)) return undefined;
  if (residentOnly !== undefined) return permissionDenied(residentOnly, 'only the resident may do this');
  return permissionDenied('UNIT_OUT_OF_SCOPE', 'the permission does not cover this part of the case', { details: { permission } });
}

/** Why this may not be done now: the state first, then the invariants in order. */
export function refusalNow(action: Action, facts: Facts): AppError | undefined {
  return refusalOfState(facts.found.state, action) ?? firstRefusal(actionRules[action].guards, facts);
}

/** What this caller may do next: exactly what `refusalOfCaller` and `refusalNow` let pass. */
export function nextActions(found: Case, caller: Caller, now: Date): Action[] {
  // What the state leaves is a handful, and a refusal, which is an error with its stack, is dear to make.
  return actions.filter(
    (action) => transitions[found.state][action] !== undefined && mayEver(found, action, caller) && refusalNow(action, { found, caller, now }) === undefined,
  );
}

/** Residents file on line, staff by the other channels. */
export function refusalOfChannel(channel: Channel, caller: Caller): AppError | undefined {
  if ((caller.kind === 'resident') === (channel === 'online')) return undefined;
  const violations = [{ field: 'channel', code: 'not_of_caller' }];
  return invalidArgument('CHANNEL_NOT_OF_CALLER', 'residents file on line, staff by the other channels', { violations });
}

const windowChannels: readonly Channel[] = ['window', 'phone'];

/**
 * Why this caller may not file this case. The resident files on line; the agent (or their partner) under the mandate;
 * the window takes down what somebody says in person or by phone. Nobody else speaks for a resident.
 */
export function refusalOfFiling(
  filed: Pick<Case, 'residentId' | 'mandateId' | 'channel' | 'unitPath' | 'agentId' | 'backupId' | 'ownerId'>,
  caller: Caller,
): AppError | undefined {
  if (caller.kind === 'resident') return isSelf(caller, submit, filed.residentId) ? undefined : notFound('PERSON_NOT_FOUND', 'there is no such person');
  const underMandate = filed.mandateId !== undefined && isOnCase(filed, caller.subject);
  if (underMandate) return undefined;
  if (!coversUnit(caller, submit, filed.unitPath)) return notFound('PERSON_NOT_FOUND', 'there is no such person');
  const atWindow = coversUnit(caller, 'requests.case.accept', filed.unitPath);
  if (filed.mandateId !== undefined) {
    return atWindow ? undefined : permissionDenied('MANDATE_OF_OTHER_AGENT', 'the mandate names another agent');
  }
  if (atWindow && windowChannels.includes(filed.channel)) return undefined;
  return failedPrecondition('MANDATE_REQUIRED', 'nobody acts for a resident without a mandate');
}

function firstRefusal(guards: readonly Guard[], facts: Facts): AppError | undefined {
  for (const guard of guards) {
    const refused = guard(facts);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function mayFile({ found, caller }: Facts): AppError | undefined {
  return refusalOfFiling(found, caller);
}

/** After it, the law counts the case as accepted (行政许可法 32): nothing may be demanded any more, nor the case declined. */
function inNoticeTime({ found, now }: Facts): AppError | undefined {
  return isNoticeLate(found, now) ? failedPrecondition('NOTICE_TOO_LATE', 'the case counts as accepted') : undefined;
}

function firstNoticeOrSupervisor({ found, caller }: Facts): AppError | undefined {
  if (found.notices.length === 0 || coversUnit(caller, 'requests.case.extend', found.unitPath)) return undefined;
  return failedPrecondition('NOTICE_ALREADY_GIVEN', 'the one notice was given; a later demand needs a supervisor');
}

function somethingMissing({ found }: Facts): AppError | undefined {
  if (outstandingNotice(found) !== undefined) return undefined;
  return failedPrecondition('MATERIAL_SUPPLIED', 'all papers that were asked for are there');
}

function nothingMissing({ found }: Facts): AppError | undefined {
  if (outstandingNotice(found) === undefined) return undefined;
  return failedPrecondition('MATERIAL_OUTSTANDING', 'papers that the notice named are still missing');
}

function notExtended({ found }: Facts): AppError | undefined {
  return found.extended ? failedPrecondition('EXTENDED_ALREADY', 'a due date is moved once') : undefined;
}

function notOverdue({ found, now }: Facts): AppError | undefined {
  if (found.dueAt === undefined || now <= found.dueAt) return undefined;
  return failedPrecondition('EXTENSION_TOO_LATE', 'a limit is extended before it ends, not after');
}

function isJoint({ found }: Facts): AppError | undefined {
  return found.caseType === 'joint' ? undefined : failedPrecondition('CASE_NOT_JOINT', 'only a joint case has tasks');
}

function someTaskOpen({ found }: Facts): AppError | undefined {
  if (found.tasks.some((task) => task.doneAt === undefined)) return undefined;
  return failedPrecondition('TASKS_DONE', 'no task is open');
}

function oneLeadAndTasksDone({ found }: Facts): AppError | undefined {
  if (found.caseType !== 'joint') return undefined;
  if (found.tasks.filter((task) => task.lead).length !== 1) return failedPrecondition('LEAD_MISSING', 'a joint case has exactly one lead');
  const open = found.tasks.filter((task) => task.doneAt === undefined).length;
  return open === 0 ? undefined : failedPrecondition('TASKS_OPEN', 'tasks are still open', { details: { open: String(open) } });
}

/** 即办件 is decided in the visit in which it was accepted; every other case is prepared first. */
function preparedOrImmediate({ found }: Facts): AppError | undefined {
  return found.state === 'accepted' && found.caseType !== 'immediate' ? stateForbids(found.state, 'decide') : undefined;
}

function notByAgent(reason: 'AGENT_MAY_NOT_DECIDE' | 'CALLBACK_BY_AGENT'): Guard {
  return ({ found, caller }) =>
    isOnCase(found, caller.subject) ? permissionDenied(reason, 'the agent and their partner judge neither the case nor themselves') : undefined;
}

/** Who delivers hands back the papers that they or their partner hold; papers elsewhere must come back first. */
function papersAtHand({ found, caller }: Facts): AppError | undefined {
  const elsewhere = papersOut(found).filter((paper) => paper.heldBy !== caller.subject && !isOnCase(found, paper.heldBy));
  if (elsewhere.length === 0) return undefined;
  return failedPrecondition('PAPERS_NOT_RETURNED', 'papers of the resident are in other hands', { details: { papers: String(elsewhere.length) } });
}

function isProxied({ found }: Facts): AppError | undefined {
  return found.mandateId === undefined ? failedPrecondition('PAPERS_NEED_MANDATE', 'papers are entrusted under a mandate only') : undefined;
}

function somePaperOut({ found }: Facts): AppError | undefined {
  return papersOut(found).length > 0 ? undefined : failedPrecondition('NO_PAPERS_HELD', 'nobody holds a paper of this case');
}

function withinReopenTime(reason: 'RATING_TOO_LATE' | 'REOPEN_TOO_LATE'): Guard {
  return ({ found, now }) =>
    found.state === 'closed' && found.reopenUntil !== undefined && now > found.reopenUntil
      ? failedPrecondition(reason, 'the time for it has passed', { details: { until: found.reopenUntil.toISOString() } })
      : undefined;
}

/** Nobody heard "solved", or the rating is 2 or less. A case closed by silence was never said to be solved. */
function notSatisfied({ found }: Facts): AppError | undefined {
  const said = lastAnswer(found);
  if (said === undefined || !said.solved || (said.rating > 0 && said.rating <= 2)) return undefined;
  return failedPrecondition('REOPEN_NOT_ALLOWED', 'the resident said that the matter is solved');
}
