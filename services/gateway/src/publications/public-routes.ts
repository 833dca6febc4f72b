import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { countSchema, results } from '../decisions/routes';
import { publicPage, publicRoute, type PublicRoute } from '../routing/public-route';
import { id, nextPageToken } from '../wire/fields';
import { kinds } from './routes';

const publicPublicationSchema = z
  .strictObject({
    id: z.string(),
    unitNameZh: z.string(),
    kind: kinds.schema.optional(),
    titleZh: z.string(),
    textZh: z.string(),
    fromDay: z.string(),
    toDay: z.string().meta({ description: '不含当日' }),
    objections: z.int().optional().meta({ description: '收到的异议数；不足五件的不显示' }),
    answered: z.int().optional().meta({ description: '已答复的异议数；不足五件的、可推算出不足五件的不显示' }),
    vote: z
      .strictObject({ titleZh: z.string(), result: results.schema.optional(), entitled: z.int().optional(), count: countSchema.optional().meta({ description: '参加表决不足五人的，只公布结果' }), quorumCitation: z.string().meta({ description: '表决所依据的法律' }) })
      .optional(),
  })
  .meta({ id: 'PublicPublication' });

function toJson({ kind, vote, ...rest }: organization.PublicPublication): z.input<typeof publicPublicationSchema> {
  return { ...rest, kind: kinds.fromWire(kind), ...(vote && { vote: { ...vote, result: results.fromWire(vote.result) } }) };
}

export const publicPublicationRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/publications',
    name: 'listPublicPublications',
    summary: '今天的公示；每页缺省 20 条，最多 100 条',
    calls: 'organization.v1.PublicationService/ListPublicPublications',
    query: z.strictObject(publicPage),
    response: z.strictObject({ publications: z.array(publicPublicationSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const { publications, nextPageToken: next } = await clients.publications.listPublicPublications(query, options);
      return { publications: publications.map(toJson), nextPageToken: next };
    },
  }),
  publicRoute({
    path: '/publications/{id}',
    name: 'getPublicPublication',
    summary: '一则公示',
    calls: 'organization.v1.PublicationService/GetPublicPublication',
    params: { id },
    response: publicPublicationSchema,
    handle: async ({ params }, { clients, options }) => {
      const { publication } = await clients.publications.getPublicPublication({ publicationId: params.id }, options);
      if (publication === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return toJson(publication);
    },
  }),
];
