import { requirePermission, type Caller, type InternalTokens } from '@linli/auth';
import { METHODS } from '@linli/contracts';
import { deadlineExceeded, errorKinds, internal, isAppError, type AppError } from '@linli/errors';
import { continueTrace, type Logger, type Metrics } from '@linli/telemetry';
import { createServer, type CallContext, type ServerMiddleware, type ServiceImplementation } from 'nice-grpc';
import type { CompatServiceDefinition } from 'nice-grpc/lib/service-definitions';
import { errorDetailsServerMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { toServerError } from './status';

interface CallerExt {
  readonly caller: Caller;
}

/** What a handler gets beside its request: who calls, and a signal that aborts when the caller is gone or out of time. */
export type RpcContext = CallContext & CallerExt;

export interface GrpcServer {
  add<Service extends CompatServiceDefinition>(definition: Service, implementation: ServiceImplementation<Service, CallerExt>): void;
  /** Listens and gives the port; 0 asks for any free one. */
  start(port: number, host?: string): Promise<number>;
  /** Says NOT_SERVING, lets calls in flight end for `graceMs`, then cuts. */
  stop(graceMs: number): Promise<void>;
}

interface ServerOptions {
  /** The audience that callers' tokens must name. */
  readonly service: string;
  readonly internal: InternalTokens;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The largest request it takes; 8 MiB when absent. */
  readonly requestBytes?: number;
}

const channelOptions = {
  // New replicas get traffic only when old connections end: clients look names up again on loss of a connection.
  'grpc.max_connection_age_ms': 90_000,
  'grpc.max_connection_age_grace_ms': 30_000,
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 10_000,
};

/**
 * A server whose every call is traced, counted, mapped to a status and checked: the caller's token must be for this
 * service and hold the permission that the proto declares. Unit and ownership stay with the handler.
 */
export function createGrpcServer(options: ServerOptions): GrpcServer {
  const health = HealthState();
  const requestBytes = options.requestBytes ?? 8 * 1024 * 1024;
  const server = createServer({ ...channelOptions, 'grpc.max_receive_message_length': requestBytes }).use(errorDetailsServerMiddleware).use(boundary(options));
  server.add(HealthDefinition, HealthServiceImpl(health));
  return {
    add: (definition, implementation) => {
      server.add(definition, implementation);
    },
    start: async (port, host = '127.0.0.1') => {
      const bound = await server.listen(`${host}:${port}`);
      health.setStatus('healthy');
      return bound;
    },
    stop: async (graceMs) => {
      health.setStatus('unhealthy');
      const cut = setTimeout(() => server.forceShutdown(), graceMs);
      await server.shutdown().finally(() => clearTimeout(cut));
    },
  };
}

const healthPrefix = '/grpc.health.v1.Health/';

function boundary({ service, internal: tokens, log, metrics }: ServerOptions): ServerMiddleware<CallerExt> {
  const seconds = metrics.histogram('linli_rpc_server_seconds', 'Time of a call.', ['method', 'code']);

  return async function* boundaryMiddleware(call, context) {
    if (call.method.path.startsWith(healthPrefix)) return yield* call.next(call.request, context as RpcContext);
    const { path } = call.method;
    const started = performance.now();
    let code = 'ok';
    try {
      // Our methods are all unary, so the one answer can be awaited inside the span.
      return await continueTrace(textOf(context, 'traceparent'), path.slice(1), async () => {
        try {
          const caller = await authenticate(context, path);
          return (await call.next(call.request, Object.assign(context, { caller })).next()).value;
        } catch (error) {
          // Logged inside the span, so that the line carries the trace that the client was told.
          const known = asAppError(error, context.signal);
          code = known.kind;
          log[errorKinds[known.kind].log]({ method: path, reason: known.reason, err: known }, 'call refused');
          throw toServerError(known);
        }
      });
    } finally {
      seconds.observe({ method: path, code }, (performance.now() - started) / 1000);
    }
  };

  async function authenticate(context: CallContext, path: string): Promise<Caller> {
    const declared = METHODS[path];
    if (declared === undefined || declared.permission === '') throw internal('PERMISSION_UNDECLARED', 'the method declares no permission');
    const token = /^Bearer (.+)$/.exec(textOf(context, 'authorization') ?? '')?.[1] ?? '';
    return requirePermission(await tokens.verify(token, service), declared.permission);
  }
}

function textOf(context: CallContext, key: string): string | undefined {
  const value = context.metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}

function asAppError(error: unknown, signal: AbortSignal): AppError {
  if (isAppError(error)) return error;
  if (signal.aborted) return deadlineExceeded('CALL_CANCELLED', 'the caller went away or ran out of time');
  return internal('UNEXPECTED', 'unexpected error', { cause: error });
}
