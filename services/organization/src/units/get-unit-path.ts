import type { Tx } from '@linli/db';
import { unitNotFound } from './rules';
import { findUnit } from './store';

/** @throws not_found UNIT_NOT_FOUND. */
export async function getUnitPath(tx: Tx, unitId: string): Promise<string> {
  const unit = await findUnit(tx, unitId);
  if (unit === undefined) throw unitNotFound();
  return unit.path;
}
