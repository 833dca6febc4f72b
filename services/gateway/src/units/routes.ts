import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { code, given, id, nextPageToken, optionalDay, optionalId, optionalText, page, text } from '../wire/fields';
import { words } from '../wire/words';

export const kinds = words('UNIT_KIND', organization.UnitKind, ['subdistrict', 'community', 'grid', 'building', 'household_cluster', 'department']);
const onUnit = z.strictObject({ id });

export const unitSchema = z
  .strictObject({
    id: z.string(),
    kind: kinds.schema.optional(),
    parentId: z.string().optional(),
    path: z.string().meta({ description: '从街道到本单位的编号，前缀即上级' }),
    code: z.string(),
    nameZh: z.string(),
    nameMn: z.string().optional(),
    validFrom: z.string(),
    validTo: z.string().optional().meta({ description: '不含当日；缺省表示没有终止日期' }),
    continuesId: z.string().optional().meta({ description: '迁移前的同一单位' }),
    successorId: z.string().optional().meta({ description: '撤销后事务的去向' }),
    version: z.int().meta({ description: '0 表示尚在计划中' }),
  })
  .meta({ id: 'Unit' });

type UnitJson = z.input<typeof unitSchema>;

export function unitToJson(unit: organization.Unit): UnitJson {
  const { kind, parentId, nameMn, validTo, continuesId, successorId, ...rest } = unit;
  return {
    ...rest,
    kind: kinds.fromWire(kind),
    parentId: given(parentId),
    nameMn: given(nameMn),
    validTo: given(validTo),
    continuesId: given(continuesId),
    successorId: given(successorId),
  };
}

function answerUnit({ unit }: { unit: organization.Unit | undefined }): Answer<UnitJson> {
  if (unit === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: unitToJson(unit), version: unit.version, location: `/v1/units/${unit.id}` };
}

const names = { nameZh: text(100), nameMn: optionalText(200) };

export const unitRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/units',
    name: 'listUnits',
    summary: '单位（社区、网格、楼栋、联户、科室）列表',
    tag: 'units',
    calls: 'organization.v1.UnitService/ListUnits',
    query: z.strictObject({
      underUnitId: optionalId.meta({ description: '该单位及以下' }),
      kind: kinds.schema.optional(),
      asOf: optionalDay.meta({ description: '列出该日有效的单位，名称为当日名称；将来的日期按已计划的调整；缺省为今天' }),
      ...page,
    }),
    response: z.strictObject({ units: z.array(unitSchema), nextPageToken }),
    handle: async ({ query: { kind, ...rest } }, { clients, options }) => {
      const found = await clients.units.listUnits({ ...rest, kind: kinds.toWireOrNone(kind) }, options);
      return { body: { units: found.units.map(unitToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/units',
    name: 'createUnit',
    summary: '新建单位',
    tag: 'units',
    calls: 'organization.v1.UnitService/CreateUnit',
    creates: true,
    body: z.strictObject({ parentId: id, kind: kinds.schema, code, ...names, validFrom: optionalDay.meta({ description: '缺省为今天' }) }),
    response: unitSchema,
    handle: async ({ body: { kind, ...rest }, requestId }, { clients, options }) =>
      answerUnit(await clients.units.createUnit({ ...rest, kind: kinds.toWire(kind), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/units/{id}',
    name: 'getUnit',
    summary: '一个单位',
    tag: 'units',
    calls: 'organization.v1.UnitService/GetUnit',
    params: onUnit,
    query: z.strictObject({ asOf: optionalDay.meta({ description: '当日的名称；缺省为今天' }) }),
    response: unitSchema,
    handle: async ({ params, query }, { clients, options }) => answerUnit(await clients.units.getUnit({ unitId: params.id, asOf: query.asOf }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/units:count',
    name: 'countUnits',
    summary: '各类单位的数目，可按日期',
    tag: 'units',
    calls: 'organization.v1.UnitService/CountUnits',
    query: z.strictObject({ underUnitId: optionalId.meta({ description: '该单位及以下' }), asOf: optionalDay.meta({ description: '缺省为今天' }) }),
    response: z.strictObject({ asOf: z.string(), counts: z.array(z.strictObject({ kind: kinds.schema.optional(), count: z.int() })) }),
    handle: async ({ query }, { clients, options }) => {
      const { asOf, counts } = await clients.units.countUnits(query, options);
      return { body: { asOf, counts: counts.map(({ kind, count }) => ({ kind: kinds.fromWire(kind), count })) } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/units/{id}/path',
    name: 'getUnitPath',
    summary: '某日从街道到本单位的各级单位；迁移过的单位按当日所在',
    tag: 'units',
    calls: 'organization.v1.UnitService/GetUnitPath',
    params: onUnit,
    query: z.strictObject({ asOf: optionalDay.meta({ description: '缺省为今天' }) }),
    response: z.strictObject({ units: z.array(unitSchema) }),
    handle: async ({ params, query }, { clients, options }) => {
      const { units } = await clients.units.getUnitPath({ unitId: params.id, asOf: query.asOf }, options);
      return { body: { units: units.map(unitToJson) } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/units/{id}:rename',
    name: 'renameUnit',
    summary: '更名',
    tag: 'units',
    calls: 'organization.v1.UnitService/RenameUnit',
    changes: true,
    params: onUnit,
    body: z.strictObject(names),
    response: unitSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerUnit(await clients.units.renameUnit({ unitId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/units/{id}:close',
    name: 'closeUnit',
    summary: '撤销单位（须无下级），事务归承接单位',
    tag: 'units',
    calls: 'organization.v1.UnitService/CloseUnit',
    changes: true,
    params: onUnit,
    body: z.strictObject({
      validTo: optionalDay.meta({ description: '自该日起无效；缺省为今天' }),
      successorId: optionalId.meta({ description: '承接事务和岗位的单位；缺省为上级单位，此时须无岗位' }),
    }),
    response: unitSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerUnit(await clients.units.closeUnit({ unitId: params.id, version, ...body }, options)),
  }),
];
