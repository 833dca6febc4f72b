import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { code, given, id, nextPageToken, optionalDay, optionalId, optionalText, page, text } from '../wire/fields';
import { words } from '../wire/words';

export const kinds = words('UNIT_KIND', organization.UnitKind, ['subdistrict', 'community', 'grid', 'building', 'department']);
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
    validTo: z.string().optional().meta({ description: '不含当日；缺省表示仍有效' }),
    version: z.int(),
  })
  .meta({ id: 'Unit' });

type UnitJson = z.input<typeof unitSchema>;

function unitToJson(unit: organization.Unit): UnitJson {
  const { kind, parentId, nameMn, validTo, ...rest } = unit;
  return { ...rest, kind: kinds.fromWire(kind), parentId: given(parentId), nameMn: given(nameMn), validTo: given(validTo) };
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
    summary: '单位（社区、网格、楼栋、科室）列表',
    tag: 'units',
    calls: 'organization.v1.UnitService/ListUnits',
    query: z.strictObject({
      underUnitId: optionalId.meta({ description: '该单位及以下' }),
      kind: kinds.schema.optional(),
      asOf: optionalDay.meta({ description: '列出该日有效的单位（名称为现名）；缺省为现在有效的' }),
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
    response: unitSchema,
    handle: async ({ params }, { clients, options }) => answerUnit(await clients.units.getUnit({ unitId: params.id }, options)),
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
    summary: '撤销单位（须无下级）',
    tag: 'units',
    calls: 'organization.v1.UnitService/CloseUnit',
    changes: true,
    params: onUnit,
    body: z.strictObject({ validTo: optionalDay.meta({ description: '自该日起无效；缺省为今天' }) }),
    response: unitSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerUnit(await clients.units.closeUnit({ unitId: params.id, version, ...body }, options)),
  }),
];
