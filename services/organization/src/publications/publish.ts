import { coversUnit, type Caller } from '@linli/auth';
import { daysBetween, ruleSetAt } from '@linli/clocks';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import { markPublished } from '../decisions/publish-decision';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import type { Objections, Publication } from './publication';
import { getPublication, insertPublication } from './store';
import { kindOnWire } from './wire';

export interface Publish extends Omit<Publication, 'id' | 'unitPath' | 'withdrawnAt' | 'withdrawReason' | 'createdAt' | 'version'> {
  readonly request: RequestKey;
}

/**
 * Told to everybody for at least as long as the rule says; a decision goes on with it.
 * @throws not_found UNIT_NOT_FOUND, DECISION_NOT_FOUND; failed_precondition UNIT_CLOSED, DECISION_STATE_FORBIDS; invalid_argument
 *   for a period that is past, too short or begins too late, and for a decision where none belongs or is missing.
 */
export async function publish(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: Publish): Promise<Publication & Objections> {
  const { request, ...facts } = input;
  const { kind, decisionId, fromDay, toDay } = facts;
  if (fromDay < today(deps)) throw violation('from_day', 'in_past');
  const ofDecision = kind === 'decision' || kind === 'outcome';
  if (ofDecision && decisionId === undefined) throw violation('decision_id', 'required');
  if (!ofDecision && decisionId !== undefined) throw violation('decision_id', 'unknown');
  // It ends a time limit, and is owed to readers, not to the record.
  if (ofDecision && fromDay > today(deps)) throw violation('from_day', 'too_late');
  return deps.db.withTenant(caller, async (tx) => {
    // A stored answer would keep the words when they are erased, so it holds the id only.
    const made = await answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, 'organization.publication.publish', unit.path)) throw unitNotFound();
      const { limit: lead } = await ruleSetAt(tx, 'organization.publication_lead', today(deps));
      if (daysBetween(today(deps), fromDay) > lead.amount) throw violation('from_day', 'too_late');
      const { limit } = await ruleSetAt(tx, 'organization.publication_period', fromDay);
      if (daysBetween(fromDay, toDay) < limit.amount) throw violation('to_day', 'too_small');
      const at = deps.now();
      const publication: Publication = { ...facts, id: newId(at.getTime()), unitPath: unit.path, withdrawnAt: undefined, withdrawReason: undefined, createdAt: at, version: 1 };
      const { id } = publication;
      if (decisionId !== undefined) await markPublished(tx, caller, { decisionId, unitId: unit.id, publicationId: id, of: kind === 'decision' ? 'decision' : 'outcome', at });
      await insertPublication(tx, publication);
      const payload = { publicationId: id, unitId: unit.id, kind: kindOnWire.toWire(kind), decisionId: decisionId ?? '', fromDay, toDay };
      const entry = { threadId: decisionId ?? id, unitPath: unit.path, at, code: 'published', facts: { kind, from: fromDay, to: toDay } };
      await recordChanges(tx, caller, [{ action: 'publication.publish', objectType: 'publication', id, version: 1, event: 'PublicationMade', payload, entry }]);
      return { id };
    });
    return getPublication(tx, made.id);
  });
}
