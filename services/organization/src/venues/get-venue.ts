import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { venueNotFound } from './rules';
import { findVenue } from './store';
import type { Venue } from './venue';

/** @throws not_found VENUE_NOT_FOUND. */
export async function getVenue(tx: Tx, id: string, today: LocalDate): Promise<Venue> {
  const venue = await findVenue(tx, id, today);
  if (venue === undefined) throw venueNotFound();
  return venue;
}
