import type { Caller } from '@linli/auth';
import { satisfyClock } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { saveStep, type Step } from './change';
import { publicationClock } from './clocks';
import type { Decision } from './decision';
import { decisionNotFound, targetOf, transitions } from './rules';
import { isPublished, lockDecision } from './store';

const actions = {
  decision: { first: 'publish', again: 'republish' },
  outcome: { first: 'publish_outcome', again: 'republish_outcome' },
} as const;

/**
 * 两公开: what was decided is published, then what came of it. Either is published again once all that told of it was withdrawn: the
 * decision is then no further than before, and whether it came in time is said of the first alone.
 * @throws not_found DECISION_NOT_FOUND, also for one of another unit; failed_precondition DECISION_STATE_FORBIDS.
 */
export async function markPublished(
  tx: Tx,
  caller: Caller,
  { decisionId, unitId, publicationId, of, at }: { readonly decisionId: string; readonly unitId: string; readonly publicationId: string; readonly of: keyof typeof actions; readonly at: Date },
): Promise<Decision> {
  const found = await lockDecision(tx, decisionId);
  if (found === undefined || found.unitId !== unitId) throw decisionNotFound();
  const { first, again } = actions[of];
  const action = again in transitions[found.state] && !(await isPublished(tx, decisionId, of)) ? again : first;
  targetOf(found.state, action);
  const step: Step = { caller, found, action, at };
  const facts = { publication: publicationId };
  if (of === 'outcome') return saveStep(tx, step, { changed: {}, event: 'DecisionReported', detail: { publicationId }, facts });
  if (action === again) return saveStep(tx, step, { changed: {}, event: 'DecisionPublished', detail: { publicationId, late: false }, facts });
  await satisfyClock(tx, { kind: publicationClock, subjectId: decisionId, at });
  const late = found.publicationDueAt !== undefined && at > found.publicationDueAt;
  return saveStep(tx, step, { changed: {}, event: 'DecisionPublished', detail: { publicationId, late }, facts: { ...facts, ...(late && { late: 'true' }) } });
}
