import { systemCaller } from '@linli/auth';
import { cancelClock } from '@linli/clocks';
import { tenantOf } from '@linli/db';
import type { Deps } from '../deps';
import { holdSites } from '../sites/hold-site';
import type { ClockHandler } from '../timing/clock-handlers';
import { recordResettlements, type ResettlementChange } from './record-resettlement';
import { lockResettlements, saveMissed } from './store';

/** The promised day is over and the home was not handed over: that is told, once. */
export function promiseClockHandler(deps: Pick<Deps, 'now'>): ClockHandler {
  return {
    async alarms(tx, alarms) {
      const at = deps.now();
      const found = await lockResettlements(tx, alarms.map(({ clock }) => clock.subjectId));
      const sites = await holdSites(tx, found.map(({ siteId }) => siteId));
      await saveMissed(tx, found.map(({ id }) => id), at);
      for (const { clock } of alarms) await cancelClock(tx, { clockId: clock.id, at });
      const changes = found.flatMap((resettlement): ResettlementChange[] => {
        const site = sites.get(resettlement.siteId);
        if (site === undefined) return [];
        const { promisedOn } = resettlement;
        const after = { ...resettlement, missedAt: at, version: resettlement.version + 1 };
        return [{ after, site, code: 'promise_missed', event: 'ResettlementDateMissed', detail: { promisedOn }, facts: { promised_on: promisedOn }, at }];
      });
      await recordResettlements(tx, systemCaller(tenantOf(tx), 'organization', []), changes);
    },
    // The day is the agreement's: no year's arrangement moves it.
    moved: () => Promise.resolve(),
  };
}
