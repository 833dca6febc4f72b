import { systemCaller } from '@linli/auth';
import { z } from 'zod';
import type { Clients } from '../clients';
import type { Standings } from '../tenants/standings';
import { optionalCode, page } from '../wire/fields';
import { permissionOf, type Described, type Facts } from './route';
import { readPart } from './validate';

/** What a public read works with: the services, asked as the gateway itself, within the office that the path names. */
export interface PublicCall {
  readonly clients: Clients;
  readonly options: { readonly caller: ReturnType<typeof systemCaller>; readonly signal: AbortSignal };
}

/** What anybody may read of an office without signing in: what it must publish. Nothing of it is about a resident. */
export interface PublicRoute extends Described {
  readonly isPublic: true;
  readonly run: (raw: { readonly params: unknown; readonly query: unknown }, asked: { readonly clients: Clients; readonly standings: Standings; readonly signal: AbortSignal }) => Promise<unknown>;
}

interface Spec<P extends z.ZodRawShape, Q extends z.ZodType, R extends z.ZodType> extends Pick<Facts, 'name' | 'summary'> {
  /** Below `/v1/public/{tenantId}`. */
  readonly path: `/${string}`;
  readonly calls: string;
  /** Beside the tenant. */
  readonly params?: P;
  readonly query?: Q;
  readonly response: R;
  readonly handle: (input: { readonly params: z.output<z.ZodObject<P>>; readonly query: z.output<Q> }, call: PublicCall) => Promise<z.input<R>>;
}

/** What a list is asked with that may be confined to a community or a grid. */
export const publicPage = { unitCode: optionalCode.meta({ description: '社区或网格的代码，含其下各级；缺省为全街道' }), ...page };
/** The same of what lies at communities only. */
export const communityPage = { unitCode: optionalCode.meta({ description: '社区的代码；缺省为全街道' }), ...page };

const tenant = { tenantId: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/).meta({ description: '街道的代码' }) };

/** @throws internal PERMISSION_UNDECLARED at start for an RPC that does not exist. */
export function publicRoute<P extends z.ZodRawShape = Record<never, never>, Q extends z.ZodType = z.ZodObject<Record<never, never>>, R extends z.ZodType = z.ZodType>(
  spec: Spec<P, Q, R>,
): PublicRoute {
  const { handle, path, calls, name, summary, response } = spec;
  const own = z.strictObject(spec.params ?? ({} as P));
  const office = z.object(tenant);
  const query = spec.query ?? (z.strictObject({}) as unknown as Q);
  const permission = permissionOf(calls);
  return {
    isPublic: true,
    method: 'get',
    path: `/v1/public/{tenantId}${path}`,
    name,
    summary,
    tag: 'public',
    calls,
    permission: undefined,
    status: 200,
    params: z.strictObject({ ...tenant, ...spec.params }),
    query,
    body: undefined,
    response,
    async run(raw, { clients, standings, signal }) {
      const { tenantId, ...rest } = readPart(z.looseObject(office.shape), raw.params);
      const input = { params: readPart(own, rest), query: readPart(query, raw.query) };
      await standings.assertWorks(tenantId);
      return handle(input, { clients, options: { caller: systemCaller(tenantId, 'gateway', [permission]), signal } });
    },
  };
}
