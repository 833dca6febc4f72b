import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { getActivity } from '../activities/hold-activity';
import { activityNotFound } from '../activities/rules';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { requireTime } from '../fields';
import { getVenue } from '../venues/get-venue';
import { venueNotFound } from '../venues/rules';
import { cancelBooking, recordHolderTold, recordNoShow } from './change-booking';
import type { ResourceKind } from './booking';
import { createBooking } from './create-booking';
import { createSignUp } from './create-sign-up';
import { bookingNotFound, mayDo } from './rules';
import { findBooking, listBookings } from './store';
import { bookingToWire } from './wire';
import { withdrawConsent } from './withdraw-consent';

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
    async createSignUp(request, { caller }) {
      const booking = await createSignUp(deps, caller, {
        request: requestKey(caller, organization.CreateSignUpRequest, request),
        activityId: readUuid(request.activityId, 'activity_id'),
        ...readCounts(request),
        guardianConsents: request.guardianConsents,
        ...readHolder(caller, request.organisationName),
        waitIfFull: request.waitIfFull,
      });
      return { booking: bookingToWire(booking) };
    },
    async withdrawConsent(request, { caller }) {
      return { booking: bookingToWire(await withdrawConsent(deps, caller, refOf(request))) };
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
  const resource = readResource(request, byResident);
  const fromDay = request.fromDay === '' ? undefined : readDay(request.fromDay, 'from_day', today(deps));
  const context = { list: 'bookings', tenant: caller.tenantId, caller: caller.subject, resource: resource?.id, fromDay };
  const [at, id] = deps.pages.read(request.pageToken, context) ?? [];
  const after = at == null ? undefined : { startsAt: new Date(at), id: String(id) };
  const found = await deps.db.withTenant(caller, async (tx) => {
    if (!byResident) await assertMayList(deps, tx, { caller, resource });
    return listBookings(tx, { resourceId: resource?.id, residentId: byResident ? caller.subject : undefined, fromDay, after, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.startsAt.getTime(), last.id] });
  return { bookings: shown.map(bookingToWire), nextPageToken };
}

interface ResourceRef {
  readonly kind: ResourceKind;
  readonly id: string;
}

/** One of the two; none only from a resident, who then sees all that is theirs. */
function readResource({ venueId, activityId }: organization.ListBookingsRequest, byResident: boolean): ResourceRef | undefined {
  if (venueId !== '' && activityId !== '') throw violation('activity_id', 'one_of_two');
  if (activityId !== '') return { kind: 'activity', id: readUuid(activityId, 'activity_id') };
  return venueId === '' && byResident ? undefined : { kind: 'venue', id: readUuid(venueId, 'venue_id') };
}

async function assertMayList(deps: Pick<Deps, 'now'>, tx: Tx, { caller, resource }: { readonly caller: Caller; readonly resource: ResourceRef | undefined }): Promise<void> {
  if (resource === undefined) throw violation('venue_id', 'required');
  const isVenue = resource.kind === 'venue';
  const { unitPath } = await (isVenue ? getVenue(tx, resource.id, today(deps)) : getActivity(tx, resource.id));
  if (!coversUnit(caller, read, unitPath)) throw isVenue ? venueNotFound() : activityNotFound();
}

/** Numbers that may be 0, but not all of them. */
function readCounts({ adults, from14To17, under14 }: organization.CreateSignUpRequest): { adults: number; from14To17: number; under14: number } {
  const counts: readonly (readonly [string, number])[] = [['adults', adults], ['from_14_to_17', from14To17], ['under_14', under14]];
  for (const [field, count] of counts) if (count < 0 || count > 1_000) throw violation(field, 'out_of_range');
  if (adults + from14To17 + under14 === 0) throw violation('adults', 'required');
  return { adults, from14To17, under14 };
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

function refOf(request: { readonly bookingId: string; readonly version: number }): { bookingId: string; version: number } {
  return { bookingId: readUuid(request.bookingId, 'booking_id'), version: request.version };
}
