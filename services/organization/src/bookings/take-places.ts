import type { Caller } from '@linli/auth';
import { newId, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { today } from '../days';
import type { Deps } from '../deps';
import type { Booking } from './booking';
import { pickPlaces } from './places';
import { recordBookings } from './record-bookings';
import { placesFor, type Resource } from './resource';
import { assertWithinRule } from './rules';
import { countOpen, getBookingRule, insertBooking, listHeld, lockHolder, nextTurn } from './store';

/** What a holder asks for. */
export type Wish = Pick<Booking, 'startsAt' | 'endsAt' | 'people' | 'holderKind' | 'residentId' | 'organisationName' | 'signUp'>;

/** Places, or a turn in the waiting list. The resource is locked. @throws failed_precondition BOOKING_TOO_LARGE, PLACES_TAKEN. */
export async function takePlaces(
  deps: Pick<Deps, 'now'>,
  tx: Tx,
  { caller, resource, wish, waitIfFull }: { readonly caller: Caller; readonly resource: Resource; readonly wish: Wish; readonly waitIfFull: boolean },
): Promise<Booking> {
  const { startsAt, endsAt, people } = wish;
  if (people > resource.capacity) throw failedPrecondition('BOOKING_TOO_LARGE', 'more people than it holds', { details: { most: String(resource.capacity) } });
  const [held, turn] = await Promise.all([listHeld(tx, { resourceId: resource.id, startsAt, endsAt }), nextTurn(tx, resource.id)]);
  const places = pickPlaces(resource.places, held, { startsAt, endsAt, wanted: placesFor(resource, people) });
  if (places === undefined && !waitIfFull) throw failedPrecondition('PLACES_TAKEN', 'somebody else has the places at that time');
  const now = deps.now();
  const booking: Booking = {
    ...wish,
    id: newId(now.getTime()),
    resourceKind: resource.kind,
    resourceId: resource.id,
    unitId: resource.unitId,
    unitPath: resource.unitPath,
    places: places ?? [],
    state: places === undefined ? 'waiting' : 'confirmed',
    turn,
    bookedAt: now,
    promotedAt: undefined,
    calledOffAt: undefined,
    holderErased: false,
    toldAt: undefined,
    version: 1,
  };
  await insertBooking(tx, booking);
  await recordBookings(tx, caller, { step: places === undefined ? 'queued' : 'confirmed', at: now, bookings: [booking] });
  return booking;
}

/** Two of one resident's at one time take turns, or each would pass the limit that both together break. @throws failed_precondition of `assertWithinRule`. */
export async function assertAllowed(
  deps: Pick<Deps, 'now'>,
  tx: Tx,
  facts: Pick<Booking, 'startsAt' | 'endsAt' | 'holderKind' | 'residentId' | 'resourceKind'>,
): Promise<void> {
  const day = today(deps);
  const rule = await getBookingRule(tx, facts, day);
  if (facts.holderKind === 'resident') await lockHolder(tx, facts.residentId);
  const open = facts.holderKind === 'resident' ? await countOpen(tx, facts, deps.now()) : 0;
  assertWithinRule(rule, facts, { today: day, open });
}
