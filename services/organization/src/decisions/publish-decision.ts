import type { Caller } from '@linli/auth';
import { satisfyClock } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { saveStep, type Step } from './change';
import type { Decision } from './decision';
import { decisionNotFound, targetOf } from './rules';
import { lockDecision } from './store';
import { publicationClock } from './vote';

/**
 * 两公开: what was decided is published, then what came of it.
 * @throws not_found DECISION_NOT_FOUND, also for one of another unit; failed_precondition DECISION_STATE_FORBIDS.
 */
export async function markPublished(
  tx: Tx,
  caller: Caller,
  { decisionId, unitId, publicationId, action, at }: { readonly decisionId: string; readonly unitId: string; readonly publicationId: string; readonly action: 'publish' | 'publish_outcome'; readonly at: Date },
): Promise<Decision> {
  const found = await lockDecision(tx, decisionId);
  if (found === undefined || found.unitId !== unitId) throw decisionNotFound();
  targetOf(found.state, action);
  const step: Step = { caller, found, action, at };
  const facts = { publication: publicationId };
  if (action === 'publish_outcome') return saveStep(tx, step, { changed: {}, event: 'DecisionReported', detail: { publicationId }, facts });
  await satisfyClock(tx, { kind: publicationClock, subjectId: decisionId, at });
  const late = found.publicationDueAt !== undefined && at > found.publicationDueAt;
  return saveStep(tx, step, { changed: {}, event: 'DecisionPublished', detail: { publicationId, late }, facts: { ...facts, ...(late && { late: 'true' }) } });
}
