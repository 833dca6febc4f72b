import type { Caller } from '@linli/auth';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdSite } from '../sites/hold-site';
import { coversSite } from '../sites/reach';
import { assertSiteOpen, siteNotFound } from '../sites/rules';
import { concernOnWire } from '../sites/wire';
import type { Finding } from './finding';
import { recordFindings, startFindingClock } from './record-finding';
import { assertCalled, findingNotFound } from './rules';
import { findConcernOf, findFinding, insertFinding } from './store';
import { severityOnWire } from './wire';

export type RaiseFinding = { readonly request: RequestKey } & Pick<Finding, 'siteId' | 'concern' | 'severity' | 'itemCode' | 'description' | 'call'>;

/**
 * @throws not_found SITE_NOT_FOUND; failed_precondition SITE_CLOSED, CALL_AT_ONCE; invalid_argument of `assertSaysWhat`,
 *   for an item that the checklist does not have and for a call to come.
 */
export async function raiseFinding(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, input: RaiseFinding): Promise<Finding> {
  const { request, ...facts } = input;
  const at = deps.now();
  assertCalled(facts.severity, facts.call);
  assertSaysWhat(facts);
  if (facts.call !== undefined && facts.call.calledAt > at) throw violation('call.called_at', 'in_future');
  return deps.db.withTenant(caller, async (tx) => {
    const id = await answerOnce(tx, request, async () => {
      const site = await holdSite(tx, facts.siteId);
      if (!(await coversSite(tx, caller, { permission: 'organization.finding.raise', site, now: at }))) throw siteNotFound();
      assertSiteOpen(site);
      if (facts.itemCode !== '' && (await findConcernOf(tx, facts.itemCode, today(deps))) !== facts.concern) throw violation('item_code', 'unlisted');
      const findingId = newId(at.getTime());
      const due = await startFindingClock(deps, tx, { findingId, limit: facts.severity, at });
      const { unitId, unitPath } = site;
      const raised: Finding = {
        ...{ ...facts, ...due, id: findingId, unitId, unitPath, state: 'found', foundBy: caller.subject, foundAt: at },
        ...{ overdueSince: undefined, closedAt: undefined, referrals: [], version: 1 },
      };
      await insertFinding(tx, raised);
      const { itemCode } = raised;
      const detail = { concern: concernOnWire.toWire(raised.concern), severity: severityOnWire.toWire(raised.severity), itemCode, dueAt: due.dueAt };
      await recordFindings(tx, caller, [{ after: raised, site, code: 'raise', event: 'SiteFindingRaised', detail, facts: { item: itemCode }, at }]);
      return findingId;
    });
    const raised = await findFinding(tx, id);
    if (raised === undefined) throw findingNotFound();
    return raised;
  });
}

/** Of wages only which question was answered with no: a text could hold who is owed how much. */
function assertSaysWhat({ concern, itemCode, description }: Pick<Finding, 'concern' | 'itemCode' | 'description'>): void {
  if (concern === 'wage' && description !== '') throw violation('description', 'pay_data');
  if (concern === 'wage' && itemCode === '') throw violation('item_code', 'required');
  if (itemCode === '' && description === '') throw violation('description', 'required');
}
