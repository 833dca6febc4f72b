import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { kinds } from '../units/routes';
import { count, given, id, nextPageToken, optionalDay, page, queryFlag, queryYear, someOf, text, workPhone, year } from '../wire/fields';
import { words } from '../wire/words';

export const branchKinds = words('BRANCH_KIND', organization.BranchKind, ['branch', 'group']);
const onBranch = z.strictObject({ id });
const onUnit = z.strictObject({ id });

const branchSchema = z
  .strictObject({
    id: z.string(),
    kind: branchKinds.schema.optional(),
    unitId: z.string(),
    unitPath: z.string(),
    nameZh: z.string(),
    contactPhone: z.string().optional().meta({ description: '对外公布的值班电话，不是个人电话' }),
    validFrom: z.string(),
    validTo: z.string().optional().meta({ description: '不含当日；缺省表示仍在' }),
    version: z.int(),
  })
  .meta({ id: 'Branch' });

const coveredUnitSchema = z
  .strictObject({ unitId: z.string(), kind: kinds.schema.optional(), unitPath: z.string(), code: z.string(), nameZh: z.string(), branchId: z.string().optional().meta({ description: '缺省表示尚未覆盖' }) })
  .meta({ id: 'CoveredUnit' });

const totalsSchema = z
  .strictObject({ grids: z.int(), gridsCovered: z.int(), buildings: z.int(), buildingsCovered: z.int(), memberUnits: z.int() })
  .meta({ id: 'CoverageTotals', description: '整个范围的合计，与分页无关' });

const developmentSchema = z
  .strictObject({
    unitId: z.string(),
    year: z.int(),
    activists: z.int().optional().meta({ description: '积极分子人数；少于五人的只对填报人显示' }),
    admitted: z.int().optional().meta({ description: '发展人数；少于五人的只对填报人显示' }),
    version: z.int(),
  })
  .meta({ id: 'DevelopmentCount' });

function answerBranch({ branch }: { readonly branch: organization.Branch | undefined }): Answer<z.input<typeof branchSchema>> {
  if (branch === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  const { kind, contactPhone, validTo, ...rest } = branch;
  return { body: { ...rest, kind: branchKinds.fromWire(kind), contactPhone: given(contactPhone), validTo: given(validTo) }, version: branch.version, location: `/v1/branches/${branch.id}` };
}

function answerCount({ count: counted }: { readonly count: organization.DevelopmentCount | undefined }): Answer<z.input<typeof developmentSchema>> {
  if (counted === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: counted, version: counted.version };
}

export const coverageRoutes: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/branches',
    name: 'establishBranch',
    summary: '建立网格党支部或楼栋党小组（只是公开的联系点，不含成员名单）',
    tag: 'party',
    calls: 'organization.v1.CoverageService/EstablishBranch',
    creates: true,
    body: z.strictObject({ kind: branchKinds.schema, unitId: id, nameZh: text(100), contactPhone: workPhone, validFrom: optionalDay.meta({ description: '缺省为今天' }) }),
    response: branchSchema,
    handle: async ({ body: { kind, ...rest }, requestId }, { clients, options }) =>
      answerBranch(await clients.coverage.establishBranch({ ...rest, kind: branchKinds.toWire(kind), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/branches/{id}',
    name: 'getBranch',
    summary: '一个党支部或党小组',
    tag: 'party',
    calls: 'organization.v1.CoverageService/GetBranch',
    params: onBranch,
    response: branchSchema,
    handle: async ({ params }, { clients, options }) => answerBranch(await clients.coverage.getBranch({ branchId: params.id }, options)),
  }),
  route({
    method: 'patch',
    path: '/v1/branches/{id}',
    name: 'updateBranch',
    summary: '更改名称、联系电话',
    tag: 'party',
    calls: 'organization.v1.CoverageService/UpdateBranch',
    changes: true,
    params: onBranch,
    body: someOf({ nameZh: text(100).optional(), contactPhone: workPhone.optional() }),
    response: branchSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerBranch(await clients.coverage.updateBranch({ branchId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/branches/{id}:dissolve',
    name: 'dissolveBranch',
    summary: '撤销党支部或党小组',
    tag: 'party',
    calls: 'organization.v1.CoverageService/DissolveBranch',
    changes: true,
    params: onBranch,
    body: z.strictObject({ validTo: optionalDay.meta({ description: '自该日起不在；缺省为今天' }) }),
    response: branchSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerBranch(await clients.coverage.dissolveBranch({ branchId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/units/{id}/coverage',
    name: 'listCoverage',
    summary: '组织覆盖图：网格与楼栋是否有党支部、党小组，以及合计',
    tag: 'party',
    calls: 'organization.v1.CoverageService/ListCoverage',
    params: onUnit,
    query: z.strictObject({
      asOf: optionalDay.meta({ description: '该日的情况；缺省为今天' }),
      openOnly: queryFlag.optional(),
      ...page,
    }),
    response: z.strictObject({ units: z.array(coveredUnitSchema), totals: totalsSchema, nextPageToken }),
    handle: async ({ params, query: { openOnly = false, ...query } }, { clients, options }) => {
      const { units, totals, nextPageToken: next } = await clients.coverage.listCoverage({ underUnitId: params.id, openOnly, ...query }, options);
      if (totals === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { body: { units: units.map(({ kind, branchId, ...rest }) => ({ ...rest, kind: kinds.fromWire(kind), branchId: given(branchId) })), totals, nextPageToken: next } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/units/{id}/development-count',
    name: 'getDevelopmentCount',
    summary: '一年的积极分子与发展人数（只有数字）',
    tag: 'party',
    calls: 'organization.v1.CoverageService/GetDevelopmentCount',
    params: onUnit,
    query: z.strictObject({ year: queryYear }),
    response: developmentSchema,
    handle: async ({ params, query }, { clients, options }) => answerCount(await clients.coverage.getDevelopmentCount({ unitId: params.id, ...query }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/units/{id}/development-count:record',
    name: 'recordDevelopmentCount',
    summary: '填报一年的积极分子与发展人数',
    tag: 'party',
    calls: 'organization.v1.CoverageService/RecordDevelopmentCount',
    params: onUnit,
    body: z.strictObject({ year, version: z.int().min(0).max(2_147_483_647).meta({ description: '所依据的版本；首次为 0' }), activists: count(100_000), admitted: count(100_000) }),
    response: developmentSchema,
    handle: async ({ params, body }, { clients, options }) => answerCount(await clients.coverage.recordDevelopmentCount({ unitId: params.id, ...body }, options)),
  }),
];
