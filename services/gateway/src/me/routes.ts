import { z } from 'zod';
import { route, type ApiRoute } from '../routing/route';

const grantSchema = z.strictObject({ permissions: z.array(z.string()), scope: z.enum(['self', 'unit', 'subtree', 'tenant']), unitPath: z.string().optional() });

export const meRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/me',
    name: 'getMe',
    summary: '我是谁，能做什么',
    tag: 'me',
    response: z.strictObject({
      subject: z.string().meta({ description: '居民编号、工作人员编号或对接系统编号' }),
      displayName: z.string(),
      tenantId: z.string(),
      kind: z.enum(['staff', 'resident', 'client', 'system']),
      roles: z.array(z.string()),
      grants: z.array(grantSchema),
      csrfToken: z.string().optional().meta({ description: '会话登录时，修改请求须放在 X-CSRF-Token 中' }),
    }),
    handle: (_input, { caller, admitted, csrfToken }) =>
      Promise.resolve({
        body: {
          subject: caller.subject,
          displayName: admitted.account.displayName,
          tenantId: caller.tenantId,
          kind: caller.kind,
          roles: [...admitted.account.roles],
          grants: caller.grants.map(({ permissions, scope, unitPath }) => ({
            permissions: [...permissions],
            scope,
            unitPath: unitPath === '' ? undefined : unitPath,
          })),
          csrfToken: csrfToken(),
        },
      }),
  }),
];
