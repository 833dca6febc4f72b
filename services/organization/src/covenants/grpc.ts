import { coversUnit, unitScopes } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readAsOf, readDay, today } from '../days';
import type { Deps } from '../deps';
import { readUnitCode } from '../fields';
import { getPublicPath } from '../units/get-public-path';
import { adoptCovenant, fileCovenant, permissions } from './adopt-covenant';
import type { Covenant } from './covenant';
import { covenantNotFound } from './rules';
import { findCovenant, listCovenants, listInForce } from './store';

/** Of a page that comes with its texts, of up to 10,000 characters each. */
const publicPage = { standard: 20, most: 100 };

export function covenantService(deps: Deps): organization.CovenantServiceImplementation<RpcContext> {
  return {
    async adoptCovenant(request, { caller }) {
      if (request.effectiveFrom === '') throw violation('effective_from', 'required');
      const covenant = await adoptCovenant(deps, caller, {
        request: requestKey(caller, organization.AdoptCovenantRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        decisionId: readUuid(request.decisionId, 'decision_id'),
        textZh: requireText(request.textZh, 'text_zh', { max: 10_000 }),
        effectiveFrom: readDay(request.effectiveFrom, 'effective_from', ''),
      });
      return { covenant: covenantToWire(covenant) };
    },
    async fileCovenant(request, { caller }) {
      const covenantId = readUuid(request.covenantId, 'covenant_id');
      const filedOn = readDay(request.filedOn, 'filed_on', today(deps));
      return { covenant: covenantToWire(await fileCovenant(deps, caller, { covenantId, version: request.version, filedOn })) };
    },
    async getCovenant(request, { caller }) {
      const id = readUuid(request.covenantId, 'covenant_id');
      const covenant = await deps.db.withTenant(caller, (tx) => findCovenant(tx, id));
      if (covenant === undefined || !coversUnit(caller, permissions.read, covenant.unitPath)) throw covenantNotFound();
      return { covenant: covenantToWire(covenant) };
    },
    async listCovenants(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const unitId = request.unitId === '' ? undefined : readUuid(request.unitId, 'unit_id');
      const asOf = readAsOf(request);
      const context = { list: 'covenants', tenant: caller.tenantId, caller: caller.subject, unitId, asOf };
      const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listCovenants(tx, { scopes: unitScopes(caller, permissions.read), unitId, asOf, beforeId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { covenants: shown.map((covenant) => covenantToWire({ ...covenant, textZh: '' })), nextPageToken };
    },
    async listPublicCovenants(request, { caller }) {
      const limit = compactLimit(request.pageSize, publicPage);
      const unitCode = readUnitCode(request);
      const context = { list: 'public_covenants', tenant: caller.tenantId, caller: caller.subject, unitCode };
      const afterUnitId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const day = today(deps);
      const found = await deps.db.withTenant(caller, async (tx) => listInForce(tx, { day, under: await getPublicPath(tx, unitCode, day), afterUnitId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ unitId }) => [unitId] });
      return { covenants: shown.map(({ unitId: _inside, ...shown }) => shown), nextPageToken };
    },
  };
}

function covenantToWire({ filedOn = '', ...rest }: Covenant): organization.Covenant {
  return { ...rest, filedOn, threadId: rest.decisionId };
}
