import { coversUnit, type Caller } from '@linli/auth';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { isOpenDuring } from '../venues/hours';
import { assertOpen, venueNotFound } from '../venues/rules';
import { holdVenue } from '../venues/hold-venue';
import type { Booking } from './booking';
import { pickPlaces } from './places';
import { recordBookings } from './record-bookings';
import { placesFor, venueResource, type Resource } from './resource';
import { assertWithinRule } from './rules';
import { countOpen, getBookingRule, insertBooking, listHeld, lockHolder, nextTurn } from './store';

type Wish = Pick<Booking, 'startsAt' | 'endsAt' | 'people' | 'holderKind' | 'residentId' | 'organisationName'>;

export interface CreateBooking extends Wish {
  readonly request: RequestKey;
  readonly venueId: string;
  readonly waitIfFull: boolean;
}

/**
 * @throws invalid_argument of `assertBookable`; not_found VENUE_NOT_FOUND; failed_precondition of `assertWithinRule`, VENUE_CLOSED,
 *   VENUE_NOT_OPEN, and of `takePlaces`.
 */
export async function createBooking(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: CreateBooking): Promise<Booking> {
  const { request, venueId, waitIfFull, ...wish } = input;
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      assertBookable(wish, deps.now());
      await assertAllowed(deps, tx, { ...wish, resourceKind: 'venue' });
      const venue = await holdVenue(tx, venueId, today(deps));
      if (caller.kind !== 'resident' && !coversUnit(caller, 'organization.booking.create', venue.unitPath)) throw venueNotFound();
      assertOpen(venue);
      if (!isOpenDuring(venue, wish)) throw failedPrecondition('VENUE_NOT_OPEN', 'the venue is not open all that time');
      return takePlaces(deps, tx, { caller, resource: venueResource(venue), wish, waitIfFull });
    }),
  );
}

/** Places, or a turn in the waiting list. The resource is locked. @throws failed_precondition BOOKING_TOO_LARGE, PLACES_TAKEN. */
async function takePlaces(
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
    toldAt: undefined,
    version: 1,
  };
  await insertBooking(tx, booking);
  await recordBookings(tx, caller, { step: places === undefined ? 'queued' : 'confirmed', at: now, bookings: [booking] });
  return booking;
}

/** @throws invalid_argument for a time that is over, reversed or not in whole minutes. */
function assertBookable({ startsAt, endsAt }: Pick<Booking, 'startsAt' | 'endsAt'>, now: Date): void {
  if (startsAt.getTime() % 60_000 !== 0) throw violation('starts_at', 'malformed');
  if (endsAt.getTime() % 60_000 !== 0) throw violation('ends_at', 'malformed');
  if (startsAt < now) throw violation('starts_at', 'in_past');
  if (endsAt <= startsAt) throw violation('ends_at', 'before_start');
}

/** Two of one resident's at one time take turns, or each would pass the limit that both together break. */
async function assertAllowed(
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
