import { randomBytes } from 'node:crypto';
import { context, isSpanContextValid, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { errorKinds } from '@linli/errors';
import { contextOfTraceparent, markFailed, type Logger, type LogLevel, type Metrics } from '@linli/telemetry';
import type { NextFunction, Request, Response } from 'express';
import type { Refusal } from './problem';

/** What is known of one request while it is served. */
export interface RequestContext {
  /** Also the trace id when tracing is on; answered as X-Request-Id and as a problem's traceId. */
  readonly requestId: string;
  /** Aborted when the client goes away before it has its answer. */
  readonly signal: AbortSignal;
}

export interface RequestState extends RequestContext {
  /** The matched pattern, for names and labels: never the path, which holds ids. */
  route: string;
  refusal?: Refusal;
}

export interface Observer {
  /** The first middleware: id, span, in-flight count, and one log line when the request is over. */
  readonly observe: (request: Request, response: Response, next: NextFunction) => void;
  readonly stateOf: (request: Request) => RequestState;
}

const silent = new Set(['/livez', '/readyz', '/metrics']);

/** Spans, figures and the access log of one HTTP app. */
export function createObserver(log: Logger, metrics: Metrics): Observer {
  const states = new WeakMap<Request, RequestState>();
  const seconds = metrics.histogram('http_server_seconds', 'Requests served, by route pattern.', ['method', 'route', 'status']);
  const inFlight = metrics.gauge('http_server_in_flight', 'Requests being served.');

  function stateOf(request: Request): RequestState {
    const state = states.get(request);
    if (state !== undefined) return state;
    const fresh = { requestId: randomBytes(16).toString('hex'), signal: new AbortController().signal, route: 'unknown' };
    states.set(request, fresh);
    return fresh;
  }

  return {
    stateOf,
    observe(request, response, next) {
      if (silent.has(request.path)) return next();
      const span = startSpan(request);
      const active = trace.setSpan(ROOT_CONTEXT, span);
      const gone = new AbortController();
      const state: RequestState = { requestId: idOf(span), signal: gone.signal, route: 'unknown' };
      states.set(request, state);
      response.setHeader('X-Request-Id', state.requestId);
      const began = performance.now();
      inFlight.inc();
      const finish = context.bind(active, () => {
        inFlight.dec();
        const ms = performance.now() - began;
        if (!response.writableFinished) gone.abort();
        const status = response.headersSent ? response.statusCode : 499;
        const { method } = request;
        seconds.observe({ method, route: state.route, status: String(status) }, ms / 1000);
        endSpan(span, { method, status, state });
        log[levelOf(state)]({ method, route: state.route, status, ms: Math.round(ms), request_id: state.requestId, ...why(state) }, 'request');
      });
      response.once('close', finish);
      context.with(active, next);
    },
  };
}

// A stranger's trace is linked and not continued: nobody outside chooses our trace ids or what we sample.
function startSpan(request: Request): Span {
  const theirs = trace.getSpanContext(contextOfTraceparent(request.get('traceparent')));
  return trace.getTracer('linli').startSpan(
    request.method,
    { kind: SpanKind.SERVER, attributes: { 'http.request.method': request.method }, links: theirs === undefined ? [] : [{ context: theirs }] },
    ROOT_CONTEXT,
  );
}

function idOf(span: Span): string {
  const ids = span.spanContext();
  return isSpanContextValid(ids) ? ids.traceId : randomBytes(16).toString('hex');
}

function endSpan(span: Span, { method, status, state }: { method: string; status: number; state: RequestState }): void {
  span.updateName(`${method} ${state.route}`);
  span.setAttributes({ 'http.route': state.route, 'http.response.status_code': status });
  if (status >= 500) {
    if (state.refusal === undefined) span.setStatus({ code: SpanStatusCode.ERROR });
    else markFailed(span, state.refusal.cause);
  }
  span.end();
}

// A client's mistake is an ordinary line of the access log; what we must look into keeps its level.
function levelOf({ refusal }: RequestState): LogLevel {
  const level = refusal === undefined ? 'info' : errorKinds[refusal.error.kind].log;
  return level === 'debug' ? 'info' : level;
}

function why({ refusal }: RequestState): object {
  if (refusal === undefined) return {};
  const { error, cause } = refusal;
  if (errorKinds[error.kind].http >= 500) return { reason: error.reason, err: cause };
  // Whoever knocks with a bad token is told no more than that; whoever reads the log must know what was bad.
  return error.kind === 'unauthenticated' ? { reason: error.reason, why: error.message } : { reason: error.reason };
}
