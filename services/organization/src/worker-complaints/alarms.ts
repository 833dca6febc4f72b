import { systemCaller } from '@linli/auth';
import { localDateOf, satisfyClock, type Recomputation } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import { recordChanges, type Change } from '../changes';
import type { Deps } from '../deps';
import { holdSites } from '../sites/hold-site';
import type { ClockHandler } from '../timing/clock-handlers';
import { recordComplaints, type ComplaintChange } from './record-complaint';
import { eraseWorkers, lockComplaints, saveComplaint } from './store';
import { complaintStateOnWire } from './wire';

/** It was not passed on in time, or the worker was not told: that is told of it, and its owner still owes it. */
export function complaintClockHandler(deps: Pick<Deps, 'now'>): ClockHandler {
  async function recompute(tx: Tx, { clock }: Recomputation): Promise<void> {
    const [complaint] = await lockComplaints(tx, [clock.subjectId]);
    const site = complaint && (await holdSites(tx, [complaint.siteId])).get(complaint.siteId);
    if (complaint === undefined || site === undefined) return;
    const after = { ...complaint, dueAt: clock.dueAt, dueProvisional: clock.provisional, version: complaint.version + 1 };
    await saveComplaint(tx, after);
    const dueOn = localDateOf(clock.dueAt);
    const change: ComplaintChange = { after, site, code: 'due_moved', event: 'WorkerComplaintDueMoved', detail: { dueOn }, facts: { due_on: dueOn }, at: deps.now() };
    await recordComplaints(tx, systemCaller(tenantOf(tx), 'organization', []), [change]);
  }
  return {
    async alarms(tx, alarms) {
      const at = deps.now();
      const clocks = new Map(alarms.map(({ clock }) => [clock.subjectId, clock]));
      const found = await lockComplaints(tx, [...clocks.keys()]);
      const sites = await holdSites(tx, found.map(({ siteId }) => siteId));
      const changes: ComplaintChange[] = [];
      for (const complaint of found) {
        const [clock, site] = [clocks.get(complaint.id), sites.get(complaint.siteId)];
        if (clock === undefined || site === undefined) continue;
        const after = { ...complaint, overdueSince: clock.dueAt, version: complaint.version + 1 };
        await saveComplaint(tx, after);
        const dueOn = localDateOf(clock.dueAt);
        const detail = { state: complaintStateOnWire.toWire(after.state), dueOn };
        changes.push({ after, site, code: 'overdue', event: 'WorkerComplaintOverdue', detail, facts: { state: after.state, due_on: dueOn }, at });
      }
      await recordComplaints(tx, systemCaller(tenantOf(tx), 'organization', []), changes);
    },
    moved: recompute,
    settled: recompute,
  };
}

/** Who complained has been kept for its time: it goes, however late we come to it. */
export function complaintErasureHandler(deps: Pick<Deps, 'now'>): ClockHandler {
  return {
    async alarms(tx, alarms) {
      const at = deps.now();
      const erased = await eraseWorkers(tx, alarms.map(({ clock }) => clock.subjectId));
      for (const { clock } of alarms) await satisfyClock(tx, { clockId: clock.id, at });
      const code = 'worker_erased';
      const changes = erased.map(
        ({ id, siteId, unitPath, version }): Change => ({
          ...{ action: `worker_complaint.${code}`, objectType: 'worker_complaint', id, version, event: 'WorkerErased', payload: { complaintId: id, siteId } },
          entry: { threadId: id, unitPath, at, code },
        }),
      );
      if (changes.length > 0) await recordChanges(tx, systemCaller(tenantOf(tx), 'organization', []), changes);
    },
    // Counted in calendar days: no working calendar moves it.
    moved: () => Promise.resolve(),
  };
}
