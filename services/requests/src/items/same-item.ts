import { isDeepStrictEqual } from 'node:util';
import type { Item, NewItem } from './rules';

/** The same errand with the same end; the day from which on it is listed may differ. */
export function isSameItem(known: Item, given: NewItem): boolean {
  return isDeepStrictEqual({ ...given, version: known.version, effectiveFrom: known.effectiveFrom }, known);
}
