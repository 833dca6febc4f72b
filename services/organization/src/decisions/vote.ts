import { recordAudits } from '@linli/audit';
import { coversUnit, type Caller } from '@linli/auth';
import { satisfyClock, startClock } from '@linli/clocks';
import { failedPrecondition, internal, notFound } from '@linli/errors';
import type { Deps } from '../deps';
import { permissions, saveStep, takeDecision, type DecisionRef } from './change';
import { countClock, publicationClock } from './clocks';
import type { Ballots, Choice, Decision } from './decision';
import { assertOpenToVotes, countVote, decisionNotFound } from './rules';
import { shareDecision } from './store';
import { addBallot, countVoted, isOnRoll, markVoted, takeTally } from './store-votes';
import { resultOnWire, toldCountOf } from './wire';

/**
 * One vote of one voter. Nothing is kept by which it could be found whose it was: no answer for a repeat, no event, no
 * time, no order; the trail says who voted. A repeat is refused, so that it cannot be told from a second vote.
 * @throws not_found DECISION_NOT_FOUND (who is not on the roll); failed_precondition VOTE_NOT_OPEN, VOTE_CLOSED, VOTE_CAST_ALREADY.
 */
export async function castVote(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { decisionId, choice }: { readonly decisionId: string; readonly choice: Choice }): Promise<void> {
  await deps.db.withTenant(caller, async (tx) => {
    const decision = await shareDecision(tx, decisionId);
    if (decision === undefined || !(await isOnRoll(tx, decisionId, caller.subject))) throw decisionNotFound();
    assertOpenToVotes(decision, deps.now());
    if (!(await markVoted(tx, decisionId, caller.subject))) throw failedPrecondition('VOTE_CAST_ALREADY', 'this voter has voted');
    await addBallot(tx, decisionId, choice);
    await recordAudits(tx, caller, [{ action: 'decision.vote', objectType: 'decision', objectId: decisionId, details: {} }]);
  });
}

/**
 * Somebody on the roll takes a paper in the hall: they vote by their own sign-in no more, and who voted so takes none. The roll
 * says that they did, as for every vote, and nothing says how; who is entitled without being on the roll has only the paper.
 * @throws not_found DECISION_NOT_FOUND, VOTER_NOT_FOUND; failed_precondition VOTE_NOT_OPEN, VOTE_CLOSED, VOTER_HAS_VOTED.
 */
export async function issueBallotPaper(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { decisionId, voterId }: { readonly decisionId: string; readonly voterId: string }): Promise<void> {
  await deps.db.withTenant(caller, async (tx) => {
    const decision = await shareDecision(tx, decisionId);
    if (decision === undefined || !coversUnit(caller, permissions.call, decision.unitPath)) throw decisionNotFound();
    assertOpenToVotes(decision, deps.now());
    if (!(await isOnRoll(tx, decisionId, voterId))) throw notFound('VOTER_NOT_FOUND', 'the roll has no such voter');
    if (!(await markVoted(tx, decisionId, voterId))) throw failedPrecondition('VOTER_HAS_VOTED', 'this voter has voted, or has a paper');
    await recordAudits(tx, caller, [{ action: 'decision.issue_paper', objectType: 'decision', objectId: decisionId, details: {} }]);
  });
}

/** Counts what was cast by sign-in and in the hall. @throws AppError as `takeDecision` and `countVote`. */
export async function closeDecision(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  input: DecisionRef & { readonly papers: Ballots },
): Promise<Decision> {
  const { papers } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const step = await takeDecision(tx, caller, { ref: input, action: 'close', permission: permissions.call, at });
    const { id, notice, registered, rollErased } = step.found;
    if (notice === undefined) throw internal('DECISION_NOTICE_MISSING', 'a noticed decision has no notice', { details: { id } });
    const cast = await takeTally(tx, id);
    const voted = rollErased ? undefined : await countVoted(tx, id);
    const outcome = countVote(notice, { cast, papers, registered, voted }, at);
    await satisfyClock(tx, { kind: countClock, subjectId: id, at });
    const clock = await startClock(tx, deps.calendar, { kind: publicationClock, subjectType: 'organization.decision', subjectId: id, ruleSet: { id: publicationClock }, at, alarms: ['due'] });
    const count = toldCountOf(outcome);
    return saveStep(tx, step, {
      changed: { outcome, publicationDueAt: clock.dueAt },
      event: 'DecisionClosed',
      detail: { result: resultOnWire.toWire(outcome.result), count },
      facts: { result: outcome.result, ...(count && { present: String(count.present), in_favour: String(count.inFavour) }) },
    });
  });
}
