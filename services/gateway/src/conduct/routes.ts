import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { publicRoute, type PublicRoute } from '../routing/public-route';
import { route, type ApiRoute } from '../routing/route';
import { code, given, link, nextPageToken, optionalDay, page, text } from '../wire/fields';

const rulesSchema = z
  .strictObject({
    id: z.string(),
    code: z.string(),
    titleZh: z.string(),
    rulesZh: z.array(z.string()),
    complaintUrl: z.string().optional().meta({ description: '纪检监察举报网页；举报不经过本平台' }),
    complaintHintZh: z.string().meta({ description: '如何举报' }),
    validFrom: z.string(),
    validTo: z.string().optional().meta({ description: '不含当日；缺省表示现行版本' }),
    version: z.int(),
  })
  .meta({ id: 'ConductRules' });

function rulesToJson({ complaintUrl, validTo, ...rest }: organization.ConductRules): z.input<typeof rulesSchema> {
  return { ...rest, complaintUrl: given(complaintUrl), validTo: given(validTo) };
}

const onCode = z.strictObject({ code });

export const conductRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/conduct-rules/{code}/versions',
    name: 'listConductVersions',
    summary: '行为规范的各个版本，最新的在前',
    tag: 'conduct',
    calls: 'organization.v1.ConductService/ListConductVersions',
    params: onCode,
    query: z.strictObject(page),
    response: z.strictObject({ versions: z.array(rulesSchema), nextPageToken }),
    handle: async ({ params, query }, { clients, options }) => {
      const found = await clients.conduct.listConductVersions({ code: params.code, ...query }, options);
      return { body: { versions: found.versions.map(rulesToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/conduct-rules/{code}:publish',
    name: 'publishConductRules',
    summary: '发布行为规范的新版本',
    tag: 'conduct',
    calls: 'organization.v1.ConductService/PublishConductRules',
    params: onCode,
    body: z.strictObject({
      replacesVersion: z.int().min(1).max(999_999_999).optional().meta({ description: '所替换的版本；首次发布时不填' }),
      titleZh: text(100),
      rulesZh: z.array(text(500)).min(1).max(50),
      complaintUrl: link,
      complaintHintZh: text(300),
      validFrom: optionalDay.meta({ description: '缺省为今天' }),
    }),
    response: rulesSchema,
    handle: async ({ params, body: { replacesVersion, ...rest } }, { clients, options }) => {
      const { rules } = await clients.conduct.publishConductRules({ code: params.code, version: replacesVersion ?? 0, ...rest }, options);
      if (rules === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { body: rulesToJson(rules), version: rules.version };
    },
  }),
];

export const publicConductRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/conduct-rules',
    name: 'getPublicConduct',
    summary: '公开的行为规范与举报途径',
    calls: 'organization.v1.ConductService/GetPublicConductRules',
    query: z.strictObject({ onDay: optionalDay.meta({ description: '缺省为今天' }), ...page }),
    response: z.strictObject({ rules: z.array(rulesSchema), nextPageToken }),
    handle: async ({ query: { onDay, ...asked } }, { clients, options }) => {
      const { rules, nextPageToken: next } = await clients.conduct.getPublicConductRules({ day: onDay, ...asked }, options);
      return { rules: rules.map(rulesToJson), nextPageToken: next };
    },
  }),
];
