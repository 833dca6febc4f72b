import { systemCaller } from '@linli/auth';
import { cancelClock } from '@linli/clocks';
import { tenantOf } from '@linli/db';
import { today } from '../days';
import type { Deps } from '../deps';
import type { ClockHandler } from '../timing/clock-handlers';
import { owe } from './plan';
import { findOwedPlans, savePlan, visitRuleAt } from './plan-store';
import { recordSites, type SiteChange } from './record-site';
import { monthOf, nextPeriod } from './rules';
import { lockSites, saveSite } from './store';

/** A period went by without a visit: that is told, and the next period's visit is owed. */
export function visitClockHandler(deps: Pick<Deps, 'now' | 'calendar'>): ClockHandler {
  return {
    async alarms(tx, alarms) {
      const at = deps.now();
      const clocks = new Map(alarms.map(({ clock }) => [clock.subjectId, clock]));
      const sites = await lockSites(tx, [...clocks.keys()]);
      const plans = new Map((await findOwedPlans(tx, [...clocks.keys()])).map((plan) => [plan.siteId, plan]));
      const rule = await visitRuleAt(tx, today(deps));
      const changes: SiteChange[] = [];
      for (const site of sites) {
        const [clock, plan] = [clocks.get(site.id), plans.get(site.id)];
        if (clock === undefined || plan === undefined) continue;
        await savePlan(tx, { ...plan, state: 'missed' });
        await cancelClock(tx, { clockId: clock.id, at });
        const missed = { ...site, missedSince: site.missedSince ?? plan.dueOn, version: site.version + 1 };
        const after = await owe(deps, tx, { site: missed, rule, period: nextPeriod(rule, plan.dueOn) });
        await saveSite(tx, after);
        const month = monthOf(plan.dueOn);
        changes.push({ after, code: 'visit_missed', event: 'SiteVisitMissed', detail: { month, leaderId: site.leaderId }, facts: { month }, at });
      }
      await recordSites(tx, systemCaller(tenantOf(tx), 'organization', []), changes);
    },
    // Calendar days need no year's arrangement: they never move.
    moved: () => Promise.resolve(),
  };
}
