import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, type RpcContext } from '@linli/grpc';
import { readDay, requireDay, today } from '../days';
import type { Deps } from '../deps';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import { admitOrg, endIncubation, evaluateOrg, graduateOrg, startIncubation } from './change-org';
import { createOrg } from './create-org';
import { orgNotFound } from './rules';
import { findOrg, listOrgs } from './store';
import { orgToWire, resultOnWire, stateOnWire } from './wire';

const read = 'organization.incubation.read';

export function incubationService(deps: Deps): organization.IncubationServiceImplementation<RpcContext> {
  return {
    async createIncubatedOrg(request, { caller }) {
      const org = await createOrg(deps, caller, {
        request: requestKey(caller, organization.CreateIncubatedOrgRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        nameZh: requireText(request.nameZh, 'name_zh', { max: 100 }),
        nameMn: requireText(request.nameMn, 'name_mn', { max: 200, optional: true }),
        appliedOn: readDay(request.appliedOn, 'applied_on', today(deps)),
      });
      return { org: orgToWire(org) };
    },
    async admitIncubatedOrg(request, { caller }) {
      const term = { from: requireDay(request.termFrom, 'term_from'), to: requireDay(request.termTo, 'term_to') };
      return { org: orgToWire(await admitOrg(deps, caller, { ...refOf(request), term })) };
    },
    async startIncubation(request, { caller }) {
      const receivedOn = readDay(request.receivedOn, 'received_on', today(deps));
      return { org: orgToWire(await startIncubation(deps, caller, { ...refOf(request), receivedOn })) };
    },
    async evaluateIncubatedOrg(request, { caller }) {
      const result = resultOnWire.fromWire(request.result, 'result');
      const evaluationZh = requireText(request.evaluationZh, 'evaluation_zh', { max: 1_000 });
      return { org: orgToWire(await evaluateOrg(deps, caller, { ...refOf(request), result, evaluationZh })) };
    },
    async graduateIncubatedOrg(request, { caller }) {
      const returnedOn = readDay(request.returnedOn, 'returned_on', today(deps));
      return { org: orgToWire(await graduateOrg(deps, caller, { ...refOf(request), returnedOn })) };
    },
    async endIncubation(request, { caller }) {
      const leaveReason = requireText(request.leaveReason, 'leave_reason', { max: 64, pattern: /^[a-z][a-z0-9_]*$/ });
      const returnedOn = request.returnedOn === '' ? undefined : readDay(request.returnedOn, 'returned_on', today(deps));
      return { org: orgToWire(await endIncubation(deps, caller, { ...refOf(request), leaveReason, returnedOn })) };
    },
    async getIncubatedOrg(request, { caller }) {
      const id = readUuid(request.orgId, 'org_id');
      const org = await deps.db.withTenant(caller, (tx) => findOrg(tx, id));
      if (org === undefined || !coversUnit(caller, read, org.unitPath)) throw orgNotFound();
      return { org: orgToWire(org) };
    },
    listIncubatedOrgs: (request, { caller }) => listPage(deps, caller, request),
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListIncubatedOrgsRequest): Promise<organization.ListIncubatedOrgsResponse> {
  const limit = compactLimit(request.pageSize);
  const underId = request.underUnitId === '' ? undefined : readUuid(request.underUnitId, 'under_unit_id');
  const state = stateOnWire.fromWireOrNone(request.state, 'state');
  const context = { list: 'incubation', tenant: caller.tenantId, caller: caller.subject, under: underId, state };
  const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, async (tx) => {
    const under = underId === undefined ? undefined : await getUnitPath(tx, underId);
    if (under !== undefined && !coversUnit(caller, read, under)) throw unitNotFound();
    return listOrgs(tx, { scopes: unitScopes(caller, read), under, state, beforeId, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { orgs: shown.map(orgToWire), nextPageToken };
}

function refOf(request: { readonly orgId: string; readonly version: number }): { orgId: string; version: number } {
  return { orgId: readUuid(request.orgId, 'org_id'), version: request.version };
}
