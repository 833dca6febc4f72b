import type { Caller } from '@linli/auth';
import { satisfyClock, startClock } from '@linli/clocks';
import type { Tx } from '@linli/db';
import type { Deps } from '../deps';
import { saveStep, type Step } from './change';
import { againClocks, publicationClock } from './clocks';
import type { Decision, PublishedTwice } from './decision';
import { decisionNotFound, targetOf, transitions } from './rules';
import { isPublished, lockDecision } from './store';

const actions = {
  decision: { first: 'publish', again: 'republish' },
  outcome: { first: 'publish_outcome', again: 'republish_outcome' },
} as const;

/**
 * 两公开: what was decided is published, then what came of it. Either is published again once all that told of it was withdrawn: the
 * decision is then no further than before.
 * @throws not_found DECISION_NOT_FOUND, also for one of another unit; failed_precondition DECISION_STATE_FORBIDS.
 */
export async function markPublished(
  tx: Tx,
  caller: Caller,
  { decisionId, unitId, publicationId, of, at }: { readonly decisionId: string; readonly unitId: string; readonly publicationId: string; readonly of: PublishedTwice; readonly at: Date },
): Promise<Decision> {
  const found = await lockDecision(tx, decisionId);
  if (found === undefined || found.unitId !== unitId) throw decisionNotFound();
  const { first, again } = actions[of];
  const action = again in transitions[found.state] && !(await isPublished(tx, decisionId, of)) ? again : first;
  targetOf(found.state, action);
  const step: Step = { caller, found, action, at };
  const owed = owedBy(step, of);
  if (owed !== undefined) await satisfyClock(tx, { kind: owed.clock, subjectId: decisionId, at });
  const late = owed !== undefined && at > owed.dueAt;
  const changed = { owedAgain: { ...found.owedAgain, [of]: undefined } };
  const told = { changed, detail: { publicationId, late }, facts: { publication: publicationId, ...(late && { late: 'true' }) } };
  return of === 'decision' ? saveStep(tx, step, { ...told, event: 'DecisionPublished' }) : saveStep(tx, step, { ...told, event: 'DecisionReported' });
}

/** The clock that runs for it. None for the first word of an outcome, nor for what was withdrawn as unlawful. */
function owedBy({ found, action }: Step, of: PublishedTwice): { readonly clock: string; readonly dueAt: Date } | undefined {
  const [clock, dueAt] = action === 'publish' ? [publicationClock, found.publicationDueAt] : [againClocks[of], found.owedAgain[of]];
  return dueAt && { clock, dueAt };
}

/**
 * All that told of the decision, or of its outcome, was withdrawn: it is owed again, within the time that the first one had. The
 * decision is as far as it was.
 */
export async function owePublication(
  tx: Tx,
  deps: Pick<Deps, 'calendar'>,
  { caller, found, publicationId, of, at }: { readonly caller: Caller; readonly found: Decision; readonly publicationId: string; readonly of: PublishedTwice; readonly at: Date },
): Promise<void> {
  const { id, owedAgain } = found;
  const { dueAt } = await startClock(tx, deps.calendar, { kind: againClocks[of], subjectType: 'organization.decision', subjectId: id, ruleSet: { id: publicationClock }, at, alarms: ['due'] });
  await saveStep(
    tx,
    { caller, found, action: 'owe_again', at },
    {
      changed: { owedAgain: { ...owedAgain, [of]: dueAt } },
      event: 'DecisionPublicationOwed',
      detail: { publicationId, dueAt, outcome: of === 'outcome' },
      facts: { publication: publicationId, of, due_at: dueAt.toISOString() },
    },
  );
}
