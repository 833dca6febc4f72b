import type { Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import type { Decision, DecisionSubject } from './decision';
import { decisionNotFound } from './rules';
import { shareDecision } from './store';

/** A decision of the unit that was adopted, for what stands on it. @throws not_found DECISION_NOT_FOUND; failed_precondition DECISION_NOT_ADOPTED { subject }. */
export async function holdAdopted(tx: Tx, asked: { readonly decisionId: string; readonly unitId: string; readonly subject: DecisionSubject }): Promise<Decision> {
  const { decisionId, unitId, subject } = asked;
  const decision = await shareDecision(tx, decisionId);
  if (decision === undefined || decision.unitId !== unitId) throw decisionNotFound();
  if (decision.subject !== subject || decision.outcome?.result !== 'adopted') {
    throw failedPrecondition('DECISION_NOT_ADOPTED', 'it stands on a decision of this kind that was adopted', { details: { subject } });
  }
  return decision;
}
