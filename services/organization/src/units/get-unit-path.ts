import type { Tx } from '@linli/db';
import { unitNotFound } from './rules';
import { findPath } from './store';

/** @throws not_found UNIT_NOT_FOUND. */
export async function getUnitPath(tx: Tx, unitId: string): Promise<string> {
  const path = await findPath(tx, unitId);
  if (path === undefined) throw unitNotFound();
  return path;
}
