import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { readTime } from '../fields';
import { getVenue } from '../venues/get-venue';
import { venueNotFound } from '../venues/rules';
import { cancelBooking, recordHolderTold, recordNoShow } from './change-booking';
import { createBooking } from './create-booking';
import { bookingNotFound, mayDo } from './rules';
import { findBooking, listBookings } from './store';
import { bookingToWire } from './wire';

const read = 'organization.booking.read';

export function bookingService(deps: Deps): organization.BookingServiceImplementation<RpcContext> {
  return {
    async createBooking(request, { caller }) {
      const booking = await createBooking(deps, caller, {
        request: requestKey(caller, organization.CreateBookingRequest, request),
        venueId: readUuid(request.venueId, 'venue_id'),
        startsAt: requireTime(request.startsAt, 'starts_at'),
        endsAt: requireTime(request.endsAt, 'ends_at'),
        people: readPeople(request.people),
        ...readHolder(caller, request.organisationName),
        waitIfFull: request.waitIfFull,
      });
      return { booking: bookingToWire(booking) };
    },
    async cancelBooking(request, { caller }) {
      return { booking: bookingToWire(await cancelBooking(deps, caller, refOf(request))) };
    },
    async recordNoShow(request, { caller }) {
      return { booking: bookingToWire(await recordNoShow(deps, caller, refOf(request))) };
    },
    async recordHolderTold(request, { caller }) {
      return { booking: bookingToWire(await recordHolderTold(deps, caller, refOf(request))) };
    },
    async getBooking(request, { caller }) {
      const id = readUuid(request.bookingId, 'booking_id');
      const booking = await deps.db.withTenant(caller, (tx) => findBooking(tx, id));
      if (booking === undefined || !mayDo(caller, read, booking)) throw bookingNotFound();
      return { booking: bookingToWire(booking) };
    },
    listBookings: (request, { caller }) => listPage(deps, caller, request),
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListBookingsRequest): Promise<organization.ListBookingsResponse> {
  const limit = compactLimit(request.pageSize);
  const byResident = caller.kind === 'resident';
  const venueId = byResident && request.venueId === '' ? undefined : readUuid(request.venueId, 'venue_id');
  const fromDay = request.fromDay === '' ? undefined : readDay(request.fromDay, 'from_day', today(deps));
  const context = { list: 'bookings', tenant: caller.tenantId, caller: caller.subject, venueId, fromDay };
  const [at, id] = deps.pages.read(request.pageToken, context) ?? [];
  const after = at == null ? undefined : { startsAt: new Date(at), id: String(id) };
  const found = await deps.db.withTenant(caller, async (tx) => {
    if (!byResident) await assertMayList(deps, tx, { caller, venueId });
    return listBookings(tx, { resourceId: venueId, residentId: byResident ? caller.subject : undefined, fromDay, after, limit: limit + 1 });
  });
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return { bookings: shown.map(bookingToWire), nextPageToken: last === undefined ? '' : deps.pages.sign([last.startsAt.getTime(), last.id], context) };
}

async function assertMayList(deps: Pick<Deps, 'now'>, tx: Tx, { caller, venueId }: { readonly caller: Caller; readonly venueId: string | undefined }): Promise<void> {
  if (venueId === undefined) throw violation('venue_id', 'required');
  const venue = await getVenue(tx, venueId, today(deps));
  if (!coversUnit(caller, read, venue.unitPath)) throw venueNotFound();
}

/** A resident books for themselves, staff for an organisation. */
function readHolder(caller: Caller, organisationName: string): { holderKind: 'resident' | 'organisation'; residentId: string; organisationName: string } {
  if (caller.kind !== 'resident') return { holderKind: 'organisation', residentId: '', organisationName: requireText(organisationName, 'organisation_name', { max: 100 }) };
  if (organisationName !== '') throw violation('organisation_name', 'not_of_caller');
  return { holderKind: 'resident', residentId: caller.subject, organisationName: '' };
}

function readPeople(people: number): number {
  if (people === 0) throw violation('people', 'required');
  if (people < 0) throw violation('people', 'too_small');
  return people;
}

function requireTime(time: Date | undefined, field: string): Date {
  const read = readTime(time, field);
  if (read === undefined) throw violation(field, 'required');
  return read;
}

function refOf(request: { readonly bookingId: string; readonly version: number }): { bookingId: string; version: number } {
  return { bookingId: readUuid(request.bookingId, 'booking_id'), version: request.version };
}
