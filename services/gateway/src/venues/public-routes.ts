import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { publicRoute, type PublicRoute } from '../routing/public-route';
import { code, given, id, nextPageToken, optionalDay, page } from '../wire/fields';
import { shownDays, shownHours, shownUse, uses } from './json';

const publicVenueSchema = z
  .strictObject({ id: z.string(), nameZh: z.string(), nameMn: z.string().optional(), use: shownUse, capacity: z.int(), hours: shownHours, days: shownDays })
  .meta({ id: 'PublicVenue' });

function publicVenueToJson({ nameMn, use, hours, ...rest }: organization.PublicVenue): z.input<typeof publicVenueSchema> {
  return { ...rest, nameMn: given(nameMn), use: uses.fromWire(use), hours: hours?.spans ?? [] };
}

export const publicVenueRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/communities/{code}/venues',
    name: 'getPublicVenues',
    summary: '社区场馆与开放时间',
    calls: 'organization.v1.VenueService/GetPublicVenues',
    params: { code },
    query: z.strictObject(page),
    response: z.strictObject({ venues: z.array(publicVenueSchema), nextPageToken }),
    handle: async ({ params, query }, { clients, options }) => {
      const { venues, nextPageToken: next } = await clients.venues.getPublicVenues({ unitCode: params.code, ...query }, options);
      return { venues: venues.map(publicVenueToJson), nextPageToken: next };
    },
  }),
  publicRoute({
    path: '/venues/{id}',
    name: 'getPublicVenueDay',
    summary: '一处场馆某日的开放时段与余量；不显示由谁预约',
    calls: 'organization.v1.VenueService/GetPublicVenueDay',
    params: { id },
    query: z.strictObject({ onDay: optionalDay.meta({ description: '缺省为今天' }) }),
    response: z.strictObject({
      venue: publicVenueSchema,
      day: z.string(),
      spans: z.array(z.strictObject({ fromMinute: z.int(), untilMinute: z.int(), free: z.int().meta({ description: '余量；整体使用的场馆为 1 或 0' }) })),
    }),
    handle: async ({ params, query }, { clients, options }) => {
      const { venue, day, spans } = await clients.venues.getPublicVenueDay({ venueId: params.id, day: query.onDay }, options);
      if (venue === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { venue: publicVenueToJson(venue), day, spans };
    },
  }),
];
