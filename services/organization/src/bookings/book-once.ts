import { answerOnce, type RequestKey, type Tx } from '@linli/db';
import type { Booking } from './booking';
import { bookingNotFound } from './rules';
import { findBooking } from './store';

/** A stored answer lies in clear and outlives a consent, so it holds the id only: a repeat gives the booking as it is by then. */
export async function bookOnce(tx: Tx, request: RequestKey, book: () => Promise<Booking>): Promise<Booking> {
  const { id } = await answerOnce(tx, request, async () => ({ id: (await book()).id }));
  const booking = await findBooking(tx, id);
  if (booking === undefined) throw bookingNotFound();
  return booking;
}
