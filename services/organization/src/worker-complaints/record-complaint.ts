import type { Caller } from '@linli/auth';
import { startClock } from '@linli/clocks';
import type { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Deps } from '../deps';
import type { Site } from '../sites/site';
import { endWork, setWork, type Work } from '../work/store';
import { permissions } from './reach';
import { nextDuty } from './rules';
import { complaintSubject, type WorkerComplaint } from './worker-complaint';

/** The events of a complaint, with what each says beside its id and the site's. */
interface ComplaintEvents {
  readonly WorkerComplaintReceived: organization.WorkerComplaintReceived;
  readonly WorkerComplaintPassedOn: organization.WorkerComplaintPassedOn;
  readonly WorkerTold: organization.WorkerTold;
  readonly WorkerComplaintClosed: organization.WorkerComplaintClosed;
  readonly WorkerComplaintCorrected: organization.WorkerComplaintCorrected;
  readonly WorkerComplaintReassigned: organization.WorkerComplaintReassigned;
  readonly WorkerComplaintOverdue: organization.WorkerComplaintOverdue;
  readonly WorkerComplaintDueMoved: organization.WorkerComplaintDueMoved;
  readonly WorkerErased: organization.WorkerErased;
}

export interface ComplaintChange<E extends keyof ComplaintEvents = keyof ComplaintEvents> {
  readonly after: WorkerComplaint;
  readonly site: Pick<Site, 'nameZh'>;
  /** For the audit trail and the thread: `passed_on`. */
  readonly code: string;
  readonly event: E;
  readonly detail: Partial<ComplaintEvents[E]>;
  readonly facts?: Readonly<Record<string, string>>;
  readonly at: Date;
}

/**
 * The event, the audit row, the entry in the thread and the work that a new version brings. The thread is the complaint's own:
 * a site's is read by everybody who may read threads there.
 */
export async function recordComplaints(tx: Tx, caller: Caller, changes: readonly ComplaintChange[]): Promise<void> {
  await recordChanges(
    tx,
    caller,
    changes.map(({ after, code, event, detail, facts, at }) => ({
      action: `worker_complaint.${code}`,
      objectType: 'worker_complaint',
      id: after.id,
      version: after.version,
      event,
      payload: { complaintId: after.id, siteId: after.siteId, ...detail },
      entry: { threadId: after.id, unitPath: after.unitPath, at, code, ...(facts && { facts }) },
    })),
  );
  await setWork(tx, changes.flatMap(({ after, site }) => complaintWork(after, site)));
  await endWork(tx, complaintSubject, changes.filter(({ after }) => after.state === 'closed').map(({ after }) => after.id));
}

/** What waits for whoever answers for it, also when the site has another leader by now. */
function complaintWork(complaint: WorkerComplaint, site: Pick<Site, 'nameZh'>): Work[] {
  if (complaint.state === 'closed') return [];
  const { id, unitId, unitPath, ownerId, dueAt, version } = complaint;
  return [
    {
      ...{ kind: complaintSubject, subjectId: id, number: '', action: nextDuty(complaint), titleZh: site.nameZh },
      ...{ unitId, unitPath, ownerId, permission: permissions.write, dueAt, threadId: id, version },
    },
  ];
}

/** From `at` it is to be passed on, or the worker to be told, within the time of the rule in force. */
export async function startDuty(
  deps: Pick<Deps, 'calendar'>,
  tx: Tx,
  started: { readonly duty: 'pass_on' | 'tell'; readonly complaintId: string; readonly at: Date },
): Promise<Pick<WorkerComplaint, 'dueAt' | 'dueProvisional' | 'overdueSince'>> {
  const { duty, complaintId, at } = started;
  const { dueAt, provisional } = await startClock(tx, deps.calendar, {
    kind: complaintSubject,
    subjectType: complaintSubject,
    subjectId: complaintId,
    ruleSet: { id: `${complaintSubject}.${duty}` },
    at,
    alarms: ['due'],
  });
  return { dueAt, dueProvisional: provisional, overdueSince: undefined };
}
