import { alreadyExists, invalidArgument, type AppError } from '@linli/errors';
import { unitNotFound } from '../units/rules';
import type { Unit } from '../units/unit';
import type { Operation, Target } from './regrading';

export type Opening = Pick<Unit, 'kind' | 'code' | 'nameZh' | 'nameMn'> & { readonly parent: Target };

/** The operations in the four words that the tree understands; a unit is the subject of one at most. */
export interface Primitives {
  /** By code. */
  readonly opens: ReadonlyMap<string, Opening>;
  /** Where the work of a unit goes that goes on as no other. */
  readonly ends: ReadonlyMap<string, Target>;
  /** The new unit above. */
  readonly moves: ReadonlyMap<string, Target>;
  readonly renames: ReadonlyMap<string, Pick<Unit, 'nameZh' | 'nameMn'>>;
}

/** @throws invalid_argument UNIT_TWICE_IN_PLAN; already_exists UNIT_CODE_TAKEN; not_found UNIT_NOT_FOUND. */
export function primitivesOf(operations: readonly Operation[], tree: ReadonlyMap<string, Unit>): Primitives {
  const opens = new Map<string, Opening>();
  const ends = new Map<string, Target>();
  const moves = new Map<string, Target>();
  const renames = new Map<string, Pick<Unit, 'nameZh' | 'nameMn'>>();

  function open(opening: Opening): void {
    if (opens.has(opening.code)) throw alreadyExists('UNIT_CODE_TAKEN', 'two new units have this code', { details: { code: opening.code } });
    opens.set(opening.code, opening);
  }
  function change<T>(changes: Map<string, T>, unitId: string, into: T): void {
    if ([ends, moves, renames].some((all) => all.has(unitId))) {
      throw unitTwice(unitId);
    }
    changes.set(unitId, into);
  }

  // What is said of a unit by itself comes before what happens to it because of another.
  for (const operation of operations) {
    if (operation.type === 'open') open(openingOf(operation));
    else if (operation.type === 'close') change(ends, operation.unitId, operation.successor);
    else if (operation.type === 'move') change(moves, operation.unitId, operation.parent);
    else if (operation.type === 'rename') change(renames, operation.unitId, { nameZh: operation.nameZh, nameMn: operation.nameMn });
  }
  for (const operation of operations) {
    if (operation.type === 'split') split(operation);
    if (operation.type === 'merge') merge(operation);
  }
  return { opens, ends, moves, renames };

  function split({ unitId, parts }: Extract<Operation, { type: 'split' }>): void {
    const whole = tree.get(unitId);
    const first = parts[0];
    if (whole === undefined || first === undefined) throw unitNotFound();
    for (const { childIds, ...facts } of parts) {
      open({ ...facts, kind: whole.kind, parent: { unitId: whole.parentId ?? '' } });
      for (const id of childIds) {
        if (tree.get(id)?.parentId !== unitId) throw unitNotFound();
        change(moves, id, { newCode: facts.code });
      }
    }
    change(ends, unitId, { newCode: first.code });
  }

  function merge({ unitIds, into }: Extract<Operation, { type: 'merge' }>): void {
    for (const unitId of unitIds) {
      // One of them may stay as the whole.
      if ('unitId' in into && into.unitId === unitId) continue;
      change(ends, unitId, into);
      const children = [...tree.values()].filter(({ id, parentId }) => parentId === unitId && ![ends, moves].some((all) => all.has(id)));
      for (const { id } of children) change(moves, id, into);
    }
  }
}

export function unitTwice(unitId: string): AppError {
  return invalidArgument('UNIT_TWICE_IN_PLAN', 'a regrading does one thing to a unit', { details: { unit: unitId } });
}

function openingOf({ parent, kind, code, nameZh, nameMn }: Extract<Operation, { type: 'open' }>): Opening {
  return { parent, kind, code, nameZh, nameMn };
}
