import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type ApiRoute } from '../routing/route';
import { unitSchema, unitToJson } from '../units/routes';
import { given, id, optionalDay, workPhone } from '../wire/fields';

const onUnit = z.strictObject({ id });
const position = z.tuple([z.number(), z.number()]);
const ring = z.array(position);

/** RFC 7946; the service looks at whether it encloses an area. */
export const geometrySchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('Polygon'), coordinates: z.array(ring) }),
    z.strictObject({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(ring)) }),
  ])
  .meta({ id: 'Geometry', description: 'GeoJSON（RFC 7946），WGS 84 经纬度' });

const boundarySchema = z
  .strictObject({
    unitId: z.string(),
    validFrom: z.string().meta({ description: '自该日起，至下一次划定为止' }),
    geometry: geometrySchema,
    areaM2: z.int().meta({ description: '面积，平方米' }),
  })
  .meta({ id: 'Boundary' });

const factsSchema = z.strictObject({ unitId: z.string(), supervisionPhone: z.string().optional(), householdCount: z.int(), version: z.int() }).meta({ id: 'GridFacts' });

type BoundaryJson = z.input<typeof boundarySchema>;

/** @throws internal ANSWER_EMPTY. */
function boundaryToJson(boundary: { unitId: string; validFrom: string; geometryJson: string; areaM2: number } | undefined): BoundaryJson {
  if (boundary === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  const { geometryJson, ...rest } = boundary;
  return { ...rest, geometry: geometryFromText(geometryJson) };
}

/** As the service keeps it. */
export function geometryFromText(text: string): z.output<typeof geometrySchema> {
  return geometrySchema.parse(JSON.parse(text));
}

export const gridRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/units/{id}/boundary',
    name: 'getBoundary',
    summary: '社区或网格的四至范围，可按日期',
    tag: 'units',
    calls: 'organization.v1.GridService/GetBoundary',
    params: onUnit,
    query: z.strictObject({ asOf: optionalDay.meta({ description: '缺省为今天' }) }),
    response: boundarySchema,
    handle: async ({ params, query }, { clients, options }) => ({ body: boundaryToJson((await clients.grids.getBoundary({ unitId: params.id, asOf: query.asOf }, options)).boundary) }),
  }),
  route({
    method: 'post',
    path: '/v1/units/{id}:setBoundary',
    name: 'setBoundary',
    summary: '划定社区或网格的范围',
    tag: 'units',
    calls: 'organization.v1.GridService/SetBoundary',
    changes: true,
    params: onUnit,
    body: z.strictObject({ geometry: geometrySchema, validFrom: optionalDay.meta({ description: '缺省为今天' }) }),
    response: z.strictObject({ boundary: boundarySchema, warnings: z.array(z.string()).meta({ description: 'outside_community：超出所属社区的范围；grid_outside：有网格超出社区的范围' }) }),
    handle: async ({ params, body, version }, { clients, options }) => {
      const request = { unitId: params.id, version, geometryJson: JSON.stringify(body.geometry), validFrom: body.validFrom };
      const { boundary, version: next, warnings } = await clients.grids.setBoundary(request, options);
      return { body: { boundary: boundaryToJson(boundary), warnings }, version: next };
    },
  }),
  route({
    method: 'get',
    path: '/v1/units/{id}/facts',
    name: 'getGridFacts',
    summary: '网格的监督电话与户数',
    tag: 'units',
    calls: 'organization.v1.GridService/GetGridFacts',
    params: onUnit,
    response: factsSchema,
    handle: async ({ params }, { clients, options }) => answerFacts(await clients.grids.getGridFacts({ unitId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/units/{id}:setFacts',
    name: 'setGridFacts',
    summary: '登记网格的监督电话与户数',
    tag: 'units',
    calls: 'organization.v1.GridService/SetGridFacts',
    changes: true,
    params: onUnit,
    body: z.strictObject({ supervisionPhone: workPhone, householdCount: z.int().min(0).max(1_000_000) }),
    response: factsSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerFacts(await clients.grids.setGridFacts({ unitId: params.id, version, ...body }, options)),
  }),
  route({
    // A place may be where somebody lives: it stands in no address, which is logged.
    method: 'post',
    path: '/v1/units:locate',
    name: 'findGridAt',
    summary: '某个位置所在的网格',
    tag: 'units',
    calls: 'organization.v1.GridService/FindGridAt',
    body: z.strictObject({ longitude: z.number().min(-180).max(180), latitude: z.number().min(-90).max(90), asOf: optionalDay.meta({ description: '缺省为今天' }) }),
    response: unitSchema,
    handle: async ({ body }, { clients, options }) => {
      const { grid } = await clients.grids.findGridAt(body, options);
      if (grid === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { body: unitToJson(grid), version: grid.version };
    },
  }),
];

function answerFacts({ facts }: { facts: { unitId: string; supervisionPhone: string; householdCount: number; version: number } | undefined }) {
  if (facts === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: { ...facts, supervisionPhone: given(facts.supervisionPhone) }, version: facts.version };
}
