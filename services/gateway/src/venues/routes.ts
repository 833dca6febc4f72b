import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { count, day, given, id, nextPageToken, optionalId, optionalText, page, someOf, text } from '../wire/fields';
import { daySpans, hours, shownDays, shownHours, shownUse, uses } from './json';

const onVenue = z.strictObject({ id });
const capacity = z.int().min(1).max(5_000).meta({ description: '同时容纳的人数' });

const venueSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    unitPath: z.string(),
    nameZh: z.string(),
    nameMn: z.string().optional(),
    use: shownUse,
    capacity: z.int(),
    hours: shownHours,
    days: shownDays,
    closed: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'Venue' });

const visitorCountSchema = z.strictObject({ id: z.string(), venueId: z.string(), day: z.string(), visitors: z.int(), version: z.int() }).meta({ id: 'VisitorCount' });

type VenueJson = z.input<typeof venueSchema>;

function venueToJson({ nameMn, use, hours: weekly, ...rest }: organization.Venue): VenueJson {
  return { ...rest, nameMn: given(nameMn), use: uses.fromWire(use), hours: weekly?.spans ?? [] };
}

function answerVenue({ venue }: { venue: organization.Venue | undefined }): Answer<VenueJson> {
  if (venue === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: venueToJson(venue), version: venue.version, location: `/v1/venues/${venue.id}` };
}

const reads: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/venues',
    name: 'listVenues',
    summary: '场馆列表',
    tag: 'venues',
    calls: 'organization.v1.VenueService/ListVenues',
    query: z.strictObject({ underUnitId: optionalId.meta({ description: '该单位及以下' }), ...page }),
    response: z.strictObject({ venues: z.array(venueSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.venues.listVenues(query, options);
      return { body: { venues: found.venues.map(venueToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/venues/{id}',
    name: 'getVenue',
    summary: '一处场馆',
    tag: 'venues',
    calls: 'organization.v1.VenueService/GetVenue',
    params: onVenue,
    response: venueSchema,
    handle: async ({ params }, { clients, options }) => answerVenue(await clients.venues.getVenue({ venueId: params.id }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/venues/{id}/visitors',
    name: 'listVisitorCounts',
    summary: '每日参观人数，最近的在前；只有人数，不记名',
    tag: 'venues',
    calls: 'organization.v1.VenueService/ListVisitorCounts',
    params: onVenue,
    query: z.strictObject(page),
    response: z.strictObject({ counts: z.array(visitorCountSchema), nextPageToken }),
    handle: async ({ params, query }, { clients, options }) => ({ body: await clients.venues.listVisitorCounts({ venueId: params.id, ...query }, options) }),
  }),
];

const changes: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/venues',
    name: 'createVenue',
    summary: '登记社区场馆',
    tag: 'venues',
    calls: 'organization.v1.VenueService/CreateVenue',
    creates: true,
    body: z.strictObject({ unitId: id.meta({ description: '所属社区' }), nameZh: text(100), nameMn: optionalText(200), use: uses.schema, capacity, hours }),
    response: venueSchema,
    handle: async ({ body: { use, hours: spans, ...rest }, requestId }, { clients, options }) =>
      answerVenue(await clients.venues.createVenue({ ...rest, use: uses.toWire(use), hours: { spans }, requestId }, options)),
  }),
  route({
    method: 'patch',
    path: '/v1/venues/{id}',
    name: 'updateVenue',
    summary: '修改场馆；已确认的预约须仍能兑现',
    tag: 'venues',
    calls: 'organization.v1.VenueService/UpdateVenue',
    changes: true,
    params: onVenue,
    body: someOf({ nameZh: text(100).optional(), nameMn: z.union([text(200), z.literal('')]).optional(), capacity: capacity.optional(), hours: hours.optional() }),
    response: venueSchema,
    handle: async ({ params, body: { hours: spans, ...rest }, version }, { clients, options }) =>
      answerVenue(await clients.venues.updateVenue({ venueId: params.id, version, ...rest, ...(spans === undefined ? {} : { hours: { spans } }) }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/venues/{id}:setDay',
    name: 'setVenueDay',
    summary: '另行安排某日的开放时间；没有时段即当日不开放',
    tag: 'venues',
    calls: 'organization.v1.VenueService/SetVenueDay',
    changes: true,
    params: onVenue,
    body: z.strictObject({ day, spans: daySpans }),
    response: venueSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerVenue(await clients.venues.setVenueDay({ venueId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/venues/{id}:clearDay',
    name: 'clearVenueDay',
    summary: '取消某日的另行安排',
    tag: 'venues',
    calls: 'organization.v1.VenueService/ClearVenueDay',
    changes: true,
    params: onVenue,
    body: z.strictObject({ day }),
    response: venueSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerVenue(await clients.venues.clearVenueDay({ venueId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/venues/{id}:close',
    name: 'closeVenue',
    summary: '停用场馆（须没有未到期的预约）',
    tag: 'venues',
    calls: 'organization.v1.VenueService/CloseVenue',
    changes: true,
    params: onVenue,
    body: z.strictObject({}),
    response: venueSchema,
    handle: async ({ params, version }, { clients, options }) => answerVenue(await clients.venues.closeVenue({ venueId: params.id, version }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/venues/{id}/visitors',
    name: 'recordVisitors',
    summary: '登记某日参观人数；更正时写明所更正的版本',
    tag: 'venues',
    calls: 'organization.v1.VenueService/RecordVisitors',
    params: onVenue,
    body: z.strictObject({ day, visitors: count(1_000_000), correctsVersion: z.int().min(1).max(999_999_999).optional() }),
    response: visitorCountSchema,
    handle: async ({ params, body: { correctsVersion, ...rest } }, { clients, options }) => {
      const { count } = await clients.venues.recordVisitors({ venueId: params.id, ...rest, version: correctsVersion ?? 0 }, options);
      if (count === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { body: count, version: count.version };
    },
  }),
];

export const venueRoutes: readonly ApiRoute[] = [...reads, ...changes];
