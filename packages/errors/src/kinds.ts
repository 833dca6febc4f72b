/** The closed list of what can go wrong, named as gRPC names it, so that there is one vocabulary everywhere. */
export type ErrorKind =
  | 'invalid_argument'
  | 'unauthenticated'
  | 'permission_denied'
  | 'not_found'
  | 'already_exists'
  | 'failed_precondition'
  | 'aborted'
  | 'resource_exhausted'
  | 'unavailable'
  | 'deadline_exceeded'
  | 'internal';

export interface KindFacts {
  /** HTTP status; `aborted` becomes 412 at the edge when the client sent If-Match. */
  readonly http: number;
  /** gRPC status code (google.rpc.Code). */
  readonly grpc: number;
  readonly retry: 'never' | 'after_reread' | 'with_backoff' | 'if_idempotent';
  readonly log: 'debug' | 'info' | 'warn' | 'error';
}

/** A total table: a new kind does not compile until it is mapped. */
export const errorKinds: Readonly<Record<ErrorKind, KindFacts>> = {
  invalid_argument: { http: 400, grpc: 3, retry: 'never', log: 'debug' },
  unauthenticated: { http: 401, grpc: 16, retry: 'never', log: 'info' },
  permission_denied: { http: 403, grpc: 7, retry: 'never', log: 'info' },
  not_found: { http: 404, grpc: 5, retry: 'never', log: 'debug' },
  already_exists: { http: 409, grpc: 6, retry: 'never', log: 'debug' },
  failed_precondition: { http: 409, grpc: 9, retry: 'never', log: 'debug' },
  aborted: { http: 409, grpc: 10, retry: 'after_reread', log: 'info' },
  resource_exhausted: { http: 429, grpc: 8, retry: 'with_backoff', log: 'info' },
  unavailable: { http: 503, grpc: 14, retry: 'if_idempotent', log: 'warn' },
  deadline_exceeded: { http: 504, grpc: 4, retry: 'if_idempotent', log: 'warn' },
  internal: { http: 500, grpc: 13, retry: 'never', log: 'error' },
};

const kindByCode = new Map(
  (Object.keys(errorKinds) as ErrorKind[]).map((kind) => [errorKinds[kind].grpc, kind] as const),
);

/** The kind of a gRPC status code; a code we never send (CANCELLED, UNIMPLEMENTED, …) is `internal`. */
export function kindOfGrpcCode(code: number): ErrorKind {
  return kindByCode.get(code) ?? 'internal';
}
