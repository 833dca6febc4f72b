import type { UnitScopes } from '@linli/auth';
import { addDays, type LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { whereInScopes, whereInSubtree } from '../scope';
import type { PromisedTime } from './rules';
import type { Venue, VenueDay, VisitorCount, WeekdaySpan } from './venue';

export const venueConstraints: ConstraintReasons = {
  visitor_counts_day_key: { kind: 'already_exists', reason: 'VISITORS_COUNTED', message: 'the day is counted already' },
};

interface VenueRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly name_zh: string;
  readonly name_mn: string;
  readonly use: Venue['use'];
  readonly capacity: number;
  readonly hours: readonly WeekdaySpan[];
  readonly closed: boolean;
  readonly version: number;
  readonly days: readonly VenueDay[];
}

const columns = ['id', 'unit_id', 'unit_path', 'name_zh', 'name_mn', 'use', 'capacity', 'hours', 'closed', 'version'] as const;

export async function insertVenue(tx: Tx, venue: Venue): Promise<void> {
  await tx('venues').insert({ tenant_id: tenantOf(tx), id: venue.id, unit_id: venue.unitId, unit_path: venue.unitPath, use: venue.use, ...changing(venue) });
}

export async function saveVenue(tx: Tx, venue: Venue): Promise<void> {
  await tx('venues').where({ tenant_id: tenantOf(tx), id: venue.id }).update(changing(venue));
}

export async function saveDay(tx: Tx, venueId: string, { day, spans }: VenueDay): Promise<void> {
  await tx('venue_days')
    .insert({ tenant_id: tenantOf(tx), venue_id: venueId, day, spans: JSON.stringify(spans) })
    .onConflict(['tenant_id', 'venue_id', 'day'])
    .merge();
}

export async function deleteDay(tx: Tx, venueId: string, day: LocalDate): Promise<void> {
  await tx('venue_days').where({ tenant_id: tenantOf(tx), venue_id: venueId, day }).delete();
}

/** With the days set from the day before `today` on: what began yesterday may still run. */
export async function findVenue(tx: Tx, id: string, today: LocalDate): Promise<Venue | undefined> {
  const row = await venuesWithDays(tx, today).where('id', id).first<VenueRow | undefined>();
  return row && toVenue(row);
}

/** For whatever is decided by what else is booked there: one at a time. */
export async function lockVenue(tx: Tx, id: string, today: LocalDate): Promise<Venue | undefined> {
  const row = await venuesWithDays(tx, today).where('id', id).forUpdate().first<VenueRow | undefined>();
  return row && toVenue(row);
}

/** In the order of ids. Index: venues_unit_path_idx. */
export async function listVenues(
  tx: Tx,
  asked: { readonly scopes: UnitScopes; readonly under: string | undefined; readonly today: LocalDate; readonly after: VenuePosition | undefined; readonly limit: number },
): Promise<Venue[]> {
  const query = venuesWithDays(tx, asked.today).orderBy(['unit_path', 'id']).limit(asked.limit);
  whereInScopes(query, 'unit_path', asked.scopes);
  if (asked.under !== undefined) whereInSubtree(query, 'unit_path', asked.under);
  if (asked.after !== undefined) void query.whereRaw('(unit_path, id) > (?, cast(? as uuid))', [asked.after.unitPath, asked.after.id]);
  return (await query.select<VenueRow[]>()).map(toVenue);
}

export interface VenuePosition {
  readonly unitPath: string;
  readonly id: string;
}

/** The open venues of a community, in the order of ids. Index: venues_unit_path_idx. */
export async function listPublicVenues(
  tx: Tx,
  asked: { readonly unitPath: string; readonly today: LocalDate; readonly afterId: string | undefined; readonly limit: number },
): Promise<Venue[]> {
  const query = venuesWithDays(tx, asked.today).where({ unit_path: asked.unitPath, closed: false }).orderBy('id').limit(asked.limit);
  if (asked.afterId !== undefined) void query.where('id', '>', asked.afterId);
  return (await query.select<VenueRow[]>()).map(toVenue);
}

/** An open venue of an office that works. */
export async function findPublicVenue(tx: Tx, id: string, today: LocalDate): Promise<Venue | undefined> {
  const working = tx('tenants').where({ tenant_id: tenantOf(tx), suspended: false }).select(tx.raw('1'));
  const row = await venuesWithDays(tx, today).where({ id, closed: false }).whereExists(working).first<VenueRow | undefined>();
  return row && toVenue(row);
}

/** What is confirmed there and not over. Index: bookings_resource_idx. */
export async function listPromised(tx: Tx, venueId: string, now: Date): Promise<PromisedTime[]> {
  return tx('bookings')
    .where({ tenant_id: tenantOf(tx), resource_id: venueId, state: 'confirmed' })
    .where('ends_at', '>', now)
    .select<PromisedTime[]>('starts_at as startsAt', 'ends_at as endsAt', 'people', tx.raw('upper(places) - 1 as "lastPlace"'));
}

export async function lockVisitorCount(tx: Tx, venueId: string, day: LocalDate): Promise<VisitorCount | undefined> {
  return countsOf(tx, venueId).where({ day }).forUpdate().first<VisitorCount | undefined>();
}

export async function insertVisitorCount(tx: Tx, { id, venueId, day, visitors, version }: VisitorCount): Promise<void> {
  await tx('visitor_counts').insert({ tenant_id: tenantOf(tx), id, venue_id: venueId, day, visitors, version });
}

export async function saveVisitorCount(tx: Tx, { id, visitors, version }: VisitorCount): Promise<void> {
  await tx('visitor_counts').where({ tenant_id: tenantOf(tx), id }).update({ visitors, version });
}

/** The latest day first. Index: visitor_counts_day_key. */
export async function listVisitorCounts(
  tx: Tx,
  asked: { readonly venueId: string; readonly before: LocalDate | undefined; readonly limit: number },
): Promise<VisitorCount[]> {
  const query = countsOf(tx, asked.venueId).orderBy('day', 'desc').limit(asked.limit);
  if (asked.before !== undefined) void query.where('day', '<', asked.before);
  return query.select<VisitorCount[]>();
}

function countsOf(tx: Tx, venueId: string) {
  return tx('visitor_counts')
    .where({ tenant_id: tenantOf(tx), venue_id: venueId })
    .select({ id: 'id', venueId: 'venue_id', day: 'day', visitors: 'visitors', version: 'version' });
}

function venuesWithDays(tx: Tx, today: LocalDate) {
  const days = tx.raw(
    `coalesce((select jsonb_agg(jsonb_build_object('day', day, 'spans', spans) order by day) from venue_days
                where venue_days.tenant_id = venues.tenant_id and venue_id = venues.id and day >= ?), '[]') as days`,
    [addDays(today, -1)],
  );
  return tx('venues').where({ tenant_id: tenantOf(tx) }).select([...columns, days]);
}

function changing({ nameZh, nameMn, capacity, hours, closed, version }: Venue) {
  return { name_zh: nameZh, name_mn: nameMn, capacity, hours: JSON.stringify(hours), closed, version };
}

function toVenue(row: VenueRow): Venue {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    nameZh: row.name_zh,
    nameMn: row.name_mn,
    use: row.use,
    capacity: row.capacity,
    hours: row.hours,
    days: row.days,
    closed: row.closed,
    version: row.version,
  };
}
