import { systemCaller } from '@linli/auth';
import type { Recomputation } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import type { Deps } from '../deps';
import { holdSites } from '../sites/hold-site';
import type { ClockHandler } from '../timing/clock-handlers';
import { recordFindings, type FindingChange } from './record-finding';
import { lockFindings, saveFinding, saveOverdue } from './store';

/** A finding was not mended in its time: that is told, and from now on it may be referred. */
export function findingClockHandler(deps: Pick<Deps, 'now'>): ClockHandler {
  async function recompute(tx: Tx, { clock }: Recomputation): Promise<void> {
    const [finding] = await lockFindings(tx, [clock.subjectId]);
    const site = finding && (await holdSites(tx, [finding.siteId])).get(finding.siteId);
    if (finding === undefined || site === undefined) return;
    const { dueAt, provisional } = clock;
    const after = { ...finding, dueAt, dueProvisional: provisional, version: finding.version + 1 };
    await saveFinding(tx, after);
    const change: FindingChange = { after, site, code: 'due_moved', event: 'SiteFindingDueChanged', detail: { dueAt }, at: deps.now() };
    await recordFindings(tx, systemCaller(tenantOf(tx), 'organization', []), [change]);
  }
  return {
    async alarms(tx, alarms) {
      const at = deps.now();
      const found = await lockFindings(tx, alarms.map(({ clock }) => clock.subjectId));
      const sites = await holdSites(tx, found.map(({ siteId }) => siteId));
      await saveOverdue(tx, found.map(({ id }) => id));
      const changes = found.flatMap((finding): FindingChange[] => {
        const site = sites.get(finding.siteId);
        const { dueAt } = finding;
        if (site === undefined || dueAt === undefined) return [];
        const after = { ...finding, overdueSince: dueAt, version: finding.version + 1 };
        return [{ after, site, code: 'overdue', event: 'SiteFindingOverdue', detail: { dueAt }, at }];
      });
      await recordFindings(tx, systemCaller(tenantOf(tx), 'organization', []), changes);
    },
    moved: recompute,
    settled: recompute,
  };
}
