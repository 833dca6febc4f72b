import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { venueNotFound } from './rules';
import { lockVenue } from './store';
import type { Venue } from './venue';

/** The venue, which nobody else books or changes until this transaction ends. @throws not_found VENUE_NOT_FOUND. */
export async function holdVenue(tx: Tx, id: string, today: LocalDate): Promise<Venue> {
  const venue = await lockVenue(tx, id, today);
  if (venue === undefined) throw venueNotFound();
  return venue;
}
