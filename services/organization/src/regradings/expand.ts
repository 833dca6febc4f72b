import type { LocalDate } from '@linli/clocks';
import { failedPrecondition, invalidArgument } from '@linli/errors';
import { assertFitsUnder, assertMaySucceed, assertNotRoot, assertStays, placeUnder, unitInPlan, unitNotFound } from '../units/rules';
import type { Unit } from '../units/unit';
import { primitivesOf, unitTwice, type Opening, type Primitives } from './primitives';
import type { Operation, Target } from './regrading';

/** What a regrading makes of the tree. */
export interface Expansion {
  /** New units, parents before children: those opened, and those that continue what moves. */
  readonly opened: readonly Unit[];
  readonly ended: readonly { readonly unit: Unit; readonly successor: Unit }[];
  readonly renamed: readonly Unit[];
  /** Units that must be there still when it takes effect. */
  readonly kept: readonly Unit[];
}

interface Ground {
  /** Every unit that is named, and all below those that end or move. */
  readonly tree: ReadonlyMap<string, Unit>;
  /** The first day of the new tree. */
  readonly day: LocalDate;
  readonly today: LocalDate;
  readonly idFor: () => string;
}

/**
 * Works the operations out against the tree as it stands. Units keep their ids and paths for life: what moves, with all below
 * it, ends and goes on as new units elsewhere.
 * @throws invalid_argument UNIT_TWICE_IN_PLAN, FIELD_INVALID; not_found UNIT_NOT_FOUND, NEW_UNIT_UNKNOWN; failed_precondition UNIT_CLOSED,
 *   UNIT_IN_PLAN, UNIT_OPENS_LATER, UNIT_IS_ROOT, UNIT_HAS_CHILDREN, UNIT_KIND_MISPLACED, UNIT_STAYS, SUCCESSOR_MISPLACED,
 *   TARGET_ENDS, REGRADING_CYCLE.
 */
export function expand(operations: readonly Operation[], ground: Ground): Expansion {
  const primitives = primitivesOf(operations, ground.tree);
  const moving = unitsThatMove(primitives, ground);
  const places = createPlaces(primitives, { ...ground, moving });
  for (const code of primitives.opens.keys()) places.at({ newCode: code });
  const ended = [...ground.tree.values()].flatMap((unit) => {
    const target = primitives.ends.get(unit.id);
    if (target !== undefined) return [{ unit, successor: successorOf(unit, places.at(target)) }];
    return moving.has(unit.id) ? [{ unit, successor: places.continuation(unit) }] : [];
  });
  const renamed = [...primitives.renames].map(([id, names]) => ({ ...assertMayChange(get(ground.tree, id), ground), ...names }));
  // A path is longer than that of any unit above it.
  const opened = places.made().sort((a, b) => a.path.length - b.path.length);
  return { opened, ended, renamed, kept: places.kept() };
}

/** Those that move themselves or hang below such a one. @throws what a unit may not be changed for, UNIT_HAS_CHILDREN. */
function unitsThatMove({ moves, ends, renames }: Primitives, ground: Ground): Set<string> {
  const moving = new Set<string>();
  // Units above come first.
  for (const unit of [...ground.tree.values()].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const above = unit.parentId ?? '';
    const isEnding = ends.has(unit.id);
    const isMoving = moves.has(unit.id) || (moving.has(above) && !isEnding);
    if (isEnding || isMoving) {
      if (renames.has(unit.id)) throw unitTwice(unit.id);
      assertNotRoot(unit);
      assertMayChange(unit, ground);
    } else if (ends.has(above)) {
      throw failedPrecondition('UNIT_HAS_CHILDREN', 'a unit below one that ends has no place to go', { details: { unit: unit.id } });
    }
    if (isMoving) moving.add(unit.id);
  }
  return moving;
}

interface Places {
  /** The unit that the target is from the day on. */
  at(target: Target): Unit;
  /** What a moving unit goes on as. */
  continuation(unit: Unit): Unit;
  made(): Unit[];
  kept(): Unit[];
}

function createPlaces({ opens, ends, moves }: Primitives, { tree, day, today, idFor, moving }: Ground & { readonly moving: ReadonlySet<string> }): Places {
  const made = new Map<string, Unit>();
  const kept = new Map<string, Unit>();
  const underWay = new Set<string>();

  function once(key: string, make: () => Unit): Unit {
    const there = made.get(key);
    if (there !== undefined) return there;
    if (underWay.has(key)) throw failedPrecondition('REGRADING_CYCLE', 'a unit would hang below itself');
    underWay.add(key);
    const unit = make();
    underWay.delete(key);
    made.set(key, unit);
    return unit;
  }

  function at(target: Target): Unit {
    if ('newCode' in target) {
      const opening = opens.get(target.newCode);
      if (opening === undefined) throw invalidArgument('NEW_UNIT_UNKNOWN', 'the regrading opens no unit with this code', { details: { code: target.newCode } });
      return once(`new:${target.newCode}`, () => open(opening));
    }
    const unit = get(tree, target.unitId);
    if (ends.has(unit.id)) throw failedPrecondition('TARGET_ENDS', 'the unit that is to take over ends itself', { details: { unit: unit.id } });
    if (moving.has(unit.id)) return continuation(unit);
    if (unit.version === 0) throw unitInPlan();
    assertStays(unit, today);
    if (unit.validFrom > day) throw invalidArgument('FIELD_INVALID', 'the unit above opens later', { violations: [{ field: 'effective_on', code: 'before_parent' }] });
    kept.set(unit.id, unit);
    return unit;
  }

  function open({ parent, ...facts }: Opening): Unit {
    const above = at(parent);
    assertFitsUnder(facts.kind, above.kind);
    const id = idFor();
    return { ...facts, ...placeUnder(above, id), id, validFrom: day, validTo: undefined, continuesId: undefined, successorId: undefined, version: 0 };
  }

  function continuation(unit: Unit): Unit {
    return once(unit.id, () => {
      const target = moves.get(unit.id);
      const above = at(target ?? { unitId: unit.parentId ?? '' });
      if (above.id === unit.parentId) throw failedPrecondition('UNIT_STAYS', 'the unit hangs there already', { details: { unit: unit.id } });
      assertFitsUnder(unit.kind, above.kind);
      const id = idFor();
      return { ...unit, ...placeUnder(above, id), id, validFrom: day, continuesId: unit.id, version: 0 };
    });
  }

  return { at, continuation, made: () => [...made.values()], kept: () => [...kept.values()] };
}

/** @throws failed_precondition UNIT_CLOSED, UNIT_IN_PLAN, UNIT_OPENS_LATER. */
function assertMayChange(unit: Unit, { day, today }: Pick<Ground, 'day' | 'today'>): Unit {
  if (unit.version === 0) throw unitInPlan();
  assertStays(unit, today);
  if (unit.validFrom >= day) throw failedPrecondition('UNIT_OPENS_LATER', 'the unit opens on that day or later', { details: { unit: unit.id } });
  return unit;
}

function successorOf(unit: Unit, successor: Unit): Unit {
  assertMaySucceed(unit, successor);
  return successor;
}

function get(tree: ReadonlyMap<string, Unit>, id: string): Unit {
  const unit = tree.get(id);
  if (unit === undefined) throw unitNotFound();
  return unit;
}
