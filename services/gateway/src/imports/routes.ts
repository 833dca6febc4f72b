import type { organization } from '@linli/contracts';
import { z } from 'zod';
import { scopes } from '../grants/grant-json';
import { route, type ApiRoute } from '../routing/route';
import { kinds } from '../units/routes';
import { code, optionalText, text, workPhone } from '../wire/fields';

const mostRows = 5_000;
const optionalCode = code.optional().transform((value) => value ?? '');
const grants = z.array(z.strictObject({ role: code, scope: scopes.schema, unitCode: optionalCode })).max(20).default([]);

const unitRow = z.strictObject({ code, parentCode: optionalCode.meta({ description: '缺省为街道本身' }), kind: kinds.schema, nameZh: text(100), nameMn: optionalText(200) });
const staffRow = z.strictObject({
  code,
  name: text(60),
  workPhone,
  identityIssuer: optionalText(300),
  identitySubject: optionalText(255),
  partnerCode: optionalCode,
  posts: z.array(z.strictObject({ unitCode: code, titleZh: text(60), primary: z.boolean().default(false) })).max(20).default([]),
  grants,
});
const clientRow = z.strictObject({ nameZh: text(100), identityIssuer: text(300), identitySubject: text(255), grants });

type GrantRow = z.output<typeof grants>[number];

function grantToWire({ role, scope, unitCode }: GrantRow): organization.RoleGrantRow {
  return { role, scope: scopes.toWire(scope), unitCode };
}

export const importRoutes: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/organization:import',
    name: 'importOrganization',
    summary: '成批导入单位与人员：全部成功或全部不写；已有且相同的不动；授权须两人办理，不能新增；dryRun 只检查',
    tag: 'units',
    calls: 'organization.v1.ImportService/ImportOrganization',
    body: z.strictObject({
      dryRun: z.boolean().default(false),
      units: z.array(unitRow).max(mostRows).default([]),
      staff: z.array(staffRow).max(mostRows).default([]),
      clients: z.array(clientRow).max(100).default([]),
    }),
    response: z.strictObject({
      unitsCreated: z.int(),
      staffCreated: z.int(),
      unchanged: z.int(),
      problems: z
        .array(z.strictObject({ sheet: z.string(), row: z.int().meta({ description: '从 0 起' }), field: z.string(), code: z.string() }))
        .meta({ description: '非空表示什么都没有写入；至多 1000 个' }),
      problemCount: z.int().meta({ description: '问题的总数' }),
    }),
    handle: async ({ body }, { clients, options }) => {
      const units = body.units.map(({ kind, ...row }) => ({ ...row, kind: kinds.toWire(kind) }));
      const staff = body.staff.map((row) => ({ ...row, grants: row.grants.map(grantToWire) }));
      const machines = body.clients.map((row) => ({ ...row, grants: row.grants.map(grantToWire) }));
      return { body: await clients.imports.importOrganization({ dryRun: body.dryRun, units, staff, clients: machines }, options) };
    },
  }),
];
