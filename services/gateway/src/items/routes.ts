import { requests } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { caseTypes } from '../cases/json';
import { route, type ApiRoute } from '../routing/route';
import { day, given, itemCode, nextPageToken, optionalDay, optionalText, page, queryFlag, text } from '../wire/fields';
import { words } from '../wire/words';

const limitUnits = words('LIMIT_UNIT', requests.LimitUnit, ['working_days', 'calendar_days', 'hours']);

const limitSchema = z.strictObject({ amount: z.int(), unit: limitUnits.schema.optional() });
const itemSchema = z
  .strictObject({
    code: z.string(),
    version: z.int(),
    nameZh: z.string(),
    nameMn: z.string().optional(),
    caseType: caseTypes.schema.optional(),
    ownerDepartmentCode: z.string(),
    legalBasis: z.string(),
    materials: z.array(z.strictObject({ code: z.string(), nameZh: z.string(), form: z.string(), required: z.boolean() })),
    sharedDataSources: z.array(z.string()).meta({ description: '由数据共享取得、不得要求提供的' }),
    feeRule: z.string().optional().meta({ description: '缺省表示免费' }),
    statutoryLimit: limitSchema.optional(),
    promisedLimit: limitSchema.optional(),
    needsInPerson: z.boolean(),
    proxyAllowed: z.boolean(),
    effectiveFrom: z.string(),
    effectiveTo: z.string().optional(),
  })
  .meta({ id: 'Item' });

type ItemJson = z.input<typeof itemSchema>;

function itemToJson(item: requests.ServiceItem): ItemJson {
  const { nameMn, caseType, feeRule, statutoryLimit, promisedLimit, effectiveTo, ...rest } = item;
  return {
    ...rest,
    nameMn: given(nameMn),
    caseType: caseTypes.fromWire(caseType),
    feeRule: given(feeRule),
    statutoryLimit: limitToJson(statutoryLimit),
    promisedLimit: limitToJson(promisedLimit),
    effectiveTo: given(effectiveTo),
  };
}

function limitToJson(limit: requests.Limit | undefined): z.input<typeof limitSchema> | undefined {
  return limit && { amount: limit.amount, unit: limitUnits.fromWire(limit.unit) };
}

const newLimit = z.strictObject({ amount: z.int().min(1).max(10_000), unit: limitUnits.schema });
const newMaterial = z.strictObject({ code: itemCode, nameZh: text(100), form: z.enum(['original', 'copy', 'shared_data']), required: z.boolean() });
const newItem = z.strictObject({
  code: itemCode,
  nameZh: text(100),
  nameMn: optionalText(200),
  caseType: caseTypes.schema,
  ownerDepartmentCode: itemCode,
  legalBasis: text(1_000),
  materials: z.array(newMaterial).max(50).default([]),
  sharedDataSources: z.array(text(100)).max(50).default([]),
  feeRule: optionalText(500).meta({ description: '缺省表示免费；收费须写明依据' }),
  statutoryLimit: newLimit.optional(),
  promisedLimit: newLimit,
  needsInPerson: z.boolean().default(false),
  proxyAllowed: z.boolean().default(false),
  effectiveFrom: day,
  effectiveTo: optionalDay,
});

function limitToWire({ amount, unit }: z.output<typeof newLimit>): requests.Limit {
  return { amount, unit: limitUnits.toWire(unit) };
}

const onDay = optionalDay.meta({ description: '该日有效的版本；缺省为今天' });

export const itemRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/items',
    name: 'listItems',
    summary: '事项目录',
    tag: 'items',
    calls: 'requests.v1.ItemService/ListItems',
    query: z.strictObject({ onDay, proxyAllowedOnly: queryFlag.optional(), ...page }),
    response: z.strictObject({ items: z.array(itemSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.items.listItems({ ...query, proxyAllowedOnly: query.proxyAllowedOnly ?? false }, options);
      return { body: { items: found.items.map(itemToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/items/{code}',
    name: 'getItem',
    summary: '一个事项',
    tag: 'items',
    calls: 'requests.v1.ItemService/GetItem',
    params: z.strictObject({ code: itemCode }),
    query: z.strictObject({ onDay }),
    response: itemSchema,
    handle: async ({ params, query }, { clients, options }) => {
      const { item } = await clients.items.getItem({ code: params.code, onDay: query.onDay }, options);
      if (item === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { body: itemToJson(item), version: item.version };
    },
  }),
  route({
    method: 'post',
    path: '/v1/items:import',
    name: 'importItems',
    summary: '导入事项目录：有变化的自生效日起成为新版本，相同的不动',
    tag: 'items',
    calls: 'requests.v1.ItemService/ImportItems',
    body: z.strictObject({ items: z.array(newItem).min(1).max(500) }),
    response: z.strictObject({ created: z.int(), unchanged: z.int() }),
    handle: async ({ body }, { clients, options }) => {
      const items = body.items.map(({ caseType, statutoryLimit, promisedLimit, ...item }) => ({
        ...item,
        caseType: caseTypes.toWire(caseType),
        statutoryLimit: statutoryLimit && limitToWire(statutoryLimit),
        promisedLimit: limitToWire(promisedLimit),
      }));
      return { body: await clients.items.importItems({ items }, options) };
    },
  }),
];
