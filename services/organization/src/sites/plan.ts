import { addDays, daysBetween, instantAt, startClock } from '@linli/clocks';
import type { Tx } from '@linli/db';
import type { Deps } from '../deps';
import { insertPlans } from './plan-store';
import { visitClock, type Period, type Site, type VisitRule } from './site';

const noon = 12 * 3_600_000;

/** From now on a visit is owed in this period, and its clock runs to the end of it. */
export async function owe(deps: Pick<Deps, 'calendar'>, tx: Tx, owed: { readonly site: Site; readonly period: Period; readonly rule: VisitRule }): Promise<Site> {
  const { site, period, rule } = owed;
  await insertPlans(tx, [{ ...period, siteId: site.id, state: 'owed', leaderId: site.leaderId, visitId: undefined, ruleVersion: rule.version }]);
  const dayBefore = addDays(period.opensOn, -1);
  await startClock(tx, deps.calendar, {
    kind: visitClock,
    subjectType: 'organization.site',
    subjectId: site.id,
    ruleSet: { limit: { amount: daysBetween(dayBefore, period.dueOn), unit: 'calendar_days', roll: 'none' }, citation: rule.citation },
    at: instantAt(dayBefore, noon),
    // The last day counts to its end.
    alarms: ['breached'],
  });
  return { ...site, visitDueOn: period.dueOn };
}
