import { z } from 'zod';
import { publicRoute, type PublicRoute } from '../routing/public-route';
import { code, given, nextPageToken, page } from '../wire/fields';
import { branchKinds } from './routes';

export const publicCoverageRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/communities/{code}/branches',
    name: 'listPublicBranches',
    summary: '社区内网格党支部、楼栋党小组的联系方式',
    calls: 'organization.v1.CoverageService/ListPublicBranches',
    params: { code },
    query: z.strictObject(page),
    response: z.strictObject({
      branches: z.array(
        z
          .strictObject({ kind: branchKinds.schema.optional(), unitCode: z.string(), unitNameZh: z.string(), nameZh: z.string(), contactPhone: z.string().optional() })
          .meta({ id: 'PublicBranch' }),
      ),
      nextPageToken,
    }),
    handle: async ({ params, query }, { clients, options }) => {
      const { branches, nextPageToken: next } = await clients.coverage.listPublicBranches({ code: params.code, ...query }, options);
      return { branches: branches.map(({ kind, contactPhone, ...rest }) => ({ ...rest, kind: branchKinds.fromWire(kind), contactPhone: given(contactPhone) })), nextPageToken: next };
    },
  }),
];
