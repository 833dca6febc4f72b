import type { LocalDate } from '@linli/clocks';
import { fitsUnder, placeUnder } from '../units/rules';
import type { Unit } from '../units/unit';
import type { Problem, Sheet, UnitLine } from './sheet';

export interface UnitPlan {
  /** Parents before children. */
  readonly created: Unit[];
  readonly unchanged: number;
  /** Every open unit that the sheet's rows may refer to, there already or to be made. */
  readonly byCode: ReadonlyMap<string, Unit>;
}

interface Facts {
  /** Open units by code. */
  readonly existing: ReadonlyMap<string, Unit>;
  /** Codes that units have which open later. */
  readonly ahead: ReadonlySet<string>;
  readonly day: LocalDate;
  /** A new id for the n-th new unit. */
  readonly idFor: (n: number) => string;
}

/** Places the rows from the units that exist downwards, so that their order in the sheet does not matter. */
export function planUnits(sheet: Sheet, facts: Facts, problems: Problem[]): UnitPlan {
  const lines = uniqueByCode(sheet.units, problems);
  const byCode = new Map(facts.existing);
  const created: Unit[] = [];
  const codes = new Map([...facts.existing.values()].map((unit) => [unit.id, unit.code]));
  const unchanged = [...lines.values()].filter((line) => {
    const unit = facts.existing.get(line.code);
    return unit !== undefined && isUnchanged(line, { ...unit, parentCode: codes.get(unit.parentId ?? '') ?? '' }, problems);
  }).length;

  const children = Map.groupBy([...lines.values()].filter((line) => !facts.existing.has(line.code)), (line) => line.parentCode);
  const placed = [...facts.existing.values()];
  // It grows while it is gone through: what was placed has children to place.
  for (const parent of placed) {
    for (const line of children.get(parent.code) ?? []) {
      if (!fitsUnder(line.kind, parent.kind)) {
        problems.push(at(line, 'kind', 'misplaced'));
        continue;
      }
      if (parent.validTo !== undefined) {
        problems.push(at(line, 'parent_code', 'ends'));
        continue;
      }
      if (facts.ahead.has(line.code)) {
        problems.push(at(line, 'code', 'taken'));
        continue;
      }
      const unit = unitFrom(line, parent, { id: facts.idFor(created.length), day: facts.day });
      created.push(unit);
      byCode.set(unit.code, unit);
      placed.push(unit);
    }
  }
  explainUnplaced(lines, { byCode, unreadable: sheet.unreadable.units }, problems);
  return { created, unchanged, byCode };
}

function uniqueByCode(units: readonly UnitLine[], problems: Problem[]): Map<string, UnitLine> {
  const lines = new Map<string, UnitLine>();
  for (const line of units) {
    if (lines.has(line.code)) problems.push(at(line, 'code', 'duplicate'));
    else lines.set(line.code, line);
  }
  return lines;
}

function isUnchanged(line: UnitLine, unit: Unit & { readonly parentCode: string }, problems: Problem[]): boolean {
  const before = problems.length;
  if (unit.kind !== line.kind) problems.push(at(line, 'kind', 'differs'));
  if (unit.parentCode !== line.parentCode) problems.push(at(line, 'parent_code', 'differs'));
  if (unit.nameZh !== line.nameZh) problems.push(at(line, 'name_zh', 'differs'));
  if (unit.nameMn !== line.nameMn) problems.push(at(line, 'name_mn', 'differs'));
  return problems.length === before;
}

function unitFrom(line: UnitLine, parent: Unit, { id, day }: { id: string; day: LocalDate }): Unit {
  const { code, kind, nameZh, nameMn } = line;
  const validFrom = parent.validFrom > day ? parent.validFrom : day;
  return { id, code, kind, nameZh, nameMn, ...placeUnder(parent, id), validFrom, validTo: undefined, continuesId: undefined, successorId: undefined, version: 1 };
}

/** A row that hangs below a wrong row is not called wrong itself. */
function explainUnplaced(
  lines: ReadonlyMap<string, UnitLine>,
  { byCode, unreadable }: { byCode: ReadonlyMap<string, Unit>; unreadable: ReadonlySet<string> },
  problems: Problem[],
): void {
  const cyclic = codesInCycles(lines);
  for (const line of lines.values()) {
    if (byCode.has(line.code)) continue;
    if (line.parentCode === '') problems.push(at(line, 'parent_code', 'required'));
    else if (cyclic.has(line.code)) problems.push(at(line, 'parent_code', 'cycle'));
    else if (!lines.has(line.parentCode) && !byCode.has(line.parentCode) && !unreadable.has(line.parentCode)) {
      problems.push(at(line, 'parent_code', 'unknown'));
    }
  }
}

/** Rows that hang below themselves. Each row is gone over once: all rows of a large sheet may be one chain. */
function codesInCycles(lines: ReadonlyMap<string, UnitLine>): Set<string> {
  const cyclic = new Set<string>();
  /** The walk that came to a row first, by its code. */
  const walks = new Map<string, UnitLine>();
  for (const start of lines.values()) {
    let next: UnitLine | undefined = start;
    while (next !== undefined && !walks.has(next.code)) {
      walks.set(next.code, start);
      next = lines.get(next.parentCode);
    }
    // A walk that met itself has found a cycle.
    if (next === undefined || walks.get(next.code) !== start) continue;
    for (let member: UnitLine | undefined = next; member !== undefined && !cyclic.has(member.code); member = lines.get(member.parentCode)) cyclic.add(member.code);
  }
  return cyclic;
}

function at(line: UnitLine, field: string, code: string): Problem {
  return { sheet: 'units', row: line.row, field, code };
}
