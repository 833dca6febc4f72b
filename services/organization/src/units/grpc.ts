import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { compactLimit, readUuid, readUuids, requestKey, requireText, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { codeRule } from '../fields';
import { closeUnit, renameUnit } from './change-unit';
import { createUnit } from './create-unit';
import { getUnitPath } from './get-unit-path';
import { findPublicGrid } from './public-grid-store';
import { unitNotFound } from './rules';
import { countUnits, findAbove, findInLine, findUnit, findUnits, listUnits } from './store';
import { kindOnWire, unitToWire } from './wire';

const read = 'organization.unit.read';

export function unitService(deps: Deps): organization.UnitServiceImplementation<RpcContext> {
  return {
    async createUnit(request, { caller }) {
      const unit = await createUnit(deps, caller, {
        request: requestKey(caller, organization.CreateUnitRequest, request),
        parentId: readUuid(request.parentId, 'parent_id'),
        kind: kindOnWire.fromWire(request.kind, 'kind'),
        code: requireText(request.code, 'code', codeRule),
        ...readNames(request),
        validFrom: readDay(request.validFrom, 'valid_from', today(deps)),
      });
      return { unit: unitToWire(unit) };
    },
    async renameUnit(request, { caller }) {
      const unitId = readUuid(request.unitId, 'unit_id');
      return { unit: unitToWire(await renameUnit(deps, caller, { unitId, version: request.version, ...readNames(request) })) };
    },
    async closeUnit(request, { caller }) {
      const unitId = readUuid(request.unitId, 'unit_id');
      const validTo = readDay(request.validTo, 'valid_to', today(deps));
      const successorId = request.successorId === '' ? undefined : readUuid(request.successorId, 'successor_id');
      return { unit: unitToWire(await closeUnit(deps, caller, { unitId, version: request.version, validTo, successorId })) };
    },
    async getUnit(request, { caller }) {
      const id = readUuid(request.unitId, 'unit_id');
      const day = readDay(request.asOf, 'as_of', today(deps));
      const unit = await deps.db.withTenant(caller, (tx) => findUnit(tx, id, day));
      if (unit === undefined || !coversUnit(caller, read, unit.path)) throw unitNotFound();
      return { unit: unitToWire(unit) };
    },
    async batchGetUnits(request, { caller }) {
      const ids = readUuids(request.unitIds, 'unit_ids', 200);
      const day = readDay(request.asOf, 'as_of', today(deps));
      const units = await deps.db.withTenant(caller, (tx) => findUnits(tx, ids, { scopes: unitScopes(caller, read), day }));
      return { units: units.map(unitToWire) };
    },
    async getUnitPath(request, { caller }) {
      const id = readUuid(request.unitId, 'unit_id');
      const day = readDay(request.asOf, 'as_of', today(deps));
      const units = await deps.db.withTenant(caller, async (tx) => {
        const unit = await findInLine(tx, id, day);
        if (unit === undefined || !coversUnit(caller, read, unit.path)) throw unitNotFound();
        return findAbove(tx, unit.path, day);
      });
      return { units: units.map(unitToWire) };
    },
    async countUnits(request, { caller }) {
      const underId = request.underUnitId === '' ? undefined : readUuid(request.underUnitId, 'under_unit_id');
      const asOf = readDay(request.asOf, 'as_of', today(deps));
      const counts = await deps.db.withTenant(caller, async (tx) => countUnits(tx, { scopes: unitScopes(caller, read), under: await coveredPath(tx, caller, underId), asOf }));
      return { asOf, counts: counts.map(({ kind, count }) => ({ kind: kindOnWire.toWire(kind), count })) };
    },
    async getPublicGrid(request, { caller }) {
      const code = requireText(request.code, 'code', codeRule);
      const grid = await deps.db.withTenant(caller, (tx) => findPublicGrid(tx, code, deps.now()));
      if (grid === undefined) throw unitNotFound();
      return { grid };
    },
    listUnits: (request, { caller }) => listPage(deps, caller, request),
  };
}

async function listPage(
  deps: Deps,
  caller: RpcContext['caller'],
  request: organization.ListUnitsRequest,
): Promise<{ units: organization.Unit[]; nextPageToken: string }> {
  const limit = compactLimit(request.pageSize);
  const kind = kindOnWire.fromWireOrNone(request.kind, 'kind');
  const underId = request.underUnitId === '' ? undefined : readUuid(request.underUnitId, 'under_unit_id');
  const asOf = request.asOf === '' ? undefined : readDay(request.asOf, 'as_of', today(deps));
  const context = { list: 'units', tenant: caller.tenantId, caller: caller.subject, under: underId, kind, asOf };
  const afterPath = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const scopes = unitScopes(caller, read);
  const units = await deps.db.withTenant(caller, async (tx) => {
    const under = await coveredPath(tx, caller, underId);
    return listUnits(tx, { scopes, under, kind, asOf: asOf ?? today(deps), afterPath, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(units, { limit, context, at: ({ path }) => [path] });
  return { units: shown.map(unitToWire), nextPageToken };
}

async function coveredPath(tx: Tx, caller: Caller, unitId: string | undefined): Promise<string | undefined> {
  if (unitId === undefined) return undefined;
  const path = await getUnitPath(tx, unitId);
  if (!coversUnit(caller, read, path)) throw unitNotFound();
  return path;
}

function readNames(request: { readonly nameZh: string; readonly nameMn: string }): { nameZh: string; nameMn: string } {
  return {
    nameZh: requireText(request.nameZh, 'name_zh', { max: 100 }),
    nameMn: requireText(request.nameMn, 'name_mn', { max: 200, optional: true }),
  };
}
