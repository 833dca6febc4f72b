import type { Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import type { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Page } from '../raise-versions';
import { findPlaces } from './plan-store';
import { touchUnits } from './store';
import type { Unit } from './unit';
import { kindOnWire } from './wire';

/** Tells a page of units again, in the order of ids. Returns the ids told. */
export async function restateUnits(tx: Tx, caller: Caller, page: Page & { readonly day: LocalDate }): Promise<string[]> {
  const units = await touchUnits(tx, page);
  const paths = new Map((await findPlaces(tx, units.flatMap(({ successorId }) => successorId ?? []))).map(({ id, path }) => [id, path]));
  await recordChanges(
    tx,
    caller,
    units.map((unit) => ({ action: 'unit.restate', objectType: 'unit', id: unit.id, version: unit.version, event: 'UnitRestated', payload: restated(unit, paths) })),
  );
  return units.map(({ id }) => id);
}

function restated({ id, kind, parentId, path, code, validFrom, validTo, continuesId, successorId = '' }: Unit, paths: ReadonlyMap<string, string>): organization.UnitRestated {
  return {
    unitId: id,
    kind: kindOnWire.toWire(kind),
    parentId: parentId ?? '',
    path,
    code,
    validFrom,
    validTo: validTo ?? '',
    continuesId: continuesId ?? '',
    successorId,
    successorPath: paths.get(successorId) ?? '',
  };
}
