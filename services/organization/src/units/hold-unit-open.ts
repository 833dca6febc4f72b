import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { assertOpen, unitNotFound } from './rules';
import { shareOpenUnits, shareUnit } from './store';
import type { Unit } from './unit';

/** The unit, which stays open until this transaction ends. @throws not_found UNIT_NOT_FOUND, failed_precondition UNIT_CLOSED, UNIT_PLANNED. */
export async function holdUnitOpen(tx: Tx, unitId: string, day: LocalDate): Promise<Unit> {
  const unit = await shareUnit(tx, unitId, day);
  if (unit === undefined) throw unitNotFound();
  assertOpen(unit, day);
  return unit;
}

/** The open units among the codes, and their parents; they stay open until this transaction ends. */
export async function holdUnitsOpenByCode(tx: Tx, codes: readonly string[], day: LocalDate): Promise<Map<string, Unit>> {
  return new Map((await shareOpenUnits(tx, codes, day)).map((unit) => [unit.code, unit]));
}
