import type { Caller } from '@linli/auth';
import { addDays, instantAt } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { readAuthorityNumber } from '../fields';
import { authorityOnWire } from '../findings/wire';
import { getCoveredSite } from '../sites/hold-site';
import { reachOf } from '../sites/reach';
import { endOfMonth, monthOf } from '../sites/rules';
import { closeComplaint, correctComplaint, passOn, tellWorker, type ComplaintRef } from './change-complaint';
import { countWageComplaints } from './count-store';
import { permissions } from './reach';
import { reassignComplaint } from './reassign-complaint';
import { receiveComplaint } from './receive-complaint';
import { revealWorker } from './reveal-complaint';
import { complaintNotFound, toldCounts } from './rules';
import { findReachedComplaint, listComplaints } from './store';
import { channelOnWire, complaintStateOnWire, complaintToWire, kindOnWire, outcomeOnWire, purposeOnWire, resultOnWire } from './wire';

export function workerComplaintService(deps: Deps): organization.WorkerComplaintServiceImplementation<RpcContext> {
  return {
    async receiveWorkerComplaint(request, { caller }) {
      const complaint = await receiveComplaint(deps, caller, {
        request: requestKey(caller, organization.ReceiveWorkerComplaintRequest, { ...request, workerId: '' }),
        siteId: readUuid(request.siteId, 'site_id'),
        workerId: readUuid(request.workerId, 'worker_id'),
        kind: kindOnWire.fromWire(request.kind, 'kind'),
        channel: channelOnWire.fromWire(request.channel, 'channel'),
        receivedOn: readDay(request.receivedOn, 'received_on', today(deps)),
      });
      return { complaint: complaintToWire(complaint) };
    },
    async passOnWorkerComplaint(request, { caller }) {
      const authority = authorityOnWire.fromWire(request.authority, 'authority');
      const receivedNumber = readAuthorityNumber(request.receivedNumber, 'received_number', { optional: true });
      return { complaint: complaintToWire(await passOn(deps, caller, { ...readRef(request), authority, receivedNumber })) };
    },
    async tellWorker(request, { caller }) {
      const result = resultOnWire.fromWire(request.result, 'result');
      return { complaint: complaintToWire(await tellWorker(deps, caller, { ...readRef(request), result })) };
    },
    async closeWorkerComplaint(request, { caller }) {
      const outcome = outcomeOnWire.fromWire(request.outcome, 'outcome');
      return { complaint: complaintToWire(await closeComplaint(deps, caller, { ...readRef(request), outcome })) };
    },
    async correctWorkerComplaint(request, { caller }) {
      const outcome = outcomeOnWire.fromWire(request.outcome, 'outcome');
      return { complaint: complaintToWire(await correctComplaint(deps, caller, { ...readRef(request), outcome })) };
    },
    async reassignWorkerComplaint(request, { caller }) {
      const ownerId = readUuid(request.ownerId, 'owner_id');
      return { complaint: complaintToWire(await reassignComplaint(deps, caller, { ...readRef(request), ownerId })) };
    },
    async getWorkerComplaint(request, { caller }) {
      const id = readUuid(request.complaintId, 'complaint_id');
      const complaint = await deps.db.withTenant(caller, async (tx) => findReachedComplaint(tx, await reachOf(tx, caller, { permission: permissions.read, now: deps.now() }), id));
      if (complaint === undefined) throw complaintNotFound();
      return { complaint: complaintToWire(complaint) };
    },
    async revealWorkerComplaint(request, { caller }) {
      const complaintId = readUuid(request.complaintId, 'complaint_id');
      return { workerId: await revealWorker(deps, caller, { complaintId, purpose: purposeOnWire.fromWire(request.purpose, 'purpose') }) };
    },
    listWorkerComplaints: (request, { caller }) => listPage(deps, caller, request),
    countWorkerComplaints: (request, { caller }) => count(deps, caller, request),
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListWorkerComplaintsRequest): Promise<organization.ListWorkerComplaintsResponse> {
  const limit = compactLimit(request.pageSize);
  const siteId = request.siteId === '' ? undefined : readUuid(request.siteId, 'site_id');
  const state = complaintStateOnWire.fromWireOrNone(request.state, 'state');
  const context = { list: 'worker_complaints', tenant: caller.tenantId, caller: caller.subject, siteId, state };
  const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, async (tx) => {
    if (siteId !== undefined) await getCoveredSite(tx, caller, { siteId, permission: permissions.read, now: deps.now() });
    return listComplaints(tx, { reach: await reachOf(tx, caller, { permission: permissions.read, now: deps.now() }), siteId, state, afterId, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { complaints: shown.map(complaintToWire), nextPageToken };
}

async function count(deps: Deps, caller: Caller, request: organization.CountWorkerComplaintsRequest): Promise<organization.CountWorkerComplaintsResponse> {
  const month = request.month === '' ? `${monthOf(today(deps))}-01` : readDay(`${request.month}-01`, 'month', '');
  const siteId = request.siteId === '' ? undefined : readUuid(request.siteId, 'site_id');
  const [from, until] = [instantAt(month, 0), instantAt(addDays(endOfMonth(month), 1), 0)];
  const counts = await deps.db.withTenant(caller, async (tx) => {
    if (siteId !== undefined) await getCoveredSite(tx, caller, { siteId, permission: permissions.read, now: deps.now() });
    return countWageComplaints(tx, { reach: await reachOf(tx, caller, { permission: permissions.read, now: deps.now() }), siteId, from, until });
  });
  const { total, sites } = toldCounts(counts);
  return { month: monthOf(month), total, sites: [...sites] };
}

function readRef(request: { readonly complaintId: string; readonly version: number }): ComplaintRef {
  return { complaintId: readUuid(request.complaintId, 'complaint_id'), version: request.version };
}
