import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { LocalDate } from '@linli/clocks';
import type { Unit, UnitKind } from './unit';

// 街道 → 社区 → 网格 → 楼栋; departments hang beside the communities or belong to one.
const parentKinds: Readonly<Record<UnitKind, readonly UnitKind[]>> = {
  subdistrict: [],
  community: ['subdistrict'],
  grid: ['community'],
  building: ['grid'],
  department: ['subdistrict', 'community'],
};

export function fitsUnder(kind: UnitKind, parentKind: UnitKind): boolean {
  return parentKinds[kind].includes(parentKind);
}

/** A unit below `parent`. @throws failed_precondition UNIT_CLOSED, UNIT_KIND_MISPLACED. */
export function unitUnder(
  parent: Pick<Unit, 'id' | 'path' | 'kind' | 'validTo'>,
  facts: Pick<Unit, 'id' | 'kind' | 'code' | 'nameZh' | 'nameMn' | 'validFrom'>,
): Unit {
  assertOpen(parent);
  if (!fitsUnder(facts.kind, parent.kind)) {
    throw failedPrecondition('UNIT_KIND_MISPLACED', 'a unit of this kind does not belong there', {
      details: { kind: facts.kind, parent_kind: parent.kind },
      violations: [{ field: 'kind', code: 'misplaced' }],
    });
  }
  return { ...facts, parentId: parent.id, path: `${parent.path}${facts.id}/`, validTo: undefined, version: 1 };
}

/** The top of a tenant's tree, which carries the tenant's code and name. */
export function rootUnit(facts: Pick<Unit, 'id' | 'code' | 'nameZh' | 'validFrom'>): Unit {
  return { ...facts, kind: 'subdistrict', parentId: undefined, path: `/${facts.id}/`, nameMn: '', validTo: undefined, version: 1 };
}

export function rename(unit: Unit, names: Pick<Unit, 'nameZh' | 'nameMn'>): Unit {
  assertOpen(unit);
  return { ...unit, ...names, version: unit.version + 1 };
}

/** @throws failed_precondition UNIT_CLOSED, UNIT_IS_ROOT, UNIT_HAS_CHILDREN, UNIT_HAS_POSTS. */
export function close(unit: Unit, validTo: LocalDate, held: { readonly children: number; readonly posts: number }): Unit {
  assertOpen(unit);
  if (unit.parentId === undefined) throw failedPrecondition('UNIT_IS_ROOT', 'the root lives as long as its tenant');
  if (held.children > 0) {
    throw failedPrecondition('UNIT_HAS_CHILDREN', 'units below it are still open', { details: { open: String(held.children) } });
  }
  if (held.posts > 0) {
    throw failedPrecondition('UNIT_HAS_POSTS', 'staff still hold posts there', { details: { open: String(held.posts) } });
  }
  return { ...unit, validTo, version: unit.version + 1 };
}

export function assertOpen(unit: Pick<Unit, 'validTo'>): void {
  if (unit.validTo !== undefined) throw failedPrecondition('UNIT_CLOSED', 'the unit is closed');
}

/** Also for a unit outside the caller's scope, which must look the same. */
export function unitNotFound(): AppError {
  return notFound('UNIT_NOT_FOUND', 'there is no such unit');
}
