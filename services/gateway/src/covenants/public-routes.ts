import { z } from 'zod';
import { publicRoute, type PublicRoute } from '../routing/public-route';

const publicCovenantSchema = z.strictObject({ unitNameZh: z.string(), number: z.int(), textZh: z.string(), effectiveFrom: z.string() }).meta({ id: 'PublicCovenant' });

export const publicCovenantRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/covenants',
    name: 'listPublicCovenants',
    summary: '各社区现行的居民公约',
    calls: 'organization.v1.CovenantService/ListPublicCovenants',
    response: z.strictObject({ covenants: z.array(publicCovenantSchema) }),
    handle: async (_input, { clients, options }) => ({ covenants: (await clients.covenants.listPublicCovenants({}, options)).covenants }),
  }),
];
