import { coversUnit, type Caller } from '@linli/auth';
import type { RequestKey } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { isOpenDuring } from '../venues/hours';
import { assertOpen, venueNotFound } from '../venues/rules';
import { holdVenue } from '../venues/hold-venue';
import { bookOnce } from './book-once';
import type { Booking } from './booking';
import { venueResource } from './resource';
import { assertAllowed, takePlaces, type Wish } from './take-places';

export interface CreateBooking extends Omit<Wish, 'signUp'> {
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
    bookOnce(tx, request, async () => {
      assertBookable(wish, deps.now());
      await assertAllowed(deps, tx, { ...wish, resourceKind: 'venue' });
      const venue = await holdVenue(tx, venueId, today(deps));
      if (caller.kind !== 'resident' && !coversUnit(caller, 'organization.booking.create', venue.unitPath)) throw venueNotFound();
      assertOpen(venue);
      if (!isOpenDuring(venue, wish)) throw failedPrecondition('VENUE_NOT_OPEN', 'the venue is not open all that time');
      return takePlaces(deps, tx, { caller, resource: venueResource(venue), wish: { ...wish, signUp: undefined }, waitIfFull });
    }),
  );
}

/** @throws invalid_argument for a time that is over, reversed or not in whole minutes. */
function assertBookable({ startsAt, endsAt }: Pick<Booking, 'startsAt' | 'endsAt'>, now: Date): void {
  if (startsAt.getTime() % 60_000 !== 0) throw violation('starts_at', 'malformed');
  if (endsAt.getTime() % 60_000 !== 0) throw violation('ends_at', 'malformed');
  if (startsAt < now) throw violation('starts_at', 'in_past');
  if (endsAt <= startsAt) throw violation('ends_at', 'before_start');
}
