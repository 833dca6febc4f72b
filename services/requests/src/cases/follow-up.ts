import { systemCaller, type Caller } from '@linli/auth';
import { cancelClock, findClocks, satisfyClock, startClock } from '@linli/clocks';
import { newId, type Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import type { Deps } from '../deps';
import { getItemVersion } from '../items/store';
import { dutyOfUnit, startHandling } from './acceptance';
import type { Answer, Case } from './case';
import { saveChange, systemStep, takeCase, type CaseRef, type Step } from './change';
import { clockKinds } from './clock-kinds';
import { mandatedDuty } from './owners';
import { insertAnswer } from './store-parts';

type FollowUp = Pick<Deps, 'db' | 'now' | 'calendar'>;

interface Said {
  readonly rating: number;
  readonly solved: boolean;
  readonly comment: string;
}

/**
 * Somebody other than the agent and their partner asked the resident. Reached, the case closes with the resident's
 * answer, whatever it is: unsolved or rated 2 or less, they may have it done again at once. Not reached, the case
 * waits for another call or its time.
 * @throws AppError as `takeCase`; permission_denied CALLBACK_BY_AGENT; invalid_argument FIELD_INVALID.
 */
export async function recordCallback(deps: FollowUp, caller: Caller, input: CaseRef & Said & { readonly reached: boolean }): Promise<Case> {
  const { reached, rating, solved } = input;
  assertRating(rating, 0);
  if (!reached && rating !== 0) throw violation('rating', 'not_reached');
  if (!reached && solved) throw violation('solved', 'not_reached');
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'call_back', now: deps.now() });
    const answer = await addAnswer(tx, step, { source: 'callback', reached, rating, solved, comment: input.comment });
    const calledBack = await saveChange(tx, step, {
      changed: { answers: [...step.found.answers, answer] },
      event: 'CaseCalledBack',
      detail: { reached, rating, solved },
      facts: { reached: String(reached), rating: String(rating), solved: String(solved) },
      note: input.comment,
    });
    return reached ? close(deps, tx, { found: calledBack, cause: 'called_back', caller: systemCaller(caller.tenantId, 'requests', []), now: step.at }) : calledBack;
  });
}

/**
 * The resident's own answer. It closes a delivered case as a callback would; after that it may still be changed as long
 * as the case may be reopened.
 * @throws AppError as `takeCase`; permission_denied RATING_RESIDENT_ONLY; failed_precondition RATING_TOO_LATE; invalid_argument FIELD_INVALID.
 */
export async function rateCase(deps: FollowUp, caller: Caller, input: CaseRef & Said): Promise<Case> {
  const { rating, solved } = input;
  assertRating(rating, 1);
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'rate', now: deps.now() });
    const answer = await addAnswer(tx, step, { source: 'resident', reached: true, rating, solved, comment: input.comment });
    const rated = await saveChange(tx, step, {
      changed: { answers: [...step.found.answers, answer] },
      event: 'CaseRated',
      detail: { rating, solved },
      facts: { rating: String(rating), solved: String(solved) },
      note: input.comment,
    });
    if (step.found.state === 'closed') return rated;
    return close(deps, tx, { found: rated, cause: 'rated', caller: systemCaller(caller.tenantId, 'requests', []), now: step.at });
  });
}

/** Closes a delivered case; from then on the resident has their time to have it done again. */
export async function close(
  deps: Pick<Deps, 'calendar'>,
  tx: Tx,
  closing: { readonly found: Case; readonly cause: 'called_back' | 'rated' | 'no_answer_in_time'; readonly caller: Caller; readonly now: Date },
): Promise<Case> {
  const step = systemStep(closing.caller, { ...closing, action: 'close' });
  const { found, at } = step;
  await satisfyClock(tx, { kind: clockKinds.close, subjectId: found.id, at });
  const clock = await startClock(tx, deps.calendar, {
    kind: clockKinds.reopen,
    subjectType: 'requests.case',
    subjectId: found.id,
    ruleSet: { id: clockKinds.reopen },
    at,
    alarms: ['due'],
  });
  return saveChange(tx, step, {
    changed: { closedAt: at, reopenUntil: clock.dueAt, nextDueAt: undefined },
    event: 'CaseClosed',
    detail: { cause: closing.cause },
    facts: { cause: closing.cause, reopen_until: clock.dueAt.toISOString() },
  });
}

/**
 * The resident has it done again: under the same item version, with the promised limit from now on.
 * @throws AppError as `takeCase`; permission_denied REOPEN_RESIDENT_ONLY; failed_precondition REOPEN_TOO_LATE { until }, REOPEN_NOT_ALLOWED.
 */
export async function reopenCase(deps: FollowUp, caller: Caller, input: CaseRef & { readonly reason: string }): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'reopen', now: deps.now() });
    const { found, at } = step;
    await cancelClock(tx, { kind: clockKinds.reopen, subjectId: found.id, at });
    const item = await getItemVersion(tx, found.itemCode, found.itemVersion);
    const handling = await startHandling(deps, tx, { caseId: found.id, item, at });
    // Nobody followed who was on duty, nor whether the mandate held, while the case was closed.
    const duty = (await mandatedDuty(tx, found, at)) ?? { mandateId: undefined, ...(await dutyOfUnit(tx, found, at)) };
    return saveChange(tx, step, {
      changed: { ...handling, ...duty, extended: false, closedAt: undefined, reopenUntil: undefined, reopenedCount: found.reopenedCount + 1 },
      event: 'CaseReopened',
      detail: {},
      facts: { due_at: handling.dueAt?.toISOString() ?? '' },
      note: input.reason,
    });
  });
}

/** The resident takes the matter back, at any time before it is closed; every clock ends. @throws AppError as `takeCase`; permission_denied WITHDRAW_RESIDENT_ONLY. */
export async function withdrawCase(deps: FollowUp, caller: Caller, input: CaseRef): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'withdraw', now: deps.now() });
    const { found, at } = step;
    const open = (await findClocks(tx, found.id)).filter((clock) => clock.endedAt === undefined);
    for (const { id } of open) await cancelClock(tx, { clockId: id, at });
    return saveChange(tx, step, { changed: { nextDueAt: undefined, pauseCause: undefined }, event: 'CaseWithdrawn', detail: {} });
  });
}

async function addAnswer(tx: Tx, { found, caller, at }: Step, said: Said & Pick<Answer, 'source' | 'reached'>): Promise<Answer> {
  const answer: Answer = { id: newId(), ...said, by: caller.subject, at, round: found.reopenedCount };
  await insertAnswer(tx, found.id, answer);
  return answer;
}

function assertRating(rating: number, least: 0 | 1): void {
  if (!Number.isInteger(rating) || rating < least || rating > 5) throw violation('rating', 'out_of_range');
}
