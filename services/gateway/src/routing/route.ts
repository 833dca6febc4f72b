import type { Caller } from '@linli/auth';
import { METHODS } from '@linli/contracts';
import { internal } from '@linli/errors';
import type { CallOptions } from '@linli/grpc';
import { z } from 'zod';
import type { Clients } from '../clients';
import type { Admitted } from '../identity/authenticate';
import type { Deps } from '../deps';
import type { NameMemory } from '../names/name-memory';
import { readPart } from './validate';

export type Tag = 'me' | 'cases' | 'mandates' | 'items' | 'persons' | 'work' | 'threads' | 'pledges' | 'topics' | 'decisions' | 'publications' | 'diary' | 'units' | 'staff' | 'duty' | 'grants' | 'tenants' | 'party' | 'sites' | 'venues' | 'bookings' | 'calendar' | 'public' | 'activities' | 'brands' | 'incubation' | 'jobs' | 'learning' | 'conduct';

/** What a handler works with: the services, for this caller. */
export interface Call {
  readonly deps: Pick<Deps, 'clients' | 'tokens' | 'log'>;
  readonly clients: Clients;
  readonly names: NameMemory;
  readonly caller: Caller;
  readonly admitted: Admitted;
  /** What changes by this session must carry; undefined for a bearer token. */
  readonly csrfToken: () => string | undefined;
  /** Passed to every RPC; a read ends when the client goes away, a change does not. */
  readonly options: CallOptions & { readonly signal?: AbortSignal };
}

export interface Answer<Body> {
  readonly body: Body;
  /** Becomes the ETag. */
  readonly version?: number;
  /** Where what was made can be read. */
  readonly location?: string;
}

export interface Facts {
  readonly method: 'get' | 'post' | 'patch';
  /** As in OpenAPI: `/v1/cases/{id}:accept`. */
  readonly path: string;
  /** Unique; also the operationId. */
  readonly name: string;
  /** In Chinese, for the reference page. */
  readonly summary: string;
  readonly tag: Tag;
  /** The RPC that does it, whose declared permission the route asks for; absent: whoever is signed in. */
  readonly calls?: string;
  readonly status?: 200 | 201;
  /** Needs an Idempotency-Key, which the service keeps with its answer. */
  readonly creates?: boolean;
  /** Needs an If-Match with the version that the client saw. */
  readonly changes?: boolean;
  /** Has a tighter limit of its own: look-ups of people. */
  readonly sensitive?: boolean;
}

interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The Idempotency-Key of a route that creates, else ''. */
  readonly requestId: string;
  /** The version in If-Match of a route that changes, else 0. */
  readonly version: number;
}

interface Spec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType> extends Facts {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response: R;
  readonly handle: (input: Input<z.output<P>, z.output<Q>, z.output<B>>, call: Call) => Promise<Answer<z.input<R>>>;
}

/** What the document says of a route. */
export interface Described extends Facts {
  readonly permission: string | undefined;
  readonly status: 200 | 201;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  /** The media type of a body that is no JSON. */
  readonly takes?: string;
  /** The media type of an answer that is no JSON. */
  readonly gives?: string;
  readonly response: z.ZodType;
}

/** A route with its types checked and put away. */
export interface ApiRoute extends Described {
  readonly run: (raw: RawInput, call: Call) => Promise<Answer<unknown>>;
}

type RawInput = Input<unknown, unknown, unknown>;

export const nothing = z.strictObject({});

/** @throws internal PERMISSION_UNDECLARED at start for an RPC that does not exist. */
export function route<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = typeof nothing,
  R extends z.ZodType = z.ZodType,
>(spec: Spec<P, Q, B, R>): ApiRoute {
  const { handle, calls, ...facts } = spec;
  // A part that a route does not name is `nothing`, as its type parameter is by default.
  const params = spec.params ?? (nothing as unknown as P);
  const query = spec.query ?? (nothing as unknown as Q);
  const body = spec.body ?? (nothing as unknown as B);
  return {
    ...facts,
    ...(calls === undefined ? {} : { calls }),
    permission: calls === undefined ? undefined : permissionOf(calls),
    status: spec.status ?? (spec.creates === true ? 201 : 200),
    params,
    query,
    body: spec.body,
    run: (raw, call) =>
      handle({ ...raw, params: readPart(params, raw.params), query: readPart(query, raw.query), body: readPart(body, raw.body) }, call),
  };
}

/** `requests.v1.CaseService/AcceptCase` → what its proto declares. */
export function permissionOf(calls: string): string {
  const declared = METHODS[`/linli.${calls}`];
  if (declared === undefined) throw internal('PERMISSION_UNDECLARED', `no RPC is called ${calls}`);
  return declared.permission;
}
