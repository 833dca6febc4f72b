import { internal } from '@linli/errors';
import { z } from 'zod';
import { geometryFromText, geometrySchema } from '../grids/routes';
import { publicRoute, type PublicRoute } from '../routing/public-route';
import { code, given } from '../wire/fields';

const publicGridSchema = z
  .strictObject({
    code: z.string(),
    nameZh: z.string(),
    nameMn: z.string().optional(),
    communityNameZh: z.string(),
    workers: z
      .array(z.strictObject({ name: z.string(), titleZh: z.string(), workPhone: z.string().optional(), standsIn: z.boolean().meta({ description: '网格员不在岗时的替岗人' }) }))
      .meta({ description: '网格员，依法公示' }),
    supervisionPhone: z.string().optional().meta({ description: '监督电话' }),
    areaM2: z.int().optional().meta({ description: '面积，平方米' }),
    boundary: geometrySchema.optional(),
  })
  .meta({ id: 'PublicGrid' });

export const publicUnitRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/grids/{code}',
    name: 'getPublicGrid',
    summary: '网格公示：名称、网格员与联系方式',
    calls: 'organization.v1.UnitService/GetPublicGrid',
    params: { code },
    response: publicGridSchema,
    handle: async ({ params }, { clients, options }) => {
      const { grid } = await clients.units.getPublicGrid({ code: params.code }, options);
      if (grid === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      const { nameMn, workers, supervisionPhone, areaM2, boundaryJson, ...rest } = grid;
      return {
        ...rest,
        nameMn: given(nameMn),
        workers: workers.map(({ workPhone, ...worker }) => ({ ...worker, workPhone: given(workPhone) })),
        supervisionPhone: given(supervisionPhone),
        ...(boundaryJson === '' ? {} : { areaM2, boundary: geometryFromText(boundaryJson) }),
      };
    },
  }),
];
