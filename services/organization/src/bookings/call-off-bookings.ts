import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { setWork } from '../work/store';
import { recordBookings } from './record-bookings';
import type { Resource } from './resource';
import { callOffAll } from './store';
import { tellingOf } from './telling';

/** What they were for does not take place: each ends with a version and an event of its own, and a piece of work to tell its holder. The resource is locked. */
export async function callOffBookings(tx: Tx, caller: Caller, { resource, now }: { readonly resource: Resource; readonly now: Date }): Promise<void> {
  const bookings = await callOffAll(tx, resource.id, now);
  await recordBookings(tx, caller, { step: 'called_off', at: now, bookings });
  await setWork(tx, bookings.map((booking) => tellingOf(booking, resource, now)));
}
