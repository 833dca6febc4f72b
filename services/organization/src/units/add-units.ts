import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges, type Change } from '../changes';
import { insertUnits } from './store';
import type { Unit } from './unit';
import { kindOnWire } from './wire';

/** Writes new units, parents before children, each with its event and entry. */
export async function addUnits(tx: Tx, caller: Caller, { units, at }: { readonly units: readonly Unit[]; readonly at: Date }): Promise<void> {
  await insertUnits(tx, units);
  await recordChanges(tx, caller, units.map((unit) => unitCreated(unit, at)));
}

export function unitCreated(unit: Unit, at: Date): Change {
  const { id, kind, path, validFrom, version } = unit;
  const payload = organization.UnitCreated.fromPartial({
    unitId: id,
    kind: kindOnWire.toWire(kind),
    parentId: unit.parentId ?? '',
    path,
    code: unit.code,
    validFrom,
    continuesId: unit.continuesId ?? '',
  });
  const entry = { threadId: id, unitPath: path, at, code: 'created', facts: { kind, valid_from: validFrom } };
  return { action: 'unit.create', objectType: 'unit', id, version, event: 'UnitCreated', payload, entry };
}
