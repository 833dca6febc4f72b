import { z } from 'zod';
import { publicPage, publicRoute, type PublicRoute } from '../routing/public-route';
import { nextPageToken } from '../wire/fields';

const publicCovenantSchema = z.strictObject({ unitNameZh: z.string(), number: z.int(), textZh: z.string(), effectiveFrom: z.string() }).meta({ id: 'PublicCovenant' });

export const publicCovenantRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/covenants',
    name: 'listPublicCovenants',
    summary: '各社区现行的居民公约；每页缺省 20 条，最多 100 条',
    calls: 'organization.v1.CovenantService/ListPublicCovenants',
    query: z.strictObject(publicPage),
    response: z.strictObject({ covenants: z.array(publicCovenantSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.covenants.listPublicCovenants(query, options);
      return { covenants: found.covenants, nextPageToken: found.nextPageToken };
    },
  }),
];
