import { instantAt, type LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import type { Erased, Over } from '../retention/retention';
import type { Booking, BookingRule, BookingState, Consent, HolderKind, PlaceSpan, ResourceKind, SignUp } from './booking';

export const bookingConstraints: ConstraintReasons = {
  bookings_sign_up_key: { kind: 'already_exists', reason: 'SIGNED_UP_ALREADY', message: 'the resident has signed up already' },
  bookings_place_twice_excl: { kind: 'failed_precondition', reason: 'PLACES_TAKEN', message: 'somebody else has the places at that time' },
};

interface BookingRow {
  readonly id: string;
  readonly resource_kind: ResourceKind;
  readonly resource_id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly people: number;
  readonly spans: readonly PlaceSpan[];
  readonly holder_kind: HolderKind;
  readonly resident_id: string;
  readonly holder_erased: boolean;
  readonly organisation_name: string;
  readonly state: BookingState;
  readonly turn: number;
  readonly booked_at: Date;
  readonly promoted_at: Date | null;
  readonly called_off_at: Date | null;
  readonly told_at: Date | null;
  readonly sign_up: SignUpRow | null;
  readonly version: number;
}

interface SignUpRow {
  readonly adults: number;
  readonly from_14_to_17: number;
  readonly under_14: number;
  readonly consent_purpose: Consent['purpose'] | null;
  readonly consent_given_at: string | null;
  readonly consent_withdrawn_at: string | null;
}

const columns = [
  'id', 'resource_kind', 'resource_id', 'unit_id', 'unit_path', 'starts_at', 'ends_at', 'people', 'holder_kind', 'resident_id', 'holder_erased', 'organisation_name',
  'state', 'turn', 'booked_at', 'promoted_at', 'called_off_at', 'told_at', 'version',
] as const;

/** Two bookings by one resident at a time could each pass the limit that both together break. */
export async function lockHolder(tx: Tx, residentId: string): Promise<void> {
  await tx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`booking ${tenantOf(tx)} ${residentId}`]);
}

/** @throws not_found RULE_SET_NOT_IN_FORCE. */
export async function getBookingRule(tx: Tx, { resourceKind, holderKind }: Pick<Booking, 'resourceKind' | 'holderKind'>, day: LocalDate): Promise<BookingRule> {
  const row = await tx('booking_rules')
    .where({ resource_kind: resourceKind, holder_kind: holderKind })
    .whereRaw('daterange(effective_from, effective_to) @> cast(? as date)', [day])
    .first<(Omit<BookingRule, 'mostOpen'> & { mostOpen: number | null }) | undefined>({
      citation: 'citation',
      mostOpen: 'most_open',
      mostDaysAhead: 'most_days_ahead',
      mostMinutes: 'most_minutes',
    });
  if (row === undefined) throw notFound('RULE_SET_NOT_IN_FORCE', 'there is no rule for bookings on that day', { details: { ruleSet: `${resourceKind} ${holderKind}`, day } });
  return { ...row, mostOpen: row.mostOpen ?? undefined };
}

/** What a resident has of that kind, confirmed or waiting, that is not over. Index: bookings_resident_idx. */
export async function countOpen(tx: Tx, { residentId, resourceKind }: Pick<Booking, 'residentId' | 'resourceKind'>, now: Date): Promise<number> {
  const row = await tx('bookings')
    .where({ tenant_id: tenantOf(tx), resident_id: residentId, resource_kind: resourceKind })
    .whereIn('state', ['confirmed', 'waiting'])
    .where('ends_at', '>', now)
    .count<{ count: number }[]>('* as count')
    .first();
  return row?.count ?? 0;
}

/** The next turn in the order of asking; the resource is locked. Index: bookings_turn_key. */
export async function nextTurn(tx: Tx, resourceId: string): Promise<number> {
  const row = await tx('bookings').where({ tenant_id: tenantOf(tx), resource_id: resourceId }).max<{ max: number | null }[]>('turn as max').first();
  return (row?.max ?? 0) + 1;
}

export async function insertBooking(tx: Tx, booking: Booking): Promise<void> {
  await tx('bookings').insert({ tenant_id: tenantOf(tx), ...toRow(booking) });
  if (booking.signUp !== undefined) await tx('sign_ups').insert({ tenant_id: tenantOf(tx), booking_id: booking.id, ...signUpRow(booking.signUp) });
}

export async function saveBooking(tx: Tx, booking: Booking): Promise<void> {
  const { people, places, state, promoted_at, called_off_at, told_at, version } = toRow(booking);
  await tx('bookings').where({ tenant_id: tenantOf(tx), id: booking.id }).update({ people, places, state, promoted_at, called_off_at, told_at, version });
}

export async function saveSignUp(tx: Tx, { id, signUp }: Booking): Promise<void> {
  if (signUp !== undefined) await tx('sign_ups').where({ tenant_id: tenantOf(tx), booking_id: id }).update(signUpRow(signUp));
}

/** All that is confirmed or waiting there, cancelled by the office in one statement. Index: bookings_resource_idx. */
export async function callOffAll(tx: Tx, resourceId: string, now: Date): Promise<Booking[]> {
  const ended = await tx('bookings')
    .where({ tenant_id: tenantOf(tx), resource_id: resourceId })
    .whereIn('state', ['confirmed', 'waiting'])
    .update({ state: 'cancelled', places: '{}', called_off_at: now, version: tx.raw('version + 1') })
    .returning<{ id: string }[]>('id');
  const ids = ended.map(({ id }) => id);
  return (await bookingsIn(tx).whereIn('id', ids).orderBy('turn').select<BookingRow[]>()).map(toBooking);
}

export async function findBooking(tx: Tx, id: string): Promise<Booking | undefined> {
  const row = await bookingsIn(tx).where('id', id).first<BookingRow | undefined>();
  return row && toBooking(row);
}

export async function lockBooking(tx: Tx, id: string): Promise<Booking | undefined> {
  const row = await bookingsIn(tx).where('id', id).forUpdate().first<BookingRow | undefined>();
  return row && toBooking(row);
}

/** Takes out whose they were, how many of which age came and who consented; a hall's own record stays. Index: bookings_to_erase_idx. */
export async function eraseHolders(tx: Tx, { before, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from bookings
        where tenant_id = :tenant and ends_at < :before and holder_kind = 'resident' and not holder_erased order by ends_at limit :most for update skip locked),
     gone as (
       delete from sign_ups as sign_up using over where sign_up.tenant_id = :tenant and sign_up.booking_id = over.id)
     update bookings as booking set resident_id = '', holder_erased = true, version = version + 1
       from over where booking.tenant_id = :tenant and booking.id = over.id returning booking.id, booking.version, booking.unit_path as "unitPath"`,
    { tenant: tenantOf(tx), before, most },
  );
  return rows;
}

/** Bookings that are over and of which somebody is to be told still. Index: work_items_pkey. */
export async function findTellingsOver(tx: Tx, { now, most }: { readonly now: Date; readonly most: number }): Promise<string[]> {
  return tx('work_items as work')
    .join('bookings as booking', (on) => void on.on('booking.tenant_id', 'work.tenant_id').andOn('booking.id', 'work.subject_id'))
    .where({ 'work.tenant_id': tenantOf(tx), 'work.kind': 'organization.booking' })
    .where('booking.ends_at', '<=', now)
    .limit(most)
    .pluck<string[]>('booking.id');
}

interface Window {
  readonly resourceId: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** Who holds places at any time of the window. Index: bookings_place_twice_excl. */
export async function listHeld(tx: Tx, window: Window): Promise<Booking[]> {
  const rows = await within(tx, window).whereIn('state', ['confirmed', 'no_show']).select<BookingRow[]>();
  return rows.map(toBooking);
}

/** Who waits for any time of the window, in the order of asking; only for what begins later, if that is said. Index: bookings_waiting_idx. */
export async function lockWaiting(tx: Tx, { beginAfter, ...window }: Window & { readonly beginAfter: Date | undefined }): Promise<Booking[]> {
  const query = within(tx, window).where('state', 'waiting').orderBy('turn').forUpdate();
  if (beginAfter !== undefined) void query.where('starts_at', '>', beginAfter);
  const rows = await query.select<BookingRow[]>();
  return rows.map(toBooking);
}

export interface BookingPosition {
  readonly startsAt: Date;
  readonly id: string;
}

export interface BookingFilter {
  readonly resourceId: string | undefined;
  readonly residentId: string | undefined;
  readonly fromDay: LocalDate | undefined;
  readonly after: BookingPosition | undefined;
  readonly limit: number;
}

/** By the time they begin. Indexes: bookings_resource_idx, bookings_resident_idx. */
export async function listBookings(tx: Tx, { resourceId, residentId, fromDay, after, limit }: BookingFilter): Promise<Booking[]> {
  const query = bookingsIn(tx).orderBy(['starts_at', 'id']).limit(limit);
  if (resourceId !== undefined) void query.where('resource_id', resourceId);
  if (residentId !== undefined) void query.where('resident_id', residentId);
  if (fromDay !== undefined) void query.where('ends_at', '>', instantAt(fromDay, 0));
  if (after !== undefined) void query.whereRaw('(starts_at, id) > (?, cast(? as uuid))', [after.startsAt, after.id]);
  return (await query.select<BookingRow[]>()).map(toBooking);
}

function within(tx: Tx, { resourceId, startsAt, endsAt }: Window) {
  return bookingsIn(tx).where('resource_id', resourceId).whereRaw('tstzrange(starts_at, ends_at) && tstzrange(?, ?)', [startsAt, endsAt]);
}

function bookingsIn(tx: Tx) {
  const spans = tx.raw(`coalesce((select jsonb_agg(jsonb_build_array(lower(span), upper(span) - 1)) from unnest(places) as span), '[]') as spans`);
  const signUp = tx.raw(`(select to_jsonb(s) from sign_ups s where s.tenant_id = bookings.tenant_id and booking_id = bookings.id) as sign_up`);
  return tx('bookings').where('bookings.tenant_id', tenantOf(tx)).select([...columns, spans, signUp]);
}

function toRow(booking: Booking) {
  return {
    id: booking.id,
    resource_kind: booking.resourceKind,
    resource_id: booking.resourceId,
    unit_id: booking.unitId,
    unit_path: booking.unitPath,
    starts_at: booking.startsAt,
    ends_at: booking.endsAt,
    people: booking.people,
    places: `{${booking.places.map(([first, last]) => `[${first},${last + 1})`).join(',')}}`,
    holder_kind: booking.holderKind,
    resident_id: booking.residentId,
    holder_erased: booking.holderErased,
    organisation_name: booking.organisationName,
    state: booking.state,
    turn: booking.turn,
    booked_at: booking.bookedAt,
    promoted_at: booking.promotedAt ?? null,
    called_off_at: booking.calledOffAt ?? null,
    told_at: booking.toldAt ?? null,
    version: booking.version,
  };
}

function signUpRow({ adults, from14To17, under14, consent }: SignUp) {
  return {
    adults,
    from_14_to_17: from14To17,
    under_14: under14,
    consent_purpose: consent?.purpose ?? null,
    consent_given_at: consent?.givenAt ?? null,
    consent_withdrawn_at: consent?.withdrawnAt ?? null,
  };
}

function toSignUp(row: SignUpRow): SignUp {
  const { consent_purpose: purpose, consent_given_at: givenAt, consent_withdrawn_at: withdrawnAt } = row;
  const consent = purpose === null || givenAt === null ? undefined : { purpose, givenAt: new Date(givenAt), withdrawnAt: withdrawnAt === null ? undefined : new Date(withdrawnAt) };
  return { adults: row.adults, from14To17: row.from_14_to_17, under14: row.under_14, consent };
}

function toBooking(row: BookingRow): Booking {
  return {
    id: row.id,
    resourceKind: row.resource_kind,
    resourceId: row.resource_id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    people: row.people,
    places: row.spans,
    holderKind: row.holder_kind,
    residentId: row.resident_id,
    holderErased: row.holder_erased,
    organisationName: row.organisation_name,
    state: row.state,
    turn: row.turn,
    bookedAt: row.booked_at,
    promotedAt: row.promoted_at ?? undefined,
    calledOffAt: row.called_off_at ?? undefined,
    toldAt: row.told_at ?? undefined,
    signUp: row.sign_up === null ? undefined : toSignUp(row.sign_up),
    version: row.version,
  };
}
