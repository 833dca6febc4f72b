import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { LocalDate } from '@linli/clocks';
import type { Unit, UnitKind } from './unit';

// 街道 → 社区 → 网格 → 楼栋 → 联户, which not every office has; departments hang beside the communities or belong to one.
const parentKinds: Readonly<Record<UnitKind, readonly UnitKind[]>> = {
  subdistrict: [],
  community: ['subdistrict'],
  grid: ['community'],
  building: ['grid'],
  household_cluster: ['building'],
  department: ['subdistrict', 'community'],
};

export function fitsUnder(kind: UnitKind, parentKind: UnitKind): boolean {
  return parentKinds[kind].includes(parentKind);
}

/** What a new unit is made of. */
export type UnitFacts = Pick<Unit, 'id' | 'kind' | 'code' | 'nameZh' | 'nameMn' | 'validFrom'>;

/** A unit below `parent`, which may itself open later. @throws failed_precondition UNIT_CLOSED, UNIT_IN_PLAN, UNIT_PLANNED, UNIT_KIND_MISPLACED. */
export function unitUnder(parent: Pick<Unit, 'id' | 'path' | 'kind' | 'validTo' | 'version'>, facts: UnitFacts, day: LocalDate): Unit {
  assertStays(parent, day);
  if (parent.version === 0) throw unitPlanned();
  assertFitsUnder(facts.kind, parent.kind);
  return { ...facts, ...placeUnder(parent, facts.id), ...fresh };
}

/** @throws failed_precondition UNIT_KIND_MISPLACED. */
export function assertFitsUnder(kind: UnitKind, parentKind: UnitKind): void {
  if (fitsUnder(kind, parentKind)) return;
  throw failedPrecondition('UNIT_KIND_MISPLACED', 'a unit of this kind does not belong there', {
    details: { kind, parent_kind: parentKind },
    violations: [{ field: 'kind', code: 'misplaced' }],
  });
}

/** The top of a tenant's tree, which carries the tenant's code and name. */
export function rootUnit(facts: Pick<Unit, 'id' | 'code' | 'nameZh' | 'validFrom'>): Unit {
  return { ...facts, ...fresh, kind: 'subdistrict', parentId: undefined, path: `/${facts.id}/`, nameMn: '' };
}

const fresh = { validTo: undefined, continuesId: undefined, successorId: undefined, version: 1 } as const;

export function placeUnder(parent: Pick<Unit, 'id' | 'path'>, id: string): { readonly parentId: string; readonly path: string } {
  return { parentId: parent.id, path: `${parent.path}${id}/` };
}

/** @throws failed_precondition UNIT_CLOSED, UNIT_IN_PLAN. */
export function rename(unit: Unit, names: Pick<Unit, 'nameZh' | 'nameMn'>, day: LocalDate): Unit {
  assertStays(unit, day);
  return { ...unit, ...names, version: unit.version + 1 };
}

/** What hangs on a unit. */
export interface Held {
  readonly children: number;
  readonly posts: number;
  /** Planned regradings that reckon with it. */
  readonly plans: number;
}

/** One that opens later is taken back: it never was. @throws failed_precondition UNIT_IS_ROOT, UNIT_CLOSED, UNIT_IN_PLAN, UNIT_HAS_CHILDREN. */
export function close(unit: Unit, end: { readonly validTo: LocalDate; readonly successorId: string }, { held, day }: { held: Held; day: LocalDate }): Unit {
  assertNotRoot(unit);
  assertStays(unit, day);
  if (held.plans > 0) throw unitInPlan();
  if (held.children > 0) {
    throw failedPrecondition('UNIT_HAS_CHILDREN', 'units below it are still open', { details: { open: String(held.children) } });
  }
  const validFrom = unit.validFrom > end.validTo ? end.validTo : unit.validFrom;
  return { ...unit, ...end, validFrom, version: unit.version + 1 };
}

/** Nobody's post is moved without a word about where. @throws failed_precondition UNIT_HAS_POSTS. */
export function assertNoPosts({ posts }: Held): void {
  if (posts > 0) throw failedPrecondition('UNIT_HAS_POSTS', 'staff still hold posts there', { details: { open: String(posts) } });
}

/** Work goes to a unit of the same kind, or to one above that kind. @throws failed_precondition SUCCESSOR_MISPLACED. */
export function assertMaySucceed(unit: Pick<Unit, 'id' | 'kind'>, successor: Pick<Unit, 'id' | 'kind'>): void {
  if (successor.id !== unit.id && (successor.kind === unit.kind || fitsUnder(unit.kind, successor.kind))) return;
  throw failedPrecondition('SUCCESSOR_MISPLACED', 'the work of this unit does not belong there', { details: { kind: unit.kind, successor_kind: successor.kind } });
}

/** @throws failed_precondition UNIT_IS_ROOT. */
export function assertNotRoot(unit: Pick<Unit, 'parentId'>): void {
  if (unit.parentId === undefined) throw failedPrecondition('UNIT_IS_ROOT', 'the root lives as long as its tenant');
}

/** Whether the unit may be worked at on that day. @throws failed_precondition UNIT_CLOSED, UNIT_PLANNED. */
export function assertOpen(unit: Pick<Unit, 'validFrom' | 'validTo' | 'version'>, day: LocalDate): void {
  if (unit.validTo !== undefined && unit.validTo <= day) throw failedPrecondition('UNIT_CLOSED', 'the unit is closed');
  if (unit.version === 0 || unit.validFrom > day) throw unitPlanned();
}

/** Whether no end of the unit is known. @throws failed_precondition UNIT_CLOSED, UNIT_IN_PLAN. */
export function assertStays(unit: Pick<Unit, 'validTo'>, day: LocalDate): void {
  if (unit.validTo === undefined) return;
  throw unit.validTo <= day ? failedPrecondition('UNIT_CLOSED', 'the unit is closed') : unitInPlan();
}

/** A planned regrading ends, moves or renames the unit: that plan is withdrawn, or waited for, first. */
export function unitInPlan(): AppError {
  return failedPrecondition('UNIT_IN_PLAN', 'a planned regrading reckons with this unit');
}

function unitPlanned(): AppError {
  return failedPrecondition('UNIT_PLANNED', 'the unit does not open before its day');
}

/** Also for a unit outside the caller's scope, which must look the same. */
export function unitNotFound(): AppError {
  return notFound('UNIT_NOT_FOUND', 'there is no such unit');
}
