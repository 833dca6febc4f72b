import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { setWork } from '../work/store';
import type { Booking } from './booking';
import { promotable } from './places';
import { recordBookings } from './record-bookings';
import { placesFor, type Resource } from './resource';
import { promote } from './rules';
import { listHeld, lockWaiting, saveBooking } from './store';
import { tellingOf } from './telling';

/** All of what is booked, when nothing narrower was freed. */
const always = { startsAt: new Date(0), endsAt: new Date('9999-12-31T00:00:00Z') };

/** Confirms who waits and fits now, in the order of asking; for each a piece of work to tell them. The resource is locked. */
export async function promoteWaiting(
  tx: Tx,
  caller: Caller,
  { resource, now, freed = always }: { readonly resource: Resource; readonly now: Date; readonly freed?: Pick<Booking, 'startsAt' | 'endsAt'> },
): Promise<void> {
  const stillToCome = resource.beginnings.some((beginning) => beginning > now);
  const waiting = await lockWaiting(tx, { resourceId: resource.id, startsAt: freed.startsAt, endsAt: freed.endsAt, beginAfter: stillToCome ? undefined : now });
  if (waiting.length === 0) return;
  // Who waits for a part of what was freed may need more than that.
  const times = waiting.flatMap(({ startsAt, endsAt }) => [startsAt.getTime(), endsAt.getTime()]);
  const held = await listHeld(tx, { resourceId: resource.id, startsAt: new Date(Math.min(...times)), endsAt: new Date(Math.max(...times)) });
  const wanting = waiting.map((booking) => ({ ...booking, wanted: placesFor(resource, booking.people) }));
  const promoted = promotable(resource.places, held, wanting).map(({ waiting: { wanted: _wanted, ...booking }, places }) => promote(booking, places, now));
  await Promise.all(promoted.map((booking) => saveBooking(tx, booking)));
  await recordBookings(tx, caller, { step: 'promoted', at: now, bookings: promoted });
  await setWork(tx, promoted.map((booking) => tellingOf(booking, resource, now)));
}
