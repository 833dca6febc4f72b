import { internal } from '@linli/errors';
import { z } from 'zod';
import { publicRoute, type PublicRoute } from '../routing/public-route';
import { route, type ApiRoute } from '../routing/route';
import { code, id, link, nextPageToken, optionalDay, optionalText, page, text } from '../wire/fields';
import { brandSchema, brandToJson } from './json';

const onUnit = z.strictObject({ id });

export const brandRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/communities/{id}/brand-versions',
    name: 'listBrandVersions',
    summary: '社区品牌（一居一品）的各个版本，最新的在前',
    tag: 'brands',
    calls: 'organization.v1.BrandService/ListBrandVersions',
    params: onUnit,
    query: z.strictObject(page),
    response: z.strictObject({ brands: z.array(brandSchema), nextPageToken }),
    handle: async ({ params, query }, { clients, options }) => {
      const found = await clients.brands.listBrandVersions({ unitId: params.id, ...query }, options);
      return { body: { brands: found.brands.map(brandToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/communities/{id}:publishBrand',
    name: 'publishBrand',
    summary: '发布社区品牌的新版本',
    tag: 'brands',
    calls: 'organization.v1.BrandService/PublishBrand',
    params: onUnit,
    body: z.strictObject({
      replacesVersion: z.int().min(1).max(999_999_999).optional().meta({ description: '所替换的版本；首次发布时不填' }),
      themeZh: text(100),
      themeMn: optionalText(200),
      projects: z.array(z.strictObject({ nameZh: text(100), nameMn: optionalText(200), summaryZh: optionalText(500) })).max(20).default([]),
      evidence: z.array(z.strictObject({ textZh: text(300), url: link })).max(20).default([]),
      validFrom: optionalDay.meta({ description: '缺省为今天' }),
    }),
    response: brandSchema,
    handle: async ({ params, body: { replacesVersion, ...rest } }, { clients, options }) => {
      const { brand } = await clients.brands.publishBrand({ unitId: params.id, version: replacesVersion ?? 0, ...rest }, options);
      if (brand === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { body: brandToJson(brand), version: brand.version };
    },
  }),
];

export const publicBrandRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/communities/{code}/brand',
    name: 'getPublicBrand',
    summary: '社区品牌（一居一品）',
    calls: 'organization.v1.BrandService/GetPublicBrand',
    params: { code },
    query: z.strictObject({ onDay: optionalDay.meta({ description: '缺省为今天' }) }),
    response: brandSchema,
    handle: async ({ params, query }, { clients, options }) => {
      const { brand } = await clients.brands.getPublicBrand({ unitCode: params.code, day: query.onDay }, options);
      if (brand === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return brandToJson(brand);
    },
  }),
];
