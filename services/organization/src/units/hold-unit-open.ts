import type { Tx } from '@linli/db';
import { assertOpen, unitNotFound } from './rules';
import { shareOpenUnits, shareUnit } from './store';
import type { Unit } from './unit';

/** The unit, which stays open until this transaction ends. @throws not_found UNIT_NOT_FOUND, failed_precondition UNIT_CLOSED. */
export async function holdUnitOpen(tx: Tx, unitId: string): Promise<Unit> {
  const unit = await shareUnit(tx, unitId);
  if (unit === undefined) throw unitNotFound();
  assertOpen(unit);
  return unit;
}

/** The open units among the codes, and their parents; they stay open until this transaction ends. */
export async function holdUnitsOpenByCode(tx: Tx, codes: readonly string[]): Promise<Map<string, Unit>> {
  return new Map((await shareOpenUnits(tx, codes)).map((unit) => [unit.code, unit]));
}
