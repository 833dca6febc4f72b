import { coversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import { close, rename, unitNotFound } from './rules';
import { countHeld, lockUnit, saveUnit } from './store';
import type { Unit } from './unit';

interface UnitRef {
  readonly unitId: string;
  readonly version: number;
}

/** Names that are the same already change nothing. @throws not_found, aborted VERSION_STALE, failed_precondition UNIT_CLOSED. */
export async function renameUnit(
  deps: Pick<Deps, 'db'>,
  caller: Caller,
  input: UnitRef & Pick<Unit, 'nameZh' | 'nameMn'>,
): Promise<Unit> {
  return deps.db.withTenant(caller, async (tx) => {
    const unit = await lockForChange(tx, caller, input);
    if (unit.nameZh === input.nameZh && unit.nameMn === input.nameMn) return unit;
    const renamed = rename(unit, { nameZh: input.nameZh, nameMn: input.nameMn });
    await saveUnit(tx, renamed);
    const payload = organization.UnitRenamed.fromPartial({ unitId: unit.id });
    await recordChanges(tx, caller, [
      { action: 'unit.rename', objectType: 'unit', id: unit.id, version: renamed.version, event: 'UnitRenamed', payload },
    ]);
    return renamed;
  });
}

/** @throws not_found, aborted VERSION_STALE, invalid_argument for a day to come or before it opened, failed_precondition of `close`. */
export async function closeUnit(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: UnitRef & { readonly validTo: LocalDate }): Promise<Unit> {
  return deps.db.withTenant(caller, async (tx) => {
    const unit = await lockForChange(tx, caller, input);
    const day = today(deps);
    if (input.validTo > day) throw violation('valid_to', 'in_future');
    if (input.validTo < unit.validFrom) throw violation('valid_to', 'before_valid_from');
    const closed = close(unit, input.validTo, await countHeld(tx, unit.id, day));
    await saveUnit(tx, closed);
    const payload = organization.UnitClosed.fromPartial({ unitId: unit.id, validTo: input.validTo });
    await recordChanges(tx, caller, [
      { action: 'unit.close', objectType: 'unit', id: unit.id, version: closed.version, event: 'UnitClosed', payload },
    ]);
    return closed;
  });
}

async function lockForChange(tx: Tx, caller: Caller, ref: UnitRef): Promise<Unit> {
  const unit = await lockUnit(tx, ref.unitId);
  if (unit === undefined || !coversUnit(caller, 'organization.unit.write', unit.path)) throw unitNotFound();
  assertVersion(unit, ref.version);
  return unit;
}
