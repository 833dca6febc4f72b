import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay } from '../days';
import type { Deps } from '../deps';
import { codeRule } from '../fields';
import { getCoveredSite, holdSite } from '../sites/hold-site';
import { coversSite, reachOf } from '../sites/reach';
import { monthOf } from '../sites/rules';
import { advanceResettlement, createResettlement, recordTransitionPayment, type ResettlementRef } from './change-resettlement';
import { resettlementNotFound } from './rules';
import { findResettlement, listResettlements } from './store';
import { resettlementStateOnWire, resettlementToWire } from './wire';

const read = 'organization.resettlement.read';

export function resettlementService(deps: Deps): organization.ResettlementServiceImplementation<RpcContext> {
  return {
    async createResettlement(request, { caller }) {
      if (request.promisedOn === '') throw violation('promised_on', 'required');
      const resettlement = await createResettlement(deps, caller, {
        request: requestKey(caller, organization.CreateResettlementRequest, request),
        siteId: readUuid(request.siteId, 'site_id'),
        householdId: readUuid(request.householdId, 'household_id'),
        agreementNumber: requireText(request.agreementNumber, 'agreement_number', codeRule),
        promisedOn: readDay(request.promisedOn, 'promised_on', ''),
      });
      return { resettlement: resettlementToWire(resettlement) };
    },
    async advanceResettlement(request, { caller }) {
      const state = resettlementStateOnWire.fromWire(request.state, 'state');
      return { resettlement: resettlementToWire(await advanceResettlement(deps, caller, { ...readRef(request), state })) };
    },
    async recordTransitionPayment(request, { caller }) {
      const payment = { month: monthOf(readDay(`${request.month}-01`, 'month', '')), paid: request.paid };
      return { resettlement: resettlementToWire(await recordTransitionPayment(deps, caller, { ...readRef(request), payment })) };
    },
    async getResettlement(request, { caller }) {
      const id = readUuid(request.resettlementId, 'resettlement_id');
      const resettlement = await deps.db.withTenant(caller, async (tx) => {
        const found = await findResettlement(tx, id);
        return found !== undefined && (await coversSite(tx, caller, { permission: read, site: await holdSite(tx, found.siteId), now: deps.now() })) ? found : undefined;
      });
      if (resettlement === undefined) throw resettlementNotFound();
      return { resettlement: resettlementToWire(resettlement) };
    },
    listResettlements: (request, { caller }) => listPage(deps, caller, request),
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListResettlementsRequest): Promise<organization.ListResettlementsResponse> {
  const limit = compactLimit(request.pageSize);
  const siteId = request.siteId === '' ? undefined : readUuid(request.siteId, 'site_id');
  const state = resettlementStateOnWire.fromWireOrNone(request.state, 'state');
  const context = { list: 'resettlements', tenant: caller.tenantId, caller: caller.subject, siteId, state };
  const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, async (tx) => {
    if (siteId !== undefined) await getCoveredSite(tx, caller, { siteId, permission: read, now: deps.now() });
    return listResettlements(tx, { reach: await reachOf(tx, caller, { permission: read, now: deps.now() }), siteId, state, afterId, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { resettlements: shown.map(resettlementToWire), nextPageToken };
}

function readRef(request: { readonly resettlementId: string; readonly version: number }): ResettlementRef {
  return { resettlementId: readUuid(request.resettlementId, 'resettlement_id'), version: request.version };
}
