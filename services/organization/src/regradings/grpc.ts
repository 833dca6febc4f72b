import { coversUnit, unitScopes } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay } from '../days';
import type { Deps } from '../deps';
import { planRegrading } from './plan-regrading';
import { findRegrading, listRegradedUnits, listRegradings } from './store';
import { regradingNotFound } from './take-effect';
import { detailToWire, readOperations, regradingToWire, stateOnWire } from './wire';
import { withdrawRegrading } from './withdraw-regrading';

const read = 'organization.unit.read';

export function regradingService(deps: Deps): organization.RegradingServiceImplementation<RpcContext> {
  return {
    async planRegrading(request, { caller }) {
      if (request.effectiveOn === '') throw violation('effective_on', 'required');
      const planned = await planRegrading(deps, caller, {
        request: requestKey(caller, organization.PlanRegradingRequest, request),
        titleZh: requireText(request.titleZh, 'title_zh', { max: 100 }),
        effectiveOn: readDay(request.effectiveOn, 'effective_on', ''),
        operations: readOperations(request.operations),
      });
      return { regrading: detailToWire(planned) };
    },
    async withdrawRegrading(request, { caller }) {
      const regradingId = readUuid(request.regradingId, 'regrading_id');
      return { regrading: detailToWire({ regrading: await withdrawRegrading(deps, caller, { regradingId, version: request.version }), units: [] }) };
    },
    async getRegrading(request, { caller }) {
      const id = readUuid(request.regradingId, 'regrading_id');
      const detail = await deps.db.withTenant(caller, async (tx) => ({ regrading: await findRegrading(tx, id), units: await listRegradedUnits(tx, id) }));
      const { regrading, units } = detail;
      if (regrading === undefined || !coversUnit(caller, read, regrading.unitPath)) throw regradingNotFound();
      return { regrading: detailToWire({ regrading, units }) };
    },
    async listRegradings(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const state = stateOnWire.fromWireOrNone(request.state, 'state');
      const context = { list: 'regradings', tenant: caller.tenantId, caller: caller.subject, state };
      const [effectiveOn, id] = deps.pages.read(request.pageToken, context) ?? [];
      const after = effectiveOn == null || id == null ? undefined : { effectiveOn: String(effectiveOn), id: String(id) };
      const found = await deps.db.withTenant(caller, (tx) => listRegradings(tx, { scopes: unitScopes(caller, read), state, after, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.effectiveOn, last.id] });
      return { regradings: shown.map(regradingToWire), nextPageToken };
    },
  };
}
