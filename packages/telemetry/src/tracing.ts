import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { errorType } from './describe-error';

/** Runs `work` in a child of the active span; an error marks the span with its reason and goes on. */
export async function withSpan<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T> {
  const span = tracer().startSpan(name, { attributes });
  return runInSpan(span, context.active(), work);
}

/** The active span in W3C form (`00-<trace>-<span>-<flags>`), to be kept in a row, a header or metadata. */
export function currentTraceparent(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (span === undefined || !isSpanContextValid(span)) return undefined;
  return `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 0xff).toString(16).padStart(2, '0')}`;
}

/** Runs `work` in a span whose parent is a remote one; without a (well-formed) traceparent a new trace begins. */
export async function continueTrace<T>(
  traceparent: string | undefined,
  spanName: string,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = contextOfTraceparent(traceparent);
  const span = tracer().startSpan(spanName, { kind: SpanKind.CONSUMER }, parent);
  return runInSpan(span, parent, work);
}

/** The remote parent that a traceparent names, or an empty context: hostile text never throws. */
export function contextOfTraceparent(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(remote) ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}

/** Marks a span as failed by the error's reason or type, never by its message. */
export function markFailed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', errorType(error));
}

/** Sends what is still in memory; for the end of a process. Does nothing when no SDK was started. */
export async function flushTraces(): Promise<void> {
  const provider: unknown = trace.getTracerProvider();
  const delegate: unknown = hasMethod(provider, 'getDelegate') ? provider.getDelegate() : provider;
  if (hasMethod(delegate, 'forceFlush')) await delegate.forceFlush();
}

async function runInSpan<T>(span: Span, parent: Context, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function hasMethod<K extends string>(value: unknown, name: K): value is Record<K, () => unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}

function tracer() {
  return trace.getTracer('linli');
}
