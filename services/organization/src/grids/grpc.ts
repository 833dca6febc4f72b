import { coversUnit, type Caller } from '@linli/auth';
import type { organization } from '@linli/contracts';
import { readUuid, violation, type RpcContext } from '@linli/grpc';
import { notFound } from '@linli/errors';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { readPhone } from '../fields';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import { findUnit } from '../units/store';
import { unitToWire } from '../units/wire';
import { setBoundary, setGridFacts } from './change-grid';
import { covers, readGeometry } from './geometry';
import type { Position } from './rings';
import { findBoundary, findFacts, findGridsNear, type Boundary } from './store';

const read = 'organization.unit.read';
const mostHouseholds = 1_000_000;

export function gridService(deps: Deps): organization.GridServiceImplementation<RpcContext> {
  return {
    async setBoundary(request, { caller }) {
      const set = await setBoundary(deps, caller, {
        unitId: readUuid(request.unitId, 'unit_id'),
        version: request.version,
        geometry: readGeometry(request.geometryJson, 'geometry'),
        validFrom: readDay(request.validFrom, 'valid_from', today(deps)),
      });
      return { boundary: boundaryToWire(set.boundary), version: set.version, warnings: set.warnings };
    },
    async getBoundary(request, { caller }) {
      const unitId = readUuid(request.unitId, 'unit_id');
      const day = readDay(request.asOf, 'as_of', today(deps));
      await assertVisible(deps, caller, unitId);
      const boundary = await deps.db.withTenant(caller, (tx) => findBoundary(tx, unitId, day));
      if (boundary === undefined) throw notFound('BOUNDARY_NOT_FOUND', 'nothing is known of where this unit lies');
      return { boundary: boundaryToWire(boundary) };
    },
    async setGridFacts(request, { caller }) {
      const unitId = readUuid(request.unitId, 'unit_id');
      const { householdCount } = request;
      if (householdCount < 0) throw violation('household_count', 'negative');
      if (householdCount > mostHouseholds) throw violation('household_count', 'too_large');
      const facts = { supervisionPhone: readPhone(request.supervisionPhone, 'supervision_phone'), householdCount };
      const version = await setGridFacts(deps, caller, { unitId, version: request.version, facts });
      return { facts: { unitId, ...facts, version } };
    },
    async getGridFacts(request, { caller }) {
      const unitId = readUuid(request.unitId, 'unit_id');
      const found = await deps.db.withTenant(caller, async (tx) => ({ unit: await findUnit(tx, unitId, today(deps)), facts: await findFacts(tx, unitId) }));
      if (found.unit === undefined || !coversUnit(caller, read, found.unit.path)) throw unitNotFound();
      return { facts: { unitId, ...found.facts, version: found.unit.version } };
    },
    async findGridAt(request, { caller }) {
      const place = readPlace(request);
      const day = readDay(request.asOf, 'as_of', today(deps));
      const grid = await deps.db.withTenant(caller, async (tx) => {
        const near = await findGridsNear(tx, place, day);
        const found = near.find(({ geometry }) => covers(geometry, place));
        return found && findUnit(tx, found.unitId, day);
      });
      if (grid === undefined || !coversUnit(caller, read, grid.path)) throw notFound('GRID_NOT_FOUND', 'no grid lies there');
      return { grid: unitToWire(grid) };
    },
  };
}

async function assertVisible(deps: Deps, caller: Caller, unitId: string): Promise<void> {
  const path = await deps.db.withTenant(caller, (tx) => getUnitPath(tx, unitId));
  if (!coversUnit(caller, read, path)) throw unitNotFound();
}

function readPlace({ longitude, latitude }: { readonly longitude: number; readonly latitude: number }): Position {
  if (!(Math.abs(longitude) <= 180)) throw violation('longitude', 'out_of_range');
  if (!(Math.abs(latitude) <= 90)) throw violation('latitude', 'out_of_range');
  return [longitude, latitude];
}

function boundaryToWire({ unitId, validFrom, geometry, areaM2 }: Boundary): organization.Boundary {
  return { unitId, validFrom, geometryJson: JSON.stringify(geometry), areaM2 };
}
