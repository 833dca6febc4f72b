import { coversUnit, type Caller } from '@linli/auth';
import { recordChanges } from '../changes';
import { owePublication } from '../decisions/publish-decision';
import { lockDecision } from '../decisions/store';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import type { Objections, Publication, WithdrawReason } from './publication';
import { publicationNotFound, withdraw } from './rules';
import { findPublication, getPublication, lockPublication, updatePublication } from './store';
import { withdrawReasonOnWire } from './wire';

/**
 * Taken down, at any time and for good: what was published by mistake, or ought not to have been. What told of a decision is owed again,
 * unless no law allows it to be told.
 * @throws not_found PUBLICATION_NOT_FOUND; aborted VERSION_STALE; failed_precondition as `withdraw`.
 */
export async function withdrawPublication(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  { publicationId, version, reason }: { readonly publicationId: string; readonly version: number; readonly reason: WithdrawReason },
): Promise<Publication & Objections> {
  return deps.db.withTenant(caller, async (tx) => {
    const decisionId = (await findPublication(tx, publicationId))?.decisionId;
    // The decision first, as whoever publishes takes them.
    const decision = decisionId === undefined ? undefined : await lockDecision(tx, decisionId);
    const found = await lockPublication(tx, publicationId);
    if (found === undefined || !coversUnit(caller, 'organization.publication.withdraw', found.unitPath)) throw publicationNotFound();
    assertVersion(found, version);
    const at = deps.now();
    const after = withdraw(found, reason, at);
    await updatePublication(tx, after);
    const { id, unitId, unitPath, kind } = after;
    const payload = { publicationId: id, unitId, reason: withdrawReasonOnWire.toWire(reason) };
    const entry = { threadId: decisionId ?? id, unitPath, at, code: 'withdrawn', facts: { kind, reason } };
    await recordChanges(tx, caller, [{ action: 'publication.withdraw', objectType: 'publication', id, version: after.version, event: 'PublicationWithdrawn', payload, entry }]);
    if (decision !== undefined && reason !== 'unlawful') await owePublication(tx, deps, { caller, found: decision, publicationId: id, of: kind === 'outcome' ? 'outcome' : 'decision', at });
    return getPublication(tx, id);
  });
}
