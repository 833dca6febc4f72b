import { setImmediate } from 'node:timers/promises';
import type { Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import type { Tx } from '@linli/db';
import { recordChanges, type Change, type Entry } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { lockUnitForChange } from '../units/change-unit';
import { raiseVersion } from '../units/store';
import type { Unit, UnitKind } from '../units/unit';
import { areaOf, boundsOf, liesWithin, type Geometry } from './geometry';
import { findBoundary, findGridsOf, saveBoundary, saveFacts, type Boundary, type GridFacts } from './store';

interface UnitRef {
  readonly unitId: string;
  readonly version: number;
}

/** What is odd about a boundary and was kept all the same: drawings are never exact. */
export type BoundaryWarning = 'outside_community' | 'grid_outside';

interface SetBoundary extends UnitRef {
  readonly geometry: Geometry;
  readonly validFrom: LocalDate;
}

/**
 * Where a grid or a community lies from a day on.
 * @throws not_found, aborted VERSION_STALE, failed_precondition UNIT_CLOSED, UNIT_IN_PLAN, UNIT_WITHOUT_BOUNDARY, invalid_argument for a day that has passed.
 */
export async function setBoundary(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  input: SetBoundary,
): Promise<{ boundary: Boundary; version: number; warnings: BoundaryWarning[] }> {
  const { geometry, validFrom } = input;
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const unit = await lockUnitForChange(tx, caller, { ...input, day });
    assertKind(unit, ['grid', 'community']);
    if (validFrom < day) throw violation('valid_from', 'in_past');
    if (validFrom < unit.validFrom) throw violation('valid_from', 'before_unit');
    const boundary = { unitId: unit.id, validFrom, geometry, areaM2: areaOf(geometry) };
    await saveBoundary(tx, boundary, boundsOf(geometry));
    const version = await raiseVersion(tx, unit);
    await recordChanges(tx, caller, [changeOf({ ...unit, version }, { event: 'UnitBoundarySet', payload: { unitId: unit.id, validFrom }, at: deps.now(), facts: { valid_from: validFrom } })]);
    return { boundary, version, warnings: await warningsOf(tx, unit, boundary) };
  });
}

/** @throws not_found, aborted VERSION_STALE, failed_precondition UNIT_CLOSED, UNIT_IN_PLAN, UNIT_NOT_GRID. */
export async function setGridFacts(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: UnitRef & { readonly facts: GridFacts }): Promise<number> {
  return deps.db.withTenant(caller, async (tx) => {
    const unit = await lockUnitForChange(tx, caller, { ...input, day: today(deps) });
    if (unit.kind !== 'grid') throw failedPrecondition('UNIT_NOT_GRID', 'only grids have these');
    await saveFacts(tx, unit.id, input.facts);
    const version = await raiseVersion(tx, unit);
    await recordChanges(tx, caller, [changeOf({ ...unit, version }, { event: 'GridFactsSet', payload: { unitId: unit.id }, at: deps.now() })]);
    return version;
  });
}

async function warningsOf(tx: Tx, unit: Unit, { geometry, validFrom }: Boundary): Promise<BoundaryWarning[]> {
  if (unit.kind === 'community') {
    for (const grid of await findGridsOf(tx, unit.id, validFrom)) {
      if (!liesWithin(grid.geometry, geometry)) return ['grid_outside'];
      // Of 2,000 corners each, a pair can take a tenth of a second: others have their turn in between.
      await setImmediate();
    }
    return [];
  }
  const community = await findBoundary(tx, unit.parentId ?? '', validFrom);
  return community === undefined || liesWithin(geometry, community.geometry) ? [] : ['outside_community'];
}

function assertKind({ kind }: Unit, kinds: readonly UnitKind[]): void {
  if (!kinds.includes(kind)) throw failedPrecondition('UNIT_WITHOUT_BOUNDARY', 'units of this kind have no boundary', { details: { kind } });
}

const steps = {
  UnitBoundarySet: { action: 'unit.set_boundary', code: 'boundary_set' },
  GridFactsSet: { action: 'unit.set_facts', code: 'facts_set' },
} as const;

interface Told extends Pick<Entry, 'at' | 'facts'> {
  readonly event: keyof typeof steps;
  readonly payload: object;
}

function changeOf({ id, path, version }: Unit, { event, payload, at, facts = {} }: Told): Change {
  const { action, code } = steps[event];
  return { action, objectType: 'unit', id, version, event, payload, entry: { threadId: id, unitPath: path, at, code, facts } };
}
