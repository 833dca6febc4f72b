import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { unitNotFound } from './rules';
import { findOpenCommunity, findPublicPath } from './store';
import type { Unit } from './unit';

/**
 * Below which unit a public list is asked for: a community or a grid that is open, by its code, since strangers know no ids;
 * undefined for the whole office.
 * @throws not_found UNIT_NOT_FOUND.
 */
export async function getPublicPath(tx: Tx, unitCode: string, day: LocalDate): Promise<string | undefined> {
  if (unitCode === '') return undefined;
  const path = await findPublicPath(tx, unitCode, day);
  if (path === undefined) throw unitNotFound();
  return path;
}

/** For what lies at communities only. @throws not_found UNIT_NOT_FOUND. */
export async function getOpenCommunity(tx: Tx, code: string, day: LocalDate): Promise<Pick<Unit, 'id' | 'path'>> {
  const community = await findOpenCommunity(tx, code, day);
  if (community === undefined) throw unitNotFound();
  return community;
}
