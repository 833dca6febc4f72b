import type { LocalDate } from '@linli/clocks';
import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { Unit, UnitKind } from '../units/unit';
import type { Branch, BranchKind } from './branch';

const unitKindOf: Readonly<Record<BranchKind, UnitKind>> = { branch: 'grid', group: 'building' };

export type BranchFacts = Pick<Branch, 'kind' | 'nameZh' | 'contactPhone' | 'validFrom'>;

/** @throws failed_precondition BRANCH_MISPLACED. */
export function established(unit: Unit, id: string, facts: BranchFacts): Branch {
  if (unit.kind !== unitKindOf[facts.kind]) throw failedPrecondition('BRANCH_MISPLACED', 'a branch is on a grid, a group in a building', { details: { kind: facts.kind, unit_kind: unit.kind } });
  return { ...facts, id, unitId: unit.id, unitPath: unit.path, validTo: undefined, version: 1 };
}

/** The same branch when nothing is different. @throws failed_precondition BRANCH_DISSOLVED. */
export function updated(branch: Branch, change: Partial<Pick<Branch, 'nameZh' | 'contactPhone'>>): Branch {
  assertThere(branch);
  const { nameZh = branch.nameZh, contactPhone = branch.contactPhone } = change;
  if (nameZh === branch.nameZh && contactPhone === branch.contactPhone) return branch;
  return { ...branch, nameZh, contactPhone, version: branch.version + 1 };
}

/** @throws failed_precondition BRANCH_DISSOLVED. */
export function dissolved(branch: Branch, validTo: LocalDate): Branch {
  assertThere(branch);
  return { ...branch, validTo, version: branch.version + 1 };
}

function assertThere(branch: Branch): void {
  if (branch.validTo !== undefined) throw failedPrecondition('BRANCH_DISSOLVED', 'the branch was dissolved');
}

export function branchNotFound(): AppError {
  return notFound('BRANCH_NOT_FOUND', 'there is no such branch');
}
