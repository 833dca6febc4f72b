import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges, type Change } from '../changes';
import { insertUnits } from './store';
import type { Unit } from './unit';
import { kindOnWire } from './wire';

/** Writes new units, parents before children, each with its event. */
export async function addUnits(tx: Tx, caller: Caller, units: readonly Unit[]): Promise<void> {
  await insertUnits(tx, units);
  await recordChanges(tx, caller, units.map(unitCreated));
}

export function unitCreated(unit: Unit): Change {
  const payload = organization.UnitCreated.fromPartial({
    unitId: unit.id,
    kind: kindOnWire.toWire(unit.kind),
    parentId: unit.parentId ?? '',
    path: unit.path,
    code: unit.code,
    validFrom: unit.validFrom,
    continuesId: unit.continuesId ?? '',
  });
  return { action: 'unit.create', objectType: 'unit', id: unit.id, version: unit.version, event: 'UnitCreated', payload };
}
