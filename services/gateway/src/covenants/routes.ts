import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { day, given, id, nextPageToken, optionalDay, optionalId, page, text, time, timeOf } from '../wire/fields';

const covenantSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    number: z.int().meta({ description: '第几版' }),
    decisionId: z.string(),
    textZh: z.string().meta({ description: '列表中没有' }),
    effectiveFrom: z.string(),
    filingDueAt: time.optional(),
    overdue: z.boolean(),
    filedOn: z.string().optional().meta({ description: '向街道备案的日期' }),
    threadId: z.string(),
    createdAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'Covenant' });

type CovenantJson = z.input<typeof covenantSchema>;

function toJson({ unitPath: _inside, filingDueAt, filedOn, createdAt, ...rest }: organization.Covenant): CovenantJson {
  return { ...rest, filingDueAt: timeOf(filingDueAt), filedOn: given(filedOn), createdAt: timeOf(createdAt) };
}

function answer({ covenant }: { covenant: organization.Covenant | undefined }): Answer<CovenantJson> {
  if (covenant === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: toJson(covenant), version: covenant.version, location: `/v1/covenants/${covenant.id}` };
}

const about = { tag: 'decisions', response: covenantSchema } as const;
const onCovenant = z.strictObject({ id });

export const covenantRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/covenants',
    name: 'listCovenants',
    summary: '居民公约的各版',
    tag: 'decisions',
    calls: 'organization.v1.CovenantService/ListCovenants',
    query: z.strictObject({ unitId: optionalId, asOf: optionalDay.meta({ description: '各单位该日有效的一份；缺省为全部' }), ...page }),
    response: z.strictObject({ covenants: z.array(covenantSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.covenants.listCovenants(query, options);
      return { body: { covenants: found.covenants.map(toJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    ...about,
    method: 'post',
    path: '/v1/covenants',
    name: 'adoptCovenant',
    summary: '居民公约经决议通过',
    calls: 'organization.v1.CovenantService/AdoptCovenant',
    creates: true,
    body: z.strictObject({ unitId: id, decisionId: id, textZh: text(10_000), effectiveFrom: day }),
    handle: async ({ body, requestId }, { clients, options }) => answer(await clients.covenants.adoptCovenant({ ...body, requestId }, options)),
  }),
  route({
    ...about,
    method: 'get',
    path: '/v1/covenants/{id}',
    name: 'getCovenant',
    summary: '一版居民公约',
    calls: 'organization.v1.CovenantService/GetCovenant',
    params: onCovenant,
    handle: async ({ params }, { clients, options }) => answer(await clients.covenants.getCovenant({ covenantId: params.id }, options)),
  }),
  route({
    ...about,
    method: 'post',
    path: '/v1/covenants/{id}:file',
    name: 'fileCovenant',
    summary: '报街道备案',
    calls: 'organization.v1.CovenantService/FileCovenant',
    changes: true,
    params: onCovenant,
    body: z.strictObject({ filedOn: optionalDay.meta({ description: '缺省为今天' }) }),
    handle: async ({ params, body, version }, { clients, options }) => answer(await clients.covenants.fileCovenant({ covenantId: params.id, version, ...body }, options)),
  }),
];
