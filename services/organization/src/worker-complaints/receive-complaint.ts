import type { Caller } from '@linli/auth';
import { instantAt } from '@linli/clocks';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { invalidArgument } from '@linli/errors';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdSite } from '../sites/hold-site';
import { coversSite } from '../sites/reach';
import { assertSiteOpen, siteNotFound } from '../sites/rules';
import { permissions } from './reach';
import { recordComplaints, startDuty } from './record-complaint';
import { complaintNotFound } from './rules';
import { findComplaint, findWorker, insertComplaint } from './store';
import { channelOnWire, kindOnWire } from './wire';
import type { WorkerComplaint } from './worker-complaint';

export interface ReceiveComplaint extends Pick<WorkerComplaint, 'siteId' | 'kind' | 'channel' | 'receivedOn'> {
  /** Its fingerprint leaves the worker out: it outlives the worker's id, which could be guessed back from it. */
  readonly request: RequestKey;
  readonly workerId: string;
}

const noon = 12 * 3_600_000;

/**
 * Who is asked first takes it in, and answers for it to its end. The time to pass it on counts from the day on which it was received.
 * @throws not_found SITE_NOT_FOUND, RULE_SET_NOT_IN_FORCE; failed_precondition SITE_CLOSED; invalid_argument for a day to come,
 *   and IDEMPOTENCY_KEY_REUSED.
 */
export async function receiveComplaint(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, input: ReceiveComplaint): Promise<WorkerComplaint> {
  const { request, workerId, ...facts } = input;
  const [at, day] = [deps.now(), today(deps)];
  const { receivedOn } = facts;
  if (receivedOn > day) throw violation('received_on', 'in_future');
  return deps.db.withTenant(caller, async (tx) => {
    const id = await answerOnce(tx, request, async () => {
      const site = await holdSite(tx, facts.siteId);
      if (!(await coversSite(tx, caller, { permission: permissions.write, site, now: at }))) throw siteNotFound();
      assertSiteOpen(site);
      const { unitId, unitPath } = site;
      const complaintId = newId(at.getTime());
      const due = await startDuty(deps, tx, { duty: 'pass_on', complaintId, at: receivedOn === day ? at : instantAt(receivedOn, noon) });
      const received: WorkerComplaint = {
        ...{ ...facts, ...due, id: complaintId, unitId, unitPath, ownerId: caller.subject, state: 'received' },
        ...{ closedAt: undefined, steps: [], workerErased: false, version: 1 },
      };
      await insertComplaint(tx, received, workerId);
      const detail = { kind: kindOnWire.toWire(received.kind), channel: channelOnWire.toWire(received.channel), receivedOn };
      const told = { kind: received.kind, channel: received.channel, received_on: receivedOn };
      await recordComplaints(tx, caller, [{ after: received, site, code: 'received', event: 'WorkerComplaintReceived', detail, facts: told, at }]);
      return complaintId;
    });
    const made = await findComplaint(tx, id);
    if (made === undefined) throw complaintNotFound();
    const worker = await findWorker(tx, id);
    if (worker !== undefined && worker !== workerId) throw invalidArgument('IDEMPOTENCY_KEY_REUSED', 'this key was used for another worker');
    return made;
  });
}
