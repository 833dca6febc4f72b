import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { addDays } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { findFreeSpans } from '../bookings/free-spans';
import { readDay, requireDay, today } from '../days';
import type { Deps } from '../deps';
import { codeRule } from '../fields';
import { getOpenCommunity } from '../units/get-public-path';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import { changeVenueDay, closeVenue, updateVenue } from './change-venue';
import { createVenue } from './create-venue';
import { getVenue } from './get-venue';
import { recordVisitors } from './record-visitors';
import { venueNotFound } from './rules';
import { findPublicVenue, listPublicVenues, listVenues, listVisitorCounts } from './store';
import { publicVenueToWire, readDaySpans, readHours, useOnWire, venueToWire } from './wire';

const read = 'organization.venue.read';
const mostPeople = 5_000;
const mostVisitors = 1_000_000;
/** A day beyond it has no bookings yet, for nobody may book so far ahead. */
const mostDaysShown = 366;

export function venueService(deps: Deps): organization.VenueServiceImplementation<RpcContext> {
  return {
    async createVenue(request, { caller }) {
      const venue = await createVenue(deps, caller, {
        request: requestKey(caller, organization.CreateVenueRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        nameZh: requireText(request.nameZh, 'name_zh', { max: 100 }),
        nameMn: requireText(request.nameMn, 'name_mn', { max: 200, optional: true }),
        use: useOnWire.fromWire(request.use, 'use'),
        capacity: readCapacity(request.capacity),
        hours: readHours(request.hours),
      });
      return { venue: venueToWire(venue) };
    },
    async updateVenue(request, { caller }) {
      const { nameZh, nameMn, capacity, hours } = request;
      const changed = {
        ...(nameZh === undefined ? {} : { nameZh: requireText(nameZh, 'name_zh', { max: 100 }) }),
        ...(nameMn === undefined ? {} : { nameMn: requireText(nameMn, 'name_mn', { max: 200, optional: true }) }),
        ...(capacity === undefined ? {} : { capacity: readCapacity(capacity) }),
        ...(hours === undefined ? {} : { hours: readHours(hours) }),
      };
      return { venue: venueToWire(await updateVenue(deps, caller, { ...refOf(request), changed })) };
    },
    async setVenueDay(request, { caller }) {
      const spans = readDaySpans(request.spans, 'spans');
      return { venue: venueToWire(await changeVenueDay(deps, caller, { ...refOf(request), day: requireDay(request.day, 'day'), spans })) };
    },
    async clearVenueDay(request, { caller }) {
      return { venue: venueToWire(await changeVenueDay(deps, caller, { ...refOf(request), day: requireDay(request.day, 'day'), spans: undefined })) };
    },
    async closeVenue(request, { caller }) {
      return { venue: venueToWire(await closeVenue(deps, caller, refOf(request))) };
    },
    async getVenue(request, { caller }) {
      const id = readUuid(request.venueId, 'venue_id');
      const venue = await deps.db.withTenant(caller, (tx) => getVenue(tx, id, today(deps)));
      if (!coversUnit(caller, read, venue.unitPath)) throw venueNotFound();
      return { venue: venueToWire(venue) };
    },
    listVenues: (request, { caller }) => listPage(deps, caller, request),
    async recordVisitors(request, { caller }) {
      const { visitors, version } = request;
      if (visitors < 0 || visitors > mostVisitors) throw violation('visitors', 'out_of_range');
      return { count: await recordVisitors(deps, caller, { venueId: readUuid(request.venueId, 'venue_id'), day: requireDay(request.day, 'day'), visitors, version }) };
    },
    listVisitorCounts: (request, { caller }) => listCounts(deps, caller, request),
    async getPublicVenues(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const unitCode = requireText(request.unitCode, 'unit_code', codeRule);
      const context = { list: 'public_venues', tenant: caller.tenantId, caller: caller.subject, unitCode };
      const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const day = today(deps);
      const found = await deps.db.withTenant(caller, async (tx) => listPublicVenues(tx, { unitPath: (await getOpenCommunity(tx, unitCode, day)).path, today: day, afterId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { venues: shown.map(publicVenueToWire), nextPageToken };
    },
    async getPublicVenueDay(request, { caller }) {
      const id = readUuid(request.venueId, 'venue_id');
      const day = readDay(request.day, 'day', today(deps));
      if (day < today(deps)) throw violation('day', 'in_past');
      if (day > addDays(today(deps), mostDaysShown)) throw violation('day', 'out_of_range');
      return deps.db.withTenant(caller, async (tx) => {
        const venue = await findPublicVenue(tx, id, today(deps));
        if (venue === undefined) throw venueNotFound();
        return { venue: publicVenueToWire(venue), day, spans: await findFreeSpans(tx, venue, day) };
      });
    },
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListVenuesRequest): Promise<organization.ListVenuesResponse> {
  const limit = compactLimit(request.pageSize);
  const underId = request.underUnitId === '' ? undefined : readUuid(request.underUnitId, 'under_unit_id');
  const context = { list: 'venues', tenant: caller.tenantId, caller: caller.subject, under: underId };
  const [unitPath, id] = deps.pages.read(request.pageToken, context) ?? [];
  const after = unitPath == null ? undefined : { unitPath: String(unitPath), id: String(id) };
  const found = await deps.db.withTenant(caller, async (tx) => {
    const under = underId === undefined ? undefined : await getUnitPath(tx, underId);
    if (under !== undefined && !coversUnit(caller, read, under)) throw unitNotFound();
    return listVenues(tx, { scopes: unitScopes(caller, read), under, today: today(deps), after, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.unitPath, last.id] });
  return { venues: shown.map(venueToWire), nextPageToken };
}

async function listCounts(deps: Deps, caller: Caller, request: organization.ListVisitorCountsRequest): Promise<organization.ListVisitorCountsResponse> {
  const limit = compactLimit(request.pageSize);
  const venueId = readUuid(request.venueId, 'venue_id');
  const context = { list: 'visitors', tenant: caller.tenantId, caller: caller.subject, venueId };
  const before = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, async (tx) => {
    const venue = await getVenue(tx, venueId, today(deps));
    if (!coversUnit(caller, read, venue.unitPath)) throw venueNotFound();
    return listVisitorCounts(tx, { venueId, before, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ day }) => [day] });
  return { counts: shown, nextPageToken };
}

function readCapacity(capacity: number): number {
  if (capacity < 1 || capacity > mostPeople) throw violation('capacity', 'out_of_range');
  return capacity;
}

function refOf(request: { readonly venueId: string; readonly version: number }): { venueId: string; version: number } {
  return { venueId: readUuid(request.venueId, 'venue_id'), version: request.version };
}
