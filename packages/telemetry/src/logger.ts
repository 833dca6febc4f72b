import { isSpanContextValid, trace } from '@opentelemetry/api';
import pino from 'pino';
import { createOutageFilter, isOutage } from './outage';
import { redactFields } from './redact';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Values are fields, an error goes under `err`, and the message is a fixed string: no interpolation. */
export interface LogMethod {
  (fields: object, message: string): void;
  (message: string): void;
}

/** The part of pino that we use. */
export interface Logger extends Record<LogLevel, LogMethod> {
  /** A logger whose every line also carries these fields. */
  child(fields: Record<string, unknown>): Logger;
}

export interface LoggerOptions {
  /** `info` when absent; `silent` writes nothing. */
  readonly level?: LogLevel | 'silent';
  /** Standard output when absent. */
  readonly destination?: { write(line: string): void };
}

/** JSON lines with the active span's ids; personal and secret fields are redacted by their key names. */
export function createLogger(service: string, options: LoggerOptions = {}): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level ?? 'info',
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (value: unknown) => value },
    formatters: { level: (label) => ({ level: label }), bindings: redactFields, log: redactFields },
    mixin: traceIds,
  };
  // pino's own default writes behind our back: the last lines before an exit came out of order.
  return narrow(pino(settings, options.destination ?? pino.destination({ dest: 1, sync: true })), createOutageFilter());
}

type OutageFilter = ReturnType<typeof createOutageFilter>;

function narrow(log: pino.Logger, worthALine: OutageFilter): Logger {
  return {
    debug: log.debug.bind(log),
    info: log.info.bind(log),
    warn: quietly(log.warn.bind(log), worthALine),
    error: quietly(log.error.bind(log), worthALine),
    fatal: log.fatal.bind(log),
    // pino drops the bindings formatter for children.
    child: (fields) => narrow(log.child(redactFields(fields)), worthALine),
  };
}

/** Whoever waits for a server says so again and again; the log says it ever more seldom. */
function quietly(write: LogMethod, worthALine: OutageFilter): LogMethod {
  return (fields: object | string, message?: string) => {
    if (typeof fields === 'string') return write(fields);
    const err: unknown = Reflect.get(fields, 'err');
    const text = message ?? '';
    if (!(err instanceof Error) || !isOutage(err)) return write(fields, text);
    const repeats = worthALine(err, text);
    if (repeats !== undefined) write(repeats === 1 ? fields : { ...fields, repeats }, text);
  };
}

function traceIds(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span !== undefined && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
