import type { Caller, InternalTokens } from '@linli/auth';
import { currentTraceparent, withSpan } from '@linli/telemetry';
import { Metadata, createChannel, createClientFactory, type Channel, type Client, type ClientMiddleware } from 'nice-grpc';
import { Status } from 'nice-grpc-common';
import type { CompatServiceDefinition } from 'nice-grpc/lib/service-definitions';
import { deadlineMiddleware, type DeadlineOptions } from 'nice-grpc-client-middleware-deadline';
import { retryMiddleware, type RetryOptions } from 'nice-grpc-client-middleware-retry';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { toAppError } from './status';

export interface CallOptions {
  /** For whom the call is made; a short-lived token for this one service is made of it. */
  readonly caller: Caller;
  /** Time for the whole call with its retries; the clients' default otherwise. */
  readonly deadlineMs?: number;
}

export type GrpcClient<Service extends CompatServiceDefinition> = Client<Service, CallOptions>;

export interface GrpcClients {
  /** One channel per address. `audience` is the service's name in tokens. */
  connect<Service extends CompatServiceDefinition>(
    definition: Service,
    peer: { readonly address: string; readonly audience: string },
  ): GrpcClient<Service>;
  close(): void;
}

const channelOptions = {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.keepalive_time_ms': 45_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_receive_message_length': 8 * 1024 * 1024,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
};

/** Clients with a deadline on every call, retries on methods that the proto declares idempotent, and AppErrors. */
export function createGrpcClients(options: { readonly internal: InternalTokens; readonly deadlineMs?: number }): GrpcClients {
  const channels = new Map<string, Channel>();
  return {
    connect(definition, { address, audience }) {
      const channel = channels.get(address) ?? createChannel(address, undefined, channelOptions);
      channels.set(address, channel);
      // The middleware attached last runs first: ours sees the call once, whatever is retried below it.
      const factory = createClientFactory()
        .use(errorDetailsClientMiddleware)
        .use(retryMiddleware)
        .use(deadlineMiddleware)
        .use(outgoing(options.internal, audience, options.deadlineMs ?? 5_000));
      return factory.create(definition, channel);
    },
    close() {
      for (const channel of channels.values()) channel.close();
    },
  };
}

function outgoing(
  tokens: InternalTokens,
  audience: string,
  defaultDeadlineMs: number,
): ClientMiddleware<CallOptions, DeadlineOptions & RetryOptions> {
  return async function* outgoingMiddleware(call, { caller, deadlineMs, ...rest }) {
    const { value } = await withSpan(`call ${call.method.path.slice(1)}`, {}, async () => {
      const metadata = Metadata(rest.metadata);
      if (caller !== undefined) metadata.set('authorization', `Bearer ${await tokens.mint(caller, audience)}`);
      const traceparent = currentTraceparent();
      if (traceparent !== undefined) metadata.set('traceparent', traceparent);
      return call
        .next(call.request, {
          ...rest,
          metadata,
          deadline: deadlineMs ?? defaultDeadlineMs,
          retryableStatuses: [Status.UNAVAILABLE],
          retryBaseDelayMs: 50,
          retryMaxDelayMs: 500,
          retryMaxAttempts: 3,
        })
        .next()
        .catch((error: unknown) => {
          throw toAppError(error);
        });
    });
    return value;
  };
}
